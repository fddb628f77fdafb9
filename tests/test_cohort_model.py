"""The cohort engine: a chain worked by hand, and identities that hold for any chain."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.value.chain.cohort_model import (
    Reward,
    keep_from_falling,
    lifetime_value,
    project_cohort,
    steady_state,
)

ROUNDING = 1e-9
"""Sums of a few hundred numbers below 1,000."""


def shares(n: int) -> st.SearchStrategy[np.ndarray]:
    """Draw n shares that add up to 1."""
    positive = arrays(np.float64, n, elements=st.floats(0.01, 1.0))
    return positive.map(lambda x: x / x.sum())


def matrices(n: int) -> st.SearchStrategy[np.ndarray]:
    """Draw transition matrices of n states."""
    positive = arrays(np.float64, (n, n), elements=st.floats(0.01, 1.0))
    return positive.map(lambda x: x / x.sum(axis=1, keepdims=True))


def monotone_matrices(n: int) -> st.SearchStrategy[np.ndarray]:
    """Draw matrices in which a better state leads to better ones: P(above j) rises with the row, for every j."""

    def ordered(rows: np.ndarray) -> np.ndarray:
        above = np.sort(np.cumsum(rows[:, ::-1], axis=1)[:, ::-1], axis=0)
        above[:, 0] = 1.0
        return np.clip(-np.diff(np.column_stack([above, np.zeros(n)]), axis=1), 0.0, 1.0)

    return matrices(n).map(ordered)


def test_two_states_by_hand() -> None:
    # Of 100 customers 20 % leave a month, and half of the money of month k counts (1 + 1)^−k:
    # 80, 64, 51.2 stay; 80/2 + 64/4 + 51.2/8 = 62.4; leaving costs 5 each: (20/2 + 16/4 + 12.8/8) × 5 = 78.
    stays = [[0.8, 0.2], [0.0, 1.0]]
    kinds = {
        "amount": Reward([100.0, 0.0], discount_rate=1.0),
        "closing": Reward([0.0, 0.0], discount_rate=1.0, on_transition=[[0.0, 500.0], [0.0, 0.0]]),
    }
    found = project_cohort(stays, [1.0, 0.0], rewards=kinds, cycles=3)
    assert found.trace[:, 0] == pytest.approx([1.0, 0.8, 0.64, 0.512], abs=ROUNDING)
    assert found.total("amount") == pytest.approx(62.4, abs=ROUNDING)
    assert found.total("closing") == pytest.approx(78.0, abs=ROUNDING)
    assert found.rewards[0].tolist() == pytest.approx([0.0, 80.0, 64.0, 51.2], abs=ROUNDING)
    assert found.to_frame()["discounted"].sum() == pytest.approx(62.4 + 78.0, abs=ROUNDING)
    assert "amount: 62.4000 over 3 cycles" in found.summary()


def test_what_changes_from_cycle_to_cycle_by_hand() -> None:
    # Half leave in the first cycle, nobody in the second; a member brings 1, then 3, and 10 at the start.
    moves = [[[0.5, 0.5], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]]
    brings = Reward([[10.0, 0.0], [1.0, 0.0], [3.0, 0.0]])
    assert project_cohort(moves, [1.0, 0.0], rewards={"m": brings}).total("m") == pytest.approx(0.5 + 1.5)
    assert project_cohort(moves, [1.0, 0.0], rewards={"m": brings}, first_cycle=0).total("m") == pytest.approx(12.0)


@settings(max_examples=40, deadline=None)
@given(matrices(4), shares(4), st.integers(1, 30))
def test_shares_add_up_in_every_cycle_and_without_discounting_it_is_the_plain_sum(
    moves: np.ndarray, start: np.ndarray, cycles: int
) -> None:
    by_state = np.array([3.0, -1.0, 0.5, 7.0])
    found = project_cohort(moves, start, rewards={"m": Reward(by_state)}, cycles=cycles)
    assert found.trace.sum(axis=1) == pytest.approx(np.ones(cycles + 1), abs=ROUNDING)
    assert found.total("m") == pytest.approx(float((found.trace[1:] @ by_state).sum()), abs=ROUNDING)
    longer = project_cohort(moves, start, rewards={"m": Reward(by_state)}, cycles=cycles + 3)
    assert longer.rewards[:, : cycles + 1] == pytest.approx(found.rewards, abs=ROUNDING)


@settings(max_examples=40, deadline=None)
@given(matrices(3), shares(3), st.floats(0.1, 1.0))
def test_the_closed_form_is_the_long_sum(moves: np.ndarray, start: np.ndarray, rate: float) -> None:
    by_state = np.array([5.0, -2.0, 1.0])
    solved = start @ lifetime_value(moves, by_state, discount_rate=rate)
    kinds = {"m": Reward(by_state, discount_rate=rate)}
    added = project_cohort(moves, start, rewards=kinds, cycles=400, first_cycle=0).total("m")
    # What comes after 400 cycles: at most 5 × 1.1^−400 / 0.1 = 1e-15.
    assert added == pytest.approx(solved, abs=ROUNDING)


@settings(max_examples=40, deadline=None)
@given(matrices(4), shares(4))
def test_the_steady_state_is_left_as_it_is(moves: np.ndarray, start: np.ndarray) -> None:
    mix = steady_state(moves, start)
    assert not isinstance(mix, NotEstimable)
    assert mix @ moves == pytest.approx(mix, abs=ROUNDING)
    assert mix.sum() == pytest.approx(1.0, abs=ROUNDING)


@settings(max_examples=40, deadline=None)
@given(monotone_matrices(4), shares(4), arrays(np.float64, 3, elements=st.floats(0.0, 10.0)))
def test_those_who_are_kept_bring_no_less_where_moves_are_monotone(
    moves: np.ndarray, start: np.ndarray, steps: np.ndarray
) -> None:
    # States from worst to best; the first absorbs and brings nothing; states 0 and 1 are below the one kept in.
    moves = moves.copy()
    moves[0] = [1.0, 0.0, 0.0, 0.0]
    brings = np.concatenate([[0.0], np.cumsum(steps)])
    held = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0], [0, 0, 1.0, 0], [0, 0, 0, 1.0]])
    kept = keep_from_falling(moves, held)
    assert kept.sum(axis=1) == pytest.approx(np.ones(4), abs=ROUNDING)
    assert (kept[:, 1] == 0).all()
    kinds = {"m": Reward(brings, discount_rate=0.01)}
    once = project_cohort(moves, start, rewards=kinds, cycles=24).total("m")
    sustained = project_cohort(kept, keep_from_falling(start, held), rewards=kinds, cycles=24).total("m")
    assert sustained >= once - ROUNDING


@settings(max_examples=40, deadline=None)
@given(matrices(3), shares(3))
def test_nothing_changes_where_nobody_falls(moves: np.ndarray, start: np.ndarray) -> None:
    assert keep_from_falling(moves, np.eye(3)) == pytest.approx(moves, abs=ROUNDING)
    assert keep_from_falling(start, np.eye(3)) == pytest.approx(start, abs=ROUNDING)


def test_a_mix_that_goes_round_in_circles_has_no_steady_state() -> None:
    found = steady_state([[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0])
    assert isinstance(found, NotEstimable)
    assert "circles" in str(found)


@pytest.mark.parametrize(
    ("moves", "start", "cycles", "message"),
    [
        ([[0.5, 0.4], [0.0, 1.0]], [1.0, 0.0], 2, "do not add up to 1"),
        ([[1.5, -0.5], [0.0, 1.0]], [1.0, 0.0], 2, "do not add up to 1"),
        (np.eye(2), [0.5, 0.4], 2, "start has shape"),
        (np.eye(2), [1.0, 0.0], None, "cycles = None"),
        (np.stack([np.eye(2)] * 3), [1.0, 0.0], 2, "cycles = 2 with 3"),
        (np.ones((2, 3)), [1.0, 0.0], 2, "transitions have shape"),
    ],
)
def test_what_is_refused(moves: np.ndarray, start: list[float], cycles: int | None, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        project_cohort(moves, start, rewards={"m": Reward([1.0, 0.0])}, cycles=cycles)


def test_rewards_that_do_not_fit_are_refused() -> None:
    for reward in (Reward([1.0, 0.0, 0.0]), Reward([1.0, 0.0], on_transition=[[1.0]])):
        with pytest.raises(SettingsError, match="have shape"):
            project_cohort(np.eye(2), [1.0, 0.0], rewards={"m": reward}, cycles=2)
    with pytest.raises(SettingsError, match="first_cycle"):
        project_cohort(np.eye(2), [1.0, 0.0], rewards={}, cycles=2, first_cycle=2)
    with pytest.raises(SettingsError, match="endless"):
        lifetime_value(np.eye(2), [1.0, 0.0], discount_rate=0.0)
