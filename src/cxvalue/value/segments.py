"""The value of a shift by segment, as estimated and shrunken toward the whole, and against the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import BandStudy, Standardised
from cxvalue.estimate.replicate import Interval, interval
from cxvalue.link.columns import Floats
from cxvalue.result import Brief, Drawable, TableResult
from cxvalue.value.economics import Economics
from cxvalue.value.frame import Frame
from cxvalue.value.project import Projection
from cxvalue.value.shift import Shift
from cxvalue.value.shrink import shrink
from cxvalue.value.stratum import value_stratum
from cxvalue.value.worth import worth_of

Keep = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True, repr=False)
class Shrunken(Brief):
    """A segment's value drawn toward the whole. It claims no coverage, so it has no interval.

    Parameters
    ----------
    per_customer : float
        Money per moved customer.
    shrinkage : float
        0 when it is the segment's own estimate, 1 when it is the whole's.
    """

    per_customer: float
    shrinkage: float


@dataclass(frozen=True, slots=True, repr=False)
class SegmentTotal(Brief):
    """The segments of one column added up, against the whole; gross, before shrinkage.

    Parameters
    ----------
    by : str
        Segment column.
    groups : Interval
        Sum over the segments that have a value.
    difference : Interval
        The whole less that sum, from the same replicates.
    whole : Interval
        The whole.
    customers_groups, customers_whole : float
        Active customers behind them.
    left_out : tuple of str
        Segments without a value, or whose value is held back; they are part of the difference.
    customers_blank : float
        Active customers in no segment of the column; they are too.
    customers_given : float or None
        Customers that the shift names in the place of those active; they scale the whole and not the segments.
    """

    by: str
    groups: Interval
    difference: Interval
    whole: Interval
    customers_groups: float
    customers_whole: float
    left_out: tuple[str, ...]
    customers_blank: float
    customers_given: float | None

    def reasons(self) -> str:
        """Return what the difference consists of.

        Returns
        -------
        str
            Without numbers of customers.
        """
        parts = [f"segments without a figure of their own ({', '.join(self.left_out)})"] if self.left_out else []
        parts += [f"customers whose {self.by} is blank"] if self.customers_blank > 0 else []
        parts += ["customers given in the settings, who are not those active"] if self.customers_given else []
        return "; ".join([*parts, "each segment being standardised and weighted by itself"])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SegmentValues(TableResult, Drawable):
    """The value of a shift in each segment.

    Parameters
    ----------
    values : tuple of (str, str, Projection or NotEstimable)
        Segment column, its value, and what the shift is worth there, before any programme cost.
    whole : Projection, optional
        What it is worth in all; without it nothing is shrunken or held against it.
    customers_blank : tuple of (str, float)
        Active customers who are in no segment of a column.
    """

    values: tuple[tuple[str, str, Projection | NotEstimable], ...]
    whole: Projection | None = None
    customers_blank: tuple[tuple[str, float], ...] = ()

    def shrunken(self) -> dict[tuple[str, str], Shrunken]:
        """Return the values per moved customer drawn toward the whole, each column by itself.

        Returns
        -------
        dict
            By segment column and value; none for columns of fewer than two segments with a value.

        Notes
        -----
        Empirical Bayes: shrunken = whole + (1 − B) (estimate − whole), B = v / (v + τ²), with v the jackknife variance
        and τ² the variance between segments by Paule and Mandel.
        """
        if self.whole is None:
            return {}
        found: dict[tuple[str, str], Shrunken] = {}
        for column in self.columns():
            known = [
                (group, each.per_customer)
                for by, group, each in self.values
                if by == column and isinstance(each, Projection)
            ]
            if len(known) < 2:
                continue
            values = np.array([each.estimate for _, each in known])
            variances = np.array([each.se**2 for _, each in known])
            drawn, share = shrink(values, variances, centre=self.whole.per_customer.estimate)
            for at, (group, _) in enumerate(known):
                found[column, group] = Shrunken(float(drawn[at]), float(share[at]))
        return found

    def columns(self) -> tuple[str, ...]:
        """Return the segment columns.

        Returns
        -------
        tuple of str
            In their order.
        """
        return tuple(dict.fromkeys(by for by, _, _ in self.values))

    def add_up(self, keep: Keep | None = None) -> tuple[SegmentTotal, ...]:
        """Return the segments of each column added up, against the whole.

        Parameters
        ----------
        keep : callable, optional
            Says by column and value whether a segment is counted; the others are left to the difference.

        Returns
        -------
        tuple of SegmentTotal
            One a column; empty without the whole.
        """
        whole = self.whole
        if whole is None:
            return ()
        return tuple(self._total(column, whole, keep) for column in self.columns())

    def _total(self, column: str, whole: Projection, keep: Keep | None) -> SegmentTotal:
        inside = [(group, value) for by, group, value in self.values if by == column]
        counted = {
            group: value
            for group, value in inside
            if isinstance(value, Projection) and (keep is None or keep(column, group))
        }
        in_all = gross_of(whole)
        added = np.sum([gross_of(value) for value in counted.values()], axis=0) if counted else np.zeros_like(in_all)

        def figure(replicates: Floats) -> Interval:
            return interval(float(replicates[0]), replicates[1:], confidence=whole.confidence)

        return SegmentTotal(
            by=column,
            groups=figure(added),
            difference=figure(in_all - added),
            whole=figure(in_all),
            customers_groups=sum(value.heads.active_customers for value in counted.values()),
            customers_whole=whole.heads.active_customers,
            left_out=tuple(group for group, _ in inside if group not in counted),
            customers_blank=dict(self.customers_blank).get(column, 0.0),
            customers_given=whole.shift.customers,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a segment.

        Returns
        -------
        pandas.DataFrame
            Columns by, group, status, reason, active_customers, customers_moved, per_customer with se and interval,
            shrunken (the same drawn toward the whole, without an interval), shrinkage (0 to 1), gross with interval.
        """
        drawn = self.shrunken()
        return pd.DataFrame([segment_row(by, group, each, drawn.get((by, group))) for by, group, each in self.values])

    def totals(self) -> pd.DataFrame:
        """Return the segments of each column added up, against the whole; gross, before shrinkage.

        Returns
        -------
        pandas.DataFrame
            Columns by, line (``segments``, ``difference``, ``whole``), active_customers, gross with se and interval,
            reason (what the difference consists of). The first two lines add up to the third.
        """
        return pd.DataFrame([row for total in self.add_up() for row in total_rows(total)])

    def summary(self) -> str:
        """Return one line a segment, and one a column for the difference from the whole.

        Returns
        -------
        str
            Plain text.
        """
        lines, drawn = [], self.shrunken()
        for by, group, value in self.values:
            if isinstance(value, NotEstimable):
                lines.append(f"{by} {group}: {value}")
                continue
            each, moved = value.per_customer, drawn.get((by, group))
            toward = f"; {moved.per_customer:,.2f} drawn toward the whole" if moved is not None else ""
            lines.append(
                f"{by} {group}: {value.currency} {each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f}) "
                f"{value.unit}{toward}"
            )
        for total in self.add_up():
            rest = total.difference
            lines.append(
                f"{total.by}: the whole less its segments is {rest.estimate:,.0f} ({rest.ci_low:,.0f} to "
                f"{rest.ci_high:,.0f}) of {total.whole.estimate:,.0f}: {total.reasons()}"
            )
        return "\n".join(lines)


