"""Moves and points: by hand, and as identities."""

from __future__ import annotations

from contextlib import closing
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import cxvalue as cx
from builders import small_base
from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate.replicate import Interval, interval
from cxvalue.link.columns import Floats
from cxvalue.value.moves import FALLS, RISES, MoveRow, Moves, prevented, value_moves
from cxvalue.value.points import ONE_STEP_EACH, Mix, Points, PointsValue, checked_mix, value_mix, value_points
from cxvalue.value.worth import Worth, worth_of
from valued import PLAIN, move_worth, noise_of, projection_of

DOWN, UP, BOTH = RISES


def figure(replicates: Floats) -> Interval:
    """Return a 95 % interval."""
    return interval(float(replicates[0]), replicates[1:], confidence=0.95)


def known_moves() -> Moves:
    """Return moves worth 60, 40 and 100 a customer, of 250, 350 and 400 customers."""
    heads = {"dissatisfied": 250.0, "neutral": 350.0, "satisfied": 400.0}
    rows = []
    for (leave, reach), each in zip((*RISES, *FALLS), (60.0, 40.0, 100.0, 50.0, 30.0, 90.0), strict=True):
        money = each * noise_of(seed=int(each))
        rows.append(MoveRow(leave, reach, Worth(money, money, heads[leave] * noise_of()), 200.0, 0.95))
    return Moves(tuple(rows), "EUR", "per moved customer", 24)


def priced(points: float, mix: Mix = ONE_STEP_EACH) -> PointsValue:
    """Return what points are worth under these moves, of 1,000 customers."""
    return value_mix("stated", checked_mix(mix), known_moves(), points=points, active=1000.0, interval=figure)


def test_worth_by_hand() -> None:
    # 2 months × (0.5 × 10 + 5) = 20 a customer; of the two halves of a ramp-up the second has one month only: 15.
    # 200 of 1,000 customers are in the band, so 1 % of it is 2 customers.
    worth = worth_of(move_worth(10.0), cx.Economics(**PLAIN))
    assert (worth.per_customer[0], worth.per_moved[0], worth.in_band[0]) == pytest.approx((20.0, 20.0, 200.0))
    assert worth.per_percent[0] == pytest.approx(40.0)
    slow = worth_of(move_worth(10.0), cx.Economics(**PLAIN, ramp_up_months=2))
    assert (slow.per_customer[0], slow.per_moved[0]) == pytest.approx((20.0, 15.0))


@pytest.mark.parametrize("economics", [{}, {"ramp_up_months": 2}, {"discount_rate_annual": 0.2, "effect_months": 1}])
def test_worth_is_that_of_the_projection(economics: dict[str, float]) -> None:
    move = move_worth(10.0, months=4)
    value = projection_of(move, **economics)
    worth = worth_of(move, value.economics)
    each, gross = figure(worth.per_customer), figure(move.moved * worth.per_moved)
    assert (each.estimate, each.se) == pytest.approx((value.per_customer.estimate, value.per_customer.se))
    assert (gross.estimate, gross.se) == pytest.approx((value.gross.estimate, value.gross.se))


def test_one_percent_takes_head_count_and_value_of_the_same_replicate() -> None:
    # In each replicate 0.01 × head count × money: the two errors are not independent here, nor added.
    row = known_moves().get(*DOWN)
    assert isinstance(row.worth, Worth)
    assert row.per_percent == figure(0.01 * row.worth.in_band * row.worth.per_moved)


def test_preventing_is_minus_the_fall() -> None:
    fall = worth_of(move_worth(-10.0), cx.Economics(**PLAIN))
    kept = prevented(fall)
    assert figure(kept.per_customer).estimate == pytest.approx(20.0)
    assert figure(kept.per_percent).ci_low == pytest.approx(-figure(fall.per_percent).ci_high)
    np.testing.assert_array_equal(kept.in_band, fall.in_band)


@cache
def small_moves() -> tuple[Moves, cx.Projection, dict[str, Floats], Points]:
    """Return the moves of the small base, its headline, the falls by their own curves, and its points."""
    base = small_base()
    with closing(cx.Study(tables=base.given(), settings=base.read_settings())) as study:
        stages = study._stages
        question = stages.question(*stages.defaults(None, None))
        moves = value_moves(question)
        weights = question.weights()
        falls = {}
        for leave, reach in FALLS:
            fitted = question.study.fit(cx.estimate.Standardised(), from_band=leave, horizon=6)
            gap = fitted.estimate[cx.BANDS.index(reach)] - fitted.estimate[cx.BANDS.index(leave)]
            falls[f"{leave} {reach}"] = float((gap * weights).sum())
        return moves, study.value(), falls, value_points(question, moves, points=4.0)


def test_the_headline_is_one_of_the_moves() -> None:
    moves, value, _, _ = small_moves()
    row = moves.get("dissatisfied", "neutral")
    each, percent = row.per_customer, row.per_percent
    assert isinstance(each, Interval)
    assert isinstance(percent, Interval)
    assert (each.estimate, each.se) == pytest.approx((value.per_customer.estimate, value.per_customer.se))
    # The headline moves 5 %.
    assert 5 * percent.estimate == pytest.approx(value.gross.estimate)
    assert row.customers_in_band == value.heads.customers_from_band


