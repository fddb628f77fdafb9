"""Cohort model: customers in states, moved on cycle by cycle, and what that brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.link.columns import Floats
from cxvalue.result import TableResult

ROUNDING: Final = 1e-9
"""How far probabilities may be off by rounding."""
MOST_DOUBLINGS: Final = 60
"""Squarings of the transition matrix after which a mix that still moves never settles."""


@dataclass(frozen=True, slots=True)
class Reward:
    """One kind of reward: a cost, an amount, a utility.

    Parameters
    ----------
    by_state : array_like of shape (S,) or (K + 1, S)
        What a member in a state brings in a cycle, in any unit; by cycle 0…K where it changes.
    discount_rate : float
        Rate per cycle; cycle k counts (1 + rate)^(−k).
    on_transition : array_like of shape (S, S) or (K, S, S), optional
        What a move from one state to another brings when it happens.
    """

    by_state: ArrayLike
    discount_rate: float = 0.0
    on_transition: ArrayLike | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CohortProjection(TableResult):
    """What a cohort goes through and brings.

    Parameters
    ----------
    trace : ndarray of shape (K + 1, S)
        Share of the cohort in each state at the end of each cycle; row 0 is the start.
    kinds : tuple of str
        The R kinds of reward.
    rewards : ndarray of shape (R, K + 1)
        Reward per member in each cycle, not discounted, unit of the kind.
    discounted : ndarray of shape (R, K + 1)
        The same, discounted to cycle 0.
    """

    trace: Floats
    kinds: tuple[str, ...]
    rewards: Floats
    discounted: Floats

    def __post_init__(self) -> None:
        for array in (self.trace, self.rewards, self.discounted):
            array.flags.writeable = False

    def total(self, kind: str) -> float:
        """Return the discounted total of a kind of reward.

        Parameters
        ----------
        kind : str
            One of ``kinds``.

        Returns
        -------
        float
            Per member of the cohort.
        """
        return float(self.discounted[self.kinds.index(kind)].sum())

    def to_frame(self) -> pd.DataFrame:
        """Return the rewards in long form.

        Returns
        -------
        pandas.DataFrame
            Columns kind, cycle, reward, discounted.
        """
        kind, cycle = (index.ravel() for index in np.indices(self.rewards.shape))
        return pd.DataFrame(
            {
                "kind": np.array(self.kinds, dtype=object)[kind],
                "cycle": cycle,
                "reward": self.rewards.ravel(),
                "discounted": self.discounted.ravel(),
            }
        )

    def summary(self) -> str:
        """Return the totals in words.

        Returns
        -------
        str
            A line a kind.
        """
        cycles = len(self.trace) - 1
        return "\n".join(f"{kind}: {self.total(kind):,.4f} over {cycles} cycles, discounted" for kind in self.kinds)


def project_cohort(
    transitions: ArrayLike,
    start: ArrayLike,
    *,
    rewards: Mapping[str, Reward],
    cycles: int | None = None,
    first_cycle: int = 1,
) -> CohortProjection:
    r"""Move a cohort through its states and add up what it brings.

    Parameters
    ----------
    transitions : array_like of shape (S, S) or (K, S, S)
        Probability of each state at the end of a cycle given that at its beginning: the same in every cycle, or one
        matrix a cycle, which holds whatever depends on age or on time since the start. A state that keeps all its
        members is absorbing.
    start : array_like of shape (S,)
        Share of the cohort in each state at cycle 0.
    rewards : mapping of str to Reward
        Kinds of reward by name.
    cycles : int, optional
        K, 1 or more; needed where one matrix serves every cycle, else taken from ``transitions``.
    first_cycle : {0, 1}
        First cycle that is rewarded: 1 counts states at the end of each cycle, 0 the start too.

    Returns
    -------
    CohortProjection
        Trace and rewards.

    Raises
    ------
    SettingsError
        Where shares or probabilities do not add up to 1, or shapes do not fit.

    Notes
    -----
    :math:`s_k = s_{k-1} P_k`, and cycle k brings
    :math:`(1 + d)^{-k} \left(s_k \cdot r_k + \sum_{ij} s_{k-1,i} P_{k,ij} t_{ij}\right)`.

    References
    ----------
    Briggs, A., Claxton, K. and Sculpher, M. (2006), Decision Modelling for Health Economic Evaluation, chapters 2
    and 3, Oxford University Press, ISBN 978-0-19-852662-9.

    Examples
    --------
    A customer brings 10 a month and leaves with probability 0.1 a month; one who leaves costs 3 to close.

    >>> stays = np.array([[0.9, 0.1], [0.0, 1.0]])
    >>> closing = Reward([0.0, 0.0], on_transition=[[0.0, 3.0], [0.0, 0.0]])
    >>> found = project_cohort(stays, [1.0, 0.0], rewards={"revenue": Reward([10.0, 0.0]), "cost": closing}, cycles=2)
    >>> round(found.total("revenue"), 6), round(found.total("cost"), 6)  # 9 + 8.1, and 3 × (0.1 + 0.09)
    (17.1, 0.57)
    """
    moves = as_cycles(transitions, cycles)
    shares = np.asarray(start, dtype=np.float64)
    if shares.shape != moves.shape[2:] or abs(shares.sum() - 1) > ROUNDING or shares.min() < -ROUNDING:
        raise SettingsError(
            f"start has shape {shares.shape} and adds up to {shares.sum():g}",
            allowed=f"{moves.shape[2]} shares from 0 to 1 that add up to 1",
        )
    if first_cycle not in (0, 1):
        raise SettingsError(f"first_cycle = {first_cycle}", allowed="0 or 1")
    trace = trace_states(moves, shares)
    cycle = np.arange(len(trace))
    plain = np.array([earn(reward, trace, moves) for reward in rewards.values()]).reshape(len(rewards), len(trace))
    plain[:, :first_cycle] = 0.0
    factors = np.array([(1.0 + reward.discount_rate) ** -cycle.astype(np.float64) for reward in rewards.values()])
    return CohortProjection(trace, tuple(rewards), plain, plain * factors.reshape(plain.shape))


def as_cycles(transitions: ArrayLike, cycles: int | None) -> Floats:
    """Return transition probabilities as one matrix a cycle, checked.

    Parameters
    ----------
    transitions : array_like of shape (S, S) or (K, S, S)
        Probabilities.
    cycles : int or None
        K.

    Returns
    -------
    ndarray of shape (K, S, S)
        Not writeable where one matrix serves every cycle.

    Raises
    ------
    SettingsError
        Where rows do not add up to 1, or the number of cycles is missing or another one.
    """
    moves = np.asarray(transitions, dtype=np.float64)
    if moves.ndim not in (2, 3) or moves.shape[-1] != moves.shape[-2]:
        raise SettingsError(f"transitions have shape {moves.shape}", allowed="(S, S), or (K, S, S) with one a cycle")
    if moves.ndim == 2 and (cycles is None or cycles < 1):
        raise SettingsError(f"cycles = {cycles}", allowed="1 or more where one matrix serves every cycle")
    if moves.ndim == 3 and cycles not in (None, len(moves)):
        raise SettingsError(f"cycles = {cycles} with {len(moves)} transition matrices", allowed="one matrix a cycle")
    if moves.min() < -ROUNDING or np.abs(moves.sum(axis=-1) - 1).max() > ROUNDING:
        raise SettingsError("transition probabilities do not add up to 1", allowed="rows of 0 to 1 that add up to 1")
    return np.broadcast_to(moves, (cycles, *moves.shape)) if moves.ndim == 2 and cycles is not None else moves


def trace_states(transitions: Floats, start: Floats) -> Floats:
    """Return the share of a cohort in each state at the end of each cycle.

    Parameters
    ----------
    transitions : ndarray of shape (K, S, S)
        One matrix a cycle.
    start : ndarray of shape (S,)
        Cycle 0.

    Returns
    -------
    ndarray of shape (K + 1, S)
        Shares.

    Examples
    --------
    >>> trace_states(np.array([[[0.5, 0.5], [0.0, 1.0]]] * 2), np.array([1.0, 0.0])).tolist()
    [[1.0, 0.0], [0.5, 0.5], [0.25, 0.75]]
    """
    trace = np.empty((len(transitions) + 1, len(start)))
    trace[0] = start
    for cycle, moves in enumerate(transitions):
        trace[cycle + 1] = trace[cycle] @ moves
    return trace


def earn(reward: Reward, trace: Floats, transitions: Floats) -> Floats:
    """Return what a kind of reward brings in each cycle, not discounted.

    Parameters
    ----------
    reward : Reward
        The kind.
    trace : ndarray of shape (K + 1, S)
        Shares in each state.
    transitions : ndarray of shape (K, S, S)
        One matrix a cycle.

    Returns
    -------
    ndarray of shape (K + 1,)
        Per member of the cohort.

    Raises
    ------
    SettingsError
        Where shapes do not fit.
    """
    states = np.asarray(reward.by_state, dtype=np.float64)
    if states.shape not in (trace.shape, trace.shape[1:]):
        raise SettingsError(
            f"rewards by state have shape {states.shape}", allowed=f"{trace.shape[1:]} or {trace.shape}"
        )
    found = np.asarray((trace * states).sum(axis=1))
    if reward.on_transition is None:
        return found
    each = np.asarray(reward.on_transition, dtype=np.float64)
    shape = transitions.shape
    if each.shape not in (shape, shape[1:]):
        raise SettingsError(f"rewards on moves have shape {each.shape}", allowed=f"{shape[1:]} or {shape}")
    found[1:] += (trace[:-1, :, None] * transitions * each).sum(axis=(1, 2))
    return found


def lifetime_value(transition: ArrayLike, by_state: ArrayLike, *, discount_rate: float) -> Floats:
    r"""Return what a member of each state brings for ever, the current cycle included and not discounted.

    Parameters
    ----------
    transition : array_like of shape (S, S)
        Probabilities, the same in every cycle.
    by_state : array_like of shape (S,) or (S, R)
        Reward in a cycle.
    discount_rate : float
        Rate per cycle, d; 0 or more.

    Returns
    -------
    ndarray of shape (S,) or (S, R)
        :math:`V = (I - P / (1 + d))^{-1} R`.

    Raises
    ------
    SettingsError
        Where the sum has no end: without discounting, as long as somebody stays.

    References
    ----------
    Pfeifer, P. and Carraway, R. (2000), Modeling customer relationships as Markov chains, Journal of Interactive
    Marketing 14, doi:10.1002/(SICI)1520-6653(200021)14:2<43::AID-DIR4>3.0.CO;2-H.

    Examples
    --------
    >>> lifetime_value([[0.9, 0.1], [0.0, 1.0]], [10.0, 0.0], discount_rate=0.1).round(4).tolist()  # 10 / (1 − .9/1.1)
    [55.0, 0.0]
    """
    moves = as_cycles(transition, 1)[0]
    rewards = np.asarray(by_state, dtype=np.float64)
    if not discount_rate > 0:
        raise SettingsError(f"discount_rate = {discount_rate} over an endless time", allowed="above 0")
    return np.asarray(np.linalg.solve(np.eye(len(moves)) - moves / (1.0 + discount_rate), rewards))


def steady_state(transition: ArrayLike, start: ArrayLike) -> Floats | NotEstimable:
    """Return the mix of states that a cohort comes to when nothing changes.

    Parameters
    ----------
    transition : array_like of shape (S, S)
        Probabilities, the same in every cycle.
    start : array_like of shape (S,)
        Share in each state at cycle 0, on which the mix depends only where states do not all lead to each other.

    Returns
    -------
    ndarray of shape (S,) or NotEstimable
        Shares; not estimable where the mix goes round in circles.

    Notes
    -----
    The start times P, P², P⁴ … until P no longer changes it.

    Examples
    --------
    >>> steady_state([[0.8, 0.2], [0.4, 0.6]], [1.0, 0.0]).round(6).tolist()  # two thirds: .2 × 2/3 = .4 × 1/3
    [0.666667, 0.333333]
    """
    power = np.array(as_cycles(transition, 1)[0])
    moves, mix = power, np.asarray(start, dtype=np.float64)
    for _ in range(MOST_DOUBLINGS):
        mix = mix @ power
        if np.abs(mix @ moves - mix).max() < ROUNDING * 1e-3:
            return np.asarray(mix / mix.sum())
        power = power @ power
        power /= power.sum(axis=1, keepdims=True)
    return NotEstimable("the mix of states goes round in circles and never settles")


def keep_from_falling(transition: ArrayLike, held_in: ArrayLike) -> Floats:
    r"""Return transitions in which those who would fall to some states are held elsewhere instead.

    Parameters
    ----------
    transition : array_like of shape (…, S, S)
        Probabilities.
    held_in : array_like of shape (S, S)
        Row i says where a member is put who would come to state i: itself where the state is allowed.

    Returns
    -------
    ndarray of shape (…, S, S)
        :math:`P R`; its rows add up to 1 as those of P do.

    Examples
    --------
    Two bands; who would fall to the lower one is held in the upper.

    >>> keep_from_falling([[0.7, 0.3], [0.2, 0.8]], [[0.0, 1.0], [0.0, 1.0]]).round(9).tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """
    return np.asarray(np.asarray(transition, dtype=np.float64) @ np.asarray(held_in, dtype=np.float64))
