"""A panel's rows of the customers wanted: streamed, and where each belongs in customers × months."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.columns import Floats, Integers, stacked
from cxvalue.link.pipeline import in_order
from cxvalue.link.statements import panel_of_people
from cxvalue.progress import Progress, counted
from cxvalue.tables import CleanPanel, CleanTables

BATCH_ROWS = 131_072
"""Rows that are sorted at a time: few enough to stay in the processor's own memory."""
READING_PANELS: Final = "reading panels"
"""The stage, as progress names it; the panel's name follows."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, eq=False)
class PanelRows:
    """Rows of a panel, in no order.

    Parameters
    ----------
    place : ndarray of shape (r,)
        Where each belongs in customers × months: number of the customer × months + month.
    values : ndarray of shape (r, columns)
        Metrics, then covariates. What is not known is 0.
    """

    place: Integers
    values: Floats


def panel_rows(
    engine: Engine,
    clean: CleanTables,
    panel: CleanPanel,
    make: Callable[[pa.RecordBatch], Made],
    *,
    threads: int,
    progress: Progress,
) -> Iterator[Made]:
    """Stream a panel's rows of the people.

    Parameters
    ----------
    engine : Engine
        Streams them.
    clean : CleanTables
        The calendar.
    panel : CleanPanel
        The panel.
    make : callable
        What is made of each batch of rows: columns number, month and the values.
    threads : int
        Batches that are worked on at a time.
    progress : Progress
        Told of the rows.

    Yields
    ------
    object
        What is made of them. Rows are in no order.
    """
    calendar = clean.activity.calendar
    stream = engine.stream(panel_of_people(panel, calendar.first, calendar.last), BATCH_ROWS)
    stage = f"{READING_PANELS}: {panel.panel.name}"
    batches = counted(stream, progress, stage, size=lambda batch: batch.num_rows)
    yield from in_order(make, batches, threads=threads)


def rows_of(batch: pa.RecordBatch | pa.Table, clean: CleanTables, panel: CleanPanel) -> PanelRows:
    """Return the rows of a batch.

    Parameters
    ----------
    batch : pyarrow.RecordBatch or pyarrow.Table
        Columns number, month and the values.
    clean : CleanTables
        The calendar.
    panel : CleanPanel
        The panel.

    Returns
    -------
    PanelRows
        The rows.
    """
    return PanelRows(places_of(batch, clean), stacked(values_of(batch, panel), batch.num_rows, np.float64))


def places_of(batch: pa.RecordBatch | pa.Table, clean: CleanTables) -> Integers:
    """Return where the rows of a batch belong.

    Parameters
    ----------
    batch : pyarrow.RecordBatch or pyarrow.Table
        Columns number and month.
    clean : CleanTables
        The calendar.

    Returns
    -------
    ndarray of shape (r,)
        Number of the customer × months + month.
    """
    calendar = clean.activity.calendar
    place = column_of(batch, "number") * np.int64(calendar.n_months)
    place += column_of(batch, "month")
    place -= calendar.first
    return place


def values_of(batch: pa.RecordBatch | pa.Table, panel: CleanPanel) -> list[Floats]:
    """Return the values of a batch.

    Parameters
    ----------
    batch : pyarrow.RecordBatch or pyarrow.Table
        The batch.
    panel : CleanPanel
        The panel.

    Returns
    -------
    list of ndarray of shape (r,)
        Metrics, then covariates. What is not known is 0.
    """
    columns = []
    for name in panel.panel.value_columns():
        values = column_of(batch, name)
        columns.append(np.nan_to_num(values, nan=0.0) if batch.column(name).null_count else values)
    return columns


def column_of(batch: pa.RecordBatch | pa.Table, name: str) -> NDArray[Any]:
    """Return a column of a batch.

    Parameters
    ----------
    batch : pyarrow.RecordBatch or pyarrow.Table
        The batch.
    name : str
        The column.

    Returns
    -------
    ndarray of shape (r,)
        Its values.
    """
    column = batch.column(name)
    if isinstance(column, pa.ChunkedArray):
        return np.asarray(column.to_numpy())
    return np.asarray(column.to_numpy(zero_copy_only=False))
