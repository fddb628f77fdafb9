"""Customers × months: what the panels show of the customers wanted, read once and given back block by block."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.people import People
from cxvalue.link.statements import panel_of_people
from cxvalue.progress import Progress, counted, silent
from cxvalue.tables import CleanPanel, CleanTables

BLOCK_BYTES = 32 * 1024 * 1024
"""Memory that one block of customers takes, up to :data:`MOST_BLOCKS` blocks; beyond, blocks grow."""
MOST_BLOCKS = 250
HELD_BYTES = 192 * 1024 * 1024
"""Up to this size all customers are held in memory; beyond, rows wait in files, a file for each block and panel."""
BATCH_ROWS = 262_144
READING_PANELS: Final = "reading panels"
"""The stage, as progress names it; the panel's name follows."""

Rows = NDArray[np.void]


@dataclass(frozen=True, slots=True, eq=False)
class MonthBlock:
    """What the panels show of consecutive customers.

    Parameters
    ----------
    first : int
        Position of the first customer among the people.
    first_month : int
        Month that the first row of ``values`` stands for.
    values : ndarray of shape (customers, months, 1 + metrics)
        First whether the customer was active or, where leaving is not seen, bought; then the metrics. 0 without a row
        and, where leaving is seen, while not active.
    extra : ndarray of shape (customers, months, covariates)
        Covariates of the panels, likewise.
    """

    first: int
    first_month: int
    values: Floats
    extra: Floats

    def sums(self, person: Integers, month: Integers, before: range, columns: Sequence[int]) -> tuple[Floats, Floats]:
        """Return sums over a window before some customer-months.

        Parameters
        ----------
        person : ndarray of shape (n,)
            Positions of customers of this block among the people.
        month : ndarray of shape (n,)
            The months, of the block's.
        before : range
            The window, in months before each.
        columns : sequence of int
            Columns of ``values`` that are wanted.

        Returns
        -------
        tuple of ndarray of shape (n, columns) and ndarray of shape (n, covariates)
            Sums; months outside the block's add nothing.
        """
        at = (person - self.first) * self.values.shape[1] + month - self.first_month
        values = [rolled(self.values[..., column], before).ravel()[at] for column in columns]
        extra = [rolled(self.extra[..., column], before).ravel()[at] for column in range(self.extra.shape[2])]
        return side_by_side(values, len(at)), side_by_side(extra, len(at))

    def months_within(self, person: Integers, month: Integers, before: range, there: NDArray[np.bool_]) -> Integers:
        """Return in how many months of a window before some customer-months the customer was active or bought.

        Parameters
        ----------
        person : ndarray of shape (n,)
            Positions of customers of this block among the people.
        month : ndarray of shape (n,)
            The months, of the block's.
        before : range
            The window, in months before each.
        there : ndarray of shape (months,)
            Which months count.

        Returns
        -------
        ndarray of shape (n,)
            Months.
        """
        at = (person - self.first) * self.values.shape[1] + month - self.first_month
        return np.asarray(rolled(self.values[..., 0] * there, before).ravel()[at], dtype=np.int64)

    def around(self, person: Integers, month: Integers, first_k: int, last_k: int, *, end: int) -> Floats:
        """Return what the panels show around some customer-months.

        Parameters
        ----------
        person : ndarray of shape (n,)
            Positions of customers of this block among the people.
        month : ndarray of shape (n,)
            The months.
        first_k, last_k : int
            Months counted from each, both included; below 0 before it.
        end : int
            Last month of follow-up; later months are 0.

        Returns
        -------
        ndarray of shape (n, last_k − first_k + 1, 1 + metrics)
            Values by month.
        """
        n_months, length = self.values.shape[1], last_k - first_k + 1
        low, high = self.first_month, min(self.first_month + n_months - 1, end)
        start = month + first_k - low
        within = (person - self.first) * n_months + start
        whole = (within >= 0) & (within + length <= len(self.values) * n_months)
        if not whole.any():
            return self._month_by_month(person, start, length, high)
        found = sliding_windows(self.values, length)[np.where(whole, within, 0)]
        found = found.reshape(len(person), length, self.values.shape[2])
        for first in np.flatnonzero(np.bincount(start - start.min())) + start.min():
            if first < 0 or first + length - 1 > high - low:
                rows = np.flatnonzero(start == first)
                found[rows, : max(-first, 0)] = 0.0
                found[rows, max(high - low - first + 1, 0) :] = 0.0
        if not whole.all():
            rows = np.flatnonzero(~whole)
            found[rows] = self._month_by_month(person[rows], start[rows], length, high)
        return found

    def _month_by_month(self, person: Integers, start: Integers, length: int, high: int) -> Floats:
        at = start[:, None] + np.arange(length)
        inside = (at >= 0) & (at <= high - self.first_month)
        rows = self.values[(person - self.first)[:, None], np.where(inside, at, 0)]
        return np.asarray(rows * inside[..., None])


