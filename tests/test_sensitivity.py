"""Sensitivity: tornado, two-way table, cases and probabilistic run, by hand, against references, as identities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.value import AssumptionSettings, Economics, Projection, Register, Shift, make_register
from cxvalue.value.project import project
from cxvalue.value.vary.cases import make_cases
from cxvalue.value.vary.probabilistic import draw_assumptions, run_probabilistic
from cxvalue.value.vary.sensitivity import analyse_sensitivity
from cxvalue.value.vary.tornado import make_tornado
from cxvalue.value.vary.two_way import make_two_way
from cxvalue.value.vary.variance import variance_shares
from cxvalue.value.vary.varied import varied_flow
from projections import project_simple, simple_frame, simple_move

COSTLY = {"programme_cost_upfront": 800.0}


def with_ranges(projection: Projection, **ranges: tuple[float, float] | dict[str, Any]) -> Register:
    """Return the register of a projection with these ranges."""
    stated = {
        name: AssumptionSettings(**(keys if isinstance(keys, dict) else {"low": keys[0], "high": keys[1]}))
        for name, keys in ranges.items()
    }
    return make_register(projection, stated)


# The simple move: 100 customers, two months, each of 10 more revenue and 2 less cost to serve a customer. At a margin
# of 0.5, 100 × (5 + 2) = 700 a month and 1,400 in all; with a cost of 800 up front, 600.


def test_tornado_by_hand() -> None:
    value = project_simple(noise=0.0, **COSTLY)
    found = make_tornado(value, with_ranges(value, gross_margin=(0.4, 0.8), programme_cost_upfront=(700.0, 1000.0)))
    assert found.npv == pytest.approx(600.0)
    rows = {bar.name: (bar.npv_low, bar.npv_high, bar.span) for bar in found.bars}
    # Margin 0.4: 2 × 100 × (4 + 2) = 1,200 less 800; 0.8: 2 × 100 × (8 + 2) = 2,000 less 800.
    assert rows["gross_margin"] == (pytest.approx(400.0), pytest.approx(1200.0), "given")
    assert rows["programme_cost_upfront"] == (pytest.approx(700.0), pytest.approx(400.0), "given")
    # No range: ±10 % of the half that moves, 1,260 and 1,540 less 800. What is 0 or measured is not moved.
    assert rows["share"] == (pytest.approx(460.0), pytest.approx(740.0), "no range given: ±10 % shown")
    # Calls do not differ between the bands: their unit value moves nothing.
    assert rows["unit_value_calls"][:2] == (pytest.approx(600.0), pytest.approx(600.0))
    assert [bar.name for bar in found.bars][:3] == ["gross_margin", "programme_cost_upfront", "share"]
    assert set(rows) == {"gross_margin", "programme_cost_upfront", "share", "unit_value_calls", "estimation"}


def test_estimation_is_a_bar() -> None:
    value = project_simple(noise=2.0)
    found = next(bar for bar in make_tornado(value, with_ranges(value)).bars if bar.name == "estimation")
    assert (found.npv_low, found.npv_high) == (value.npv.ci_low, value.npv.ci_high)
    assert found.span == "95 % interval"


CHANGES = {
    "gross_margin": 0.7, "discount_rate_annual": 0.3, "upgrade_value": 4.0, "referral_value": 5.0,
    "programme_cost_upfront": 90.0, "programme_cost_monthly": 70.0, "programme_months": 1, "ramp_up_months": 2,
    "effect_months": 1, "optimism_adjustment": 0.4, "cashable_share": 0.9,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_varied_assumption_is_a_changed_one(name: str) -> None:
    economics = {"programme_cost_monthly": 20.0, "discount_rate_annual": 0.1, "value_horizon_months": 4}
    value = project_simple(noise=0.0, **economics)
    changed = project_simple(noise=0.0, **(economics | {name: CHANGES[name]}))
    flow = varied_flow(value.move, value.economics, {name: np.full(3, float(CHANGES[name]))}, draws=3)
    np.testing.assert_allclose(flow.npv, changed.npv.estimate)
    np.testing.assert_allclose(flow.npv_cash, changed.appraisal.npv_cash.estimate)
    np.testing.assert_allclose(flow.net[0], changed.cash_flow["net"])


def test_a_varied_shift_is_a_changed_one() -> None:
    value = project_simple(noise=0.0, **COSTLY)
    move = replace(simple_move(noise=0.0), shift=Shift(share=0.3), active_customers=1500.0)
    changed = project(move, value.economics, simple_frame())
    both = {"share": np.array([0.3]), "customers": np.array([1500.0])}
    assert varied_flow(value.move, value.economics, both, draws=1).npv[0] == pytest.approx(changed.npv.estimate)


def test_a_margin_by_month_is_scaled_as_a_whole() -> None:
    # 0.4 and 0.6 have a mean of 0.5; a mean of 0.6 makes them 0.48 and 0.72.
    value, changed = (project_simple(noise=0.0, gross_margin=margin) for margin in ([0.4, 0.6], [0.48, 0.72]))
    flow = varied_flow(value.move, value.economics, {"gross_margin": np.array([0.6])}, draws=1)
    np.testing.assert_allclose(flow.net[0], changed.cash_flow["net"])


def test_phased_draws_keep_their_places() -> None:
    value = project_simple(noise=0.0, **COSTLY)
    drawn = {"effect_months": np.array([2.0, 1.0, 2.0, 1.0]), "gross_margin": np.array([0.5, 0.5, 0.8, 0.8])}
    # One month's effect is half of two months'.
    np.testing.assert_allclose(
        varied_flow(value.move, value.economics, drawn, draws=4).npv, [600.0, -100.0, 1200.0, 200.0]
    )


def test_two_way_by_hand() -> None:
    value = project_simple(noise=0.0, **COSTLY)
    found = make_two_way(value, with_ranges(value, share=(0.25, 1.0), gross_margin=(0.3, 0.9)))
    assert found.row_values.tolist() == [0.25, 0.375, 0.5, 0.75, 1.0]
    np.testing.assert_allclose(found.column_values, [0.3, 0.4, 0.5, 0.7, 0.9])
    # 200 customers × share × 2 months × (10 × margin + 2) less 800.
    by_hand = 400 * np.outer(found.row_values, 10 * found.column_values + 2) - 800
    np.testing.assert_allclose(found.npv, by_hand)
    assert found.spans == ("given", "given")


def test_two_way_refuses_what_cannot_be_moved() -> None:
    value = project_simple()
    register = with_ranges(value)
    with pytest.raises(SettingsError, match="'customers' has nothing to be moved by"):
        make_two_way(value, register, rows="customers")
    with pytest.raises(SettingsError, match="against itself"):
        make_two_way(value, register, columns="share")
    with pytest.raises(SettingsError, match="did you mean 'share'"):
        make_two_way(value, register, rows="shares")


def test_no_two_way_table_without_a_margin() -> None:
    value = project_simple(gross_margin=0.0)
    found = analyse_sensitivity(value, with_ranges(value), draws=100)
    assert isinstance(found.two_way, NotEstimable)
    assert "two-way table not estimable: 'gross_margin' has no range" in found.summary()


def test_cases_by_hand() -> None:
    value = project_simple(noise=0.0, **COSTLY)
    register = with_ranges(value, gross_margin=(0.4, 0.8), programme_cost_upfront=(700.0, 1000.0))
    low, base, high = make_cases(value, register).cases
    # A high cost and a low margin are unfavourable: 1,200 − 1,000 and 2,000 − 700.
    assert (low.npv, base.npv, high.npv) == (pytest.approx(200.0), pytest.approx(600.0), pytest.approx(1300.0))
    assert (low.roi, high.roi) == (pytest.approx(0.2), pytest.approx(1300 / 700))
    assert (low.payback_months, base.payback_months, high.payback_months) == (2, 2, 1)
    assert dict(low.values) == {"gross_margin": 0.4, "programme_cost_upfront": 1000.0}
    assert base.npv == pytest.approx(value.npv.estimate)


def test_cases_without_ranges_and_cost_are_the_base() -> None:
    value = project_simple(noise=0.0)
    found = make_cases(value, with_ranges(value))
    assert {case.npv for case in found.cases} == {found.cases[1].npv}
    assert (found.cases[0].roi, found.cases[0].payback_months) == (None, None)
    assert "gross_margin" in found.kept
    assert found.to_frame()["case"].tolist() == ["low", "base", "high"]


def test_a_case_that_never_pays_back_says_so() -> None:
    value = project_simple(noise=0.0, programme_cost_upfront=1300.0)
    found = make_cases(value, with_ranges(value, gross_margin=(0.1, 0.5)))
    assert found.cases[0].payback_months is None
    assert "never paid back" in found.summary()


def test_without_ranges_the_run_is_the_estimation() -> None:
    value = project_simple(noise=2.0, draws=400)
    run = run_probabilistic(value, with_ranges(value), draws=400, seed=1)
    np.testing.assert_allclose(run.npv, value.draws)
    assert run.npv.std() == pytest.approx(value.npv.se)
    assert run.shares == (("estimation", pytest.approx(1.0)), ("together", pytest.approx(0.0, abs=1e-12)))
    assert run.prob_npv_positive == value.appraisal.prob_npv_positive


def test_without_anything_that_varies_there_are_no_shares() -> None:
    value = project_simple(noise=0.0)
    run = run_probabilistic(value, with_ranges(value), draws=100, seed=1)
    assert run.npv.std() == pytest.approx(0.0, abs=1e-9)
    assert {share for _, share in run.shares} == {0.0}
    assert run.counts.sum() == 100


def test_one_assumption_alone_is_its_distribution() -> None:
    # 1,400 less a cost that is uniform from 1,200 to 1,700: mean −50, P10 … P90 at 1,650 … 1,250, above 0 in 40 %.
    value = project_simple(noise=0.0, programme_cost_upfront=1300.0)
    uniform = {"low": 1200.0, "high": 1700.0, "distribution": "uniform"}
    run = run_probabilistic(value, with_ranges(value, programme_cost_upfront=uniform), draws=10_000, seed=1)
    # One draw in each ten-thousandth part of the range of 500: off by no more than 0.05.
    assert run.mean == pytest.approx(-50.0, abs=0.05)
    assert (run.p10, run.p50, run.p90) == tuple(pytest.approx(x, abs=0.06) for x in (-250.0, -50.0, 150.0))
    assert run.prob_npv_positive == pytest.approx(0.4, abs=1e-4)
    assert run.matters_most == "programme_cost_upfront"
    assert run.shares[0][1] == pytest.approx(1.0)


def test_shares_of_a_product_by_hand() -> None:
    # Value = share × customers × 14: with means a, b and variances u, v the parts of the variance of a product of
    # independent numbers are u·b², v·a² and u·v. Uniform: variance = width² / 12.
    value = project_simple(noise=0.0)
    ranges = {"share": (0.2, 0.8), "customers": (500.0, 1500.0)}
    register = with_ranges(
        value, **{n: {"low": low, "high": high, "distribution": "uniform"} for n, (low, high) in ranges.items()}
    )
    run = run_probabilistic(value, register, draws=10_000, seed=2)
    u, v = 0.6**2 / 12, 1000.0**2 / 12
    parts = {"share": u * 1000.0**2, "customers": v * 0.5**2, "together": u * v}
    found = dict(run.shares)
    assert found["estimation"] == 0.0
    for name, part in parts.items():
        # The two are drawn apart: 10,000 draws leave a chance correlation of about 0.01, which moves shares as much.
        assert found[name] == pytest.approx(part / sum(parts.values()), abs=0.02)


def test_shares_of_the_ishigami_function() -> None:
    # sin x + 7 sin² y + 0.1 z⁴ sin x on (−π, π)³. First-order indices 0.3139, 0.4424, 0; x and z together 0.2437:
    # Saltelli, A. et al. (2008), Global Sensitivity Analysis: The Primer, Wiley, doi:10.1002/9780470725184.
    x, y, z = np.random.default_rng(4).uniform(-np.pi, np.pi, (3, 100_000))
    total = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
    effects = np.stack([np.sin(x) * (1 + 0.1 * 1.5**4), 7 * np.sin(y) ** 2, 0.1 * z**4 * np.sin(0.0)])
    # Standard errors of the shares at 100,000 plain draws are about 0.003.
    np.testing.assert_allclose(variance_shares(total, effects), [0.3139, 0.4424, 0.0, 0.2437], atol=0.01)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), causes=st.integers(1, 6))
def test_shares_add_up_to_one(seed: int, causes: int) -> None:
    rng = np.random.default_rng(seed)
    effects = rng.normal(size=(causes, 200)) * rng.uniform(0.1, 10.0, (causes, 1))
    shares = variance_shares(effects.sum(axis=0) + effects.prod(axis=0), effects)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[-1] >= -1e-12


def everything_varies(value: Projection) -> Register:
    """Return a register with a range for an assumption of each kind and distribution."""
    return with_ranges(
        value, gross_margin={"low": 0.4, "high": 0.6, "distribution": "normal"}, discount_rate_annual=(0.0, 0.2),
        share={"low": 0.3, "high": 0.6, "distribution": "triangular"}, effect_months=(1, 2),
        programme_cost_upfront={"low": 500.0, "high": 1300.0, "distribution": "lognormal"},
        customers={"low": 900.0, "high": 1100.0, "distribution": "uniform"},
    )  # fmt: skip


def test_shares_of_a_whole_run_add_up() -> None:
    value = project_simple(noise=3.0, **COSTLY)
    run = run_probabilistic(value, everything_varies(value), draws=2000, seed=1)
    assert sum(share for _, share in run.shares) == pytest.approx(1.0)
    assert [name for name, _ in run.shares][-1] == "together"
    ranked = [share for _, share in run.shares[:-1]]
    assert ranked == sorted(ranked, reverse=True)
    assert {name for name, _ in run.shares} == {
        "estimation", "gross_margin", "discount_rate_annual", "share", "effect_months", "programme_cost_upfront",
        "customers", "together",
    }  # fmt: skip
    assert run.p10 < run.p50 < run.p90


def test_doubling_the_currency_doubles_the_quantiles() -> None:
    value = project_simple(noise=2.0, **COSTLY)
    move = value.move
    curves = move.curves.copy()
    curves[:, :, 1:3] *= 2
    dear = Economics(gross_margin=0.5, discount_rate_annual=0.0, programme_cost_upfront=1600.0)
    twice = project(replace(move, curves=curves, own_values={"calls": -6.0}), dear, simple_frame())
    ranges = {"gross_margin": (0.4, 0.6), "share": (0.4, 0.6)}
    one = run_probabilistic(value, with_ranges(value, **ranges, programme_cost_upfront=(700, 900)), draws=500, seed=3)
    two = run_probabilistic(twice, with_ranges(twice, **ranges, programme_cost_upfront=(1400, 1800)), draws=500, seed=3)
    np.testing.assert_allclose(two.npv, 2 * one.npv)
    np.testing.assert_allclose([two.p10, two.p50, two.p90], 2 * np.array([one.p10, one.p50, one.p90]))
    np.testing.assert_allclose([s for _, s in two.shares], [s for _, s in one.shares], atol=1e-9)


def test_without_cost_the_share_scales_every_draw() -> None:
    value = project_simple(noise=2.0)
    half, whole = (
        varied_flow(
            value.move, value.economics, {"share": np.full(300, share)}, draws=300,
            drawn=value.move.draw(simple_frame(draws=300).weights, 2),
        ).npv
        for share in (0.25, 0.5)
    )  # fmt: skip
    np.testing.assert_allclose(2 * half, whole)
    np.testing.assert_allclose(whole, project_simple(noise=2.0, draws=300).draws)


def test_a_further_range_leaves_the_other_draws_as_they_were() -> None:
    value = project_simple()
    few, more = with_ranges(value, share=(0.4, 0.6)), with_ranges(value, gross_margin=(0.4, 0.6), share=(0.4, 0.6))
    first = draw_assumptions(few.ranged(), 50, seed=1)["share"]
    np.testing.assert_array_equal(first, draw_assumptions(more.ranged(), 50, seed=1)["share"])
    assert not np.array_equal(first, draw_assumptions(few.ranged(), 50, seed=2)["share"])


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    value = project_simple(noise=2.0, **COSTLY)
    register = everything_varies(value)
    whole = run_probabilistic(value, register, draws=300, seed=1)
    monkeypatch.setattr("cxvalue.value.vary.probabilistic.BLOCK", 16 * 70)
    np.testing.assert_allclose(run_probabilistic(value, register, draws=300, seed=1).npv, whole.npv)


def test_the_histogram_holds_every_draw_and_parts_at_zero() -> None:
    value = project_simple(noise=6.0, **COSTLY)
    run = run_probabilistic(value, everything_varies(value), draws=1000, seed=1)
    assert run.counts.sum() == 1000
    assert run.npv.min() < 0 < run.npv.max()
    assert np.isclose(run.bin_edges, 0.0).any()
    assert run.counts[run.bin_edges[:-1] >= -1e-9].sum() == (run.npv >= 0).sum()


def test_everything_in_one() -> None:
    value = project_simple(noise=2.0, **COSTLY)
    found = analyse_sensitivity(value, everything_varies(value), draws=500, seed=1)
    table = found.to_frame()
    assert table["share_of_variance"].sum() == pytest.approx(1.0)
    assert table["assumption"].iloc[-1] == "together"
    assert table.loc[table["assumption"] == "unit_value_calls", "share_of_variance"].isna().all()
    for text in (found.summary(), found._repr_html_()):
        assert "P10 / P50 / P90" in text
    assert any("unit_value_calls" in text and "±10 % shown" in text for text in found.warnings)
    for part in (found.tornado, found.two_way, found.cases, found.probabilistic):
        assert not part.to_frame().empty
        assert "<table" in part._repr_html_()


def test_a_distribution_that_is_not_about_the_value_is_named() -> None:
    value = project_simple(**COSTLY)
    cost = {"low": 700.0, "high": 1600.0, "distribution": "lognormal"}
    found = analyse_sensitivity(value, with_ranges(value, programme_cost_upfront=cost), draws=100)
    # The middle of a lognormal distribution is √(700 × 1600) = 1058.
    expected = "the draws of programme_cost_upfront centre on 1,058 (lognormal, 700 to 1,600), not on its value 800"
    assert expected in found.warnings


def test_what_is_cut_off_is_said() -> None:
    value = project_simple(gross_margin=0.9)
    register = with_ranges(value, gross_margin={"low": 0.8, "high": 1.0, "distribution": "normal"})
    found = analyse_sensitivity(value, register, draws=100)
    expected = "5.0% of the normal distribution of gross_margin lies beyond what it may be (0 to 1) and is cut off"
    assert expected in found.warnings


def test_a_range_beyond_the_months_valued_is_said() -> None:
    value = project_simple(**COSTLY)
    register = with_ranges(value, effect_months=(1, 6), programme_months=(1, 2))
    found = analyse_sensitivity(value, register, draws=100)
    assert "effect_months runs to 6, and 2 months are valued: beyond them it changes nothing" in found.warnings
    assert not any(text.startswith("programme_months") for text in found.warnings)
