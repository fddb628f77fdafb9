"""Cases: all assumptions at their unfavourable end, as they are, and at their favourable end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.result import Brief, TableResult
from cxvalue.value.appraise import payback_months
from cxvalue.value.project import Projection
from cxvalue.value.vary.assumption import Assumption
from cxvalue.value.vary.assumptions import Register
from cxvalue.value.vary.tornado import base_value, one_at_a_time
from cxvalue.value.vary.varied import varied_flow

CASES = ("low", "base", "high")


@dataclass(frozen=True, slots=True, repr=False)
class Case(Brief):
    """What a programme comes to in one case.

    Parameters
    ----------
    name : {"low", "base", "high"}
        All assumptions with a range at their unfavourable end, as they are, or at their favourable end.
    npv, npv_cash : float
        Net present value, and what of it becomes cash.
    roi : float or None
        Net present value over discounted programme cost; None without a cost.
    payback_months : int or None
        Month of payback, not discounted; None when not within the months valued, or without a cost.
    values : tuple of (str, float)
        The assumptions that have a range, and their values in this case.
    """

    name: str
    npv: float
    npv_cash: float
    roi: float | None
    payback_months: int | None
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Cases(TableResult):
    """A programme in the low, the base and the high case.

    Parameters
    ----------
    currency : str
        Of all money.
    cases : tuple of Case
        Low, base, high.
    kept : tuple of str
        Assumptions without a range, the same in all cases. So are the estimated curves and head counts.
    """

    currency: str
    cases: tuple[Case, ...]
    kept: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a case.

        Returns
        -------
        pandas.DataFrame
            Columns case, npv, npv_cash, roi, payback_months, and one for each assumption with a range.
        """
        rows = [
            {"case": case.name, "npv": case.npv, "npv_cash": case.npv_cash, "roi": case.roi}
            | {"payback_months": case.payback_months}
            | dict(case.values)
            for case in self.cases
        ]
        return pd.DataFrame(rows).astype({"roi": "float64", "payback_months": "Int64"})

    def summary(self) -> str:
        """Return one line a case.

        Returns
        -------
        str
            Plain text.
        """
        return "\n".join(case_line(case, self.currency) for case in self.cases)


def case_line(case: Case, currency: str) -> str:
    """Return a case in words.

    Parameters
    ----------
    case : Case
        The case.
    currency : str
        Of its money.

    Returns
    -------
    str
        Net present value, return, payback.
    """
    roi = "" if case.roi is None else f", return on cost {case.roi:,.2f}"
    paid = "" if case.roi is None else ", never paid back within the months valued"
    if case.payback_months is not None:
        paid = f", paid back in month {case.payback_months}"
    return f"{case.name} case: net present value {currency} {case.npv:,.0f}{roi}{paid}"


def make_cases(projection: Projection, register: Register) -> Cases:
    """Return a programme in the low, the base and the high case.

    Parameters
    ----------
    projection : Projection
        The value.
    register : Register
        Its assumptions; those without a range stay as they are.

    Returns
    -------
    Cases
        Which end is unfavourable is told by the net present value at both ends, all other assumptions as they are.
        That all go one way together is much less likely than that one does: the cases are further apart than a
        probabilistic run reaches.
    """
    ranged = register.ranged()
    ends = one_at_a_time(projection, [(each, each.shown_range()) for each in ranged])
    values = {each.name: np.array(case_values(each, found[0] <= found[1]))
              for each, found in zip(ranged, ends, strict=True)}  # fmt: skip
    flow = varied_flow(projection.move, projection.economics, values, draws=len(CASES))
    npv, npv_cash, cost, months = flow.npv, flow.npv_cash, flow.cost_discounted, payback_months(flow.net)
    cases = []
    for at, name in enumerate(CASES):
        paid = bool(cost[at] > 0 and np.isfinite(months[at]))
        cases.append(Case(
            name, float(npv[at]), float(npv_cash[at]),
            roi=float(npv[at] / cost[at]) if cost[at] > 0 else None,
            payback_months=int(months[at]) if paid else None,
            values=tuple((each, float(chosen[at])) for each, chosen in values.items()),
        ))  # fmt: skip
    kept = tuple(each.name for each in register.assumptions if not each.has_range)
    return Cases(projection.currency, tuple(cases), kept)


def case_values(each: Assumption, high_is_better: bool) -> tuple[float, float, float]:
    """Return the values of an assumption in the three cases.

    Parameters
    ----------
    each : Assumption
        With a range.
    high_is_better : bool
        Which end is favourable.

    Returns
    -------
    tuple of float
        Unfavourable end, value, favourable end.
    """
    low, high = each.shown_range()
    worse, better = (low, high) if high_is_better else (high, low)
    return worse, base_value(each), better
