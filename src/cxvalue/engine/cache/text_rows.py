"""The rows of text files, kept as Parquet: text is read once, and columns that nobody asks for never again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from cxvalue.engine.cache.content_hash import content_hash, key_of
from cxvalue.engine.cache.store import Store
from cxvalue.errors import DataError

KIND: Final = "text_rows"

Copy = Callable[[str, Path], None]
"""Writes the rows of a text file, every column as the engine reads it, to a Parquet file."""


def keep_text_rows(store: Store, path: str, copy: Copy, *, table: str, reader: str) -> str:
    """Return the kept rows of a text file.

    Parameters
    ----------
    store : Store
        Keeps them.
    path : str
        The text file.
    copy : callable
        Reads and writes the rows.
    table : str
        The table's role, for messages.
    reader : str
        Name and version of what reads text.

    Returns
    -------
    str
        A Parquet file with the same rows.

    Raises
    ------
    DataError
        When the file changes while it is read.

    Notes
    -----
    The key is of the file's bytes, of the reader, and of the folders above the file that name a value, such as
    ``year=2024``: these are columns, too.
    """
    file = Path(path)
    before = stamp(file)
    named = "/".join(part for part in file.parent.parts if "=" in part)
    key = key_of(file=content_hash(file), reader=reader, folders=named)

    def make(part: Path) -> None:
        copy(path, part)
        if stamp(file) != before:
            raise DataError(
                f"table '{table}': '{file.name}' changed while it was read", hint="run again when the export is done"
            )

    return str(store.fetch(KIND, key, make, suffix="parquet"))


def stamp(file: Path) -> tuple[int, int]:
    """Return what tells that a file was written to.

    Parameters
    ----------
    file : Path
        The file.

    Returns
    -------
    tuple of int
        Size and time of the last change.
    """
    status = file.stat()
    return status.st_size, status.st_mtime_ns
