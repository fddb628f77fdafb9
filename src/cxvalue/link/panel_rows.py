"""A panel's rows of the customers wanted: streamed, and put aside in files by block of customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.columns import Integers
from cxvalue.link.pipeline import in_order
from cxvalue.link.room_aside import room_aside
from cxvalue.link.statements import panel_of_people
from cxvalue.progress import Progress, counted
from cxvalue.tables import CleanPanel, CleanTables

BATCH_ROWS = 131_072
"""Rows that are sorted at a time: few enough to stay in the processor's own memory."""
WAITING_BYTES = 32 * 1024 * 1024
"""What waits to be written into the files of a panel, about."""
READING_PANELS: Final = "reading panels"
"""The stage, as progress names it; the panel's name follows."""

Rows = NDArray[np.void]


def row_type(columns: int) -> np.dtype[np.void]:
    """Return how a panel's row waits in a file.

    Parameters
    ----------
    columns : int
        Values of a row.

    Returns
    -------
    numpy.dtype
        Customer, month (from the first of the calendar) and values.
    """
    return np.dtype([("person", np.int32), ("month", np.int32), ("values", np.float64, (columns,))])


def panel_rows(
    engine: Engine, clean: CleanTables, panel: CleanPanel, *, size: int, threads: int, progress: Progress
) -> Iterator[tuple[Rows, Integers]]:
    """Give a panel's rows of the people, sorted by block of customers within a batch and otherwise in no order.

    Parameters
    ----------
    engine : Engine
        Streams them.
    clean : CleanTables
        The calendar.
    panel : CleanPanel
        The panel.
    size : int
        Customers of a block.
    threads : int
        Batches that are sorted at a time.
    progress : Progress
        Told of the rows.

    Yields
    ------
    tuple of ndarray of :func:`row_type` and ndarray of shape (blocks,)
        The rows, and how many are of each block. What is not known is 0.
    """
    calendar, names = clean.activity.calendar, panel.panel.value_columns()
    stream = engine.stream(panel_of_people(panel, calendar.first, calendar.last), BATCH_ROWS)
    stage = f"{READING_PANELS}: {panel.panel.name}"
    batches = counted(stream, progress, stage, size=lambda batch: batch.num_rows)
    sort = partial(rows_by_block, names=names, first_month=calendar.first, size=size)
    yield from in_order(sort, batches, threads=threads)


def rows_by_block(
    batch: pa.RecordBatch, *, names: tuple[str, ...], first_month: int, size: int
) -> tuple[Rows, Integers]:
    """Return the rows of a batch, sorted by block of customers.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Columns number, month and the values.
    names : tuple of str
        The values' columns.
    first_month : int
        First of the calendar.
    size : int
        Customers of a block.

    Returns
    -------
    tuple of ndarray of :func:`row_type` and ndarray of shape (blocks,)
        The rows, and how many are of each block.
    """
    block = (column_of(batch, "number") // size).astype(np.uint16)
    counts = np.bincount(block)
    order = np.argsort(block, kind="stable") if (counts > 0).sum() > 1 else slice(None)
    return rows_in_order(batch, order, names=names, first_month=first_month), counts.astype(np.int64)


def rows_in_order(
    batch: pa.RecordBatch | pa.Table, order: Integers | slice, *, names: tuple[str, ...], first_month: int
) -> Rows:
    """Return rows of a panel in some order.

    Parameters
    ----------
    batch : pyarrow.RecordBatch or pyarrow.Table
        Columns number, month and the values.
    order : ndarray or slice
        Positions of the rows.
    names : tuple of str
        The values' columns.
    first_month : int
        First of the calendar.

    Returns
    -------
    ndarray of :func:`row_type`
        The rows. What is not known is 0.
    """
    rows = np.empty(batch.num_rows, dtype=row_type(len(names)))
    rows["person"] = column_of(batch, "number")
    np.subtract(column_of(batch, "month"), first_month, out=rows["month"], casting="unsafe")
    for at, name in enumerate(names):
        values = column_of(batch, name)
        rows["values"][:, at] = np.nan_to_num(values, nan=0.0) if batch.column(name).null_count else values
    if isinstance(order, slice):
        return rows[order]
    return whole_rows(rows).take(order).view(rows.dtype)


def whole_rows(rows: Rows) -> Rows:
    """Return rows as bytes, which are moved as they are: several times as fast as field by field.

    Parameters
    ----------
    rows : ndarray of :func:`row_type`
        The rows.

    Returns
    -------
    ndarray
        The same memory.
    """
    return rows.view(f"V{rows.dtype.itemsize}")


def column_of(batch: pa.RecordBatch | pa.Table, name: str) -> NDArray[np.generic]:
    """Return a column of a batch.

    Parameters
    ----------
    batch : pyarrow.RecordBatch or pyarrow.Table
        The batch.
    name : str
        The column.

    Returns
    -------
    ndarray
        Its values.
    """
    column = batch.column(name)
    if isinstance(column, pa.ChunkedArray):
        return np.asarray(column.to_numpy())
    return np.asarray(column.to_numpy(zero_copy_only=False))


def write_rows(batches: Iterable[tuple[Rows, Integers]], folder: Path, name: str) -> None:
    """Write rows into files, a file for each block of customers.

    Parameters
    ----------
    batches : iterable of tuple of ndarray
        As :func:`panel_rows` gives them.
    folder : Path
        Where to.
    name : str
        Of the files: ``<name>_<block>``.

    Notes
    -----
    Files are opened only while they are written to: a system may allow fewer open ones than there are blocks. What is
    written into each at a time is the more, the fewer they are.
    """
    waiting: dict[int, list[bytes]] = {}
    n_waiting: dict[int, int] = {}
    for rows, counts in batches:
        if len(rows) == 0:
            continue
        whole, enough = rows.view(np.uint8).data, WAITING_BYTES // len(counts)
        ends, there = np.cumsum(counts) * rows.itemsize, np.flatnonzero(counts)
        sizes = counts[there] * rows.itemsize
        for at, n, end in zip(there.tolist(), sizes.tolist(), ends[there].tolist(), strict=True):
            waiting.setdefault(at, []).append(whole[end - n : end].tobytes())
            n_waiting[at] = n_waiting.get(at, 0) + n
            if n_waiting[at] >= enough:
                append_rows(waiting.pop(at), folder / f"{name}_{at}")
                del n_waiting[at]
    for at, parts in waiting.items():
        append_rows(parts, folder / f"{name}_{at}")


def append_rows(parts: list[bytes], path: Path) -> None:
    """Write rows at the end of a file.

    Parameters
    ----------
    parts : list of bytes
        The rows.
    path : Path
        The file, which need not be there.
    """
    with room_aside(), path.open("ab") as file:
        file.write(b"".join(parts))
