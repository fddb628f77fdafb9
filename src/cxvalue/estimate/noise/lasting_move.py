"""The value of a lasting move: of a customer who truly changes band, beside that of one whose answer changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.noise.lasting import (
    LatentEpisodes,
    lasting_contrast,
    latent_coefficients,
    latent_regressors,
    with_noise_left_out,
)
from cxvalue.estimate.noise.latent_scale import LEAST_SHARE, LatentScale
from cxvalue.estimate.noise.misclassification import Misclassification
from cxvalue.estimate.noise.survey_noise import SurveyNoise
from cxvalue.estimate.replicate import Interval, interval
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.estimate.standardise import standardise
from cxvalue.link.columns import Floats
from cxvalue.result import TableResult
from cxvalue.vocabulary import BANDS, EVERYBODY, Band

STEP: Final = 0.02
"""Half the distance in the share of noise over which derivatives are taken."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LastingMove(TableResult):
    """The value of a lasting move: of a customer who truly is in the from-band and truly comes to the to-band.

    Parameters
    ----------
    value : Interval
        From a regression on true satisfaction, unit of the weights. It assumes that noise is independent of the
        outcome given true satisfaction and covariates.
    by_matrix : Interval
        From C⁻¹, which assumes that noise is independent of the outcome given the true *band* and covariates. Within
        a band the more satisfied answer higher, so it comes out too large.
    leave_one_group_out : ndarray of shape (G, 2)
        Both with each customer group left out.
    misclassification : Misclassification
        True and answered bands, averaged over the customers who truly are in the from-band now.
    """

    value: Interval
    by_matrix: Interval
    leave_one_group_out: Floats
    misclassification: Misclassification

    def to_frame(self) -> pd.DataFrame:
        """Return both values as a table.

        Returns
        -------
        pandas.DataFrame
            Columns method (``latent`` or ``matrix``), estimate, se, ci_low, ci_high.
        """
        rows = [
            (name, i.estimate, i.se, i.ci_low, i.ci_high)
            for name, i in (("latent", self.value), ("matrix", self.by_matrix))
        ]
        return pd.DataFrame(rows, columns=["method", "estimate", "se", "ci_low", "ci_high"])

    def summary(self) -> str:
        """Return both values in words.

        Returns
        -------
        str
            Plain text.
        """
        latent, matrix = self.value, self.by_matrix
        return (
            f"per lasting move {latent.estimate:,.1f} ({latent.ci_low:,.1f} to {latent.ci_high:,.1f}); from the "
            f"inverse of C {matrix.estimate:,.1f} ({matrix.ci_low:,.1f} to {matrix.ci_high:,.1f}), which overstates"
        )


@dataclass(frozen=True, slots=True, eq=False)
class LastingProblem:
    """What both ways to value a lasting move work on.

    Parameters
    ----------
    scale : LatentScale
        What ties answers to true satisfaction.
    study : BandStudy
        Moments and design.
    rows : EpisodeRows
        The episodes.
    weights : ndarray of shape (M, H)
        What one unit of each metric counts in each month.
    from_band, to_band : int
        Codes of the bands.
    """

    scale: LatentScale
    study: BandStudy
    rows: EpisodeRows
    weights: Floats
    from_band: int
    to_band: int

    def misclassification(self, noise: float) -> Misclassification:
        """Return true and answered bands at the covariates of the customers who truly are in the from-band.

        Parameters
        ----------
        noise : float
            Share of noise.

        Returns
        -------
        Misclassification
            On all customers.
        """
        joint = self.scale.joint(noise)
        weights = self.scale.target_weights(joint, self.from_band)[0]
        return Misclassification(np.einsum("c,cbz->bz", weights, joint))

    def by_latent_curve(self, noise: float) -> Floats:
        """Return the value from the regression on true satisfaction, at a given share of noise.

        Parameters
        ----------
        noise : float
            Share of noise.

        Returns
        -------
        ndarray of shape (1 + G,)
            Replicates, all at this noise.
        """
        scale, answers, rows = self.scale, self.scale.answers, self.rows
        reliability = scale.reliability(noise)
        horizon = self.weights.shape[1]
        outcome = np.einsum("rmh,mh->rh", rows.outcomes[:, :, :horizon], self.weights)
        episodes = LatentEpisodes(rows.design, outcome, np.minimum(rows.last_k, horizon), rows.group, self.study.groups)
        p = episodes.n_columns()
        regressors = latent_regressors(rows.design[:, :p], *answers.true_moments(rows.at, reliability))
        coefficients = latent_coefficients(regressors, episodes)
        low, high = (answers.moments_in_band(scale.candidates, b, reliability) for b in (self.from_band, self.to_band))
        design = self.study.design[scale.candidates, :p]
        moved = latent_regressors(design, high[0], high[1]) - latent_regressors(design, low[0], low[1])
        weights = scale.target_weights(scale.joint(noise), self.from_band)
        return np.asarray(np.einsum("gq,gq->g", weights @ moved, coefficients))

    def by_matrix(self, noise: float) -> Floats:
        """Return the value from C⁻¹, at a given share of noise.

        Parameters
        ----------
        noise : float
            Share of noise.

        Returns
        -------
        ndarray of shape (1 + G,)
            Replicates, all at this noise; NaN where the bands' curves are not estimable.
        """
        joint = self.scale.joint(noise)
        weights = self.scale.target_weights(joint, self.from_band)
        study, horizon = self.study, self.weights.shape[1]
        target, at = weights @ study.design[self.scale.candidates], study.position(EVERYBODY)
        curves = standardise(study.moments[at], 0, target, horizon=horizon, n_metrics=len(study.metrics))
        if isinstance(curves, NotEstimable):
            return np.full(len(target), np.nan)
        every = np.concatenate([curves.estimate[None], curves.leave_one_group_out])
        means = np.einsum("gbmh,mh->gb", every, self.weights)
        mixed = (weights @ joint.reshape(len(joint), -1)).reshape(-1, *joint.shape[1:])
        C = mixed / mixed.sum(axis=2, keepdims=True)
        pairs = zip(means, C, strict=True)
        return np.array([lasting_contrast(m, c, from_band=self.from_band, to_band=self.to_band) for m, c in pairs])


