"""Ordered probit: the latent satisfaction behind answers, given covariates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise.truncated_normal import interval_probability, normal_density
from cxvalue.link.columns import Floats, Integers

MOST_STEPS = 100
LEAST_STEP = 1e-9
LEAST_PROBABILITY = 1e-12
MOST_SPREAD = 10.0
"""Standard deviation of the index beyond which covariates are taken to determine the answer."""


@dataclass(frozen=True, slots=True, eq=False)
class OrderedProbit:
    """Answered satisfaction s* = x'β + e with e standard normal; level j is given between thresholds j and j + 1.

    Parameters
    ----------
    thresholds : ndarray of shape (J + 1,)
        Ascending; the first is −∞ and the last ∞.
    coefficients : ndarray of shape (q,)
        β; there is no intercept, the thresholds hold it.
    """

    thresholds: Floats
    coefficients: Floats

    def index(self, design: Floats) -> Floats:
        """Return the mean of answered satisfaction.

        Parameters
        ----------
        design : ndarray of shape (n, q)
            Covariates.

        Returns
        -------
        ndarray of shape (n,)
            x'β.
        """
        return np.asarray(design @ self.coefficients)


def fit_ordered_probit(level: Integers, design: Floats, *, n_levels: int) -> OrderedProbit | NotEstimable:
    """Fit an ordered probit by maximum likelihood.

    Parameters
    ----------
    level : ndarray of shape (n,)
        Answers, 0 to J − 1; every level occurs.
    design : ndarray of shape (n, q)
        Covariates without an intercept; columns that depend on others get the shortest solution.
    n_levels : int
        J, 2 or more.

    Returns
    -------
    OrderedProbit or NotEstimable
        Not estimable when the covariates determine the answers and the steps do not end.

    Notes
    -----
    Fisher scoring, started at the marginal thresholds.

    References
    ----------
    McKelvey, R. and Zavoina, W. (1975), A statistical model for the analysis of ordinal level dependent variables,
    Journal of Mathematical Sociology 4, doi:10.1080/0022250X.1975.9989847.
    """
    q = design.shape[1]
    cumulative = np.cumsum(np.bincount(level, minlength=n_levels))[:-1] / len(level)
    inner, beta = np.asarray(ndtri(cumulative)), np.zeros(q)
    for _ in range(MOST_STEPS):
        thresholds = np.r_[-np.inf, inner, np.inf]
        score, information = score_and_information(level, design, thresholds, design @ beta)
        step = np.linalg.lstsq(information, score, rcond=1e-10)[0]
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        beta, inner = beta + step[:q], inner + step[q:]
        if np.abs(step).max() < LEAST_STEP * max(1.0, float(np.abs(inner).max())):
            return OrderedProbit(np.r_[-np.inf, inner, np.inf], beta)
        if not np.isfinite(step).all() or (np.diff(inner) <= 0).any():
            break
        if float(np.std(design @ beta)) > MOST_SPREAD:
            break
    return NotEstimable("the model of latent satisfaction does not settle; some covariates may determine the answer")


def score_and_information(level: Integers, design: Floats, thresholds: Floats, index: Floats) -> tuple[Floats, Floats]:
    """Return gradient and expected information of the log-likelihood.

    Parameters
    ----------
    level : ndarray of shape (n,)
        Answers.
    design : ndarray of shape (n, q)
        Covariates.
    thresholds : ndarray of shape (J + 1,)
        Thresholds with the infinite ends.
    index : ndarray of shape (n,)
        x'β.

    Returns
    -------
    tuple of ndarray of shape (q + J − 1,) and ndarray of shape (q + J − 1, q + J − 1)
        Coefficients first, then inner thresholds.
    """
    q, n_inner = design.shape[1], len(thresholds) - 2
    limits = thresholds[None, :] - index[:, None]
    density = normal_density(limits)
    density[:, [0, -1]] = 0.0
    probability = np.maximum(interval_probability(limits[:, :-1], limits[:, 1:]), LEAST_PROBABILITY)
    slope = -np.diff(density, axis=1)
    rows = np.arange(len(level))
    score, information = np.zeros(q + n_inner), np.zeros((q + n_inner, q + n_inner))
    score[:q] = design.T @ (slope[rows, level] / probability[rows, level])
    information[:q, :q] = (design * (slope**2 / probability).sum(axis=1)[:, None]).T @ design
    for j in range(n_inner):
        at, below, above = density[:, j + 1], probability[:, j], probability[:, j + 1]
        score[q + j] = (at[level == j] / below[level == j]).sum() - (at[level == j + 1] / above[level == j + 1]).sum()
        cross = design.T @ (at * (slope[:, j] / below - slope[:, j + 1] / above))
        information[:q, q + j] = information[q + j, :q] = cross
        information[q + j, q + j] = (at**2 * (1 / below + 1 / above)).sum()
        if j:
            beside = -(at * density[:, j] / below).sum()
            information[q + j, q + j - 1] = information[q + j - 1, q + j] = beside
    return score, information
