"""Files of a table that hold no row: an export that was cut short says nothing by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cxvalue.engine import Source
from cxvalue.tables.findings import Finding, found

LOOKED_AT: Final = 65_536
"""Bytes of a text file that are looked at; a longer one has rows."""
MOST_NAMED: Final = 3


def empty_files(source: Source) -> list[Finding]:
    """Return the finding on files without a row, of a table in several files.

    Parameters
    ----------
    source : Source
        Where the table comes from.

    Returns
    -------
    list of Finding
        One, with a hint that names the files; none where every file has a row, or the table is one file or no file.
    """
    if len(source.paths) < 2 or source.kind not in ("csv", "parquet"):
        return []
    has_no_row = holds_header_only if source.kind == "csv" else holds_schema_only
    empty = [Path(path).name for path in source.paths if has_no_row(Path(path))]
    if not empty:
        return []
    named = ", ".join([*empty[:MOST_NAMED], *["…"] * (len(empty) > MOST_NAMED)])
    return [
        found(
            f"{source.table}.empty_file",
            len(empty),
            "warning",
            what="files without a row",
            action="as if they were not there",
            hint=f"look whether the export was complete: {named}",
            is_of_customers=False,
        )
    ]


def holds_header_only(path: Path) -> bool:
    """Return whether a text file has no line after its first.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bool
        False for a file longer than what is looked at.
    """
    with path.open("rb") as file:
        beginning = file.read(LOOKED_AT + 1)
    return len(beginning) <= LOOKED_AT and sum(1 for line in beginning.splitlines() if line.strip()) <= 1


def holds_schema_only(path: Path) -> bool:
    """Return whether a Parquet file has no row.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bool
        As its footer says.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  takes a moment; only tables in several files need it

    return bool(pq.read_metadata(path).num_rows == 0)
