"""A sheet: its top with the master check, its cells, and how it prints."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from cxvalue.report.control_signs import visible
from cxvalue.report.table_files import is_like_formula
from cxvalue.report.workbook.styles import ASIDE, BAD, GOOD, Kind, Role, Styles

A4: Final = 9
TOP_ROWS: Final = 4
"""Rows that the top takes: title, what the sheet is, checks, and a blank one."""
FINE: Final = "OK"
UNCHANGED: Final = "Inputs are those of the run."
FILLED: Final[dict[Role, float]] = {"label": 1.1, "note": 1.25}
"""Roles whose text is wrapped, and characters of theirs that a line holds for each of the column's width."""
NARROW: Final = 8.43
"""Width of a column that was not set, in characters."""
LINE_POINTS: Final = 13.0
HIGHEST_ROW: Final = 409.0
"""Points; a spreadsheet takes no more."""
ROW_PIXELS: Final = 20
CHART_WIDTH, CHART_HEIGHT = 500, 300
"""Size of a chart, in pixels, where nothing else is said."""
LONGEST_TEXT: Final = 32_767
"""Of a cell; signs beyond the first 65,536 of Unicode count twice."""
HEADER_LIMIT: Final = 60
"""Characters of the study's name that the foot of a page bears; a spreadsheet takes 255 with all signs."""


