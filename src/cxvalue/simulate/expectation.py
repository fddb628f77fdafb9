"""What observed confounders lead one to expect, and what of satisfaction lasts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.customers import Customers
from cxvalue.simulate.scenario import REFERENCE_TENURE_YEARS, Loadings, Scenario


def observed_index(
    scenario: Scenario,
    loadings: Loadings,
    customers: Customers,
    *,
    trailing_incidents: NDArray[np.float64],
    tenure_years: NDArray[np.float64],
) -> NDArray[np.float64]:
    r"""Return what observed confounders add up to under some loadings.

    Parameters
    ----------
    scenario : Scenario
        Gives the reference customer and the cap on tenure.
    loadings : Loadings
        Change per unit of each confounder.
    customers : Customers
        n customers.
    trailing_incidents : numpy.ndarray
        Mean incidents a month over the last three. Shape (n,).
    tenure_years : numpy.ndarray
        Years since joining. Shape (n,).

    Returns
    -------
    numpy.ndarray
        The index, shape (n,); 0 for the reference customer.

    Notes
    -----
    :math:`a (T - \bar T) + b (\min(A, A_{max}) - 2) + c z`.
    """
    tenure = np.minimum(tenure_years, scenario.tenure_cap_years) - REFERENCE_TENURE_YEARS
    incidents = trailing_incidents - scenario.incidents_per_month
    return loadings.incidents * incidents + loadings.tenure * tenure + loadings.price * customers.price_score


def expected_satisfaction(
    scenario: Scenario,
    customers: Customers,
    *,
    trailing_incidents: NDArray[np.float64],
    tenure_years: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the satisfaction that observed confounders lead one to expect.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        n customers.
    trailing_incidents : numpy.ndarray
        Mean incidents a month over the last three. Shape (n,).
    tenure_years : numpy.ndarray
        Years since joining. Shape (n,).

    Returns
    -------
    numpy.ndarray
        Expected satisfaction, shape (n,).
    """
    by_segment = np.array([segment.satisfaction for segment in scenario.segments])
    index = observed_index(
        scenario, scenario.satisfaction, customers, trailing_incidents=trailing_incidents, tenure_years=tenure_years
    )
    return np.asarray(scenario.satisfaction_mean + index + by_segment[customers.segment])


def lasting_satisfaction(scenario: Scenario, customers: Customers) -> NDArray[np.float64]:
    """Return the unobserved part of satisfaction that never changes.

    Parameters
    ----------
    scenario : Scenario
        Gives the strength of the hidden confounder.
    customers : Customers
        n customers.

    Returns
    -------
    numpy.ndarray
        Disposition and hidden confounder together, shape (n,).
    """
    return customers.disposition + scenario.hidden.satisfaction * customers.hidden
