"""Worlds that share their random numbers: the same customers without a move, with it, and kept where they moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.customers import Customers
from cxvalue.simulate.expectation import lasting_satisfaction
from cxvalue.simulate.month import Month, MonthDraws, close_month, draw_month, live_month
from cxvalue.simulate.outcomes import Outcomes
from cxvalue.simulate.scenario import Scenario
from cxvalue.vocabulary import COST_TO_SERVE, PURCHASED, REVENUE, STANDARD_METRICS

METRICS: Final = tuple(STANDARD_METRICS)


def metrics_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the metrics of a scenario's curves.

    Parameters
    ----------
    scenario : Scenario
        Says whether leaving is seen.

    Returns
    -------
    tuple of str
        All that the library knows by name; where leaving is not seen, purchases, revenue and cost to serve.
    """
    return METRICS if scenario.leaving_is_seen else (PURCHASED, REVENUE, COST_TO_SERVE)


Keep = Callable[[Month, MonthDraws | None], Month]
"""Returns a month with its customers kept where they moved; without draws it has no outcomes to measure again."""


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
class Worlds:
    """What m moved customers do without the move, with it, and, where asked for, kept where they moved.

    Parameters
    ----------
    curves : numpy.ndarray
        Mean per customer, by world, metric and month. Shape (2 or 3, M, H).
    contribution : numpy.ndarray
        Discounted contribution of each customer, by world, money. Shape (2 or 3, m).
    """

    curves: NDArray[np.float64]
    contribution: NDArray[np.float64]

    @property
    def gain(self) -> NDArray[np.float64]:
        """Discounted contribution that each customer gains by the move, money, shape (m,)."""
        return np.asarray(self.contribution[1] - self.contribution[0])

    @property
    def gain_kept(self) -> NDArray[np.float64]:
        """The same by a move after which the customer is kept where it moved; only where that world was followed."""
        return np.asarray(self.contribution[2] - self.contribution[0])


def follow_move(
    scenario: Scenario,
    customers: Customers,
    month: Month,
    *,
    movers: NDArray[np.int64],
    satisfaction: NDArray[np.float64],
    seed: int,
    keep: Keep | None = None,
) -> Worlds:
    """Give some customers another satisfaction and follow both worlds to the horizon.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers.
    month : Month
        The month of the move, after its outcomes and before anybody leaves.
    movers : numpy.ndarray
        Positions of the m customers moved.
    satisfaction : numpy.ndarray
        Their new satisfaction, shape (m,).
    seed : int
        Seed of the base; all worlds take the random numbers of its months.
    keep : callable, optional
        Keeps customers where they moved; a third world is then followed, in which it does so from the move on.

    Returns
    -------
    Worlds
        Curves and contributions.
    """
    stay = month.take(movers)
    worlds = [stay, move_satisfaction(scenario, customers.take(movers), stay, satisfaction=satisfaction)]
    worlds += [keep(worlds[1], None)] if keep is not None else []
    horizon, moving, n_metrics = scenario.horizon_months, customers.take(movers), len(metrics_of(scenario))
    curves, contribution = np.empty((len(worlds), n_metrics, horizon)), np.zeros((len(worlds), movers.size))

    def draws_of(offset: int) -> MonthDraws:
        return draw_month(scenario, customers, seed=seed, offset=offset).take(movers)

    def next_month(world: Month, draws: MonthDraws, later: MonthDraws) -> Month:
        state = close_month(scenario, moving, world, draws=draws)
        return live_month(scenario, moving, state, draws=later, offset=world.offset + 1)

    draws = draws_of(worlds[0].offset)
    for k in range(horizon):
        later = draws_of(worlds[0].offset + 1)
        worlds = [next_month(world, draws, later) for world in worlds]
        if keep is not None:
            worlds[2] = keep(worlds[2], later)
        draws = later
        for world, month in enumerate(worlds):
            curves[world, :, k] = [column.mean() for column in _metric_columns(month)[:n_metrics]]
            contribution[world] += discounted_contribution(scenario, month.outcomes, months_ahead=k + 1)
    return Worlds(curves, contribution)


def _metric_columns(month: Month) -> tuple[NDArray[Any], ...]:
    """Return each customer's metrics of a month in the order of ``METRICS``."""
    o = month.outcomes
    return (o.share, o.revenue, o.cost_to_serve, o.upgrades, o.referrals)


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
