"""The columns of the response model: covariates, and the months of the target's window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.design import CHUNK_ROWS, Basis
from cxvalue.link import AskedRows
from cxvalue.link.columns import Floats
from cxvalue.link.pipeline import in_order


@dataclass(frozen=True, slots=True, eq=False)
class ResponseDesign:
    """The columns on which the response model stands.

    Parameters
    ----------
    basis : Basis
        Columns of the covariates.
    window : tuple of int
        Months of the target's window.
    covariates : tuple of str
        Covariates that enter.
    keep : tuple of int
        Columns that are no combinations of those before them.
    """

    basis: Basis
    window: tuple[int, ...]
    covariates: tuple[str, ...]
    keep: tuple[int, ...]

    def matrix(self, rows: AskedRows) -> Floats:
        """Return the design rows of some customer-months.

        Parameters
        ----------
        rows : AskedRows
            The customer-months.

        Returns
        -------
        ndarray of shape (r, q)
            The rows.
        """
        design, names = with_months(self.basis, rows, self.window, self.covariates)
        return design if len(self.keep) == len(names) else design[:, list(self.keep)]


def with_months(
    basis: Basis, rows: AskedRows, window: tuple[int, ...], covariates: tuple[str, ...], *, threads: int = 1
) -> tuple[Floats, list[str]]:
    """Return the basis with a column for each month of the window but the first.

    Parameters
    ----------
    basis : Basis
        Columns of the covariates.
    rows : AskedRows
        Customer-months.
    window : tuple of int
        The months.
    covariates : tuple of str
        Covariates that the basis stands on.
    threads : int
        Chunks of rows that are filled at a time.

    Returns
    -------
    tuple of ndarray and list of str
        Design and labels.
    """
    months, width, known = np.array(window[1:], dtype=np.int64), len(basis.columns), rows.covariates.only(covariates)
    design = np.empty((len(rows.month), width + len(months)))

    def fill(first: int) -> None:
        here = slice(first, first + CHUNK_ROWS)
        design[here, :width] = basis.matrix(known.take(here))
        design[here, width:] = rows.month[here, None] == months

    for _ in in_order(fill, range(0, len(design), CHUNK_ROWS), threads=threads):
        pass
    return design, [*basis.labels(), *(f"month {month}" for month in months.tolist())]
