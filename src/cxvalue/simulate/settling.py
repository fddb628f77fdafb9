"""How satisfaction stands before the first month: settled, as among customers who could have left and did not."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.customers import Customers
from cxvalue.simulate.expectation import expected_satisfaction, lasting_satisfaction, observed_index
from cxvalue.simulate.outcomes import prob_leaving
from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.stream import SETTLING, random_stream

SETTLING_MONTHS: Final = 24
"""Months of life before the first one; at a persistence of 0.9 a month 8 % of what was there before them is left."""


def settle_errors(scenario: Scenario, customers: Customers, *, seed: int) -> NDArray[np.float64]:
    """Return the drifting part of satisfaction that each customer brings into the first month.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers.
    seed : int
        Seed of the base.

    Returns
    -------
    numpy.ndarray
        Shape (n,); 0 for customers who have not joined yet.

    Notes
    -----
    Those who are there when the tables begin have stayed, and the satisfied stay longer. A base that began with
    everybody's satisfaction drawn afresh would grow more satisfied by itself for a year or two, and its early
    customers would be no match for its late ones. So up to 24 months are lived before the first, with average
    incidents; whoever would have left takes over the drifting part of a random customer who stays, since the tables
    know no one who is gone.
    """
    rng, n, phi = random_stream(seed, SETTLING), len(customers), scenario.persistence_monthly
    error, lasting = np.zeros(n), lasting_satisfaction(scenario, customers)
    for offset in range(-SETTLING_MONTHS, 0):
        innovation, leaving, heir = rng.standard_normal(n), rng.random(n), rng.random(n)
        starts = np.maximum(customers.joined, -SETTLING_MONTHS) == offset
        error = np.where(starts, innovation, phi * error + np.sqrt(1 - phi**2) * innovation)
        known = {"trailing_incidents": customers.incident_rate, "tenure_years": (offset - customers.joined) / 12}
        satisfaction = expected_satisfaction(scenario, customers, **known) + lasting + error
        index = observed_index(scenario, scenario.churn, customers, **known)
        there = customers.joined <= offset
        leaves = there & (leaving < prob_leaving(scenario, customers, satisfaction, index=index, offset=0))
        stayers = np.flatnonzero(there & ~leaves)
        if stayers.size:
            chosen = stayers[np.floor(heir[leaves] * stayers.size).astype(np.int64)]
            error[leaves] = error[chosen]
    return np.where(customers.joined < 0, error, 0.0)
