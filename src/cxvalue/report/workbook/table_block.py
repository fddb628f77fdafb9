"""A table of the run as a block of cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from cxvalue.report.workbook.run_tables import RUN_TABLES
from cxvalue.report.workbook.sheet import TOP_ROWS, Printing, Sheet
from cxvalue.report.workbook.styles import Kind

HEADINGS: Final = {"ci_low": "low", "ci_high": "high", "se": "standard error", "npv": "net present value"}
SHARES: Final = re.compile(r"share|shrinkage|^prob|_share$|tolerance$|^roi$")
COUNTS: Final = re.compile(r"customers|episodes|^n_|^n$|months|_n$|answers|years")
MONEY: Final = re.compile(r"^npv|^swing|^gross|^per_|^value_|^counted|^ledger|^read|^left_out|^difference$")
LONG: Final = frozenset({"reason", "note", "notes", "range", "what"})
LONG_WIDTH, LEAST_WIDTH, MOST_WIDTH = 50.0, 11.0, 30.0
PAGE_WIDTH: Final = 230.0
"""Characters that a page holds at a size that can be read."""
LARGE: Final = 1000.0


def write_tables(sheet: Sheet, row: int, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Write tables below one another.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where the first begins, from 0.
    tables : mapping of str to pandas.DataFrame
        By name.

    Returns
    -------
    dict of str to int
        Row of the first line of each; under ``end`` the row after the last.
    """
    starts: dict[str, int] = {}
    for name, table in tables.items():
        told = RUN_TABLES[name]
        sheet.section(row, f"{told.title}: values of the run, not live", columns=width_of(tables))
        sheet.text(row + 1, 0, told.note, "subtitle")
        starts[name] = row + 3
        row = write_table(sheet, row + 2, table, places(table, tables)) + 1
    return starts | {"end": row}


def width_of(tables: Mapping[str, pd.DataFrame]) -> int:
    """Return the columns that tables below one another take.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By name.

    Returns
    -------
    int
        Number of columns.
    """
    return max((1 + max(places(table, tables).values()) for table in tables.values()), default=1)


def places(table: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Return the column of the sheet in which each column of a table stands.

    Parameters
    ----------
    table : pandas.DataFrame
        The table.
    tables : mapping of str to pandas.DataFrame
        All tables of the sheet.

    Returns
    -------
    dict of str to int
        Long text stands to the right of everything else, so that it does not widen a column of numbers.
    """
    names = [str(name) for name in table.columns]
    short = [name for name in names if name not in LONG]
    first = max(sum(str(name) not in LONG for name in each.columns) for each in tables.values())
    found = {name: at for at, name in enumerate(short)}
    return found | {name: first + at for at, name in enumerate(name for name in names if name in LONG)}


def write_table(sheet: Sheet, row: int, table: pd.DataFrame, columns: Mapping[str, int]) -> int:
    """Write a table.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where its head stands, from 0.
    table : pandas.DataFrame
        The table; what is missing stays empty.
    columns : mapping of str to int
        Where each of its columns stands.

    Returns
    -------
    int
        The row after it.
    """
    titles = {column: heading(name) for name, column in columns.items()}
    sheet.head(row, tuple(titles.get(column, "") for column in range(1 + max(titles))), height=42.0)
    units = table["unit"].astype(str).tolist() if "unit" in columns else [""] * len(table)
    for name, column in columns.items():
        values = [plain(value) for value in table[name].tolist()]
        scale = max((abs(v) for v in values if isinstance(v, int | float) and v == v), default=0.0)
        for offset, (value, unit) in enumerate(zip(values, units, strict=True), start=1):
            if name in LONG and isinstance(value, str):
                sheet.text(row + offset, column, value, "note")
            else:
                sheet.value(row + offset, column, value, "run", kind_of(name, unit, scale))
    return row + 1 + len(table)


def heading(name: str) -> str:
    """Return the title of a column.

    Parameters
    ----------
    name : str
        As in the report's tables.

    Returns
    -------
    str
        For readers.

    Examples
    --------
    >>> heading("gross_ci_low"), heading("per_customer")
    ('gross low', 'per customer')
    """
    for ending, words in HEADINGS.items():
        if name == ending or name.endswith(f"_{ending}"):
            name = name.removesuffix(ending) + words
            break
    return name.replace("_", " ")


def plain(value: object) -> object:
    """Return a cell of a table as a plain value.

    Parameters
    ----------
    value : object
        The cell.

    Returns
    -------
    object
        None for what is missing.
    """
    return None if value is pd.NA or value is pd.NaT else value


def kind_of(name: str, unit: str, scale: float) -> Kind:
    """Return how the numbers of a cell are written.

    Parameters
    ----------
    name : str
        Of the column.
    unit : str
        Of the row; empty without a column of units.
    scale : float
        Largest number of the column.

    Returns
    -------
    str
        The kind.
    """
    if MONEY.search(name) and not name.endswith("_share"):
        return "money" if scale >= LARGE else "amount"
    if SHARES.search(name):
        return "share"
    if COUNTS.search(name):
        return "whole"
    if unit.startswith("share"):
        return "share"
    return "money" if scale >= LARGE else "amount"


def fit_widths(sheet: Sheet, tables: Mapping[str, pd.DataFrame], *, least: Sequence[float] = (30.0,)) -> int:
    """Set the widths of columns to what their tables hold.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    tables : mapping of str to pandas.DataFrame
        By name.
    least : sequence of float
        Least widths of the first columns.

    Returns
    -------
    int
        Columns used.
    """
    widths = dict(enumerate(least))
    for table in tables.values():
        for name, column in places(table, tables).items():
            texts = [str(value) for value in table[name].tolist() if isinstance(value, str)]
            longest = max([len(text) for text in texts] + [2 + max(len(word) for word in heading(name).split())])
            most = LONG_WIDTH if name in LONG else MOST_WIDTH
            widths[column] = max(widths.get(column, LEAST_WIDTH), min(1.1 * longest, most))
    for column, width in widths.items():
        sheet.width(column, width)
    return width_of(tables)


def write_table_sheet(sheet: Sheet, title: str, tables: Mapping[str, pd.DataFrame]) -> Printing:
    """Write a sheet that holds nothing but tables of the run.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    title : str
        What it holds.
    tables : mapping of str to pandas.DataFrame
        By name.

    Returns
    -------
    Printing
        How it prints.
    """
    sheet.top(sheet.name, f"{title}. Not live.")
    columns = fit_widths(sheet, tables)
    write_tables(sheet, TOP_ROWS, tables)
    sheet.inner.freeze_panes(TOP_ROWS - 1, 1)
    return Printing(columns, pages_wide(sheet, columns), repeat_columns=1)


def pages_wide(sheet: Sheet, columns: int) -> int:
    """Return the pages over which a sheet is spread so that it can be read.

    Parameters
    ----------
    sheet : Sheet
        The sheet, its widths set.
    columns : int
        Columns that print.

    Returns
    -------
    int
        1 or more.
    """
    return 1 + int(sheet.printed_width(columns) // PAGE_WIDTH)
