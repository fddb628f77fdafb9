"""A batch of episodes, summed by cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from cxvalue.estimate.cell_sums import CellSums, sum_cells
from cxvalue.estimate.design_rows import DesignPart, DesignRows
from cxvalue.link import OutcomeBatch, PanelBatch
from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class BatchCells:
    """What is known of a batch's episodes besides their outcomes.

    Parameters
    ----------
    design : ndarray of shape (rows, p) or DesignRows
        Design rows.
    cells : tuple of ndarray of shape (rows,)
        Cell of each episode, by crossed partitions.
    widths : tuple of int
        Columns of the design that each of these uses: the first so many.
    bins : ndarray of shape (rows,)
        Censoring class of each episode; −1 for those that are left out.
    entries : int
        Censoring classes, E.
    """

    design: Floats | DesignRows | DesignPart
    cells: tuple[Integers, ...]
    widths: tuple[int, ...]
    bins: Integers
    entries: int


def sum_batch(batch: OutcomeBatch | PanelBatch, known: BatchCells) -> list[CellSums]:
    """Sum a batch of episodes by cell.

    Parameters
    ----------
    batch : OutcomeBatch or PanelBatch
        Outcomes.
    known : BatchCells
        What is known of the episodes besides.

    Returns
    -------
    list of CellSums
        One for each of the crossed partitions.
    """
    return [
        sum_cells(
            partial(rows_within, known.design, width), batch.by_month, cell=cell, bins=known.bins, entries=known.entries
        )
        for cell, width in zip(known.cells, known.widths, strict=True)
    ]


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
