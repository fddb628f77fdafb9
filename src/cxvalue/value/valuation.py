"""Valuation: the projections of a study, for everybody, by segment and by estimator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import COMPLETE_COHORTS, BandReplicates, BandStudy, Standardised
from cxvalue.estimate.replicate import group_draws
from cxvalue.link.columns import Floats
from cxvalue.value.economics import Economics
from cxvalue.value.project import Frame, Projection, Replicated, project
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS, EVERYBODY

PER_CUSTOMER = "per moved customer"
PER_ANSWERING_CUSTOMER = "per moved answering customer"


def make_frame(
    study: BandStudy, *, own_values: Mapping[str, float], currency: str, confidence: float, draws: int, seed: int
) -> Frame:
    """Return what all projections of a study share.

    Parameters
    ----------
    study : BandStudy
        Metrics and groups.
    own_values : mapping of str to float
        Unit values of the user's own metrics.
    currency : str
        Of all money.
    confidence : float
        Level of the intervals.
    draws, seed : int
        Draws of the groups.

    Returns
    -------
    Frame
        The frame; its draws move all figures together.
    """
    unit = PER_CUSTOMER if study.is_weighted else PER_ANSWERING_CUSTOMER
    weights = group_draws(study.groups, draws, seed=seed)
    return Frame(study.metrics, own_values, currency, unit, confidence, weights)


def value_stratum(
    study: BandStudy,
    frame: Frame,
    *,
    shift: Shift,
    economics: Economics,
    fitted: BandReplicates,
    by: str = EVERYBODY,
    label: str = EVERYBODY,
) -> Projection:
    """Return the value of a shift within one stratum.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    frame : Frame
        What the study's projections share.
    shift : Shift
        Who moves; its ``customers`` count only for everybody.
    economics : Economics
        Assumptions; the programme's cost counts only for everybody.
    fitted : BandReplicates
        Its curves.
    by, label : str
        The stratum.

    Returns
    -------
    Projection
        The value.
    """
    _, prob = study.target_of(by, label, shift.from_band)
    segment = by not in (EVERYBODY, COMPLETE_COHORTS)
    active = float(study.linked.active_customers)
    at, stratum = study.position(EVERYBODY), 0
    if segment:
        at, stratum = study.position(by), study.labels(by).index(label)
        active = float(study.linked.active_by_segment[study.linked.segment_names.index(by)][label])
        shift = Shift(shift.from_band, shift.to_band, shift.share)
        economics = economics.model_copy(update={"programme_cost_upfront": 0.0, "programme_cost_monthly": 0.0})
    answered = int(study.targets[at].n_records[stratum, BANDS.index(shift.from_band)])
    return project(
        fitted,
        Replicated(prob[0], prob[1:]),
        shift=shift,
        economics=economics,
        frame=frame,
        active_customers=active,
        answered_in_band=answered,
    )


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


def contribution_curves(curves: Floats, units: Floats) -> Floats:
    """Return the monthly contribution of each band in money.

    Parameters
    ----------
    curves : ndarray of shape (…, B, M, H)
        Curves by band and metric.
    units : ndarray of shape (M,)
        Money per unit of each metric.

    Returns
    -------
    ndarray of shape (…, B, H)
        Σ unit value × metric.
    """
    return np.asarray(np.einsum("...bmh,m->...bh", curves, units))
