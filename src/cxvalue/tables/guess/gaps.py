"""How many active customer-months a monthly table lacks, and how many it gives twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cxvalue.engine import Column, Engine
from cxvalue.tables.guess.facts import TableFacts, count


@dataclass(frozen=True, slots=True)
class Keys:
    """A monthly table in the engine, with customer and month.

    Parameters
    ----------
    view : str
        View of customer_id, month and the numbers asked for, which are called v0, v1 and so on.
    n_rows : int
        Rows with customer and month.
    n_keys : int
        Different customer-months.
    n_unread : int
        Rows whose month cannot be read.
    first, last : int
        First and last month.
    """

    view: str
    n_rows: int
    n_keys: int
    n_unread: int
    first: int
    last: int


def read_keys(
    engine: Engine,
    table: TableFacts,
    *,
    customer: str,
    month: str,
    date_format: str | None,
    numbers: Sequence[str] = (),
) -> Keys:
    """Return a monthly table's customer-months.

    Parameters
    ----------
    engine : Engine
        Counts.
    table : TableFacts
        The table.
    customer, month : str
        The user's columns.
    date_format : str or None
        Of the months, where they are text.
    numbers : sequence of str
        The user's columns of numbers.

    Returns
    -------
    Keys
        The keys; months 0 and −1 where not a single one can be read.
    """
    view = f"{table.view}_keys"
    columns = [Column("customer_id", customer, "text"), Column("month", month, "month", date_format)]
    columns += [Column(f"v{at}", name, "number") for at, name in enumerate(numbers)]
    engine.register(view, table.source, columns)
    row = engine.query(
        f"SELECT count(*) AS n, count(month) AS given, min(month) AS first, max(month) AS last FROM {view} "
        "WHERE customer_id IS NOT NULL"
    ).to_pylist()[0]
    n_keys = count(engine, f"SELECT count(*) AS n FROM ({keys_sql(view)}) k")
    first, last = (row["first"], row["last"]) if row["given"] else (0, -1)
    return Keys(view, int(row["given"]), n_keys, int(row["n"] - row["given"]), int(first), int(last))


def keys_sql(view: str, where: str = "1 = 1") -> str:
    """Return the statement that gives the different customer-months of a view.

    Parameters
    ----------
    view : str
        The view.
    where : str
        Which rows count.

    Returns
    -------
    str
        SQL.
    """
    given = "customer_id IS NOT NULL AND month IS NOT NULL"
    return f"SELECT DISTINCT customer_id, month FROM {view} WHERE {given} AND {where}"


def count_gaps(engine: Engine, active: str, keys: Keys, value: int) -> tuple[int, int]:
    """Return how many active customer-months there are and how many of them a panel lacks.

    Parameters
    ----------
    engine : Engine
        Counts.
    active : str
        Table of active customer-months: customer_id, month.
    keys : Keys
        The panel.
    value : int
        Position of the number that has to be there.

    Returns
    -------
    tuple of int
        Active customer-months from the panel's first month to its last, and those without a value.
    """
    row = engine.query(
        f"SELECT count(*) AS n, count(k.month) AS held FROM {active} a "
        f"LEFT JOIN ({keys_sql(keys.view, f'v{value} IS NOT NULL')}) k "
        f"ON a.customer_id = k.customer_id AND a.month = k.month WHERE a.month BETWEEN {keys.first} AND {keys.last}"
    ).to_pylist()[0]
    return int(row["n"]), int(row["n"] - row["held"])


def count_contradicting(engine: Engine, keys: Keys, n_numbers: int) -> int:
    """Return how many rows repeat a customer-month with other numbers.

    Parameters
    ----------
    engine : Engine
        Counts.
    keys : Keys
        The panel.
    n_numbers : int
        Numbers that are read from it.

    Returns
    -------
    int
        Rows beyond one a customer-month, exact copies left aside.
    """
    if keys.n_rows == keys.n_keys:
        return 0
    names = ", ".join(["customer_id", "month", *(f"v{at}" for at in range(n_numbers))])
    given = "customer_id IS NOT NULL AND month IS NOT NULL"
    n_different = count(engine, f"SELECT count(*) AS n FROM (SELECT DISTINCT {names} FROM {keys.view} WHERE {given}) k")
    return n_different - keys.n_keys


def share_of_span(engine: Engine, keys: Keys) -> float:
    """Return the share of months between a customer's first row and last that have a row.

    Parameters
    ----------
    engine : Engine
        Counts.
    keys : Keys
        The panel.

    Returns
    -------
    float
        1 where no customer has a gap.
    """
    row = engine.query(
        "SELECT sum(n) AS n, sum(span) AS span FROM (SELECT count(*) AS n, max(month) - min(month) + 1 AS span "
        f"FROM ({keys_sql(keys.view)}) k GROUP BY customer_id) c"
    ).to_pylist()[0]
    return float(row["n"]) / float(row["span"]) if row["span"] else 0.0
