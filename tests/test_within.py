"""Within-unit regression: by hand, against dummies, its identities, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import cxvalue as cx
from cxvalue.estimate.beside.within import WithinUnit, within_unit


def small_panel(*, seed: int = 7, n_units: int = 30, n_periods: int = 6) -> pd.DataFrame:
    """An unbalanced panel: every cell is there with a chance of 0.7; two exposures."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame([(u, t) for u in range(n_units) for t in range(n_periods)], columns=["unit", "period"])
    rows = rows[rng.random(len(rows)) < 0.7].sample(frac=1, random_state=seed).reset_index(drop=True)
    trait, season = rng.normal(size=n_units), rng.normal(size=n_periods)
    rows["first"] = trait[rows["unit"]] + rng.normal(size=len(rows))
    rows["second"] = season[rows["period"]] + rng.normal(size=len(rows))
    noise = rng.normal(size=len(rows)) * (1 + rows["unit"] % 3)
    rows["outcome"] = 3 * rows["first"] - rows["second"] + 5 * trait[rows["unit"]] + season[rows["period"]] + noise
    return rows


def fit(rows: pd.DataFrame, **options: object) -> WithinUnit:
    return within_unit(rows["outcome"], rows[["first", "second"]], rows["unit"], rows["period"], **options)


def test_two_units_two_periods_is_difference_in_differences() -> None:
    # Unit a goes from 10 to 13 while exposed, unit b from 20 to 21 without: (13 − 10) − (21 − 20) = 2.
    found = within_unit([10, 13, 20, 21], [0, 1, 0, 0], ["a", "a", "b", "b"], [1, 2, 1, 2])
    assert found.coefficients == pytest.approx([2.0], abs=1e-12)
    assert (found.n_rows, found.n_units, found.n_periods, found.df_residual) == (4, 2, 2, 0)


def test_equals_least_squares_on_dummies() -> None:
    rows = small_panel()
    found = fit(rows)
    dummies = pd.get_dummies(rows[["unit", "period"]].astype(str), drop_first=True, dtype=float)
    design = sm.add_constant(pd.concat([rows[["first", "second"]], dummies], axis=1))
    plain = sm.OLS(rows["outcome"], design)
    full = plain.fit(cov_type="cluster", cov_kwds={"groups": rows["unit"]})
    assert found.n_dropped == 0
    assert found.coefficients == pytest.approx(full.params[["first", "second"]].to_numpy(), abs=1e-10)
    assert found.df_residual == full.df_resid
    # statsmodels counts the unit dummies in n − K; here they lie within the clusters and do not count.
    n, k_all, k = len(rows), design.shape[1], 2 + rows["period"].nunique()
    expected = full.bse[["first", "second"]].to_numpy() * np.sqrt((n - k_all) / (n - k))
    assert found.se == pytest.approx(expected, rel=1e-9)  # products of the same matrices in another order


def test_leaving_a_group_out_is_a_fit_without_it() -> None:
    rows = small_panel()
    groups = (rows["unit"] % 4).to_numpy()
    found = fit(rows, groups=groups)
    assert found.leave_one_group_out is not None
    for g in range(4):
        assert found.leave_one_group_out[g] == pytest.approx(fit(rows[groups != g]).coefficients, abs=1e-12)


def test_fixed_traits_and_seasons_change_nothing() -> None:
    rows = small_panel()
    moved = rows.assign(outcome=rows["outcome"] + 100.0 * rows["unit"] - 7.0 * rows["period"] ** 2)
    # Effects of up to 3,000 are taken out again, with a relative rounding of 1e-16 each.
    assert fit(moved).coefficients == pytest.approx(fit(rows).coefficients, abs=1e-10)


def test_rows_without_company_are_dropped_and_counted() -> None:
    rows = small_panel()
    alone = pd.DataFrame({"unit": [900, 901], "period": [2, 2], "first": 50.0, "second": -9.0, "outcome": 1e4})
    own_period = pd.DataFrame({"unit": [0], "period": [77], "first": 8.0, "second": 1.0, "outcome": -1e4})
    found = fit(pd.concat([rows, alone, own_period]))
    assert found.n_dropped == 3
    assert found.coefficients == pytest.approx(fit(rows).coefficients, abs=1e-12)
    assert "3 rows without a second row" in found.summary()


def test_panels_that_share_nothing_have_effects_of_their_own() -> None:
    rows = small_panel()
    other = small_panel(seed=8).assign(unit=lambda r: r["unit"] + 1000, period=lambda r: r["period"] + 100)
    found = fit(pd.concat([rows, other]))
    n_free = 2 + 12 - 2 + 60
    assert found.df_residual == len(rows) + len(other) - n_free


def test_recovers_an_effect_that_a_lasting_trait_hides() -> None:
    # Between units the trait makes the slope 3 + 5 × 1/2; within them it is 3.
    rows = small_panel(n_units=600)
    found = fit(rows)
    assert found.ci_low[0] < 3 < found.ci_high[0]
    assert found.coefficients[0] == pytest.approx(3.0, abs=4 * found.se[0])  # four standard errors: one in 16,000
    slope = np.polyfit(rows["first"], rows["outcome"], 1)[0]
    assert slope > 5


def test_frame_and_page() -> None:
    found = fit(small_panel())
    frame = found.to_frame()
    assert list(frame.columns) == ["exposure", "estimate", "se", "ci_low", "ci_high"]
    assert len(frame) == 2
    assert "<table" in found._repr_html_()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([1, 2, 3], [1, 2], [1, 1, 2], [1, 2, 1]), "panel of"),
        (([1, np.nan, 3, 4], [1, 2, 3, 4], [1, 1, 2, 2], [1, 2, 1, 2]), "outcome: 1 of 4 rows"),
        (([1, 2, 3, 4], [1, 2, np.inf, 4], [1, 1, 2, 2], [1, 2, 1, 2]), "exposure: 1 of 4 rows"),
        (([1, 2, 3, 4], [1, 2, 3, 4], ["a", None, "b", "b"], [1, 2, 1, 2]), "unit: 1 of 4 rows"),
        (([1, 2, 3, 4], [1, 2, 3, 4], [1, 1, 2, 2], [5, 5, 5, 5]), "2 units with rows"),
        (([1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4], [1, 1, 2, 2]), "0 units with rows"),
        (([1, 2, 3, 4], [1, 1, 2, 2], [1, 1, 2, 2], [1, 2, 1, 2]), "exposure 0 does not vary"),
        (([], [], [], []), "0 units with rows"),
    ],
)
def test_refuses(arrays: tuple[list[object], ...], message: str) -> None:
    with pytest.raises(cx.DataError, match=message):
        within_unit(*arrays)


def test_refuses_options() -> None:
    rows = small_panel()
    with pytest.raises(cx.DataError, match="confidence"):
        fit(rows, confidence=95)
    with pytest.raises(cx.DataError, match="groups split a unit"):
        fit(rows, groups=np.arange(len(rows)))
    with pytest.raises(cx.DataError, match="groups of shape"):
        fit(rows, groups=np.zeros(3, dtype=int))
