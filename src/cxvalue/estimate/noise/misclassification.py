"""Misclassification: in which band customers truly are, given the band that they answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise.bivariate_normal import bivariate_cdf
from cxvalue.link.columns import Floats
from cxvalue.result import TableResult
from cxvalue.vocabulary import BANDS

MOST_CONDITION: Final = 10.0
"""Condition number of C beyond which its inverse blows errors up too much."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Misclassification(TableResult):
    """Answered and true band of some customers.

    Parameters
    ----------
    joint : ndarray of shape (B, B)
        Probabilities by answered band and true band; they add up to 1.
    """

    joint: Floats

    @property
    def true_given_answered(self) -> Floats:
        """C[b, z], the probability of true band z given answered band b, shape (B, B)."""
        return np.asarray(self.joint / self.joint.sum(axis=1, keepdims=True))

    @property
    def answered_given_true(self) -> Floats:
        """Probability of answered band b given true band z, by true band first, shape (B, B)."""
        return np.asarray((self.joint / self.joint.sum(axis=0)).T)

    @property
    def condition(self) -> float:
        """Condition number of C."""
        return float(np.linalg.cond(self.true_given_answered))

    def attenuation(self, from_band: int, to_band: int) -> float:
        """Return what share of a true move out of a band shows in answers.

        Parameters
        ----------
        from_band, to_band : int
            Codes of the bands.

        Returns
        -------
        float
            P(answers from-band | truly from-band) − P(answers from-band | truly to-band), 0 to 1.
        """
        stays = self.answered_given_true[:, from_band]
        return float(stays[from_band] - stays[to_band])

    def refusal(self) -> NotEstimable | None:
        """Return why C may not be inverted, if so.

        Returns
        -------
        NotEstimable or None
            Where the condition number exceeds 10.
        """
        if self.condition <= MOST_CONDITION:
            return None
        return NotEstimable(
            f"answers tell too little of the true band: the condition number of C is {self.condition:.3g}, at most "
            f"{MOST_CONDITION:g} is allowed"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the probabilities in long form.

        Returns
        -------
        pandas.DataFrame
            Columns answered_band, true_band, prob_true_given_answered, prob_answered_given_true.
        """
        b, z = (index.ravel() for index in np.indices(self.joint.shape))
        return pd.DataFrame(
            {
                "answered_band": np.array(BANDS)[b],
                "true_band": np.array(BANDS)[z],
                "prob_true_given_answered": self.true_given_answered.ravel(),
                "prob_answered_given_true": self.answered_given_true.T.ravel(),
            }
        )

    def summary(self) -> str:
        """Return, for each band, who truly is in it.

        Returns
        -------
        str
            A line a band.
        """
        lines = [
            f"  of those who answer {band:<14}"
            + ", ".join(f"{p:.0%} {true}" for p, true in zip(row, BANDS, strict=True))
            for band, row in zip(BANDS, self.true_given_answered, strict=True)
        ]
        return "\n".join(["true band:", *lines])


def band_probabilities(index: Floats, limits: Floats, reliability: float) -> Floats:
    r"""Return the probabilities of answered and true band of each customer.

    Parameters
    ----------
    index : ndarray of shape (n,)
        Mean of satisfaction given covariates.
    limits : ndarray of shape (B + 1,)
        Limits of the bands, from −∞ to ∞, in standard deviations of what covariates leave of an answer.
    reliability : float
        Share of the variance that covariates leave of an answer which is not noise, above 0 and below 1.

    Returns
    -------
    ndarray of shape (n, B, B)
        By answered band and true band.

    Notes
    -----
    Answered satisfaction is normal around the index with variance 1, true satisfaction with variance λ, the
    reliability; their covariance is λ. Both are cut at the same limits.

    Examples
    --------
    >>> ends = np.array([-np.inf, 0.0, np.inf])
    >>> band_probabilities(np.zeros(1), ends, 0.25).round(6)  # correlation a half, so a third is in each equal cell
    array([[[0.333333, 0.166667],
            [0.166667, 0.333333]]])
    """
    answered = limits[None, :] - index[:, None]
    root = np.sqrt(reliability)
    below = bivariate_cdf(answered[:, :, None], answered[:, None, :] / root, np.array(root))
    return np.maximum(np.diff(np.diff(below, axis=1), axis=2), 0.0)
