"""What a month's satisfaction does: money, upgrades, referrals and leaving."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.customers import Customers
from cxvalue.simulate.scenario import Scenario

LARGEST_UNIFORM: Final = 1 - 1e-12
"""Uniform draws are cut here, so that sums of probabilities, exact to 1e-15, are sure to pass them."""


class OutcomeDraws(Protocol):
    """The random numbers that the outcomes of a month need, each of shape (n,)."""

    @property
    def revenue(self) -> NDArray[np.float64]:
        """Standard normal."""

    @property
    def cost(self) -> NDArray[np.float64]:
        """Positive, mean 1."""

    @property
    def upgrades(self) -> NDArray[np.float64]:
        """Uniform in [0, 1)."""

    @property
    def referrals(self) -> NDArray[np.float64]:
        """Uniform in [0, 1)."""

    @property
    def purchase(self) -> NDArray[np.float64]:
        """Uniform in [0, 1)."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A month's outcomes of n customers.

    Parameters
    ----------
    revenue : numpy.ndarray
        Money, to the cent. Shape (n,).
    cost_to_serve : numpy.ndarray
        Money, to the cent. Shape (n,).
    upgrades, referrals : numpy.ndarray
        Counts. Shape (n,), integer.
    share : numpy.ndarray
        1 for customers who are there or, where leaving is not seen, who buy in the month; 0 for others. Shape (n,),
        integer.
    """

    revenue: NDArray[np.float64]
    cost_to_serve: NDArray[np.float64]
    upgrades: NDArray[np.int64]
    referrals: NDArray[np.int64]
    share: NDArray[np.int64]

    def where(self, active: NDArray[np.bool_]) -> Self:
        """Return the outcomes with 0 for everybody who is not active.

        Parameters
        ----------
        active : numpy.ndarray
            Shape (n,), boolean.

        Returns
        -------
        Outcomes
            The outcomes of the same n customers.
        """
        return type(self)(*(getattr(self, field.name) * active for field in fields(self)))

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the outcomes of these customers only.

        Parameters
        ----------
        rows : numpy.ndarray
            Positions, shape (m,).

        Returns
        -------
        Outcomes
            The outcomes of m customers.
        """
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


def no_outcomes(n: int) -> Outcomes:
    """Return the outcomes of customers of whom nothing comes.

    Parameters
    ----------
    n : int
        Customers.

    Returns
    -------
    Outcomes
        All 0.
    """
    count = np.zeros(n, dtype=np.int64)
    return Outcomes(np.zeros(n), np.zeros(n), count, count, count)


def effect_scale(scenario: Scenario, customers: Customers, *, offset: int) -> NDArray[np.float64]:
    r"""Return the factor on all effects of satisfaction in a month.

    Parameters
    ----------
    scenario : Scenario
        Gives the scale, its fading, and each segment's multiplier.
    customers : Customers
        n customers.
    offset : int
        Months since the first month.

    Returns
    -------
    numpy.ndarray
        Factors, shape (n,).

    Notes
    -----
    :math:`c \, (1 - f)^{t/12} \, w_{g}` with scale c, share lost a year f and segment multiplier w.
    """
    by_segment = np.array([segment.effect_multiplier for segment in scenario.segments])
    faded = scenario.effect_scale * (1 - scenario.effect_fade_per_year) ** (offset / 12)
    return np.asarray(faded * by_segment[customers.segment])


def acting_satisfaction(
    scenario: Scenario, customers: Customers, satisfaction: NDArray[np.float64], *, offset: int
) -> NDArray[np.float64]:
    """Return satisfaction as it acts on outcomes: clipped, then scaled.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    satisfaction : numpy.ndarray
        Latent satisfaction, shape (n,).
    offset : int
        Months since the first month.

    Returns
    -------
    numpy.ndarray
        What the effects of the scenario multiply, shape (n,).
    """
    limit = scenario.satisfaction_clip
    return np.clip(satisfaction, -limit, limit) * effect_scale(scenario, customers, offset=offset)


