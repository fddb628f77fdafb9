"""The column of a table that holds a date of a certain meaning, and how it is read."""

from __future__ import annotations

from collections.abc import Sequence

from cxvalue.tables.guess.facts import ColumnFacts, TableFacts
from cxvalue.tables.guess.words import matches


def dates_of(table: TableFacts, *, besides: Sequence[str] = ()) -> list[ColumnFacts]:
    """Return the columns of a table that hold dates.

    Parameters
    ----------
    table : TableFacts
        The table.
    besides : sequence of str
        Columns that are not looked at.

    Returns
    -------
    list of ColumnFacts
        In the table's order.
    """
    return [column for column in table.columns if column.is_date and column.name not in besides]


def month_of(table: TableFacts, *, besides: Sequence[str] = ()) -> ColumnFacts | None:
    """Return the column of a table that names months.

    Parameters
    ----------
    table : TableFacts
        The table.
    besides : sequence of str
        Columns that are not looked at.

    Returns
    -------
    ColumnFacts or None
        The one named most like it; None where there is none.
    """
    found = [column for column in table.columns if column.is_month and column.name not in besides and column.n_given]
    # A count such as 202401 units is no month unless its name says so.
    found = [column for column in found if not column.is_number or matches(column.name, "month")]
    return max(found, key=lambda column: (matches(column.name, "month"), column.n_given), default=None)


def format_keys(columns: Sequence[ColumnFacts], label: str) -> tuple[dict[str, str], dict[str, str], tuple[str, ...]]:
    """Return the setting ``date_format`` for the date columns of a section.

    Parameters
    ----------
    columns : sequence of ColumnFacts
        The columns that the section reads as dates or months, the most important first.
    label : str
        What messages call the table.

    Returns
    -------
    tuple of dict, dict and tuple of str
        The setting, its reason, and what to look at.
    """
    texts = [column for column in columns if not column.is_time]
    told = [(column, column.date_format) for column in texts if column.date_format is not None]
    if not told:
        return {}, {}, ()
    column, first = told[0]
    unsure = []
    if first.rival:
        unsure.append(f"{label}: '{column.name}' reads alike as {first.text} and {first.rival}; day first is taken")
    others = [other.name for other in texts if (other.date_format is None or other.date_format.text != first.text)]
    unsure += [f"{label}: '{name}' is written in another form than '{column.name}', and a section has one date_format"
               for name in others]  # fmt: skip
    share = "all" if first.share == 1 else f"{first.share:.1%}"
    return (
        {"date_format": first.text},
        {"date_format": f"reads {share} of the different dates looked at"},
        tuple(unsure),
    )
