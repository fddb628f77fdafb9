"""The page's sections on what finance asks beside the headline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.numbers import NOTHING, format_count, format_interval, format_money, format_number, format_share
from cxvalue.report.page.sections import rows_of
from cxvalue.report.page.table import PageTable, page_table, row_interval
from cxvalue.report.study_results import StudyResults
from cxvalue.value.appraise import Payback

APPRAISED: Final = {
    "npv": "net present value",
    "npv_cash": "of this, cash",
    "prob_npv_positive": "chance that it is above 0 (estimation alone)",
    "break_even_cost": "most that the programme may cost, discounted",
    "most_per_moved": "most that one may pay per moved customer",
    "roi": "return on the programme's cost",
    "benefit_cost_ratio": "benefit–cost ratio",
    "irr_annual": "internal rate of return a year",
    "payback": "paid back",
    "payback_discounted": "paid back, discounted",
    "break_even_share": "share that must move to break even",
}
FIGURES: Final = {
    "gap": "gap, months 1 to 6",
    "gap_as_of": "gap now, on the trend",
    "gap_per_year": "change of the gap a year",
    "gap_share_per_year": "the same as a share of the gap now",
    "value_headline": "value, all cohorts (the headline)",
    "value_as_of": "value now, on the trend",
    "value_goes_on": "value if the change goes on",
    "value_damped": "value if it fades out",
    "value_stops": "value if it stops",
    "once": "moved once (the headline)",
    "kept_adds": "what keeping them adds",
    "sustained": "moved and kept",
}
LEAST_SHARE: Final = 0.0005
"""A smaller share of the variance is shown as 0 %."""
Row = tuple[str, ...]
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
        rows.append(("taken off for optimism", taken))
    for name, words in APPRAISED.items():
        found = getattr(value.appraisal, name)
        if found is None:
            continue
        if isinstance(found, Payback):
            text = payback_text(found, value.months)
        elif isinstance(found, float):
            text = format_share(found)
        elif name in MONEY:
            text = format_interval(found, currency=value.currency)
        else:
            text = format_interval(found, unit="share" if name in SHARES else "")
        rows.append((words, text))
    return page_table("What the cash flow comes to", ("figure", "with its interval"), rows, file="appraisal")


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
    ends = " to ".join("never" if end is None else str(end) for end in (found.ci_low, found.ci_high))
    when = f"not within {months} months" if found.month is None else f"month {found.month}"
    return f"{when} ({ends}); within {months} months in {format_share(found.prob_within)} of the draws"


def finance_sections(results: StudyResults, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the sections on moves, points, a sustained shift, the outlook and sensitivity.

    Parameters
    ----------
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    dict
        By the names that the template uses; empty when the valuation was not asked for.
    """
    found = results.valuation
    if found is None:
        return {}
    minimum, currency = results.disclosure_min, results.currency
    sustained, outlook = found.sustained, found.outlook
    doubts = () if isinstance(sustained, NotEstimable) else sustained.warnings
    ahead = () if isinstance(outlook, NotEstimable) else outlook.warnings
    return {
        "moves": moves_table(tables["moves"], currency),
        "points": sentences(found.points.summary()),
        "sustained": None if isinstance(sustained, NotEstimable) else figures_table(tables["sustained"], "sustained"),
        "sustained_reason": hide_in_text(str(sustained), minimum) if isinstance(sustained, NotEstimable) else "",
        "sustained_notes": tuple(hide_in_text(text, minimum) for text in doubts),
        "outlook": None if isinstance(outlook, NotEstimable) else outlook_table(tables["outlook"], currency),
        "outlook_reason": hide_in_text(str(outlook), minimum) if isinstance(outlook, NotEstimable) else "",
        "outlook_notes": tuple(hide_in_text(text, minimum) for text in ahead),
        "tornado": tornado_table(tables["sensitivity"], currency),
        "cases": cases_table(tables["cases"], currency),
        "chances": sentences(found.sensitivity.probabilistic.summary()),
        "sensitivity_notes": found.sensitivity.warnings,
    }


def sentences(text: str) -> tuple[str, ...]:
    """Return the lines of a summary.

    Parameters
    ----------
    text : str
        Plain text.

    Returns
    -------
    tuple of str
        Without the spaces around them.
    """
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def moves_table(table: pd.DataFrame, currency: str) -> PageTable:
    """Return every move between bands.

    Parameters
    ----------
    table : pandas.DataFrame
        The table ``moves``.
    currency : str
        Of money.

    Returns
    -------
    PageTable
        A row a move.
    """
    rows: list[Row] = []
    for row in rows_of(table):
        heads = {name: row[f"customers_in_band{end}"] for name, end in ENDS.items()}
        percent = {name: row[f"per_percent{end}"] for name, end in ENDS.items()}
        each = row_interval(row, currency=currency, estimate="per_customer")
        rows.append((row["move"], each, counted(heads), row_interval(percent, currency=currency), row["reason"]))
    head: Row = ("move", f"{currency} per customer", "customers now in the band", f"{currency} for 1 % of them", "note")
    head, rows = without_empty_notes(head, rows)
    return page_table("Every move between bands, and preventing the reverse", head, rows, file="moves")


