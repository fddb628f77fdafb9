"""Sentences: the answer, the gap, the truth, and the names of things, as a reader wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval
from cxvalue.report.languages.say import mark, number_text, say, say_as, say_count
from cxvalue.report.languages.told import told_number, told_plain
from cxvalue.report.numbers import (
    format_count,
    format_interval,
    format_money,
    format_points,
    format_share,
    percent,
)
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
    "contractual": mark("Customers still there"), "noncontractual": mark("Customers who buy in the month"),
}  # fmt: skip
"""What the first metric of a study shows."""
SEVERAL: Final = 100
"""The number whose form goes with one that is not whole."""
SHARE_FIGURES: Final[dict[Relationship, str]] = {"contractual": "retention", "noncontractual": "purchases"}
"""The name of the figure of that metric."""


METHOD_NAMES: Final = {"unadjusted": mark("unadjusted (raw gap)"), "standardised": mark("adjusted (headline)")}
BAND_NAMES: Final = {
    "dissatisfied": mark("dissatisfied"), "neutral": mark("neutral"), "satisfied": mark("satisfied"),
}  # fmt: skip
OWN_NAMES: Final = (
    mark("retained"), mark("purchased"), mark("revenue"), mark("cost to serve"), mark("upgrades"), mark("referrals"),
    mark("retention"), mark("frequency"), mark("amount"), mark("everybody"), mark("cohort quarter"),
    mark("cohort year"), mark("complete cohorts"), mark("near boundary"), mark("weighted"), mark("doubly robust"),
    mark("within customer"), mark("lasting move"), mark("placebo"), mark("other baseline"), mark("earlier amounts"),
    mark("optimism"), mark("programme cost"), mark("placebo control"),
)  # fmt: skip
"""The library's own names of metrics, levers and estimates, as readers see them."""


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
    return say(METHOD_NAMES.get(method, method.replace("_", " ")))


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
    return say(name.replace("_", " ")) if name in KNOWN_NAMES else name


def band_name(band: str) -> str:
    """Return a band's name, as a label.

    Parameters
    ----------
    band : str
        The band.

    Returns
    -------
    str
        Such as ``neutral``.
    """
    return say(BAND_NAMES[band]) if band in BAND_NAMES else band


def band_people(band: str) -> str:
    """Return the customers of a band, as they are called within a sentence.

    Parameters
    ----------
    band : str
        The band.

    Returns
    -------
    str
        As in ``of the dissatisfied``.
    """
    return say_as("people", BAND_NAMES[band]) if band in BAND_NAMES else band


def group_name(by: str, group: str) -> str:
    """Return a stratum's name.

    Parameters
    ----------
    by : str
        What the strata go by.
    group : str
        The stratum.

    Returns
    -------
    str
        Cohorts in the digits of the language; the user's values as they are.
    """
    return (told_number(group) or group) if by in (COHORT_QUARTER, COHORT_YEAR) else group


def unit_name(unit: str) -> str:
    """Return what a value is per.

    Parameters
    ----------
    unit : str
        As the value says it.

    Returns
    -------
    str
        Such as ``per moved customer``.
    """
    return told_plain(unit)


def count_months(n: float) -> str:
    """Return a number of months.

    Parameters
    ----------
    n : float
        The number.

    Returns
    -------
    str
        Such as ``24 months``.
    """
    return say_count("{n} month", "{n} months", n)


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
        return told_plain(str(value))
    return format_interval(value, currency=currency)


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
    return say_count("{n} customer", "{n} customers", n, n=format_count(n))


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
    return say_count(
        "{points} point of the base of {active}", "{points} points of the base of {active}",
        1 if points == number_text("1") else SEVERAL, points=points, active=format_count(value.heads.active_customers),
    )  # fmt: skip


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
    return say(
        "{share} of the {from_band} is not {points} points of the base: it is {base}.",
        share=format_share(shift.share, trim=True), from_band=band_people(shift.from_band),
        points=format_points(shift.share, trim=True), base=points_of_base(value),
    )  # fmt: skip


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
        return say("The raw gap is {reason}.", reason=told_plain(str(raw)))
    gap, adjusted = raw.estimate, value.per_customer.estimate
    by, scale = gap - adjusted, max(abs(gap), abs(adjusted))
    stated = format_money(gap, value.currency)
    if format_money(by, scale=scale) == format_money(0.0, scale=scale):
        return say("The raw gap between the bands is {gap} a customer, as much as the adjusted value.", gap=stated)
    amount = format_money(abs(by), value.currency)
    if abs(by) < 10 * abs(adjusted):
        ratio = percent(number_text(f"{abs(by / adjusted) * 100:.0f}"))
        amount = say("{amount} ({ratio} of it)", amount=amount, ratio=ratio)
    if by > 0:
        return say(
            "The raw gap between the bands is {gap} a customer: it overstates the adjusted value by {by}.",
            gap=stated, by=amount,
        )  # fmt: skip
    return say(
        "The raw gap between the bands is {gap} a customer: it understates the adjusted value by {by}.",
        gap=stated, by=amount,
    )  # fmt: skip


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
    true_value = say("{value} {unit}", value=format_money(each["value"], value.currency), unit=unit_name(value.unit))
    if each["se"] is not None:
        true_value = say(
            "{value} (standard error\u00a0{se} by chance in one base)", value=true_value, se=format_money(each["se"])
        )
    if value.per_customer.holds(float(each["value"])):
        return say("This base is simulated: the true value is {value}. The interval holds it.", value=true_value)
    return say("This base is simulated: the true value is {value}. The interval does not hold it.", value=true_value)
