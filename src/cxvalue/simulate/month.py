"""One month in the life of a simulated base: incidents, satisfaction, outcomes, leaving."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.customers import Customers
from cxvalue.simulate.expectation import expected_satisfaction, lasting_satisfaction, observed_index
from cxvalue.simulate.outcomes import Outcomes, measure_outcomes, no_outcomes, prob_buying, prob_leaving
from cxvalue.simulate.scenario import TRAILING_MONTHS, Scenario
from cxvalue.simulate.settling import settle_errors
from cxvalue.simulate.stream import MONTH, PURCHASE, random_stream

NEVER: Final = -(10**6)
"""Month of the last purchase of a customer who never bought."""


@dataclass(frozen=True, slots=True)
class MonthDraws:
    """The random numbers of one month, one of each for every customer.

    Parameters
    ----------
    incidents : numpy.ndarray
        Incidents of the month. Shape (n,), integer.
    innovation, revenue : numpy.ndarray
        Standard normal. Shape (n,).
    cost : numpy.ndarray
        Gamma noise of mean 1. Shape (n,).
    upgrades, referrals, leaving, purchase : numpy.ndarray
        Uniform in [0, 1). Shape (n,).
    """

    incidents: NDArray[np.int64]
    innovation: NDArray[np.float64]
    revenue: NDArray[np.float64]
    cost: NDArray[np.float64]
    upgrades: NDArray[np.float64]
    referrals: NDArray[np.float64]
    leaving: NDArray[np.float64]
    purchase: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the draws of these customers only.

        Parameters
        ----------
        rows : numpy.ndarray
            Positions, shape (m,).

        Returns
        -------
        MonthDraws
            The draws of m customers.
        """
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class State:
    """What one month hands to the next.

    Parameters
    ----------
    alive : numpy.ndarray
        Whether the customer goes on into the next month. Shape (n,), boolean.
    error : numpy.ndarray
        Drifting part of satisfaction. Shape (n,).
    recent_incidents : numpy.ndarray
        Incidents of the last months, the latest first. Shape (3, n), integer.
    upgrades_so_far : numpy.ndarray
        Upgrades since the first month. Shape (n,), integer.
    last_bought : numpy.ndarray
        Month of the last purchase, counted from the first month; far below 0 without one. Shape (n,), integer.
    """

    alive: NDArray[np.bool_]
    error: NDArray[np.float64]
    recent_incidents: NDArray[np.int64]
    upgrades_so_far: NDArray[np.int64]
    last_bought: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Month:
    """A month as it was lived, before anybody leaves.

    Parameters
    ----------
    offset : int
        Months since the first month.
    alive : numpy.ndarray
        Whether the customer was there. Shape (n,), boolean.
    active : numpy.ndarray
        Whether the customer counts as active: was there or, where leaving is not seen, bought within the last months,
        whether still there or not. Shape (n,), boolean.
    recent_incidents : numpy.ndarray
        Incidents of this month and those before. Shape (3, n), integer.
    trailing_incidents : numpy.ndarray
        Mean incidents over the last three months, or since joining where that is shorter. Shape (n,).
    tenure_years : numpy.ndarray
        Years since the month of joining. Shape (n,).
    expected : numpy.ndarray
        Satisfaction expected from observed confounders. Shape (n,).
    error : numpy.ndarray
        Drifting part of satisfaction. Shape (n,).
    satisfaction : numpy.ndarray
        Latent satisfaction. Shape (n,).
    upgrades_so_far : numpy.ndarray
        Upgrades before this month. Shape (n,), integer.
    outcomes : Outcomes
        Revenue, cost, upgrades and referrals; 0 for customers who are not there.
    last_bought : numpy.ndarray
        Month of the last purchase, this one included; far below 0 without one. Shape (n,), integer.
    """

    offset: int
    alive: NDArray[np.bool_]
    active: NDArray[np.bool_]
    recent_incidents: NDArray[np.int64]
    trailing_incidents: NDArray[np.float64]
    tenure_years: NDArray[np.float64]
    expected: NDArray[np.float64]
    error: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    upgrades_so_far: NDArray[np.int64]
    outcomes: Outcomes
    last_bought: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the month of these customers only.

        Parameters
        ----------
        rows : numpy.ndarray
            Positions, shape (m,).

        Returns
        -------
        Month
            The month of m customers.
        """
        return type(self)(
            offset=self.offset,
            alive=self.alive[rows],
            active=self.active[rows],
            recent_incidents=self.recent_incidents[:, rows],
            trailing_incidents=self.trailing_incidents[rows],
            tenure_years=self.tenure_years[rows],
            expected=self.expected[rows],
            error=self.error[rows],
            satisfaction=self.satisfaction[rows],
            upgrades_so_far=self.upgrades_so_far[rows],
            outcomes=self.outcomes.take(rows),
            last_bought=self.last_bought[rows],
        )


def draw_month(scenario: Scenario, customers: Customers, *, seed: int, offset: int) -> MonthDraws:
    """Draw the random numbers of a month; they depend on seed and month alone, not on what happened before.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers of the base.
    seed : int
        Seed of the base.
    offset : int
        Months since the first month.

    Returns
    -------
    MonthDraws
        Arrays of shape (n,).
    """
    rng, n = random_stream(seed, MONTH, offset), len(customers)
    shape = scenario.cost_noise_shape
    return MonthDraws(
        incidents=rng.poisson(customers.incident_rate),
        innovation=rng.standard_normal(n),
        revenue=rng.standard_normal(n),
        cost=rng.standard_gamma(shape, n) / shape,
        upgrades=rng.random(n),
        referrals=rng.random(n),
        leaving=rng.random(n),
        purchase=np.zeros(n) if scenario.leaving_is_seen else random_stream(seed, PURCHASE, offset).random(n),
    )


def initial_state(scenario: Scenario, customers: Customers, *, seed: int) -> State:
    """Return the state before the first month: those who joined before it, with settled satisfaction.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers of the base.
    seed : int
        Seed of the base.

    Returns
    -------
    State
        Arrays of shape (n,).
    """
    n = len(customers)
    return State(
        alive=customers.joined < 0,
        error=settle_errors(scenario, customers, seed=seed),
        recent_incidents=np.zeros((TRAILING_MONTHS, n), dtype=np.int64),
        upgrades_so_far=np.zeros(n, dtype=np.int64),
        last_bought=np.full(n, NEVER, dtype=np.int64),
    )


def live_month(scenario: Scenario, customers: Customers, state: State, *, draws: MonthDraws, offset: int) -> Month:
    """Live through one month up to, but not including, the leaving at its end.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    state : State
        What the month before left.
    draws : MonthDraws
        Random numbers of this month.
    offset : int
        Months since the first month.

    Returns
    -------
    Month
        Who was there, how satisfied, and what came of it.
    """
    enters = customers.joined == offset
    alive = state.alive | enters
    recent = np.vstack([draws.incidents * alive, state.recent_incidents[:-1]])
    trailing = recent.sum(axis=0) / np.clip(offset - np.maximum(customers.joined, 0) + 1, 1, TRAILING_MONTHS)
    tenure_years = np.maximum(offset - customers.joined, 0) / 12
    expected = expected_satisfaction(scenario, customers, trailing_incidents=trailing, tenure_years=tenure_years)
    phi = scenario.persistence_monthly
    drifted = phi * state.error + np.sqrt(1 - phi**2) * draws.innovation
    error = np.where(enters, draws.innovation, drifted)
    before = Month(
        offset=offset,
        alive=alive,
        active=alive,
        recent_incidents=recent,
        trailing_incidents=trailing,
        tenure_years=tenure_years,
        expected=expected,
        error=error,
        satisfaction=expected + lasting_satisfaction(scenario, customers) + error,
        upgrades_so_far=state.upgrades_so_far,
        outcomes=no_outcomes(len(customers)),
        last_bought=state.last_bought,
    )
    return measure_month(scenario, customers, before, draws=draws)


def measure_month(scenario: Scenario, customers: Customers, month: Month, *, draws: MonthDraws) -> Month:
    """Return a month with the outcomes of its satisfaction.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    month : Month
        Their month; its own outcomes are not read.
    draws : MonthDraws
        Random numbers of the month.

    Returns
    -------
    Month
        The same month with outcomes, and with who counts as active after them.
    """
    index = observed_index(
        scenario,
        scenario.purchase,
        customers,
        trailing_incidents=month.trailing_incidents,
        tenure_years=month.tenure_years,
    )
    outcomes = measure_outcomes(
        scenario,
        customers,
        month.satisfaction,
        incidents=month.recent_incidents[0],
        upgrades_so_far=month.upgrades_so_far,
        prob_buying=prob_buying(scenario, customers, month.satisfaction, index=index, offset=month.offset),
        draws=draws,
        offset=month.offset,
    ).where(month.alive)
    last_bought = np.where(outcomes.share > 0, month.offset, month.last_bought)
    recent = last_bought > month.offset - scenario.active_months
    active = month.alive if scenario.leaving_is_seen else recent
    return replace(month, outcomes=outcomes, last_bought=last_bought, active=active)


def close_month(scenario: Scenario, customers: Customers, month: Month, *, draws: MonthDraws) -> State:
    """Let customers leave at the month's end.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    month : Month
        The month as it was lived; its satisfaction decides who leaves.
    draws : MonthDraws
        Random numbers of the month.

    Returns
    -------
    State
        What the next month starts from.
    """
    index = observed_index(
        scenario,
        scenario.churn,
        customers,
        trailing_incidents=month.trailing_incidents,
        tenure_years=month.tenure_years,
    )
    leaves = draws.leaving < prob_leaving(scenario, customers, month.satisfaction, index=index, offset=month.offset)
    return State(
        alive=month.alive & ~leaves,
        error=month.error,
        recent_incidents=month.recent_incidents,
        upgrades_so_far=month.upgrades_so_far + month.outcomes.upgrades,
        last_bought=month.last_bought,
    )
