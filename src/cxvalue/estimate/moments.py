"""Moments: additive sums whose size does not depend on the number of customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cxvalue.link import OutcomeBatch
from cxvalue.link.columns import Floats, Integers

N_BANDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Strata that do not overlap: everybody, the values of a segment, the cohorts.

    Parameters
    ----------
    name : str
        ``everybody``, ``complete_cohorts``, ``cohort_quarter``, ``cohort_year`` or a segment's name.
    labels : tuple of str
        The strata.
    codes : ndarray of shape (n,)
        Stratum of each answer; −1 for none.
    """

    name: str
    labels: tuple[str, ...]
    codes: Integers


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
    batches: Iterable[OutcomeBatch],
    design: Floats,
    partitions: Sequence[Partition],
    *,
    band: Integers,
    group: Integers,
    bins: Integers,
    last_k: Integers,
    groups: int,
    columns: Sequence[int],
) -> list[Moments]:
    """Sum moments over all episodes, batch by batch.

    Parameters
    ----------
    batches : iterable of OutcomeBatch
        Outcomes of consecutive answers, each of shape (rows, M, H).
    design : ndarray of shape (n, p)
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

    Returns
    -------
    list of Moments
        One a partition.
    """
    totals: list[Moments] = []
    for batch in batches:
        rows, n_metrics, horizon = batch.outcomes.shape
        flat = batch.outcomes.reshape(rows, n_metrics * horizon)
        here = slice(batch.first, batch.first + rows)
        if not totals:
            totals = [
                empty_moments(len(p.labels), groups, last_k, width, flat.shape[1])
                for p, width in zip(partitions, columns, strict=True)
            ]
        for partition, total, width in zip(partitions, totals, columns, strict=True):
            add_batch(
                total,
                design[here, :width],
                flat,
                stratum=partition.codes[here],
                band=band[here],
                group=group[here],
                bins=bins[here],
            )
    return totals


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


def add_batch(
    total: Moments,
    design: Floats,
    outcomes: Floats,
    *,
    stratum: Integers,
    band: Integers,
    group: Integers,
    bins: Integers,
) -> None:
    """Add a batch of episodes to sums that :func:`accumulate` owns.

    Parameters
    ----------
    total : Moments
        The sums; changed in place, which is why nothing else may hold them yet.
    design : ndarray of shape (rows, p)
        Design rows.
    outcomes : ndarray of shape (rows, M·H)
        Outcomes.
    stratum, band, group, bins : ndarray of shape (rows,)
        Where each episode belongs.
    """
    strata, _, entries, groups, _ = total.gram.shape
    used = np.flatnonzero((stratum >= 0) & (bins >= 0))
    if len(used) == 0:
        return
    cell = ((stratum[used] * N_BANDS + band[used]) * groups) + group[used]
    fine = cell * entries + bins[used]
    order = np.argsort(fine, kind="stable")
    used, cell, fine = used[order], cell[order], fine[order]
    cross = total.cross.reshape(strata * N_BANDS * groups, *total.cross.shape[3:])
    squares = total.squares.reshape(strata * N_BANDS, outcomes.shape[1])
    starts = run_starts(cell)
    for start, end in zip(starts, np.r_[starts[1:], len(cell)], strict=True):
        rows = used[start:end]
        cross[cell[start]] += design[rows].T @ outcomes[rows]
        squares[cell[start] // groups] += np.einsum("ij,ij->j", outcomes[rows], outcomes[rows])
    rows_of, columns_of = triangle(design.shape[1])
    edges = run_starts(fine)
    for start, end in zip(edges, np.r_[edges[1:], len(fine)], strict=True):
        x = design[used[start:end]]
        leading, entry = divmod(int(fine[start]), entries)
        which, g = divmod(leading, groups)
        s, b = divmod(which, N_BANDS)
        total.gram[s, b, entry, g] += (x.T @ x)[rows_of, columns_of]
        total.counts[s, b, entry, g] += end - start


def run_starts(codes: Integers) -> Integers:
    """Return where each run of equal codes begins.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        Sorted codes.

    Returns
    -------
    ndarray
        Positions; empty for no codes.

    Examples
    --------
    >>> run_starts(np.array([3, 3, 5, 9, 9])).tolist()
    [0, 2, 3]
    """
    if len(codes) == 0:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.r_[True, np.diff(codes) != 0]).astype(np.int64)
