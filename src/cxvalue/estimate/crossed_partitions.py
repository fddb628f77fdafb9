"""Partitions crossed, so that sums over the episodes are formed once for several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.partition import Partition
from cxvalue.link.columns import Integers
from cxvalue.link.spill_columns import SpillColumn, narrow_codes

MOST_CODES = 48
"""Codes of partitions that are crossed to share their products."""


@dataclass(frozen=True, slots=True, eq=False)
class CrossedPartitions:
    """Some partitions crossed: each code stands for one stratum, or none, of each of them.

    Parameters
    ----------
    partitions : tuple of int
        Positions of the partitions.
    codes : SpillColumn of shape (n,)
        Code of each answer, from 0.
    strata : tuple of ndarray of shape (codes,)
        Stratum of each code in each of the partitions; −1 for none.
    """

    partitions: tuple[int, ...]
    codes: SpillColumn
    strata: tuple[Integers, ...]


def cross_partitions(partitions: Sequence[Partition], *, most: int = MOST_CODES) -> list[CrossedPartitions]:
    """Cross partitions, each with those before it, as long as not too many codes arise.

    Parameters
    ----------
    partitions : sequence of Partition
        The strata.
    most : int
        Codes of partitions that are crossed; a single partition may have more.

    Returns
    -------
    list of CrossedPartitions
        Every partition is in one of them.

    Examples
    --------
    >>> half = Partition("half", ("a", "b"), np.array([0, 0, 1, 1]))
    >>> last = Partition("last", ("z",), np.array([-1, -1, -1, 0]))
    >>> (crossed,) = cross_partitions([half, last])
    >>> crossed.codes[:].tolist(), [each.tolist() for each in crossed.strata]
    ([0, 0, 1, 2], [[0, 1, 1], [-1, -1, 0]])
    """
    found: list[CrossedPartitions] = []
    for at, partition in enumerate(partitions):
        own = CrossedPartitions((), narrow_codes(np.zeros(len(partition.codes), dtype=np.int8)), ())
        joined = crossed_with(found[-1], at, partition) if found else None
        if joined is not None and len(joined.strata[0]) <= most:
            found[-1] = joined
        else:
            found.append(crossed_with(own, at, partition))
    return found


def crossed_with(crossed: CrossedPartitions, at: int, partition: Partition) -> CrossedPartitions:
    """Return crossed partitions with one more.

    Parameters
    ----------
    crossed : CrossedPartitions
        Those so far.
    at : int
        Position of the partition.
    partition : Partition
        The partition.

    Returns
    -------
    CrossedPartitions
        With the codes that occur.
    """
    width = len(partition.labels) + 1
    mixed = crossed.codes[:] * width
    mixed += partition.codes[:]
    mixed += 1
    n_codes = (len(crossed.strata[0]) if crossed.strata else 1) * width
    there = np.flatnonzero(np.bincount(mixed, minlength=n_codes))
    place = np.zeros(n_codes, dtype=np.int64)
    place[there] = np.arange(len(there))
    strata = (*(each[there // width] for each in crossed.strata), there % width - 1)
    return CrossedPartitions((*crossed.partitions, at), narrow_codes(place[mixed]), strata)
