"""Probabilistic run: estimation and assumptions drawn together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
import pandas as pd

from cxvalue.estimate.replicate import group_draws
from cxvalue.link.columns import Floats
from cxvalue.result import Drawable, TableResult
from cxvalue.value.economics import Economics
from cxvalue.value.move import Move
from cxvalue.value.project import Projection
from cxvalue.value.vary.assumption import Assumption, number_text
from cxvalue.value.vary.assumptions import Register
from cxvalue.value.vary.distribution import stratified_probabilities
from cxvalue.value.vary.tornado import ESTIMATION
from cxvalue.value.vary.variance import variance_shares
from cxvalue.value.vary.varied import varied_flow

TOGETHER = "together"
"""Name of the remainder: what only arises from several causes varying together."""
BINS: Final = 40
BLOCK: Final = 2_000_000
"""Numbers of the curves that are drawn at a time, at most; bounds the memory of long horizons."""
OUTSIDE: Final = 0.001
"""Share of a distribution beyond what can be from which on it is said."""
WITHIN_MONTHS: Final = ("programme_months", "effect_months")
"""Assumptions that change nothing beyond the months valued."""
OFF_CENTRE: Final = 0.05
"""Distance from value to median, as a share of the range, from which on it is said."""

MOST_CHANCE: Final = 0.999
"""Nearer to 1, or to 0 by as much, a chance is not given in figures."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Probabilistic(TableResult, Drawable):
    """The net present value when estimation and assumptions vary together.

    Parameters
    ----------
    currency : str
        Of all money.
    npv : ndarray of shape (D,)
        Net present value in every draw.
    mean : float
        Its mean.
    p10, p50, p90 : float
        Its percentiles: P10 is the value that 10 % of the draws stay below.
    prob_npv_positive : float
        Share of the draws above 0.
    shares : tuple of (str, float)
        Share of the variance by cause: ``estimation`` and the assumptions with a range, the largest first, then
        ``together``, what only arises from several varying at once. They add up to 1; all are 0 where nothing varies.
    bin_edges : ndarray of shape (B + 1,)
        Edges of the histogram; 0 is one of them where it lies within.
    counts : ndarray of shape (B,)
        Draws in each bin.
    seed : int
        Of the draws.
    """

    currency: str
    npv: Floats
    mean: float
    p10: float
    p50: float
    p90: float
    prob_npv_positive: float
    shares: tuple[tuple[str, float], ...]
    bin_edges: Floats
    counts: Floats
    seed: int

    @property
    def draws(self) -> int:
        """Number of draws, D."""
        return len(self.npv)

    @property
    def matters_most(self) -> str:
        """Name of the cause with the largest share of the variance."""
        return self.shares[0][0]

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a table.

        Returns
        -------
        pandas.DataFrame
            Columns figure, cause, unit, estimate: mean, p10, p50, p90, prob_npv_positive, and share_of_variance by
            cause.
        """
        money = {"mean": self.mean, "p10": self.p10, "p50": self.p50, "p90": self.p90}
        rows = [(name, "", self.currency, value) for name, value in money.items()]
        rows.append(("prob_npv_positive", "", "share of draws", self.prob_npv_positive))
        rows += [("share_of_variance", name, "share", share) for name, share in self.shares]
        return pd.DataFrame(rows, columns=["figure", "cause", "unit", "estimate"])

    def summary(self) -> str:
        """Return the figures as plain text.

        Returns
        -------
        str
            Percentiles, probability, what matters most.
        """
        money = f"{self.currency} {self.p10:,.0f} / {self.p50:,.0f} / {self.p90:,.0f}"
        parts = ", ".join(f"{name} {share:.0%}" for name, share in self.shares)
        return (
            f"net present value in {self.draws:,} draws, P10 / P50 / P90: {money}; above 0 in "
            f"{chance_text(self.prob_npv_positive)} of them\n  share of the variance: {parts}"
        )

    def _title(self) -> str:
        return self.summary().splitlines()[0]


def draw_assumptions(ranged: tuple[Assumption, ...], draws: int, *, seed: int) -> dict[str, Floats]:
    """Return draws of assumptions.

    Parameters
    ----------
    ranged : tuple of Assumption
        Those with a range.
    draws : int
        Number of draws, D.
    seed : int
        Seed. The draws of an assumption depend on it and on the assumption's name: a further range changes no other.

    Returns
    -------
    dict of str to ndarray of shape (D,)
        By name, drawn apart from one another, one from each of D equally likely parts of the distribution; whole where
        the assumption is whole.
    """
    values = {}
    for each in ranged:
        spread = each.spread()
        if spread is not None:
            rng = np.random.default_rng([seed, crc32(each.name.encode())])
            drawn = spread.quantile(stratified_probabilities(draws, rng))
            values[each.name] = np.rint(drawn) if each.whole else drawn
    return values


def chance_text(chance: float) -> str:
    """Return a chance in words: what draws show is never quite certain.

    Parameters
    ----------
    chance : float
        0 to 1.

    Returns
    -------
    str
        One decimal of per cent.

    Examples
    --------
    >>> chance_text(0.412), chance_text(1.0), chance_text(0.0)
    ('41.2%', 'more than 99.9%', 'less than 0.1%')
    """
    if chance > MOST_CHANCE:
        return f"more than {MOST_CHANCE:.1%}"
    return f"less than {1 - MOST_CHANCE:.1%}" if chance < 1 - MOST_CHANCE else f"{chance:.1%}"


def run_probabilistic(projection: Projection, register: Register, *, draws: int, seed: int) -> Probabilistic:
    """Return the net present value when estimation and assumptions vary together.

    Parameters
    ----------
    projection : Projection
        The value.
    register : Register
        Its assumptions; those without a range stay as they are.
    draws : int
        Number of draws, D.
    seed : int
        Seed.

    Returns
    -------
    Probabilistic
        Draws, percentiles and shares of variance. Assumptions are drawn apart from one another and from estimation.
    """
    move, economics = projection.move, projection.economics
    weights = group_draws(len(move.moved) - 1, draws, seed=seed)
    values = draw_assumptions(register.ranged(), draws, seed=seed)
    npv, estimation = drawn_npv(move, economics, values, weights=weights)
    effects = {ESTIMATION: estimation} | {name: npv_of(move, economics, {name: each}) for name, each in values.items()}
    shares = variance_shares(npv, np.stack(list(effects.values()))).tolist()
    ranked = sorted(zip(effects, shares[:-1], strict=True), key=lambda each: -each[1])
    p10, p50, p90 = np.quantile(npv, [0.1, 0.5, 0.9]).tolist()
    counts, edges = np.histogram(npv, bins=bin_edges(npv))
    return Probabilistic(
        currency=projection.currency, npv=npv, mean=float(npv.mean()), p10=p10, p50=p50, p90=p90,
        prob_npv_positive=float((npv > 0).mean()), shares=(*ranked, (TOGETHER, shares[-1])),
        bin_edges=edges, counts=counts.astype(np.float64), seed=seed,
    )  # fmt: skip


def bin_edges(npv: Floats) -> Floats:
    """Return the edges of a histogram of which no bin holds values on both sides of 0.

    Parameters
    ----------
    npv : ndarray of shape (D,)
        Values.

    Returns
    -------
    ndarray
        Whole multiples of a width of which about 40 cover the values.

    Examples
    --------
    >>> edges = bin_edges(np.array([-10.0, 29.0]))
    >>> len(edges), 0.0 in edges
    (42, True)
    """
    low, high = float(npv.min()), float(npv.max())
    width = (high - low) / BINS if high > low else max(abs(high), 1.0) / BINS
    return np.asarray(width * np.arange(np.floor(low / width), np.floor(high / width) + 2))


def drawn_npv(
    move: Move, economics: Economics, values: Mapping[str, Floats], *, weights: Floats
) -> tuple[Floats, Floats]:
    """Return net present values when estimation varies, with and without the assumptions.

    Parameters
    ----------
    move : Move
        Curves and head count.
    economics : Economics
        Assumptions.
    values : mapping of str to ndarray of shape (D,)
        Draws of some of them.
    weights : ndarray of shape (D, G)
        Draws of the customer groups.

    Returns
    -------
    tuple of ndarray of shape (D,)
        Both drawn; estimation alone.
    """
    months = economics.value_horizon_months or move.follow_up
    both, alone = np.empty(len(weights)), np.empty(len(weights))
    for rows in blocks(len(weights), 2 * len(move.metrics) * months):
        drawn = move.draw(weights[rows], months, tail=economics.tail)
        n, here = len(drawn[1]), {name: each[rows] for name, each in values.items()}
        alone[rows] = varied_flow(move, economics, {}, draws=n, drawn=drawn).npv
        both[rows] = varied_flow(move, economics, here, draws=n, drawn=drawn).npv if here else alone[rows]
    return both, alone


def npv_of(move: Move, economics: Economics, values: Mapping[str, Floats]) -> Floats:
    """Return net present values under other assumptions, estimation standing still.

    Parameters
    ----------
    move : Move
        Curves and head count.
    economics : Economics
        Assumptions.
    values : mapping of str to ndarray of shape (D,)
        Draws of some of them, at least one.

    Returns
    -------
    ndarray of shape (D,)
        Net present values.
    """
    months = economics.value_horizon_months or move.follow_up
    draws = len(next(iter(values.values())))
    npv = np.empty(draws)
    for rows in blocks(draws, 2 * len(move.metrics) * months):
        here = {name: each[rows] for name, each in values.items()}
        npv[rows] = varied_flow(move, economics, here, draws=len(npv[rows])).npv
    return npv


def blocks(draws: int, numbers: int) -> Iterator[slice]:
    """Yield the draws in blocks that bound the memory.

    Parameters
    ----------
    draws : int
        Number of draws.
    numbers : int
        Numbers that a draw holds.

    Yields
    ------
    slice
        Of the draws, in order.
    """
    step = max(BLOCK // max(numbers, 1), 1)
    for start in range(0, draws, step):
        yield slice(start, min(start + step, draws))


def doubts(register: Register) -> tuple[str, ...]:
    """Return what is doubtful about the distributions of assumptions.

    Parameters
    ----------
    register : Register
        The assumptions.

    Returns
    -------
    tuple of str
        Sentences: which range reaches beyond the months valued, which part of a distribution is cut off, and whose
        middle is not the value.
    """
    found = beyond_the_months(register)
    for each in register.ranged():
        spread = each.spread()
        if spread is None or each.value is None:
            continue
        if spread.cut_off() > OUTSIDE:
            found.append(
                f"{spread.cut_off():.1%} of the {spread.kind} distribution of {each.name} lies beyond what it may be "
                f"({each.allowed()}) and is cut off"
            )
        middle, width = float(spread.quantile(0.5)), spread.high - spread.low
        if spread.kind not in ("pert", "triangular") and abs(middle - each.value) > OFF_CENTRE * width:
            ends = f"{number_text(spread.low)} to {number_text(spread.high)}"
            found.append(
                f"the draws of {each.name} centre on {number_text(middle)} ({spread.kind}, {ends}), not on its value "
                f"{number_text(each.value)}"
            )
    return tuple(found)


def beyond_the_months(register: Register) -> list[str]:
    """Return which ranges reach beyond the months valued, where they change nothing.

    Parameters
    ----------
    register : Register
        The assumptions.

    Returns
    -------
    list of str
        A sentence a range.
    """
    valued = register["value_horizon_months"].value
    return [
        f"{each.name} runs to {number_text(each.high)}, and {number_text(valued)} months are valued: beyond them it "
        "changes nothing"
        for each in register.ranged()
        if each.name in WITHIN_MONTHS and each.high is not None and valued is not None and each.high > valued
    ]
