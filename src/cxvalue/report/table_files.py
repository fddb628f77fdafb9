"""Tables as files: CSV that a spreadsheet opens safely, and Parquet."""

from __future__ import annotations

import csv
import io
import math
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet read a text as a formula."""


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV: UTF-8 with byte order mark, plain decimals, no text that a spreadsheet runs.

    Parameters
    ----------
    table : pandas.DataFrame
        The table.

    Returns
    -------
    bytes
        Content of the file.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"group": ["=1+1"], "share": [0.00001]})).decode("utf-8-sig")
    "group,share\\r\\n'=1+1,0.00001\\r\\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([neutralise(str(name)) for name in table.columns])
    columns = [[cell_text(value) for value in table[name].tolist()] for name in table.columns]
    writer.writerows(zip(*columns, strict=True))
    return BYTE_ORDER_MARK + text.getvalue().encode("utf-8")


def cell_text(value: object) -> str:
    """Return a cell as text.

    Parameters
    ----------
    value : object
        Text, number, truth value, or nothing.

    Returns
    -------
    str
        Empty for nothing, ``true`` or ``false``, a decimal without exponent, or text.

    Examples
    --------
    >>> [cell_text(value) for value in (None, True, 12, 1.5e-7, "-2")]
    ['', 'true', '12', '0.00000015', "'-2"]
    """
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return np.format_float_positional(value, trim="-") if math.isfinite(value) else ""
    return neutralise(str(value))


def neutralise(text: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        With an apostrophe in front where it starts like a formula.
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as Parquet.

    Parameters
    ----------
    table : pandas.DataFrame
        The table; its text stands as it is.

    Returns
    -------
    bytes
        Content of the file, without the metadata that pandas would add.
    """
    content = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    pq.write_table(content, sink, compression="zstd")
    return bytes(sink.getvalue())
