"""Sentences: the answer, the gap, the truth, and the names of things, as a reader wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval
from cxvalue.report.disclosure import is_small
from cxvalue.report.numbers import NBSP, format_count, format_interval, format_money, format_points, format_share
from cxvalue.report.study_results import StudyResults
from cxvalue.report.truth import known_truth
from cxvalue.value import Projection
from cxvalue.vocabulary import (
    AMOUNT_LEVER,
    COHORT_QUARTER,
    COHORT_YEAR,
    EVERYBODY,
    FREQUENCY_LEVER,
    PURCHASED,
    RETENTION_LEVER,
    STANDARD_METRICS,
    Metric,
    Relationship,
    leaving_is_seen,
)

KNOWN_NAMES: Final = frozenset({
    *STANDARD_METRICS, PURCHASED, RETENTION_LEVER, FREQUENCY_LEVER, AMOUNT_LEVER, EVERYBODY, COHORT_QUARTER,
    COHORT_YEAR, "complete_cohorts",
})  # fmt: skip

SHARE_TITLES: Final[dict[Relationship, str]] = {
    "contractual": "Customers still there", "noncontractual": "Customers who buy in the month",
}  # fmt: skip
"""What the first metric of a study shows."""
SHARE_FIGURES: Final[dict[Relationship, str]] = {"contractual": "retention", "noncontractual": "purchases"}
"""The name of the figure of that metric."""


METHOD_NAMES: Final = {"unadjusted": "unadjusted (raw gap)", "standardised": "adjusted (headline)"}


def relationship_of(metrics: Sequence[Metric]) -> Relationship:
    """Return whether the metrics of a study tell who has left.

    Parameters
    ----------
    metrics : sequence of Metric
        The metrics measured, the share first.

    Returns
    -------
    {"contractual", "noncontractual"}
        The relationship.
    """
    return "contractual" if leaving_is_seen(metrics) else "noncontractual"


def method_name(method: str) -> str:
    """Return an estimator's name for readers.

    Parameters
    ----------
    method : str
        As in the tables.

    Returns
    -------
    str
        The name.

    Examples
    --------
    >>> method_name("complete_cohorts")
    'complete cohorts'
    """
    return METHOD_NAMES.get(method, method.replace("_", " "))


def metric_name(name: str) -> str:
    """Return a metric's or stratum's name for readers.

    Parameters
    ----------
    name : str
        As in the tables.

    Returns
    -------
    str
        The library's own names without underscores; the user's as they are.

    Examples
    --------
    >>> metric_name("cost_to_serve"), metric_name("calls_esc")
    ('cost to serve', 'calls_esc')
    """
    return name.replace("_", " ") if name in KNOWN_NAMES else name


def value_text(value: Interval | NotEstimable, currency: str) -> str:
    """Return a value per moved customer with its interval, or why there is none.

    Parameters
    ----------
    value : Interval or NotEstimable
        The value.
    currency : str
        Of the money.

    Returns
    -------
    str
        The text.
    """
    if isinstance(value, NotEstimable):
        return str(value)
    return format_interval(value, currency=currency)


def answer_sentence(results: StudyResults) -> str:
    """Return the answer in one sentence: who moves in all readings, money, interval.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        The sentence.
    """
    value, heads = results.value, results.value.heads
    shift = value.shift
    hide = is_small(heads.answered_in_band, results.disclosure_min)
    answered = "" if hide else f", of whom {format_count(heads.answered_moved)} have answered and can be reached"
    net = "after the programme's cost" if value.programme_cost else "before any programme cost"
    scale = max(abs(x) for x in (value.npv.estimate, value.npv.ci_low, value.npv.ci_high))
    low, high = (format_money(x, scale=scale) for x in (value.npv.ci_low, value.npv.ci_high))
    return (
        f"Moving {format_share(shift.share, trim=True)} of the {shift.from_band} to {shift.to_band} "
        f"({count_customers(heads.customers_moved.estimate)}{answered}; {points_of_base(value)}) is worth "
        f"{format_money(value.npv.estimate, value.currency, scale=scale)} over {value.months} months, {net} "
        f"({level(value.confidence)} interval {value.currency}{NBSP}{low} to {high})."
    )


def count_customers(n: float) -> str:
    """Return a number of customers.

    Parameters
    ----------
    n : float
        The number.

    Returns
    -------
    str
        Such as ``309 customers``.
    """
    text = format_count(n)
    return f"{text} customer" if text == "1" else f"{text} customers"


def points_of_base(value: Projection) -> str:
    """Return the move in points of the base.

    Parameters
    ----------
    value : Projection
        The value.

    Returns
    -------
    str
        Such as ``1.3 points of the base of 23,175``.
    """
    points = format_points(value.heads.share_of_base.estimate, trim=True)
    noun = "point" if points == "1" else "points"
    return f"{points} {noun} of the base of {format_count(value.heads.active_customers)}"


def level(confidence: float) -> str:
    """Return the level of the intervals.

    Parameters
    ----------
    confidence : float
        0 to 1.

    Returns
    -------
    str
        Such as ``95 %``.
    """
    return format_share(confidence, trim=True)


def reading_caution(value: Projection) -> str:
    """Return the caution on what the share is a share of.

    Parameters
    ----------
    value : Projection
        The value.

    Returns
    -------
    str
        A sentence.
    """
    shift = value.shift
    return (
        f"{format_share(shift.share, trim=True)} of the {shift.from_band} is not "
        f"{format_points(shift.share, trim=True)} points of the base: it is {points_of_base(value)}."
    )


def gap_sentence(results: StudyResults) -> str:
    """Return how the raw gap between the bands compares with the adjusted value.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        A sentence.
    """
    raw, value = results.estimates.get("unadjusted").per_customer, results.value
    if isinstance(raw, NotEstimable):
        return f"The raw gap is {raw}."
    gap, adjusted = raw.estimate, value.per_customer.estimate
    by, scale = gap - adjusted, max(abs(gap), abs(adjusted))
    stated = f"The raw gap between the bands is {format_money(gap, value.currency)} a customer"
    if format_money(by, scale=scale) == format_money(0.0, scale=scale):
        return f"{stated}, as much as the adjusted value."
    word = "overstates" if by > 0 else "understates"
    ratio = f" ({abs(by / adjusted) * 100:.0f}{NBSP}% of it)" if abs(by) < 10 * abs(adjusted) else ""
    return f"{stated}: it {word} the adjusted value by {format_money(abs(by), value.currency)}{ratio}."


def truth_sentence(results: StudyResults) -> str:
    """Return how the truth of a simulated base compares with the interval.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        A sentence; empty when no truth is known.
    """
    truth: dict[str, Any] | None = known_truth(results)
    if truth is None:
        return ""
    each, value = truth["per_customer"], results.value
    holds = "holds" if value.per_customer.holds(float(each["value"])) else "does not hold"
    chance = "" if each["se"] is None else f" (standard error{NBSP}{format_money(each['se'])} by chance in one base)"
    true_value = format_money(each["value"], value.currency)
    return f"This base is simulated: the true value is {true_value} {value.unit}{chance}. The interval {holds} it."
