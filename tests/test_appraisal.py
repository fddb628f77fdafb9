"""Economics, phasing, cash flow and appraisal: by hand and as identities."""

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

from cxvalue.errors import SettingsError
from cxvalue.estimate.replicate import group_draws
from cxvalue.value import Economics, Frame, Move, Shift
from cxvalue.value.appraise import irr_annual, make_payback, percentile_interval
from cxvalue.value.cash import CashFlow, cash_flow, lever_money, phased_money, terms_of
from cxvalue.value.caveats import list_money_caveats
from cxvalue.value.economics import SegmentMargin
from cxvalue.value.phasing import phasing_matrix
from cxvalue.value.project import project
from cxvalue.value.vary.varied import varied_flow
from cxvalue.value.waterfall import make_waterfall
from cxvalue.value.worth import worth_of
from cxvalue.vocabulary import STANDARD_METRICS
from projections import project_simple

METRICS = tuple(STANDARD_METRICS[name] for name in ("retained", "revenue", "cost_to_serve"))


FREE = Economics(gross_margin=0.5, discount_rate_annual=0.0)


def move_of(months: int = 3) -> Move:
    """Return a move of 100 customers: nobody leaves, 10 more revenue and 2 less cost a month."""
    stay = np.ones((1, 1, months))
    start = np.concatenate([stay, 20 * stay, 5 * stay], axis=1)
    end = np.concatenate([stay, 30 * stay, 3 * stay], axis=1)
    curves = np.repeat(np.stack([start, end], axis=1), 3, axis=0)
    return Move(Shift(share=0.5), METRICS, {}, curves, np.full(3, 0.2), active_customers=1000.0, answered_in_band=40)


def flow_of(**economics: object) -> CashFlow:
    """Return the cash flow of that move under given economics, margin 0.5 and no discount by default."""
    chosen = Economics(**{"gross_margin": 0.5, "discount_rate_annual": 0.0, **economics})
    move, terms = move_of(), terms_of(chosen, move_of())
    money = phased_money(move.extended(terms.months), terms)
    return cash_flow(money[0], move.moved[0], terms, cost_to_serve=2)


def test_cash_flow_by_hand() -> None:
    # 100 customers × (0.5 × 10 + 2) = 700 a month, of which 200 are lower cost to serve.
    flow = flow_of(programme_cost_upfront=500.0, programme_cost_monthly=100.0)
    np.testing.assert_allclose(flow.gross, [700.0, 700.0, 700.0])
    np.testing.assert_allclose(flow.levers[:, 0], [0.0, 500.0, 200.0], atol=1e-12)
    np.testing.assert_allclose(flow.net, [-500.0, 600.0, 600.0, 600.0])
    assert flow.npv == pytest.approx(1300.0)
    assert flow.npv_cash == pytest.approx(1300.0 - 3 * 200.0)  # no capacity is released by default


def test_optimism_and_cashable_by_hand() -> None:
    # 20 % off 700 leaves 560; of the 160 of lower cost that remain, a quarter becomes cash: 120 do not.
    flow = flow_of(optimism_adjustment=0.2, cashable_share=0.25)
    np.testing.assert_allclose(flow.optimism, 140.0)
    np.testing.assert_allclose(flow.net[1:], 560.0)
    np.testing.assert_allclose(flow.not_cash, 120.0)


def test_nothing_is_taken_off_a_loss() -> None:
    move = move_of()
    terms = terms_of(Economics(gross_margin=0.5, discount_rate_annual=0.0, optimism_adjustment=0.5), move)
    lost = cash_flow(lever_money(move.curves[0, ::-1], terms), np.array(1.0), terms, cost_to_serve=2)
    np.testing.assert_allclose(lost.optimism, 0.0)
    assert lost.npv == pytest.approx(-21.0)


def test_no_more_is_held_back_from_cash_than_is_saved() -> None:
    # Cost to serve falls by 4, rises by 3 and falls by 2: 3 in all, none of which becomes cash.
    money = np.array([[0.0] * 3, [0.0] * 3, [4.0, -3.0, 2.0]])
    flow = cash_flow(money, np.array(1.0), terms_of(FREE, move_of()), cost_to_serve=2)
    assert flow.not_cash.sum() == pytest.approx(3.0)
    assert flow.npv_cash == pytest.approx(0.0, abs=1e-12)


