"""Where a table comes from: a file, a folder, a database, or a frame in memory."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from python_calamine import CalamineError, load_workbook

from cxvalue.errors import DataError

SourceKind = Literal["parquet", "csv", "database", "arrow", "spark"]

DATABASE_SUFFIXES = (".duckdb", ".ddb", ".db")
ALLOWED = (
    "a .parquet or .csv file, a glob or folder of them, .xlsx, a DuckDB database with table = …, "
    "or a pandas, polars, Arrow or Spark data frame"
)


class SparkRows:
    """A Spark data frame, which stays where it is unless an engine without Spark asks for its rows.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        The frame.
    """

    def __init__(self, frame: Any) -> None:
        self.frame = frame

    @cached_property
    def arrow(self) -> pa.Table:
        """All rows, brought to this machine."""
        return self.frame.toArrow()

    def sha256(self) -> str:
        """Return a hash of the content, computed where the rows are; their order does not count.

        Returns
        -------
        str
            Hexadecimal SHA-256 of names, types, number of rows, and two sums over the hashes of the rows.
        """
        fields = self.frame.schema.fields
        quoted = ["`" + each.name.replace("`", "``") + "`" for each in fields]
        simple = [each.dataType.simpleString() for each in fields]
        plain = [
            f"to_json({name})" if kind.startswith(("map", "struct", "array")) else name
            for name, kind in zip(quoted, simple, strict=True)
        ]
        # Whether it is null goes in before each value: a null alone would leave no trace.
        row = f"xxhash64({', '.join(f'{name} IS NULL, {name}' for name in plain)})"
        sums = self.frame.selectExpr(f"{row} AS h").selectExpr(
            "count(*) AS n", "bit_xor(h) AS parity", "sum(CAST(h AS DECIMAL(38, 0))) AS total"
        )
        told = [*zip(quoted, simple, strict=True), *sums.first()]
        return hashlib.sha256(repr(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One table as the user gives it, not read yet.

    Parameters
    ----------
    table : str
        The table's role, for messages, such as ``surveys`` or ``panels.revenue``.
    kind : {"parquet", "csv", "database", "arrow", "spark"}
        How it is read.
    paths : tuple of str
        Files, sorted; empty for frames.
    database_table : str
        Table within a database; empty otherwise.
    frame : pyarrow.Table or None
        Rows in memory.
    spark : SparkRows or None
        A Spark data frame.
    typed : bool
        False where the format knows only text (CSV, spreadsheets): then ids may be read as integers when all are.
    """

    table: str
    kind: SourceKind
    paths: tuple[str, ...] = ()
    database_table: str = ""
    frame: pa.Table | None = field(default=None, repr=False)
    spark: SparkRows | None = field(default=None, repr=False)
    typed: bool = True

    @property
    def rows(self) -> pa.Table | None:
        """The rows of a frame as Arrow, brought to this machine if need be; None for files."""
        return self.spark.arrow if self.spark is not None else self.frame

    def sha256(self) -> str:
        """Return the hash of the content: of the files' bytes, or of the frame's columns.

        Returns
        -------
        str
            Hexadecimal SHA-256.
        """
        if self.spark is not None:
            return self.spark.sha256()
        digest = hashlib.sha256()
        if self.frame is not None:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, self.frame.schema) as writer:
                writer.write_table(self.frame)
            digest.update(sink.getvalue())
        for path in self.paths:
            with Path(path).open("rb") as handle:
                while chunk := handle.read(1 << 22):
                    digest.update(chunk)
        return digest.hexdigest()


def open_source(value: Any, *, table: str, folder: Path, database_table: str | None = None) -> Source:
    """Return where a table comes from, without reading its rows.

    Parameters
    ----------
    value : str, Path, pandas.DataFrame, polars.DataFrame, pyarrow.Table or Spark DataFrame
        What the user gave.
    table : str
        The table's role, for messages.
    folder : Path
        Folder at which relative paths start.
    database_table : str, optional
        Table (or sheet of a spreadsheet) within the file.

    Returns
    -------
    Source
        The source.

    Raises
    ------
    DataError
        When there is no such file, or it is of no known kind.
    """
    if isinstance(value, Source):
        return value
    if is_spark_frame(value):
        return Source(table, "spark", spark=SparkRows(value))
    if not isinstance(value, str | Path):
        return Source(table, "arrow", frame=arrow_table(value, table))
    paths = matching_files(str(value), folder, table)
    suffix = Path(paths[0]).suffix.lower()
    if suffix == ".parquet":
        return Source(table, "parquet", paths)
    if suffix in (".csv", ".gz", ".txt", ".tsv"):
        return Source(table, "csv", paths, typed=False)
    if suffix == ".xlsx":
        return Source(table, "arrow", paths, frame=read_sheet(paths[0], database_table, table), typed=False)
    if suffix in DATABASE_SUFFIXES:
        if not database_table:
            raise DataError(
                f"table '{table}': '{value}' is a database and no table is named", hint='add table = "your table"'
            )
        return Source(table, "database", paths[:1], database_table)
    raise DataError(f"table '{table}': cannot read '{value}'", allowed=ALLOWED)


