"""The band-to-band table of customers asked twice."""

import numpy as np
import pandas as pd
import pytest

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise.migration import Migration, all_pairs, consecutive_pairs, tabulate_migration
from cxvalue.estimate.replicate import Interval

STAYED = (44, 57, 82)
"""Of a hundred in each band, six weeks apart and nothing bought in between (van Doorn et al., over-time variation in
satisfaction scores); where the others went is made up."""
TABLE = np.array([[44, 40, 16], [20, 57, 23], [5, 13, 82]])


def asked_twice(table: np.ndarray, *, gap: int = 2) -> dict[str, np.ndarray]:
    """Return answers of customers who fill a table, two each."""
    first, second = (np.repeat(index.ravel(), table.ravel()) for index in np.indices(table.shape))
    n = len(first)
    customer = np.repeat(np.arange(n), 2)
    month, band = np.tile([100, 100 + gap], n), np.column_stack([first, second]).ravel()
    return {
        "customer": customer,
        "month": month,
        "band": band,
        "group": np.random.default_rng(1).integers(0, 20, n)[customer],
    }


def found(result: Migration | NotEstimable) -> Migration:
    assert isinstance(result, Migration)
    return result


def test_shares_who_stayed_six_weeks_later() -> None:
    result = found(tabulate_migration(**asked_twice(TABLE), groups=20, confidence=0.95))
    assert result.gaps.tolist() == [2]
    assert np.diag(result.shares[0]) == pytest.approx(np.array(STAYED) / 100)
    assert (result.counts[0] == TABLE).all()
    recovered = result.recovers_by_itself[0]
    assert isinstance(recovered, Interval)
    assert recovered.estimate == pytest.approx(0.56)
    # 100 customers who answer twice each: the jackknife error is near √(0.56 × 0.44 / 100) = 0.0496.
    assert recovered.se == pytest.approx(0.0496, rel=0.35)  # 20 groups leave 16 % of error in it: two of them
    assert "56%" in result.summary()


def test_pairs_are_of_one_customer_and_follow_each_other() -> None:
    customer = np.array([0, 1, 1, 1, 3])
    first, second = consecutive_pairs(customer)
    assert list(zip(first, second, strict=True)) == [(1, 2), (2, 3)]
    first, second = all_pairs(customer)
    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == [(1, 2), (1, 3), (2, 3)]


def test_customers_are_counted_once_in_a_cell() -> None:
    # One customer answers dissatisfied four times, three months apart: three pairs, one customer.
    result = tabulate_migration(
        np.zeros(4, int), np.arange(4) * 3, np.zeros(4, int), np.zeros(4, int), groups=2, confidence=0.95
    )
    assert found(result).counts[0, 0, 0] == 3
    assert found(result).customers[0, 0, 0] == 1


def test_few_answers_give_counts_but_no_share_who_recover() -> None:
    result = found(tabulate_migration(**asked_twice(TABLE // 4), groups=20, confidence=0.95))
    assert isinstance(result.recovers_by_itself[0], NotEstimable)
    assert result.counts.sum() == (TABLE // 4).sum()


def test_nobody_asked_twice_is_not_estimable() -> None:
    once = tabulate_migration(np.arange(5), np.arange(5), np.zeros(5, int), np.zeros(5, int), groups=2, confidence=0.95)
    assert isinstance(once, NotEstimable)


def test_the_table_is_long_and_names_the_bands() -> None:
    frame = found(tabulate_migration(**asked_twice(TABLE), groups=20, confidence=0.95)).to_frame()
    assert frame.columns.tolist() == ["gap_months", "from_band", "to_band", "n_pairs", "customers", "share"]
    row = frame[(frame["from_band"] == "neutral") & (frame["to_band"] == "satisfied")]
    expected = pd.DataFrame({"n_pairs": [23], "customers": [23], "share": [0.23]})
    pd.testing.assert_frame_equal(row[["n_pairs", "customers", "share"]].reset_index(drop=True), expected)
