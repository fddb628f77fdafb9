"""The customers of a simulated base and what stays the same about them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.stream import CUSTOMERS, random_stream

LAST_DAY = 28
"""Last day of a month on which anything is dated."""
LONGEST_TENURE_YEARS = 10.0


@dataclass(frozen=True, slots=True)
class Customers:
    """What does not change about each of n customers.

    Parameters
    ----------
    joined : numpy.ndarray
        Month of joining, counted from 0 at the first month; negative before it. Shape (n,), integer.
    joined_day : numpy.ndarray
        Day of the month of joining, 1 to 28. Shape (n,), integer.
    segment, region : numpy.ndarray
        Positions in the scenario's segments and regions. Shape (n,), integer.
    plan_price : numpy.ndarray
        List price, money a month. Shape (n,).
    price_score : numpy.ndarray
        Log plan price, standardised by the mean and deviation that the scenario implies. Shape (n,).
    incident_rate : numpy.ndarray
        Mean incidents a month. Shape (n,).
    usage : numpy.ndarray
        Lasting factor on revenue, 1 unless usage has a heavy tail. Shape (n,).
    disposition : numpy.ndarray
        Stable, unobserved part of satisfaction. Shape (n,).
    hidden : numpy.ndarray
        Unobserved confounder, standard normal. Shape (n,).
    """

    joined: NDArray[np.int64]
    joined_day: NDArray[np.int64]
    segment: NDArray[np.int64]
    region: NDArray[np.int64]
    plan_price: NDArray[np.float64]
    price_score: NDArray[np.float64]
    incident_rate: NDArray[np.float64]
    usage: NDArray[np.float64]
    disposition: NDArray[np.float64]
    hidden: NDArray[np.float64]

    def __len__(self) -> int:
        return self.joined.size

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return these customers only.

        Parameters
        ----------
        rows : numpy.ndarray
            Positions, shape (m,).

        Returns
        -------
        Customers
            The m customers.
        """
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


def draw_customers(scenario: Scenario, *, seed: int) -> Customers:
    """Draw the customers of a base.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    seed : int
        Seed of the base, 0 or more.

    Returns
    -------
    Customers
        ``scenario.n_customers`` customers.

    Examples
    --------
    >>> len(draw_customers(Scenario(n_customers=10), seed=3))
    10
    """
    rng, n = random_stream(seed, CUSTOMERS), scenario.n_customers
    segment = rng.choice(len(scenario.segments), size=n, p=[kind.share for kind in scenario.segments])
    median = np.array([kind.plan_price_median for kind in scenario.segments])
    noise = rng.standard_normal(n)
    plan_price = np.round(median[segment] * np.exp(scenario.plan_price_sd_log * noise), 2)
    return Customers(
        joined=_draw_joining(scenario, rng),
        joined_day=rng.integers(1, LAST_DAY + 1, size=n),
        segment=segment,
        region=rng.integers(0, len(scenario.regions), size=n),
        plan_price=plan_price,
        price_score=standardise_price(plan_price, scenario=scenario),
        incident_rate=rng.gamma(scenario.incidents_shape, scenario.incidents_per_month / scenario.incidents_shape, n),
        usage=heavy_tailed_usage(rng.random(n), tail_index=scenario.usage_tail_index),
        disposition=scenario.disposition_sd * rng.standard_normal(n),
        hidden=rng.standard_normal(n),
    )


def _draw_joining(scenario: Scenario, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the month of joining of each customer, negative for those there from the start."""
    n = scenario.n_customers
    joins_later = rng.random(n) < scenario.share_joining
    month = rng.integers(0, scenario.n_months, size=n)
    tenure_years = np.minimum(scenario.initial_tenure_years * rng.standard_exponential(n), LONGEST_TENURE_YEARS)
    return np.where(joins_later, month, -1 - np.floor(12 * tenure_years).astype(np.int64))


def standardise_price(plan_price: NDArray[np.float64], *, scenario: Scenario) -> NDArray[np.float64]:
    r"""Return log plan prices as deviations from the mean that the scenario implies.

    Parameters
    ----------
    plan_price : numpy.ndarray
        Money a month, above 0. Shape (n,).
    scenario : Scenario
        Gives the median price and share of each segment and the deviation within.

    Returns
    -------
    numpy.ndarray
        Standardised log price, shape (n,); 0 where the scenario knows one price only.

    Notes
    -----
    Mean and variance are those of the mixture: :math:`\sum_g w_g \log p_g` and
    :math:`\\sigma^2 + \sum_g w_g (\log p_g - \\mu)^2`.
    """
    weight = np.array([kind.share for kind in scenario.segments])
    log_median = np.log([kind.plan_price_median for kind in scenario.segments])
    mean = float(weight @ log_median)
    sd = float(np.sqrt(scenario.plan_price_sd_log**2 + weight @ (log_median - mean) ** 2))
    return (np.log(plan_price) - mean) / sd if sd > 0 else np.zeros_like(plan_price)


def heavy_tailed_usage(uniform: NDArray[np.float64], *, tail_index: float | None) -> NDArray[np.float64]:
    r"""Turn uniform draws into usage factors of mean 1.

    Parameters
    ----------
    uniform : numpy.ndarray
        Draws in [0, 1), shape (n,).
    tail_index : float or None
        Pareto tail index :math:`\alpha > 1`; None gives factors of 1.

    Returns
    -------
    numpy.ndarray
        Factors, shape (n,).

    Notes
    -----
    :math:`\frac{\alpha - 1}{\alpha} (1 - U)^{-1/\alpha}`, a Pareto variable of mean 1.
    """
    if tail_index is None:
        return np.ones_like(uniform)
    return (tail_index - 1) / tail_index * (1 - uniform) ** (-1 / tail_index)


def customer_ids(n_customers: int) -> pa.Array:
    """Return the ids of customers 1 to n as text.

    Parameters
    ----------
    n_customers : int
        How many.

    Returns
    -------
    pyarrow.Array
        ``C0000001`` and so on.

    Examples
    --------
    >>> customer_ids(2).to_pylist()
    ['C0000001', 'C0000002']
    """
    number = pc.utf8_lpad(pc.cast(pa.array(np.arange(1, n_customers + 1)), pa.string()), 7, "0")
    return pc.binary_join_element_wise("C", number, "")
