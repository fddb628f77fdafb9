"""Columns of an Arrow table as NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.tables import Attribute

Kind = TypeVar("Kind", bound=np.generic)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int32]
"""Whole numbers of many customers, which are made wide before anything is computed with them."""
PART_ROWS = 1_048_576
"""Rows that are worked on at a time where all at once would take much memory."""


def parts_of(n: int) -> Iterator[slice]:
    """Give consecutive rows, some at a time.

    Parameters
    ----------
    n : int
        Rows in all.

    Yields
    ------
    slice
        :data:`PART_ROWS` of them.

    Examples
    --------
    >>> [rows.stop - rows.start for rows in parts_of(PART_ROWS + 5)]
    [1048576, 5]
    """
    for first in range(0, n, PART_ROWS):
        yield slice(first, min(first + PART_ROWS, n))


def integers(table: pa.Table, name: str, missing: int | None = None) -> Integers:
    """Return a column as 64-bit integers.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    name : str
        The column.
    missing : int, optional
        What stands for null.

    Returns
    -------
    ndarray
        The values.
    """
    column = table[name].combine_chunks().cast(pa.int64())
    if missing is not None:
        column = column.fill_null(missing)
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)


def words(table: pa.Table, name: str = "active") -> Integers:
    """Return the words of activity, or of purchases.

    Parameters
    ----------
    table : pyarrow.Table
        With columns ``<name>_0`` and ``<name>_1``.
    name : {"active", "bought"}
        Which months the words tell.

    Returns
    -------
    ndarray of shape (n, 2)
        The words.
    """
    return np.column_stack([integers(table, f"{name}_0"), integers(table, f"{name}_1")])


def floats(table: pa.Table, name: str) -> Floats:
    """Return a column as floats.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    name : str
        The column.

    Returns
    -------
    ndarray
        The values; NaN for null.
    """
    column = table[name].combine_chunks().cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def codes_of(table: pa.Table, attribute: Attribute, values: tuple[str, ...]) -> Integers:
    """Return a text column as positions in a list of values.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    attribute : Attribute
        The column.
    values : tuple of str
        The values; what is not among them is −1.

    Returns
    -------
    ndarray
        Codes.
    """
    encoded = table[attribute.canonical].combine_chunks().dictionary_encode()
    place = {value: at for at, value in enumerate(values)}
    lookup = np.array([place.get(value, -1) for value in encoded.dictionary.to_pylist()] + [-1], dtype=np.int64)
    places = encoded.indices.fill_null(len(lookup) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.asarray(lookup[places], dtype=np.int64)


def distinct(values: Integers) -> Integers:
    """Return which whole numbers there are among many that lie close together, as months do.

    Parameters
    ----------
    values : ndarray of shape (n,)
        The numbers.

    Returns
    -------
    ndarray
        Each once, ascending.

    Examples
    --------
    >>> distinct(np.array([7, 5, 7])).tolist()
    [5, 7]
    """
    if len(values) == 0:
        return np.empty(0, dtype=np.int64)
    least = int(values.min())
    return np.flatnonzero(np.bincount(values - least)).astype(np.int64) + least


def stacked(columns: Sequence[NDArray[Any]], n: int, kind: type[Kind]) -> NDArray[Kind]:
    """Return columns side by side, also where there is none.

    Parameters
    ----------
    columns : sequence of ndarray of shape (n,)
        The columns.
    n : int
        Rows.
    kind : type
        Of the values.

    Returns
    -------
    ndarray of shape (n, number of columns)
        The columns.
    """
    return np.column_stack(columns).astype(kind, copy=False) if columns else np.empty((n, 0), dtype=kind)
