"""The page's sections on what finance asks beside the headline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.languages.language import spoken
from cxvalue.report.languages.say import mark, say, say_count, say_list
from cxvalue.report.languages.told import told, told_plain
from cxvalue.report.numbers import (
    NOTHING,
    format_count,
    format_money,
    format_month,
    format_number,
    format_share,
    from_to,
    with_ends,
)
from cxvalue.report.page.sections import rows_of
from cxvalue.report.page.table import PageTable, page_table, row_interval
from cxvalue.report.page.top import as_sentence
from cxvalue.report.study_results import StudyResults
from cxvalue.value.vary.cases import Cases

FIGURES: Final = {
    "gap": mark("gap, months 1 to 6"),
    "gap_as_of": mark("gap, on the trend"),
    "gap_per_year": mark("change of the gap a year"),
    "gap_share_per_year": mark("the same as a share of that gap"),
    "value_headline": mark("value, all cohorts (the headline)"),
    "value_as_of": mark("value, on the trend"),
    "value_goes_on": mark("value if the change goes on"),
    "value_damped": mark("value if it fades out"),
    "value_stops": mark("value if it stops"),
    "once": mark("moved once (the headline)"),
    "kept_adds": mark("what keeping them adds"),
    "sustained": mark("moved and kept"),
}
LEAST_SHARE: Final = 0.0005
"""A smaller share of the variance is shown as 0 %."""
Row = tuple[str, ...]


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
    minimum, currency, as_of = results.disclosure_min, results.currency, results.episodes.as_of
    sustained, outlook = found.sustained, found.outlook
    ranged = any(case.values for case in found.sensitivity.cases.cases)
    doubts = () if isinstance(sustained, NotEstimable) else sustained.warnings
    ahead = () if isinstance(outlook, NotEstimable) else outlook.warnings
    return {
        "moves": moves_table(tables["moves"], currency, as_of),
        "points": sentences(found.points.summary()),
        "sustained": None if isinstance(sustained, NotEstimable) else figures_table(tables["sustained"], "sustained"),
        "sustained_reason": told_reason(sustained, minimum) if isinstance(sustained, NotEstimable) else "",
        "sustained_notes": tuple(told(as_sentence(hide_in_text(text, minimum))) for text in doubts),
        "outlook": None if isinstance(outlook, NotEstimable) else outlook_table(tables["outlook"], currency, as_of),
        "outlook_reason": told_reason(outlook, minimum) if isinstance(outlook, NotEstimable) else "",
        "outlook_notes": tuple(told(as_sentence(hide_in_text(text, minimum))) for text in ahead),
        "tornado": tornado_table(tables["sensitivity"], currency),
        "cases": cases_table(tables["cases"], found.sensitivity.cases, currency),
        # Without a range nothing but the estimation varies, and its share says nothing.
        "chances": sentences(found.sensitivity.probabilistic.summary())[: None if ranged else 1],
        "sensitivity_notes": tuple(told(as_sentence(text)) for text in found.sensitivity.warnings),
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
    return tuple(told(line.strip()) for line in text.splitlines() if line.strip())


def told_reason(reason: NotEstimable, minimum: int) -> str:
    """Return why something cannot be estimated, as the start of a sentence.

    Parameters
    ----------
    reason : NotEstimable
        The reason.
    minimum : int
        Smallest number that may be named.

    Returns
    -------
    str
        The text.
    """
    text = hide_in_text(str(reason), minimum)
    return text.capitalize() if spoken().is_english else told(text)


def moves_table(table: pd.DataFrame, currency: str, as_of: str) -> PageTable:
    """Return every move between bands.

    Parameters
    ----------
    table : pandas.DataFrame
        The table ``moves``.
    currency : str
        Of money.
    as_of : str
        Month that the value refers to.

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
        reason = told(row["reason"])
        rows.append((told(row["move"]), each, counted(heads), row_interval(percent, currency=currency), reason))
    head: Row = (
        say("move"),
        say("{currency} per customer", currency=currency),
        say("customers in the band in {month}", month=format_month(as_of)),
        say("{currency} for 1 % of them", currency=currency),
        say("note"),
    )
    head, rows = without_empty_notes(head, rows)
    return page_table(say("Every move between bands, and preventing the reverse"), head, rows, file="moves")


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
    return with_ends(estimate, low, high)


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


