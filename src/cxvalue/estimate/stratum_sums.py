"""A batch's cells, merged into the strata of each partition: by whoever summed the batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cxvalue.estimate.cell_sums import CellSums, triangle
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS


@dataclass(frozen=True, slots=True, eq=False)
class StratumSums:
    """Sums over the episodes of a batch, by stratum, band and group of one partition.

    Parameters
    ----------
    partition : int
        Its position.
    place : ndarray of shape (k,)
        (stratum · B + band) · G + group; ascending.
    cross : ndarray of shape (k, p, H·M)
        Σ x y.
    bands : ndarray of shape (j,)
        stratum · B + band; ascending.
    squares : ndarray of shape (j, H·M)
        Σ y².
    fine : ndarray of shape (f,)
        ((stratum · B + band) · E + censoring class) · G + group; ascending.
    gram : ndarray of shape (f, T)
        Σ x xᵀ (upper triangle).
    counts : ndarray of shape (f,)
        Episodes.
    """

    partition: int
    place: Integers
    cross: Floats
    bands: Integers
    squares: Floats
    fine: Integers
    gram: Floats
    counts: Integers


def merge_cells(
    sums: CellSums, strata: Integers, *, partition: int, width: int, groups: int, entries: int
) -> StratumSums:
    """Add up the cells that lie in the same stratum of a partition.

    Parameters
    ----------
    sums : CellSums
        The batch.
    strata : ndarray of shape (codes,)
        Stratum of each code of the crossed partitions; −1 for none.
    partition : int
        Position of the partition.
    width : int
        Columns of the design that it uses: the first so many.
    groups, entries : int
        G and E.

    Returns
    -------
    StratumSums
        The sums.
    """
    _, p, n_outcomes = sums.cross.shape
    cross, gram = sums.cross, sums.gram
    if width < p:
        cross, gram = cross[:, :width], gram[:, np.flatnonzero(triangle(p)[1] < width)]
    bands, group = band_of(sums.cell // groups, strata), sums.cell % groups
    place, cross = merged(
        np.where(bands < 0, -1, bands * groups + group), cross.reshape(len(cross), width * n_outcomes)
    )
    j, squares = merged(bands, sums.squares)
    cell, entry = np.divmod(sums.fine, entries)
    bands, group = band_of(cell // groups, strata), cell % groups
    key = np.where(bands < 0, -1, (bands * entries + entry) * groups + group)
    fine, gram = merged(key, gram)
    _, counts = merged(key, sums.counts[:, None])
    return StratumSums(
        partition,
        place,
        cross.reshape(len(place), width, n_outcomes),
        j,
        squares,
        fine,
        gram,
        counts[:, 0].astype(np.int64),
    )


def band_of(code: Integers, strata: Integers) -> Integers:
    """Return the stratum and band of cells as one number.

    Parameters
    ----------
    code : ndarray of shape (c,)
        Code of the crossed partitions · B + band.
    strata : ndarray of shape (codes,)
        Stratum of each code; −1 for none.

    Returns
    -------
    ndarray of shape (c,)
        stratum · B + band; below 0 outside the strata.
    """
    code, band = np.divmod(code, len(BANDS))
    return np.where(strata[code] < 0, -1, strata[code] * len(BANDS) + band)


def merged(keys: Integers, values: NDArray[Any]) -> tuple[Integers, Floats]:
    """Add up rows that have the same key.

    Parameters
    ----------
    keys : ndarray of shape (n,)
        Below 0 for rows that are left out.
    values : ndarray of shape (n, c)
        The rows.

    Returns
    -------
    tuple of ndarray of shape (k,) and ndarray of shape (k, c)
        The keys, ascending, and the sums.

    Examples
    --------
    >>> keys, sums = merged(np.array([4, -1, 2, 4]), np.array([[1.0], [10.0], [100.0], [1000.0]]))
    >>> keys.tolist(), sums.ravel().tolist()
    ([2, 4], [100.0, 1001.0])
    """
    at = np.flatnonzero(keys >= 0)
    there, place = np.unique(keys[at], return_inverse=True)
    onto = csr_array((np.ones(len(at)), (place, at)), shape=(len(there), len(keys)))
    return there, np.asarray(onto @ values)
