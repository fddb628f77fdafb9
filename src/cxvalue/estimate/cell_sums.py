"""Sums over the episodes of a batch, by cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class CellSums:
    """Sums over the episodes of a batch, by cell.

    Parameters
    ----------
    cell : ndarray of shape (c,)
        Code of the crossed partitions, band and group as one number; ascending.
    cross : ndarray of shape (c, p, H·M)
        Σ x y.
    squares : ndarray of shape (c, H·M)
        Σ y².
    fine : ndarray of shape (f,)
        Cell and censoring class as one number; ascending.
    gram : ndarray of shape (f, T)
        Σ x xᵀ (upper triangle, T = p(p+1)/2).
    counts : ndarray of shape (f,)
        Episodes.
    """

    cell: Integers
    cross: Floats
    squares: Floats
    fine: Integers
    gram: Floats
    counts: Integers


def sum_cells(
    design: Callable[[Integers], Floats],
    outcomes: Callable[[Integers], Floats],
    *,
    cell: Integers,
    bins: Integers,
    entries: int,
) -> CellSums:
    """Sum a batch of episodes by cell.

    Parameters
    ----------
    design : callable
        Gives the design rows of some of the rows, shape (r, p).
    outcomes : callable
        Gives the outcomes of some of the rows, shape (r, H·M).
    cell, bins : ndarray of shape (rows,)
        Cell and censoring class of each episode.
    entries : int
        Censoring classes, E.

    Returns
    -------
    CellSums
        The sums.
    """
    used = np.flatnonzero(bins >= 0)
    fine = (cell * entries + bins)[used]
    order = np.argsort(fine, kind="stable")
    used, fine = used[order], fine[order]
    x, y = design(used), outcomes(used)
    edges = run_starts(fine)
    finest = run_bounds(edges, len(fine))
    gram = np.empty((len(edges), x.shape[1], x.shape[1]))
    for at, (first, end) in enumerate(finest):
        np.matmul(x[first:end].T, x[first:end], out=gram[at])
    rows, columns = triangle(x.shape[1])
    starts = run_starts(fine // entries)
    cross = np.empty((len(starts), x.shape[1], y.shape[1]))
    squares = np.empty((len(starts), y.shape[1]))
    for at, (first, end) in enumerate(run_bounds(starts, len(fine))):
        mine = y[first:end]
        np.matmul(x[first:end].T, mine, out=cross[at])
        np.einsum("ij,ij->j", mine, mine, out=squares[at])
    counts = np.diff(np.r_[edges, len(fine)])
    upper = gram.reshape(len(edges), x.shape[1] ** 2).take(rows * x.shape[1] + columns, axis=1)
    return CellSums(fine[starts] // entries, cross, squares, fine[edges], upper, counts)


@cache
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
    rows.flags.writeable = columns.flags.writeable = False
    return rows, columns


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


def run_bounds(starts: Integers, n: int) -> list[tuple[int, int]]:
    """Return first and last row of each run, the last not included.

    Parameters
    ----------
    starts : ndarray
        Where runs begin.
    n : int
        Rows.

    Returns
    -------
    list of tuple of int
        One a run.
    """
    return list(pairwise([*starts.tolist(), n])) if len(starts) else []
