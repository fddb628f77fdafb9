"""What ties answers to true satisfaction: latent scale, share of noise, and the customers it is averaged over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.noise.latent_answers import LatentAnswers
from cxvalue.estimate.noise.misclassification import band_probabilities
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Brief

LEAST_SHARE: Final = 0.01
"""Noise, and what is not noise, count as at least this share."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LatentScale(Brief):
    """What ties answers to true satisfaction.

    Parameters
    ----------
    answers : LatentAnswers
        Latent scale of all answers, given all covariates of the headline.
    share : float
        Variance that the covariates behind the reliability leave of an answer, over that which all covariates leave.
    candidates : ndarray of shape (c,)
        Positions of the latest answers of customers active at ``as_of``.
    band : ndarray of shape (c,)
        Their bands.
    weights : ndarray of shape (1 + G, c)
        What each of them counts in each replicate.
    """

    answers: LatentAnswers
    share: float
    candidates: Integers
    band: Integers
    weights: Floats

    def reliability(self, noise: float) -> float:
        """Return the share of an answer's variance given all covariates that is not noise.

        Parameters
        ----------
        noise : float
            Share of noise given the covariates behind the reliability.

        Returns
        -------
        float
            0.01 to 0.99.
        """
        return float(np.clip(1 - noise * self.share, LEAST_SHARE, 1 - LEAST_SHARE))

    def joint(self, noise: float) -> Floats:
        """Return the probabilities of answered and true band of the candidates.

        Parameters
        ----------
        noise : float
            Share of noise.

        Returns
        -------
        ndarray of shape (c, B, B)
            By answered and true band.
        """
        index = self.answers.index[self.candidates]
        return band_probabilities(index, self.answers.band_limits, self.reliability(noise))

    def target_weights(self, joint: Floats, from_band: int) -> Floats:
        """Return the weights of the customers who truly are in a band.

        Parameters
        ----------
        joint : ndarray of shape (c, B, B)
            From :meth:`joint`.
        from_band : int
            The true band.

        Returns
        -------
        ndarray of shape (1 + G, c)
            Weights × P(truly from-band | answered band, covariates), adding up to 1 in each replicate.
        """
        own = joint[np.arange(len(self.band)), self.band]
        weights = self.weights * (own[:, from_band] / np.maximum(own.sum(axis=1), 1e-300))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def latent_scale(study: BandStudy, known: LatentAnswers, without_history: LatentAnswers) -> LatentScale:
    """Return what ties answers to true satisfaction.

    Parameters
    ----------
    study : BandStudy
        Candidates and response.
    known : LatentAnswers
        Latent scale given all covariates.
    without_history : LatentAnswers
        Latent scale without the previous answer among the covariates.

    Returns
    -------
    LatentScale
        The scale.
    """
    candidates, answers = study.linked.candidates, study.linked.answers
    weights = np.ones((1 + study.groups, len(candidates)))
    for replicate in range(1 + study.groups):
        if isinstance(study.response, AnswerProbabilities):
            weights[replicate] = study.response.weights(replicate)
        weights[replicate, answers.group[candidates] == replicate - 1] = 0.0
    return LatentScale(known, (known.width / without_history.width) ** 2, candidates, answers.band[candidates], weights)
