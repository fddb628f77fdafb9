"""The wording of the what-if panel: sentences with places that its script fills."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.language import DECIMAL, DIGITS, GROUP, spoken
from cxvalue.report.languages.say import mark, number_pattern, say, say_as, say_list
from cxvalue.report.numbers import format_share
from cxvalue.report.wording import count_months, level
from cxvalue.value import Projection
from cxvalue.value.economics import SegmentMargin

HELD: Final = mark(
    "An interval is missing here: with some customers left out the gross value, or the saved cost to serve, may be a "
    "gain or a loss, and from what the page holds it cannot be told which."
)
"""What stands below figures whose interval cannot be given."""
SENTENCES: Final = {
    "same": mark("These are the report's own settings and figures."),
    "other": mark("These are not the figures of the report. Changed: {changes}."),
    "change": mark("{label} {from} → {to}"),
    "waits": mark("No figures: {problems}"),
    "between": mark("{label} must be from {low} to {high}."),
    "above": mark("{label} must be above {low} and up to {high}."),
    "whole": mark("{label} must be a whole number from {low} to {high}."),
    "at_least": mark("{label} must be {low} or more."),
    "month": mark("month {month}"),
    "no_cost": mark("no programme cost"),
    "cash_chart": mark(
        "Cumulative net cash flow by month: {start} at the start, {end} after {months} months; discounted "
        "{end_pv}. The table below has every month."
    ),
    "lever_chart": mark("Value per moved customer by lever, with intervals: {levers}."),
    "lever": mark("{label} {figure}"),
    "months_axis": mark("months after the start"),
    "differs": mark("The panel is switched off: in this browser it does not arrive at the figures of the report."),
}
"""What the script says; what stands in braces is filled by it."""


def panel_texts(value: Projection) -> dict[str, str]:
    """Return the sentences that the script shows.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    dict of str to str
        By name; what stands in braces is filled by the script.
    """
    result = say(
        "Net present value {npv}, with the {level} interval in brackets.", npv="{npv}", level=level(value.confidence)
    )
    return {name: say(text) for name, text in SENTENCES.items()} | {"result": result}


def never_texts(most: int) -> list[str]:
    """Return what the script says of a programme that is not paid back.

    Parameters
    ----------
    most : int
        The most months that a reader may ask for.

    Returns
    -------
    list of str
        By the months valued, from 0: each in the form that goes with its number.
    """
    return [say("not within {months}", months=count_months(months)) for months in range(most + 1)]


def panel_numbers() -> dict[str, str | bool]:
    """Return how the script writes numbers.

    Returns
    -------
    dict of str to str or bool
        Digits, separators, and the patterns of what stands around a number; whether text is read from the right.
    """
    patterns = {
        "negative": "−{number}", "percent": "{number}\u00a0%", "money": "{currency}\u00a0{number}",
        "interval": "{estimate} ({low} to {high})",
    }  # fmt: skip
    said: dict[str, str | bool] = {name: number_pattern(pattern) for name, pattern in patterns.items()}
    language = spoken()
    signs: dict[str, str | bool] = {
        "digits": language.number(DIGITS),
        "group": language.number(GROUP),
        "decimal": language.number(DECIMAL),
    }
    rest: dict[str, str | bool] = {"list": say_as("list", "; "), "from_right": language.is_right_to_left}
    return said | signs | rest


def panel_notes(value: Projection) -> tuple[str, ...]:
    """Return what the panel obeys and does not change.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    tuple of str
        Sentences.
    """
    economics = value.economics
    found = [
        say(
            "Intervals are computed as the report's are. That of payback comes from draws that the page does not hold, "
            "so here it stands without one."
        ),
    ]
    if isinstance(economics.gross_margin, SegmentMargin):
        by = economics.gross_margin.by
        found.append(say("The margin goes by {by}: the field scales all of them alike.", by=by))
    elif isinstance(economics.gross_margin, tuple):
        found.append(say("The margin goes by month: the field scales all months alike."))
    timing = {
        "month_end": say("money counted at the end of the month"),
        "mid_month": say("money counted in the middle of the month"),
        "month_start": say("money counted at the start of the month"),
    }
    fixed = [timing[economics.discount_timing]]
    if economics.ramp_up_months > 1:
        fixed.append(say("customers moved over {months}", months=count_months(economics.ramp_up_months)))
    if economics.effect_months is not None:
        fixed.append(say("an effect that lasts {months}", months=count_months(economics.effect_months)))
    if economics.programme_months is not None:
        fixed.append(say("a monthly cost that runs {months}", months=count_months(economics.programme_months)))
    cashable = format_share(economics.cashable_share, trim=True)
    fixed.append(say("{share} of lower cost to serve that becomes cash", share=cashable))
    found.append(say("Kept as the report has it: {list}.", list=say_list(fixed)))
    return tuple(found)
