"""The cash flow as a table, month by month and with intervals."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxvalue.estimate.replicate import jackknife_reach
from cxvalue.value.cash import CashFlow

WITH_INTERVAL: Final = ("gross", "net", "cumulative_discounted")
"""Columns that have an interval beside them, in columns of the same name and ``_ci_low`` or ``_ci_high``."""


def cash_flow_table(flow: CashFlow, levers: tuple[str, ...], follow_up: int, *, confidence: float) -> pd.DataFrame:
    """Return the cash flow month by month.

    Parameters
    ----------
    flow : CashFlow
        Of the estimate, then with each of the G groups left out.
    levers : tuple of str
        Names of the levers.
    follow_up : int
        Months observed; later ones are extrapolated.
    confidence : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns month, extrapolated (whether some of the month's money is), one a lever, gross, optimism_adjustment
        (0 or below), programme_cost, net, discount_factor, net_discounted, cumulative, cumulative_discounted,
        net_cash; then the ends of the intervals of gross, net and cumulative_discounted: gross_ci_low, gross_ci_high
        and so on.

    Notes
    -----
    The intervals are the jackknife's, month by month, as those of all money are: that of cumulative_discounted in the
    last month is the interval of the net present value. Months are not apart from one another, so the ends of net do
    not add up to those of a sum.
    """
    months = np.arange(flow.costs.shape[-1])
    table: dict[str, NDArray[Any]] = {"month": months, "extrapolated": months > follow_up}
    table |= {name: np.r_[0.0, values] for name, values in zip(levers, flow.levers[0], strict=True)}
    start = np.zeros((len(flow.costs), 1))
    gross, net = np.concatenate([start, flow.gross], axis=-1), flow.net
    discounted = net * flow.discount
    running = discounted.cumsum(axis=-1)
    table["gross"] = gross[0]
    table["optimism_adjustment"] = np.r_[0.0, 0.0 - flow.optimism[0]]
    table["programme_cost"] = flow.costs[0]
    table["net"] = net[0]
    table["discount_factor"] = flow.discount[0]
    table["net_discounted"] = discounted[0]
    table["cumulative"] = net[0].cumsum()
    table["cumulative_discounted"] = running[0]
    table["net_cash"] = net[0] - np.r_[0.0, flow.not_cash[0]]
    for name, money in zip(WITH_INTERVAL, (gross, net, running), strict=True):
        reach = jackknife_reach(money[1:], confidence)
        table[f"{name}_ci_low"], table[f"{name}_ci_high"] = money[0] - reach, money[0] + reach
    return pd.DataFrame(table)
