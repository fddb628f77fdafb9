"""Customers × months: windows by brute force; in files as in memory; one thread as several; a sample of all."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import cxvalue as cx
from band_studies import estimated
from builders import Base
from cxvalue.errors import NotEstimable
from cxvalue.estimate import Standardised
from cxvalue.estimate.answer_weights import answer_weights
from cxvalue.estimate.crossed_partitions import cross_partitions
from cxvalue.estimate.diagnose.balance import episodes_of, implied_weights
from cxvalue.estimate.moments import accumulate, entry_bins
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.standardise import effective_numbers
from cxvalue.link import OutcomeBatch, columns, customer_months, gathered, waiting_rows
from cxvalue.link.asked import last_before
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.pipeline import in_order
from cxvalue.tables import Calendar

OpenStudy = Callable[[Base], cx.Study]
FIRST = 24_000
"""First month of the blocks below."""
SUMMED_IN_ANOTHER_ORDER = 1e-12
"""Relative: the same products, added up in other batches."""


def block(customers: int, months: int, seed: int = 1) -> MonthBlock:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(customers, months, 3))
    return MonthBlock(10, FIRST, values, rng.normal(size=(customers, months, 2)))


@pytest.mark.parametrize(("customers", "months"), [(1, 4), (3, 12), (40, 30)])
@pytest.mark.parametrize(("first_k", "last_k"), [(1, 6), (-8, -2), (-40, -35), (0, 0), (1, 24)])
def test_months_around_an_answer_are_those_of_the_customer(
    customers: int, months: int, first_k: int, last_k: int
) -> None:
    held, rng = block(customers, months), np.random.default_rng(2)
    person, month = rng.integers(10, 10 + customers, 60), FIRST + rng.integers(0, months, 60)
    end = FIRST + months - 2
    found = held.around(person, month, first_k, last_k, end=end)
    expected = np.zeros((60, last_k - first_k + 1, 3))
    for row, (p, m) in enumerate(zip(person, month, strict=True)):
        for at, k in enumerate(range(first_k, last_k + 1)):
            if FIRST <= m + k <= end:
                expected[row, at] = held.values[p - 10, m + k - FIRST]
    np.testing.assert_array_equal(found, expected)


def test_sums_over_a_window_leave_out_months_before_the_block() -> None:
    held, rng = block(5, 9), np.random.default_rng(3)
    person, month, window = rng.integers(10, 15, 40), FIRST + rng.integers(0, 9, 40), range(1, 4)
    values, extra = held.sums(person, month, window)
    for row, (p, m) in enumerate(zip(person, month, strict=True)):
        at = [m - back - FIRST for back in window if m - back >= FIRST]
        # Three numbers added in another order: a few units in the last place.
        np.testing.assert_allclose(values[row], held.values[p - 10, at].sum(axis=0), rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(extra[row], held.extra[p - 10, at].sum(axis=0), rtol=1e-13, atol=1e-15)


def test_results_come_in_order_whatever_takes_longest() -> None:
    assert list(in_order(lambda n: n * n, range(20), threads=3)) == [n * n for n in range(20)]


def test_an_error_in_a_pipeline_is_raised_where_it_is_read() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda n: 1 // n, [2, 1, 0, 3], threads=2))


def test_crossed_partitions_give_the_sums_of_each_by_itself() -> None:
    rng, n, groups = np.random.default_rng(4), 500, 4
    strata = (5, 1, 12, 3)
    partitions = [
        Partition(str(at), tuple(map(str, range(size))), rng.integers(-1, size, n)) for at, size in enumerate(strata)
    ]
    assert [cells.partitions for cells in cross_partitions(partitions, most=20)] == [(0, 1), (2,), (3,)]
    design, outcomes = rng.normal(size=(n, 3)), rng.normal(size=(n, 2, 4))
    band, group, bins = rng.integers(0, 3, n), rng.integers(0, groups, n), rng.integers(-1, 2, n)
    batches = [OutcomeBatch(first, outcomes[first : first + 200]) for first in (0, 200, 400)]
    found = accumulate(
        batches, design, partitions, band=band, group=group, bins=bins, last_k=np.array([4, 2]), groups=groups,
        columns=[3, 3, 2, 3], threads=2,
    )  # fmt: skip
    for partition, sums, width in zip(partitions, found, [3, 3, 2, 3], strict=True):
        for s, b, g in np.ndindex(len(partition.labels), 3, groups):
            inside = (partition.codes == s) & (band == b) & (group == g) & (bins >= 0)
            x, y = design[inside, :width], outcomes[inside].reshape(-1, 8)
            np.testing.assert_allclose(sums.cross[s, b, g], x.T @ y, rtol=1e-12, atol=1e-13)
            for entry in (0, 1):
                rows = design[inside & (bins == entry), :width]
                np.testing.assert_allclose(
                    sums.gram[s, b, entry, g], (rows.T @ rows)[np.triu_indices(width)], rtol=1e-12, atol=1e-13
                )
                assert sums.counts[s, b, entry, g] == len(rows)


@pytest.mark.parametrize("empty_from", [0, 30])
def test_a_batch_without_an_episode_adds_nothing(empty_from: int) -> None:
    rng, n = np.random.default_rng(6), 40
    design, outcomes, band, group = (
        rng.normal(size=(n, 2)),
        rng.normal(size=(n, 1, 3)),
        np.arange(n) % 3,
        np.arange(n) % 2,
    )
    bins = np.where(np.arange(n) < empty_from, 0, -1)
    batches = [OutcomeBatch(first, outcomes[first:end]) for first, end in ((0, 30), (30, 40))]
    everybody = Partition("everybody", ("everybody",), np.zeros(n, dtype=np.int64))
    (found,) = accumulate(
        batches, design, [everybody], band=band, group=group, bins=bins, last_k=np.array([3]), groups=2, columns=[2]
    )
    assert found.counts.sum() == empty_from
    expected = design[:empty_from].T @ outcomes[:empty_from, 0]
    np.testing.assert_allclose(found.cross.sum(axis=(0, 1, 2)), expected, rtol=1e-12, atol=1e-13)


def test_months_set_are_counted_over_two_words_and_outside_the_calendar() -> None:
    rng, calendar, n = np.random.default_rng(7), Calendar(100, 199), 300
    there = rng.random((n, 100)) < 0.5
    words = np.zeros((n, 2), dtype=np.int64)
    for month in range(100):
        words[:, month // 62] |= there[:, month].astype(np.int64) << (month % 62)
    first = rng.integers(90, 205, n)
    last = first + rng.integers(-2, 90, n)
    months = np.arange(100, 200)
    expected = (there & (months >= first[:, None]) & (months <= last[:, None])).sum(axis=1)
    np.testing.assert_array_equal(calendar.count_months(words, first, last), expected)


def test_many_parts_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    person, m0 = np.sort(rng.integers(0, 50, 400)), rng.integers(100, 130, 400)
    whole = entry_bins(m0, follow_up_end=125, horizon=12), last_before(person, m0, 110, 50)
    monkeypatch.setattr(columns, "PART_ROWS", 7)
    parts = entry_bins(m0, follow_up_end=125, horizon=12), last_before(person, m0, 110, 50)
    np.testing.assert_array_equal(parts[0][0], whole[0][0])
    np.testing.assert_array_equal(parts[0][1], whole[0][1])
    np.testing.assert_array_equal(parts[1], whole[1])


def test_weights_of_candidates_with_months_of_any_number() -> None:
    rng = np.random.default_rng(5)
    months = rng.integers(1, 13, 3000)
    starts = np.cumsum(np.r_[0, months[:-1]])
    design, coefficients = rng.normal(size=(months.sum(), 3)), rng.normal(size=(4, 3))
    found = answer_weights(design, starts, coefficients)
    hazard = 1 / (1 + np.exp(-design @ coefficients.T))
    for at in (0, 1023, 1024, 2999):
        rows = slice(starts[at], starts[at] + months[at])
        expected = 1 / np.maximum(1 - (1 - hazard[rows]).prod(axis=0), 0.005)
        # 1 − Π(1 − h) loses up to two of sixteen digits where P is small.
        np.testing.assert_allclose(found[at], expected, rtol=1e-12)


def test_effective_numbers_are_those_of_the_weights(lean: Base) -> None:
    with estimated(lean) as bands:
        row, _ = bands.target_of("everybody", "everybody", "dissatisfied")
        fitted = bands.fit(Standardised(), from_band="dissatisfied", horizon=2)
        assert not isinstance(fitted, NotEstimable)
        columns = fitted.columns
        found = effective_numbers(bands.moments[0], 0, row[0], columns=columns, month=2)
        for b, band in enumerate(cx.BANDS):
            rows = bands.design[np.ix_(episodes_of(bands, band, 2), columns)]
            weights = implied_weights(rows, row[0, list(columns)])
            # Two ways to solve the same normal equations of standardised columns.
            assert found[b] == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-8)


def in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every base wait in files, in blocks of a few customers."""
    monkeypatch.setattr(customer_months, "HELD_BYTES", 0)
    monkeypatch.setattr(customer_months, "BLOCK_BYTES", 20_000)
    monkeypatch.setattr(waiting_rows, "WAITING_BYTES", 0)


