"""Caveats: what is valid but doubtful, in sentences that a report prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cxvalue.errors import NotEstimable
from cxvalue.estimate import BandStudy, Interval
from cxvalue.estimate.diagnose.empty_cells import list_lost_covariates
from cxvalue.tables import Finding
from cxvalue.value.economics import Economics
from cxvalue.value.project import Projection
from cxvalue.vocabulary import GROSS_PROFIT, RETAINED, REVENUE, STANDARD_METRICS, Metric, leaving_is_seen, month_label

OLD_WAVE_MONTHS = 12


def list_caveats(
    study: BandStudy, findings: Iterable[Finding], value: Projection, complete: Interval | NotEstimable
) -> tuple[str, ...]:
    """Return what is doubtful about a value.

    Parameters
    ----------
    study : BandStudy
        The estimated study.
    findings : iterable of Finding
        What check found.
    value : Projection
        The headline.
    complete : Interval or NotEstimable
        The value on complete cohorts.

    Returns
    -------
    tuple of str
        Sentences; empty when there is nothing.
    """
    timeline, found = study.timeline, []
    behind = timeline.follow_up_end - timeline.as_of
    if behind > OLD_WAVE_MONTHS:
        found.append(
            f"the latest wave ({month_label(timeline.as_of)}) lies {behind} months before the end of the panels "
            f"({month_label(timeline.follow_up_end)}): customers, prices and the link itself may have changed since"
        )
    found += [
        f"{finding.table}: {finding.what} — {finding.action}" for finding in findings if finding.level == "warning"
    ]
    if isinstance(study.response, NotEstimable):
        found.append(f"response is not modelled ({study.response.reason}): figures are per answering customer")
    whole = [label for label in study.basis.left_out if " above " not in label]
    if whole:
        found.append(
            f"too few episodes to adjust for {', '.join(whole)}: what differs between bands there stays in the value"
        )
    lost = list_lost_covariates(study, from_band=value.shift.from_band)
    if lost:
        found.append(
            f"not adjusted for {', '.join(lost)}: in some band, or with some customers left out, the episodes observed "
            f"{timeline.horizon} months on do not tell it apart from the other covariates or lack its categories; "
            "study.episodes() lists the empty cells"
        )
    if isinstance(complete, NotEstimable):
        found.append(f"the value on complete cohorts is {complete}")
    elif not value.per_customer.holds(complete.estimate):
        found.append(
            f"the value on complete cohorts ({complete.estimate:,.2f}) lies outside the headline's "
            "interval: outcomes differ between early and late cohorts"
        )
    if value.months > timeline.horizon:
        kept = "its last hazard" if leaving_is_seen(study.metrics) else "what it did in the last six months"
        found.append(
            f"{value.extrapolated_share:.0%} of the value lies beyond the follow-up of {timeline.horizon} months and "
            f"is extrapolated: each band keeps {kept}, as if nobody recovered or fell back any more"
        )
    return tuple(found)


def list_not_valued(
    metrics: tuple[Metric, ...], economics: Economics, own_values: Mapping[str, float]
) -> tuple[str, ...]:
    """Return the metrics that add nothing to the value, and why.

    Parameters
    ----------
    metrics : tuple of Metric
        The metrics measured.
    economics : Economics
        Assumptions.
    own_values : mapping of str to float
        Unit values of the user's own metrics.

    Returns
    -------
    tuple of str
        One text a metric.
    """
    units = economics.unit_values(metrics, own_values)
    has_gross_profit = any(metric.name == GROSS_PROFIT for metric in metrics)
    texts = [
        f"{metric.name}: measured, not valued (unit value 0)"
        for metric, unit in zip(metrics, units, strict=True)
        if metric.kind != "share" and unit == 0.0 and not (metric.name == REVENUE and has_gross_profit)
    ]
    measured = {metric.name for metric in metrics}
    missing = [name for name in STANDARD_METRICS if name not in measured and name != RETAINED]
    return (*texts, *(f"{name}: not measured (no panel)" for name in missing))