def test_a_ramp_up_beyond_what_is_valued_is_refused() -> None:
    with pytest.raises(SettingsError, match="some customers would never be moved"):
        terms_of(Economics(gross_margin=0.5, discount_rate_annual=0.0, ramp_up_months=4), move_of())
    with pytest.raises(SettingsError, match="some customers would never be moved"):
        Economics(gross_margin=0.5, discount_rate_annual=0.0, ramp_up_months=4, value_horizon_months=3)


def test_what_is_extrapolated_follows_the_ramp_up() -> None:
    # Seven a month each for 100 customers; of months 4 to 6 after a move, the half moved a month late has two left.
    chosen = Economics(gross_margin=0.5, discount_rate_annual=0.0, ramp_up_months=2, value_horizon_months=6)
    frame = Frame(METRICS, {}, "EUR", "per moved customer", 0.95, group_draws(2, 50, seed=1))
    found = project(move_of(), chosen, frame)
    assert found.gross.estimate == pytest.approx(50 * 7 * (6 + 5))
    assert found.extrapolated.estimate == pytest.approx(50 * 7 * (3 + 2))
    assert found.extrapolated_share == pytest.approx(5 / 11)


def test_higher_cost_to_serve_is_always_cash() -> None:
    move = move_of()
    terms = terms_of(Economics(gross_margin=0.5, discount_rate_annual=0.0), move)
    turned = move.curves[0, ::-1]  # from the better to the worse band
    flow = cash_flow(lever_money(turned, terms), np.array(1.0), terms, cost_to_serve=2)
    np.testing.assert_allclose(flow.not_cash, 0.0)
    assert flow.npv_cash == pytest.approx(-21.0)


def test_ramp_up_by_hand() -> None:
    # Half of the customers at time 0 and half a month later; the second half has no third month within the three.
    np.testing.assert_allclose(flow_of(ramp_up_months=2).gross, [350.0, 700.0, 700.0])


def test_effect_that_ends_by_hand() -> None:
    # Each half counts for one month after its move.
    np.testing.assert_allclose(flow_of(ramp_up_months=2, effect_months=1).gross, [350.0, 350.0, 0.0])


def test_programme_that_stops_costs_no_more() -> None:
    flow = flow_of(programme_cost_monthly=100.0, programme_months=1)
    np.testing.assert_allclose(flow.costs, [0.0, 100.0, 0.0, 0.0])


def test_margin_by_month_is_carried_on() -> None:
    # (0.5 × 10 + 2) × 100, then (0.1 × 10 + 2) × 100.
    np.testing.assert_allclose(flow_of(gross_margin=[0.5, 0.1]).gross, [700.0, 300.0, 300.0])


def test_margin_by_month_is_that_of_the_programmes_month() -> None:
    # 100 customers × 10 more revenue and 2 less cost; half of them move a month late. Month 1: 50 × (0.1 × 10 + 2);
    # month 2, at a margin of 0.5 for early and late alike: 100 × (0.5 × 10 + 2); month 3 the same.
    flow = flow_of(gross_margin=[0.1, 0.5], ramp_up_months=2)
    np.testing.assert_allclose(flow.gross, [150.0, 700.0, 700.0])
    np.testing.assert_allclose(flow.levers[:, 0], [0.0, 50.0, 100.0], atol=1e-12)


def test_margin_by_month_with_ramp_up_through_every_figure() -> None:
    # As above. Moved at time 0, a customer brings 3 + 7 + 7; the whole moves bring 1,550; of that, beyond two months of
    # follow-up, only the half moved at time 0 is in its third month: 50 × 7.
    chosen = Economics(gross_margin=(0.1, 0.5), discount_rate_annual=0.0, ramp_up_months=2, value_horizon_months=3)
    frame = Frame(METRICS, {}, "EUR", "per moved customer", 0.95, group_draws(2, 50, seed=1))
    found = project(move_of(2), chosen, frame)
    assert found.per_customer.estimate == pytest.approx(17.0)
    assert found.gross.estimate == pytest.approx(1550.0)
    assert found.extrapolated.estimate == pytest.approx(350.0)
    assert found.cash_flow["gross"].tolist() == pytest.approx([0.0, 150.0, 700.0, 700.0])
    worth = worth_of(move_of(2), chosen)
    assert worth.per_moved[0] == pytest.approx(15.5)
    steps = dict(make_waterfall(found).steps)
    assert steps["revenue"].estimate == pytest.approx(1050.0)
    assert steps["cost_to_serve"].estimate == pytest.approx(500.0)
    # A factor on all margins, and another ramp-up, as a probabilistic run draws them.
    halved = varied_flow(found.move, chosen, {"gross_margin": np.array([0.5 * np.mean([0.1, 0.5, 0.5])])}, draws=1)
    np.testing.assert_allclose(halved.gross[0], [50 * 2.5, 450.0, 450.0])
    at_once = varied_flow(found.move, chosen, {"ramp_up_months": np.array([1.0])}, draws=1)
    np.testing.assert_allclose(at_once.gross[0], [300.0, 700.0, 700.0])


