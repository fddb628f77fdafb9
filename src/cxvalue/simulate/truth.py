"""The true value of a move: the same customers in two worlds that share their random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxvalue.errors import SettingsError
from cxvalue.simulate.customers import Customers
from cxvalue.simulate.expectation import lasting_satisfaction
from cxvalue.simulate.history import AnswerHistory
from cxvalue.simulate.month import Month, MonthDraws, close_month, draw_month, live_month
from cxvalue.simulate.outcomes import Outcomes
from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.stream import MOVE, random_stream
from cxvalue.simulate.survey import band_scores, score_satisfaction
from cxvalue.vocabulary import BANDS, STANDARD_METRICS, Band, month_label

METRICS: Final = tuple(STANDARD_METRICS)
N_DONORS: Final = 50
"""Customers of the to-band, next in expected satisfaction, of whom one lends a moved customer its satisfaction."""


@dataclass(frozen=True, slots=True)
class GroupTruth:
    """The true value of the move in one group of customers.

    Parameters
    ----------
    by : str
        Column that defines the group, ``segment`` or ``region``.
    group : str
        Value of the column.
    n_moved : int
        Customers moved.
    per_customer : float or None
        Discounted contribution gained per moved customer, money; None where nobody is moved.
    se : float or None
        Standard error of that mean over the customers, money; None for fewer than two.
    """

    by: str
    group: str
    n_moved: int
    per_customer: float | None
    se: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the group's truth in plain types.

        Returns
        -------
        dict
            ``by``, ``group``, ``n_moved`` and ``per_customer`` with ``value`` and ``se``.
        """
        value = {"value": self.per_customer, "se": self.se}
        return {"by": self.by, "group": self.group, "n_moved": self.n_moved, "per_customer": value}


@dataclass(frozen=True, slots=True)
class Truth:
    r"""What the move is truly worth in one base.

    Parameters
    ----------
    as_of : str
        Month that the value refers to, ``YYYY-MM``.
    horizon_months : int
        Months H over which the value is added up.
    from_band, to_band : {"dissatisfied", "neutral", "satisfied"}
        The move.
    metrics : tuple of str
        The M metrics of the curves, in order.
    stayed, moved : numpy.ndarray
        Mean per moved customer and month without and with the move; a customer who has left counts 0. Shape (M, H),
        for months 1 to H after ``as_of``.
    per_customer : float
        Discounted contribution gained per moved customer, money.
    se : float
        Standard error of that mean over the customers, money: what chance in one base leaves open.
    n_active : int
        Customers active in ``as_of``.
    n_from_band : int
        Of these, customers whose answer would lie in the from-band.
    n_moved : int
        Customers moved: all of these.
    groups : tuple of GroupTruth
        The same by segment and by region.

    Notes
    -----
    The value is :math:`\sum_k (1 + d)^{-k/12} (margin × revenue_k − cost_k)` of the difference of the two worlds;
    upgrades and referrals bear no value of their own.
    """

    as_of: str
    horizon_months: int
    from_band: Band
    to_band: Band
    metrics: tuple[str, ...]
    stayed: NDArray[np.float64]
    moved: NDArray[np.float64]
    per_customer: float
    se: float
    n_active: int
    n_from_band: int
    n_moved: int
    groups: tuple[GroupTruth, ...]

    def __post_init__(self) -> None:
        self.stayed.flags.writeable = False
        self.moved.flags.writeable = False

    @property
    def difference(self) -> NDArray[np.float64]:
        """Moved less stayed, shape (M, H)."""
        return self.moved - self.stayed

    @property
    def prob_from_band(self) -> float:
        """Share of the active customers whose answer would lie in the from-band."""
        return self.n_from_band / self.n_active

    def to_dict(self) -> dict[str, Any]:
        """Return the truth in plain types, as ``truth.json`` holds it.

        Returns
        -------
        dict
            ``as_of``, ``horizon_months``, ``from``, ``to``, ``per_customer`` with ``value`` and ``se``, ``n_active``,
            ``n_from_band``, ``n_moved``, ``prob_from_band``, ``groups`` and ``curves``; a curve has ``metric``,
            ``stayed``, ``moved`` and ``difference``, each with H numbers.
        """
        curves = zip(self.metrics, self.stayed, self.moved, self.difference, strict=True)
        return {
            "as_of": self.as_of,
            "horizon_months": self.horizon_months,
            "from": self.from_band,
            "to": self.to_band,
            "per_customer": {"value": self.per_customer, "se": self.se},
            "n_active": self.n_active,
            "n_from_band": self.n_from_band,
            "n_moved": self.n_moved,
            "prob_from_band": self.prob_from_band,
            "groups": [group.to_dict() for group in self.groups],
            "curves": [
                {"metric": name, "stayed": stayed.tolist(), "moved": moved.tolist(), "difference": gap.tolist()}
                for name, stayed, moved, gap in curves
            ],
        }