def rolled(values: Floats, before: range) -> Floats:
    """Return, for every month, the sum over a window before it.

    Parameters
    ----------
    values : ndarray of shape (customers, months)
        Values.
    before : range
        The window, in months before each.

    Returns
    -------
    ndarray of shape (customers, months)
        Sums over those months of the window that there are.

    Examples
    --------
    >>> rolled(np.array([[1.0, 2.0, 4.0]]), range(0, 2)).tolist()
    [[1.0, 3.0, 6.0]]
    """
    found, each, n_months = np.zeros(values.shape), np.ascontiguousarray(values), values.shape[1]
    for back in before:
        if back < n_months:
            found[:, back:] += each[:, : n_months - back]
    return found


def side_by_side(columns: Sequence[Floats], n: int) -> Floats:
    """Return columns side by side, also where there is none.

    Parameters
    ----------
    columns : sequence of ndarray of shape (n,)
        The columns.
    n : int
        Rows.

    Returns
    -------
    ndarray of shape (n, columns)
        The columns.
    """
    return np.column_stack(columns) if columns else np.empty((n, 0))


def sliding_windows(values: Floats, length: int) -> Floats:
    """Return views of consecutive months, whatever customer they belong to.

    Parameters
    ----------
    values : ndarray of shape (customers, months, columns)
        Values, of at least so many months in all.
    length : int
        Months of a window.

    Returns
    -------
    ndarray of shape (windows, length × columns)
        Window i begins with month i of all customers' months, one customer after the other; not writeable.
    """
    columns, size = values.shape[2], values.itemsize
    shape = (values.shape[0] * values.shape[1] - length + 1, length * columns)
    return np.lib.stride_tricks.as_strided(values, shape, (columns * size, size), writeable=False)


@dataclass(frozen=True, slots=True, eq=False)
class CustomerMonths:
    """What the panels show of the people, block by block.

    Parameters
    ----------
    people : People
        The customers.
    clean : CleanTables
        The panels.
    edges : ndarray of shape (blocks + 1,)
        First customer of each block, and the number of customers.
    held : tuple of MonthBlock
        The blocks, where all are held in memory.
    folder : tempfile.TemporaryDirectory, optional
        Where rows wait otherwise; removed with this object, and at the end of the process at the latest.
    threads : int
        Blocks that are worked on at a time.
    """

    people: People
    clean: CleanTables
    edges: Integers
    held: tuple[MonthBlock, ...] = ()
    folder: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False)
    threads: int = 1

    def blocks(self) -> Iterator[MonthBlock]:
        """Give the customers, block by block.

        Yields
        ------
        MonthBlock
            Consecutive customers.
        """
        if self.folder is None:
            yield from self.held
            return
        for at, (first, end) in enumerate(pairwise(self.edges.tolist())):
            block = empty_block(self.people, self.clean, first, end)
            for position, panel in enumerate(self.clean.panels):
                path = Path(self.folder.name, f"{position}_{at}")
                if path.exists():
                    rows = np.fromfile(path, dtype=row_type(len(panel.panel.value_columns())))
                    place_rows(block, rows, self.clean, position)
            finish_block(block, self.people, self.clean)
            yield block

    def close(self) -> None:
        """Remove the files."""
        if self.folder is not None:
            self.folder.cleanup()


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


