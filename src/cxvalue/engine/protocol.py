"""What the library asks of an engine: a handful of verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar, runtime_checkable

import pyarrow as pa

from cxvalue.engine.source import Source

Given = TypeVar("Given")
Result = TypeVar("Result")
ColumnKind = Literal["text_id", "integer_id", "date", "month", "number", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of the user's becomes a canonical one.

    Parameters
    ----------
    canonical : str
        The name under which statements know it: lower-case letters, digits and underscores, made by the reader.
    name : str
        The user's name.
    kind : ColumnKind
        What it is read as. A value that cannot be read becomes null; the text as it came stays beside it in
        ``<canonical>_raw``.
    date_format : str, optional
        ``strptime`` format of dates and months that come as text; without it, only ISO forms are read.
    timezone : str, optional
        IANA name of the zone in whose calendar time stamps with an offset are placed.
    """

    canonical: str
    name: str
    kind: ColumnKind
    date_format: str | None = None
    timezone: str | None = None


@runtime_checkable
class Engine(Protocol):
    """Rows in, Arrow out. Statements are plain SQL of the subset that DuckDB and Spark share.

    Notes
    -----
    The subset: ``SELECT``, joins, ``GROUP BY`` with named columns or ``GROUPING SETS`` of them, ``CASE``, ``CAST``,
    window functions, ``bit_or``, ``bit_count``, ``&`` and ``md5``. No ``GROUP BY ALL``, no engine's own ``hash``,
    no user text.
    """

    name: str

    def describe(self, source: Source) -> dict[str, str]:
        """Return the user's column names with their types in the engine's words.

        Parameters
        ----------
        source : Source
            The source; its rows are not read.

        Returns
        -------
        dict of str to str
            Name to type, in the source's order; types in the words of DuckDB, such as ``BIGINT``, ``VARCHAR``,
            ``TIMESTAMP WITH TIME ZONE``, and ``"NULL"`` with its quotes for a column without a value.
        """
        ...

    def register(self, view: str, source: Source, columns: Sequence[Column]) -> None:
        """Make a source known as a view of canonical columns, typed, each with its ``_raw`` text beside it.

        Parameters
        ----------
        view : str
            Canonical name of the view.
        source : Source
            Where the rows are.
        columns : sequence of Column
            The columns wanted.
        """
        ...

    def put(self, name: str, table: pa.Table) -> None:
        """Bring a small table into the engine.

        Parameters
        ----------
        name : str
            Canonical name.
        table : pyarrow.Table
            Its rows.
        """
        ...

    def query(self, sql: str) -> pa.Table:
        """Run a statement and return its whole result.

        Parameters
        ----------
        sql : str
            The statement.

        Returns
        -------
        pyarrow.Table
            The rows.
        """
        ...

    def stream(self, sql: str, batch_rows: int = 1_000_000) -> Iterator[pa.RecordBatch]:
        """Run a statement and return its result in batches.

        Parameters
        ----------
        sql : str
            The statement.
        batch_rows : int
            Rows of a batch, at most.

        Returns
        -------
        iterator of pyarrow.RecordBatch
            The batches, in any order; no more than a few are in memory at a time.
        """
        ...

    def keep(self, name: str, sql: str) -> None:
        """Run a statement and keep its result under a name.

        Parameters
        ----------
        name : str
            Canonical name of the result.
        sql : str
            The statement.
        """
        ...

    def define(self, name: str, sql: str) -> None:
        """Give a statement a name without running it.

        Parameters
        ----------
        name : str
            Canonical name of the view.
        sql : str
            The statement.
        """
        ...

    def close(self) -> None:
        """Give back memory and temporary files."""
        ...


@runtime_checkable
class ClusterEngine(Engine, Protocol):
    """An engine whose rows lie on other machines, and are worked on there: one verb more.

    Notes
    -----
    An engine within the process does without it. The same functions work on the batches that it streams.
    """

    def fold(
        self,
        statements: Sequence[str],
        function: Callable[[Given, tuple[pa.Table, ...]], Result],
        *,
        by: str,
        given: Iterable[Given],
    ) -> Iterator[Result]:
        """Group the rows of statements by a number, and give what a function makes of each group where its rows are.

        Parameters
        ----------
        statements : sequence of str
            Each with a column of integers, the group; columns of one name have one type.
        function : callable
            Takes what is given with a group and its rows, a table for each statement, none of which need have any.
            It is sent to where the rows are: a function of a module, or a :func:`functools.partial` of one.
        by : str
            Name of the column. Groups are numbered from 0.
        given : iterable
            One a group: what the function is to know besides. Rows of other groups are left out.

        Returns
        -------
        iterator of object
            What the function returned, in the order of the groups. Nothing else comes to this machine.
        """
        ...


@runtime_checkable
class RestingEngine(Engine, Protocol):
    """An engine that can give memory back while no statement runs: one verb more.

    Notes
    -----
    An engine that holds little does without it.
    """

    def rest(self) -> None:
        """Give back the memory in which kept tables are held, until the next statement.

        Notes
        -----
        Everything that was put, kept and defined is there afterwards; the next statement may read it from a disk. Not
        called while a stream is being read.
        """
        ...
