"""Why a file cannot be read, told from its bytes, where an engine's own words help nobody."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cxvalue.errors import DataError

UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
PARQUET: Final = b"PAR1"
HEAD_BYTES: Final = 1_000_000
"""Bytes of a text file that are looked at."""


def refuse_empty(table: str, paths: Iterable[str]) -> None:
    """Refuse files without a byte, of which engines make up a column.

    Parameters
    ----------
    table : str
        The table's role.
    paths : iterable of str
        Its files.

    Raises
    ------
    DataError
        For the first that is empty.
    """
    for path in map(Path, paths):
        if path.is_file() and path.stat().st_size == 0:
            raise DataError(
                f"table '{table}': '{path.name}' is empty (0 bytes)",
                allowed="a header row and a row for each record",
                hint="export it again",
            )


def why_unreadable(path: Path) -> tuple[str, str] | None:
    """Return what is wrong with a file, and what to do.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of str or None
        What, and a hint; None where its bytes tell nothing.
    """
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if path.suffix.lower() in {".parquet", ".pq"}:
            file.seek(max(path.stat().st_size - len(PARQUET), 0))
            return why_no_parquet(head, file.read())
    if head.startswith(UTF_16):
        return f"'{path.name}' is UTF-16, by its first two bytes", "save it as CSV in UTF-8"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # not the last sign, cut in two
            line = head.count(b"\n", 0, error.start) + 1
            what = f"'{path.name}' is not UTF-8: byte 0x{head[error.start]:02X} in line {line:,}"
            return what, "save it as CSV in UTF-8; Excel calls that 'CSV UTF-8'"
    return None


def why_no_parquet(head: bytes, end: bytes) -> tuple[str, str] | None:
    """Return why a file is no Parquet file.

    Parameters
    ----------
    head, end : bytes
        Its first bytes, and its last four.

    Returns
    -------
    tuple of str or None
        What, and a hint; None where both marks of the format are there.
    """
    if not head.startswith(PARQUET):
        return "the file is no Parquet file, whatever its name says", "export it again, or name it after what it is"
    if end != PARQUET:
        return "the Parquet file is cut short", "export or copy it again"
    return None
