"""The columns of the response model: covariates, and the months of the target's window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.design import Basis
from cxvalue.link import AskedRows
from cxvalue.link.columns import Floats


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
        return with_months(self.basis, rows, self.window, self.covariates)[0][:, list(self.keep)]


def with_months(
    basis: Basis, rows: AskedRows, window: tuple[int, ...], covariates: tuple[str, ...]
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

    Returns
    -------
    tuple of ndarray and list of str
        Design and labels.
    """
    months, width = window[1:], len(basis.columns)
    design = np.empty((len(rows.month), width + len(months)))
    design[:, :width] = basis.matrix(rows.covariates.only(covariates))
    for at, month in enumerate(months):
        design[:, width + at] = rows.month == month
    return design, [*basis.labels(), *(f"month {month}" for month in months)]
