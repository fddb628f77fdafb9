"""Moments: additive sums whose size does not depend on the number of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import overload

import numpy as np

from cxvalue.estimate.batch_cells import BatchCells, Strata, sum_batch
from cxvalue.estimate.crossed_partitions import cross_partitions
from cxvalue.estimate.design_rows import DesignRows, rows_taken
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.stratum_sums import StratumSums
from cxvalue.link import OutcomeBatch, PanelBatch
from cxvalue.link.columns import Floats, Integers, distinct, parts_of
from cxvalue.link.freed_memory import giving_back
from cxvalue.link.outcomes import fold_batches
from cxvalue.link.spill_columns import AnyColumn

N_BANDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class LateMoments(Sequence["Moments"]):
    """The moments of all partitions, some of them summed when they are first asked for.

    Parameters
    ----------
    readers : tuple of callable
        One a partition; each keeps what it gives.
    """

    readers: tuple[Callable[[], Moments], ...]

    @overload
    def __getitem__(self, at: int) -> Moments: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Moments]: ...

    def __getitem__(self, at: int | slice) -> Moments | Sequence[Moments]:
        if isinstance(at, slice):
            return [read() for read in self.readers[at]]
        return self.readers[at]()

    def __len__(self) -> int:
        return len(self.readers)


@dataclass(frozen=True, slots=True, eq=False)
class GroupMoments:
    """Moments of consecutive customer groups.

    Parameters
    ----------
    first : int
        The first group.
    moments : tuple of Moments
        One a partition.
    """

    first: int
    moments: tuple[Moments, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sums over the episodes of a partition's strata.

    Parameters
    ----------
    gram : ndarray of shape (S, B, E, G, T)
        Σ x xᵀ (upper triangle, T = p(p+1)/2) by censoring class E (see :func:`entry_bins`).
    cross : ndarray of shape (S, B, G, p, M·H)
        Σ x y by metric and follow-up month.
    counts : ndarray of shape (S, B, E, G)
        Episodes.
    squares : ndarray of shape (S, B, M·H)
        Σ y².
    last_k : ndarray of shape (E,)
        Last follow-up month at which episodes of a censoring class are observed; at most H.

    Notes
    -----
    All are sums, so moments of disjoint sets of episodes merge by adding.
    """

    gram: Floats
    cross: Floats
    counts: Integers
    squares: Floats
    last_k: Integers

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.gram + other.gram,
            self.cross + other.cross,
            self.counts + other.counts,
            self.squares + other.squares,
            self.last_k,
        )


def entry_bins(m0: AnyColumn, *, follow_up_end: int, horizon: int) -> tuple[Integers, Integers]:
    """Return the censoring class of each answer: all that are followed over the whole horizon share one.

    Parameters
    ----------
    m0 : ndarray or SpillColumn of shape (n,)
        Month of the answer.
    follow_up_end : int
        Last month of follow-up.
    horizon : int
        H.

    Returns
    -------
    tuple of ndarray
        Bin of each answer (−1 without a month of follow-up), and the last observed month k of each bin.
    """
    bins, parts = np.empty(len(m0), dtype=np.int64), list(parts_of(len(m0)))
    months = distinct(np.concatenate([np.empty(0, dtype=np.int64), *(distinct(m0[rows]) for rows in parts)]))
    last_k = np.clip(follow_up_end - months, 0, horizon)
    values = distinct(last_k[last_k >= 1])[::-1]
    bin_of = np.full(horizon + 1, -1, dtype=np.int64)
    bin_of[values] = np.arange(len(values))
    for rows in parts:
        bins[rows] = bin_of[last_k[np.searchsorted(months, m0[rows])]]
    return bins, values


def accumulate(
    batches: Iterable[OutcomeBatch | PanelBatch],
    design: Floats | DesignRows,
    partitions: Sequence[Partition],
    *,
    band: AnyColumn,
    group: AnyColumn,
    bins: AnyColumn,
    last_k: Integers,
    groups: int,
    columns: Sequence[int],
    threads: int = 1,
) -> list[Moments]:
    """Sum moments over all episodes, batch by batch.

    Parameters
    ----------
    batches : iterable of OutcomeBatch or PanelBatch
        Outcomes of consecutive answers, each of shape (rows, M, H).
    design : ndarray of shape (n, p) or DesignRows
        Design rows of the answers.
    partitions : sequence of Partition
        The strata.
    band, group, bins : ndarray of shape (n,)
        Band, customer group and censoring class of each answer.
    last_k : ndarray of shape (E,)
        Last observed month of each class.
    groups : int
        G.
    columns : sequence of int
        Columns of the design that each partition uses: the first so many.
    threads : int
        Batches that are summed at a time; they are added in their order, whatever it is.

    Returns
    -------
    list of Moments
        One a partition.

    Notes
    -----
    Products are formed once for every cell of a few partitions crossed (see :func:`cross_partitions`), and added to
    the strata that the cell lies in. Answers that come by customer group make cells large. Where the outcomes lie on
    other machines, the products are formed there, and only the sums of strata come to this one.
    """
    crossed = cross_partitions(partitions)

    def tasks() -> Iterator[tuple[OutcomeBatch | PanelBatch, BatchCells]]:
        for batch in batches:
            here = slice(batch.first, batch.first + batch.shape[0])
            cells = tuple((each.codes[here] * N_BANDS + band[here]) * groups + group[here] for each in crossed)
            yield batch, BatchCells(rows_taken(design, here), cells, bins[here], len(last_k))

    totals: list[Moments] = []
    n_metrics, horizon = 0, 0
    strata = tuple(tuple(zip(each.partitions, each.strata, strict=True)) for each in crossed)
    shapes = tuple((len(p.labels), width) for p, width in zip(partitions, columns, strict=True))
    away = partial(sum_groups, strata=strata, shapes=shapes, last_k=last_k, groups=groups)
    work = partial(sum_batch, strata=strata, columns=tuple(columns), groups=groups)
    coming: Iterator[tuple[tuple[int, int, int], list[StratumSums] | GroupMoments]]
    coming = fold_batches(work, tasks(), threads=threads, away=away)
    for (_, n_metrics, horizon), found in giving_back(coming):
        if not totals:
            totals = [
                empty_moments(len(p.labels), groups, last_k, width, n_metrics * horizon)
                for p, width in zip(partitions, columns, strict=True)
            ]
        if isinstance(found, GroupMoments):
            add_groups(totals, found)
        else:
            add_batch(totals, found)
    return [by_metric(total, n_metrics, horizon) for total in totals]


