"""Tables as files: CSV that a spreadsheet opens safely, and Parquet."""

from __future__ import annotations

import csv
import io
import math
from typing import Final
from unicodedata import category

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cxvalue.report.control_signs import visible

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet read a text as a formula; some read the wide signs of East Asian keyboards as the others."""
UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Cn"})
"""Categories of signs that nobody sees and some spreadsheets pass over: spaces, controls, marks of direction."""


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV: UTF-8 with byte order mark, plain decimals, no text that a spreadsheet runs.

    Control characters stand as their pictures: a reader may take one for the end of the file.

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
    writer.writerow([neutralise(visible(str(name))) for name in table.columns])
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
    return neutralise(visible(str(value)))


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

    Examples
    --------
    >>> neutralise("=1+1"), neutralise(" \u200f=1+1"), neutralise("1+1=2")
    ("'=1+1", "' \\u200f=1+1", '1+1=2')
    """
    return f"'{text}" if is_like_formula(text) else text


def is_like_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        True where it starts with a sign of ``FORMULA_STARTS``, or where the first sign that can be seen is one.
    """
    seen = next((sign for sign in text if category(sign) not in UNSEEN), "")
    return text.startswith(FORMULA_STARTS) or seen in FORMULA_STARTS


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
