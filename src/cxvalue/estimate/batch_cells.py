"""A batch of episodes, summed by stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from cxvalue.estimate.cell_sums import sum_cells
from cxvalue.estimate.design_rows import DesignPart, DesignRows
from cxvalue.estimate.stratum_sums import StratumSums, merge_cells
from cxvalue.link import OutcomeBatch, PanelBatch
from cxvalue.link.columns import Floats, Integers

Strata = tuple[tuple[tuple[int, Integers], ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class BatchCells:
    """What is known of a batch's episodes besides their outcomes.

    Parameters
    ----------
    design : ndarray of shape (rows, p) or DesignRows
        Design rows.
    cells : tuple of ndarray of shape (rows,)
        Cell of each episode, by crossed partitions.
    bins : ndarray of shape (rows,)
        Censoring class of each episode; −1 for those that are left out.
    entries : int
        Censoring classes, E.
    """

    design: Floats | DesignRows | DesignPart
    cells: tuple[Integers, ...]
    bins: Integers
    entries: int


def sum_batch(
    batch: OutcomeBatch | PanelBatch, known: BatchCells, *, strata: Strata, columns: Sequence[int], groups: int
) -> list[StratumSums]:
    """Sum a batch of episodes by stratum.

    Parameters
    ----------
    batch : OutcomeBatch or PanelBatch
        Outcomes.
    known : BatchCells
        What is known of the episodes besides.
    strata : tuple
        Of each of the crossed partitions: positions of the partitions crossed, and the stratum of each code in them;
        −1 for none.
    columns : sequence of int
        Columns of the design that each partition uses: the first so many.
    groups : int
        Customer groups that the cells tell apart.

    Returns
    -------
    list of StratumSums
        One for each partition.
    """
    found = []
    for cell, crossed in zip(known.cells, strata, strict=True):
        rows = partial(rows_within, known.design, max(columns[at] for at, _ in crossed))
        sums = sum_cells(rows, batch.by_month, cell=cell, bins=known.bins, entries=known.entries)
        found += [
            merge_cells(sums, codes, partition=at, width=columns[at], groups=groups, entries=known.entries)
            for at, codes in crossed
        ]
    return found


def rows_within(design: Floats | DesignRows | DesignPart, width: int, rows: Integers) -> Floats:
    """Return design rows of a batch.

    Parameters
    ----------
    design : ndarray of shape (rows, p) or DesignRows
        Design rows of the batch.
    width : int
        Columns wanted.
    rows : ndarray of shape (r,)
        Positions within the batch.

    Returns
    -------
    ndarray of shape (r, width)
        The rows.
    """
    return np.ascontiguousarray(design[rows][:, :width])
