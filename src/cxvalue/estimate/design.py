"""The design matrix: which columns stand for the baseline covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cxvalue.link import Covariates
from cxvalue.link.columns import Floats

CHUNK_ROWS = 16_384
"""Rows whose columns are filled at a time."""
EPISODES_PER_COLUMN = 20
RARE_LEVEL = 30
"""Categories with fewer records share the reference category."""
RARE_UNKNOWN = 10
"""A flag for values that are not known needs at least this many of them."""

Kind = Literal["intercept", "number", "hinge", "unknown", "level"]


@dataclass(frozen=True, slots=True)
class BasisColumn:
    """One column of the design.

    Parameters
    ----------
    kind : {"intercept", "number", "hinge", "unknown", "level"}
        ``number`` is the winsorised, standardised covariate; ``hinge`` its part above a knot; ``unknown`` says that
        it is not known; ``level`` is one category against the others.
    covariate : int
        Position among the numbers, or among the categorical covariates.
    label : str
        What reports call the column.
    low, high : float
        Winsor limits.
    centre, scale : float
        Mean and standard deviation of the winsorised covariate.
    knot : float
        Of a hinge, in standardised units.
    level : int
        Of a category, its code.
    name : str
        The covariate's name; blank for the intercept.
    """

    kind: Kind
    covariate: int
    label: str
    low: float = 0.0
    high: float = 0.0
    centre: float = 0.0
    scale: float = 1.0
    knot: float = 0.0
    level: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """The columns of a design, most important first; the first is the intercept.

    Parameters
    ----------
    columns : tuple of BasisColumn
        The columns in order.
    dropped : tuple of str
        Covariates left out because they are constant or nowhere known.
    left_out : tuple of str
        Columns for which there were too few episodes.
    """

    columns: tuple[BasisColumn, ...]
    dropped: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def labels(self) -> tuple[str, ...]:
        """Return the labels of the columns.

        Returns
        -------
        tuple of str
            Labels.
        """
        return tuple(column.label for column in self.columns)

    def covariates(self) -> tuple[str, ...]:
        """Return the covariate behind each column.

        Returns
        -------
        tuple of str
            Names; blank for the intercept.
        """
        return tuple(column.name for column in self.columns)

    def matrix(self, covariates: Covariates) -> Floats:
        """Return the design rows of some customer-months.

        Parameters
        ----------
        covariates : Covariates
            Of n customer-months.

        Returns
        -------
        ndarray of shape (n, p)
            The rows.
        """
        n = len(covariates.numbers)
        design = np.empty((n, len(self.columns)))
        for first in range(0, n, CHUNK_ROWS):
            here = slice(first, first + CHUNK_ROWS)
            part, standard = covariates.take(here), {}
            for at, column in enumerate(self.columns):
                if column.kind in ("number", "hinge"):
                    if column.covariate not in standard:
                        standard[column.covariate] = standardised(column, part)
                    design[here, at] = above_knot(column, standard[column.covariate])
                else:
                    design[here, at] = column_values(column, part)
        return design


def column_values(column: BasisColumn, covariates: Covariates) -> Floats:
    """Return one column of the design.

    Parameters
    ----------
    column : BasisColumn
        The column.
    covariates : Covariates
        Of n customer-months.

    Returns
    -------
    ndarray of shape (n,)
        Its values. A number that is not known counts as its mean.
    """
    if column.kind == "intercept":
        return np.ones(len(covariates.numbers))
    if column.kind == "level":
        return np.asarray(covariates.codes[:, column.covariate] == column.level, dtype=np.float64)
    if column.kind == "unknown":
        return np.isnan(covariates.numbers[:, column.covariate]).astype(np.float64)
    return above_knot(column, standardised(column, covariates))


def standardised(column: BasisColumn, covariates: Covariates) -> Floats:
    """Return a number within its limits, less its mean, in standard deviations.

    Parameters
    ----------
    column : BasisColumn
        Of the number, or of one of its hinges.
    covariates : Covariates
        Of n customer-months.

    Returns
    -------
    ndarray of shape (n,)
        NaN where not known.
    """
    standard = np.clip(covariates.numbers[:, column.covariate], column.low, column.high)
    standard -= column.centre
    standard /= column.scale
    return np.asarray(standard)


def above_knot(column: BasisColumn, standard: Floats) -> Floats:
    """Return a number's column, or that of one of its hinges.

    Parameters
    ----------
    column : BasisColumn
        The column.
    standard : ndarray of shape (n,)
        The number as :func:`standardised` gives it.

    Returns
    -------
    ndarray of shape (n,)
        A number that is not known counts as its mean.
    """
    unknown = np.isnan(standard)
    if column.kind == "hinge":
        values = np.maximum(standard - column.knot, 0.0)
        values[unknown] = max(-column.knot, 0.0)
    else:
        values = np.where(unknown, 0.0, standard)
    return np.asarray(values)
