"""Outcomes: what happened to each episode in each month after time zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.records import Answers
from cxvalue.link.statements import panel_rows_around
from cxvalue.link.timeline import Timeline
from cxvalue.tables import CleanTables
from cxvalue.vocabulary import GROSS_PROFIT, REVENUE, Metric

BATCH_BYTES = 192 * 1024 * 1024
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


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeOutcomes:
    """The outcomes of all answers, batch by batch, in the order of the answers.

    Parameters
    ----------
    engine : Engine
        Where the panels are.
    clean : CleanTables
        The panels.
    timeline : Timeline
        Horizon and end of follow-up.
    answers : Answers
        The answers.
    margin : ndarray of shape (n,), optional
        Gross margin of each answer's customer. With it gross profit, margin × revenue, is a metric, the last one.
    """

    engine: Engine
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

    def batches(self) -> Iterator[OutcomeBatch]:
        """Give the outcomes of consecutive answers.

        Yields
        ------
        OutcomeBatch
            At most :data:`BATCH_BYTES` of outcomes.
        """
        yield from self.around(1, self.timeline.horizon)

    def around(self, first_k: int, last_k: int) -> Iterator[OutcomeBatch]:
        """Give what the panels show in some months before or after consecutive answers.

        Parameters
        ----------
        first_k, last_k : int
            Months counted from that of the answer, both included; below 0 before it.

        Yields
        ------
        OutcomeBatch
            Of shape (rows, M, last_k − first_k + 1), at most :data:`BATCH_BYTES`.
        """
        n = len(self.answers.m0)
        size = max(1, BATCH_BYTES // (8 * len(self.metrics) * (last_k - first_k + 1)))
        edges = np.linspace(0, n, -(-n // size) + 1).astype(int)
        for first, end in pairwise(edges):
            yield OutcomeBatch(int(first), self.read(int(first), int(end), first_k, last_k))

    def read(self, first: int, end: int, first_k: int, last_k: int) -> Floats:
        """Return what the panels show around the answers from ``first`` up to, not including, ``end``.

        Parameters
        ----------
        first, end : int
            Positions of answers.
        first_k, last_k : int
            Months counted from that of the answer, both included.

        Returns
        -------
        ndarray of shape (end − first, M, last_k − first_k + 1)
            Metric by month; the first metric is whether the customer was active or, where leaving is not seen,
            bought.
        """
        outcomes = np.zeros((end - first, len(self.metrics), last_k - first_k + 1))
        m0 = self.answers.m0[first:end]
        months = m0[:, None] + np.arange(first_k, last_k + 1)
        words = self.answers.active if self.answers.bought is None else self.answers.bought
        share = self.clean.activity.calendar.unpack(words[first:end], months)
        outcomes[:, 0, :] = share & (months <= self.timeline.follow_up_end)
        position = 1
        for panel in self.clean.panels:
            statement = panel_rows_around(
                panel, self.timeline, first_id=first, last_id=end - 1, first_k=first_k, last_k=last_k
            )
            names = [column.canonical for column in panel.panel.metrics]
            for batch in self.engine.stream(statement):
                row = column_of(batch.column("index_id").to_numpy(zero_copy_only=False)) - first
                k = column_of(batch.column("k").to_numpy(zero_copy_only=False)) - first_k
                for at, name in enumerate(names):
                    values = batch.column(name).to_numpy(zero_copy_only=False)
                    outcomes[row, position + at, k] = np.nan_to_num(values, nan=0.0)
            position += len(names)
        if self.margin is not None:
            revenue = [metric.name for metric in self.metrics].index(REVENUE)
            outcomes[:, -1] = outcomes[:, revenue] * self.margin[first:end, None]
        return outcomes


def column_of(values: NDArray[np.generic]) -> Integers:
    """Return a column of a batch as positions.

    Parameters
    ----------
    values : ndarray
        Whole numbers of any type.

    Returns
    -------
    ndarray
        64-bit integers.
    """
    return values.astype(np.int64)
