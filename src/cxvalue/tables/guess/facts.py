"""What the rows of a table say about its columns: kinds, ranges, different values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cxvalue.engine import Column, Engine, Source
from cxvalue.tables.guess.date_format import DateFormat, looks_dated, read_date, tell_date_format
from cxvalue.tables.guess.file_groups import FileGroup

SAMPLE_ROWS: Final = 200_000
"""Rows looked at to tell what a column holds. Keys and gaps are counted over all rows."""
FEW_VALUES: Final = 30
DATE_TEXTS: Final = 1000
MOSTLY: Final = 0.95
NESTED: Final = ("STRUCT", "MAP", "UNION", "BLOB", "TIME", "INTERVAL", "VARIANT", "GEOMETRY")
NUMERIC: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
                  "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What is known of a column from a sample of its rows.

    Parameters
    ----------
    name : str
        The user's name.
    type : str
        Type in the engine's words.
    n_rows, n_given, n_distinct : int
        Rows looked at, those that are not blank, and about how many different values.
    n_number, n_whole : int
        Values that are numbers, and whole numbers.
    low, high : float or None
        Smallest and largest number.
    n_month, n_date, n_first_day : int
        Values that read as a month, as a date, and as the first day of a month.
    n_decimal_comma : int
        Texts such as ``12,50``.
    values : tuple of tuple of str and int
        The different values with their counts, the most frequent first; empty where there are more than 30.
    date_format : DateFormat or None
        Of dates that are not in ISO form.
    """

    name: str
    type: str
    n_rows: int
    n_given: int
    n_distinct: int
    n_number: int = 0
    n_whole: int = 0
    low: float | None = None
    high: float | None = None
    n_month: int = 0
    n_date: int = 0
    n_first_day: int = 0
    n_decimal_comma: int = 0
    values: tuple[tuple[str, int], ...] = ()
    date_format: DateFormat | None = None

    def mostly(self, n: int) -> bool:
        """Return whether a count is 95 % of the values that are there.

        Parameters
        ----------
        n : int
            The count.

        Returns
        -------
        bool
            False for an empty column.
        """
        return self.n_given > 0 and n >= MOSTLY * self.n_given

    @property
    def is_time(self) -> bool:
        """Whether the column holds dates or time stamps."""
        return self.type.startswith(("DATE", "TIMESTAMP"))

    @property
    def is_date(self) -> bool:
        """Whether it can be read as dates."""
        return self.is_time or self.date_format is not None or (not self.is_number and self.mostly(self.n_date))

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return not self.is_time and self.mostly(self.n_number)

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers."""
        return self.is_number and self.mostly(self.n_whole)

    @property
    def is_month(self) -> bool:
        """Whether it names months: YYYY-MM, YYYYMM, or dates that all stand on one day of the month."""
        if self.date_format is not None:
            return "%d" not in self.date_format.text or self.mostly(self.n_first_day)
        if self.is_time or self.mostly(self.n_date):
            return self.mostly(self.n_first_day) and self.n_distinct > 1
        return self.mostly(self.n_month)

    @property
    def is_flag(self) -> bool:
        """Whether it holds 0 and 1 only."""
        return self.is_whole and self.low is not None and self.high is not None and self.low >= 0 and self.high <= 1

    @property
    def is_constant(self) -> bool:
        """Whether it holds at most one value."""
        return self.n_distinct <= 1


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What is known of a table.

    Parameters
    ----------
    group : FileGroup
        Where it lies.
    source : Source
        The same, for the engine.
    view : str
        The view of all its columns: ``t0``, ``t1``, … as text.
    n_rows : int
        All rows.
    columns : tuple of ColumnFacts
        In the table's order.
    """

    group: FileGroup
    source: Source
    view: str
    n_rows: int
    columns: tuple[ColumnFacts, ...]

    def column(self, name: str) -> ColumnFacts:
        """Return what is known of a column.

        Parameters
        ----------
        name : str
            The user's name.

        Returns
        -------
        ColumnFacts
            The facts.
        """
        return next(column for column in self.columns if column.name == name)

    def text_of(self, name: str) -> str:
        """Return the canonical column that holds a column's text.

        Parameters
        ----------
        name : str
            The user's name.

        Returns
        -------
        str
            Such as ``t3``.
        """
        return f"t{[column.name for column in self.columns].index(name)}"


def read_facts(engine: Engine, group: FileGroup, source: Source, view: str) -> TableFacts:
    """Return what the rows of a table say about its columns.

    Parameters
    ----------
    engine : Engine
        Reads the rows.
    group : FileGroup
        Where the table lies.
    source : Source
        The same, opened.
    view : str
        Canonical name under which it becomes known.

    Returns
    -------
    TableFacts
        The facts. Columns of nested types are known by name and type only.
    """
    types = engine.describe(source)
    wanted = []
    for at, (name, kind) in enumerate(types.items()):
        wanted.append(Column(f"t{at}", name, "text"))
        if not is_nested(kind):
            wanted += [
                Column(f"n{at}", name, "number"),
                Column(f"m{at}", name, "month"),
                Column(f"d{at}", name, "date"),
            ]
    engine.register(view, source, wanted)
    n_rows = count(engine, f"SELECT count(*) AS n FROM {view}")
    sample = view
    if n_rows > SAMPLE_ROWS:
        sample = f"{view}_sample"
        listed = ", ".join(column.canonical for column in wanted)
        engine.keep(sample, f"SELECT {listed} FROM {view} LIMIT {SAMPLE_ROWS}")
    plain = {at: kind for at, kind in enumerate(types.values()) if not is_nested(kind)}
    parts = ["count(*) AS n_rows", *(part for at in plain for part in fact_parts(at))]
    row = engine.query(f"SELECT {', '.join(parts)} FROM {sample}").to_pylist()[0]
    columns = tuple(
        with_values(engine, sample, at, column_facts(name, kind, at, row)) if at in plain
        else ColumnFacts(name, kind, int(row["n_rows"]), 0, 0)
        for at, (name, kind) in enumerate(types.items())
    )  # fmt: skip
    return TableFacts(group, source, view, n_rows, columns)


