"""Points: what it is worth to raise the net score by some points, and by which moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate.noise import nps_sample_size, nps_standard_error
from cxvalue.estimate.replicate import Interval
from cxvalue.link.columns import Floats
from cxvalue.result import Brief, Drawable, TableResult
from cxvalue.value.moves import RISES, Moves
from cxvalue.value.question import Question
from cxvalue.vocabulary import BANDS, DISSATISFIED, EVERYBODY, NEUTRAL, SATISFIED, Band

Mix = Mapping[tuple[Band, Band], float]
"""How the customers who move are spread over the moves up; any positive weights."""
ONE_STEP_EACH: Mix = {(DISSATISFIED, NEUTRAL): 0.5, (NEUTRAL, SATISFIED): 0.5}
"""As many dissatisfied to neutral as neutral to satisfied: the neutral stay as many as they are."""
SHOWN_CHANGE = 5.0
"""Points that a wave should be able to show, for :attr:`Points.answers_needed`."""


@dataclass(frozen=True, slots=True, repr=False)
class PointsValue(Brief):
    """What some points are worth under one mix of moves.

    Parameters
    ----------
    mix : str
        Its name: ``stated``, or the one move that it consists of.
    customers : tuple of (Band, Band, float)
        From-band, to-band and the customers that move.
    value, per_point : Interval or NotEstimable
        Gross value of all points and of one; not estimable when more would have to move than are in a band.
    """

    mix: str
    customers: tuple[tuple[Band, Band, float], ...]
    value: Interval | NotEstimable
    per_point: Interval | NotEstimable


@dataclass(frozen=True, slots=True, repr=False)
class Points(TableResult, Drawable):
    """What it is worth to raise the net score, before optimism and any programme cost.

    Parameters
    ----------
    points : float
        By how many points.
    score_name : str
        ``NPS points``, or ``net satisfaction points`` on other scales.
    score : Interval
        The score now: share satisfied less share dissatisfied of active customers, in points.
    stated : PointsValue
        Under the mix asked for.
    single : tuple of PointsValue
        The same points by one move alone: how much the answer depends on who moves.
    n_answers : int
        Answers behind the score.
    standard_error_answers : float
        Standard error of the plain score of as many answers, in points, if they were a random sample.
    answers_needed : int
        Answers a wave needs to show a change of 5 points (80 % power, two-sided 5 %).
    currency : str
        Of all money.
    months : int
        Months valued.
    """

    points: float
    score_name: str
    score: Interval
    stated: PointsValue
    single: tuple[PointsValue, ...]
    n_answers: int
    standard_error_answers: float
    answers_needed: int
    currency: str
    months: int

    @property
    def value(self) -> Interval | NotEstimable:
        """Gross value of all points under the stated mix."""
        return self.stated.value

    @property
    def per_point(self) -> Interval | NotEstimable:
        """Gross value of one point under the stated mix."""
        return self.stated.per_point

    def to_frame(self) -> pd.DataFrame:
        """Return one row a mix and move.

        Returns
        -------
        pandas.DataFrame
            Columns mix, points, from_band, to_band, customers (who make this move), status, reason, unit, and of the
            mix as a whole value and per_point with se, ci_low and ci_high.
        """
        rows = []
        for each in (self.stated, *self.single):
            for leave, reach, heads in each.customers:
                row = {"mix": each.mix, "points": self.points, "from_band": leave, "to_band": reach, "customers": heads}
                rows.append(row | figures_of(each) | {"unit": self.currency})
        return pd.DataFrame(rows)

    def headline(self) -> str:
        """Return the answer in one sentence.

        Returns
        -------
        str
            With the mix of moves.
        """
        moves = " and ".join(f"{heads:,.0f} {leave} to {reach}" for leave, reach, heads in self.stated.customers)
        found = self.stated.value
        start = f"{self.points:g} {self.score_name} more, {moves},"
        if isinstance(found, NotEstimable):
            return f"{start} are {found}"
        return (
            f"{start} are worth {self.currency} {found.estimate:,.0f} ({found.ci_low:,.0f} to {found.ci_high:,.0f}) "
            f"over {self.months} months, before optimism and any programme cost"
        )

    def summary(self) -> str:
        """Return the answer, what it would be by one move alone, and the score with its error.

        Returns
        -------
        str
            Plain text.
        """
        lines = [self.headline()]
        for each in self.single:
            found = each.value
            told = str(found) if isinstance(found, NotEstimable) else f"{self.currency} {found.estimate:,.0f}"
            lines.append(f"  if all were {each.mix}: {told}")
        lines.append(
            f"  score: {self.score.estimate:.1f} ({self.score.ci_low:.1f} to {self.score.ci_high:.1f}); "
            f"{self.n_answers:,} answers alone would give it a standard error of {self.standard_error_answers:.1f} "
            f"points, and a wave needs {self.answers_needed:,} to show a change of {SHOWN_CHANGE:g}"
        )
        return "\n".join(lines)

    def _title(self) -> str:
        return self.headline()


def figures_of(each: PointsValue) -> dict[str, object]:
    """Return the figures of a mix as columns.

    Parameters
    ----------
    each : PointsValue
        The mix.

    Returns
    -------
    dict
        Status, reason, and value and per_point with their intervals where there are any.
    """
    if isinstance(each.value, NotEstimable):
        found: dict[str, object] = {"status": "not_estimable", "reason": each.value.reason}
    else:
        found = {"status": "ok", "reason": ""} | columns_of("value", each.value)
    return found if isinstance(each.per_point, NotEstimable) else found | columns_of("per_point", each.per_point)


def columns_of(name: str, figure: Interval) -> dict[str, object]:
    """Return an interval as columns.

    Parameters
    ----------
    name : str
        What it is of.
    figure : Interval
        The interval.

    Returns
    -------
    dict
        The estimate under the name itself, then se, ci_low and ci_high behind it.
    """
    return {
        name: figure.estimate, f"{name}_se": figure.se, f"{name}_ci_low": figure.ci_low,
        f"{name}_ci_high": figure.ci_high,
    }  # fmt: skip


def value_points(
    question: Question, moves: Moves, *, points: float = 10.0, mix: Mix = ONE_STEP_EACH, scale: str = "nps"
) -> Points:
    """Return what it is worth to raise the net score by some points.

    Parameters
    ----------
    question : Question
        The study.
    moves : Moves
        What each move is worth, from :func:`~cxvalue.value.moves.value_moves`.
    points : float
        By how many points, above 0.
    mix : mapping of (Band, Band) to float
        How those who move are spread over the moves up, as weights; default as many dissatisfied to neutral as neutral
        to satisfied.
    scale : str
        Name of the scale; only ``nps`` has NPS points.

    Returns
    -------
    Points
        Value, head counts by move, and the score now.

    Raises
    ------
    SettingsError
        For points that are not above 0, or a mix that is none.

    Notes
    -----
    The score is 100 × (share satisfied − share dissatisfied) of the N active customers, weighted by response. Each who
    moves up one band adds 100/N points, from dissatisfied to satisfied 200/N. For x points, with shares w of the mix
    and s = 1 or 2 steps, n = x N / (100 Σ w s) customers have to move, w n by each move, and the value is Σ w n × value
    of that move. All of it is computed again with each customer group left out. One score hides what the mix shows:
    the same points are worth more or less as others move.
    """
    if not points > 0:
        raise SettingsError(f"points = {points!r} is refused", allowed="above 0")
    shares = checked_mix(mix)
    study, frame = question.study, question.frame
    target = study.targets[study.position(EVERYBODY)]
    active = question.shift.customers or float(study.linked.active_customers)
    by_band = target.prob_band[:, 0]
    low, high = BANDS.index(DISSATISFIED), BANDS.index(SATISFIED)
    n_answers = int(target.n_records[0].sum())
    plain = target.n_records[0] / max(n_answers, 1)

    def price(name: str, mix: Mix) -> PointsValue:
        return value_mix(name, mix, moves, points=points, active=active, interval=frame.interval)

    return Points(
        points=points,
        score_name="NPS points" if scale == "nps" else "net satisfaction points",
        score=frame.interval(100.0 * (by_band[:, high] - by_band[:, low])),
        stated=price("stated", shares),
        single=tuple(price(f"{leave} to {reach}", {(leave, reach): 1.0}) for leave, reach in RISES),
        n_answers=n_answers,
        standard_error_answers=nps_standard_error(float(plain[high]), float(plain[low]), n=max(n_answers, 1)),
        answers_needed=nps_sample_size(float(plain[high]), float(plain[low]), SHOWN_CHANGE),
        currency=moves.currency,
        months=moves.months,
    )


def checked_mix(mix: Mix) -> dict[tuple[Band, Band], float]:
    """Return a mix as shares that add up to 1, or refuse it.

    Parameters
    ----------
    mix : mapping of (Band, Band) to float
        Weights.

    Returns
    -------
    dict
        Moves of weight 0 are left out.

    Raises
    ------
    SettingsError
        For a move that is not one up, a weight below 0, or no weight above 0.
    """
    named = ", ".join(f"({leave!r}, {reach!r})" for leave, reach in RISES)
    strange = [move for move in mix if move not in RISES]
    if strange:
        raise SettingsError(f"the mix names {strange[0]!r}, which is no move up", allowed=named)
    total = sum(mix.values())
    if not np.isfinite(total) or total <= 0 or min(mix.values()) < 0:
        raise SettingsError(
            f"the mix has weights {', '.join(f'{weight:g}' for weight in mix.values()) or 'for no move'}",
            allowed="0 or more, one above 0",
            hint="equal weights move as many customers by each move",
        )
    return {move: weight / total for move, weight in mix.items() if weight > 0}


def customers_for(points: float, mix: Mix, *, active: float) -> dict[tuple[Band, Band], float]:
    """Return how many customers have to move for some points.

    Parameters
    ----------
    points : float
        Points of the score, which runs from −100 to 100.
    mix : mapping of (Band, Band) to float
        Shares of the moves, adding up to 1.
    active : float
        Active customers.

    Returns
    -------
    dict
        Customers by move.

    Examples
    --------
    Ten points of 1,000 customers are 100 steps of one band, or 50 of two.

    >>> customers_for(10, {("dissatisfied", "neutral"): 0.5, ("neutral", "satisfied"): 0.5}, active=1000)
    {('dissatisfied', 'neutral'): 50.0, ('neutral', 'satisfied'): 50.0}
    >>> customers_for(10, {("dissatisfied", "satisfied"): 1.0}, active=1000)
    {('dissatisfied', 'satisfied'): 50.0}
    """
    steps = sum(share * (BANDS.index(reach) - BANDS.index(leave)) for (leave, reach), share in mix.items())
    moved = points * active / (100.0 * steps)
    return {move: share * moved for move, share in mix.items()}


def value_mix(
    name: str, mix: Mix, moves: Moves, *, points: float, active: float, interval: Callable[[Floats], Interval]
) -> PointsValue:
    """Return what some points are worth under one mix.

    Parameters
    ----------
    name : str
        Of the mix.
    mix : mapping of (Band, Band) to float
        Shares of the moves, adding up to 1.
    moves : Moves
        What each move is worth.
    points : float
        Points of the score.
    active : float
        Active customers.
    interval : callable
        Turns replicates into an interval.

    Returns
    -------
    PointsValue
        Head counts and value.
    """
    needed = customers_for(points, mix, active=active)
    customers = tuple((leave, reach, heads) for (leave, reach), heads in needed.items())
    worths = {move: moves.get(*move).worth for move in needed}
    missing = next((worth for worth in worths.values() if isinstance(worth, NotEstimable)), None)
    if missing is not None:
        return PointsValue(name, customers, missing, missing)
    known = {move: worth for move, worth in worths.items() if not isinstance(worth, NotEstimable)}
    total = np.sum([heads * known[move].per_moved for move, heads in needed.items()], axis=0)
    in_band = {move[0]: float(worth.in_band[0]) for move, worth in known.items()}
    leaving = {band: sum(heads for (leave, _), heads in needed.items() if leave == band) for band in in_band}
    most = points * min(in_band[band] / heads for band, heads in leaving.items())
    per_point = interval(total / points) if most >= 1 else NotEstimable(f"at most {most:.2g} points by these moves")
    if most >= points:
        return PointsValue(name, customers, interval(total), per_point)
    band = min(leaving, key=lambda each: in_band[each] / leaving[each])
    reason = (
        f"{points:g} points would move {leaving[band]:,.0f} {band} customers, and there are {in_band[band]:,.0f}: "
        f"at most {most:.1f} points by these moves"
    )
    return PointsValue(name, customers, NotEstimable(reason), per_point)
