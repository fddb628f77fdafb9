"""Sources as Spark data frames: files where they are, frames of the user's own, and the rest by way of Arrow."""

from __future__ import annotations

import gzip
import os.path
import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cxvalue.engine.source import Source
from cxvalue.engine.spark_arrow import backticked
from cxvalue.errors import DataError

PARTITION: Final = re.compile(r"/([^/=]+)=([^/]*)(?=/)")
NO_VALUE: Final = "__HIVE_DEFAULT_PARTITION__"
GLOB: Final = re.compile(r"([\\*?\[\]{}])")
UNREADABLE: Final = "\ufffd"
"""What stands in text for bytes that are no UTF-8."""


def spark_frame(session: Any, source: Source) -> Any:
    """Return files or a frame of the user's as a Spark data frame; no row comes to the driver.

    Parameters
    ----------
    session : SparkSession
        Where to.
    source : Source
        Of kind ``spark``, ``parquet`` or ``csv``.

    Returns
    -------
    DataFrame
        Its rows, with the user's names.
    """
    if source.spark is not None:
        return adopted_frame(session, source.spark.frame)
    if source.kind == "parquet":
        return parquet_frame(session, source.paths)
    return csv_frame(session, source)


def adopted_frame(session: Any, frame: Any) -> Any:
    """Return a data frame of the user's in another session of the same cluster.

    Parameters
    ----------
    session : SparkSession
        Where to.
    frame : DataFrame
        The user's.

    Returns
    -------
    DataFrame
        The same rows; nothing is left in the user's catalogue.
    """
    name = f"cxvalue_{uuid4().hex}"
    frame.createOrReplaceGlobalTempView(name)
    database = session.conf.get("spark.sql.globalTempDatabase", "global_temp")
    found = session.table(f"{database}.{name}")
    # By statement: the catalogue's own dropGlobalTempView would also drop what the user cached of the frame.
    frame.sparkSession.sql(f"DROP VIEW {database}.{name}")
    return found


def parquet_frame(session: Any, paths: Sequence[str]) -> Any:
    """Return Parquet files as one frame: columns are matched by name, and hive folders are columns.

    Parameters
    ----------
    session : SparkSession
        Where to.
    paths : sequence of str
        Files, or addresses such as ``s3a://bucket/folder``.

    Returns
    -------
    DataFrame
        The rows. Time stamps in nanoseconds, which Spark does not know, are read to the microsecond.
    """
    if "://" in paths[0]:
        return session.read.option("mergeSchema", "true").parquet(*paths)
    files = [os.path.abspath(path) for path in paths]
    reader = session.read.option("mergeSchema", "true") if len(files) > 1 else session.read
    folders = [PARTITION.search(path) for path in files]
    if folders[0] is not None:
        reader = reader.option("basePath", f"file://{files[0][: folders[0].start()]}")
    frame = reader.parquet(*(spark_path(path) for path in files))
    schema = pq.read_schema(files[0])
    nanoseconds = {
        field.name: field.type.tz for field in schema if pa.types.is_timestamp(field.type) and field.type.unit == "ns"
    }
    partitions = partition_types(files)
    picked = []
    for name in frame.columns:
        quoted = backticked(name)
        if name in nanoseconds:
            micros = f"timestamp_micros(({quoted} - pmod({quoted}, 1000)) div 1000)"
            picked.append(f"{micros if nanoseconds[name] else f'CAST({micros} AS TIMESTAMP_NTZ)'} AS {quoted}")
        elif name in partitions:
            picked.append(f"CAST({quoted} AS {partitions[name]}) AS {quoted}")
        else:
            picked.append(quoted)
    return frame.selectExpr(*picked)


def partition_types(paths: Iterable[str]) -> dict[str, str]:
    """Return the types of the columns that hive folders stand for.

    Parameters
    ----------
    paths : iterable of str
        The files.

    Returns
    -------
    dict of str to str
        Column to ``DATE``, ``BIGINT`` or ``STRING``: the first that all its values can be read as.

    Examples
    --------
    >>> partition_types(["/x/month=2024-01/year=2024/0.parquet", "/x/month=2024-02/year=2025/0.parquet"])
    {'month': 'STRING', 'year': 'BIGINT'}
    """
    values: dict[str, set[str]] = {}
    for path in paths:
        for name, value in PARTITION.findall(path):
            values.setdefault(name, set()).add(value)
    return {name: narrowest(found - {NO_VALUE}) for name, found in values.items()}