def is_spark_frame(value: Any) -> bool:
    """Return whether a value is a Spark data frame.

    Parameters
    ----------
    value : Any
        What the user gave.

    Returns
    -------
    bool
        True for frames of PySpark; PySpark is not imported.
    """
    return type(value).__module__.startswith("pyspark.sql") and hasattr(value, "selectExpr")


def matching_files(value: str, folder: Path, table: str) -> tuple[str, ...]:
    """Return the files behind a path, a glob or a (hive) folder, sorted.

    Parameters
    ----------
    value : str
        What the user gave.
    folder : Path
        Folder at which relative paths start.
    table : str
        The table's role, for messages.

    Returns
    -------
    tuple of str
        At least one file.

    Raises
    ------
    DataError
        When there is none.
    """
    path = folder / value
    if path.is_dir():
        found = [str(file) for kind in ("*.parquet", "*.csv") for file in path.rglob(kind)]
    elif path.is_file():
        found = [str(path)]
    else:
        found = [file for file in glob.glob(str(path), recursive=True) if Path(file).is_file()]
    if not found:
        raise DataError.missing_file(table, value)
    return tuple(sorted(found))


def arrow_table(value: Any, table: str) -> pa.Table:
    """Return a frame in memory as Arrow, whatever library it is of.

    Parameters
    ----------
    value : pyarrow.Table, pandas.DataFrame or polars.DataFrame
        The frame.
    table : str
        The table's role, for messages.

    Returns
    -------
    pyarrow.Table
        The same rows.

    Raises
    ------
    DataError
        For anything else.
    """
    if isinstance(value, pa.Table):
        return value
    if isinstance(value, pa.RecordBatch):
        return pa.Table.from_batches([value])
    if isinstance(value, pa.RecordBatchReader):
        return value.read_all()
    if isinstance(value, Mapping):
        return pa.table(dict(value))
    if hasattr(value, "to_arrow"):  # polars and others
        return value.to_arrow()
    if hasattr(value, "__dataframe__") or hasattr(value, "iloc"):
        return pandas_table(value, table)
    raise DataError(f"table '{table}': cannot read a {type(value).__name__}", allowed=ALLOWED)


def pandas_table(frame: Any, table: str) -> pa.Table:
    """Return a pandas frame as Arrow; a column of mixed types becomes text.

    Parameters
    ----------
    frame : pandas.DataFrame
        The frame; its index is not read.
    table : str
        The table's role, for messages.

    Returns
    -------
    pyarrow.Table
        The same rows.
    """
    arrays = {}
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        try:
            arrays[str(name)] = pa.Array.from_pandas(column)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            texts = [None if value is None or value != value else str(value) for value in column]
            arrays[str(name)] = pa.array(texts, pa.string())
    if not arrays:
        raise DataError(f"table '{table}': the data frame has no columns", allowed=ALLOWED)
    return pa.table(arrays)


def read_sheet(path: str, sheet: str | None, table: str) -> pa.Table:
    """Return a sheet of a spreadsheet as a table of text; its first row holds the names.

    Parameters
    ----------
    path : str
        The ``.xlsx`` file.
    sheet : str, optional
        The sheet; default the first.
    table : str
        The table's role, for messages.

    Returns
    -------
    pyarrow.Table
        Columns of text; dates in ISO form, whole numbers without a decimal point, blanks null.

    Raises
    ------
    DataError
        When the sheet does not exist or is empty.
    """
    try:
        workbook = load_workbook(path)
    except CalamineError as error:
        raise DataError(
            f"table '{table}': '{Path(path).name}' cannot be read as a spreadsheet ({error})",
            allowed="an .xlsx workbook without a password",
            hint="open it and save it again as .xlsx",
        ) from error
    if sheet is not None and sheet not in workbook.sheet_names:
        raise DataError(f"table '{table}': no sheet '{sheet}'", allowed=", ".join(workbook.sheet_names))
    chosen = sheet if sheet is not None else workbook.sheet_names[0]
    rows = workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=True)
    if not rows:
        raise DataError(f"table '{table}': sheet '{chosen}' is empty", allowed="a first row of column names, then rows")
    return pa.table({str(name): sheet_column(rows[1:], at) for at, name in enumerate(rows[0])})


def sheet_column(rows: Sequence[Sequence[Any]], at: int) -> pa.Array:
    """Return one column of a sheet as text.

    Parameters
    ----------
    rows : sequence of rows
        The sheet's rows.
    at : int
        Position of the column.

    Returns
    -------
    pyarrow.Array
        Text; blanks null.
    """
    return pa.array([cell_text(row[at]) for row in rows], pa.string())


def cell_text(value: Any) -> str | None:
    """Return a cell of a sheet as text.

    Parameters
    ----------
    value : Any
        The cell.

    Returns
    -------
    str or None
        None for a blank.

    Examples
    --------
    >>> cell_text(7.0), cell_text(""), cell_text(date(2024, 3, 1))
    ('7', None, '2024-03-01')
    """
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
