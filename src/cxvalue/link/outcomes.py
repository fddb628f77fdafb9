"""Outcomes: what happened to each episode in each month after time zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cxvalue.link.columns import Floats, Integers
from cxvalue.link.customer_months import CustomerMonths
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.records import Answers
from cxvalue.link.timeline import Timeline
from cxvalue.tables import CleanTables
from cxvalue.vocabulary import GROSS_PROFIT, REVENUE, Metric

BATCH_BYTES = 64 * 1024 * 1024
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
    block : MonthBlock
        What the panels show of the customers.
    customer, m0 : ndarray of shape (n,)
        Customer and month of each answer.
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
    block: MonthBlock
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
        metrics = self.block.values.shape[2] + (self.margin is not None)
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
    months : CustomerMonths
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

    months: CustomerMonths
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
        cuts = np.searchsorted(answers.customer, self.months.edges)
        for at, block in enumerate(self.months.blocks()):
            for first in range(int(cuts[at]), int(cuts[at + 1]), size):
                rows = slice(first, min(first + size, int(cuts[at + 1])))
                margin = None if self.margin is None else self.margin[rows]
                yield PanelBatch(
                    first, block, answers.customer[rows], answers.m0[rows], margin, revenue,
                    first_k, last_k, self.timeline.follow_up_end,
                )  # fmt: skip
