"""Two worlds that share their random numbers: the same customers without and with a move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.customers import Customers
from cxvalue.simulate.expectation import lasting_satisfaction
from cxvalue.simulate.month import Month, MonthDraws, close_month, draw_month, live_month
from cxvalue.simulate.outcomes import Outcomes
from cxvalue.simulate.scenario import Scenario
from cxvalue.vocabulary import STANDARD_METRICS

METRICS: Final = tuple(STANDARD_METRICS)


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
    """What m moved customers do without and with the move.

    Parameters
    ----------
    curves : numpy.ndarray
        Mean per customer, by world, metric and month. Shape (2, M, H).
    contribution : numpy.ndarray
        Discounted contribution of each customer, by world, money. Shape (2, m).
    """

    curves: NDArray[np.float64]
    contribution: NDArray[np.float64]

    @property
    def gain(self) -> NDArray[np.float64]:
        """Discounted contribution that each customer gains by the move, money, shape (m,)."""
        return np.asarray(self.contribution[1] - self.contribution[0])


def follow_move(
    scenario: Scenario,
    customers: Customers,
    month: Month,
    *,
    movers: NDArray[np.int64],
    satisfaction: NDArray[np.float64],
    seed: int,
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
        Seed of the base; both worlds take the random numbers of its months.

    Returns
    -------
    Worlds
        Curves and contributions.
    """
    stay = month.take(movers)
    worlds = (stay, move_satisfaction(scenario, customers.take(movers), stay, satisfaction=satisfaction))
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
    return Worlds(curves, contribution)


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
