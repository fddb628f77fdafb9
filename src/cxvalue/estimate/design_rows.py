"""Design rows of all answers, worked out for those that are asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxvalue.estimate.design import Basis
from cxvalue.estimate.formula import FormulaBasis
from cxvalue.link import Covariates
from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class DesignRows:
    """The design of n answers, without the n rows: they would take more memory than all else that is known of them.

    Parameters
    ----------
    basis : Basis or FormulaBasis
        The columns.
    covariates : Covariates
        Of the answers.
    names : tuple of str
        Those that the basis stands on.
    """

    basis: Basis | FormulaBasis
    covariates: Covariates
    names: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Answers and columns."""
        return len(self.covariates.numbers), len(self.basis.labels())

    def __getitem__(self, rows: Integers | NDArray[np.intp] | slice) -> Floats:
        """Return the rows of some answers.

        Parameters
        ----------
        rows : ndarray or slice
            Positions of answers.

        Returns
        -------
        ndarray of shape (r, p)
            The rows.
        """
        return self.basis.matrix(self.covariates.take(rows).only(self.names))