def test_each_move_is_of_those_now_in_its_own_band() -> None:
    moves, _, falls, _ = small_moves()
    table = moves.to_frame().set_index("move")
    assert list(table["prevents"]) == [False] * 3 + [True] * 3
    for name, money in falls.items():
        leave, reach = name.split()
        assert table.loc[f"{leave} kept from {reach}", "per_customer"] == pytest.approx(-money)
    heads = table.groupby("from_band")["customers_in_band"].first()
    assert heads.sum() == pytest.approx(582.0)  # all active customers
    assert (table["effective_episodes"] > 50).all()
    assert "kept from" in moves.summary()


def test_few_effective_episodes_are_said() -> None:
    row = known_moves().rows[0]
    few = Moves((MoveRow(*DOWN, row.worth, 31.0, 0.95), MoveRow(*UP, NotEstimable("no"), 0.0, 0.95)), "EUR", "", 24)
    table = few.to_frame()
    assert table["reason"][0] == "31 effective episodes; 50 are needed to rely on it"
    assert (table["status"][1], table["reason"][1]) == ("not_estimable", "no")


def test_points_by_hand() -> None:
    # 10 points of 1,000 customers are 100 steps: 50 × 60 + 50 × 40 = 5,000, so 500 a point.
    found = priced(10.0)
    assert found.customers == ((*DOWN, 50.0), (*UP, 50.0))
    assert isinstance(found.value, Interval)
    assert isinstance(found.per_point, Interval)
    assert found.value.estimate == pytest.approx(5000.0)
    assert found.per_point.estimate == pytest.approx(500.0)
    # Two bands at once are two points each: 50 × 100.
    two = priced(10.0, {BOTH: 1.0})
    assert two.customers == ((*BOTH, 50.0),)
    # A mix of all three in equal numbers: 4 steps per 3 customers, 25 of each.
    three = priced(10.0, dict.fromkeys(RISES, 1.0))
    assert [heads for _, _, heads in three.customers] == pytest.approx([25.0] * 3)
    assert isinstance(three.value, Interval)
    assert three.value.estimate == pytest.approx(25 * (60 + 40 + 100))


@settings(deadline=None, max_examples=25)  # the machine may be busy with other things
@given(st.floats(0.1, 30.0), st.floats(0.1, 50.0), st.floats(0.1, 5.0))
def test_points_scale_and_weights_do_not(points: float, factor: float, weight: float) -> None:
    mix = {DOWN: weight, UP: 1.0}
    one, same = priced(points, mix), priced(points, {move: factor * each for move, each in mix.items()})
    base = priced(1.0, mix)
    assert isinstance(base.value, Interval)
    if isinstance(one.value, NotEstimable):
        assert sum(heads for leave, _, heads in one.customers if leave == "dissatisfied") > 250
    else:
        assert one.value.estimate == pytest.approx(points * base.value.estimate)
        assert one.value.se == pytest.approx(points * base.value.se)
        assert isinstance(same.value, Interval)
        assert same.value.estimate == pytest.approx(one.value.estimate)


def test_more_than_there_are_cannot_move() -> None:
    # 30 points by one step each of the dissatisfied alone would be 300 of 250.
    found = priced(30.0, {DOWN: 1.0})
    assert isinstance(found.value, NotEstimable)
    assert "300 dissatisfied customers, and there are 250: at most 25.0 points" in found.value.reason
    assert isinstance(found.per_point, Interval)
    # Both moves take from the dissatisfied: 200 and 200.
    both = priced(60.0, {DOWN: 1.0, BOTH: 1.0})
    assert isinstance(both.value, NotEstimable)
    assert "400 dissatisfied" in both.value.reason


@pytest.mark.parametrize(
    "mix", [{}, {("neutral", "dissatisfied"): 1.0}, {DOWN: -1.0, UP: 2.0}, {DOWN: 0.0}, {DOWN: float("nan")}]
)
def test_a_mix_that_is_none_is_refused(mix: Mix) -> None:
    with pytest.raises(SettingsError, match="the mix"):
        checked_mix(mix)


def test_score_of_the_small_base() -> None:
    _, _, _, points = small_moves()
    # The bands are equal thirds, and as many of each answer, so the score is about 0.
    assert abs(points.score.estimate) < 8.0
    assert points.score.holds(0.0)
    assert points.score_name == "NPS points"
    assert points.headline().startswith("4 NPS points more, 12 dissatisfied to neutral and 12 neutral to satisfied,")
    assert "if all were dissatisfied to satisfied" in points.summary()
    table = points.to_frame()
    # 4 points of 582 customers are 23.28 steps.
    assert table.loc[table["mix"] == "stated", "customers"].sum() == pytest.approx(23.28)


def test_other_scales_have_no_nps() -> None:
    base = small_base()
    with closing(cx.Study(tables=base.given(), settings=base.read_settings())) as study:
        stages = study._stages
        question = stages.question(*stages.defaults(None, None))
        found = value_points(question, known_moves(), points=1.0, scale="csat5")
        assert found.score_name == "net satisfaction points"
        with pytest.raises(SettingsError, match="points = 0"):
            value_points(question, known_moves(), points=0.0)


def test_no_such_move() -> None:
    with pytest.raises(SettingsError, match="no move from 'neutral' to 'neutral'"):
        known_moves().get("neutral", "neutral")
