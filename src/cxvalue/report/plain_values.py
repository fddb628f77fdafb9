"""Values and rows as JSON knows them: plain Python, None where there is nothing."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

Json = dict[str, Any]


def plain(value: object) -> Any:
    """Return a value as JSON knows it.

    Parameters
    ----------
    value : object
        A number of NumPy or Python, a text, a truth value, or something missing.

    Returns
    -------
    int, float, bool, str or None
        None for what is missing or not finite.

    Examples
    --------
    >>> plain(float("nan")) is None, plain(2.5), plain(True)
    (True, 2.5, True)
    """
    if value is None or value is pd.NA:
        return None
    if isinstance(value, str):
        return value
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and not math.isfinite(number) else number


def records(table: pd.DataFrame, keys: Iterable[Hashable]) -> list[Json]:
    """Return chosen columns of a table as one dict a row.

    Parameters
    ----------
    table : pandas.DataFrame
        The table.
    keys : iterable of str
        The columns.

    Returns
    -------
    list of dict
        The rows.
    """
    names = [str(key) for key in keys]
    columns = [[plain(value) for value in table[name].tolist()] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
