"""Caveats: what is valid but doubtful, in sentences that a report prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate import BandStudy, Interval
from cxvalue.estimate.diagnose.determined import list_determined_covariates
from cxvalue.estimate.diagnose.empty_cells import list_lost_covariates
from cxvalue.estimate.replicate import interval
from cxvalue.tables import Finding
from cxvalue.value.economics import Economics, Tail
from cxvalue.value.project import Projection
from cxvalue.value.retention_tail import LAST_MONTHS
from cxvalue.vocabulary import (
    BANDS,
    GROSS_PROFIT,
    RETAINED,
    REVENUE,
    STANDARD_METRICS,
    UPGRADES,
    Band,
    Metric,
    leaving_is_seen,
    month_label,
)

OLD_WAVE_MONTHS = 12
KEPT_BEYOND: Final[dict[Tail, str]] = {
    "constant_hazard": "Each band keeps its last hazard",
    "equal_hazard": "Both bands leave at one common last hazard",
    "sbg": "Each band leaves as the shifted-beta-geometric model fitted to it goes on",
}
"""What a tail takes for granted, as a caveat says it."""


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
            f"{describe_still_there(study, value.shift.from_band)}"
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
    told = list_determined_covariates(study, from_band=value.shift.from_band)
    if told:
        found.append(
            f"left out because the other covariates already determine them: {', '.join(told)}. Adjusting for the "
            "others adjusts for these as well"
        )
    lost = [name for name in list_lost_covariates(study, from_band=value.shift.from_band) if name not in told]
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
    found += list_money_caveats(value)
    if value.months > timeline.horizon:
        seen = leaving_is_seen(study.metrics)
        kept = KEPT_BEYOND[value.economics.tail] if seen else "Each band keeps what it did in the last six months"
        tail, gross = value.extrapolated.estimate, value.gross.estimate
        most = ": more than half of it" if abs(tail) > abs(gross) / 2 else ""
        found.append(
            f"{value.currency} {tail:,.0f} of the gross value of {gross:,.0f} lies beyond the follow-up of "
            f"{timeline.horizon} months and is extrapolated{most}. {kept}, as if nobody recovered or fell back any "
            "more"
        )
        if seen and value.economics.tail == "constant_hazard" and not tail_hazards_differ(value):
            found.append(
                "beyond the follow-up the bands' hazards of leaving are not told from each other by the last six "
                "months: what their difference adds or takes there is chance carried on. [economics] tail = "
                '"equal_hazard" or "sbg" carries on something else'
            )
    return tuple(found)


def describe_still_there(study: BandStudy, band: Band) -> str:
    """Return how many of those who answered are still customers at the end of the panels.

    Parameters
    ----------
    study : BandStudy
        The estimated study.
    band : Band
        Whose latest answer in the target's window counts.

    Returns
    -------
    str
        A sentence after a full stop; empty where leaving is not seen.
    """
    if not leaving_is_seen(study.metrics):
        return ""
    answers, end = study.linked.answers, study.timeline.follow_up_end
    latest = study.linked.candidates
    latest = latest[answers.band[latest] == BANDS.index(band)]
    calendar = study.outcomes.clean.activity.calendar
    active = calendar.unpack(answers.active[latest], np.full((len(latest), 1), end))[:, 0]
    return (
        f'. "Now" means that wave: {int(active.sum()):,} of {len(latest):,} {band} customers who answered by then are '
        f"still customers in {month_label(end)}"
    )


def list_money_caveats(value: Projection) -> list[str]:
    """Return what is doubtful about the assumptions of a value.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    list of str
        Sentences.
    """
    economics, found = value.economics, []
    net = value.npv
    if value.programme_cost > 0 and not net.ci_low > 0:
        ends = f"{value.currency} {net.estimate:,.0f} ({net.ci_low:,.0f} to {net.ci_high:,.0f})"
        found.append(
            f"the programme is not shown to be worth its cost: after it the value is {ends}. The verdict is on the "
            "value per moved customer, before any cost"
        )
    runs = economics.programme_months
    if runs is not None and runs < economics.ramp_up_months - 1 and economics.programme_cost_monthly:
        found.append(
            f"the programme's monthly cost ends after {runs} months while customers are still moved over "
            f"{economics.ramp_up_months} months"
        )
    names = {metric.name for metric in value.move.metrics}
    if economics.upgrade_value > 0 and {UPGRADES, REVENUE} <= names:
        found.append(
            "upgrade_value is above 0 while revenue is measured: it may hold only money that the revenue panel does "
            "not show within the months valued, or upgrades are counted twice"
        )
    return found


def tail_hazards_differ(value: Projection) -> bool:
    """Say whether two bands' hazards at the end of the follow-up are told from each other.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    bool
        Whether the interval of their difference excludes 0.
    """
    stay = np.clip(value.move.curves[:, :, 0], 1e-9, None)
    span = min(LAST_MONTHS, stay.shape[-1] - 1)
    if span == 0:
        return False
    keep = (stay[..., -1] / stay[..., -1 - span]) ** (1.0 / span)
    gap = keep[:, 1] - keep[:, 0]
    return not interval(float(gap[0]), gap[1:], confidence=value.confidence).holds(0.0)


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
    last = max(1, len(economics.gross_margin) if isinstance(economics.gross_margin, tuple) else 1)
    units = np.abs(economics.monthly_values(metrics, own_values, last)).max(axis=1)
    has_gross_profit = any(metric.name == GROSS_PROFIT for metric in metrics)
    texts = [
        f"{metric.name}: measured, not valued (unit value 0)"
        for metric, unit in zip(metrics, units, strict=True)
        if metric.kind != "share" and unit == 0.0 and not (metric.name == REVENUE and has_gross_profit)
    ]
    measured = {metric.name for metric in metrics}
    missing = [name for name in STANDARD_METRICS if name not in measured and name != RETAINED]
    return (*texts, *(f"{name}: not measured (no panel)" for name in missing))
