"""The wording of the what-if panel: sentences with places that its script fills."""

from __future__ import annotations

from typing import Final

from cxvalue.report.numbers import format_share
from cxvalue.report.wording import level
from cxvalue.value import Projection
from cxvalue.value.economics import SegmentMargin
from cxvalue.value.project import count_months

HELD: Final = (
    "An interval is missing here: with some customers left out the gross value, or the saved cost to serve, may be a "
    "gain or a loss, and from what the page holds it cannot be told which."
)
"""What stands below figures whose interval cannot be given."""


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
    return {
        "same": "These are the report's own settings and figures.",
        "other": "These are not the figures of the report. Changed: {changes}.",
        "change": "{label} {from} → {to}",
        "waits": "No figures: {problems}",
        "between": "{label} must be from {low} to {high}.",
        "above": "{label} must be above {low} and up to {high}.",
        "whole": "{label} must be a whole number from {low} to {high}.",
        "at_least": "{label} must be {low} or more.",
        "result": f"Net present value {{npv}}, with the {level(value.confidence)} interval in brackets.",
        "interval": "{estimate} ({low} to {high})",
        "month": "month {month}",
        "never": "not within {months} months",
        "no_cost": "no programme cost",
        "cash_chart": (
            "Cumulative net cash flow by month: {start} at the start, {end} after {months} months; discounted "
            "{end_pv}. The table below has every month."
        ),
        "lever_chart": "Value per moved customer by lever, with intervals: {levers}.",
        "lever": "{label} {figure}",
        "months_axis": "months after the start",
        "differs": "The panel is switched off: in this browser it does not arrive at the figures of the report.",
    }  # fmt: skip


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
        "Intervals of money are computed as the report's are. Those of the return, of payback and of the share to "
        "break even come from draws that the page does not hold, so here these stand without one.",
    ]
    if isinstance(economics.gross_margin, SegmentMargin):
        found.append(f"The margin goes by {economics.gross_margin.by}: the field scales all of them alike.")
    elif isinstance(economics.gross_margin, tuple):
        found.append("The margin goes by month: the field scales all months alike.")
    timing = {"month_end": "at the end", "mid_month": "in the middle", "month_start": "at the start"}
    fixed = [f"money counted {timing[economics.discount_timing]} of the month"]
    if economics.ramp_up_months > 1:
        fixed.append(f"customers moved over {count_months(economics.ramp_up_months)}")
    if economics.effect_months is not None:
        fixed.append(f"an effect that lasts {count_months(economics.effect_months)}")
    if economics.programme_months is not None:
        fixed.append(f"a monthly cost that runs {count_months(economics.programme_months)}")
    fixed.append(f"{format_share(economics.cashable_share, trim=True)} of lower cost to serve that becomes cash")
    found.append(f"Kept as the report has it: {'; '.join(fixed)}.")
    return tuple(found)
