"""The page's background: data quality, assumptions, sources, how to repeat it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from cxvalue.report.languages.say import mark, say, say_as, say_list
from cxvalue.report.languages.told import told, told_plain
from cxvalue.report.numbers import NOTHING, format_count, format_number, from_to, plain_number
from cxvalue.report.page.table import PageTable, page_table
from cxvalue.report.plain_values import records
from cxvalue.report.study_results import StudyResults
from cxvalue.report.tables import finding_row

DEFAULT: Final = "default"
"""The source of an assumption that nobody gave."""
LEVEL_NAMES: Final = {
    "error": mark("error"),
    "warning": mark("warning"),
    "excluded": mark("left out"),
    "repaired": mark("repaired"),
    "note": mark("note"),
    "ok": mark("ok"),
}


def checks_tables(results: StudyResults) -> tuple[PageTable, PageTable]:
    """Return what check found: the rules that found something, and all of them.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    tuple of PageTable
        The worst first.
    """
    order = list(LEVEL_NAMES)
    findings = sorted(results.check.findings, key=lambda finding: order.index(finding.level))
    rows = []
    for finding in findings:
        row = finding_row(finding, results)
        count = told(row["note"]) if row["note"] else (format_count(row["n"]) if finding.n_rows else NOTHING)
        amount = NOTHING if row["amount"] is None else amount_text(row["amount"], row["amount_unit"])
        found_text, done = told(row["reason"]), told(row["action"])
        rows.append((say(LEVEL_NAMES[finding.level]), row["rule"], found_text, done, count, amount))
    found = [row for finding, row in zip(findings, rows, strict=True) if finding.level != "ok"]
    head = (say("level"), say("rule"), say("what was found"), say("what was done"), say("rows"), say("their sum"))
    return (
        page_table(say("Rules that found something"), head, found, n_text=4),
        page_table(say("All rules"), head, rows, n_text=4),
    )


def amount_text(amount: float, unit: str) -> str:
    """Return what the rows of a rule come to.

    Parameters
    ----------
    amount : float
        Their sum.
    unit : str
        Its unit.

    Returns
    -------
    str
        Such as ``1,234 (EUR)``.
    """
    return say("{amount} ({unit})", amount=format_number(amount), unit=told_plain(unit))


@dataclass(frozen=True, slots=True)
class Assumed:
    """The assumptions of a study.

    Parameters
    ----------
    given : PageTable
        Those that somebody gave.
    default : PageTable
        Those that stand at the library's default.
    """

    given: PageTable
    default: PageTable


def assumptions_section(table: pd.DataFrame) -> Assumed:
    """Return the assumptions.

    Parameters
    ----------
    table : pandas.DataFrame
        The report's table of that name.

    Returns
    -------
    Assumed
        A row an assumption.
    """
    given: list[tuple[str, ...]] = []
    default: list[tuple[str, ...]] = []
    for row in records(table, table.columns):
        origin = say_list(
            told_plain(str(row[key])) for key in ("source", "owner", "date", "note") if row[key] is not None
        )
        rows = default if row["source"] == DEFAULT else given
        rows.append((row["name"], told(row["unit"]), origin, plain_number(row["value"]), plain_range(row)))
    head = (say("assumption"), say("unit"), say("source"), say_as("assumption", "value"), say("range"))
    return Assumed(
        page_table(say("What was put in, not measured"), head, given, n_text=3, file="assumptions"),
        page_table(say("Left at their default"), head, default, n_text=3),
    )


def plain_range(row: Mapping[str, Any]) -> str:
    """Return an assumption's range as it was given.

    Parameters
    ----------
    row : mapping
        Keys low, high and distribution.

    Returns
    -------
    str
        A dash where there is none.

    Examples
    --------
    >>> plain_range({"low": 0.5, "high": 0.7, "distribution": "pert"})
    '0.5 to 0.7 (pert)'
    """
    if row["low"] is None:
        return NOTHING
    ends = from_to(plain_number(row["low"]), plain_number(row["high"]))
    return say("{range} ({distribution})", range=ends, distribution=told_plain(row["distribution"]))


def sources_section(results: StudyResults) -> PageTable:
    """Return where the tables came from.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    PageTable
        A row a table.
    """
    rows = [(source.table, ", ".join(source.files) or say("in memory"), source.sha256) for source in results.sources]
    return page_table(say("Sources"), (say("table"), say("files"), say("SHA-256 of the content")), rows, n_text=3)


def settings_text(results: StudyResults) -> str:
    """Return all settings as text.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        JSON.
    """
    return json.dumps(dict(results.settings), indent=2, ensure_ascii=False)