def narrowest(values: set[str]) -> str:
    """Return the type that all values can be read as.

    Parameters
    ----------
    values : set of str
        Values of one hive column.

    Returns
    -------
    str
        Spark's name of the type.
    """
    if values and all(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value) for value in values):
        try:
            for value in values:
                date.fromisoformat(value)
        except ValueError:
            return "STRING"
        return "DATE"
    return "BIGINT" if values and all(re.fullmatch("-?[0-9]{1,18}", value) for value in values) else "STRING"


def csv_frame(session: Any, source: Source) -> Any:
    """Return CSV files as one frame of text: columns are matched by name, and rows cut short are refused.

    Parameters
    ----------
    session : SparkSession
        Where to.
    source : Source
        The files.

    Returns
    -------
    DataFrame
        The rows.

    Raises
    ------
    DataError
        When the files cannot be made out.
    """
    if "://" in source.paths[0]:
        raise DataError(
            f"table '{source.table}': CSV at an address is not read",
            allowed="Parquet at an address; CSV as a file on this machine",
            hint="write the table as Parquet",
        )
    headed = sorted((header_of(path), os.path.abspath(path)) for path in source.paths)
    united = None
    for _, files in groupby(headed, key=lambda pair: pair[0]):
        paths = [path for _, path in files]
        frame = one_csv_dialect(session, source.table, paths)
        united = frame if united is None else united.unionByName(frame, allowMissingColumns=True)
    return united


def header_of(path: str) -> bytes:
    """Return the first line of a CSV file.

    Parameters
    ----------
    path : str
        The file; ``.gz`` is unpacked.

    Returns
    -------
    bytes
        The line.
    """
    with gzip.open(path) if path.endswith(".gz") else Path(path).open("rb") as handle:
        return handle.readline()


def one_csv_dialect(session: Any, table: str, paths: Sequence[str]) -> Any:
    """Return CSV files with the same header as a frame of text; DuckDB makes out how they are written.

    Parameters
    ----------
    session : SparkSession
        Where to.
    table : str
        The table's role, for messages.
    paths : sequence of str
        The files.

    Returns
    -------
    DataFrame
        The rows.

    Raises
    ------
    DataError
        When lines stand before the header.
    """
    with duckdb.connect() as connection:
        sniffed = connection.execute(
            "SELECT Delimiter, Quote, Escape, SkipRows, Columns FROM sniff_csv(?, all_varchar = true, header = true)",
            [paths[0]],
        ).fetchone()
    delimiter, quote, escape, skipped, columns = sniffed if sniffed is not None else ("", "", "", 1, [])
    if skipped or len(delimiter) != 1:
        raise DataError(f"table '{table}': the header is not the first line", allowed="CSV with a header row")
    names = [column["name"] for column in columns]
    frame = (
        session.read.option("header", "true")
        .option("sep", delimiter)
        .option("quote", quote if len(quote) == 1 else "")
        .option("escape", escape if len(escape) == 1 else '"')
        .option("multiLine", "true")
        .option("mode", "FAILFAST")
        .schema(", ".join(f"{backticked(name)} STRING" for name in names))
        .csv([spark_path(path) for path in paths])
    )
    told = f"raise_error('table {re.sub('[^a-z0-9_. ]', '', table)} holds bytes that are not UTF-8')"
    return frame.selectExpr(
        *(
            f"CASE WHEN contains({quoted}, '{UNREADABLE}') THEN {told} ELSE {quoted} END AS {quoted}"
            for quoted in map(backticked, names)
        )
    )


def database_table(source: Source) -> pa.Table:
    """Return a table of a DuckDB database.

    Parameters
    ----------
    source : Source
        File and table.

    Returns
    -------
    pyarrow.Table
        Its rows.
    """
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in source.database_table.split("."))
    with duckdb.connect(source.paths[0], read_only=True) as connection:
        return connection.sql(f"SELECT * FROM {quoted}").to_arrow_table()


def spark_path(path: str) -> str:
    """Return a file of this machine as Spark names it.

    Parameters
    ----------
    path : str
        Absolute path.

    Returns
    -------
    str
        The address; characters that would make it a glob are taken as they are.
    """
    return "file://" + GLOB.sub(r"\\\1", path)
