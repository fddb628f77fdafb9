"""Outcomes: what happened to each episode in each month after time zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TypeVar

import numpy as np

from cxvalue.link.answers import Answers
from cxvalue.link.cluster_months import BlockAway, ClusterMonths
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.customer_months import CustomerMonths, WaitingBlock
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.pipeline import in_order
from cxvalue.link.timeline import Timeline
from cxvalue.tables import CleanTables
from cxvalue.vocabulary import GROSS_PROFIT, REVENUE, Metric

Given = TypeVar("Given")
Result = TypeVar("Result")
Other = TypeVar("Other")

BATCH_BYTES = 32 * 1024 * 1024
"""Memory that the outcomes of one batch of episodes may take."""


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeBatch:
    """Outcomes of a run of episodes.

    Parameters
    ----------
    first : int
        Position of the first answer of the run.
    outcomes : ndarray of shape (n, M, H)
        Metric by month k = 1…H. A month without a row, after leaving, or beyond the follow-up counts 0; which
        months are observed follows from ``m0`` alone.
    """

    first: int
    outcomes: Floats

    @property
    def shape(self) -> tuple[int, int, int]:
        """Episodes, metrics and months."""
        n, metrics, months = self.outcomes.shape
        return n, metrics, months

    def by_month(self, rows: Integers) -> Floats:
        """Return the outcomes of some episodes of the run, month by month.

        Parameters
        ----------
        rows : ndarray of shape (r,)
            Positions within the run.

        Returns
        -------
        ndarray of shape (r, H·M)
            All metrics of the first month, then of the second, and so on.
        """
        _, metrics, months = self.shape
        return self.outcomes[rows].transpose(0, 2, 1).reshape(len(rows), months * metrics)


@dataclass(frozen=True, slots=True, eq=False)
class PanelBatch:
    """Outcomes of a run of episodes that are read when they are asked for.

    Parameters
    ----------
    first : int
        Position of the first answer of the run.
    block : MonthBlock, WaitingBlock or BlockAway
        What the panels show of the customers.
    customer, m0 : ndarray of shape (n,)
        Customer, as the block numbers them, and month of each answer.
    margin : ndarray of shape (n,), optional
        Gross margin of each answer's customer.
    revenue : int
        Position of revenue among the metrics, where the margin is given.
    first_k, last_k : int
        Months counted from that of the answer, both included.
    follow_up_end : int
        Last month of follow-up.
    """

    first: int
    block: MonthBlock | WaitingBlock | BlockAway
    customer: Integers
    m0: Integers
    margin: Floats | None
    revenue: int
    first_k: int
    last_k: int
    follow_up_end: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Episodes, metrics and months."""
        metrics = self.block.n_metrics + (self.margin is not None)
        return len(self.m0), metrics, self.last_k - self.first_k + 1

    @property
    def outcomes(self) -> Floats:
        """Metric by month, as in :class:`OutcomeBatch`."""
        n, metrics, months = self.shape
        return self.by_month(np.arange(n)).reshape(n, months, metrics).transpose(0, 2, 1)

    def by_month(self, rows: Integers) -> Floats:
        """Return the outcomes of some episodes of the run, month by month.

        Parameters
        ----------
        rows : ndarray of shape (r,)
            Positions within the run.

        Returns
        -------
        ndarray of shape (r, H·M)
            All metrics of the first month, then of the second, and so on.
        """
        found = self.block.around(self.customer[rows], self.m0[rows], self.first_k, self.last_k, end=self.follow_up_end)
        if self.margin is not None:
            profit = found[:, :, [self.revenue]] * self.margin[rows, None, None]
            found = np.concatenate([found, profit], axis=2)
        _, metrics, months = self.shape
        return found.reshape(len(rows), months * metrics)


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeOutcomes:
    """The outcomes of all answers, batch by batch, in the order of the answers.

    Parameters
    ----------
    months : CustomerMonths or ClusterMonths
        What the panels show of the customers.
    clean : CleanTables
        The panels.
    timeline : Timeline
        Horizon and end of follow-up.
    answers : Answers
        The answers.
    margin : ndarray of shape (n,), optional
        Gross margin of each answer's customer. With it gross profit, margin × revenue, is a metric, the last one.
    """

    months: CustomerMonths | ClusterMonths
    clean: CleanTables
    timeline: Timeline
    answers: Answers
    margin: Floats | None = None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics measured: first who is still there or, where leaving is not seen, who buys."""
        measured = (column.metric for _, column in self.clean.tables.metric_columns())
        derived = () if self.margin is None else (Metric(GROSS_PROFIT, "money"),)
        return (self.clean.tables.share_metric, *measured, *derived)

    def batches(self) -> Iterator[OutcomeBatch | PanelBatch]:
        """Give the outcomes of consecutive answers.

        Yields
        ------
        OutcomeBatch or PanelBatch
            At most :data:`BATCH_BYTES` of outcomes.
        """
        yield from self.around(1, self.timeline.horizon)

    def around(self, first_k: int, last_k: int) -> Iterator[OutcomeBatch | PanelBatch]:
        """Give what the panels show in some months before or after consecutive answers.

        Parameters
        ----------
        first_k, last_k : int
            Months counted from that of the answer, both included; below 0 before it.

        Yields
        ------
        OutcomeBatch or PanelBatch
            Of shape (rows, M, last_k − first_k + 1), at most :data:`BATCH_BYTES`.
        """
        answers = self.answers
        revenue = 0 if self.margin is None else [metric.name for metric in self.metrics].index(REVENUE)
        size = max(1, BATCH_BYTES // (8 * len(self.metrics) * (last_k - first_k + 1)))
        edges = self.months.edges
        cuts = np.searchsorted(answers.customer, edges)
        blocks: Iterator[MonthBlock | WaitingBlock | BlockAway] = self.months.blocks()
        for at, block in enumerate(blocks):
            for first in range(int(cuts[at]), int(cuts[at + 1]), size):
                rows = slice(first, min(first + size, int(cuts[at + 1])))
                margin = None if self.margin is None else self.margin[rows]
                yield PanelBatch(
                    first, block, answers.customer[rows] - edges[at], answers.m0[rows], margin, revenue,
                    first_k, last_k, self.timeline.follow_up_end,
                )  # fmt: skip

    def read(self, at: Integers, first_k: int, last_k: int) -> Floats:
        """Return what the panels show in some months before or after some answers.

        Parameters
        ----------
        at : ndarray of shape (r,)
            Positions of the answers, ascending.
        first_k, last_k : int
            Months counted from that of the answer, both included; below 0 before it.

        Returns
        -------
        ndarray of shape (r, M, last_k − first_k + 1)
            Metric by month. Of rows that lie on other machines no others come to this one.
        """

        def tasks() -> Iterator[tuple[OutcomeBatch | PanelBatch, Integers]]:
            for batch in self.around(first_k, last_k):
                end = batch.first + batch.shape[0]
                yield batch, at[slice(*np.searchsorted(at, [batch.first, end]))] - batch.first

        parts = [found for _, found in fold_batches(outcomes_of, tasks(), threads=1)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.metrics), last_k - first_k + 1))


def outcomes_of(batch: OutcomeBatch | PanelBatch, rows: Integers) -> Floats:
    """Return the outcomes of some episodes of a batch.

    Parameters
    ----------
    batch : OutcomeBatch or PanelBatch
        The batch.
    rows : ndarray of shape (r,)
        Positions within it.

    Returns
    -------
    ndarray of shape (r, M, months)
        Metric by month.
    """
    _, metrics, months = batch.shape
    found = batch.by_month(rows).reshape(len(rows), months, metrics)
    return np.ascontiguousarray(found.transpose(0, 2, 1))


def fold_batches(
    function: Callable[[OutcomeBatch | PanelBatch, Given], Result],
    tasks: Iterable[tuple[OutcomeBatch | PanelBatch, Given]],
    *,
    threads: int,
    away: Callable[[OutcomeBatch | PanelBatch, Given], Other] | None = None,
) -> Iterator[tuple[tuple[int, int, int], Result | Other]]:
    """Give what a function makes of each batch, where its rows are, in the order of the batches.

    Parameters
    ----------
    function : callable
        Takes a batch, and what is given with it; a function of a module, or a partial of one.
    tasks : iterable of tuple
        Batches, and what is given with each.
    threads : int
        Batches that are worked on at a time, where their rows are on this machine.
    away : callable, optional
        The function where they are on others, for results that take less to send.

    Yields
    ------
    tuple of tuple of int and object
        Shape of the batch, and what the function returned.
    """
    coming = iter(tasks)
    first = next(coming, None)
    if first is None:
        return
    every = chain([first], coming)
    block = first[0].block if isinstance(first[0], PanelBatch) else None
    if isinstance(block, BlockAway):
        if away is None:
            yield from fold_away(function, every, block.months)
        else:
            yield from fold_away(away, every, block.months)
    else:
        yield from in_order(lambda task: (task[0].shape, function(*task)), every, threads=threads)


def fold_away(
    function: Callable[[OutcomeBatch | PanelBatch, Given], Result],
    tasks: Iterable[tuple[OutcomeBatch | PanelBatch, Given]],
    months: ClusterMonths,
) -> Iterator[tuple[tuple[int, int, int], Result]]:
    """Give what a function makes of each batch, on the machines where its rows are.

    Parameters
    ----------
    function : callable
        Takes a batch, and what is given with it.
    tasks : iterable of tuple
        Batches, block by block, and what is given with each.
    months : ClusterMonths
        The blocks.

    Yields
    ------
    tuple of tuple of int and object
        Shape of the batch, and what the function returned.
    """
    sent: list[list[tuple[PanelBatch, Given]]] = [[] for _ in months.edges[1:]]
    for batch, given in tasks:
        if isinstance(batch, PanelBatch) and isinstance(batch.block, BlockAway):
            sent[batch.block.at].append((replace(batch, block=nothing(batch.block.n_metrics)), given))
    shapes = [[batch.shape for batch, _ in part] for part in sent]
    for of_block, found in zip(shapes, months.fold(partial(each_batch, function=function), sent), strict=True):
        yield from zip(of_block, found, strict=True)


def each_batch(
    block: MonthBlock,
    tasks: list[tuple[PanelBatch, Given]],
    *,
    function: Callable[[OutcomeBatch | PanelBatch, Given], Result],
) -> list[Result]:
    """Return what a function makes of each batch of a block.

    Parameters
    ----------
    block : MonthBlock
        What the panels show of the customers.
    tasks : list of tuple
        Batches without their block, and what is given with each.
    function : callable
        Takes a batch, and what is given with it.

    Returns
    -------
    list
        One a batch.
    """
    return [function(replace(batch, block=block), given) for batch, given in tasks]


def nothing(n_metrics: int) -> MonthBlock:
    """Return a block of no customer.

    Parameters
    ----------
    n_metrics : int
        Activity or purchases, and the metrics.

    Returns
    -------
    MonthBlock
        It holds the place of one that is elsewhere.
    """
    return MonthBlock(0, 0, np.empty((0, 0, n_metrics)), np.empty((0, 0, 0)))
