"""The default engine: DuckDB within the process, with bounded memory and no extension fetched."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from cxvalue.engine.cache import open_store
from cxvalue.engine.cache.text_rows import keep_text_rows
from cxvalue.engine.cache.typed_rows import keep_typed_rows
from cxvalue.engine.duckdb_columns import incoming_columns, typed_statement
from cxvalue.engine.duckdb_errors import heard_interruptions, system_errors, worded_errors
from cxvalue.engine.protocol import Column
from cxvalue.engine.source import Source
from cxvalue.engine.unreadable import refuse_empty, why_unreadable
from cxvalue.errors import DataError

READER: Final = f"duckdb {duckdb.__version__}"
"""What reads text, as keys of the cache name it."""
RESTING_LIMIT: Final = "32MB"
"""Memory in which kept tables are held while no statement runs; the rest of them waits in the temporary folder."""


class DuckDBEngine:
    """DuckDB behind the :class:`~cxvalue.engine.protocol.Engine` protocol.

    Parameters
    ----------
    threads : int, optional
        Threads; default all.
    memory_limit : str
        Most memory before spilling to the system's temporary folder.
    cache : Path, optional
        Folder in which what was read of text files is kept for the next run; default one that goes with the engine.

    Examples
    --------
    >>> engine = DuckDBEngine(threads=1)
    >>> engine.query("SELECT CAST(1 AS INTEGER) AS one").to_pydict()
    {'one': [1]}
    >>> engine.close()
    """

    name = "duckdb"

    def __init__(self, *, threads: int | None = None, memory_limit: str = "1GB", cache: Path | None = None) -> None:
        self._spill = tempfile.mkdtemp(prefix="cxvalue-")
        self._clear = weakref.finalize(self, shutil.rmtree, self._spill, ignore_errors=True)
        self._store = open_store(cache if cache is not None else Path(self._spill, "text"))
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": self._spill,
        }
        if threads is not None:
            config["threads"] = threads
        self._connection = duckdb.connect(config=config)
        self._memory_limit, self._rests = memory_limit, False
        for setting in (
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "preserve_insertion_order = false",
            "streaming_buffer_size = '32MB'",
            "TimeZone = 'UTC'",
        ):
            self._connection.execute(f"SET {setting}")
        # In Jupyter without ipywidgets the bar is off, and DuckDB refuses even to be told so.
        if self._connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() != [(False,)]:
            self._connection.execute("SET enable_progress_bar = false")
        self._attached: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._types: dict[str, dict[str, str]] = {}

    def describe(self, source: Source) -> dict[str, str]:
        """Return the user's column names with their DuckDB types.

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
        relation = self._open(source)
        return types_of(relation)

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
        """
        relation = self._open(source)
        types = types_of(relation)
        try:
            relation.select(*incoming_columns(columns, types)).create_view(f"{view}_source", replace=True)
        except duckdb.Error as error:
            raise DataError(
                f"table '{source.table}': columns cannot be read ({str(error).splitlines()[0]})",
                allowed="a date_format of strptime, such as '%d/%m/%Y'",
                hint="look at date_format in the table's settings",
            ) from error
        if source.kind == "csv" and source.rows is None:
            kept = [self._keep_typed(path, source.table, columns) for path in source.paths]
            typed = self._connection.read_parquet(kept, hive_partitioning=False)
            typed.create_view(f"{view}_typed", replace=True)
            self._run(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM {view}_typed")
            return
        self._run(f"CREATE OR REPLACE TEMP VIEW {view} AS {typed_statement(columns, types, f'{view}_source')}")

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
            self._awake().register("incoming_rows", table)
        self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming_rows")
        self._connection.unregister("incoming_rows")

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
            return self._awake().sql(sql).to_arrow_table()

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
            The next rows.
        """
        with worded_errors():
            yield from self._awake().sql(sql).to_arrow_reader(batch_rows)

    def keep(self, name: str, sql: str) -> None:
        """Run a statement and keep its result under a name.

        Parameters
        ----------
        name : str
            Canonical name of the result.
        sql : str
            The statement.
        """
        self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def define(self, name: str, sql: str) -> None:
        """Give a statement a name without running it.

        Parameters
        ----------
        name : str
            Canonical name of the view.
        sql : str
            The statement.
        """
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")

    def rest(self) -> None:
        """Give back the memory in which kept tables are held, until the next statement.

        Notes
        -----
        What cannot be put aside, since the disk is full or a stream is being read, stays where it is.
        """
        self._rests = True
        with worded_errors(), suppress(duckdb.OutOfMemoryException, duckdb.IOException, duckdb.ResourceInUseException):
            self._connection.execute(f"SET memory_limit = '{RESTING_LIMIT}'")

    def close(self) -> None:
        """Give back memory and temporary files."""
        self._connection.close()
        self._clear()

    def _awake(self) -> duckdb.DuckDBPyConnection:
        if self._rests:
            self._connection.execute(f"SET memory_limit = '{self._memory_limit}'")
            self._rests = False
        return self._connection

    def _run(self, sql: str) -> None:
        with worded_errors():
            self._awake().execute(sql)

    def _open(self, source: Source) -> duckdb.DuckDBPyRelation:
        try:
            with heard_interruptions():
                self._awake()
                rows = source.rows
                if rows is not None:
                    return self._connection.from_arrow(rows)
                refuse_empty(source.table, source.paths)
                if source.kind == "parquet":
                    return self._connection.read_parquet(list(source.paths), hive_partitioning=True, union_by_name=True)
                if source.kind == "csv":
                    paths = [self._keep(path, source.table) for path in source.paths]
                    return self._connection.read_parquet(paths, hive_partitioning=False, union_by_name=True)
                return self._attach(source)
        except duckdb.Error as error:
            files = source.paths if source.kind in {"csv", "parquet"} else ()
            known = next(filter(None, (why_unreadable(Path(path)) for path in files)), None)
            what, hint = known or (str(error).splitlines()[0], "open the file and look at its first lines")
            raise DataError(
                f"table '{source.table}': cannot be read ({what})",
                allowed="Parquet, CSV with a header row, .xlsx or a DuckDB database",
                hint=hint,
            ) from error

    def _keep(self, path: str, table: str) -> str:
        if path not in self._kept:
            self._kept[path] = keep_text_rows(self._store, path, self._copy, table=table, reader=READER)
        return self._kept[path]

    def _keep_typed(self, path: str, table: str, columns: Sequence[Column]) -> str:
        text = self._keep(path, table)
        there = self._types_of(text)
        statement = typed_statement(columns, there, "text_rows")

        def write(part: Path) -> None:
            rows = self._connection.read_parquet([text], hive_partitioning=False)
            rows.select(*incoming_columns(columns, there)).create_view("text_rows", replace=True)
            with system_errors():
                self._connection.sql(statement).write_parquet(str(part))

        return keep_typed_rows(self._store, Path(text), write, columns=columns, statement=statement, reader=READER)

    def _types_of(self, text: str) -> dict[str, str]:
        if text not in self._types:
            self._types[text] = types_of(self._connection.read_parquet([text], hive_partitioning=False))
        return self._types[text]

    def _copy(self, path: str, part: Path) -> None:
        with system_errors():
            self._connection.execute(
                f"COPY (SELECT * FROM read_csv_auto([{quoted_text(path)}], header = true, all_varchar = true)) "
                f"TO {quoted_text(str(part))} (FORMAT parquet)"
            )  # one statement: a relation would guess the delimiter twice, when it is made and when it is read

    def _attach(self, source: Source) -> duckdb.DuckDBPyRelation:
        path = source.paths[0]
        if path not in self._attached:
            self._attached[path] = f"attached_{len(self._attached)}"
            self._connection.execute(f"ATTACH {quoted_text(path)} AS {self._attached[path]} (READ_ONLY)")
        alias = self._attached[path]
        parts = source.database_table.split(".")
        schema = parts[0] if len(parts) == 2 else "main"
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (alias, schema, parts[-1]))
        return self._connection.table(quoted)


def types_of(rows: duckdb.DuckDBPyRelation) -> dict[str, str]:
    """Return the columns of some rows, which are not read.

    Parameters
    ----------
    rows : duckdb.DuckDBPyRelation
        The rows.

    Returns
    -------
    dict of str to str
        Name to DuckDB type, in their order.
    """
    return dict(zip(rows.columns, (str(kind) for kind in rows.types), strict=True))


def quoted_text(text: str) -> str:
    """Return text as a literal of SQL.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        In quotes.

    Examples
    --------
    >>> quoted_text("l'export.csv")
    "'l''export.csv'"
    """
    return "'" + text.replace("'", "''") + "'"
