"""The page's background: data quality, assumptions, sources, how to repeat it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from cxvalue.report.numbers import NOTHING, format_count, format_number
from cxvalue.report.page.table import PageTable, page_table
from cxvalue.report.plain_values import records
from cxvalue.report.study_results import StudyResults
from cxvalue.report.tables import finding_row

LEVEL_NAMES: Final = {
    "error": "error", "warning": "warning", "excluded": "left out", "repaired": "repaired", "note": "note", "ok": "ok",
}  # fmt: skip


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
        count = row["note"] or (format_count(row["n"]) if finding.n_rows else NOTHING)
        amount = NOTHING if row["amount"] is None else f"{format_number(row['amount'])} ({row['amount_unit']})"
        rows.append((LEVEL_NAMES[finding.level], row["rule"], row["reason"], row["action"], count, amount))
    found = [row for finding, row in zip(findings, rows, strict=True) if finding.level != "ok"]
    head = ("level", "rule", "what was found", "what was done", "rows", "their sum")
    return (
        page_table("Rules that found something", head, found, n_text=4),
        page_table("All rules", head, rows, n_text=4),
    )


def assumptions_section(table: pd.DataFrame) -> PageTable:
    """Return the assumptions.

    Parameters
    ----------
    table : pandas.DataFrame
        The report's table of that name.

    Returns
    -------
    PageTable
        A row an assumption.
    """
    rows = []
    for row in records(table, table.columns):
        told = "; ".join(str(row[key]) for key in ("source", "owner", "date", "note") if row[key] is not None)
        rows.append((row["name"], row["unit"], told, plain_number(row["value"]), plain_range(row)))
    head = ("assumption", "unit", "source", "value", "range")
    return page_table("What was put in, not measured", head, rows, n_text=3, file="assumptions")


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
    return f"{plain_number(row['low'])} to {plain_number(row['high'])} ({row['distribution']})"


def plain_number(value: float) -> str:
    """Return an assumption's value as it was given.

    Parameters
    ----------
    value : float
        The value.

    Returns
    -------
    str
        Without trailing zeros.

    Examples
    --------
    >>> plain_number(0.05), plain_number(2000.0)
    ('0.05', '2,000')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6f}".rstrip("0")


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
    rows = [(source.table, ", ".join(source.files) or "in memory", source.sha256) for source in results.sources]
    return page_table("Sources", ("table", "files", "SHA-256 of the content"), rows, n_text=3)


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
