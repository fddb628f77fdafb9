"""Estimates: the value per moved customer under every estimator, in one table."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import (
    Role,
)
from cxvalue.estimate.replicate import Interval
from cxvalue.result import Brief, Drawable, TableResult
from cxvalue.value.beside.verdict import Verdict
from cxvalue.value.project import Projection

HEADLINE = "standardised"
UNADJUSTED = "unadjusted"
OTHER_BASELINE = "other_baseline"
EARLIER_AMOUNTS = "earlier_amounts"
PLACEBO = "placebo"
LASTING_MOVE = "lasting_move"
WITHIN_CUSTOMER = "within_customer"
RAW = "plain means of those who answered: expected to differ"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EstimateRow(Brief):
    """One estimate of what a moved customer is worth.

    Parameters
    ----------
    method : str
        The estimator's name.
    what : str
        What it is, in words.
    role : {"never", "headline", "shown", "verdict"}
        Whether it enters the verdict.
    per_customer : Interval or NotEstimable
        Money per moved customer.
    difference : Interval or None
        This estimate less the headline over the same months, from the same replicates.
    n_episodes : int
        Episodes that it rests on: of the two bands; of all bands in the comparison within customers.
    notes : tuple of str
        Sample, effective numbers, cap, trimming.
    span : str
        Which months it covers, in words; empty for those of the headline.
    seconds : float
        Time it took.
    projection : Projection or None
        Levers and cash flow, of estimators that give curves.
    ratio : float or None
        Of the placebo: the effect before the answer over that after it; None where that after holds 0.
    ratio_staying : float or None
        Of the placebo: the same against the effect after it on those who are still there, so that leaving takes part
        in neither; None where one of the two holds 0, or leaving is not seen.
    n_customers : int or None
        Distinct customers among those episodes; None where it is not estimable, or an installed estimator does not
        count them.
    """

    method: str
    what: str
    role: Role
    per_customer: Interval | NotEstimable
    difference: Interval | None = None
    n_episodes: int = 0
    notes: tuple[str, ...] = ()
    span: str = ""
    seconds: float = 0.0
    projection: Projection | None = None
    ratio: float | None = None
    ratio_staying: float | None = None
    n_customers: int | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimates(TableResult, Drawable):
    """The value per moved customer under each estimator, the headline among them.

    Parameters
    ----------
    rows : tuple of EstimateRow
        The table.
    currency : str
        Of all money.
    unit : str
        What the value is per.
    verdict : Verdict or None
        Whether the value is supported; None where the estimates beside the headline were left out.
    """

    rows: tuple[EstimateRow, ...]
    currency: str
    unit: str
    verdict: Verdict | None = None

    def get(self, method: str) -> EstimateRow:
        """Return one estimate.

        Parameters
        ----------
        method : str
            Its name, such as ``standardised``.

        Returns
        -------
        EstimateRow
            The row; not estimable under a name that was not tried.
        """
        untried = EstimateRow(method, "", "shown", NotEstimable("not tried"))
        return next((row for row in self.rows if row.method == method), untried)

    @property
    def headline(self) -> Projection | NotEstimable:
        """The standardised value with its levers and cash flow."""
        row = self.get(HEADLINE)
        if row.projection is not None:
            return row.projection
        return row.per_customer if isinstance(row.per_customer, NotEstimable) else NotEstimable("not tried")

    def to_frame(self) -> pd.DataFrame:
        """Return one row an estimate.

        Returns
        -------
        pandas.DataFrame
            Columns method, what, role, span, n_episodes, n_customers, status, reason, estimate, se, ci_low, ci_high,
            difference, difference_ci_low, difference_ci_high, notes, seconds.
        """
        customers = pd.array([row.n_customers for row in self.rows], dtype="Int64")
        return pd.DataFrame([row_of(row) for row in self.rows]).assign(n_customers=customers)

    def summary(self) -> str:
        """Return one line an estimate.

        Returns
        -------
        str
            Plain text.
        """
        lines = []
        for row in self.rows:
            figure = str(row.per_customer)
            if isinstance(row.per_customer, Interval):
                each = row.per_customer
                figure = f"{each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f}) {self.currency}"
            lines.append(f"{row.method:<18}{figure}; {row.n_episodes:,} episodes; {row.what}")
        return "\n".join(lines)


def row_of(row: EstimateRow) -> dict[str, object]:
    """Return an estimate as columns.

    Parameters
    ----------
    row : EstimateRow
        The estimate.

    Returns
    -------
    dict
        Columns of :meth:`Estimates.to_frame`.
    """
    columns: dict[str, object] = {
        "method": row.method, "what": row.what, "role": row.role, "span": row.span, "n_episodes": row.n_episodes,
        "n_customers": row.n_customers,
    }  # fmt: skip
    if isinstance(row.per_customer, NotEstimable):
        columns |= {"status": "not_estimable", "reason": row.per_customer.reason}
    else:
        each = row.per_customer
        columns |= {
            "status": "ok", "reason": "", "estimate": each.estimate, "se": each.se, "ci_low": each.ci_low,
            "ci_high": each.ci_high,
        }  # fmt: skip
    if row.difference is not None:
        columns |= {
            "difference": row.difference.estimate, "difference_ci_low": row.difference.ci_low,
            "difference_ci_high": row.difference.ci_high,
        }  # fmt: skip
    return columns | {"notes": "; ".join(row.notes), "seconds": row.seconds}