def read_customer_months(
    engine: Engine, clean: CleanTables, people: People, *, threads: int = 1, progress: Progress = silent
) -> CustomerMonths:
    """Read every panel once and keep what it shows of the people.

    Parameters
    ----------
    engine : Engine
        Streams the panels; table ``people`` exists.
    clean : CleanTables
        The panels.
    people : People
        The customers.
    threads : int
        Blocks that are worked on at a time later.
    progress : Progress
        Told of the rows that were read.

    Returns
    -------
    CustomerMonths
        In memory where that takes little; otherwise in files of the system's temporary folder.
    """
    calendar = clean.activity.calendar
    n, n_months = len(people.group), calendar.last - calendar.first + 1
    customer_bytes = 8 * n_months * (1 + sum(len(panel.panel.value_columns()) for panel in clean.panels))
    total = n * customer_bytes
    size = max(1, max(BLOCK_BYTES, total // MOST_BLOCKS) // customer_bytes)
    edges = np.append(np.arange(0, n, size), n).astype(np.int64)
    streams = (panel_rows(engine, clean, panel, people, progress=progress) for panel in clean.panels)
    if total <= HELD_BYTES:
        whole = empty_block(people, clean, 0, n)
        for position, stream in enumerate(streams):
            for rows in stream:
                place_rows(whole, rows, clean, position)
        finish_block(whole, people, clean)
        parts = [(first, slice(first, end)) for first, end in pairwise(edges.tolist())]
        held = tuple(MonthBlock(first, whole.first_month, whole.values[at], whole.extra[at]) for first, at in parts)
        return CustomerMonths(people, clean, edges, held, threads=threads)
    folder = tempfile.TemporaryDirectory(prefix="cxvalue-", ignore_cleanup_errors=True)
    for position, stream in enumerate(streams):
        write_rows(stream, Path(folder.name), str(position), size=size)
    return CustomerMonths(people, clean, edges, (), folder, threads)


def first_columns(clean: CleanTables, position: int) -> tuple[int, int]:
    """Return where a panel's values stand in a block.

    Parameters
    ----------
    clean : CleanTables
        The panels.
    position : int
        Position of the panel.

    Returns
    -------
    tuple of int
        First column of its metrics among the values, which activity leads, and of its covariates among the extra
        columns.
    """
    before = clean.panels[:position]
    return 1 + sum(len(panel.panel.metrics) for panel in before), sum(len(panel.panel.covariates) for panel in before)


def panel_rows(
    engine: Engine, clean: CleanTables, panel: CleanPanel, people: People, *, progress: Progress
) -> Iterator[Rows]:
    """Give a panel's rows of the people, in no order.

    Parameters
    ----------
    engine : Engine
        Streams them.
    clean : CleanTables
        The calendar.
    panel : CleanPanel
        The panel.
    people : People
        The customers.
    progress : Progress
        Told of the rows.

    Yields
    ------
    ndarray
        Of :func:`row_type`. What is not known is 0.
    """
    calendar, names = clean.activity.calendar, panel.panel.value_columns()
    kind = row_type(len(names))
    stream = engine.stream(panel_of_people(panel, calendar.first, calendar.last), BATCH_ROWS)
    stage = f"{READING_PANELS}: {panel.panel.name}"
    for batch in counted(stream, progress, stage, size=lambda batch: batch.num_rows):
        rows = np.empty(batch.num_rows, dtype=kind)
        rows["person"] = people.place[column_of(batch, "number")]
        rows["month"] = column_of(batch, "month") - calendar.first
        for at, name in enumerate(names):
            values = column_of(batch, name)
            rows["values"][:, at] = np.nan_to_num(values, nan=0.0) if batch.column(name).null_count else values
        yield rows


def column_of(batch: pa.RecordBatch, name: str) -> NDArray[np.generic]:
    """Return a column of a batch.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        The batch.
    name : str
        The column.

    Returns
    -------
    ndarray
        Its values.
    """
    return np.asarray(batch.column(name).to_numpy(zero_copy_only=False))


def write_rows(batches: Iterable[Rows], folder: Path, name: str, *, size: int) -> None:
    """Write rows into files, a file for each block of customers.

    Parameters
    ----------
    batches : iterable of ndarray
        Rows of :func:`row_type`.
    folder : Path
        Where to.
    name : str
        Of the files: ``<name>_<block>``.
    size : int
        Customers of a block.
    """
    for rows in batches:
        block = (rows["person"] // size).astype(np.uint8)
        order = np.argsort(block, kind="stable")
        counts = np.bincount(block)
        ends = np.cumsum(counts)
        rows = rows[order]
        for at in np.flatnonzero(counts):
            with (folder / f"{name}_{at}").open("ab") as file:
                rows[ends[at] - counts[at] : ends[at]].tofile(file)


def empty_block(people: People, clean: CleanTables, first: int, end: int) -> MonthBlock:
    """Return a block without a row.

    Parameters
    ----------
    people : People
        The customers.
    clean : CleanTables
        Calendar and panels.
    first, end : int
        The customers, the last not included.

    Returns
    -------
    MonthBlock
        Zeros.
    """
    calendar = clean.activity.calendar
    n_months = calendar.last - calendar.first + 1
    metrics, covariates = first_columns(clean, len(clean.panels))
    return MonthBlock(
        first, calendar.first, np.zeros((end - first, n_months, metrics)), np.zeros((end - first, n_months, covariates))
    )


def place_rows(block: MonthBlock, rows: Rows, clean: CleanTables, position: int) -> None:
    """Put a panel's rows in their places of a block, which is changed.

    Parameters
    ----------
    block : MonthBlock
        The block; nothing else holds it yet.
    rows : ndarray
        Rows of :func:`row_type`.
    clean : CleanTables
        The panels.
    position : int
        Position of the panel.
    """
    n_months, n_metrics = block.values.shape[1], len(clean.panels[position].panel.metrics)
    at = (rows["person"] - block.first).astype(np.int64) * n_months + rows["month"]
    metric, covariate = first_columns(clean, position)
    values, rest = rows["values"][:, :n_metrics], rows["values"][:, n_metrics:]
    block.values.reshape(-1, block.values.shape[2])[at, metric : metric + n_metrics] = values
    if rest.shape[1]:
        block.extra.reshape(-1, block.extra.shape[2])[at, covariate : covariate + rest.shape[1]] = rest


def finish_block(block: MonthBlock, people: People, clean: CleanTables) -> None:
    """Fill in who was active, and take out rows that do not count; the block is changed.

    Parameters
    ----------
    block : MonthBlock
        The block; nothing else holds it yet.
    people : People
        The customers.
    clean : CleanTables
        The panels.
    """
    calendar, here = clean.activity.calendar, slice(block.first, block.first + len(block.values))
    months = np.arange(calendar.first, calendar.last + 1)[None, :]
    active = calendar.unpack(people.active[here], months)
    for position, panel in enumerate(clean.panels):
        if panel.panel.only_while_active and not clean.tables.tells_activity(panel.panel):
            metric, covariate = first_columns(clean, position)
            block.values[..., metric : metric + len(panel.panel.metrics)] *= active[..., None]
            block.extra[..., covariate : covariate + len(panel.panel.covariates)] *= active[..., None]
    block.values[..., 0] = active if people.bought is None else calendar.unpack(people.bought[here], months)
