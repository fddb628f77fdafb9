"""Polychoric correlation: how alike two ordered answers are, on the scale of the satisfaction behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise.bivariate_normal import bivariate_cdf, bivariate_density
from cxvalue.link.columns import Floats, Integers

MOST_CORRELATION: Final = 0.98
"""Correlations beyond this are not told apart."""
MIN_PAIRS: Final = 50
"""Fewest pairs of answers for a correlation."""
MOST_STEPS: Final = 100
LEAST_STEP: Final = 1e-8
LEAST_PROBABILITY: Final = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Polychoric:
    """A correlation of two latent variables.

    Parameters
    ----------
    correlation : float
        Between −0.98 and 0.98.
    se : float
        Standard error with the thresholds taken as known.
    n_pairs : int
        Pairs.
    leave_one_group_out : ndarray of shape (G,)
        The correlation with each customer group left out; empty where no groups were given.
    """

    correlation: float
    se: float
    n_pairs: int
    leave_one_group_out: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Between which limits each pair's two standardised latent values lie.

    Parameters
    ----------
    low_first, high_first, low_second, high_second : ndarray of shape (n,)
        Limits, infinite ones included.
    """

    low_first: Floats
    high_first: Floats
    low_second: Floats
    high_second: Floats

    def corners(self) -> tuple[tuple[Floats, Floats, float], ...]:
        """Return the four corners of each rectangle with their signs.

        Returns
        -------
        tuple of tuple
            First coordinate, second coordinate, +1 or −1.
        """
        return (
            (self.high_first, self.high_second, 1.0),
            (self.low_first, self.high_second, -1.0),
            (self.high_first, self.low_second, -1.0),
            (self.low_first, self.low_second, 1.0),
        )


def polychoric(first: Integers, second: Integers) -> Polychoric | NotEstimable:
    """Return the polychoric correlation of two ordered variables.

    Parameters
    ----------
    first, second : ndarray of shape (n,)
        Codes from 0 upwards.

    Returns
    -------
    Polychoric or NotEstimable
        Not estimable with fewer than 50 pairs, or where an answer is always the same.

    Notes
    -----
    Two steps: thresholds from each margin, then the correlation by maximum likelihood over the cells of the table.

    References
    ----------
    Olsson, U. (1979), Maximum likelihood estimation of the polychoric correlation coefficient, Psychometrika 44,
    doi:10.1007/BF02296207.

    Examples
    --------
    Two halves each; a third of the pairs lies in each equal cell: 1/3 = 1/4 + arcsin(ρ) / 2π, so ρ is a half.

    >>> first, second = np.repeat([0, 0, 1, 1], [20, 10, 10, 20]), np.repeat([0, 1, 0, 1], [20, 10, 10, 20])
    >>> round(polychoric(first, second).correlation, 6)
    0.5
    """
    table = np.zeros((int(first.max(initial=0)) + 1, int(second.max(initial=0)) + 1))
    np.add.at(table, (first, second), 1.0)
    if table.sum() < MIN_PAIRS or min((table.sum(axis=at) > 0).sum() for at in (0, 1)) < 2:
        return NotEstimable(f"{len(first)} pairs of answers; at least {MIN_PAIRS}, and not all alike, are needed")
    rows, columns = np.nonzero(table)
    ends = [np.asarray(ndtri(np.r_[0.0, np.cumsum(table.sum(axis=at))[:-1] / table.sum(), 1.0])) for at in (1, 0)]
    limits = Limits(ends[0][rows], ends[0][rows + 1], ends[1][columns], ends[1][columns + 1])
    weights = table[rows, columns]
    correlation, score = maximise(limits, weights)
    return Polychoric(correlation, float(1 / np.sqrt((weights * score**2).sum())), len(first), np.empty(0))


