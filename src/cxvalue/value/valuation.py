"""Valuation: the projections of a study, for everybody, by segment and by estimator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import COMPLETE_COHORTS, BandStudy, Estimator, Standardised, Unadjusted
from cxvalue.estimate.replicate import group_draws
from cxvalue.link.columns import Floats
from cxvalue.value.economics import Economics
from cxvalue.value.project import Frame, Projection, Replicated, project
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS, EVERYBODY, month_label

PER_CUSTOMER = "per moved customer"
OTHER_BASELINE = "other_baseline"
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
    estimator: Estimator,
    by: str = EVERYBODY,
    label: str = EVERYBODY,
) -> Projection | NotEstimable:
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
    estimator : Estimator
        Which curves.
    by, label : str
        The stratum.

    Returns
    -------
    Projection or NotEstimable
        The value.
    """
    fitted = study.fit(estimator, by=by, label=label, from_band=shift.from_band, horizon=study.timeline.horizon)
    if isinstance(fitted, NotEstimable):
        return fitted
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
    return SegmentValues(
        tuple(
            (
                by,
                label,
                value_stratum(
                    study,
                    frame,
                    shift=shift,
                    economics=economics,
                    estimator=Standardised(),
                    by=by,
                    label=label,
                ),
            )
            for by in study.linked.segment_names
            for label in study.labels(by)
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """The value per moved customer under each estimator, the headline among them.

    Parameters
    ----------
    rows : tuple of (str, Projection or NotEstimable, float, str)
        Method, value, episodes it rests on, and what it is.
    """

    rows: tuple[tuple[str, Projection | NotEstimable, int, str], ...]

    def get(self, method: str) -> Projection | NotEstimable:
        """Return one estimator's value.

        Parameters
        ----------
        method : str
            ``unadjusted``, ``standardised`` or ``complete_cohorts``.

        Returns
        -------
        Projection or NotEstimable
            The value.
        """
        return next(value for name, value, _, _ in self.rows if name == method)

    def with_other_baseline(self, study: BandStudy, frame: Frame, *, shift: Shift, economics: Economics) -> Estimates:
        """Return the estimates with the headline's estimator on another baseline beside them.

        Parameters
        ----------
        study : BandStudy
            The study with the baseline ending in the other of the two months.
        frame : Frame
            What the study's projections share.
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.

        Returns
        -------
        Estimates
            One row more.
        """
        end = "the month of the answer" if study.timeline.baseline_lag == 0 else "the month before the answer"
        value = value_stratum(study, frame, shift=shift, economics=economics, estimator=Standardised())
        n_episodes = int(study.counts(EVERYBODY, EVERYBODY)[:, 0].sum())
        row = (OTHER_BASELINE, value, n_episodes, f"the same with a baseline that ends with {end}")
        return Estimates((*self.rows, row))

    def to_frame(self) -> pd.DataFrame:
        """Return one row an estimator.

        Returns
        -------
        pandas.DataFrame
            Columns method, what, n_episodes, status, reason, estimate, se, ci_low, ci_high.
        """
        rows = []
        for method, value, n_episodes, what in self.rows:
            row: dict[str, object] = {"method": method, "what": what, "n_episodes": n_episodes}
            if isinstance(value, NotEstimable):
                rows.append(row | {"status": "not_estimable", "reason": value.reason})
                continue
            each = value.per_customer
            row |= {"status": "ok", "reason": "", "estimate": each.estimate, "se": each.se}
            rows.append(row | {"ci_low": each.ci_low, "ci_high": each.ci_high})
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Return one line an estimator.

        Returns
        -------
        str
            Plain text.
        """
        lines = []
        for method, value, n_episodes, what in self.rows:
            figure = str(value)
            if not isinstance(value, NotEstimable):
                each = value.per_customer
                figure = f"{each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f}) {value.currency}"
            lines.append(f"{method:<18}{figure}; {n_episodes:,} episodes; {what}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False, float_format="{:,.2f}".format)


def compare_estimates(study: BandStudy, frame: Frame, *, shift: Shift, economics: Economics) -> Estimates:
    """Return the value per moved customer under each estimator.

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
    Estimates
        Unadjusted, standardised (the headline), complete cohorts.
    """
    months = study.linked.answers.m0[study.bins >= 0]
    first, last = month_label(int(months.min())), month_label(int(months.max()))
    complete = month_label(min(study.timeline.last_complete_cohort, int(months.max())))
    named: list[tuple[str, Estimator, str, str]] = [
        ("unadjusted", Unadjusted(), EVERYBODY, "plain means of those who answered: expected to differ"),
        ("standardised", Standardised(), EVERYBODY, f"the headline; cohorts {first} to {last}"),
        (COMPLETE_COHORTS, Standardised(), COMPLETE_COHORTS, f"the same on cohorts {first} to {complete} only"),
    ]
    rows = []
    for name, estimator, by, what in named:
        value = value_stratum(study, frame, shift=shift, economics=economics, estimator=estimator, by=by, label=by)
        n_episodes = int(study.counts(by, by)[:, 0].sum())
        if by == COMPLETE_COHORTS and n_episodes == int(study.counts(EVERYBODY, EVERYBODY)[:, 0].sum()):
            what = "the same episodes as the headline: all are followed over the whole horizon"
        rows.append((name, value, n_episodes, what))
    return Estimates(tuple(rows))


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
