"""A table of the page: text, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cxvalue.estimate import Interval
from cxvalue.report.disclosure import SUPPRESSED
from cxvalue.report.languages.say import is_from_left, isolated, say
from cxvalue.report.numbers import NOTHING, format_interval, is_number


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of the page.

    Parameters
    ----------
    caption : str
        What it shows.
    head : tuple of str
        Names of the columns, with units.
    rows : tuple of tuple of str
        Cells.
    n_text : int
        How many of the columns, from the left, hold text; the others hold numbers.
    file : str
        Name of the table among those of the report that holds the same in full; empty when none does.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_text: int = 1
    file: str = ""


def page_table(
    caption: str, head: Iterable[str], rows: Iterable[Iterable[str]], *, n_text: int = 1, file: str = ""
) -> PageTable:
    """Return a table of the page.

    Parameters
    ----------
    caption : str
        What it shows.
    head : iterable of str
        Names of the columns.
    rows : iterable of iterable of str
        Cells.
    n_text : int
        How many columns hold text.
    file : str
        The table of the report that holds the same in full.

    Returns
    -------
    PageTable
        The table.
    """
    cells = tuple(tuple(steady(cell) for cell in row) for row in rows)
    return PageTable(caption, tuple(head), cells, n_text, file)


def steady(text: str) -> str:
    """Return a cell so that on a page read from the right it keeps its order.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    str
        A name that is read from the left set apart by marks; all else as it is.
    """
    return isolated(text) if is_from_left(text) and not isinstance(text, Markup) else text


def row_interval(row: Mapping[str, Any], *, currency: str = "", unit: str = "", estimate: str = "estimate") -> str:
    """Return the estimate and interval of a table's row.

    Parameters
    ----------
    row : mapping
        Columns estimate, ci_low, ci_high and, where a row may lack figures, status.
    currency : str
        Makes it money.
    unit : {"", "share"}
        How to write it otherwise.
    estimate : str
        Name of the column that holds the estimate.

    Returns
    -------
    str
        The text; why there is no figure otherwise.
    """
    if row.get("status") == SUPPRESSED:
        return say("held back")
    if row.get("status") == "not_estimable":
        return say("not estimable")
    figures = [row[name] for name in (estimate, "ci_low", "ci_high")]
    if not all(is_number(figure) for figure in figures):
        return NOTHING
    found = Interval(float(figures[0]), 0.0, float(figures[1]), float(figures[2]))
    return format_interval(found, currency=currency, unit=unit)