def measure_truth(
    scenario: Scenario,
    customers: Customers,
    month: Month,
    *,
    history: AnswerHistory,
    seed: int,
    from_band: Band,
    to_band: Band,
) -> Truth:
    """Move everybody of the from-band and follow both worlds to the horizon.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers.
    month : Month
        The month ``as_of``, after its outcomes and before anybody leaves.
    history : AnswerHistory
        What the customers answered before that month.
    seed : int
        Seed of the base; both worlds take the random numbers of its months.
    from_band, to_band : {"dissatisfied", "neutral", "satisfied"}
        The move.

    Returns
    -------
    Truth
        Curves and values.

    Raises
    ------
    SettingsError
        When nobody is in the from-band, or nobody in the to-band could lend a satisfaction.
    """
    rng, as_of = random_stream(seed, MOVE), month_label(scenario.first_month_index + month.offset)
    answered = month.satisfaction + scenario.survey_noise_sd * rng.standard_normal(len(customers))
    band = band_scores(score_satisfaction(answered, cut_points=scenario.cut_points))
    movers = np.flatnonzero(month.active & (band == BANDS.index(from_band)))
    donors = np.flatnonzero(month.active & (band == BANDS.index(to_band)))
    for name, rows in ((from_band, movers), (to_band, donors)):
        if rows.size == 0:
            raise SettingsError(
                f"scenario '{scenario.name}': no customer is {name} in {as_of}",
                allowed="at least one customer in each band of the move",
                hint="raise n_customers",
            )
    likeness = expect_satisfaction(month, history, donors)
    lender = choose_donors(likeness[movers], donor_expected=likeness[donors], uniform=rng.random(movers.size))
    stay = month.take(movers)
    move = move_satisfaction(scenario, customers.take(movers), stay, satisfaction=month.satisfaction[donors[lender]])
    worlds = _follow(scenario, customers, (stay, move), movers=movers, seed=seed)
    gain = worlds.contribution[1] - worlds.contribution[0]
    value, se = _mean_and_error(gain)
    return Truth(
        as_of=as_of,
        horizon_months=scenario.horizon_months,
        from_band=from_band,
        to_band=to_band,
        metrics=METRICS,
        stayed=worlds.curves[0],
        moved=worlds.curves[1],
        per_customer=value or 0.0,
        se=se or 0.0,
        n_active=int(month.active.sum()),
        n_from_band=movers.size,
        n_moved=movers.size,
        groups=tuple(_value_groups(scenario, customers.take(movers), gain)),
    )


