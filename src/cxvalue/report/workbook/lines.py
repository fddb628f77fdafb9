"""Lines: rows along the months, each one formula that is copied across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from cxvalue.link.columns import Floats
from cxvalue.report.workbook.sheet import Sheet
from cxvalue.report.workbook.styles import Kind

LABEL, UNIT, NOTE, TOTAL, MONTH_0 = range(5)
"""Columns of a sheet along the months; month k stands k columns to the right of month 0."""
NO_MONTHS: Final[Floats] = np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A row along the months.

    Parameters
    ----------
    key : str
        What formulas call it; empty for the title of a section.
    label, unit, note : str
        For readers; the note says how it is computed.
    values : ndarray of shape (K,) or (K + 1,)
        From month 1, or from month 0; empty for a row with nothing but a total.
    formula : str
        With ``{key}`` for the cell of another row in the same month, ``{key:all}`` for months 1…K, ``{key:from0}``
        for months 0…K, ``{key:early}`` for months 0…K − 1, ``{key:before}`` for the cell to the left, ``{key:so_far}``
        for months 0 to this one, ``{key:start}`` and ``{key:end}`` for months 0 and K. Without a formula the values
        are those of the run.
    kind : str
        How its numbers are written.
    sums : bool
        Whether the column of totals bears the sum of the months.
    total : str
        Another formula of the column of totals.
    total_value : float
        What that comes to.
    name : str
        Name given to the cell of the total.
    """

    key: str
    label: str
    unit: str = ""
    note: str = ""
    values: Floats = field(default_factory=lambda: NO_MONTHS)
    formula: str = ""
    kind: Kind = "cents"
    sums: bool = False
    total: str = ""
    total_value: float = 0.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A row along the months, as formulas write it.

    Parameters
    ----------
    prefix : str
        Name of its sheet with an exclamation mark; empty on the sheet itself.
    row : int
        From 1.
    column : int
        Where the formula stands, from 0.
    months : int
        Months of the sheet, K.
    """

    prefix: str
    row: int
    column: int
    months: int

    def __format__(self, spec: str) -> str:
        here = xl_col_to_name(self.column)
        start, first = xl_col_to_name(MONTH_0), xl_col_to_name(MONTH_0 + 1)
        last = xl_col_to_name(MONTH_0 + self.months)
        written = {
            "": f"{here}{self.row}",
            "all": f"${first}${self.row}:${last}${self.row}",
            "from0": f"${start}${self.row}:${last}${self.row}",
            "so_far": f"${start}{self.row}:{here}{self.row}",
            "before": f"{xl_col_to_name(max(self.column - 1, 0))}{self.row}",
            "early": f"${start}${self.row}:${xl_col_to_name(MONTH_0 + self.months - 1)}${self.row}",
            "start": f"${start}${self.row}",
            "end": f"${last}${self.row}",
        }
        return self.prefix + written[spec]


@dataclass(frozen=True, slots=True, eq=False)
class TimeRows:
    """The lines of a sheet along the months, each in its row.

    Parameters
    ----------
    sheet : str
        Name of the sheet.
    first : int
        Row of the first line, from 0.
    months : int
        Months, K.
    lines : tuple of Line
        From top to bottom.
    """

    sheet: str
    first: int
    months: int
    lines: tuple[Line, ...]

    def row(self, key: str) -> int:
        """Return the row of a line.

        Parameters
        ----------
        key : str
            Of the line.

        Returns
        -------
        int
            From 0.
        """
        return self.first + next(at for at, line in enumerate(self.lines) if line.key == key)

    def references(self, column: int = 0, *, host: str = "") -> dict[str, Reference]:
        """Return the lines as formulas in one column write them.

        Parameters
        ----------
        column : int
            Where the formula stands, from 0.
        host : str
            Name of the sheet on which it stands.

        Returns
        -------
        dict of str to Reference
            By key.
        """
        prefix = "" if host == self.sheet else f"{self.sheet}!"
        return {
            line.key: Reference(prefix, self.first + at + 1, column, self.months)
            for at, line in enumerate(self.lines) if line.key
        }  # fmt: skip

    def values(self, key: str) -> Floats:
        """Return the values of a line.

        Parameters
        ----------
        key : str
            Of the line.

        Returns
        -------
        ndarray of shape (K,) or (K + 1,)
            Before anybody changes an input.
        """
        return next(line.values for line in self.lines if line.key == key)


def write_lines(sheet: Sheet, rows: TimeRows, *, others: Sequence[TimeRows] = ()) -> None:
    """Write lines to their sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    rows : TimeRows
        The lines.
    others : sequence of TimeRows
        Lines of other sheets that formulas refer to.
    """
    for at, line in enumerate(rows.lines):
        row = rows.first + at
        if not line.key:
            sheet.section(row, line.label, columns=MONTH_0 + rows.months + 1)
            continue
        sheet.text(row, LABEL, line.label, "label")
        sheet.text(row, UNIT, line.unit, "note")
        sheet.text(row, NOTE, line.note, "note")
        write_months(sheet, row, line, [*others, rows])
        if line.sums:
            refer = rows.references(host=sheet.name)[line.key]
            sheet.formula(row, TOTAL, f"=SUM({refer:from0})", float(line.values.sum()), "total", line.kind)
        if line.total:
            filled = line.total.format_map(every_reference([*others, rows], TOTAL, sheet.name))
            sheet.formula(row, TOTAL, filled, line.total_value, "total", line.kind)
        if line.name:
            sheet.define(line.name, row, TOTAL)


def write_months(sheet: Sheet, row: int, line: Line, sources: Sequence[TimeRows]) -> None:
    """Write the months of a line.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Row of the line, from 0.
    line : Line
        The line.
    sources : sequence of TimeRows
        Lines that its formula may refer to.
    """
    first = MONTH_0 + sources[-1].months + 1 - len(line.values)
    for column, value in enumerate(line.values.tolist(), start=first):
        if line.formula:
            formula = line.formula.format_map(every_reference(sources, column, sheet.name))
            sheet.formula(row, column, formula, value, "calc", line.kind)
        else:
            sheet.value(row, column, value, "run", line.kind)


def every_reference(sources: Sequence[TimeRows], column: int, host: str) -> Mapping[str, Reference]:
    """Return the lines of several sheets as formulas in one column write them.

    Parameters
    ----------
    sources : sequence of TimeRows
        The lines.
    column : int
        Where the formula stands, from 0.
    host : str
        Name of the sheet on which it stands.

    Returns
    -------
    mapping of str to Reference
        By key.
    """
    found: dict[str, Reference] = {}
    for rows in sources:
        found |= rows.references(column, host=host)
    return found
