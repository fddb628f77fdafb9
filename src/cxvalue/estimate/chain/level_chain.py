"""Level chain: true satisfaction as a chain of fine levels, moved on month by month."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.special import ndtr

from cxvalue.estimate.noise.bivariate_normal import bivariate_cdf
from cxvalue.estimate.noise.truncated_normal import interval_probability, truncated_moments
from cxvalue.link.columns import Floats, Integers

OUTSIDE: Final = (0.2, 0.5, 0.9, 1.5)
"""Distances from the outer limits of the bands at which the outer bands are cut into levels, standard deviations."""
INSIDE: Final = 4
"""Levels of each inner band."""
INDEX_NODES: Final = 5
STABLE_NODES: Final = 3
LEAST_SHARE: Final = 0.01
"""Noise and the drifting part count as at least this share; a stable part below it counts as none."""


@dataclass(frozen=True, slots=True)
class Dynamics:
    """What becomes of the part of satisfaction that covariates leave open; its variance in answers is 1.

    Parameters
    ----------
    stable : float
        Variance τ of what never changes.
    drifting : float
        Variance κ of what drifts.
    persistence : float
        What is left of it from month to month, φ.

    Examples
    --------
    >>> Dynamics(0.1, 0.6, 0.9).noise
    0.3
    """

    stable: float
    drifting: float
    persistence: float

    @property
    def noise(self) -> float:
        """Variance of the survey noise, 0.01 or more."""
        return round(max(1 - self.stable - self.drifting, LEAST_SHARE), 12)


@dataclass(frozen=True, slots=True, eq=False)
class LevelChain:
    """True satisfaction of the customers of a target over K months, by class and level.

    Customers differ in the mean that their satisfaction drifts around; C classes stand for them. Within a class,
    satisfaction moves between J levels, of which each lies within one band.

    Parameters
    ----------
    band_of : ndarray of shape (J,)
        Band of each level, ascending.
    index_class : ndarray of shape (C,)
        Which classes share their covariates and differ in the stable part only.
    prior : ndarray of shape (C,)
        Share of each class before an answer is known; adds up to 1.
    settled : ndarray of shape (K + 1, C, J)
        Share of each class in each level in the long run, with the covariates of each month; rows add up to 1.
    centre : ndarray of shape (K + 1, C, J)
        Mean satisfaction in a level.
    answers : ndarray of shape (B, C, J)
        Probability of answering in each band and being in each level at time zero; adds up to 1 over B and J.
    moves : ndarray of shape (K, C, J, J)
        Probability of each level a month later, for those who stay.
    """

    band_of: Integers
    index_class: Integers
    prior: Floats
    settled: Floats
    centre: Floats
    answers: Floats
    moves: Floats

    def given_answer(self, band: int) -> Floats:
        """Return where customers are who answer in a band, at the covariates of the target.

        Parameters
        ----------
        band : int
            Code of the band.

        Returns
        -------
        ndarray of shape (C, J)
            Shares that add up to 1. The covariates stay as they are in the target; the stable part is what the answer
            makes of it.
        """
        joint = self.prior[:, None] * self.answers[band]
        n = int(self.index_class.max()) + 1
        by_index = np.bincount(self.index_class, weights=joint.sum(axis=1), minlength=n)
        prior = np.bincount(self.index_class, weights=self.prior, minlength=n)
        return np.asarray(joint * (prior / np.maximum(by_index, 1e-300))[self.index_class][:, None])

    def follow(self, shares: Floats, months: int) -> Floats:
        """Return where those who stay are in the months to come.

        Parameters
        ----------
        shares : ndarray of shape (C, J)
            Where they are at time zero.
        months : int
            0 to K.

        Returns
        -------
        ndarray of shape (months + 1, C, J)
            Shares.
        """
        found = [shares]
        for month in range(months):
            found.append(np.einsum("cj,cji->ci", found[-1], self.moves[month]))
        return np.array(found)

    def by_band(self, shares: Floats) -> Floats:
        """Return shares by true band.

        Parameters
        ----------
        shares : ndarray of shape (…, C, J)
            By class and level.

        Returns
        -------
        ndarray of shape (…, B)
            By band.
        """
        return np.asarray(shares.sum(axis=-2) @ self.in_band().T)

    def in_band(self) -> Floats:
        """Return which levels lie in which band.

        Returns
        -------
        ndarray of shape (B, J)
            0 and 1.
        """
        return np.equal.outer(np.arange(int(self.band_of.max()) + 1), self.band_of).astype(np.float64)

    def band_moves(self) -> Floats:
        """Return the monthly moves between true bands in the long run, for those who stay.

        Returns
        -------
        ndarray of shape (B, B)
            Rows add up to 1; with the covariates of time zero.
        """
        flow = np.einsum("c,cj,cji->ji", self.prior, self.settled[0], self.moves[0])
        flows = self.in_band() @ flow @ self.in_band().T
        return np.asarray(flows / flows.sum(axis=1, keepdims=True))

    def held_in(self, band: int) -> Floats:
        """Return where customers are put who would fall below a band: into the band, spread as its customers are.

        Parameters
        ----------
        band : int
            Code of the band.

        Returns
        -------
        ndarray of shape (K + 1, C, J, J)
            Row j says where a customer of level j is put; itself from the band upwards.
        """
        own = np.where(self.band_of == band, self.settled, 0.0)
        lowest = np.where(np.arange(len(self.band_of)) == np.argmax(self.band_of == band), 1e-300, 0.0)
        spread = (own + lowest) / (own + lowest).sum(axis=-1, keepdims=True)
        allowed = np.eye(len(self.band_of))
        return np.asarray(np.where((self.band_of < band)[:, None], spread[..., None, :], allowed))

    def band_weights(self) -> Floats:
        """Return what each level has of the bands' typical customers.

        Returns
        -------
        ndarray of shape (K + 1, C, J, B)
            Weights that add up to 1 over the bands: 1 for a band at its mean satisfaction at time zero, falling evenly
            to 0 at the means of its neighbours; the lines go on beyond the outer means, where weights may lie outside
            0 to 1. What customers do then changes steadily with satisfaction, without steps.
        """
        mass = self.prior[:, None] * self.settled[0]
        means = self.by_band(mass * self.centre[0]) / np.maximum(self.by_band(mass), 1e-300)
        lower = np.clip(np.searchsorted(means, self.centre) - 1, 0, len(means) - 2)
        share = (self.centre - means[lower]) / (means[lower + 1] - means[lower])
        every = np.arange(len(means))
        own = (every == lower[..., None]) * (1 - share)[..., None]
        return np.asarray(own + (every == lower[..., None] + 1) * share[..., None])


def cut_levels(band_limits: Floats) -> tuple[Floats, Integers]:
    """Return the limits of the levels and the band of each.

    Parameters
    ----------
    band_limits : ndarray of shape (B + 1,)
        Limits of the bands, from −∞ to ∞, in standard deviations of what covariates leave of an answer.

    Returns
    -------
    tuple of ndarray of shape (J + 1,) and ndarray of shape (J,)
        Limits and bands.

    Examples
    --------
    >>> limits, band = cut_levels(np.array([-np.inf, 0.0, 1.0, np.inf]))
    >>> limits[5:10].tolist(), np.bincount(band).tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [5, 4, 5])
    """
    inner = band_limits[1:-1]
    below, above = inner[0] - np.array(OUTSIDE[::-1]), inner[-1] + np.array(OUTSIDE)
    middle = [np.linspace(low, high, INSIDE + 1)[:-1] for low, high in pairwise(inner)]
    limits = np.concatenate([[-np.inf], below, *middle, [inner[-1]], above, [np.inf]])
    return limits, np.asarray(np.searchsorted(inner, limits[:-1], side="right"), dtype=np.int64)


def make_level_chain(
    dynamics: Dynamics, band_limits: Floats, *, index_mean: float, index_sd: float, drift: Floats
) -> LevelChain:
    r"""Return the chain of levels of a target.

    Parameters
    ----------
    dynamics : Dynamics
        What becomes of satisfaction given covariates.
    band_limits : ndarray of shape (B + 1,)
        Limits of the bands, from −∞ to ∞.
    index_mean, index_sd : float
        Mean and standard deviation, over the target, of the satisfaction expected from covariates.
    drift : ndarray of shape (K + 1,)
        By how much that expectation has risen after 0…K months.

    Returns
    -------
    LevelChain
        Classes, levels and moves.

    Notes
    -----
    Satisfaction is :math:`s_t = \eta_t + u + e_t` with index η, stable part u of variance τ and
    :math:`e_{t+1} = \phi e_t + \sqrt{1 - \phi^2}\,\varepsilon`, of variance κ; an answer is :math:`s_t` and noise of
    variance 1 − τ − κ. Index and stable part are taken at Gauss–Hermite nodes. Satisfaction within a level is taken
    as spread around its mean with its own variance.
    """
    kappa, phi = max(dynamics.drifting, LEAST_SHARE), dynamics.persistence
    index, weight = normal_nodes(index_mean, index_sd, INDEX_NODES)
    stable = dynamics.stable if dynamics.stable >= LEAST_SHARE else 0.0
    lasting, share = normal_nodes(0.0, float(np.sqrt(stable)), STABLE_NODES if stable else 1)
    mean = np.add.outer(drift, np.add.outer(index, lasting).ravel())
    limits, band_of = cut_levels(band_limits)
    at = (limits - mean[..., None]) / np.sqrt(kappa)
    first, second = truncated_moments(at[..., :-1], at[..., 1:])
    centre = mean[..., None] + np.sqrt(kappa) * first
    left = kappa * (1 - phi**2) + phi**2 * kappa * np.maximum(second - first**2, 0.0)
    ahead = mean[1:, :, None] + phi * (centre - mean[..., None])[:-1]
    below = ndtr((limits - ahead[..., None]) / np.sqrt(left[:-1])[..., None])
    answered = (band_limits - mean[0][:, None]) / np.sqrt(kappa + dynamics.noise)
    root = np.sqrt(kappa / (kappa + dynamics.noise))
    cells = bivariate_cdf(answered.T[:, :, None], at[0][None], np.array(root))
    return LevelChain(
        band_of,
        np.repeat(np.arange(len(index)), len(lasting)),
        np.multiply.outer(weight, share).ravel(),
        interval_probability(at[..., :-1], at[..., 1:]),
        centre,
        np.maximum(np.diff(np.diff(cells, axis=0), axis=2), 0.0),
        np.diff(below, axis=-1),
    )


def normal_nodes(mean: float, sd: float, n: int) -> tuple[Floats, Floats]:
    """Return points and weights that stand for a normal distribution.

    Parameters
    ----------
    mean, sd : float
        Of the distribution.
    n : int
        Points; moments up to 2 n − 1 are exact.

    Returns
    -------
    tuple of ndarray of shape (n,)
        Points and weights, which add up to 1.

    Examples
    --------
    >>> points, weights = normal_nodes(2.0, 1.0, 3)
    >>> float(weights @ points**4) - 43.0 < 1e-9  # 2⁴ + 6 × 2² + 3
    True
    """
    points, weights = np.polynomial.hermite_e.hermegauss(n)
    return np.asarray(mean + sd * points), np.asarray(weights / weights.sum())
