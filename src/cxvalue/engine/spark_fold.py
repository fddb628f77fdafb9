"""Groups of rows worked on by Spark's executors: what is sent to them, and what they send back."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

Given = TypeVar("Given")
Result = TypeVar("Result")

STATEMENT: Final = "statement_"
"""Column that tells which statement a row comes from."""
PACKED: Final = "packed_"
PART: Final = "part_"
PART_BYTES: Final = 4 * 1024 * 1024
"""What goes to a group, and what comes of it, is cut into rows of this size: Java copies each row as a whole."""


def packed_rows(by: str, groups: Iterable[tuple[int, Any]]) -> pa.Table:
    """Return objects as rows, so many for each group as its object takes.

    Parameters
    ----------
    by : str
        Name of the group's column.
    groups : iterable of tuple of int and object
        Groups, and the object of each.

    Returns
    -------
    pyarrow.Table
        Group, part, and the pickled object's bytes; every row is a chunk of its own.
    """
    batches = []
    for group, each in groups:
        packed = memoryview(pickle.dumps(each, protocol=5))
        for part, first in enumerate(range(0, len(packed), PART_BYTES)):
            chunk = bytes(packed[first : first + PART_BYTES])
            columns = [pa.array([group], pa.int32()), pa.array([part], pa.int32()), pa.array([chunk], pa.binary())]
            batches.append(pa.record_batch(columns, names=[by, PART, PACKED]))
    return pa.Table.from_batches(batches, packed_schema(by))


def packed_schema(by: str) -> pa.Schema:
    """Return the columns of packed objects.

    Parameters
    ----------
    by : str
        Name of the group's column.

    Returns
    -------
    pyarrow.Schema
        Group, part and bytes.
    """
    return pa.schema([(by, pa.int32()), (PART, pa.int32()), (PACKED, pa.binary())])


def unpacked(rows: pa.Table) -> Any:
    """Return the object that the rows of a group hold.

    Parameters
    ----------
    rows : pyarrow.Table
        From :func:`packed_rows`, in any order.

    Returns
    -------
    object
        The object.
    """
    return pickle.loads(b"".join(rows.sort_by(PART)[PACKED].to_pylist()))


def unpacked_groups(rows: Iterable[Any], by: str) -> Iterator[Any]:
    """Give the objects that rows hold.

    Parameters
    ----------
    rows : iterable of Row
        Rows of :func:`packed_rows` as Spark gives them, by group and part.
    by : str
        Name of the group's column.

    Yields
    ------
    object
        One a group.
    """
    for _, parts in groupby(rows, key=attrgetter(by)):
        yield pickle.loads(b"".join(part[PACKED] for part in parts))


def stacked(frames: Sequence[Any]) -> Any:
    """Return the rows of several frames as those of one.

    Parameters
    ----------
    frames : sequence of DataFrame
        The frames.

    Returns
    -------
    DataFrame
        All their columns, null where a frame has none, and the frame's position.
    """
    marked = [frame.selectExpr("*", f"{at} AS {STATEMENT}") for at, frame in enumerate(frames)]
    return reduce(lambda one, two: one.unionByName(two, allowMissingColumns=True), marked)


def folding(
    function: Callable[[Given, tuple[pa.Table, ...]], Result], columns: Sequence[Sequence[str]], by: str
) -> Callable[[tuple[pa.Scalar[Any], ...], pa.Table, pa.Table], pa.Table]:
    """Return what the executors call on each group.

    Parameters
    ----------
    function : callable
        Takes what is given with the group, and a table for each statement.
    columns : sequence of sequence of str
        Columns of each statement.
    by : str
        Name of the group's column.

    Returns
    -------
    callable
        Takes the group, what is given with it and its rows; no row comes back for a group of which nothing is given.
    """

    def folded(group: tuple[pa.Scalar[Any], ...], given: pa.Table, rows: pa.Table) -> pa.Table:
        if not given.num_rows:
            return packed_rows(by, [])
        return packed_rows(by, [(group[0].as_py(), function(unpacked(given), apart(rows, columns)))])

    return folded


def apart(rows: pa.Table, columns: Sequence[Sequence[str]]) -> tuple[pa.Table, ...]:
    """Return the rows of each statement.

    Parameters
    ----------
    rows : pyarrow.Table
        Of all statements.
    columns : sequence of sequence of str
        Columns of each statement.

    Returns
    -------
    tuple of pyarrow.Table
        One a statement.
    """
    if len(columns) == 1:
        return (rows.select(list(columns[0])),)
    return tuple(rows.filter(pc.equal(rows[STATEMENT], at)).select(list(names)) for at, names in enumerate(columns))