def sum_groups(
    batch: OutcomeBatch | PanelBatch,
    known: BatchCells,
    *,
    strata: Strata,
    shapes: tuple[tuple[int, int], ...],
    last_k: Integers,
    groups: int,
) -> GroupMoments:
    """Sum a batch of episodes by stratum, of the customer groups that are in it.

    Parameters
    ----------
    batch : OutcomeBatch or PanelBatch
        Outcomes.
    known : BatchCells
        What is known of the episodes besides.
    strata : tuple
        Of the crossed partitions, as :func:`~cxvalue.estimate.batch_cells.sum_batch` takes them.
    shapes : tuple of tuple of int
        Strata and columns of each partition.
    last_k : ndarray of shape (E,)
        Last observed month of each censoring class.
    groups : int
        G.

    Returns
    -------
    GroupMoments
        The sums.
    """
    group = known.cells[0] % groups
    first = int(group.min(initial=groups))
    n = max(int(group.max(initial=0)) - first + 1, 0)
    cells = tuple(cell // groups * n + cell % groups - first for cell in known.cells)
    _, n_metrics, horizon = batch.shape
    totals = [empty_moments(labels, n, last_k, width, n_metrics * horizon) for labels, width in shapes]
    columns = tuple(width for _, width in shapes)
    add_batch(totals, sum_batch(batch, replace(known, cells=cells), strata=strata, columns=columns, groups=n))
    return GroupMoments(first, tuple(totals))


def add_groups(totals: Sequence[Moments], found: GroupMoments) -> None:
    """Add the sums of some customer groups to those of all, which :func:`accumulate` owns.

    Parameters
    ----------
    totals : sequence of Moments
        The sums, one a partition; changed in place.
    found : GroupMoments
        Sums of some groups.
    """
    for total, part in zip(totals, found.moments, strict=True):
        here = slice(found.first, found.first + part.gram.shape[3])
        total.gram[:, :, :, here] += part.gram
        total.cross[:, :, here] += part.cross
        total.counts[:, :, :, here] += part.counts
        total.squares[...] += part.squares


def add_batch(totals: Sequence[Moments], found: Sequence[StratumSums]) -> None:
    """Add a batch's sums to those of all partitions, which :func:`accumulate` owns.

    Parameters
    ----------
    totals : sequence of Moments
        The sums, one a partition; changed in place, which is why nothing else may hold them yet.
    found : sequence of StratumSums
        The batch.
    """
    for part in found:
        total = totals[part.partition]
        for into, at, more in (
            (total.cross, part.place, part.cross),
            (total.squares, part.bands, part.squares),
            (total.gram, part.fine, part.gram),
            (total.counts, part.fine, part.counts),
        ):
            into.reshape(-1, *more.shape[1:])[at] += more  # no place stands twice


def by_metric(moments: Moments, n_metrics: int, horizon: int) -> Moments:
    """Return moments whose outcomes run by metric, then month, from moments whose outcomes run by month, then metric.

    Parameters
    ----------
    moments : Moments
        The sums.
    n_metrics, horizon : int
        M and H.

    Returns
    -------
    Moments
        The same sums.
    """

    def turned(sums: Floats) -> Floats:
        by_month = sums.reshape(*sums.shape[:-1], horizon, n_metrics)
        return np.swapaxes(by_month, -1, -2).reshape(sums.shape)

    return Moments(moments.gram, turned(moments.cross), moments.counts, turned(moments.squares), moments.last_k)


def empty_moments(strata: int, groups: int, last_k: Integers, p: int, outcomes: int) -> Moments:
    """Return moments of no episode.

    Parameters
    ----------
    strata, groups : int
        S and G.
    last_k : ndarray of shape (E,)
        Last observed month of each censoring class.
    p : int
        Columns of the design.
    outcomes : int
        M·H.

    Returns
    -------
    Moments
        Zeros.
    """
    entries = len(last_k)
    return Moments(
        np.zeros((strata, N_BANDS, entries, groups, p * (p + 1) // 2)),
        np.zeros((strata, N_BANDS, groups, p, outcomes)),
        np.zeros((strata, N_BANDS, entries, groups), dtype=np.int64),
        np.zeros((strata, N_BANDS, outcomes)),
        last_k,
    )
