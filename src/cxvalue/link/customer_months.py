"""Customers × months: what the panels show of the customers wanted, read once and given back block by block."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.active_words import ActiveWords
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.panel_rows import Rows, panel_rows, row_type, write_rows
from cxvalue.link.people import People
from cxvalue.link.pipeline import in_order
from cxvalue.progress import Progress, silent
from cxvalue.tables import CleanTables

Given = TypeVar("Given")
Result = TypeVar("Result")

BLOCK_BYTES = 16 * 1024 * 1024
"""Memory that one block of customers takes, up to :data:`MOST_BLOCKS` blocks; beyond, blocks grow."""
MOST_BLOCKS = 1_000
HELD_BYTES = 192 * 1024 * 1024
"""Up to this size all customers are held in memory; beyond, rows wait in files, a file for each block and panel."""


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

    def blocks(self) -> Iterator[MonthBlock | WaitingBlock]:
        """Give the customers, block by block.

        Yields
        ------
        MonthBlock or WaitingBlock
            Consecutive customers, numbered from 0 in each block.
        """
        for at in range(len(self.edges) - 1):
            yield self.held[at] if self.folder is None else WaitingBlock(self, at)

    def block(self, at: int, *, covariates: bool = True) -> MonthBlock:
        """Return a block.

        Parameters
        ----------
        at : int
            Its position.
        covariates : bool
            Whether those of the panels are wanted; they may be there even if not.

        Returns
        -------
        MonthBlock
            Its customers, numbered from 0.
        """
        if self.folder is None:
            return self.held[at]
        first, end = self.edges[at : at + 2].tolist()
        block = empty_block(self.clean, self.people.words(slice(first, end)), covariates=covariates)
        for position, panel in enumerate(self.clean.panels):
            path = Path(self.folder.name, f"{position}_{at}")
            if path.exists():
                rows = np.fromfile(path, dtype=row_type(len(panel.panel.value_columns())))
                rows["person"] -= first
                place_rows(block, rows, self.clean, position)
        finish_block(block, self.clean)
        return block

    def fold(self, function: Callable[[MonthBlock, Given], Result], given: Iterable[Given]) -> Iterator[Result]:
        """Give what a function makes of each block, in their order.

        Parameters
        ----------
        function : callable
            Takes a block, and what is given with it.
        given : iterable
            One a block.

        Yields
        ------
        object
            What the function returns.
        """
        tasks = zip(range(len(self.edges) - 1), given, strict=True)
        yield from in_order(lambda task: function(self.block(task[0]), task[1]), tasks, threads=self.threads)

    def close(self) -> None:
        """Remove the files."""
        if self.folder is not None:
            self.folder.cleanup()


class WaitingBlock:
    """A block whose rows wait in files until what the panels show is asked for: by whoever works on it.

    Parameters
    ----------
    months : CustomerMonths
        What it is part of.
    at : int
        Position of the block.
    """

    def __init__(self, months: CustomerMonths, at: int) -> None:
        self._months, self._at, self._lock = months, at, Lock()
        self._block: MonthBlock | None = None

    @property
    def n_metrics(self) -> int:
        """Activity or purchases, and the metrics."""
        return 1 + len(self._months.clean.tables.metric_columns())

    def around(self, person: Integers, month: Integers, first_k: int, last_k: int, *, end: int) -> Floats:
        """Return what the panels show around some customer-months.

        Parameters
        ----------
        person, month : ndarray of shape (n,)
            The customer-months.
        first_k, last_k : int
            Months counted from each, both included; below 0 before it.
        end : int
            Last month of follow-up; later months are 0.

        Returns
        -------
        ndarray of shape (n, last_k − first_k + 1, 1 + metrics)
            As :meth:`MonthBlock.around` gives them.
        """
        with self._lock:  # batches of one block may be worked on at a time
            if self._block is None:
                self._block = self._months.block(self._at, covariates=False)
        return self._block.around(person, month, first_k, last_k, end=end)


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
    n = len(people.group)
    total = n * bytes_of_customer(clean)
    size = block_size(clean, n)
    edges = np.append(np.arange(0, n, size), n).astype(np.int64)
    streams = (
        panel_rows(engine, clean, panel, size=size, threads=threads, progress=progress) for panel in clean.panels
    )
    if total <= HELD_BYTES:
        whole = empty_block(clean, people.words())
        for position, stream in enumerate(streams):
            for rows, _ in stream:
                place_rows(whole, rows, clean, position)
        finish_block(whole, clean)
        parts = [slice(first, end) for first, end in pairwise(edges.tolist())]
        held = tuple(
            MonthBlock(0, whole.first_month, whole.values[at], whole.extra[at], people.words(at)) for at in parts
        )
        return CustomerMonths(people, clean, edges, held, threads=threads)
    folder = tempfile.TemporaryDirectory(prefix="cxvalue-", ignore_cleanup_errors=True)
    for position, stream in enumerate(streams):
        write_rows(stream, Path(folder.name), str(position))
    return CustomerMonths(people, clean, edges, (), folder, threads)


def bytes_of_customer(clean: CleanTables) -> int:
    """Return what a customer takes in a block.

    Parameters
    ----------
    clean : CleanTables
        Calendar and panels.

    Returns
    -------
    int
        Bytes.
    """
    calendar = clean.activity.calendar
    n_months = calendar.last - calendar.first + 1
    return 8 * n_months * (1 + sum(len(panel.panel.value_columns()) for panel in clean.panels))


def block_size(clean: CleanTables, n: int, *, most: int = MOST_BLOCKS) -> int:
    """Return how many customers a block holds.

    Parameters
    ----------
    clean : CleanTables
        Calendar and panels.
    n : int
        Customers in all.
    most : int
        Blocks at most.

    Returns
    -------
    int
        So many that a block takes :data:`BLOCK_BYTES`, or that there are ``most`` blocks.
    """
    each = bytes_of_customer(clean)
    return max(1, max(BLOCK_BYTES, n * each // most) // each)


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


def empty_block(clean: CleanTables, words: ActiveWords, *, covariates: bool = True) -> MonthBlock:
    """Return a block without a row.

    Parameters
    ----------
    clean : CleanTables
        Calendar and panels.
    words : ActiveWords
        In which months the customers were active or bought.
    covariates : bool
        Whether there is room for those of the panels.

    Returns
    -------
    MonthBlock
        Zeros.
    """
    calendar = clean.activity.calendar
    n_months = calendar.last - calendar.first + 1
    n, (metrics, others) = len(words.active), first_columns(clean, len(clean.panels))
    values, extra = np.zeros((n, n_months, metrics)), np.zeros((n, n_months, others if covariates else 0))
    return MonthBlock(0, calendar.first, values, extra, words)


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
    if len(rows) == 0:
        return
    n_months, n_metrics = block.values.shape[1], len(clean.panels[position].panel.metrics)
    at = rows["person"] * np.int64(n_months)
    at += rows["month"]
    at -= block.first * n_months
    metric, covariate = first_columns(clean, position)
    whole, begin = rows.view(np.float64).reshape(len(rows), -1), row_type(0).itemsize // 8
    parts = [(block.values, metric, begin, n_metrics)]
    if block.extra.shape[2]:
        parts.append((block.extra, covariate, begin + n_metrics, whole.shape[1] - begin - n_metrics))
    for into, first, source, n in parts:
        if n:
            columns_as_bytes(into.reshape(-1, into.shape[2]), first, n)[at] = columns_as_bytes(whole, source, n)


def columns_as_bytes(matrix: Floats, first: int, n: int) -> NDArray[np.void]:
    """Return consecutive columns of each row as one item, which is moved as it is: faster than number by number.

    Parameters
    ----------
    matrix : ndarray of shape (r, c)
        Rows, one after the other in memory; at least one.
    first, n : int
        The first of the columns, and how many.

    Returns
    -------
    ndarray of shape (r,)
        The same memory.
    """
    size = matrix.itemsize
    return np.ndarray(len(matrix), f"V{n * size}", matrix.data, first * size, (matrix.shape[1] * size,))


def finish_block(block: MonthBlock, clean: CleanTables) -> None:
    """Fill in who was active, and take out rows that do not count; the block is changed.

    Parameters
    ----------
    block : MonthBlock
        The block; nothing else holds it yet.
    clean : CleanTables
        The panels.
    """
    calendar, words = clean.activity.calendar, block.words
    active = calendar.every_month(words.active)
    for position, panel in enumerate(clean.panels):
        if panel.panel.only_while_active and not clean.tables.tells_activity(panel.panel):
            metric, covariate = first_columns(clean, position)
            block.values[..., metric : metric + len(panel.panel.metrics)] *= active[..., None]
            block.extra[..., covariate : covariate + len(panel.panel.covariates)] *= active[..., None]
    block.values[..., 0] = active if words.bought is None else calendar.every_month(words.bought)
