"""What tells who was there in which month: rows, a flag, a date of leaving, or nothing but purchases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cxvalue.engine import Column, Engine
from cxvalue.tables.guess.customer_ids import IdColumn
from cxvalue.tables.guess.dates import dates_of, format_keys
from cxvalue.tables.guess.facts import ColumnFacts, TableFacts
from cxvalue.tables.guess.gaps import Keys, keys_sql, read_keys, share_of_span
from cxvalue.tables.guess.panel_columns import MonthlyTable
from cxvalue.tables.guess.section_guess import SectionGuess
from cxvalue.tables.guess.words import matches
from cxvalue.vocabulary import RETAINED, REVENUE

ACTIVE: Final = "guess_active"
RETENTION: Final = "panels.retention"
DENSE: Final = 0.95
STAYS_BLANK: Final = 0.1
"""A date of leaving is blank for at least so many."""


@dataclass(frozen=True, slots=True)
class ActiveMonths:
    """Who was there when.

    Parameters
    ----------
    section : SectionGuess or None
        Section ``[panels.retention]``; None where purchases tell, or one wide table tells it itself.
    by_purchases : bool
        Whether leaving is not seen.
    of_table : int
        Position of the monthly table whose rows tell it; −1 for none.
    unsure : tuple of str
        What to look at.
    """

    section: SectionGuess | None
    by_purchases: bool
    of_table: int
    unsure: tuple[str, ...] = ()


def tell_active(
    engine: Engine,
    tables: Sequence[TableFacts],
    monthly: Sequence[MonthlyTable],
    keys: Mapping[int, Keys],
    *,
    ids: Mapping[int, IdColumn],
    besides: Sequence[int],
) -> ActiveMonths:
    """Return what tells who was there, and keep the customer-months as the table ``guess_active``.

    Parameters
    ----------
    engine : Engine
        Keeps them.
    tables : sequence of TableFacts
        All tables.
    monthly : sequence of MonthlyTable
        Those with a row a customer and month.
    keys : mapping of int to Keys
        Their customer-months, by position of the table.
    ids : mapping of int to IdColumn
        The customer columns of all tables.
    besides : sequence of int
        Tables with another part: answers and invitations.

    Returns
    -------
    ActiveMonths
        Rows of a table without numbers, or a flag; else a date of leaving; else a table without gaps; else purchases.
    """
    told = [m for m in monthly if m.flag is not None or not (m.metrics or m.covariates)]
    if told:
        best = max(told, key=lambda m: (matches(m.table.group.label, RETAINED), not m.metrics, keys[m.at].n_keys))
        return from_rows(engine, best, keys[best.at])
    for at, customer in ids.items():
        leaving = guess_leaving(tables[at], customer) if at not in besides else None
        if leaving is not None and monthly:
            return from_dates(engine, tables[at], customer, leaving, keys=list(keys.values()))
    dense = [m for m in monthly if m.metrics and share_of_span(engine, keys[m.at]) >= DENSE]
    if dense:
        best = max(dense, key=lambda m: (any(x.metric == REVENUE for x in m.metrics), keys[m.at].n_keys))
        found = from_rows(engine, best, keys[best.at])
        label = best.table.group.label
        doubt = f"{label}: its rows are taken to say who was there, for no table of its own does"
        return ActiveMonths(found.section, False, best.at, (doubt,))
    doubt = "nothing says who left, and rows have gaps: leaving is taken as not seen, as in retail"
    return ActiveMonths(None, True, -1, (doubt,) if monthly else ())


def from_rows(engine: Engine, monthly: MonthlyTable, keys: Keys) -> ActiveMonths:
    """Return activity told by rows or by a flag.

    Parameters
    ----------
    engine : Engine
        Keeps the customer-months.
    monthly : MonthlyTable
        The table.
    keys : Keys
        Its customer-months.

    Returns
    -------
    ActiveMonths
        With the section.
    """
    table, flag = monthly.table, monthly.flag
    columns = {"customer_id": monthly.customer.name, "month": monthly.month.name}
    more, reasons, unsure = format_keys([monthly.month], table.group.label)
    where = "1 = 1"
    if flag is not None:
        columns["value"] = flag.name
        position = [column.name for column in numbers_of(monthly)].index(flag.name)
        where = f"v{position} = 1"
        reasons[flag.name] = "0 and 1 only"
    engine.keep(ACTIVE, keys_sql(keys.view, where))
    kind = "rows" if flag is None else "flag"
    why = f"{keys.n_keys:,} customer-months" + (", no numbers: a row says that the customer was there" if flag is None
                                                else ", with a 0/1 column")  # fmt: skip
    section = SectionGuess(RETENTION, table.group, why, columns, {"kind": kind, **more}, reasons, unsure)
    return ActiveMonths(section, False, monthly.at)


def numbers_of(monthly: MonthlyTable) -> list[ColumnFacts]:
    """Return the columns of a monthly table that are read as numbers, in the order of their canonical names.

    Parameters
    ----------
    monthly : MonthlyTable
        The table.

    Returns
    -------
    list of ColumnFacts
        Metrics, flag, covariates.
    """
    flag = [monthly.flag] if monthly.flag is not None else []
    return [*(metric.column for metric in monthly.metrics), *flag, *monthly.covariates]


def monthly_keys(engine: Engine, monthly: MonthlyTable) -> Keys:
    """Return the customer-months of a monthly table.

    Parameters
    ----------
    engine : Engine
        Counts.
    monthly : MonthlyTable
        The table.

    Returns
    -------
    Keys
        The keys.
    """
    told = monthly.month.date_format
    return read_keys(
        engine, monthly.table, customer=monthly.customer.name, month=monthly.month.name,
        date_format=told.text if told is not None else None, numbers=[c.name for c in numbers_of(monthly)],
    )  # fmt: skip


def guess_leaving(table: TableFacts, customer: IdColumn) -> ColumnFacts | None:
    """Return the column that says when a customer left.

    Parameters
    ----------
    table : TableFacts
        A table.
    customer : IdColumn
        Its customer column.

    Returns
    -------
    ColumnFacts or None
        A date named like leaving that is blank for some, in a table with one row a customer; or one row for each who
        left.
    """
    if customer.n_ids < DENSE * table.n_rows:
        return None
    named = [column for column in table.columns if matches(column.name, "churn_date") and is_leaving_date(column)]
    if not named and matches(table.group.label, "churn_date"):
        named = dates_of(table, besides=[customer.name])
    return max(named, key=lambda column: matches(column.name, "churn_date"), default=None)


def is_leaving_date(column: ColumnFacts) -> bool:
    """Return whether a column may hold dates of leaving.

    Parameters
    ----------
    column : ColumnFacts
        The column.

    Returns
    -------
    bool
        Dates that are blank for some, and given for some.
    """
    return column.is_date and 0 < column.n_given <= (1 - STAYS_BLANK) * column.n_rows


def from_dates(
    engine: Engine, table: TableFacts, customer: IdColumn, leaving: ColumnFacts, *, keys: Sequence[Keys]
) -> ActiveMonths:
    """Return activity told by dates of leaving.

    Parameters
    ----------
    engine : Engine
        Keeps the customer-months.
    table : TableFacts
        The table.
    customer : IdColumn
        Its customer column.
    leaving : ColumnFacts
        The date.
    keys : sequence of Keys
        The panels, whose months are those of the study. A customer is taken to be there from the first row on.

    Returns
    -------
    ActiveMonths
        With the section.
    """
    told = leaving.date_format
    view = f"{table.view}_leaving"
    engine.register(view, table.source, [
        Column("customer_id", customer.name, "text"),
        Column("month", leaving.name, "month", told.text if told is not None else None),
    ])  # fmt: skip
    rows = " UNION ".join(f"SELECT customer_id, month FROM {panel.view}" for panel in keys)
    engine.keep("guess_rows", f"SELECT DISTINCT customer_id, month FROM ({rows}) u WHERE month IS NOT NULL")
    engine.keep(
        ACTIVE,
        "SELECT f.customer_id, c.month "
        "FROM (SELECT customer_id, min(month) AS first FROM guess_rows GROUP BY customer_id) f "
        f"LEFT JOIN (SELECT customer_id, min(month) AS last FROM {view} GROUP BY customer_id) l "
        "ON l.customer_id = f.customer_id "
        "JOIN (SELECT DISTINCT month FROM guess_rows) c ON c.month >= f.first "
        "AND (l.last IS NULL OR c.month <= l.last)",
    )
    more, reasons, unsure = format_keys([leaving], table.group.label)
    blank = 1 - leaving.n_given / max(leaving.n_rows, 1)
    why = f"dates in '{leaving.name}', blank for {blank:.0%}: those who stay"
    section = SectionGuess(
        RETENTION, table.group, why, {"customer_id": customer.name, "churn_date": leaving.name},
        {"kind": "churn_date", **more}, {**reasons, leaving.name: why}, unsure,
    )  # fmt: skip
    return ActiveMonths(section, False, -1)