def as_held(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return a text as a workbook can hold it.

    Parameters
    ----------
    text : str
        Any text.
    longest : int
        What there is room for.

    Returns
    -------
    str
        With controls made visible; cut, with an ellipsis at its end, where it is too long.

    Examples
    --------
    >>> as_held("a" + chr(0)), as_held("x" * 99, longest=5)
    ('a␀', 'xxxx…')
    """
    text = visible(text).replace("\r\n", "\n").replace("\r", "\n")  # a cell knows one kind of new line
    if len(text.encode("utf-16-le")) <= 2 * longest:
        return text
    kept = text.encode("utf-16-le")[: 2 * (longest - 1)].decode("utf-16-le", errors="ignore")
    return f"{kept}…"


@dataclass(frozen=True, slots=True)
class Printing:
    """How a sheet prints.

    Parameters
    ----------
    columns : int
        Columns printed, from the left.
    pages_wide : int
        Pages over which they are spread.
    repeat_rows : tuple of int
        First and last row that stand at the top of each page.
    repeat_columns : int
        Columns that stand at the left of each page; 0 for none.
    """

    columns: int
    pages_wide: int = 1
    repeat_rows: tuple[int, int] = (0, 2)
    repeat_columns: int = 0


class Sheet:
    """A sheet of the workbook.

    Parameters
    ----------
    book : xlsxwriter.Workbook
        The workbook.
    styles : Styles
        Its formats.
    name : str
        Name of the sheet.
    live : bool
        Whether the book holds the model and its checks.
    """

    def __init__(self, book: Workbook, styles: Styles, name: str, *, live: bool) -> None:
        self.name = name
        self.live = live
        self.book = book
        self.styles = styles
        self.inner: Worksheet = book.add_worksheet(name)
        self._widths: dict[int, float] = {}
        self._wrapped: list[tuple[int, int, float]] = []
        self._bottom = 0

    def top(self, title: str, what: str) -> None:
        """Write the top of the sheet: title, what it holds, master check.

        Parameters
        ----------
        title : str
            Its title.
        what : str
            What it holds.
        """
        self.text(0, 0, title, "title")
        self.text(1, 0, what, "subtitle")
        if not self.live:
            return
        fine = f"Master check: {FINE}"
        self.formula(2, 0, '="Master check: "&master_check', fine, "check")
        self.formula(2, 1, "=inputs_status", UNCHANGED, "subtitle")
        self.mark((2, 0, 2, 0), {"type": "cell", "criteria": "==", "value": f'"{fine}"'}, GOOD)
        self.mark((2, 0, 2, 0), {"type": "cell", "criteria": "!=", "value": f'"{fine}"'}, BAD)
        self.mark((2, 1, 2, 1), {"type": "cell", "criteria": "!=", "value": f'"{UNCHANGED}"'}, ASIDE)

    def mark(self, cells: tuple[int, int, int, int], condition: Mapping[str, Any], looks: Mapping[str, Any]) -> None:
        """Mark cells while a condition holds.

        Parameters
        ----------
        cells : tuple of int
            First row, first column, last row, last column.
        condition : mapping
            The condition.
        looks : mapping
            How they look then.
        """
        self.inner.conditional_format(*cells, {**condition, "format": self.styles.mark(looks)})

    def text(self, row: int, column: int, text: str, role: Role = "text") -> None:
        """Write text that no spreadsheet takes for a formula, a number or a link.

        Parameters
        ----------
        row, column : int
            Where, from 0.
        text : str
            The text.
        role : str
            What the cell is.
        """
        text = as_held(text)
        quoted = is_like_formula(text)
        if role in FILLED:
            self._wrapped.append((row, column, len(text) / FILLED[role]))
        self.inner.write_string(row, column, text, self.styles.get(role, quoted=quoted))

    def value(self, row: int, column: int, value: object, role: Role, kind: Kind = "text") -> None:
        """Write a value: a number, a text, a truth value, or nothing.

        Parameters
        ----------
        row, column : int
            Where, from 0.
        value : object
            The value; what is missing or no finite number leaves the cell empty.
        role : str
            What the cell is.
        kind : str
            How a number is written.
        """
        if isinstance(value, bool):
            self.text(row, column, "yes" if value else "no", role)
        elif isinstance(value, int | float):
            number = float(value)
            if math.isfinite(number):
                self.inner.write_number(row, column, number, self.styles.get(role, kind))
            else:
                self.inner.write_blank(row, column, None, self.styles.get(role, kind))
        elif isinstance(value, str):
            self.text(row, column, value, role)
        else:
            self.inner.write_blank(row, column, None, self.styles.get(role, kind))

    def formula(
        self, row: int, column: int, formula: str, value: float | str, role: Role = "calc", kind: Kind = "text"
    ) -> None:
        """Write a formula with the value that it has before anybody changes an input.

        Parameters
        ----------
        row, column : int
            Where, from 0.
        formula : str
            The formula.
        value : float or str
            Shown where a program does not recalculate.
        role : str
            What the cell is.
        kind : str
            How a number is written.
        """
        shown = as_held(value) if isinstance(value, str) else float(value)
        self.inner.write_formula(row, column, formula, self.styles.get(role, kind), shown)

    def head(self, row: int, titles: tuple[str, ...], *, height: float = 30.0) -> None:
        """Write the head of a table.

        Parameters
        ----------
        row : int
            Where, from 0.
        titles : tuple of str
            Titles of its columns.
        height : float
            Height of the row in points.
        """
        self.inner.set_row(row, height)
        for column, title in enumerate(titles):
            self.text(row, column, title, "middle" if column else "head")

    def section(self, row: int, title: str, *, columns: int) -> None:
        """Write the title of a section across columns.

        Parameters
        ----------
        row : int
            Where, from 0.
        title : str
            The title.
        columns : int
            Columns that bear its colour.
        """
        self.text(row, 0, title, "section")
        for column in range(1, columns):
            self.value(row, column, None, "section")

    def widths(self, *widths: float) -> None:
        """Set the widths of the first columns.

        Parameters
        ----------
        *widths : float
            In characters.
        """
        for column, width in enumerate(widths):
            self.width(column, width)

    def width(self, column: int, width: float, *, last: int | None = None) -> None:
        """Set the width of columns.

        Parameters
        ----------
        column : int
            The first, from 0.
        width : float
            In characters.
        last : int, optional
            The last.
        """
        end = column if last is None else last
        self.inner.set_column(column, end, width)
        self._widths |= dict.fromkeys(range(column, end + 1), width)

    def printed_width(self, columns: int) -> float:
        """Return the width of the first columns.

        Parameters
        ----------
        columns : int
            How many.

        Returns
        -------
        float
            In characters.
        """
        return sum(self._widths.get(column, NARROW) for column in range(columns))

    def chart(self, row: int, chart: Any, *, left: int = 0, height: int = CHART_HEIGHT) -> None:
        """Place a chart.

        Parameters
        ----------
        row : int
            Where it begins, from 0.
        chart : xlsxwriter chart
            The chart.
        left : int
            Pixels from the left edge of the sheet.
        height : int
            Of the chart, in pixels.
        """
        self.inner.insert_chart(row, 0, chart, {"object_position": 2, "x_offset": left, "y_offset": 4})
        self._bottom = max(self._bottom, row + 1 + math.ceil(height / ROW_PIXELS))

    def fit_rows(self) -> None:
        """Make rows as high as the text that is wrapped in them; a program need not do so by itself."""
        lines: dict[int, int] = {}
        for row, column, signs in self._wrapped:
            wanted = math.ceil(signs / self._widths.get(column, NARROW))
            lines[row] = max(lines.get(row, 1), wanted)
        for row, number in lines.items():
            if number > 1:
                self.inner.set_row(row, min(LINE_POINTS * number + 2.0, HIGHEST_ROW))

    def define(self, name: str, row: int, column: int, *, last: tuple[int, int] | None = None) -> None:
        """Give a name to a cell or a block of cells.

        Parameters
        ----------
        name : str
            The name, valid in the whole workbook.
        row, column : int
            The first cell.
        last : tuple of int, optional
            The last cell.
        """
        block = xl_range_abs(row, column, *(last or (row, column)))
        self.book.define_name(name, f"={self.quoted_name()}!{block}")

    def quoted_name(self) -> str:
        """Return the name of the sheet as formulas write it.

        Returns
        -------
        str
            In quotes where it holds a blank.
        """
        return f"'{self.name}'" if " " in self.name else self.name

    def address(self, row: int, column: int) -> str:
        """Return the address of a cell as formulas on other sheets write it.

        Parameters
        ----------
        row, column : int
            Where, from 0.

        Returns
        -------
        str
            Such as ``Results!$C$7``.
        """
        return f"{self.quoted_name()}!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def prints(self, how: Printing, *, study: str, version: str) -> None:
        """Set how the sheet prints: landscape, fitted to the width, with head, foot and repeated rows.

        Parameters
        ----------
        how : Printing
            Columns and repeated rows.
        study : str
            Name of the study.
        version : str
            Of the library.
        """
        sheet = self.inner
        self.fit_rows()
        sheet.print_area(0, 0, max(self._bottom, sheet.dim_rowmax or 0), how.columns - 1)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(how.pages_wide, 0)
        sheet.repeat_rows(*how.repeat_rows)
        if how.repeat_columns:
            sheet.repeat_columns(0, how.repeat_columns - 1)
        sheet.hide_gridlines(2)
        # In a foot, & starts a code and a control character has no place.
        name = "".join(sign for sign in study if sign.isprintable())[:HEADER_LIMIT].replace("&", "&&")
        sheet.set_header("&L&9&A&R&9&F")
        sheet.set_footer(f"&L&9 {name}&C&9cxvalue {version}&R&9page &P of &N")