def is_nested(kind: str) -> bool:
    """Return whether a type is none that a column of the library's can be read from.

    Parameters
    ----------
    kind : str
        Type in the engine's words.

    Returns
    -------
    bool
        True for lists, structures, bytes and times of day.
    """
    return kind.endswith("]") or (kind.startswith(NESTED) and not kind.startswith("TIMESTAMP"))


def count(engine: Engine, sql: str) -> int:
    """Return the one number of a statement.

    Parameters
    ----------
    engine : Engine
        Runs it.
    sql : str
        A statement with one row and one column.

    Returns
    -------
    int
        The number; 0 where there is none.
    """
    found = engine.query(sql).column(0)[0].as_py()
    return int(found) if found is not None else 0


def fact_parts(at: int) -> list[str]:
    """Return the aggregates over one column.

    Parameters
    ----------
    at : int
        Its position.

    Returns
    -------
    list of str
        SQL.
    """
    return [
        f"count(t{at}) AS given_{at}",
        f"approx_count_distinct(t{at}) AS distinct_{at}",
        f"count(n{at}) AS number_{at}",
        f"count(CASE WHEN n{at} = floor(n{at}) THEN 1 END) AS whole_{at}",
        f"min(n{at}) AS low_{at}",
        f"max(n{at}) AS high_{at}",
        f"count(m{at}) AS month_{at}",
        f"count(d{at}) AS date_{at}",
        f"count(CASE WHEN extract(day FROM d{at}) = 1 THEN 1 END) AS first_{at}",
        f"count(CASE WHEN t{at} LIKE '%,_' OR t{at} LIKE '%,__' THEN 1 END) AS comma_{at}",
    ]


def column_facts(name: str, kind: str, at: int, row: Mapping[str, Any]) -> ColumnFacts:
    """Return the facts of one column from the aggregates over all.

    Parameters
    ----------
    name, kind : str
        The user's name and the type.
    at : int
        Its position.
    row : mapping
        The aggregates.

    Returns
    -------
    ColumnFacts
        The facts, without values and format.
    """
    return ColumnFacts(
        name, kind, int(row["n_rows"]), int(row[f"given_{at}"]), int(row[f"distinct_{at}"]),
        n_number=int(row[f"number_{at}"]), n_whole=int(row[f"whole_{at}"]), low=row[f"low_{at}"],
        high=row[f"high_{at}"], n_month=int(row[f"month_{at}"]), n_date=int(row[f"date_{at}"]),
        n_first_day=int(row[f"first_{at}"]), n_decimal_comma=int(row[f"comma_{at}"]),
    )  # fmt: skip


def with_values(engine: Engine, sample: str, at: int, facts: ColumnFacts) -> ColumnFacts:
    """Return the facts of a column with its few values, or with the format of its dates.

    Parameters
    ----------
    engine : Engine
        Reads them.
    sample : str
        The view that is looked at.
    at : int
        Position of the column.
    facts : ColumnFacts
        What is known so far.

    Returns
    -------
    ColumnFacts
        The facts.
    """
    if 0 < facts.n_distinct <= FEW_VALUES:
        rows = engine.query(
            f"SELECT t{at} AS v, count(*) AS n FROM {sample} WHERE t{at} IS NOT NULL GROUP BY t{at} "
            f"ORDER BY n DESC, v LIMIT {FEW_VALUES + 1}"
        )
        facts = replace(facts, values=tuple(zip(rows["v"].to_pylist(), rows["n"].to_pylist(), strict=True)))
    reads_itself = facts.is_time or facts.mostly(facts.n_date) or facts.mostly(facts.n_month)
    # A number of eight digits may be a date such as 20240131; others are numbers.
    may_be_date = not facts.is_number or (facts.is_whole and in_range(facts, 19300101, 21001231))
    if reads_itself or facts.n_given == 0 or not may_be_date or facts.type.startswith(NUMERIC):
        return facts
    listed = engine.query(
        f"SELECT t{at} AS v FROM (SELECT DISTINCT t{at} FROM {sample} WHERE t{at} IS NOT NULL) x "
        f"ORDER BY md5(t{at}) LIMIT {DATE_TEXTS}"
    )
    texts: Sequence[str] = listed["v"].to_pylist()
    found = tell_date_format(texts) if sum(looks_dated(text) for text in texts) >= MOSTLY * len(texts) else None
    if found is None:
        return facts
    first = read_with(found.text, texts)
    return replace(facts, date_format=found, n_first_day=facts.n_given if first else 0)


def read_with(date_format: str, texts: Sequence[str]) -> bool:
    """Return whether texts read with a format all stand on one and the same day of the month, in several months.

    Parameters
    ----------
    date_format : str
        The format.
    texts : sequence of str
        The texts.

    Returns
    -------
    bool
        True for the dates of a monthly table.
    """
    stamps = [stamp for text in texts if (stamp := read_date(text, date_format)) is not None]
    return len({stamp.day for stamp in stamps}) == 1 and len({(stamp.year, stamp.month) for stamp in stamps}) > 1


def in_range(facts: ColumnFacts, low: float, high: float) -> bool:
    """Return whether all numbers of a column lie in a range.

    Parameters
    ----------
    facts : ColumnFacts
        The column.
    low, high : float
        The range.

    Returns
    -------
    bool
        False without numbers.
    """
    return facts.low is not None and facts.high is not None and facts.low >= low and facts.high <= high
