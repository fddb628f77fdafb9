"""The assumption register: what it takes, what it refuses, how likely values are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from scipy import stats

import cxvalue as cx
from cxvalue.value import AssumptionSettings, Register, make_register
from cxvalue.value.vary.distribution import Distribution, stratified_probabilities
from projections import project_simple

ECONOMICS = {"gross_margin": 0.6, "discount_rate_annual": 0.1}


def settings_with(economics: dict[str, Any] | None = None, **assumptions: object) -> cx.Settings:
    """Return settings with these assumptions, over 12 months."""
    return cx.Settings(
        study={"horizon_months": 12}, economics=ECONOMICS | (economics or {}), assumptions=assumptions,
        panels={"calls": {"kind": "count", "unit_value": -3.0}},
    )  # fmt: skip


def refusal(economics: dict[str, Any] | None = None, **assumptions: object) -> cx.SettingsError:
    """Return the error with which these assumptions are refused."""
    with pytest.raises(cx.SettingsError) as refused:
        settings_with(economics, **assumptions)
    return refused.value


def register_of(economics: dict[str, Any] | None = None, **assumptions: dict[str, Any]) -> Register:
    """Return the register of a simple projection."""
    stated = {name: AssumptionSettings(**keys) for name, keys in assumptions.items()}
    return make_register(project_simple(**(economics or {})), stated)


def test_every_number_of_the_economics_is_in_the_register() -> None:
    # A field that is added to [economics] has to be added to the register.
    names = {each.name for each in register_of().assumptions}
    assert set(cx.Economics.model_fields) <= names
    assert {"share", "customers", "horizon_months", "unit_value_calls"} <= names


def test_the_register_holds_what_is_said() -> None:
    told = {
        "low": 0.4, "high": 0.7, "distribution": "triangular", "unit": "of net sales", "source": "accounts",
        "owner": "finance", "date": dt.date(2025, 6, 30), "note": "audited",
    }  # fmt: skip
    row = register_of(gross_margin=told).to_frame().set_index("name").loc["gross_margin"]
    assert row.to_dict() == {"value": 0.5, **told, "date": "2025-06-30"}


def test_what_is_not_said_is_none_or_where_it_came_from() -> None:
    table = register_of({"upgrade_value": 5.0}).to_frame().set_index("name")
    assert table.loc["upgrade_value", ["value", "source"]].tolist() == [5.0, "settings"]
    assert table.loc["referral_value", ["value", "source"]].tolist() == [0.0, "default"]
    assert table.loc["referral_value", ["low", "high", "distribution", "owner", "date", "note"]].isna().all()


def test_what_is_left_open_takes_the_value_that_it_comes_to() -> None:
    register = register_of()
    assert register["customers"].value == 1000.0
    assert (register["programme_months"].value, register["effect_months"].value) == (2.0, 2.0)
    assert register["value_horizon_months"].value == 2.0


def test_timing_is_a_number_of_months() -> None:
    assert register_of({"discount_timing": "mid_month"})["discount_timing"].value == 0.5


def test_a_tail_takes_a_source_and_no_range() -> None:
    register = register_of({"tail": "sbg"}, tail={"source": "board", "owner": "finance"})
    row = register.to_frame().set_index("name").loc["tail"]
    assert (row["value"], row["source"], row["owner"]) == (3.0, "board", "finance")
    assert "3 sbg" in row["unit"]
    assert settings_with(tail={"source": "board"}).assumptions["tail"].source == "board"
    assert "tail" in refusal(tail={"low": 1.0, "high": 3.0}).what


def test_margin_by_month_has_a_row_for_every_run_of_months() -> None:
    register = register_of({"gross_margin": [0.5, 0.5, 0.7], "value_horizon_months": 5})
    assert [(part.name, part.value) for part in register.parts] == [
        ("gross_margin, months 1 to 2", 0.5),
        ("gross_margin, months 3 to 5", 0.7),
    ]
    # Mean over the months valued: (2 × 0.5 + 3 × 0.7) / 5; at most so large that 0.7, scaled alike, is 1.
    assert register["gross_margin"].value == pytest.approx(0.62)
    assert register["gross_margin"].most == pytest.approx(0.62 / 0.7)
    assert register.to_frame()["name"].tolist()[:3] == ["gross_margin", *(part.name for part in register.parts)]


def test_margin_by_segment_has_a_row_for_every_value() -> None:
    margin = {"by": "plan", "values": {"basic": 0.4, "pro": 0.8}, "other": 0.6}
    register = register_of({"gross_margin": margin})
    assert [(part.name, part.value) for part in register.parts] == [
        ("gross_margin, plan = basic", 0.4),
        ("gross_margin, plan = pro", 0.8),
        ("gross_margin, plan, all others", 0.6),
    ]
    assert register["gross_margin"].value == pytest.approx(0.6)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    error = refusal(gross_margn={"low": 0.5, "high": 0.7})
    assert error.what == "unknown key 'gross_margn' in [assumptions]"
    assert error.hint == "did you mean 'gross_margin'?"
    assert refusal(unit_value_cals={"low": -4, "high": -2}).hint == "did you mean 'unit_value_calls'?"
    assert refusal(unit_value_revenue={}).what == "unknown key 'unit_value_revenue' in [assumptions]"
    with pytest.raises(cx.SettingsError, match="did you mean 'share'"):
        register_of()["shares"]


@pytest.mark.parametrize(
    ("name", "keys", "what", "allowed"),
    [
        ("gross_margin", {"low": 0.5}, "gives only one of low and high", "both or neither"),
        ("gross_margin", {"distribution": "normal"}, "has a distribution and no range", ""),
        ("gross_margin", {"low": 0.7, "high": 0.5}, "low = 0.7 is not below high = 0.5", ""),
        ("gross_margin", {"low": 0.6, "high": 0.6}, "low = 0.6 is not below high = 0.6", ""),
        ("gross_margin", {"low": 0.5, "high": 1.1}, "high = 1.1 is refused", "0 to 1"),
        ("discount_rate_annual", {"low": -0.1, "high": 0.2}, "low = -0.1 is refused", "0 to 5"),
        ("programme_cost_upfront", {"low": -1, "high": 0.2}, "low = -1 is refused", "numbers from 0"),
        ("ramp_up_months", {"low": 1, "high": 2.5}, "high = 2.5 is refused", "whole numbers from 1 to 12"),
        ("share", {"low": 0.01, "high": 1.5}, "high = 1.5 is refused", "0 to 1"),
        ("share", {"low": 0.1, "high": 0.2}, "runs from 0.1 to 0.2 and leaves out the value itself, 0.05",
         "low ≤ value ≤ high"),
        ("effect_months", {"low": 3, "high": 6}, "runs from 3 to 6 and leaves out the value itself, 12",
         "low ≤ value ≤ high"),
        ("upgrade_value", {"low": 0, "high": 9, "distribution": "lognormal"}, "low = 0 is refused",
         "above 0 for a lognormal distribution"),
        ("value_horizon_months", {"low": 6, "high": 24},
         "takes no low and high: it is what is asked, not what is uncertain", "source, owner, date, note, unit"),
    ],
)  # fmt: skip
def test_a_range_that_cannot_be_is_refused(name: str, keys: dict[str, Any], what: str, allowed: str) -> None:
    error = refusal(**{name: keys})
    assert error.what == f"[assumptions.{name}] {what}"
    assert error.allowed == allowed


def test_a_range_may_not_take_an_entry_of_the_margin_above_1() -> None:
    # 0.5 and 0.9 in turn; the mean of 12 months is (0.5 + 11 × 0.9) / 12 = 0.8667, which 0.9 = 1 makes 0.963.
    error = refusal({"gross_margin": [0.5, 0.9]}, gross_margin={"low": 0.8, "high": 0.97})
    assert error.allowed == "0 to 0.962963"


def test_a_number_in_the_place_of_a_section_is_refused() -> None:
    error = refusal(gross_margin=0.6)
    assert error.what == "[assumptions] gross_margin = 0.6 is refused"
    assert "[economics]" in error.hint
    with pytest.raises(cx.SettingsError, match=r"a section \[assumptions.NAME\]"):
        cx.Settings(assumptions=[1])


def test_an_unknown_distribution_is_refused() -> None:
    error = refusal(gross_margin={"low": 0.5, "high": 0.7, "distribution": "beta"})
    assert error.what == "[assumptions.gross_margin] distribution = 'beta' is refused"
    assert "'lognormal'" in error.allowed


def test_ranges_do_without_economics() -> None:
    settings = cx.Settings(assumptions={"gross_margin": {"low": 0.5, "high": 0.7}})
    assert settings.assumptions["gross_margin"].high == 0.7


def test_a_horizon_may_have_an_owner() -> None:
    assert settings_with(value_horizon_months={"owner": "finance"}).assumptions["value_horizon_months"].owner


def test_a_range_is_shown_where_none_is_given() -> None:
    terms = {"optimism_adjustment": 0.95, "ramp_up_months": 10, "value_horizon_months": 24}
    register = register_of(terms, share={"low": 0.4, "high": 0.6})
    assert register["share"].shown_range() == (0.4, 0.6)
    assert register["gross_margin"].shown_range() == pytest.approx((0.45, 0.55))
    assert register["optimism_adjustment"].shown_range() == pytest.approx((0.855, 1.0)), "no more than all"
    assert register["ramp_up_months"].shown_range() == (9.0, 11.0)
    all_months = register_of(terms | {"value_horizon_months": 10})["ramp_up_months"]
    assert all_months.shown_range() == (9.0, 10.0), "all are moved within the months valued"
    assert register["customers"].shown_range() == (1000.0, 1000.0), "measured, and so not moved"


PROBABILITIES = np.linspace(0.001, 0.999, 99)
PERT = stats.beta(1 + 4 * 0.25, 1 + 4 * 0.75, loc=10.0, scale=8.0)
NORMAL = stats.norm(14.0, 4.0 / stats.norm.ppf(0.95))
LOGNORMAL = stats.lognorm(np.log(18 / 10) / 2 / stats.norm.ppf(0.95), scale=np.sqrt(180.0))
REFERENCES = {
    "triangular": stats.triang(0.25, loc=10.0, scale=8.0), "pert": PERT, "normal": NORMAL, "lognormal": LOGNORMAL,
    "uniform": stats.uniform(10.0, 8.0),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFERENCES)
def test_quantiles_are_those_of_scipy(kind: Any) -> None:
    found = Distribution(kind, 10.0, 12.0, 18.0)
    # The quantile functions of both are accurate to about 1e-12; 1e-9 leaves room for releases of scipy.
    np.testing.assert_allclose(found.quantile(PROBABILITIES), REFERENCES[kind].ppf(PROBABILITIES), rtol=1e-9)
    for value in (9.0, 10.5, 12.0, 17.0, 30.0):
        assert found.prob_below(value) == pytest.approx(REFERENCES[kind].cdf(value), abs=1e-12)


@pytest.mark.parametrize("kind", REFERENCES)
def test_means_of_stratified_draws_are_those_of_scipy(kind: Any) -> None:
    drawn = Distribution(kind, 10.0, 12.0, 18.0).quantile(stratified_probabilities(10_000, np.random.default_rng(1)))
    # One draw in each ten-thousandth part: the mean is off by far less than the 0.02 of plain draws.
    assert drawn.mean() == pytest.approx(REFERENCES[kind].mean(), abs=0.002)
    assert drawn.std() == pytest.approx(REFERENCES[kind].std(), rel=0.005)


def test_pert_by_hand() -> None:
    # Mean (10 + 4 × 12 + 18) / 6.
    assert PERT.mean() == pytest.approx(76 / 6)
    assert Distribution("pert", 10.0, 12.0, 18.0).pert_shape() == (2.0, 4.0)


def test_normal_and_lognormal_hold_90_percent_between_low_and_high() -> None:
    for kind in ("normal", "lognormal"):
        np.testing.assert_allclose(Distribution(kind, 2.0, 3.0, 8.0).quantile([0.05, 0.95]), [2.0, 8.0])


def test_what_cannot_be_is_cut_off() -> None:
    # A margin of 0.7 to 1 at 90 %: 5 % of the normal distribution lie above 1.
    found = Distribution("normal", 0.7, 0.9, 1.0, least=0.0, most=1.0)
    scale = 0.15 / stats.norm.ppf(0.95)
    reference = stats.truncnorm(-0.85 / scale, 0.15 / scale, loc=0.85, scale=scale)
    np.testing.assert_allclose(found.quantile(PROBABILITIES), reference.ppf(PROBABILITIES), rtol=1e-9)
    assert found.cut_off() == pytest.approx(0.05, abs=1e-6)
    assert found.quantile(1.0) == pytest.approx(1.0)
    assert found.quantile(0.0) >= 0.0


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(list(REFERENCES)), low=st.floats(0.1, 10.0), span=st.floats(0.1, 10.0),
    at=st.floats(0.0, 1.0), prob=st.floats(0.0, 1.0),
)  # fmt: skip
@example(kind="pert", low=1.0, span=1.0, at=0.5, prob=9.1e-289)  # where the beta's inverse is no number
@example(kind="pert", low=1.0, span=1.0, at=0.5, prob=1e-200)
def test_draws_stay_within_what_may_be(kind: Any, low: float, span: float, at: float, prob: float) -> None:
    high = low + span
    found = Distribution(kind, low, low + at * span, high, least=0.0, most=high).quantile(prob)
    least = low if kind in ("pert", "triangular", "uniform") else 0.0
    assert least - 1e-9 <= found <= high + 1e-9


def test_stratified_draws_are_one_in_each_part() -> None:
    found = stratified_probabilities(50, np.random.default_rng(3))
    assert sorted(np.floor(found * 50).astype(int).tolist()) == list(range(50))
