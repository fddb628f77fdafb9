"""Demeaning: columns of a panel without what is common to a unit and to a period."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from cxvalue.link.columns import Floats, Integers

ZERO_SHARE = 1e-11
"""Eigenvalues below this share of the largest count as 0: well above rounding, well below a panel held together by
one unit in a million."""


def demean(columns: Floats, first: Integers, second: Integers) -> Floats:
    """Take two effects out of columns, exactly.

    Parameters
    ----------
    columns : ndarray of shape (n, c)
        Columns.
    first, second : ndarray of shape (n,)
        Codes without a gap: U and T of them. The work grows with U, the rows and T³: periods are few.

    Returns
    -------
    ndarray of shape (n, c)
        Residuals of the least-squares regressions on both sets of dummies.

    Notes
    -----
    The first effect is taken out by means, of the columns and of the second set's dummies. Of the latter only the
    T × T cross-product N₂ − Nᵀ N₁⁻¹ N is needed, where N counts the rows of each pair; it is singular (the effects of
    a connected set are known up to a constant), so that its equations are solved with the least norm. No iteration,
    and no panel for which it converges slowly.

    Examples
    --------
    >>> columns = np.array([[1.0], [2.0], [3.0], [5.0]])
    >>> demean(columns, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])).ravel().round(9).tolist()
    [0.25, -0.25, -0.25, 0.25]
    """
    n_first, n_second = int(first.max()) + 1, int(second.max()) + 1
    size = np.bincount(first, minlength=n_first).astype(np.float64)
    counts = csr_matrix((np.ones(len(first)), (first, second)), shape=(n_first, n_second))
    centred = columns - columns.mean(axis=0)
    means = sums(centred, first, n_first) / size[:, None]
    without_first = centred - means[first]
    reduced = np.diag(np.bincount(second, minlength=n_second).astype(np.float64))
    reduced -= (counts.T @ counts.multiply(1.0 / size[:, None])).toarray()
    effects = np.linalg.pinv(reduced, rcond=ZERO_SHARE, hermitian=True) @ sums(without_first, second, n_second)
    pulled = (counts @ effects) / size[:, None]
    return np.asarray(without_first - effects[second] + pulled[first])


def sums(columns: Floats, codes: Integers, n_codes: int) -> Floats:
    """Return the sums of columns by code.

    Parameters
    ----------
    columns : ndarray of shape (n, c)
        Columns.
    codes : ndarray of shape (n,)
        Codes.
    n_codes : int
        How many there are.

    Returns
    -------
    ndarray of shape (number of codes, c)
        Sums.
    """
    return np.column_stack([np.bincount(codes, column, minlength=n_codes) for column in columns.T])


def count_sets(first: Integers, second: Integers) -> int:
    """Return into how many sets a panel falls that share neither unit nor period.

    Parameters
    ----------
    first, second : ndarray of shape (n,)
        Codes of units and periods.

    Returns
    -------
    int
        1 for most panels; each further set costs one effect less.

    Examples
    --------
    >>> count_sets(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3]))
    2
    """
    one, two = np.unique(first, return_inverse=True)[1], np.unique(second, return_inverse=True)[1]
    size = int(one.max()) + int(two.max()) + 2
    links = csr_matrix((np.ones(len(one)), (one, two + int(one.max()) + 1)), shape=(size, size))
    return int(connected_components(links, directed=False, return_labels=False))
