"""The design matrix: which columns stand for the baseline covariates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cxvalue.link import Covariates
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.pipeline import in_order

EPISODES_PER_COLUMN = 20
CHUNK_ROWS = 16_384
"""Rows whose columns are filled at a time."""
MOST_COLUMNS = 24
WINSOR_SHARE = 0.005
"""Share of values at each end that is pulled in before a covariate enters, so that a few giants do not steer it."""
RARE_LEVEL = 30
"""Categories with fewer records share the reference category."""
NO_SPREAD = 1e-7
"""Standard deviation within classes, of columns of about 1, below which there is none but for rounding."""
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


def choose_basis(covariates: Covariates, classes: Integers, *, max_columns: int, threads: int = 1) -> Basis:
    """Choose the columns of a design, by how much the classes differ on them and never by the outcomes.

    Parameters
    ----------
    covariates : Covariates
        Of n records.
    classes : ndarray of shape (n,)
        What the records are compared by: the band, or whether there was an answer.
    max_columns : int
        Most columns, the intercept included.
    threads : int
        Columns, or chunks of records, that are worked on at a time.

    Returns
    -------
    Basis
        The intercept; then numbers, categories and flags for what is not known; then hinges at the median and the
        85th percentile; within each of the two tiers those first on which the classes differ most.
    """
    linear, hinges, dropped = candidate_columns(covariates, threads=threads)
    apart = imbalances(Basis((*linear, *hinges)), covariates, classes, threads=threads)
    apart_of = dict(zip((*linear, *hinges), apart, strict=True))
    ranked = [sorted(tier, key=lambda column: (-apart_of[column], column.label)) for tier in (linear, hinges)]
    every = [BasisColumn("intercept", 0, "intercept"), *ranked[0], *ranked[1]]
    limit = max(1, min(max_columns, MOST_COLUMNS))
    return Basis(tuple(every[:limit]), dropped, tuple(column.label for column in every[limit:]))


def candidate_columns(
    covariates: Covariates, *, threads: int = 1
) -> tuple[list[BasisColumn], list[BasisColumn], tuple[str, ...]]:
    """Return every column that the covariates could fill.

    Parameters
    ----------
    covariates : Covariates
        Of n records.
    threads : int
        Covariates that are looked at at a time.

    Returns
    -------
    tuple
        First tier, hinges, names of constant or unknown covariates.
    """
    linear: list[BasisColumn] = []
    hinges: list[BasisColumn] = []
    dropped = []
    of_numbers = in_order(
        lambda each: number_columns(covariates.numbers[:, each[0]], *each),
        enumerate(covariates.number_names),
        threads=threads,
    )
    for name, columns in zip(covariates.number_names, of_numbers, strict=True):
        if not columns:
            dropped.append(name)
        linear += [column for column in columns if column.kind != "hinge"]
        hinges += [column for column in columns if column.kind == "hinge"]
    for at, name in enumerate(covariates.level_names):
        columns = level_columns(covariates.codes[:, at], at, name, covariates.levels[at])
        if not columns:
            dropped.append(name)
        linear += columns
    return linear, hinges, tuple(dropped)


def number_columns(values: Floats, at: int, name: str) -> list[BasisColumn]:
    """Return the columns of a numeric covariate.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Its values; NaN where not known.
    at : int
        Its position.
    name : str
        Its name.

    Returns
    -------
    list of BasisColumn
        Empty when it is constant or nowhere known.
    """
    n, known = len(values), values[~np.isnan(values)]
    del values  # a column read from a file is let go
    if len(known) == 0:
        return []
    known.sort()
    low, high = (quantile_of(known, share) for share in (WINSOR_SHARE, 1 - WINSOR_SHARE))
    np.clip(known, low, high, out=known)
    scale = float(known.std())
    if not scale > 1e-12 * max(1.0, abs(low), abs(high)):
        return []
    centre = float(known.mean())
    number = BasisColumn("number", at, name, low, high, centre, scale, name=name)
    columns = [number]
    if n - len(known) >= RARE_UNKNOWN:
        columns.append(BasisColumn("unknown", at, f"{name} not known", name=name))
    known -= centre
    known /= scale
    for knot in sorted({round(quantile_of(known, share), 9) for share in (0.5, 0.85)}):
        if known[0] + 1e-6 < knot < known[-1] - 1e-6:
            label = f"{name} above {knot * scale + centre:.4g}"
            columns.append(replace(number, kind="hinge", label=label, knot=knot))
    return columns


def level_columns(codes: Integers, at: int, name: str, levels: tuple[str, ...]) -> list[BasisColumn]:
    """Return the columns of a categorical covariate, the most frequent category being the reference.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        Codes; −1 where blank.
    at : int
        Its position.
    name : str
        Its name.
    levels : tuple of str
        Its categories.

    Returns
    -------
    list of BasisColumn
        Empty when there is only one frequent category.
    """
    if not levels:
        return []
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    reference = int(np.argmax(counts))
    return [
        BasisColumn("level", at, f"{name} = {level}", level=code, name=name)
        for code, level in enumerate(levels)
        if code != reference and counts[code] >= RARE_LEVEL
    ]


def quantile_of(ordered: Floats, share: float) -> float:
    """Return a quantile of values that are in order.

    Parameters
    ----------
    ordered : ndarray of shape (n,)
        At least one value, ascending.
    share : float
        Share of the values below it, 0 to 1.

    Returns
    -------
    float
        Linear between the values next to it, as :func:`numpy.quantile` has it.

    Examples
    --------
    >>> quantile_of(np.array([1.0, 2.0, 4.0]), 0.75)
    3.0
    """
    place = (len(ordered) - 1) * share
    below = int(place)
    return float(np.quantile(ordered[below : below + 2], place - below))


def imbalances(basis: Basis, covariates: Covariates, classes: Integers, *, threads: int = 1) -> list[float]:
    """Return the largest standardised mean difference of each column between any two classes.

    Parameters
    ----------
    basis : Basis
        The columns.
    covariates : Covariates
        Of n records.
    classes : ndarray of shape (n,)
        What the records are compared by, from 0.
    threads : int
        Chunks of records that are worked on at a time.

    Returns
    -------
    list of float
        Difference of means over the pooled standard deviation; rounded, so that the order of columns does not hang
        on the last digit.
    """

    def sums_of(first: int) -> tuple[Floats, Floats]:
        here = slice(first, first + CHUNK_ROWS)
        rows, inside = basis.matrix(covariates.take(here)), (classes[here] == there[:, None]).astype(np.float64)
        return inside @ rows, inside @ rows**2

    counts = np.bincount(classes)
    there = np.flatnonzero(counts)
    n, shape = counts[there][:, None], (len(there), len(basis.columns))
    sums, squares = np.zeros(shape), np.zeros(shape)
    for some, more in in_order(sums_of, range(0, len(classes), CHUNK_ROWS), threads=threads):
        sums += some
        squares += more
    means = sums / n
    spread = np.sqrt(np.maximum(squares / n - means**2, 0.0).mean(axis=0))
    apart = means.max(axis=0) - means.min(axis=0)
    each = np.where(spread > NO_SPREAD, apart / np.maximum(spread, NO_SPREAD), 0.0)
    return [round(float(value), 6) for value in each]
