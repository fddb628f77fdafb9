"""Moments: additive sums whose size does not depend on the number of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import overload

import numpy as np

from cxvalue.estimate.cell_sums import CellSums, run_bounds, run_starts, sum_cells
from cxvalue.estimate.crossed_partitions import cross_partitions
from cxvalue.estimate.design_rows import DesignRows
from cxvalue.estimate.partition import Partition
from cxvalue.link import OutcomeBatch, PanelBatch
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.pipeline import in_order

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


def triangle(p: int) -> tuple[Integers, Integers]:
    """Return the positions of the upper triangle of a p × p matrix.

    Parameters
    ----------
    p : int
        Columns of the design.

    Returns
    -------
    tuple of ndarray
        Rows and columns.
    """
    rows, columns = np.triu_indices(p)
    return rows.astype(np.int64), columns.astype(np.int64)


def entry_bins(m0: Integers, *, follow_up_end: int, horizon: int) -> tuple[Integers, Integers]:
    """Return the censoring class of each answer: all that are followed over the whole horizon share one.

    Parameters
    ----------
    m0 : ndarray of shape (n,)
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
    last_k = np.minimum(follow_up_end - m0, horizon)
    values = np.unique(last_k[last_k >= 1])[::-1]
    bins = np.full(len(m0), -1, dtype=np.int64)
    for at, value in enumerate(values):
        bins[last_k == value] = at
    return bins, values.astype(np.int64)


def accumulate(
    batches: Iterable[OutcomeBatch | PanelBatch],
    design: Floats | DesignRows,
    partitions: Sequence[Partition],
    *,
    band: Integers,
    group: Integers,
    bins: Integers,
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
    the strata that the cell lies in. Answers that come by customer group make cells large.
    """
    crossed = cross_partitions(partitions)
    widths = [max(columns[at] for at in cells.partitions) for cells in crossed]

    def work(batch: OutcomeBatch | PanelBatch) -> tuple[tuple[int, int, int], list[CellSums]]:
        here = slice(batch.first, batch.first + batch.shape[0])
        return batch.shape, [
            sum_cells(
                partial(rows_within, design, batch.first, width),
                batch.by_month,
                cell=((cells.codes[here] * N_BANDS + band[here]) * groups + group[here]),
                bins=bins[here],
                entries=len(last_k),
            )
            for cells, width in zip(crossed, widths, strict=True)
        ]

    totals: list[Moments] = []
    n_metrics, horizon = 0, 0
    for (_, n_metrics, horizon), found in in_order(work, batches, threads=threads):
        if not totals:
            totals = [
                empty_moments(len(p.labels), groups, last_k, width, n_metrics * horizon)
                for p, width in zip(partitions, columns, strict=True)
            ]
        for cells, sums in zip(crossed, found, strict=True):
            for at, strata in zip(cells.partitions, cells.strata, strict=True):
                add_cells(totals[at], sums, strata)
    return [by_metric(total, n_metrics, horizon) for total in totals]


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


def rows_within(design: Floats | DesignRows, first: int, width: int, rows: Integers) -> Floats:
    """Return design rows of a batch.

    Parameters
    ----------
    design : ndarray of shape (n, p) or DesignRows
        Design rows of all answers.
    first : int
        Position of the batch's first answer.
    width : int
        Columns wanted.
    rows : ndarray of shape (r,)
        Positions within the batch.

    Returns
    -------
    ndarray of shape (r, width)
        The rows.
    """
    return np.ascontiguousarray(design[first + rows][:, :width])


def add_cells(total: Moments, sums: CellSums, strata: Integers) -> None:
    """Add a batch's cells to the sums of a partition, which :func:`accumulate` owns.

    Parameters
    ----------
    total : Moments
        The sums; changed in place, which is why nothing else may hold them yet.
    sums : CellSums
        The batch.
    strata : ndarray of shape (codes,)
        Stratum of each code of the crossed partitions; −1 for none.
    """
    entries, groups = total.gram.shape[2:4]
    p = width_of(total)
    rows, columns = triangle(p)
    code, b, g = np.unravel_index(sums.cell, (len(strata), N_BANDS, groups))
    for first, end in run_bounds(run_starts(code), len(code)):
        if (s := strata[code[first]]) >= 0:
            total.cross[s][b[first:end], g[first:end]] += sums.cross[first:end, :p]
            np.add.at(total.squares[s], b[first:end], sums.squares[first:end])
    code, b, g, entry = np.unravel_index(sums.fine, (len(strata), N_BANDS, groups, entries))
    for first, end in run_bounds(run_starts(code), len(code)):
        if (s := strata[code[first]]) >= 0:  # no cell stands twice under one code
            where = (b[first:end], entry[first:end], g[first:end])
            total.gram[s][where] += sums.gram[first:end][:, rows, columns]
            total.counts[s][where] += sums.counts[first:end]


def width_of(moments: Moments) -> int:
    """Return how many columns of the design moments hold.

    Parameters
    ----------
    moments : Moments
        The sums.

    Returns
    -------
    int
        p.
    """
    return int(moments.cross.shape[3])
