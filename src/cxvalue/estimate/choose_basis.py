"""The columns of the default design, chosen from the covariates and never from the outcomes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cxvalue.estimate.design import CHUNK_ROWS, RARE_LEVEL, RARE_UNKNOWN, Basis, BasisColumn
from cxvalue.link import Covariates
from cxvalue.link.columns import Floats, Integers, parts_of
from cxvalue.link.pipeline import in_order
from cxvalue.link.spill_columns import AnyMatrix

MOST_COLUMNS = 24
WINSOR_SHARE = 0.005
"""Share of values at each end that is pulled in before a covariate enters, so that a few giants do not steer it."""
NO_SPREAD = 1e-7
"""Standard deviation within classes, of columns of about 1, below which there is none but for rounding."""


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
        lambda each: number_columns(known_values(covariates.numbers, each[0]), len(covariates.numbers), *each),
        enumerate(covariates.number_names),
        threads=threads,
    )
    for name, columns in zip(covariates.number_names, of_numbers, strict=True):
        if not columns:
            dropped.append(name)
        linear += [column for column in columns if column.kind != "hinge"]
        hinges += [column for column in columns if column.kind == "hinge"]
    for at, name in enumerate(covariates.level_names):
        columns = level_columns(level_counts(covariates, at), at, name, covariates.levels[at])
        if not columns:
            dropped.append(name)
        linear += columns
    return linear, hinges, tuple(dropped)


def known_values(numbers: AnyMatrix, at: int) -> Floats:
    """Return the values of a numeric covariate that are known; the column is read part by part.

    Parameters
    ----------
    numbers : ndarray or SpillMatrix of shape (n, c)
        The numbers.
    at : int
        The covariate.

    Returns
    -------
    ndarray
        Its values in an array of their own.
    """
    known, n = np.empty(len(numbers)), 0
    for here in parts_of(len(numbers)):
        part = numbers[here, at]
        part = part[~np.isnan(part)]
        known[n : n + len(part)] = part
        n += len(part)
    return known[:n]


def level_counts(covariates: Covariates, at: int) -> Integers:
    """Return how many records each category has; the column is read part by part.

    Parameters
    ----------
    covariates : Covariates
        Of n records.
    at : int
        The categorical covariate.

    Returns
    -------
    ndarray of shape (categories,)
        Records; blanks are left out.
    """
    n = len(covariates.levels[at]) + 1
    counts = np.zeros(n, dtype=np.int64)
    for here in parts_of(len(covariates.codes)):
        counts += np.bincount(covariates.codes[here, at] + 1, minlength=n)
    return counts[1:]


def number_columns(known: Floats, n: int, at: int, name: str) -> list[BasisColumn]:
    """Return the columns of a numeric covariate.

    Parameters
    ----------
    known : ndarray
        The values that are known; changed.
    n : int
        Records, with those whose value is not known.
    at : int
        Its position.
    name : str
        Its name.

    Returns
    -------
    list of BasisColumn
        Empty when it is constant or nowhere known.
    """
    if len(known) == 0:
        return []
    known.sort()
    low, high = (quantile_of(known, share) for share in (WINSOR_SHARE, 1 - WINSOR_SHARE))
    np.clip(known, low, high, out=known)
    centre = float(known.mean())
    scale = float(np.sqrt(sum(((known[here] - centre) ** 2).sum() for here in parts_of(len(known))) / len(known)))
    if not scale > 1e-12 * max(1.0, abs(low), abs(high)):
        return []
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


def level_columns(counts: Integers, at: int, name: str, levels: tuple[str, ...]) -> list[BasisColumn]:
    """Return the columns of a categorical covariate, the most frequent category being the reference.

    Parameters
    ----------
    counts : ndarray of shape (categories,)
        Records of each category.
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
        on the last digit. 0 where no class has a spread: such a column tells the classes apart, and nothing can be
        adjusted for by it.
    """

    def sums_of(first: int) -> tuple[Floats, Floats]:
        here = slice(first, first + CHUNK_ROWS)
        rows, inside = basis.matrix(covariates.take(here)), (classes[here] == there[:, None]).astype(np.float64)
        return inside @ rows, inside @ rows**2

    counts = np.bincount(classes)
    there = np.flatnonzero(counts)
    if len(there) == 0:
        return [0.0] * len(basis.columns)
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
