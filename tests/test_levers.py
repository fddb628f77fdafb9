"""Levers, extrapolation, cash flow and projection: by hand and as identities."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from cxvalue.estimate.replicate import BandReplicates, group_draws
from cxvalue.value import Economics, Frame, Move, Projection, Shift
from cxvalue.value.appraise import payback_months
from cxvalue.value.extend import extend_curves
from cxvalue.value.levers import split_levers
from cxvalue.value.project import project
from cxvalue.vocabulary import BANDS, STANDARD_METRICS

METRICS = tuple(STANDARD_METRICS.values())
GROUPS = 12


def curves(seed: int, horizon: int = 6) -> BandReplicates:
    """Return random but plausible curves of three bands."""
    rng = np.random.default_rng(seed)
    stay = np.cumprod(rng.uniform(0.9, 1.0, size=(1 + GROUPS, 3, 1, horizon)), axis=-1)
    amounts = stay * rng.uniform(0.5, 50.0, size=(1 + GROUPS, 3, len(METRICS) - 1, horizon))
    both = np.concatenate([stay, amounts], axis=2)
    return BandReplicates(both[0], both[1:], np.full((3, horizon), 100.0), (0,))


def worth(
    replicates: BandReplicates, *, shift: Shift | None = None, scale: float = 1.0, months: int | None = None,
    discount: float = 0.1, cost: float = 0.0,
) -> Projection:  # fmt: skip
    """Return the value of a shift on given curves, all money times ``scale``."""
    scaled = replicates.estimate.copy()
    scaled_loo = replicates.leave_one_group_out.copy()
    for at, metric in enumerate(METRICS):
        if metric.kind == "money":
            scaled[:, at] *= scale
            scaled_loo[:, :, at] *= scale
    economics = Economics(
        gross_margin=0.6, discount_rate_annual=discount, upgrade_value=20 * scale, referral_value=30 * scale,
        programme_cost_upfront=cost * scale, value_horizon_months=months,
    )  # fmt: skip
    frame = Frame(METRICS, {}, "EUR", "per moved customer", 0.95, group_draws(GROUPS, 200, seed=1))
    shift = shift or Shift()
    every = np.concatenate([scaled[None], scaled_loo])[:, [BANDS.index(shift.from_band), BANDS.index(shift.to_band)]]
    prob = np.r_[0.25, np.linspace(0.24, 0.26, GROUPS)]
    move = Move(shift, METRICS, {}, every, prob, active_customers=1000.0, answered_in_band=90)
    return project(move, economics, frame)


def test_levers_by_hand() -> None:
    # From band: 50 % stay and pay 20 in all, so 40 each; to band: 90 % stay and pay 45, so 50 each.
    # Staying: 0.4 × 45 = 18; paying more: 0.7 × 10 = 7; together 25 = 45 − 20.
    levers = split_levers(np.array([[0.5], [20.0]]), np.array([[0.9], [45.0]]), np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(levers.ravel(), [18.0, 7.0])


def test_where_hardly_anybody_is_left_all_is_retentions() -> None:
    levers = split_levers(np.array([[0.005], [1.0]]), np.array([[0.9], [45.0]]), np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(levers.ravel(), [44.0, 0.0])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_levers_add_up_to_the_value_exactly(seed: int) -> None:
    found = worth(curves(seed))
    assert sum(part.estimate for _, part in found.levers) == pytest.approx(found.per_customer.estimate, rel=1e-12)
    flow = found.cash_flow
    assert flow["gross"].sum() == pytest.approx(found.gross_undiscounted.estimate, rel=1e-12)
    assert flow["net_discounted"].sum() == pytest.approx(found.npv.estimate, rel=1e-12)
    assert found.gross.estimate == pytest.approx(0.05 * 1000 * 0.25 * found.per_customer.estimate, rel=1e-12)


@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 1000.0))
@settings(max_examples=40, deadline=None)
def test_another_currency_scales_all_money(seed: int, scale: float) -> None:
    one, other = worth(curves(seed), cost=10.0), worth(curves(seed), scale=scale, cost=10.0)
    assert other.npv.estimate == pytest.approx(scale * one.npv.estimate, rel=1e-9, abs=1e-9 * scale)
    assert other.npv.ci_low == pytest.approx(scale * one.npv.ci_low, rel=1e-9, abs=1e-6 * scale)
    assert other.heads == one.heads


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_move_to_the_same_band_is_worth_nothing(seed: int) -> None:
    found = worth(curves(seed), shift=Shift("neutral", "neutral", share=0.3))
    assert found.per_customer.estimate == 0.0
    assert found.npv.ci_low == found.npv.ci_high == 0.0


@given(seed=st.integers(0, 10_000), share=st.floats(1e-300, 1.0))
@settings(max_examples=40, deadline=None)
def test_value_is_in_proportion_to_the_share_and_so_nothing_without_one(seed: int, share: float) -> None:
    found, plain = worth(curves(seed), shift=Shift(share=share)), worth(curves(seed))
    assert found.npv.estimate == pytest.approx(plain.npv.estimate * share / 0.05, rel=1e-9, abs=1e-12)
    assert found.per_customer == plain.per_customer
    nothing = worth(curves(seed), shift=Shift(share=1e-300))
    assert max(abs(nothing.npv.estimate), abs(nothing.npv.ci_low), abs(nothing.npv.ci_high)) < 1e-290


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_no_discount_is_the_plain_sum(seed: int) -> None:
    found = worth(curves(seed), discount=0.0)
    assert found.gross.estimate == pytest.approx(found.gross_undiscounted.estimate, rel=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_longer_horizon_changes_nothing_before_it_and_says_what_it_adds(seed: int) -> None:
    short, long = worth(curves(seed)), worth(curves(seed), months=18)
    np.testing.assert_allclose(long.cash_flow["gross"][:7], short.cash_flow["gross"], rtol=1e-12)
    assert short.extrapolated_share == 0.0
    added = long.per_customer.estimate - short.per_customer.estimate
    assert long.extrapolated_share == pytest.approx(added / long.per_customer.estimate, rel=1e-9)
    assert long.cash_flow["extrapolated"].sum() == 12


def test_extrapolation_keeps_hazard_and_amount() -> None:
    # Half leave each month and those who stay pay 10: 0.5, 0.25 then 0.125, 0.0625; 5, 2.5 then 1.25, 0.625.
    found = extend_curves(np.array([[0.5, 0.25], [5.0, 2.5]]), 4)
    np.testing.assert_allclose(found, [[0.5, 0.25, 0.125, 0.0625], [5.0, 2.5, 1.25, 0.625]])


def test_roi_and_payback() -> None:
    found = worth(curves(4), cost=100.0)
    assert found.roi is not None
    assert found.roi.estimate == pytest.approx(found.npv.estimate / found.programme_cost, rel=1e-12)
    assert found.roi.ci_low <= found.roi.estimate <= found.roi.ci_high
    assert worth(curves(4)).roi is None


def test_payback_is_when_the_sum_stays_above_water() -> None:
    assert payback_months(np.array([-10.0, 4.0, 4.0, 4.0])) == 3
    assert payback_months(np.array([-10.0, 12.0, -5.0, 4.0])) == 3
    assert np.isinf(payback_months(np.array([-10.0, 4.0])))
    assert payback_months(np.array([0.0, 4.0])) == 0


def test_both_readings_of_the_move_are_given() -> None:
    heads = worth(curves(5)).heads
    assert heads.customers_from_band.estimate == pytest.approx(250.0)
    assert heads.customers_moved.estimate == pytest.approx(12.5)  # 5 % of the dissatisfied …
    assert heads.share_of_base.estimate == pytest.approx(0.0125)  # … is 1.25 points of the base, not 5
    assert heads.answered_moved == pytest.approx(4.5)
