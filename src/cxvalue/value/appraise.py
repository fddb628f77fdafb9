"""Appraisal: the cash flow of a programme and what it comes to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxvalue.link.columns import Floats
from cxvalue.value.economics import Economics


def programme_costs(economics: Economics, months: int) -> Floats:
    """Return the programme's cost in each month.

    Parameters
    ----------
    economics : Economics
        Costs up front and monthly.
    months : int
        Months valued.

    Returns
    -------
    ndarray of shape (months + 1,)
        Month 0 first.
    """
    costs = np.full(months + 1, economics.programme_cost_monthly)
    costs[0] = economics.programme_cost_upfront
    return costs


def payback_month(net: Floats) -> int | None:
    """Return the month in which a programme has paid for itself.

    Parameters
    ----------
    net : ndarray of shape (months + 1,)
        Net cash flow by month, not discounted.

    Returns
    -------
    int or None
        First month from which on the cumulative net is 0 or more to the end; None when it never is.

    Examples
    --------
    >>> payback_month(np.array([-10.0, 4.0, 4.0, 4.0]))
    3
    """
    below = np.flatnonzero(np.cumsum(net) < -1e-9)
    if len(below) == 0:
        return 0
    last = int(below[-1])
    return last + 1 if last + 1 < len(net) else None


def cash_flow_table(by_lever: dict[str, Floats], costs: Floats, discount: Floats, follow_up: int) -> pd.DataFrame:
    """Return the cash flow month by month.

    Parameters
    ----------
    by_lever : dict of str to ndarray of shape (months,)
        Gross contribution of months 1…, not discounted, by lever.
    costs : ndarray of shape (months + 1,)
        Programme cost, month 0 first.
    discount : ndarray of shape (months + 1,)
        Discount factors.
    follow_up : int
        Months observed; later ones are extrapolated.

    Returns
    -------
    pandas.DataFrame
        Columns month, extrapolated, one a lever, gross, programme_cost, net, discount_factor, net_discounted,
        cumulative_discounted.
    """
    months = len(costs)
    table = pd.DataFrame({"month": np.arange(months), "extrapolated": np.arange(months) > follow_up})
    for lever, values in by_lever.items():
        table[lever] = np.r_[0.0, values]
    table["gross"] = table[list(by_lever)].sum(axis=1)
    table["programme_cost"] = costs
    table["net"] = table["gross"] - table["programme_cost"]
    table["discount_factor"] = discount
    table["net_discounted"] = table["net"] * discount
    table["cumulative_discounted"] = table["net_discounted"].cumsum()
    return table
