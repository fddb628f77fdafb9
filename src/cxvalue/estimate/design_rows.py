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

    def take(self, rows: Integers | NDArray[np.intp] | slice) -> DesignRows:
        """Return the design of some answers, without its rows.

        Parameters
        ----------
        rows : ndarray or slice
            Positions of answers.

        Returns
        -------
        DesignRows
            Of these answers, and of the covariates that it stands on.
        """
        return DesignRows(self.basis, self.covariates.take(rows), self.names)

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


@dataclass(frozen=True, slots=True, eq=False)
class DesignPart:
    """The design of some answers, whose covariates are read when its rows are asked for: by whoever works on them.

    Parameters
    ----------
    whole : DesignRows
        Of all answers.
    rows : ndarray or slice
        Positions of these.
    """

    whole: DesignRows
    rows: Integers | NDArray[np.intp] | slice

    def __getitem__(self, rows: Integers | NDArray[np.intp] | slice) -> Floats:
        """Return the rows of some of them.

        Parameters
        ----------
        rows : ndarray or slice
            Positions among these.

        Returns
        -------
        ndarray of shape (r, p)
            The rows.
        """
        if isinstance(self.rows, slice):
            return self.whole[np.arange(*self.rows.indices(self.whole.shape[0]))[rows]]
        return self.whole[self.rows[rows]]

    def __reduce__(self) -> tuple[type[DesignRows], tuple[Basis | FormulaBasis, Covariates, tuple[str, ...]]]:
        """Return what is sent to other machines: the covariates of these answers, and no file's name."""
        part = self.whole.take(self.rows)
        return DesignRows, (part.basis, part.covariates, part.names)


def rows_taken(
    design: Floats | DesignRows, rows: Integers | NDArray[np.intp] | slice
) -> Floats | DesignRows | DesignPart:
    """Return the design of some answers, as rows or without them.

    Parameters
    ----------
    design : ndarray of shape (n, p) or DesignRows
        Of all answers.
    rows : ndarray or slice
        Positions of answers.

    Returns
    -------
    ndarray or DesignPart
        Of these answers.
    """
    return DesignPart(design, rows) if isinstance(design, DesignRows) else design[rows]
