"""What an engine of a cluster is tried on: groups of rows, and what a function makes of each."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

STATEMENTS: Final = ("SELECT g, x FROM folded_one", "SELECT y, g, name FROM folded_two")
LARGE: Final = 1_500_000
"""Numbers given with a group, and sent back: 12 MB, more than a row of most engines should hold."""
GIVEN: Final = ("first", "second", LARGE, "fourth")
EXPECTED: Final = [
    ("first", [1, 2], [(0.5, "a")]),
    ("second", [], []),
    (LARGE, [3], []),
    ("fourth", [], [(1.5, None), (2.5, "c")]),
]
"""Group 1 has no row in either statement, and the rows of group 9, with which nothing is given, are left out."""


def fold_tables() -> dict[str, pa.Table]:
    """Return the tables that :data:`STATEMENTS` read.

    Returns
    -------
    dict of str to pyarrow.Table
        By name.
    """
    return {
        "folded_one": pa.table({"g": pa.array([2, 0, 9, 0], pa.int32()), "x": pa.array([3, 1, 5, 2], pa.int64())}),
        "folded_two": pa.table(
            {"g": pa.array([3, 0, 3], pa.int32()), "y": [2.5, 0.5, 1.5], "name": pa.array(["c", "a", None])}
        ),
    }


def fold_given() -> list[Any]:
    """Return what is given with each group.

    Returns
    -------
    list
        Text, and for one group many numbers.
    """
    return [np.arange(LARGE) if each == LARGE else each for each in GIVEN]


def told(given: Any, tables: tuple[pa.Table, ...]) -> tuple[Any, list[Any], list[Any]]:
    """Return what is given with a group, and its rows.

    Parameters
    ----------
    given : str or ndarray
        What is given.
    tables : tuple of pyarrow.Table
        The rows of each statement.

    Returns
    -------
    tuple
        What is given, and the rows in order.
    """
    one, two = tables
    pairs = zip(two["y"].to_pylist(), two["name"].to_pylist(), strict=True)
    return given, sorted(one["x"].to_pylist()), sorted(pairs, key=lambda row: row[0])


def shortened(found: tuple[Any, list[Any], list[Any]]) -> tuple[Any, list[Any], list[Any]]:
    """Return what came of a group with the number of the numbers in place of them.

    Parameters
    ----------
    found : tuple
        From :func:`told`.

    Returns
    -------
    tuple
        Of a size that can be printed.
    """
    given, *rows = found
    is_same = isinstance(given, np.ndarray) and np.array_equal(given, np.arange(len(given)))
    return (len(given) if is_same else given, rows[0], rows[1])
