"""The value of a shift by segment."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import BandStudy, Standardised
from cxvalue.value.economics import Economics
from cxvalue.value.frame import Frame
from cxvalue.value.project import Projection
from cxvalue.value.shift import Shift
from cxvalue.value.stratum import value_stratum


@dataclass(frozen=True, slots=True, eq=False)
class SegmentValues:
    """The value of a shift in each segment.

    Parameters
    ----------
    values : tuple of (str, str, Projection or NotEstimable)
        Segment column, its value, and what the shift is worth there, before any programme cost.
    """

    values: tuple[tuple[str, str, Projection | NotEstimable], ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a segment.

        Returns
        -------
        pandas.DataFrame
            Columns by, group, status, reason, active_customers, customers_moved, per_customer with se and interval,
            gross with interval.
        """
        return pd.DataFrame([segment_row(by, group, value) for by, group, value in self.values])

    def summary(self) -> str:
        """Return one line a segment.

        Returns
        -------
        str
            Plain text.
        """
        lines = []
        for by, group, value in self.values:
            if isinstance(value, NotEstimable):
                lines.append(f"{by} {group}: {value}")
                continue
            each = value.per_customer
            lines.append(
                f"{by} {group}: {value.currency} {each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f}) "
                f"{value.unit}"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False, float_format="{:,.2f}".format)


def segment_row(by: str, group: str, value: Projection | NotEstimable) -> dict[str, object]:
    """Return a segment's value as a row.

    Parameters
    ----------
    by, group : str
        Segment column and its value.
    value : Projection or NotEstimable
        What the shift is worth there.

    Returns
    -------
    dict
        One row.
    """
    if isinstance(value, NotEstimable):
        return {"by": by, "group": group, "status": "not_estimable", "reason": value.reason}
    each, gross = value.per_customer, value.gross
    return {
        "by": by,
        "group": group,
        "status": "ok",
        "reason": "",
        "active_customers": value.heads.active_customers,
        "customers_moved": value.heads.customers_moved.estimate,
        "per_customer": each.estimate,
        "se": each.se,
        "ci_low": each.ci_low,
        "ci_high": each.ci_high,
        "gross": gross.estimate,
        "gross_ci_low": gross.ci_low,
        "gross_ci_high": gross.ci_high,
    }


def value_segments(study: BandStudy, frame: Frame, *, shift: Shift, economics: Economics) -> SegmentValues:
    """Return the value of a shift in every value of every segment column.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    frame : Frame
        What the study's projections share.
    shift : Shift
        Who moves.
    economics : Economics
        Assumptions.

    Returns
    -------
    SegmentValues
        The values.
    """
    found: list[tuple[str, str, Projection | NotEstimable]] = []
    for by in study.linked.segment_names:
        for label in study.labels(by):
            fitted = study.fit(
                Standardised(), by=by, label=label, from_band=shift.from_band, horizon=study.timeline.horizon
            )
            if isinstance(fitted, NotEstimable):
                found.append((by, label, fitted))
                continue
            value = value_stratum(study, frame, shift=shift, economics=economics, fitted=fitted, by=by, label=label)
            found.append((by, label, value))
    return SegmentValues(tuple(found))
