"""Latent answers: the satisfaction behind each answer, given covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise.ordered_probit import fit_ordered_probit
from cxvalue.estimate.noise.truncated_normal import truncated_moments
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS

MOST_LEVELS: Final = 11
"""Scores with more different values than this are taken as bands."""


@dataclass(frozen=True, slots=True, eq=False)
class LatentAnswers:
    """The latent scale of n answers: normal around an index with variance 1 given covariates, cut into levels.

    Parameters
    ----------
    level : ndarray of shape (n,)
        Level of each answer, 0 to J − 1, the better the higher.
    index : ndarray of shape (n,)
        Mean of answered satisfaction given covariates.
    thresholds : ndarray of shape (J + 1,)
        Limits of the levels, from −∞ to ∞.
    band_limits : ndarray of shape (B + 1,)
        Limits of the bands, which are some of these.
    """

    level: Integers
    index: Floats
    thresholds: Floats
    band_limits: Floats

    @property
    def width(self) -> float:
        """Width of the neutral band, by which two latent scales of the same answers are compared."""
        return float(self.band_limits[2] - self.band_limits[1])

    def true_moments(self, at: Integers, reliability: float) -> tuple[Floats, Floats]:
        """Return what the answers say of true satisfaction.

        Parameters
        ----------
        at : ndarray of shape (r,)
            Positions of answers.
        reliability : float
            Share of the variance given covariates that is not noise, λ.

        Returns
        -------
        tuple of ndarray of shape (r,)
            Mean and mean square of true satisfaction given answer and covariates.

        Notes
        -----
        Given answered satisfaction s*, true satisfaction is normal around m + λ(s* − m) with variance λ(1 − λ), m
        being the index; s* is known up to its level.
        """
        index, level = self.index[at], self.level[at]
        mean, square = truncated_moments(self.thresholds[level] - index, self.thresholds[level + 1] - index)
        first = index + reliability * mean
        second = index**2 + 2 * index * reliability * mean + reliability**2 * square + reliability * (1 - reliability)
        return np.asarray(first), np.asarray(second)

    def moments_in_band(self, at: Integers, band: int, reliability: float) -> tuple[Floats, Floats]:
        """Return the true satisfaction of customers with given covariates who truly are in a band.

        Parameters
        ----------
        at : ndarray of shape (r,)
            Positions of answers whose covariates are taken.
        band : int
            Code of the band.
        reliability : float
            Share of the variance given covariates that is not noise, λ.

        Returns
        -------
        tuple of ndarray of shape (r,)
            Mean and mean square.
        """
        index, root = self.index[at], np.sqrt(reliability)
        low, high = ((limit - index) / root for limit in self.band_limits[[band, band + 1]])
        mean, square = truncated_moments(low, high)
        return np.asarray(index + root * mean), np.asarray(index**2 + 2 * index * root * mean + reliability * square)


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Answers as ordered levels.

    Parameters
    ----------
    level : ndarray of shape (n,)
        0 to J − 1, the better the higher.
    n_levels : int
        J.
    first_of_band : tuple of int
        Lowest level of each band.
    """

    level: Integers
    n_levels: int
    first_of_band: tuple[int, ...]


def order_levels(score: Floats, band: Integers) -> Levels:
    """Return answers as levels: the scores, or the bands where the scores are too many or do not follow the bands.

    Parameters
    ----------
    score : ndarray of shape (n,)
        Scores; on some scales a low one is good.
    band : ndarray of shape (n,)
        Codes of the bands, all of which occur.

    Returns
    -------
    Levels
        The levels.

    Examples
    --------
    >>> order_levels(np.array([7.0, 1.0, 4.0, 2.0]), np.array([0, 2, 1, 2])).level.tolist()
    [0, 3, 1, 2]
    """
    by_band = Levels(band, len(BANDS), tuple(range(len(BANDS))))
    means = [float(score[band == code].mean()) for code in (0, len(BANDS) - 1)]
    values, level = np.unique(score if means[1] >= means[0] else -score, return_inverse=True)
    if len(values) > MOST_LEVELS:
        return by_band
    lowest = np.full(len(values), len(BANDS))
    np.minimum.at(lowest, level, band)
    highest = np.zeros(len(values), dtype=np.int64)
    np.maximum.at(highest, level, band)
    if (lowest != highest).any() or (np.diff(lowest) < 0).any():
        return by_band
    return Levels(level.astype(np.int64), len(values), tuple(int(np.argmax(lowest == b)) for b in range(len(BANDS))))


def fit_latent_answers(levels: Levels, design: Floats, fitted_on: Integers) -> LatentAnswers | NotEstimable:
    """Fit the latent scale of answers.

    Parameters
    ----------
    levels : Levels
        All n answers.
    design : ndarray of shape (n, q)
        Covariates without an intercept.
    fitted_on : ndarray
        Positions of the answers that the scale is fitted on.

    Returns
    -------
    LatentAnswers or NotEstimable
        The scale of all n answers.
    """
    present = np.unique(levels.level[fitted_on])
    if len(present) < levels.n_levels:
        return NotEstimable("some scores are given only by customers without follow-up")
    fitted = fit_ordered_probit(levels.level[fitted_on], design[fitted_on], n_levels=levels.n_levels)
    if isinstance(fitted, NotEstimable):
        return fitted
    limits = np.append(fitted.thresholds[list(levels.first_of_band)], np.inf)
    return LatentAnswers(levels.level, fitted.index(design), fitted.thresholds, limits)
