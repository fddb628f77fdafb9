"""The rows of text files as numbers, dates and ids: read as such once, and not again at every statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from cxvalue.engine.cache.content_hash import key_of
from cxvalue.engine.cache.store import Store
from cxvalue.engine.protocol import Column

KIND: Final = "typed_rows"


def keep_typed_rows(
    store: Store, text: Path, write: Callable[[Path], None], *, columns: Sequence[Column], statement: str, reader: str
) -> str:
    """Return the kept rows of a text file, read as what they should hold.

    Parameters
    ----------
    store : Store
        Keeps them.
    text : Path
        The file's rows as text, an entry of the store: its name holds the hash of its content.
    write : callable
        Writes the rows to a Parquet file.
    columns : sequence of Column
        The columns wanted, and what they are read as.
    statement : str
        How they are read.
    reader : str
        Name and version of what reads them.

    Returns
    -------
    str
        A Parquet file with the columns under their canonical names.
    """
    key = key_of(text=text.stem.rpartition("-")[2], columns=repr(list(columns)), statement=statement, reader=reader)
    return str(store.fetch(KIND, key, write, suffix="parquet"))
