"""The page's section on what the cash flow comes to."""

from __future__ import annotations

from typing import Final

from cxvalue.report.chance import format_chance
from cxvalue.report.languages.say import digits, mark, say
from cxvalue.report.numbers import format_interval, with_ends
from cxvalue.report.page.table import PageTable, page_table
from cxvalue.report.study_results import StudyResults
from cxvalue.report.wording import count_months
from cxvalue.value.appraise import Payback

APPRAISED: Final = {
    "npv": mark("net present value"),
    "npv_cash": mark("of this, cash"),
    "prob_npv_positive": mark("chance that it is above 0 (estimation alone)"),
    "break_even_cost": mark("most that the programme may cost, discounted"),
    "most_per_moved": mark("most that one may pay per moved customer"),
    "roi": mark("return on the programme's cost"),
    "benefit_cost_ratio": mark("benefit–cost ratio"),
    "irr_annual": mark("internal rate of return a year"),
    "payback": mark("paid back"),
    "payback_discounted": mark("paid back, discounted"),
    "break_even_share": mark("share that must move to break even"),
}
SHARES: Final = frozenset({"prob_npv_positive", "roi", "irr_annual", "break_even_share"})
MONEY: Final = frozenset({"npv", "npv_cash", "break_even_cost", "most_per_moved"})


def appraisal_section(results: StudyResults) -> PageTable:
    """Return what the cash flow comes to.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    PageTable
        A row a figure; what needs a programme cost is left out without one.
    """
    value, rows = results.value, []
    if value.economics.optimism_adjustment:
        taken = format_interval(value.optimism_adjustment, currency=value.currency)
        rows.append((say("taken off for optimism"), taken))
    for name, words in APPRAISED.items():
        found = getattr(value.appraisal, name)
        if found is None:
            continue
        if isinstance(found, Payback):
            text = payback_text(found, value.months)
        elif isinstance(found, float):
            text = format_chance(found)
        elif name in MONEY:
            text = format_interval(found, currency=value.currency)
        else:
            text = format_interval(found, unit="share" if name in SHARES else "")
        rows.append((say(words), text))
    return page_table(
        say("What the cash flow comes to"), (say("figure"), say("with its interval")), rows, file="appraisal"
    )


def payback_text(found: Payback, months: int) -> str:
    """Return when a programme pays back, in words.

    Parameters
    ----------
    found : Payback
        The month.
    months : int
        Months valued.

    Returns
    -------
    str
        Such as ``month 11 (10 to 13)``.
    """
    when = payback_month(found, months)
    return say(
        "{when}; within {months} in {share} of the draws", when=when, months=count_months(months),
        share=format_chance(found.prob_within),
    )  # fmt: skip


def payback_month(found: Payback, months: int) -> str:
    """Return the month in which a programme pays back, with its interval.

    Parameters
    ----------
    found : Payback
        The month.
    months : int
        Months valued.

    Returns
    -------
    str
        Such as ``month 11 (10 to 13)``.
    """
    low, high = (say("never") if end is None else digits(end) for end in (found.ci_low, found.ci_high))
    within = say("not within {months}", months=count_months(months))
    return with_ends(within if found.month is None else say("month {month}", month=found.month), low, high)