def years_ahead(years: int | None, as_of: str) -> str:
    """Return how far ahead a figure lies, in words.

    Parameters
    ----------
    years : int or None
        Years.
    as_of : str
        Month from which they are counted.

    Returns
    -------
    str
        Empty where it does not lie ahead.
    """
    if years is None:
        return ""
    return format_month(as_of) if years == 0 else say_count("{n} year ahead", "{n} years ahead", years)


def figure_name(name: str) -> str:
    """Return a figure's name for readers.

    Parameters
    ----------
    name : str
        As in the tables.

    Returns
    -------
    str
        The name.
    """
    return say(FIGURES[name]) if name in FIGURES else told_plain(spaced(name))


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
        rows.append((figure_name(row["figure"]), shown, told(row["unit"])))
    return page_table(say("A sustained shift"), (say("figure"), say("estimate"), say("unit")), rows, file=file)


def outlook_table(table: pd.DataFrame, currency: str, as_of: str) -> PageTable:
    """Return how the link changes, and the value if that goes on.

    Parameters
    ----------
    table : pandas.DataFrame
        The table ``outlook``.
    currency : str
        Of money.
    as_of : str
        Month that the value refers to.

    Returns
    -------
    PageTable
        A row a cohort, the trend, and a row a future.
    """
    rows: list[Row] = []
    for row in rows_of(table):
        when = told_plain(row["cohort"]) if row["cohort"] else years_ahead(row["years_ahead"], as_of)
        is_share = row["unit"].startswith("share")
        shown = row_interval(row, unit="share") if is_share else row_interval(row, currency=currency)
        rows.append((figure_name(row["figure"]), when, shown, told(row["reason"])))
    head: Row = (say("figure"), say("when"), say("{currency} per customer, or share", currency=currency), say("note"))
    head, rows = without_empty_notes(head, rows)
    return page_table(
        say("Whether the link changes, and the value if that goes on"), head, rows, n_text=2, file="outlook"
    )


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
        ends = NOTHING if row["low"] is None else from_to(format_number(row["low"]), format_number(row["high"]))
        part = row["share_of_variance"]
        share = NOTHING if part is None else format_share(part if abs(part) >= LEAST_SHARE else 0.0, trim=True)
        rows.append((
            told(spaced(row["assumption"])), told(row["range"]) or NOTHING, ends,
            NOTHING if row["npv_low"] is None else format_money(row["npv_low"], currency),
            NOTHING if row["npv_high"] is None else format_money(row["npv_high"], currency), share,
        ))  # fmt: skip
    head = (
        say("assumption"),
        say("range"),
        say("low to high"),
        say("NPV at low"),
        say("NPV at high"),
        say("share of the variance"),
    )
    return page_table(say("One assumption at a time"), head, rows, n_text=2, file="sensitivity")


def cases_table(table: pd.DataFrame, cases: Cases, currency: str) -> PageTable | None:
    """Return the low, base and high case, with the assumptions that each takes.

    Parameters
    ----------
    table : pandas.DataFrame
        The table ``cases``.
    cases : Cases
        What each case takes.
    currency : str
        Of money.

    Returns
    -------
    PageTable or None
        Three rows; None where no assumption has a range, so that the cases are the same.
    """
    taken = {case.name: case.values for case in cases.cases}
    if not any(taken.values()):
        return None
    rows = [
        (
            told(row["case"]), assumed(taken[row["case"]]), format_money(row["npv"], currency),
            format_money(row["npv_cash"], currency), NOTHING if row["roi"] is None else format_share(row["roi"]),
            NOTHING if row["payback_months"] is None else say("month {month}", month=row["payback_months"]),
        )
        for row in rows_of(table)
    ]  # fmt: skip
    head = (say("case"), say("with"), say("NPV"), say("of this, cash"), say("return"), say("paid back"))
    return page_table(
        say("All assumptions at their unfavourable or favourable end"), head, rows, n_text=2, file="cases"
    )


def assumed(values: Iterable[tuple[str, float]]) -> str:
    """Return the assumptions of a case.

    Parameters
    ----------
    values : iterable of tuple of str and float
        Name and value.

    Returns
    -------
    str
        Such as ``gross margin 0.54; share 0.04``.
    """
    return say_list(
        say("{name} {value}", name=told(spaced(name)), value=format_number(value)) for name, value in values
    )