ENDS: Final = {"estimate": "", "ci_low": "_ci_low", "ci_high": "_ci_high"}


def counted(heads: Mapping[str, float | None]) -> str:
    """Return a head count with its interval.

    Parameters
    ----------
    heads : mapping of str to float
        Keys estimate, ci_low, ci_high.

    Returns
    -------
    str
        Whole customers.
    """
    if heads["estimate"] is None:
        return NOTHING
    estimate, low, high = (format_count(heads[name]) for name in ENDS)
    return f"{estimate} ({low} to {high})"


def without_empty_notes(head: Row, rows: list[Row]) -> tuple[Row, list[Row]]:
    """Return a table without its last column where that is empty throughout.

    Parameters
    ----------
    head : tuple of str
        Names of the columns.
    rows : list of tuple of str
        Cells.

    Returns
    -------
    tuple of tuple of str and list of tuple of str
        Head and rows.
    """
    if any(row[-1] for row in rows):
        return head, rows
    return head[:-1], [row[:-1] for row in rows]


def years_ahead(years: int | None) -> str:
    """Return how far ahead a figure lies, in words.

    Parameters
    ----------
    years : int or None
        Years.

    Returns
    -------
    str
        Empty where it does not lie ahead.
    """
    if years is None:
        return ""
    return "now" if years == 0 else f"{years} year{'s' if years > 1 else ''} ahead"


def spaced(name: str) -> str:
    """Return a name as words.

    Parameters
    ----------
    name : str
        With underscores.

    Returns
    -------
    str
        With spaces.
    """
    return name.replace("_", " ")


def figures_table(table: pd.DataFrame, file: str) -> PageTable:
    """Return figures with their units.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns figure, unit, estimate and interval.
    file : str
        The table of the report that holds the same.

    Returns
    -------
    PageTable
        A row a figure.
    """
    rows = []
    for row in rows_of(table):
        is_share = row["unit"] == "share"
        shown = row_interval(row, unit="share" if is_share else "")
        rows.append((FIGURES.get(row["figure"], spaced(row["figure"])), shown, row["unit"]))
    return page_table("A sustained shift", ("figure", "estimate", "unit"), rows, file=file)


def outlook_table(table: pd.DataFrame, currency: str) -> PageTable:
    """Return how the link changes, and the value if that goes on.

    Parameters
    ----------
    table : pandas.DataFrame
        The table ``outlook``.
    currency : str
        Of money.

    Returns
    -------
    PageTable
        A row a cohort, the trend, and a row a future.
    """
    rows: list[Row] = []
    for row in rows_of(table):
        when = row["cohort"] or years_ahead(row["years_ahead"])
        is_share = row["unit"].startswith("share")
        shown = row_interval(row, unit="share") if is_share else row_interval(row, currency=currency)
        rows.append((FIGURES.get(row["figure"], spaced(row["figure"])), when, shown, row["reason"]))
    head: Row = ("figure", "when", f"{currency} per customer, or share", "note")
    head, rows = without_empty_notes(head, rows)
    return page_table("Whether the link changes, and the value if that goes on", head, rows, n_text=2, file="outlook")


def tornado_table(table: pd.DataFrame, currency: str) -> PageTable:
    """Return the net present value at the ends of each assumption.

    Parameters
    ----------
    table : pandas.DataFrame
        The table ``sensitivity``.
    currency : str
        Of money.

    Returns
    -------
    PageTable
        The widest swing first.
    """
    rows = []
    for row in rows_of(table):
        ends = f"{format_number(row['low'])} to {format_number(row['high'])}"
        part = row["share_of_variance"]
        share = NOTHING if part is None else format_share(part if abs(part) >= LEAST_SHARE else 0.0, trim=True)
        rows.append((
            spaced(row["assumption"]), row["range"] or NOTHING, NOTHING if row["low"] is None else ends,
            NOTHING if row["npv_low"] is None else format_money(row["npv_low"], currency),
            NOTHING if row["npv_high"] is None else format_money(row["npv_high"], currency), share,
        ))  # fmt: skip
    head = ("assumption", "range", "low to high", "NPV at low", "NPV at high", "share of the variance")
    return page_table("One assumption at a time", head, rows, n_text=2, file="sensitivity")


def cases_table(table: pd.DataFrame, currency: str) -> PageTable:
    """Return the low, base and high case.

    Parameters
    ----------
    table : pandas.DataFrame
        The table ``cases``.
    currency : str
        Of money.

    Returns
    -------
    PageTable
        Three rows.
    """
    rows = [
        (
            row["case"], format_money(row["npv"], currency), format_money(row["npv_cash"], currency),
            NOTHING if row["roi"] is None else format_share(row["roi"]),
            NOTHING if row["payback_months"] is None else f"month {row['payback_months']}",
        )
        for row in rows_of(table)
    ]  # fmt: skip
    head = ("case", "NPV", "of this, cash", "return", "paid back")
    return page_table("All assumptions at their unfavourable or favourable end", head, rows, file="cases")
