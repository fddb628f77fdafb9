"""Waterfall: from no programme to the programme, in steps that add up to the net present value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.estimate.replicate import Interval, interval
from cxvalue.link.columns import Floats
from cxvalue.result import Drawable, TableResult
from cxvalue.value.cash import cash_flow, cost_to_serve_at, phased_money, terms_of
from cxvalue.value.levers import lever_names
from cxvalue.value.project import Projection

OPTIMISM = "optimism"
PROGRAMME_COST = "programme cost"


@dataclass(frozen=True, slots=True, repr=False)
class Waterfall(TableResult, Drawable):
    """The value of a whole shift in steps, discounted.

    Parameters
    ----------
    steps : tuple of (str, Interval)
        Levers, optimism (0 or below), programme cost (0 or below); they add up to ``npv``.
    npv : Interval
        Net present value.
    currency : str
        Of all money.
    months : int
        Months valued.
    confidence : float
        Level of the intervals.
    """

    steps: tuple[tuple[str, Interval], ...]
    npv: Interval
    currency: str
    months: int
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a step.

        Returns
        -------
        pandas.DataFrame
            Columns step, unit, start (where the step begins), amount with se, ci_low and ci_high; the last row is the
            net present value.
        """
        rows, start = [], 0.0
        for name, part in self.steps:
            rows.append((name, self.currency, start, part.estimate, part.se, part.ci_low, part.ci_high))
            start += part.estimate
        last = self.npv
        rows.append(("net present value", self.currency, 0.0, last.estimate, last.se, last.ci_low, last.ci_high))
        return pd.DataFrame(rows, columns=["step", "unit", "start", "amount", "se", "ci_low", "ci_high"])

    def summary(self) -> str:
        """Return one line a step.

        Returns
        -------
        str
            Plain text.
        """
        return "\n".join(
            f"{row.step:<22}{row.amount:>14,.0f}  ({row.ci_low:,.0f} to {row.ci_high:,.0f})  {row.unit}"
            for row in self.to_frame().itertuples(index=False)
        )


def make_waterfall(value: Projection) -> Waterfall:
    """Return the steps from no programme to the programme.

    Parameters
    ----------
    value : Projection
        The value of the shift.

    Returns
    -------
    Waterfall
        With the jackknife's intervals; the cost of the programme is given, not estimated, and has none.

    Notes
    -----
    Without the programme the customers follow the curves of the band that they are in; that is 0 here. Each lever is
    that of the whole shift, phased over the ramp-up and discounted.
    """
    move, terms = value.move, terms_of(value.economics, value.move)
    money = phased_money(move.extended(terms.months, tail=terms.tail), terms)
    flow = cash_flow(money, move.moved, terms, cost_to_serve=cost_to_serve_at(move))
    discount = terms.discount[1:]
    levers = flow.levers @ discount

    def figure(replicates: Floats) -> Interval:
        return interval(float(replicates[0]), replicates[1:], confidence=value.confidence)

    steps = [(name, figure(levers[:, at])) for at, name in enumerate(lever_names(move.metrics))]
    steps.append((OPTIMISM, figure(np.asarray(0.0 - flow.optimism @ discount))))
    steps.append((PROGRAMME_COST, figure(np.asarray(0.0 - flow.cost_discounted))))
    return Waterfall(tuple(steps), figure(flow.npv), value.currency, terms.months, value.confidence)