def test_cash_flow_has_the_intervals_of_its_sums() -> None:
    # No discount, no cost: the groups' noise is one constant a month, so that over two months doubles that of one.
    found = project_simple(programme_cost_upfront=500.0)
    table = found.cash_flow.set_index("month")
    for end, sign in (("ci_low", -1), ("ci_high", 1)):
        reach = sign * (table[f"gross_{end}"] - table["gross"])
        assert reach[0] == 0.0
        assert reach[1] == pytest.approx(reach[2]) and reach[1] > 0
        np.testing.assert_allclose(table[f"net_{end}"][1:], table[f"gross_{end}"][1:])
        assert table.loc[0, f"net_{end}"] == -500.0
        assert table.loc[2, f"cumulative_discounted_{end}"] == pytest.approx(getattr(found.npv, end))
        assert sign * (table.loc[2, f"cumulative_discounted_{end}"] - found.npv.estimate) == pytest.approx(2 * reach[1])


def test_cash_flow_by_month_by_lever_and_by_draw() -> None:
    found = project_simple(programme_cost_upfront=500.0, draws=300)
    draws = found.cash_flow_draws()
    assert draws.shape == (300, 2, len(found.levers))
    np.testing.assert_allclose(draws.sum(axis=(1, 2)) - 500.0, found.draws)
    names = [name for name, _ in found.levers]
    # The draws are centred on the estimate exactly.
    np.testing.assert_allclose(draws.mean(axis=0), found.cash_flow[names].to_numpy()[1:], atol=1e-9)


@given(margins=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4), effect=st.one_of(st.none(), st.integers(1, 4)))
def test_without_ramp_up_the_programmes_months_are_the_customers(margins: list[float], effect: int | None) -> None:
    move = move_of(4)
    terms = terms_of(Economics(gross_margin=margins, discount_rate_annual=0.0, effect_months=effect), move)
    np.testing.assert_array_equal(phased_money(move.curves, terms), lever_money(move.curves, terms))


@given(ramp=st.integers(1, 4), effect=st.one_of(st.none(), st.integers(1, 4)))
def test_one_margin_is_phased_as_money_is(ramp: int, effect: int | None) -> None:
    move = move_of(4)
    chosen = Economics(gross_margin=0.3, discount_rate_annual=0.0, effect_months=effect, ramp_up_months=ramp)
    terms = terms_of(chosen, move)
    expected = lever_money(move.curves, terms) @ terms.phasing
    # Products and sums in another order: rounding alone.
    np.testing.assert_allclose(phased_money(move.curves, terms), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("timing", "when"), [("month_end", 12.0), ("mid_month", 11.5), ("month_start", 11.0)])
def test_discount_timing(timing: str, when: float) -> None:
    economics = Economics(gross_margin=0.5, discount_rate_annual=0.1, discount_timing=timing)
    np.testing.assert_allclose(economics.discount([0, 12]), [1.0, 1.1 ** (-when / 12)])


@given(
    months=st.integers(1, 40), ramp=st.integers(1, 12), effect=st.one_of(st.none(), st.integers(1, 40)),
)  # fmt: skip
def test_nobody_is_moved_twice(months: int, ramp: int, effect: int | None) -> None:
    share = phasing_matrix(months, ramp_up_months=ramp, effect_months=effect)
    assert (share >= 0).all()
    assert share.sum(axis=0).max() <= 1 + 1e-12
    np.testing.assert_allclose(share[0].sum(), min(ramp, months) / ramp)