def expect_satisfaction(month: Month, history: AnswerHistory, donors: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the satisfaction that customers with given covariates have within the to-band.

    Parameters
    ----------
    month : Month
        The month ``as_of`` of n customers.
    history : AnswerHistory
        What they answered before.
    donors : numpy.ndarray
        Positions of the customers in the to-band.

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Notes
    -----
    Least squares among the donors on the expected satisfaction (which holds trouble, tenure, price and segment) and on
    the previous band with the months since. These are what a study adjusts for: customers who are alike in them have
    the same score distribution in the to-band, and that is where the move leads.
    """
    ones = np.ones(len(month.expected))
    rows = np.column_stack([ones, month.expected, history.columns(offset=month.offset)])
    coefficients = np.linalg.lstsq(rows[donors], month.satisfaction[donors], rcond=None)[0]
    return np.asarray(rows @ coefficients)


def choose_donors(
    expected: NDArray[np.float64], *, donor_expected: NDArray[np.float64], uniform: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Choose for each moved customer one of the fifty donors next to it in expected satisfaction.

    Parameters
    ----------
    expected : numpy.ndarray
        Expected satisfaction of the moved, shape (m,).
    donor_expected : numpy.ndarray
        Expected satisfaction of the donors, shape (d,), at least one.
    uniform : numpy.ndarray
        Draws in [0, 1) that make the choice, shape (m,).

    Returns
    -------
    numpy.ndarray
        Positions among the donors, shape (m,).

    Examples
    --------
    >>> choose_donors(np.array([5.0]), donor_expected=np.array([7.0, 3.0]), uniform=np.array([0.0])).tolist()
    [1]
    """
    order = np.argsort(donor_expected, kind="stable")
    window = min(N_DONORS, order.size)
    rank = np.searchsorted(donor_expected[order], expected)
    first = np.clip(rank - window // 2, 0, order.size - window)
    return order[first + np.floor(uniform * window).astype(np.int64)]


def move_satisfaction(
    scenario: Scenario, customers: Customers, month: Month, *, satisfaction: NDArray[np.float64]
) -> Month:
    """Give customers another satisfaction, borne by its drifting part so that nature takes it back.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        m customers.
    month : Month
        Their month.
    satisfaction : numpy.ndarray
        Their new satisfaction, shape (m,).

    Returns
    -------
    Month
        The same month and outcomes with the new satisfaction.
    """
    error = satisfaction - month.expected - lasting_satisfaction(scenario, customers)
    return replace(month, satisfaction=satisfaction, error=error)


@dataclass(frozen=True, slots=True)
class _Worlds:
    curves: NDArray[np.float64]
    contribution: NDArray[np.float64]


def _follow(
    scenario: Scenario, customers: Customers, worlds: tuple[Month, Month], *, movers: NDArray[np.int64], seed: int
) -> _Worlds:
    """Return mean curves (2, M, H) and each customer's discounted contribution (2, m) in two worlds from a month on."""
    horizon, moving = scenario.horizon_months, customers.take(movers)
    curves, contribution = np.empty((2, len(METRICS), horizon)), np.zeros((2, movers.size))

    def draws_of(offset: int) -> MonthDraws:
        return draw_month(scenario, customers, seed=seed, offset=offset).take(movers)

    def next_month(world: Month, draws: MonthDraws, later: MonthDraws) -> Month:
        state = close_month(scenario, moving, world, draws=draws)
        return live_month(scenario, moving, state, draws=later, offset=world.offset + 1)

    draws = draws_of(worlds[0].offset)
    for k in range(horizon):
        later = draws_of(worlds[0].offset + 1)
        worlds = (next_month(worlds[0], draws, later), next_month(worlds[1], draws, later))
        draws = later
        for world, month in enumerate(worlds):
            curves[world, :, k] = [column.mean() for column in _metric_columns(month)]
            contribution[world] += discounted_contribution(scenario, month.outcomes, months_ahead=k + 1)
    return _Worlds(curves, contribution)


def _metric_columns(month: Month) -> tuple[NDArray[Any], ...]:
    """Return each customer's metrics of a month in the order of ``METRICS``."""
    o = month.outcomes
    return (month.active, o.revenue, o.cost_to_serve, o.upgrades, o.referrals)


def discounted_contribution(scenario: Scenario, outcomes: Outcomes, *, months_ahead: int) -> NDArray[np.float64]:
    r"""Return what each customer contributes in a month, discounted to now.

    Parameters
    ----------
    scenario : Scenario
        Gives margin and discount rate.
    outcomes : Outcomes
        The month's outcomes of n customers.
    months_ahead : int
        Months k from now.

    Returns
    -------
    numpy.ndarray
        Money, shape (n,).

    Notes
    -----
    :math:`(1 + d)^{-k/12} (margin × revenue − cost)`.
    """
    discount = (1 + scenario.discount_rate_annual) ** (-months_ahead / 12)
    return np.asarray(discount * (scenario.gross_margin * outcomes.revenue - outcomes.cost_to_serve))


def _value_groups(scenario: Scenario, customers: Customers, gain: NDArray[np.float64]) -> Iterator[GroupTruth]:
    """Yield the mean gain (m,) of the customers in each segment and each region."""
    columns = (
        ("segment", customers.segment, tuple(segment.name for segment in scenario.segments)),
        ("region", customers.region, scenario.regions),
    )
    for by, code, groups in columns:
        for position, group in enumerate(groups):
            own = gain[code == position]
            yield GroupTruth(by, group, own.size, *_mean_and_error(own))


def _mean_and_error(gain: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """Return mean and standard error, None where there are too few numbers."""
    mean = float(gain.mean()) if gain.size else None
    error = float(gain.std(ddof=1) / np.sqrt(gain.size)) if gain.size > 1 else None
    return mean, error