def maximise(limits: Limits, weights: Floats) -> tuple[float, Floats]:
    """Return the correlation of greatest likelihood and the scores there.

    Parameters
    ----------
    limits : Limits
        Rectangles.
    weights : ndarray of shape (n,)
        How often each rectangle counts.

    Returns
    -------
    tuple of float and ndarray of shape (n,)
        Correlation, and the derivative by it of each rectangle's log probability.
    """
    correlation, score = 0.0, np.zeros(len(weights))
    for _ in range(MOST_STEPS):
        rho = np.array(correlation)
        probability, slope = np.zeros(len(weights)), np.zeros(len(weights))
        for h, k, sign in limits.corners():
            probability += sign * bivariate_cdf(h, k, rho)
            slope += sign * bivariate_density(h, k, rho)
        score = slope / np.maximum(probability, LEAST_PROBABILITY)
        information = max(float((weights * score**2).sum()), LEAST_PROBABILITY)
        new = float(
            np.clip(correlation + float((weights * score).sum()) / information, -MOST_CORRELATION, MOST_CORRELATION)
        )
        settled = abs(new - correlation) < LEAST_STEP
        correlation = new
        if settled:
            break
    return correlation, score


def correlate_answers(
    levels: tuple[Integers, Integers],
    indices: tuple[Floats, Floats],
    *,
    n_levels: int,
    group: Integers,
    groups: int,
) -> Polychoric | NotEstimable:
    """Return the correlation of two answers that the covariates leave over.

    Parameters
    ----------
    levels : tuple of two ndarray of shape (n,)
        First and second answer of each pair, 0 to J − 1.
    indices : tuple of two ndarray of shape (n,)
        Mean of the latent answer given covariates, for both; zeros give the plain polychoric correlation.
    n_levels : int
        J.
    group : ndarray of shape (n,)
        Customer group of each pair.
    groups : int
        G.

    Returns
    -------
    Polychoric or NotEstimable
        Not estimable with fewer than 50 pairs. Leave-one-group-out values are one scoring step from the estimate.
    """
    if len(group) < MIN_PAIRS or min(len(np.unique(level)) for level in levels) < 2:
        return NotEstimable(f"{len(group)} pairs of answers; at least {MIN_PAIRS}, and not all alike, are needed")
    ends = [offset_thresholds(level, index, n_levels) for level, index in zip(levels, indices, strict=True)]
    limits = Limits(
        ends[0][levels[0]] - indices[0],
        ends[0][levels[0] + 1] - indices[0],
        ends[1][levels[1]] - indices[1],
        ends[1][levels[1] + 1] - indices[1],
    )
    correlation, score = maximise(limits, np.ones(len(group)))
    own_score = np.bincount(group, weights=score, minlength=groups)
    own_information = np.bincount(group, weights=score**2, minlength=groups)
    total = float(own_information.sum())
    without = correlation + (own_score.sum() - own_score) / np.maximum(total - own_information, LEAST_PROBABILITY)
    clipped = np.clip(without, -MOST_CORRELATION, MOST_CORRELATION)
    return Polychoric(correlation, float(1 / np.sqrt(total)), len(group), np.asarray(clipped))


def offset_thresholds(level: Integers, index: Floats, n_levels: int) -> Floats:
    """Return the thresholds at which as many answers are expected below each as there are.

    Parameters
    ----------
    level : ndarray of shape (n,)
        Answers, 0 to J − 1.
    index : ndarray of shape (n,)
        Mean of the latent answer.
    n_levels : int
        J.

    Returns
    -------
    ndarray of shape (J + 1,)
        The first is −∞, the last ∞; those beyond the lowest and highest answer given are infinite too.
    """
    n = len(level)
    below = np.cumsum(np.bincount(level, minlength=n_levels))[:-1]
    reach = 9.0 + float(np.abs(index).max())
    inner = np.empty(n_levels - 1)
    for at, count in enumerate(below):
        if count in (0, n):
            inner[at] = -np.inf if count == 0 else np.inf
        else:
            inner[at] = brentq(lambda c, count=count: float(ndtr(c - index).sum()) - count, -reach, reach)
    return np.concatenate([[-np.inf], inner, [np.inf]])
