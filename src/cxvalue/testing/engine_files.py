"""The same few rows in every form in which a table may come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cxvalue.engine import Column, Source, open_source

COLUMNS: Final = (
    Column("customer_id", "Customer", "integer_id"),
    Column("month", "month", "month"),
    Column("seen", "Last seen", "date"),
    Column("value_0", "net.revenue", "number"),
    Column("note", "note", "text"),
)
EXPECTED: Final = [
    (1, 24276, datetime(2023, 1, 5, 10, 30), 10.5, "plain"),
    (2, 24276, None, -3.0, 'says "no"; twice'),
    (3, 24277, datetime(2023, 2, 1), None, None),
    (4, 24277, datetime(2023, 2, 28, 23, 59, 59), 0.0, "two\nlines"),
    (5, 24278, datetime(2023, 3, 31, 12), 1e6, "Ünal"),
]
"""What :data:`COLUMNS` read, by customer: month is year × 12 + month − 1."""
MONTHS: Final = {24276: "2023-01", 24277: "2023-02", 24278: "2023-03"}


ROWS_BEFORE_ERROR: Final = 25_000
"""More than an engine looks at to make out how a file is written."""


def rows(unit: str = "us") -> pa.Table:
    """Return the rows as an Arrow table with types of their own.

    Parameters
    ----------
    unit : {"us", "ns"}
        Unit of the time stamps.

    Returns
    -------
    pyarrow.Table
        Five rows.
    """
    customer, month, seen, value, note = zip(*EXPECTED, strict=True)
    return pa.table(
        {
            "Customer": pa.array(customer, pa.int32()),
            "month": pa.array([MONTHS[each] for each in month]).dictionary_encode(),
            "Last seen": pa.array(seen, pa.timestamp(unit)),
            "net.revenue": pa.array(value, pa.float64()),
            "note": pa.array(note, pa.large_string()),
            "not asked for": pa.array([[1], [], None, [2, 3], [4]]),
        }
    )


def texts() -> list[list[str]]:
    """Return the rows as the fields of a text file, the header first.

    Returns
    -------
    list of list of str
        Fields; blank where there is no value.
    """
    lines = [["Customer", "month", "Last seen", "net.revenue", "note"]]
    for customer, month, seen, value, note in EXPECTED:
        fields = [str(customer), MONTHS[month], "" if seen is None else seen.isoformat(sep=" ")]
        lines.append([*fields, "" if value is None else str(value), note or ""])
    return lines


def write_csv(path: Path, lines: list[list[str]], *, separator: str = ",", mark: bool = False) -> None:
    """Write a text file; fields that need it stand in quotes.

    Parameters
    ----------
    path : Path
        Where to.
    lines : list of list of str
        Fields, the header first.
    separator : str
        Between fields.
    mark : bool
        Whether the file starts with a byte order mark, as spreadsheets write it.
    """
    needs_quotes = (separator, '"', "\n")
    quoted = [
        [
            '"' + field.replace('"', '""') + '"' if any(sign in field for sign in needs_quotes) else field
            for field in line
        ]
        for line in lines
    ]
    text = "".join(separator.join(line) + "\n" for line in quoted)
    path.write_text(text, encoding="utf-8-sig" if mark else "utf-8")


def every_form(folder: Path) -> Iterator[tuple[str, Source]]:
    """Give the same rows in every form.

    Parameters
    ----------
    folder : Path
        An empty folder.

    Yields
    ------
    tuple of str and Source
        What the form is called, and where the rows are.
    """
    table = rows()
    yield "an Arrow table", open_source(table, table="rows", folder=folder)
    for unit in ("us", "ns"):
        pq.write_table(rows(unit), folder / f"{unit}.parquet")
        yield f"Parquet with time stamps in {unit}", opened(folder / f"{unit}.parquet")
    (folder / "many").mkdir()
    pq.write_table(table.slice(0, 2), folder / "many" / "a[1].parquet")
    pq.write_table(table.slice(2).select(table.column_names[::-1]), folder / "many" / "b.parquet")
    yield "Parquet files whose columns stand in another order", opened(folder / "many")
    for month, text in MONTHS.items():
        part = folder / "hive" / f"month={text}"
        part.mkdir(parents=True)
        chosen = [at for at, row in enumerate(EXPECTED) if row[1] == month]
        pq.write_table(table.take(chosen).drop_columns(["month"]), part / "0.parquet")
    yield "a hive folder", opened(folder / "hive")
    write_csv(folder / "comma.csv", texts())
    yield "CSV", opened(folder / "comma.csv")
    write_csv(folder / "semicolon.csv", texts(), separator=";", mark=True)
    yield "CSV with semicolons and a byte order mark", opened(folder / "semicolon.csv")
    (folder / "parts").mkdir()
    write_csv(folder / "parts" / "a.csv", texts()[:3])
    write_csv(folder / "parts" / "b.csv", [line[::-1] for line in [texts()[0], *texts()[3:]]])
    yield "CSV files whose columns stand in another order", opened(folder / "parts")
    with duckdb.connect(folder / "rows.duckdb") as connection:
        connection.execute("CREATE SCHEMA mart")
        connection.register("incoming", table.drop_columns(["not asked for"]))
        connection.execute("CREATE TABLE mart.rows AS SELECT * FROM incoming")
    yield "a table of a DuckDB database", opened(folder / "rows.duckdb", "mart.rows")


def opened(path: Path, database_table: str | None = None) -> Source:
    """Return where the rows of a file or folder are.

    Parameters
    ----------
    path : Path
        The file or folder.
    database_table : str, optional
        Table within it.

    Returns
    -------
    Source
        The source.
    """
    return open_source(path.name, table="rows", folder=path.parent, database_table=database_table)


def broken_files(folder: Path) -> Iterator[tuple[str, Source]]:
    """Give files that must be refused.

    Parameters
    ----------
    folder : Path
        An empty folder.

    Yields
    ------
    tuple of str and Source
        What is wrong, and where the file is.
    """
    (folder / "text.parquet").write_text("not Parquet", encoding="utf-8")
    yield "a text file named .parquet", opened(folder / "text.parquet")
    half = folder / "whole.parquet"
    pq.write_table(rows(), half)
    (folder / "half.parquet").write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    yield "half a Parquet file", opened(folder / "half.parquet")
    (folder / "latin.csv").write_bytes(
        "\n".join(",".join(line) for line in texts()[:2]).encode() + b"\n6,2023-01,,1,\xdcnal\n"
    )
    yield "CSV that is not UTF-8", opened(folder / "latin.csv")
    first, plain = (",".join(line) for line in texts()[:2])
    lines = [first, *[plain] * ROWS_BEFORE_ERROR, "6,2023-01", plain]
    (folder / "short.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    yield "CSV with a row cut short", opened(folder / "short.csv")
