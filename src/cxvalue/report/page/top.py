"""The first screen of the page: the answer, the verdict, the figures side by side, the caveats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval
from cxvalue.report.disclosure import at_least, hide_in_text, is_small
from cxvalue.report.numbers import format_count, format_interval, format_money, format_points, format_share
from cxvalue.report.study_results import StudyResults
from cxvalue.report.truth import known_truth
from cxvalue.report.wording import count_customers, level, reading_caution
from cxvalue.value import Projection

LEVEL_NOTES: Final = {
    "supported": "the data support a value above 0, and the weighted and doubly robust estimates agree with it",
    "weak": "the data point to a value above 0; what keeps it from being firm is named here",
    "not supported": "the data do not show that the value is above 0",
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
        "standardised": "Adjusted: the value", "unadjusted": "Unadjusted: the raw gap",
        "complete_cohorts": "Complete cohorts only",
    }  # fmt: skip
    by_method = {row.method: row.per_customer for row in results.estimates.rows}
    cards = [
        value_card(label, by_method[method], results, is_headline=method == "standardised")
        for method, label in labels.items() if method in by_method
    ]  # fmt: skip
    truth = known_truth(results)
    if truth is not None:
        figure = format_money(truth["per_customer"]["value"], results.currency)
        cards.insert(2, Card("Truth of this simulated base", figure, f"{results.value.unit}, known by construction"))
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
        return Card(label, "not estimable", hide_in_text(value.reason, results.disclosure_min), is_headline)
    unit = f" {results.value.unit}"
    return Card(label, *split_interval(value, results.value, unit=unit), is_headline)


def split_interval(found: Interval, value: Projection, *, unit: str = "") -> tuple[str, str]:
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
    figure, _, interval = format_interval(found, currency=value.currency).partition(" (")
    return figure, f"{unit.strip()} ({level(value.confidence)} interval {interval.rstrip(')')})".strip()


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
        Card("Share of the band", format_share(shift.share, trim=True), f"of the {band}, now {now}"),
        Card("Points of the base", format_points(heads.share_of_base.estimate), f"of {active} active"),
        Card("Head count, all active", format_count(heads.customers_moved.estimate), "customers that move"),
        Card("Head count, answered", reached, f"of the {answered} {band} who answered, whom a programme can reach"),
    ]  # fmt: skip
    if value.roi is not None:
        figure, _, interval = format_interval(value.roi, unit="share").partition(" (")
        cost = format_money(value.programme_cost, value.currency)
        note = f"net value over the programme's cost of {cost} ({level(value.confidence)} interval {interval}"
        cards.append(Card("Return", figure, note))
        months = "never" if value.payback_months is None else f"month {value.payback_months}"
        cards.append(Card("Paid back", months, f"within the {value.months} months valued"))
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
    found += [hide_in_text(text, results.disclosure_min) for text in results.warnings]
    if results.not_valued:
        found.append(f"Not in the value: {'; '.join(results.not_valued)}.")
    return tuple(text[:1].upper() + text[1:].rstrip(".") + "." for text in found)