def value_lasting_move(
    noise: SurveyNoise, study: BandStudy, *, weights: Floats, from_band: Band, to_band: Band
) -> LastingMove | NotEstimable:
    r"""Return the value of a lasting move.

    Parameters
    ----------
    noise : SurveyNoise
        From :func:`fit_survey_noise`.
    study : BandStudy
        Moments, rows and target.
    weights : ndarray of shape (M, H)
        What one unit of each metric counts in each month: money enters only here.
    from_band, to_band : {"dissatisfied", "neutral", "satisfied"}
        The move.

    Returns
    -------
    LastingMove or NotEstimable
        Not estimable where the noise is not, or where the condition number of C exceeds 10.

    Notes
    -----
    With s true satisfaction, outcomes are taken as :math:`x'\alpha + s\, x'\beta + \gamma s^2`; answers give E[s] and
    E[s²] given answer and covariates, on which the outcome is regressed (regression calibration). The value is the
    difference of that curve's means between the true bands at each customer's covariates, averaged over the customers
    active now, each weighted by 1 / P(answered) and by the probability that it truly is in the from-band.

    In the replicates the share of noise is estimated again and enters by its derivative; the latent scale is kept.
    How far it lies from the truth in simulated bases stands on the validation page
    (``python -m benchmarks.coverage --estimators all``).

    References
    ----------
    Carroll, R., Ruppert, D., Stefanski, L. and Crainiceanu, C. (2006), Measurement Error in Nonlinear Models, 2nd ed.,
    chapter 4, doi:10.1201/9781420010138.
    """
    reliability, scale = noise.reliability, noise.scale
    if isinstance(reliability, NotEstimable):
        return reliability
    if isinstance(scale, NotEstimable):
        return scale
    problem = LastingProblem(scale, study, study.read_rows(), weights, BANDS.index(from_band), BANDS.index(to_band))
    misclassification = problem.misclassification(reliability.noise.estimate)
    refused = misclassification.refusal()
    if refused is not None:
        return refused
    share = float(np.clip(reliability.noise.estimate, LEAST_SHARE + STEP, 1 - LEAST_SHARE - STEP))
    own = reliability.leave_one_group_out
    without = np.clip(1 - own[:, 0] - own[:, 1], LEAST_SHARE, 1 - LEAST_SHARE)
    ways = (problem.by_latent_curve, problem.by_matrix)
    latent, matrix = (with_noise_left_out(way, share, without, step=STEP) for way in ways)
    found = [interval(float(r[0]), r[1:], confidence=noise.confidence) for r in (latent, matrix)]
    return LastingMove(found[0], found[1], np.column_stack([latent[1:], matrix[1:]]), misclassification)
