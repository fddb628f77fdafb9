"""Customers × months on a cluster: panel rows stay where they are, and are worked on there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from cxvalue.engine import ClusterEngine
from cxvalue.link.active_words import ActiveWords
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.customer_months import block_size, empty_block, finish_block, place_rows
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.panel_rows import rows_of
from cxvalue.link.people import People
from cxvalue.link.statements import panel_by_block
from cxvalue.tables import CleanTables

MOST_BLOCKS = 250
"""Fewer than on one machine: each sends sums of its own back."""
Given = TypeVar("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, eq=False)
class ClusterMonths:
    """What the panels show of the people, block by block, on an engine that works on rows where they are.

    Parameters
    ----------
    engine : ClusterEngine
        Where the rows are.
    people : People
        The customers.
    clean : CleanTables
        The panels.
    edges : ndarray of shape (blocks + 1,)
        First customer of each block, and the number of customers.
    statements : tuple of str
        Give the rows of each panel, by block.
    threads : int
        Batches that are worked on at a time on this machine.
    """

    engine: ClusterEngine
    people: People
    clean: CleanTables
    edges: Integers
    statements: tuple[str, ...]
    threads: int = 1

    def blocks(self) -> Iterator[BlockAway]:
        """Name the blocks; their rows stay where they are until they are asked for.

        Yields
        ------
        BlockAway
            Consecutive customers, numbered from 0 in each block.
        """
        fetched = Fetched(partial(self.fold, as_it_is))
        n_metrics = 1 + len(self.clean.tables.metric_columns())
        for at in range(len(self.edges) - 1):
            yield BlockAway(self, at, n_metrics, fetched)

    def fold(self, function: Callable[[MonthBlock, Given], Result], given: Iterable[Given]) -> Iterator[Result]:
        """Give what a function makes of each block where its rows are, in the order of the blocks.

        Parameters
        ----------
        function : callable
            Takes a block, and what is given with it; a function of a module, or a partial of one.
        given : iterable
            One a block; sent to where the rows are.

        Yields
        ------
        object
            What the function returns: it alone comes to this machine.
        """
        bounds = pairwise(self.edges.tolist())
        sent = ((self.people.words(slice(*ends)), each) for ends, each in zip(bounds, given, strict=True))
        work = partial(work_on_rows, function=function, clean=without_sources(self.clean))
        yield from self.engine.fold(self.statements, work, by="block", given=sent)

    def close(self) -> None:
        """Do nothing: the engine gives back what is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class BlockAway:
    """A block whose rows are on other machines.

    Parameters
    ----------
    months : ClusterMonths
        What it is part of.
    at : int
        Position of the block.
    n_metrics : int
        Activity or purchases, and the metrics.
    fetched : Fetched
        Brings blocks to this machine.
    """

    months: ClusterMonths
    at: int
    n_metrics: int
    fetched: Fetched = field(repr=False)

    def around(self, person: Integers, month: Integers, first_k: int, last_k: int, *, end: int) -> Floats:
        """Return what the panels show around some customer-months; the block's rows come to this machine for it.

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
        block = self.fetched.block(self.at, len(self.months.edges) - 1)
        return block.around(person, month, first_k, last_k, end=end)


class Fetched:
    """Blocks brought to this machine one after the other, for what reads episodes as rows.

    Parameters
    ----------
    fold : callable
        Gives the blocks in their order, for one thing given with each.
    """

    def __init__(self, fold: Callable[[Iterable[Any]], Iterator[MonthBlock]]) -> None:
        self._fold = fold
        self._coming: Iterator[tuple[int, MonthBlock]] = iter(())
        self._held: tuple[int, MonthBlock] | None = None

    def block(self, at: int, blocks: int) -> MonthBlock:
        """Return a block.

        Parameters
        ----------
        at : int
            Its position.
        blocks : int
            Blocks in all.

        Returns
        -------
        MonthBlock
            The block; the one before it is let go.
        """
        if self._held is None or self._held[0] > at:
            self._coming = enumerate(self._fold([None] * blocks))
            self._held = next(self._coming)
        while self._held[0] < at:
            self._held = next(self._coming)
        return self._held[1]


def read_cluster_months(
    engine: ClusterEngine, clean: CleanTables, people: People, *, threads: int = 1
) -> ClusterMonths:
    """Keep the people's rows of every panel where they are.

    Parameters
    ----------
    engine : ClusterEngine
        Keeps them; table ``people`` exists.
    clean : CleanTables
        The panels.
    people : People
        The customers.
    threads : int
        Batches that are worked on at a time on this machine.

    Returns
    -------
    ClusterMonths
        Blocks of customers as :func:`read_customer_months` makes them, larger ones where there are very many.
    """
    calendar, n, statements = clean.activity.calendar, len(people.group), []
    size = block_size(clean, n, most=MOST_BLOCKS)
    for panel in clean.panels:
        kept = f"{panel.view}_by_block"
        engine.keep(kept, panel_by_block(panel, calendar.first, calendar.last, size=size))
        statements.append(f"SELECT * FROM {kept}")
    edges = np.append(np.arange(0, n, size), n).astype(np.int64)
    return ClusterMonths(engine, people, clean, edges, tuple(statements), threads)


def without_sources(clean: CleanTables) -> CleanTables:
    """Return what functions need of the tables where the rows are; the user's data frames are not sent along.

    Parameters
    ----------
    clean : CleanTables
        The tables.

    Returns
    -------
    CleanTables
        The same without rows in memory and findings.
    """
    sources = {name: replace(source, frame=None, spark=None) for name, source in clean.tables.sources.items()}
    return replace(clean, tables=replace(clean.tables, sources=sources), findings=())


def work_on_rows(
    given: tuple[ActiveWords, Given],
    tables: tuple[pa.Table, ...],
    *,
    function: Callable[[MonthBlock, Given], Result],
    clean: CleanTables,
) -> Result:
    """Make a block of its rows, and work on it.

    Parameters
    ----------
    given : tuple of ActiveWords and object
        Of the block's customers, and what the function is to know.
    tables : tuple of pyarrow.Table
        Rows of each panel.
    function : callable
        Takes the block, and what is given with it.
    clean : CleanTables
        Calendar and panels.

    Returns
    -------
    object
        What the function returns.
    """
    words, own = given
    block = empty_block(clean, words)
    for position, (panel, table) in enumerate(zip(clean.panels, tables, strict=True)):
        place_rows(block, rows_of(table, clean, panel), clean, position)
    finish_block(block, clean)
    return function(block, own)


def as_it_is(block: MonthBlock, given: None) -> MonthBlock:
    """Return a block.

    Parameters
    ----------
    block : MonthBlock
        The block.
    given : None
        Nothing.

    Returns
    -------
    MonthBlock
        The same.
    """
    return block