@given(st.lists(st.floats(1.0, 100.0), min_size=2, max_size=30), st.floats(50.0, 500.0))
def test_value_at_the_internal_rate_of_return_is_nothing(gains: list[float], cost: float) -> None:
    net = np.array([-cost, *gains])
    rate = irr_annual(net)
    assume(rate > -0.99)  # nearer to the loss of everything a year, 1 + rate has lost the digits of the monthly rate
    worth = net @ (1 + rate) ** (-np.arange(len(net)) / 12)
    # The solver stops at a rate, not at a value; what is left is small against the money that flows.
    assert abs(worth) < 1e-6 * np.abs(net).sum()


def test_no_rate_of_return_where_there_are_several() -> None:
    # −100 + 250/(1+r) − 155/(1+r)² has a root on either side; the running total −100, 150, −5 changes sign twice.
    assert np.isnan(irr_annual(np.array([-100.0, 250.0, -155.0])))
    assert np.isnan(irr_annual(np.array([100.0, -30.0, -80.0])))  # no outlay at the start
    assert np.isfinite(irr_annual(np.array([-100.0, 80.0, -10.0, 80.0])))  # the running total changes sign once


def test_no_rate_of_return_without_a_change_of_sign() -> None:
    assert np.isnan(irr_annual(np.array([-1.0, -2.0])))
    assert np.isnan(irr_annual(np.array([1.0, 2.0])))


def test_payback_percentiles_may_be_never() -> None:
    draws = np.array([[-10.0, 12.0, 0.0], [-10.0, 4.0, 7.0], [-10.0, 1.0, 1.0]])
    found = make_payback(np.array([-10.0, 4.0, 7.0]), draws, 0.9)
    assert (found.month, found.ci_low, found.ci_high) == (2, 1, None)
    assert found.prob_within == pytest.approx(2 / 3)


def test_an_interval_may_reach_to_infinity() -> None:
    found = percentile_interval(2.0, np.array([1.0, 2.0, np.inf]), 0.9)
    assert (found.ci_low, found.ci_high) == (1.0, np.inf)


def test_margin_by_segment_names_every_value() -> None:
    margin = SegmentMargin(by="plan", values={"basic": 0.5, "pro": 0.7}, other=0.6)
    np.testing.assert_allclose(margin.factors(("basic", "pro", "team")), [0.5, 0.7, 0.6, 0.6])
    with pytest.raises(SettingsError, match="lacks 'team'"):
        SegmentMargin(by="plan", values={"basic": 0.5, "pro": 0.7}).factors(("basic", "pro", "team"))
    with pytest.raises(SettingsError, match="names 'gold', which is no value"):
        SegmentMargin(by="plan", values={"gold": 0.5}, other=0.6).factors(("basic",))


@pytest.mark.parametrize("margin", [1.2, [0.5, 1.2], [], "half", True])
def test_a_margin_that_is_no_share_is_refused(margin: object) -> None:
    with pytest.raises(SettingsError, match="gross_margin"):
        Economics(gross_margin=margin, discount_rate_annual=0.1)


@given(st.floats(1.0, 60.0), st.floats(0.0, 8.0))
@settings(max_examples=25, deadline=None)
def test_ratios_say_what_the_net_value_says(cost: float, noise: float) -> None:
    """Return, benefit–cost ratio and break-even share are the net value's interval in other units."""
    found = project_simple(noise=noise, programme_cost_upfront=100 * cost)
    roi, ratio, even = found.roi, found.appraisal.benefit_cost_ratio, found.appraisal.break_even_share
    assert roi is not None
    assert ratio is not None
    assert even is not None
    for end in ("estimate", "ci_low", "ci_high"):
        assert getattr(roi, end) == pytest.approx(getattr(found.npv, end) / (100 * cost), rel=1e-12)
        assert getattr(ratio, end) == pytest.approx(getattr(roi, end) + 1, rel=1e-9, abs=1e-9)
    assert found.npv.holds(0.0) == even.holds(found.shift.share)


def test_a_cost_that_is_not_earned_is_a_caveat() -> None:
    worth = project_simple(noise=0.5)
    said = "not shown to be worth its cost"
    assert not any(said in text for text in list_money_caveats(project_simple(programme_cost_upfront=1.0)))
    assert any(said in text for text in list_money_caveats(project_simple(programme_cost_upfront=worth.npv.estimate)))
    assert not any(said in text for text in list_money_caveats(worth))
