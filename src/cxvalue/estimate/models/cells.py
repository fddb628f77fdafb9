"""Cells: identical design rows put together, so that a fit costs what the distinct rows cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The J distinct design rows of n rows, with the sums that a generalised linear model needs.

    Parameters
    ----------
    X : ndarray of shape (J, p)
        Distinct design rows.
    total : ndarray of shape (J,)
        Sum of the outcome: events, amounts, counts.
    weight : ndarray of shape (J,)
        Sum of what the outcome is a mean over: trials, months.
    of_row : ndarray of shape (n,)
        Cell of each row.
    """

    X: Floats
    total: Floats
    weight: Floats
    of_row: Integers


def group_rows(X: Floats, total: Floats, weight: Floats) -> Cells:
    """Put identical design rows together.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Design rows.
    total : ndarray of shape (n,)
        Outcome of each row, summed over its trials or months.
    weight : ndarray of shape (n,)
        Trials or months of each row.

    Returns
    -------
    Cells
        Distinct rows in order of first appearance. Where the mean is a function of the design row, the score of a
        generalised linear model depends on the sums only, so the coefficients are those of the rows.

    Examples
    --------
    >>> X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
    >>> cells = group_rows(X, np.array([1.0, 0.0, 0.0]), np.ones(3))
    >>> cells.total, cells.weight, cells.of_row
    (array([1., 0.]), array([2., 1.]), array([0, 1, 0]))
    """
    of_row = cell_numbers(np.ascontiguousarray(X, dtype=np.float64) + 0.0)
    n_cells = int(of_row.max()) + 1 if len(of_row) else 0
    first = np.full(n_cells, len(of_row))
    np.minimum.at(first, of_row, np.arange(len(of_row)))
    return Cells(
        np.asarray(X[first], dtype=np.float64),
        np.bincount(of_row, weights=total, minlength=n_cells).astype(np.float64),
        np.bincount(of_row, weights=weight, minlength=n_cells).astype(np.float64),
        of_row,
    )


def cell_numbers(X: Floats) -> Integers:
    """Return a number for each distinct row, in order of first appearance.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Contiguous rows without negative zeros.

    Returns
    -------
    ndarray of shape (n,)
        Numbers from 0.

    Notes
    -----
    Rows are told apart by a sum of their bits times fixed odd numbers, modulo 2^64. Should two different rows share
    a sum, which is checked, the rows themselves are sorted instead.
    """
    odd = np.random.default_rng(0).integers(1, 2**62, size=X.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    keys = (X.view(np.uint64) * odd).sum(axis=1, dtype=np.uint64)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    if not np.array_equal(X, X[first[inverse]]):
        _, first, inverse = np.unique(X, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(rank[inverse.reshape(-1)], dtype=np.int64)