def gross_of(value: Projection) -> Floats:
    """Return the gross value of a shift in every replicate.

    Parameters
    ----------
    value : Projection
        The shift.

    Returns
    -------
    ndarray of shape (1 + G,)
        On all customers, then with each group left out.
    """
    return np.asarray(value.move.moved * worth_of(value.move, value.economics).per_moved)


def segment_row(
    by: str, group: str, value: Projection | NotEstimable, shrunken: Shrunken | None = None
) -> dict[str, object]:
    """Return a segment's value as a row.

    Parameters
    ----------
    by, group : str
        Segment column and its value.
    value : Projection or NotEstimable
        What the shift is worth there.
    shrunken : Shrunken, optional
        The same drawn toward the whole.

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
        "shrunken": shrunken.per_customer if shrunken is not None else None,
        "shrinkage": shrunken.shrinkage if shrunken is not None else None,
        "gross": gross.estimate,
        "gross_ci_low": gross.ci_low,
        "gross_ci_high": gross.ci_high,
    }


def total_rows(total: SegmentTotal) -> list[dict[str, Any]]:
    """Return a column's segments added up, the difference and the whole as rows.

    Parameters
    ----------
    total : SegmentTotal
        The three.

    Returns
    -------
    list of dict
        Three rows.
    """
    apart = total.customers_whole - total.customers_groups
    lines = (
        ("segments", total.groups, total.customers_groups, "with a value of their own"),
        ("difference", total.difference, apart, total.reasons()),
        ("whole", total.whole, total.customers_whole, "the headline, before shrinkage, optimism and cost"),
    )
    return [
        {
            "by": total.by, "line": line, "active_customers": customers, "gross": gross.estimate, "gross_se": gross.se,
            "gross_ci_low": gross.ci_low, "gross_ci_high": gross.ci_high, "reason": reason,
        }
        for line, gross, customers, reason in lines
    ]  # fmt: skip


def value_segments(
    study: BandStudy, frame: Frame, *, shift: Shift, economics: Economics, whole: Projection | None = None
) -> SegmentValues:
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
    whole : Projection, optional
        What the shift is worth in all, where it is known already.

    Returns
    -------
    SegmentValues
        The values.
    """
    horizon, found = study.timeline.horizon, []
    for by in study.linked.segment_names:
        for label in study.labels(by):
            fitted = study.fit(Standardised(), by=by, label=label, from_band=shift.from_band, horizon=horizon)
            value: Projection | NotEstimable = (
                fitted
                if isinstance(fitted, NotEstimable)
                else value_stratum(study, frame, shift=shift, economics=economics, fitted=fitted, by=by, label=label)
            )
            found.append((by, label, value))
    if whole is None:
        everybody = study.fit(Standardised(), from_band=shift.from_band, horizon=horizon)
        if not isinstance(everybody, NotEstimable):
            whole = value_stratum(study, frame, shift=shift, economics=economics, fitted=everybody)
    linked = study.linked
    blank = [
        (by, float(linked.active_customers - sum(counts.values())))
        for by, counts in zip(linked.segment_names, linked.active_by_segment, strict=True)
    ]
    return SegmentValues(tuple(found), whole, tuple(blank))
