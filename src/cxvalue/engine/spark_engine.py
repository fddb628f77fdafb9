"""Spark as the engine: the same statements where the data are, on one machine or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import pyarrow as pa

from cxvalue.engine.protocol import Column
from cxvalue.engine.source import Source
from cxvalue.engine.spark_arrow import arrow_frame, backticked, spark_type
from cxvalue.engine.spark_columns import text_of, type_word, typed_expression
from cxvalue.engine.spark_fold import PACKED, PART, folding, packed_rows, stacked, unpacked_groups
from cxvalue.engine.spark_session import SparkHome, errors_naming, worded_errors
from cxvalue.engine.spark_sources import database_table, spark_frame
from cxvalue.errors import DataError

Given = TypeVar("Given")
Result = TypeVar("Result")

BATCHES_FETCHED: Final = 4
"""Batches of a streamed result, or results of groups, that are fetched together; the driver holds two such sets."""


class SparkEngine:
    """Spark behind the :class:`~cxvalue.engine.protocol.Engine` protocol.

    Parameters
    ----------
    session : SparkSession, optional
        The session to work in. Default the one that runs in this process; where none runs, one is made, and stopped
        when the engine is closed.
    settings : mapping of str to str, optional
        Spark's own settings, such as ``{"spark.executor.memory": "8g"}``.
    threads : int, optional
        Threads of a session that is made on this machine; default all.

    Raises
    ------
    SettingsError
        When PySpark or Java is missing, or a setting is refused.

    Notes
    -----
    Statements run in a session beside the one given (``newSession``): its temporary views, settings and catalogue
    stay as they are. Results that are kept are cached in memory and on the executors' disks until the engine is
    closed.
    """

    name = "spark"

    def __init__(
        self,
        session: Any | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        threads: int | None = None,
    ) -> None:
        self._home = SparkHome(session, settings=settings, threads=threads)
        self._session = self._home.inner
        self._frames: dict[Source, Any] = {}
        self._tables: dict[Source, pa.Table] = {}
        self._kept: list[Any] = []
        self._views: set[str] = set()
        self._closed = False

    def describe(self, source: Source) -> dict[str, str]:
        """Return the user's column names with their types.

        Parameters
        ----------
        source : Source
            The source; its rows are not read.

        Returns
        -------
        dict of str to str
            Name to type, in the source's order.

        Raises
        ------
        DataError
            When the file is not what its name says.
        """
        rows = self._rows(source)
        if rows is not None:
            return {field.name: type_word(spark_type(field.type)) for field in rows.schema}
        fields = self._frame(source).schema.fields
        return {field.name: type_word(field.dataType.simpleString()) for field in fields}

    def register(self, view: str, source: Source, columns: Sequence[Column]) -> None:
        """Make a source known as a view of canonical columns.

        Parameters
        ----------
        view : str
            Canonical name of the view.
        source : Source
            Where the rows are.
        columns : sequence of Column
            The columns wanted.

        Raises
        ------
        DataError
            When one is absent, or a date format is not read here.
        """
        types = self.describe(source)
        incoming = [f"{backticked(column.name)} AS {column.canonical}_in" for column in columns]
        typed = []
        for column in columns:
            if column.name not in types:
                raise DataError.missing_column(source.table, column.name, column.canonical, types)
            word = types[column.name]
            typed.append(f"{typed_expression(column, word)} AS {column.canonical}")
            typed.append(f"{text_of(f'{column.canonical}_in', word)} AS {column.canonical}_raw")
        rows = self._rows(source)
        with errors_naming(source.table):
            wanted = list(dict.fromkeys(column.name for column in columns))
            frame = arrow_frame(self._session, rows.select(wanted)) if rows is not None else self._frame(source)
            self._name(view, frame.selectExpr(*incoming).selectExpr(*typed))

    def put(self, name: str, table: pa.Table) -> None:
        """Bring a small table into the engine.

        Parameters
        ----------
        name : str
            Canonical name.
        table : pyarrow.Table
            Its rows.
        """
        with worded_errors():
            self._name(name, arrow_frame(self._session, table))

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
        with worded_errors():
            return self._session.sql(sql).toArrow()

    def stream(self, sql: str, batch_rows: int = 1_000_000) -> Iterator[pa.RecordBatch]:
        """Run a statement and return its result in batches.

        Parameters
        ----------
        sql : str
            The statement.
        batch_rows : int
            Rows of a batch, at most.

        Yields
        ------
        pyarrow.RecordBatch
            The next rows. The executors hold the result; the driver holds a few batches at a time.
        """
        with worded_errors():
            packed = self._session.sql(sql).mapInArrow(packing(), "packed BINARY").persist()
            self._kept.append(packed)
            # Counted on all executors at once: fetching alone would run one partition after the other.
            n_parts = -(-packed.count() // BATCHES_FETCHED)
            for row in packed.repartition(max(n_parts, 1)).toLocalIterator(prefetchPartitions=True):
                for batch in pa.ipc.open_stream(row.packed):
                    for first in range(0, batch.num_rows, batch_rows):
                        yield batch.slice(first, batch_rows)
            packed.unpersist()

    def fold(
        self,
        statements: Sequence[str],
        function: Callable[[Given, tuple[pa.Table, ...]], Result],
        *,
        by: str,
        given: Iterable[Given],
    ) -> Iterator[Result]:
        """Group the rows of statements by a number, and give what a function makes of each group on the executors.

        Parameters
        ----------
        statements : sequence of str
            Each with a column of integers, the group.
        function : callable
            Takes what is given with a group and its rows, a table for each statement. Its module must be known to
            Python on the executors.
        by : str
            Name of the column.
        given : iterable
            One a group.

        Yields
        ------
        object
            What the function returned, in the order of the groups.
        """
        with worded_errors():
            frames = [self._session.sql(sql) for sql in statements]
            sent = packed_rows(by, enumerate(given))
            if not sent.num_rows:
                return
            work = folding(function, [frame.columns for frame in frames], by)
            grouped = arrow_frame(self._session, sent).groupBy(by).cogroup(stacked(frames).groupBy(by))
            folded = grouped.applyInArrow(work, f"{by} INT, {PART} INT, {PACKED} BINARY").persist()
            self._kept.append(folded)
            # Worked on by all executors at once: fetching alone would run one partition after the other.
            n_parts = -(-folded.count() // BATCHES_FETCHED)
            ordered = folded.repartitionByRange(n_parts, by, PART).sortWithinPartitions(by, PART)
            yield from unpacked_groups(ordered.toLocalIterator(), by)
            folded.unpersist()

    def keep(self, name: str, sql: str) -> None:
        """Name a statement's result; it is computed when it is first read, and then kept.

        Parameters
        ----------
        name : str
            Canonical name of the result.
        sql : str
            The statement.
        """
        with worded_errors():
            frame = self._session.sql(sql).persist()
            self._kept.append(frame)
            self._name(name, frame)

    def define(self, name: str, sql: str) -> None:
        """Give a statement a name without running it.

        Parameters
        ----------
        name : str
            Canonical name of the view.
        sql : str
            The statement.
        """
        with worded_errors():
            self._name(name, self._session.sql(sql))

    def close(self) -> None:
        """Give back what is kept; a session that was made for this engine is stopped."""
        if self._closed:
            return
        self._closed = True
        if not self._home.is_ours:
            for frame in self._kept:
                frame.unpersist()
            for view in self._views:
                self._session.sql(f"DROP VIEW IF EXISTS {view}")
        self._frames, self._tables, self._kept = {}, {}, []
        self._home.close()

    def _name(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(name)
        self._views.add(name)

    def _rows(self, source: Source) -> pa.Table | None:
        if source.kind != "database":
            return source.frame
        if source not in self._tables:
            with errors_naming(source.table):
                self._tables[source] = database_table(source)
        return self._tables[source]

    def _frame(self, source: Source) -> Any:
        if source not in self._frames:
            with errors_naming(source.table):
                self._frames[source] = spark_frame(self._session, source)
        return self._frames[source]


def packing() -> Any:
    """Return the function that packs each batch of Arrow into one value, so that batches can be fetched one by one.

    Returns
    -------
    callable
        Iterator of batches to iterator of batches with one row; it carries all it needs to the executors.
    """

    def packed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            yield pa.record_batch([pa.array([sink.getvalue().to_pybytes()], pa.binary())], names=["packed"])

    return packed