def curves_of(study: cx.Study) -> pd.DataFrame:
    return study.curves().to_frame().set_index(["band", "metric", "month"])[["estimate", "se"]]


def test_what_waits_in_files_gives_what_memory_gives(
    base: Base, open_study: OpenStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = curves_of(open_study(base))
    in_files(monkeypatch)
    study = open_study(base)
    found = curves_of(study)
    folder = study._stages.gathered.months.folder
    assert folder is not None and len(study._stages.gathered.months.edges) > 5
    np.testing.assert_allclose(found, expected, rtol=SUMMED_IN_ANOTHER_ORDER, atol=1e-11)
    assert any(folder.iterdir())
    study.close()
    assert not folder.exists()


def test_with_several_threads_the_bytes_are_the_same(
    base: Base, open_study: OpenStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_files(monkeypatch)
    one, three = (curves_of(open_study(base.with_settings("run", threads=threads))).to_numpy() for threads in (1, 3))
    np.testing.assert_array_equal(one, three)


def test_a_response_model_fitted_on_a_sample_leaves_answers_and_candidates_alone(
    base: Base, open_study: OpenStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = open_study(base)._stages.bands
    monkeypatch.setattr(gathered, "RESPONSE_SAMPLE", whole.linked.active_customers // 3)
    part = open_study(base)._stages.bands
    share = part.linked.asked.sample_share
    assert share < 0.5
    np.testing.assert_array_equal(part.linked.answers.m0, whole.linked.answers.m0)
    np.testing.assert_array_equal(part.linked.answers.covariates.numbers, whole.linked.answers.covariates.numbers)
    np.testing.assert_array_equal(part.linked.candidates, whole.linked.candidates)
    months, of_all = (len(bands.linked.asked.read_sample().month) for bands in (part, whole))
    # Customers are drawn one by one: three standard deviations of a share of some hundred customers.
    assert months == pytest.approx(share * of_all, rel=0.25)


def test_a_wide_table_is_read_as_its_panels_are(base: Base, open_study: OpenStudy) -> None:
    one, two = base.tables["revenue"], base.tables["cost_to_serve"]
    wide = one.rename(columns={"value": "revenue"}).merge(
        two.rename(columns={"value": "cost_to_serve"}), on=["customer_id", "month"], how="outer"
    )
    apart = base.with_table("upgrades", None).with_table("referrals", None)
    apart = apart.without_settings("panels.upgrades").without_settings("panels.referrals")
    joined = apart.with_table("panel", wide)
    for name in ("retention", "revenue", "cost_to_serve"):
        joined = joined.with_table(name, None).without_settings(f"panels.{name}")
    gap = joined.with_table("panel", wide.assign(revenue=wide["revenue"].where(wide.index != 7)))
    assert open_study(joined).check().ok
    found = {finding.rule: finding for finding in open_study(gap).check().findings}
    assert found["panel.blank_revenue"].n_rows == 1
    assert found["panel.missing"].n_rows == 1, "a row that has no revenue is a month without revenue"
