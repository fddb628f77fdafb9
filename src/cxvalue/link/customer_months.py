"""Customers × months: what the panels show of the customers wanted, read once and given back block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.active_words import ActiveWords
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.panel_rows import PanelRows, panel_rows
from cxvalue.link.people import People
from cxvalue.link.pipeline import in_order
from cxvalue.link.waiting_rows import WaitingRows, narrow_by_block
from cxvalue.progress import Progress, silent
from cxvalue.tables import CleanTables

Given = TypeVar("Given")
Result = TypeVar("Result")

BLOCK_BYTES = 16 * 1024 * 1024
"""Memory that one block of customers takes, up to :data:`MOST_BLOCKS` blocks; beyond, blocks grow."""
MOST_BLOCKS = 1_000
HELD_BYTES = 192 * 1024 * 1024
"""Up to this size all blocks are made once and held; beyond, each is made of its rows whenever it is asked for."""


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
    waiting : WaitingRows
        The rows of the panels.
    threads : int
        Blocks that are worked on at a time.
    held : tuple of MonthBlock
        The blocks, where all are held in memory.
    """

    people: People
    clean: CleanTables
    edges: Integers
    waiting: WaitingRows = field(repr=False)
    threads: int = 1
    held: tuple[MonthBlock, ...] = ()

    @property
    def folder(self) -> Path | None:
        """Where rows wait in files; none where memory is enough."""
        return self.waiting.folder

    def blocks(self) -> Iterator[MonthBlock | WaitingBlock]:
        """Give the customers, block by block.

        Yields
        ------
        MonthBlock or WaitingBlock
            Consecutive customers, numbered from 0 in each block.
        """
        for at in range(len(self.edges) - 1):
            yield self.held[at] if self.held else WaitingBlock(self, at)

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
        if self.held:
            return self.held[at]
        first, end = self.edges[at : at + 2].tolist()
        block = empty_block(self.clean, self.people.words(slice(first, end)), covariates=covariates)
        for position, panel in enumerate(self.clean.panels):
            wanted = len(panel.panel.value_columns() if covariates else panel.panel.metrics)
            for rows in self.waiting.rows(position, at, columns=wanted):
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
        self.waiting.close()


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
        Its rows wait in memory while they are few, otherwise in files of the system's temporary folder.
    """
    n = len(people.group)
    size = block_size(clean, n)
    edges = np.append(np.arange(0, n, size), n).astype(np.int64)
    waiting = WaitingRows()
    for position, panel in enumerate(clean.panels):
        widest = partial(waiting.widest, position)
        make = partial(narrow_by_block, clean=clean, panel=panel, size=size, at_least=widest)
        waiting.add(position, panel_rows(engine, clean, panel, make, threads=threads, progress=progress))
    months = CustomerMonths(people, clean, edges, waiting, threads)
    if n * bytes_of_customer(clean) > HELD_BYTES:
        return months
    held = tuple(in_order(months.block, range(len(edges) - 1), threads=threads))
    waiting.close()
    return replace(months, held=held)


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
    return 8 * clean.activity.calendar.n_months * (1 + sum(len(panel.panel.value_columns()) for panel in clean.panels))


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
    n, (metrics, others) = len(words.active), first_columns(clean, len(clean.panels))
    values, extra = (
        np.zeros((n, calendar.n_months, metrics)),
        np.zeros((n, calendar.n_months, others if covariates else 0)),
    )
    return MonthBlock(0, calendar.first, values, extra, words)


def place_rows(block: MonthBlock, rows: PanelRows, clean: CleanTables, position: int) -> None:
    """Put a panel's rows in their places of a block, which is changed.

    Parameters
    ----------
    block : MonthBlock
        The block; nothing else holds it yet.
    rows : PanelRows
        Places are counted within the block.
    clean : CleanTables
        The panels.
    position : int
        Position of the panel.
    """
    n_metrics = len(clean.panels[position].panel.metrics)
    metric, covariate = first_columns(clean, position)
    parts = [(block.values, metric, 0, n_metrics)]
    if block.extra.shape[2]:
        parts.append((block.extra, covariate, n_metrics, rows.values.shape[1] - n_metrics))
    for into, first, source, n in parts:
        if n and len(rows.place):
            columns_as_bytes(into.reshape(-1, into.shape[2]), first, n)[rows.place] = columns_as_bytes(
                rows.values, source, n
            )


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
