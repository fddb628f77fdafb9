"""Current band: what customers do in the months right after an answer, turned from answered to true bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.estimate.chain.level_chain import LevelChain
from cxvalue.estimate.noise.misclassification import MOST_CONDITION
from cxvalue.link.columns import Floats

MOST_MONTHS: Final = 3
"""Months after an answer that speak of the band it was given in."""
LEAST_SHARE: Final = 0.02
"""Hazards below this share of the mean hazard of the bands count as this much."""
MOST_STEPS: Final = 30
LEAST_STEP: Final = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class CurrentBand:
    """What customers of each band do in a month.

    Parameters
    ----------
    hazard : ndarray of shape (B,)
        Probability of leaving at the end of a month in the band; 0 where leaving is not seen.
    amounts : ndarray of shape (B, M)
        Each metric per customer still there, in a month in the band.
    """

    hazard: Floats
    amounts: Floats

    def hazard_at(self, weights: Floats) -> Floats:
        """Return the hazard between the bands, on straight lines of its logarithm.

        Parameters
        ----------
        weights : ndarray of shape (…, B)
            What a customer has of each band, from :meth:`LevelChain.band_weights`.

        Returns
        -------
        ndarray of shape (…)
            0 to 1.
        """
        if not self.hazard.any():
            return np.zeros(weights.shape[:-1])
        return np.minimum(np.exp(weights @ np.log(self.hazard)), 1.0)

    def amounts_at(self, weights: Floats) -> Floats:
        """Return the amounts between the bands, on straight lines.

        Parameters
        ----------
        weights : ndarray of shape (…, B)
            What a customer has of each band.

        Returns
        -------
        ndarray of shape (…, M)
            Amounts.
        """
        return np.asarray(weights @ self.amounts)


def answered_amounts(curves: Floats, *, leaving: bool) -> CurrentBand:
    """Return what customers of each answered band do in months 1 to 3.

    Parameters
    ----------
    curves : ndarray of shape (B, M, H)
        Mean per customer at time zero, by month after the answer; the first metric is the share still there.
    leaving : bool
        Whether leaving is seen.

    Returns
    -------
    CurrentBand
        Hazards are the monthly ones that lead to the share still there after three months; amounts are per customer
        still there.

    Examples
    --------
    Of a band 0.9, 0.81, 0.729 are left after one, two, three months; each of them pays 20.

    >>> left = 0.9 ** np.arange(1, 4)
    >>> found = answered_amounts(np.array([[left, 20 * left]]), leaving=True)
    >>> found.hazard.round(9).tolist(), found.amounts.round(9).tolist()
    ([0.1], [[1.0, 20.0]])
    """
    first = curves[:, :, :MOST_MONTHS]
    if not leaving:
        return CurrentBand(np.zeros(len(curves)), np.asarray(first.mean(axis=2)))
    there = np.clip(first[:, 0], 1e-6, 1.0)
    hazard = 1.0 - there[:, -1] ** (1.0 / first.shape[2])
    hazard = np.maximum(hazard, max(LEAST_SHARE * float(hazard.mean()), 1e-9))
    return CurrentBand(np.asarray(hazard), np.asarray(first.sum(axis=2) / there.sum(axis=1)[:, None]))


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """True satisfaction of those who answered in each band, in the months right after.

    Parameters
    ----------
    shares : ndarray of shape (B, q + 1, C, J)
        By answered band, month 0…q, class and level; adds up to 1 over the last two.
    weights : ndarray of shape (q + 1, C, J, B)
        What each level has of the bands' typical customers.
    """

    shares: Floats
    weights: Floats

    @property
    def leaving(self) -> Floats:
        """Mean weights over months 0 to q − 1, at whose end customers leave; by answered and true band, (B, B)."""
        return np.asarray(np.einsum("akcj,kcjb->ab", self.shares[:, :-1], self.weights[:-1]) / (len(self.weights) - 1))

    @property
    def paying(self) -> Floats:
        """Mean weights over months 1 to q, in which customers pay; by answered and true band, (B, B)."""
        return np.asarray(np.einsum("akcj,kcjb->ab", self.shares[:, 1:], self.weights[1:]) / (len(self.weights) - 1))

    @property
    def condition(self) -> float:
        """The greater of the condition numbers of both."""
        return max(float(np.linalg.cond(self.leaving)), float(np.linalg.cond(self.paying)))

    @property
    def is_well_conditioned(self) -> bool:
        """Whether answered bands may be turned into true ones: no condition number exceeds 10."""
        return self.condition <= MOST_CONDITION


def mix_bands(chain: LevelChain, *, months: int) -> Mixture:
    """Return the true satisfaction of those who answered in each band.

    Parameters
    ----------
    chain : LevelChain
        True satisfaction of the target.
    months : int
        Months after the answer, q.

    Returns
    -------
    Mixture
        By answered band and month.
    """
    followed = [chain.follow(chain.given_answer(band), months) for band in range(len(chain.answers))]
    return Mixture(np.array(followed), chain.band_weights()[: months + 1])


def true_amounts(answered: CurrentBand, mixture: Mixture) -> CurrentBand:
    r"""Return what the typical customers of the true bands do, from what those of the answered bands do.

    Parameters
    ----------
    answered : CurrentBand
        By answered band.
    mixture : Mixture
        True satisfaction of the answered bands.

    Returns
    -------
    CurrentBand
        By true band.

    Notes
    -----
    With :math:`C_{bz}` the weight of band z's typical customer among those who answered b, averaged over the months,
    amounts solve :math:`\mu_{answered} = C \mu_{true}`. Hazards lie on straight lines of their logarithm, so that
    those of the true bands solve :math:`h_b = E[\exp(\sum_z w_z \log h_z) \mid b]`, by Newton's method. C holds survey
    noise and what drifts in those months.
    """
    amounts = np.asarray(np.linalg.solve(mixture.paying, answered.amounts))
    if not answered.hazard.any():
        return CurrentBand(answered.hazard, amounts)
    shares, weights = mixture.shares[:, :-1], mixture.weights[:-1]
    least = np.log(LEAST_SHARE * answered.hazard.mean())
    theta = np.log(answered.hazard)
    for _ in range(MOST_STEPS):
        each = shares * np.exp(np.minimum(weights @ theta, 0.0)) / (len(mixture.weights) - 1)
        slope = np.einsum("akcj,kcjb->ab", each, weights)
        step = np.linalg.lstsq(slope, answered.hazard - each.sum(axis=(1, 2, 3)), rcond=1e-8)[0]
        new = np.clip(theta + np.clip(step, -1.0, 1.0), least, 0.0)
        settled = float(np.abs(new - theta).max()) < LEAST_STEP
        theta = new
        if settled:
            break
    return CurrentBand(np.exp(theta), amounts)
