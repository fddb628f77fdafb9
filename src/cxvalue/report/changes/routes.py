"""The change of the net present value, split into the routes by which it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from math import prod
from typing import Any, Final

from cxvalue.report.changes.cause import ACTIVE, COST, IN_BAND, OPTIMISM, PER_CUSTOMER, SHARE
from cxvalue.report.changes.figure_change import alike

ADDS_UP_TO: Final = 1e-6
"""The split is given where it reproduces both values to a part in a million; a ramp-up, for one, breaks the product."""


def split_product(before: Sequence[float], after: Sequence[float]) -> list[float]:
    """Return the change of a product, split among its factors.

    Parameters
    ----------
    before, after : sequence of float
        The factors.

    Returns
    -------
    list of float
        One part a factor; they add up to the change.

    Notes
    -----
    The Shapley value: a factor's part is its effect when it changes while others have changed already or not, averaged
    over all orders, so that no order is preferred.

    References
    ----------
    Shorrocks AF (2013). Decomposition procedures for distributional analysis: a unified framework based on the Shapley
    value. Journal of Economic Inequality 11. https://doi.org/10.1007/s10888-011-9214-z

    Examples
    --------
    >>> split_product([2.0, 10.0], [3.0, 12.0])
    [11.0, 5.0]
    """
    orders = list(permutations(range(len(before))))
    parts = [0.0] * len(before)
    for order in orders:
        factors = list(before)
        for at in order:
            was = prod(factors)
            factors[at] = after[at]
            parts[at] += prod(factors) - was
    return [part / len(orders) for part in parts]


def split_npv(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the change of the net present value by route.

    Parameters
    ----------
    before, after : mapping
        The key ``value`` of two results.

    Returns
    -------
    dict of str to float, or None
        By route, in money; they add up to the change. None where a figure is held back, or the value is not the
        product of its factors.

    Notes
    -----
    npv = value per moved customer × share × customers × share in the from-band − optimism − programme cost.
    """
    old, new = factors_of(before), factors_of(after)
    if old is None or new is None:
        return None
    new = [was if alike(was, now) else now for was, now in zip(old, new, strict=True)]  # rounding is no cause
    parts = split_product(old, new)
    routes = dict(zip((PER_CUSTOMER, SHARE, ACTIVE, IN_BAND), parts, strict=True))
    routes[OPTIMISM] = -(size(after["optimism_adjustment"]) - size(before["optimism_adjustment"]))
    routes[COST] = -(after["programme_cost"] - before["programme_cost"])
    return routes


def factors_of(value: Mapping[str, Any]) -> list[float] | None:
    """Return the factors of the gross value.

    Parameters
    ----------
    value : mapping
        The key ``value``.

    Returns
    -------
    list of float or None
        Value per moved customer, share, customers, share in the from-band; None where they do not make up the net
        present value.
    """
    needed = ("per_customer", "active_customers", "customers_moved", "share", "npv", "optimism_adjustment",
              "programme_cost")  # fmt: skip
    if any(value.get(name) is None for name in needed) or value["npv"]["estimate"] is None:
        return None
    active, share = value["active_customers"], value["share"]
    if not active or not share:
        return None
    factors = [value["per_customer"]["estimate"], share, active, value["customers_moved"] / active / share]
    npv, taken = value["npv"]["estimate"], size(value["optimism_adjustment"]) + value["programme_cost"]
    adds_up = abs(prod(factors) - taken - npv) <= ADDS_UP_TO * max(abs(prod(factors)), abs(taken), abs(npv))
    return factors if adds_up else None


def size(found: Mapping[str, Any]) -> float:
    """Return an amount that is taken off, whatever its sign.

    Parameters
    ----------
    found : mapping
        Key estimate.

    Returns
    -------
    float
        0 or above.
    """
    return abs(float(found["estimate"]))
