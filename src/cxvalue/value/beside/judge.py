"""The judge: from the estimates and checks to a verdict, by a printed rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.diagnose.robustness import Robustness
from cxvalue.value.beside.estimates import HEADLINE, PLACEBO, UNADJUSTED, EstimateRow, Estimates
from cxvalue.value.beside.evidence import Evidence
from cxvalue.value.beside.verdict import Label, Verdict
from cxvalue.value.project import Projection
from cxvalue.vocabulary import BANDS

MIN_EFFECTIVE: Final = 50
MOST_DIFFERENCE: Final = 0.25
"""Share of the headline by which a second estimator may differ."""
CRITICAL: Final = 1.96
"""Standard errors by which two estimates are told apart; taken as independent, which asks for more than is needed."""
MOST_PLACEBO: Final = 0.5
"""Share of the effect after the answer that the placebo may reach."""
RULE: Final = (
    f"not supported: the interval of the value is not wholly above 0, or one of the two bands has fewer than "
    f"{MIN_EFFECTIVE} effective episodes at the first or the last month, or fewer than {MIN_EFFECTIVE} effective "
    f"customers are in the from-band now, or a negative control differs between the bands. Supported: the interval is "
    f"above 0; for the weighted and the doubly robust estimate the paired difference holds 0 or is at most "
    f"{MOST_DIFFERENCE:.0%} of the value; a confounder as strong as the strongest recorded covariate would not bring "
    f"the value to 0; the placebo is below {MOST_PLACEBO:.0%} of the effect after the answer. Otherwise weak. What "
    "cannot be estimated never refutes, and is named; but a value is at most weak without any second estimate (with "
    "trimming there is none: what is left is not the target), without any covariate, and where adjusting changes "
    "nothing beyond chance while no placebo could be estimated."
)
"""The rule, as reports print it."""
WORTH_A_LOOK: Final = ("complete_cohorts", "near_boundary", "other_baseline", "earlier_amounts")
"""Estimates of the library's own that are shown only, and named where they lie apart from the headline."""
NOT_TRIED: Final = (
    "the second estimators (weighted, doubly robust), the sensitivity analysis and the placebo were left out, "
    "so no value is called supported"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says.

    Parameters
    ----------
    says : {"refutes", "doubts", "agrees", "silent"}
        ``refutes`` makes the value not supported, ``doubts`` at most weak; ``silent`` could not be estimated.
    text : str
        In words.
    """

    says: Literal["refutes", "doubts", "agrees", "silent"]
    text: str


def judge(evidence: Evidence) -> Verdict:
    """Return the verdict on a headline, by the rule of :data:`RULE`.

    Parameters
    ----------
    evidence : Evidence
        Headline, estimates beside it, sensitivity, controls.

    Returns
    -------
    Verdict
        Label and reasons, the decisive ones first.
    """
    headline = evidence.estimates.headline
    if isinstance(headline, NotEstimable):
        return Verdict("not supported", (headline.reason,))
    first = [judge_interval(headline), *judge_numbers(evidence), *judge_controls(evidence)]
    refuting = tuple(finding.text for finding in first if finding.says == "refutes")
    if refuting:
        return Verdict("not supported", refuting)
    if evidence.confounding is None:
        return Verdict("weak", (*(finding.text for finding in first), NOT_TRIED))
    over_follow_up = evidence.estimates.get(HEADLINE).per_customer
    seconds = [judge_second(row, over_follow_up) for row in second_estimates(evidence.estimates)]
    if not any(finding.says in ("agrees", "doubts") for finding in seconds):
        seconds.append(Finding("doubts", why_no_second(evidence.estimates)))
    robust = judge_robustness(evidence.confounding, over_follow_up)
    placebo = judge_placebo(evidence.estimates.get(PLACEBO))
    checks = [*seconds, robust, placebo, *judge_adjustment(evidence, placebo)]
    doubts = [finding.text for finding in checks if finding.says == "doubts"]
    doubts += look_at(evidence.estimates) + look_beyond(evidence)
    label: Label = "weak" if any(finding.says == "doubts" for finding in checks) else "supported"
    rest = [finding.text for finding in (*first, *checks) if finding.says in ("agrees", "silent")]
    return Verdict(label, (*doubts, *rest))


def look_at(estimates: Estimates) -> list[str]:
    """Return the estimates that are shown only and yet are told apart from the headline.

    Parameters
    ----------
    estimates : Estimates
        The table.

    Returns
    -------
    list of str
        A sentence each; they do not change the label.
    """
    found = []
    for row in estimates.rows:
        apart = row.difference
        if row.method not in WORTH_A_LOOK or apart is None or apart.holds(0.0):
            continue
        if isinstance(row.per_customer, NotEstimable):
            continue
        each = row.per_customer
        found.append(
            f"look at: {row.method.replace('_', ' ')} gives {each.estimate:,.2f} ({each.ci_low:,.2f} to "
            f"{each.ci_high:,.2f}), which differs from the value by more than chance ({row.what})"
        )
    return found


def look_beyond(evidence: Evidence) -> list[str]:
    """Return what the sensitivity analysis and the placebo show beside what the verdict asks of them.

    Parameters
    ----------
    evidence : Evidence
        Holds both.

    Returns
    -------
    list of str
        A sentence each; they do not change the label.
    """
    found = []
    robust = None if evidence.confounding is None else evidence.confounding.robustness
    value = evidence.estimates.get(HEADLINE).per_customer
    if isinstance(robust, Robustness) and isinstance(value, Interval):
        gap = abs(robust.estimate - value.estimate)
        if gap > MOST_DIFFERENCE * abs(value.estimate) and gap > CRITICAL * np.hypot(robust.se, value.se):
            found.append(
                f"look at: the regression on {robust.n_episodes:,} fully followed episodes that the robustness value "
                f"is measured on gives {robust.estimate:,.2f}, more than {MOST_DIFFERENCE:.0%} apart from the value"
            )
    if isinstance(robust, Robustness) and robust.together is not None and robust.together.equivalent >= robust.value:
        found.append(
            f"look at: a confounder as strong as all recorded covariates together ({robust.together.equivalent:.1%}) "
            f"would bring the value to zero, for which {robust.value:.1%} is enough"
        )
    alike = evidence.estimates.get(PLACEBO).ratio_staying
    if alike is not None and alike >= MOST_PLACEBO:
        found.append(
            f"look at: the placebo is {alike:.0%} of the effect after the answer on those who are still there: part of "
            "the amounts' difference was there before, from earlier satisfaction or from what nobody recorded"
        )
    return found


def judge_adjustment(evidence: Evidence, placebo: Finding) -> list[Finding]:
    """Return whether anything could have told an effect from confounding.

    Parameters
    ----------
    evidence : Evidence
        Estimates and sensitivity.
    placebo : Finding
        What the placebo says.

    Returns
    -------
    list of Finding
        A doubt where nothing was adjusted for, or where adjusting changes nothing that is told from chance and the
        placebo is silent: the second estimates and the benchmarks then agree with whatever the raw gap is.
    """
    robust = None if evidence.confounding is None else evidence.confounding.robustness
    if isinstance(robust, Robustness) and robust.strongest is None:
        return [Finding("doubts", "nothing is adjusted for: the value is the raw gap")]
    apart = evidence.estimates.get(UNADJUSTED).difference
    if placebo.says == "silent" and apart is not None and apart.holds(0.0):
        text = "adjusting changes nothing beyond chance, and no placebo could be estimated"
        return [Finding("doubts", f"{text}: nothing here tells an effect from a cause that nobody recorded")]
    return []


def judge_interval(headline: Projection) -> Finding:
    """Return what the interval of the value says.

    Parameters
    ----------
    headline : Projection
        The value.

    Returns
    -------
    Finding
        Refutes unless the interval is wholly above 0.
    """
    each = headline.per_customer
    ends = f"({each.ci_low:,.2f} to {each.ci_high:,.2f})"
    if each.ci_high < 0.0:
        return Finding("refutes", f"the value per customer is below 0 {ends}")
    if not each.ci_low > 0.0:
        return Finding("refutes", f"the {headline.confidence:.0%} interval of the value per customer holds 0 {ends}")
    return Finding("agrees", f"the {headline.confidence:.0%} interval excludes 0 {ends}")


def judge_numbers(evidence: Evidence) -> list[Finding]:
    """Return what the effective numbers of the two bands say.

    Parameters
    ----------
    evidence : Evidence
        Holds them.

    Returns
    -------
    list of Finding
        One for each band with too few.
    """
    pair = [band for band in BANDS if band in (evidence.shift.from_band, evidence.shift.to_band)]
    return [
        Finding(
            "refutes",
            f"{evidence.effective[band]:.0f} effective episodes in band {band}; at least {MIN_EFFECTIVE} are needed",
        )
        for band in pair
        if evidence.effective[band] < MIN_EFFECTIVE
    ]


def judge_controls(evidence: Evidence) -> list[Finding]:
    """Return what the negative controls say.

    Parameters
    ----------
    evidence : Evidence
        Holds them.

    Returns
    -------
    list of Finding
        One a control.
    """
    found = []
    for name, control in evidence.controls:
        if isinstance(control, NotEstimable):
            found.append(Finding("silent", f"negative control {name}: {control}"))
            continue
        ends = f"({control.ci_low:,.4g} to {control.ci_high:,.4g} per active month)"
        if control.holds(0.0):
            found.append(Finding("agrees", f"negative control {name} does not differ between the bands {ends}"))
        else:
            found.append(Finding("refutes", f"negative control {name}, which cannot differ, does {ends}"))
    return found


def second_estimates(estimates: Estimates) -> list[EstimateRow]:
    """Return the estimates that a verdict holds against the headline.

    Parameters
    ----------
    estimates : Estimates
        The table.

    Returns
    -------
    list of EstimateRow
        Weighted and doubly robust.
    """
    return [row for row in estimates.rows if row.role == "verdict" and row.method != PLACEBO]


def why_no_second(estimates: Estimates) -> str:
    """Return why no second estimate stands beside the value.

    Parameters
    ----------
    estimates : Estimates
        The table.

    Returns
    -------
    str
        A sentence; another one where the second estimates are of what trimming leaves of the target.
    """
    shown = [row.method for row in estimates.rows if row.role == "shown"]
    if "weighted" in shown or "doubly_robust" in shown:
        return (
            "no second estimate stands beside the value: weighted and doubly robust are of the part of the target that "
            "trimming leaves; with trim = 0 they would enter the verdict"
        )
    return "no second estimate stands beside the value"


def judge_second(row: EstimateRow, headline: Interval | NotEstimable) -> Finding:
    """Return what a second estimate says.

    Parameters
    ----------
    row : EstimateRow
        The estimate, with its paired difference from the headline.
    headline : Interval or NotEstimable
        The value over the months of follow-up, which both cover.

    Returns
    -------
    Finding
        Doubts when the difference excludes 0 and is more than a quarter of the headline.
    """
    name = row.method.replace("_", " ")
    if isinstance(row.per_customer, NotEstimable) or isinstance(headline, NotEstimable) or row.difference is None:
        return Finding("silent", f"{name}: {row.per_customer}")
    gap = row.difference
    apart = f"{gap.estimate:+,.2f} ({gap.ci_low:+,.2f} to {gap.ci_high:+,.2f})"
    text = f"{name} {row.per_customer.estimate:,.2f}, differs by {apart}"
    if abs(gap.estimate) <= MOST_DIFFERENCE * abs(headline.estimate):
        return Finding("agrees", text)
    if gap.holds(0.0):
        return Finding("agrees", f"{text}, which chance may explain: it is too noisy to tell")
    return Finding("doubts", f"{text}, more than {MOST_DIFFERENCE:.0%} of the value")


def judge_robustness(confounding: Confounding, headline: Interval | NotEstimable) -> Finding:
    """Return what the sensitivity analysis says.

    Parameters
    ----------
    confounding : Confounding
        The analysis.
    headline : Interval or NotEstimable
        The value over the months of follow-up.

    Returns
    -------
    Finding
        Doubts when a confounder as strong as the strongest recorded covariate would undo the value, or when the
        regression that it is measured on has the other sign.
    """
    found = confounding.robustness
    if not isinstance(found, Robustness):
        return Finding("silent", f"robustness value: {found}")
    if isinstance(headline, Interval) and found.estimate * headline.estimate <= 0:
        return Finding("doubts", f"a pooled regression on fully followed episodes gives {found.estimate:,.2f}")
    return Finding("agrees" if found.exceeds_benchmarks else "doubts", found.words().rstrip("."))


def judge_placebo(row: EstimateRow) -> Finding:
    """Return what the placebo says.

    Parameters
    ----------
    row : EstimateRow
        The placebo.

    Returns
    -------
    Finding
        Doubts at half the effect after the answer or more, and when only the placebo is told from 0.
    """
    if isinstance(row.per_customer, NotEstimable):
        return Finding("silent", f"placebo: {row.per_customer}")
    if row.ratio is None:
        ends = f"({row.per_customer.ci_low:,.2f} to {row.per_customer.ci_high:,.2f})"
        if not row.per_customer.holds(0.0):
            return Finding("doubts", f"placebo {ends} is told from 0, the effect in the six months after is not")
        return Finding("silent", "placebo: neither it nor the effect in the six months after is told from 0")
    text = f"placebo {row.ratio:.0%} of the effect in the six months after the answer"
    return Finding("agrees" if row.ratio < MOST_PLACEBO else "doubts", text)
