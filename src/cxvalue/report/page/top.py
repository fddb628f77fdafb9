"""The first screen of the page: the answer, the verdict, the figures side by side, the caveats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval
from cxvalue.report.disclosure import at_least, hide_in_text, is_small
from cxvalue.report.languages.say import mark, say, say_list
from cxvalue.report.languages.told import told, told_plain
from cxvalue.report.numbers import format_count, format_money, format_month, format_points, format_share, interval_parts
from cxvalue.report.study_results import StudyResults
from cxvalue.report.truth import known_truth
from cxvalue.report.wording import (
    band_people,
    count_customers,
    count_months,
    level,
    reading_caution,
    unit_name,
)
from cxvalue.value import Projection

VERDICT_NAMES: Final = {
    "supported": mark("supported"), "weak": mark("weak"), "not supported": mark("not supported"),
}  # fmt: skip
LEVEL_NOTES: Final = {
    "supported": mark("the data support a value per moved customer above 0, before any cost of a programme"),
    "weak": mark("the data point to a value above 0; what keeps it from being firm is named here"),
    "not supported": mark("the data do not show that the value is above 0"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A figure of the first screen.

    Parameters
    ----------
    label : str
        What it is.
    figure : str
        The figure.
    note : str
        Its interval, or what it is of.
    is_headline : bool
        Whether it is the one that counts.
    """

    label: str
    figure: str
    note: str
    is_headline: bool = False


def estimate_cards(results: StudyResults) -> tuple[Card, ...]:
    """Return the value per moved customer, adjusted beside unadjusted and the truth.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    tuple of Card
        The adjusted value first.
    """
    labels = {
        "standardised": say("Adjusted: the value"), "unadjusted": say("Unadjusted: the raw gap"),
        "complete_cohorts": say("Complete cohorts only"),
    }  # fmt: skip
    by_method = {row.method: row.per_customer for row in results.estimates.rows}
    if results.episodes.complete_until == results.episodes.cohorts[1]:
        del labels["complete_cohorts"]  # the same episodes, and the same figure
    cards = [
        value_card(label, by_method[method], results, is_headline=method == "standardised")
        for method, label in labels.items() if method in by_method
    ]  # fmt: skip
    truth = known_truth(results)
    if truth is not None:
        figure = format_money(truth["per_customer"]["value"], results.currency)
        note = say("{unit}, known by construction", unit=unit_name(results.value.unit))
        cards.insert(2, Card(say("Truth of this simulated base"), figure, note))
    return tuple(cards)


def value_card(label: str, value: Interval | NotEstimable, results: StudyResults, *, is_headline: bool) -> Card:
    """Return a value per moved customer as a card.

    Parameters
    ----------
    label : str
        What it is.
    value : Interval or NotEstimable
        The value.
    results : StudyResults
        Unit and smallest count.
    is_headline : bool
        Whether it is the one that counts.

    Returns
    -------
    Card
        The card.
    """
    if isinstance(value, NotEstimable):
        reason = told(hide_in_text(value.reason, results.disclosure_min))
        return Card(label, say("not estimable"), reason, is_headline)
    return Card(label, *split_interval(value, results.value, unit=unit_name(results.value.unit)), is_headline)


def split_interval(found: Interval, value: Projection, *, unit: str) -> tuple[str, str]:
    """Return an amount and, apart from it, its interval in words.

    Parameters
    ----------
    found : Interval
        The amount.
    value : Projection
        Currency and level.
    unit : str
        What it is per.

    Returns
    -------
    tuple of str
        Figure and note.
    """
    figure, low, high = interval_parts(found, currency=value.currency)
    note = say(
        "{unit} ({level} interval {low} to {high})", unit=unit, level=level(value.confidence), low=low, high=high
    )
    return figure, note


def move_cards(results: StudyResults) -> tuple[Card, ...]:
    """Return the move in its readings, and what it comes to.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    tuple of Card
        Share of the band, points of the base, customers, whom a programme can reach; ROI and payback with a cost.
    """
    value, heads = results.value, results.value.heads
    shift, band = value.shift, value.shift.from_band
    hide = is_small(heads.answered_in_band, results.disclosure_min)
    reached = at_least(results.disclosure_min) if hide else format_count(heads.answered_moved)
    answered = at_least(results.disclosure_min) if hide else format_count(heads.answered_in_band)
    now, active = (count_customers(n) for n in (heads.customers_from_band.estimate, heads.active_customers))
    cards = [
        Card(
            say("Share of the band"), format_share(shift.share, trim=True),
            say(
                "of the {band}: {customers} in {month}", band=band_people(band), customers=now,
                month=format_month(results.episodes.as_of),
            ),
        ),
        Card(
            say("Points of the base"), format_points(heads.share_of_base.estimate),
            say("of {customers} active", customers=active),
        ),
        Card(say("Head count, all active"), format_count(heads.customers_moved.estimate), say("customers that move")),
        Card(
            say("Head count, answered"), reached,
            say(
                "of the {answered} {band} who answered, whom a programme can reach", answered=answered,
                band=band_people(band),
            ),
        ),
    ]  # fmt: skip
    if value.roi is not None:
        figure, low, high = interval_parts(value.roi, unit="share")
        cost = format_money(value.programme_cost, value.currency)
        note = say(
            "net value over the programme's cost of {cost} ({level} interval {low} to {high})", cost=cost,
            level=level(value.confidence), low=low, high=high,
        )  # fmt: skip
        cards.append(Card(say("Return"), figure, note))
        paid = say("never") if value.payback_months is None else say("month {month}", month=value.payback_months)
        within = say("within the {months} valued", months=count_months(value.months))
        cards.append(Card(say("Paid back"), paid, within))
    return tuple(cards)


def cautions(results: StudyResults) -> tuple[str, ...]:
    """Return what a reader must not overlook.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    tuple of str
        Sentences.
    """
    found = [reading_caution(results.value)]
    found += [told(as_sentence(hide_in_text(text, results.disclosure_min))) for text in results.warnings]
    if results.not_valued:
        found.append(say("Not in the value: {names}.", names=not_valued_text(results)))
    return tuple(found)


def as_sentence(text: str) -> str:
    """Return an English remark as a sentence.

    Parameters
    ----------
    text : str
        With or without a capital and a full stop.

    Returns
    -------
    str
        With both.
    """
    return text[:1].upper() + text[1:].rstrip(".") + "."


def not_valued_text(results: StudyResults) -> str:
    """Return what is measured or could be, and is not part of the value.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        A list.
    """
    return say_list(told_plain(text) for text in results.not_valued)