def measure_outcomes(
    scenario: Scenario,
    customers: Customers,
    satisfaction: NDArray[np.float64],
    *,
    incidents: NDArray[np.int64],
    upgrades_so_far: NDArray[np.int64],
    prob_buying: NDArray[np.float64],
    draws: OutcomeDraws,
    offset: int,
) -> Outcomes:
    r"""Return what a month brings of money and counts.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    satisfaction : numpy.ndarray
        Latent satisfaction of the month, shape (n,).
    incidents : numpy.ndarray
        Incidents of the month, shape (n,).
    upgrades_so_far : numpy.ndarray
        Upgrades before the month, shape (n,).
    prob_buying : numpy.ndarray
        Probability of buying in the month, shape (n,); 1 under a contract.
    draws : OutcomeDraws
        Random numbers of the month.
    offset : int
        Months since the first month.

    Returns
    -------
    Outcomes
        As if everybody were active.

    Notes
    -----
    With acting satisfaction x, effects :math:`\beta` and hidden strengths :math:`\gamma` on the confounder h, revenue
    is price × usage × :math:`(1 + r)^{upgrades}` × :math:`e^{\beta x + \gamma h}` × noise; cost is
    (base + incidents × unit cost) × :math:`e^{\beta x + \gamma h}` × noise; counts are Poisson with mean
    rate × :math:`e^{\beta x}`. Revenue and base of the cost are 0 in a month in which the customer buys nothing.
    """
    acting = acting_satisfaction(scenario, customers, satisfaction, offset=offset)
    effects, hidden, sd = scenario.effects, scenario.hidden, scenario.revenue_noise_sd_log
    cost_base = np.array([segment.cost_base_monthly for segment in scenario.segments])[customers.segment]
    revenue_log = effects.revenue * acting + hidden.revenue * customers.hidden + sd * draws.revenue - sd**2 / 2
    step = (1 + scenario.upgrade_revenue_step) ** upgrades_so_far
    cost_log = effects.cost_to_serve * acting + hidden.cost_to_serve * customers.hidden
    buys = (draws.purchase < prob_buying).astype(np.int64)
    cost = (cost_base * buys + scenario.cost_per_incident * incidents) * np.exp(cost_log) * draws.cost
    upgrade_rate = scenario.upgrades_per_month * np.exp(effects.upgrades * acting)
    referral_rate = scenario.referrals_per_month * np.exp(effects.referrals * acting)
    return Outcomes(
        revenue=np.round(customers.plan_price * customers.usage * step * np.exp(revenue_log), 2) * buys,
        cost_to_serve=np.round(cost, 2),
        upgrades=count_from_uniform(upgrade_rate, draws.upgrades),
        referrals=count_from_uniform(referral_rate, draws.referrals),
        share=buys,
    )


def prob_buying(
    scenario: Scenario,
    customers: Customers,
    satisfaction: NDArray[np.float64],
    *,
    index: NDArray[np.float64],
    offset: int,
) -> NDArray[np.float64]:
    """Return the probability of buying in a month: 1 under a contract, and in the month of joining.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    satisfaction : numpy.ndarray
        Latent satisfaction of the month, shape (n,).
    index : numpy.ndarray
        What observed confounders add to the log odds, shape (n,).
    offset : int
        Months since the first month.

    Returns
    -------
    numpy.ndarray
        Probabilities, shape (n,).
    """
    if scenario.purchase_monthly is None:
        return np.ones(len(customers))
    by_segment = np.array([segment.purchase_log_odds for segment in scenario.segments])
    log_odds = (
        np.log(scenario.purchase_monthly / (1 - scenario.purchase_monthly))
        + index
        + by_segment[customers.segment]
        + scenario.hidden.purchase * customers.hidden
        + scenario.effects.purchase * acting_satisfaction(scenario, customers, satisfaction, offset=offset)
    )
    return np.where(customers.joined == offset, 1.0, logistic(log_odds))


def prob_leaving(
    scenario: Scenario,
    customers: Customers,
    satisfaction: NDArray[np.float64],
    *,
    index: NDArray[np.float64],
    offset: int,
) -> NDArray[np.float64]:
    """Return the probability of leaving at a month's end.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    satisfaction : numpy.ndarray
        Latent satisfaction of the month, shape (n,).
    index : numpy.ndarray
        What observed confounders add to the log odds, shape (n,).
    offset : int
        Months since the first month.

    Returns
    -------
    numpy.ndarray
        Probabilities, shape (n,).
    """
    by_segment = np.array([segment.churn_log_odds for segment in scenario.segments])
    log_odds = (
        np.log(scenario.churn_monthly / (1 - scenario.churn_monthly))
        + scenario.churn_trend_per_year * offset / 12
        + index
        + by_segment[customers.segment]
        + scenario.hidden.churn * customers.hidden
        + scenario.effects.churn * acting_satisfaction(scenario, customers, satisfaction, offset=offset)
    )
    return logistic(log_odds)


def logistic(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn log odds into probabilities.

    Parameters
    ----------
    log_odds : numpy.ndarray
        Any shape.

    Returns
    -------
    numpy.ndarray
        The same shape, in [0, 1].

    Examples
    --------
    >>> float(logistic(np.array([0.0]))[0])
    0.5
    """
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def count_from_uniform(rate: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
    """Turn uniform draws into Poisson counts by the inverse distribution function.

    At the same draw a higher rate never gives a lower count, which keeps two worlds together.

    Parameters
    ----------
    rate : numpy.ndarray
        Means, 0 to 700. Shape (n,).
    uniform : numpy.ndarray
        Draws in [0, 1). Shape (n,).

    Returns
    -------
    numpy.ndarray
        Counts, shape (n,).

    Examples
    --------
    >>> count_from_uniform(np.array([1.0, 1.0, 1.0]), np.array([0.3, 0.5, 0.9])).tolist()
    [0, 1, 2]
    """
    count = np.zeros(rate.shape, dtype=np.int64)
    term = np.exp(-rate)
    cumulative = term.copy()
    draw = np.minimum(uniform, LARGEST_UNIFORM)
    above = draw > cumulative
    k = 0
    while above.any():
        k += 1
        count += above
        term = term * rate / k
        cumulative += term
        above &= draw > cumulative
    return count
