"""Dynamics of satisfaction among customers who stay: correlations of two answers, weighted for answering again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.chain.answering_again import RepeatAnswers, find_repeat_answers
from cxvalue.estimate.chain.level_chain import Dynamics
from cxvalue.estimate.diagnose.robustness import columns_by_covariate
from cxvalue.estimate.noise.latent_answers import LatentAnswers, fit_latent_answers, order_levels
from cxvalue.estimate.noise.polychoric import LEAST_PROBABILITY, MIN_PAIRS, Limits, Polychoric, maximise
from cxvalue.estimate.noise.reliability import STARTS, Reliability, fit_decay, fit_reliability, shares_of
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.covariates import MONTHS_SINCE, PREVIOUS_BAND

MOST_CORRELATION = 0.98


@dataclass(frozen=True, slots=True, eq=False)
class RepeatStudy:
    """What the dynamics of satisfaction are estimated from.

    Parameters
    ----------
    latent : LatentAnswers
        Latent scale of all answers, given covariates other than the previous answer.
    n_levels : int
        Levels of an answer.
    pairs : RepeatAnswers
        Pairs of answers with their odds of answering again.
    first_band, band : ndarray of shape (n,)
        Bands of the first and of the second answer of each pair.
    group : ndarray of shape (n,)
        Customer group of each pair.
    groups : int
        G.
    confidence : float
        Level of intervals.
    """

    latent: LatentAnswers
    n_levels: int
    pairs: RepeatAnswers
    first_band: Integers
    band: Integers
    group: Integers
    groups: int
    confidence: float

    def correlations(self, *, tilt: float = 0.0) -> dict[float, Polychoric]:
        """Return the correlation of two answers of a customer for every gap, weighted for answering again.

        Parameters
        ----------
        tilt : float
            By how much the log odds of answering again rise with each band; see :meth:`RepeatAnswers.weights`.

        Returns
        -------
        dict of float to Polychoric
            By months between the two answers, ascending.
        """
        weights = self.pairs.weights(self.band, tilt=tilt)
        found = {}
        for gap in np.unique(self.pairs.gap):
            own = self.pairs.gap == gap
            each = weighted_correlation(
                (self.latent.level[self.pairs.first[own]], self.latent.level[self.pairs.second[own]]),
                (self.latent.index[self.pairs.first[own]], self.latent.index[self.pairs.second[own]]),
                weights=weights[own] / weights[own].mean(),
                n_levels=self.n_levels,
                group=self.group[own],
                groups=self.groups,
            )
            if isinstance(each, Polychoric):
                found[float(gap)] = each
        return found

    def reliability(self) -> Reliability | NotEstimable:
        """Return how two answers correlate by the months between, and what that says of satisfaction.

        Returns
        -------
        Reliability or NotEstimable
            As :func:`~cxvalue.estimate.noise.reliability.fit_reliability` gives it, with weighted correlations.
        """
        found = self.correlations()
        return fit_reliability(np.array(list(found)), list(found.values()), confidence=self.confidence)

    def dynamics(self, *, tilt: float) -> Dynamics:
        """Return what becomes of satisfaction if answering again depends on it, without replicates.

        Parameters
        ----------
        tilt : float
            By how much the log odds of answering again rise with each band.

        Returns
        -------
        Dynamics
            The fit; there have to be as many gaps as :meth:`reliability` needs.
        """
        found = self.correlations(tilt=tilt)
        r, se = (np.array([getattr(each, name) for each in found.values()]) for name in ("correlation", "se"))
        return Dynamics(*shares_of(fit_decay(np.array(list(found)), r, se, starts=STARTS)))

    def drift(self, from_band: int, months: int) -> Floats:
        """Return by how much the satisfaction expected from covariates rises as time goes, in every replicate.

        Parameters
        ----------
        from_band : int
            Band of the first answer.
        months : int
            K.

        Returns
        -------
        ndarray of shape (1 + G, K + 1)
            Mean change of the index after 0…K months among those who answer again, weighted for it; on straight lines
            between the gaps of the survey, and level after the longest.
        """
        own = self.first_band == from_band
        gap, group = self.pairs.gap[own], self.group[own]
        rise = self.latent.index[self.pairs.second[own]] - self.latent.index[self.pairs.first[own]]
        weights = self.pairs.weights(self.band)[own]
        gaps, rises = [0.0], [np.zeros(1 + self.groups)]
        for each in np.unique(gap):
            at = gap == each
            sums = [np.bincount(group[at], weights=w[at], minlength=self.groups) for w in (weights * rise, weights)]
            left = [np.append(total.sum(), total.sum() - total) for total in sums]
            gaps.append(float(each))
            rises.append(np.where(left[1] > 0, left[0] / np.maximum(left[1], 1e-300), 0.0))
        return np.array([np.interp(np.arange(months + 1), gaps, row) for row in np.array(rises).T])

    def fall(self, tilt: float) -> float:
        """Return by how much satisfaction lies lower than answers tell, where response rises with it.

        Parameters
        ----------
        tilt : float
            By how much the log odds of answering again rise with each band.

        Returns
        -------
        float
            Mean rise of the two limits of the neutral band, standard deviations of what covariates leave of an answer,
            when second answers are weighted for it; 0 for a tilt of 0.
        """
        index, n_bands = self.latent.index[self.pairs.second], len(self.latent.band_limits) - 1
        limits = [
            weighted_thresholds(self.band, index, self.pairs.weights(self.band, tilt=each), n_bands)[1:-1]
            for each in (tilt, 0.0)
        ]
        return float(np.mean(limits[0] - limits[1]))


def study_repeat_answers(study: BandStudy, *, confidence: float) -> RepeatStudy | NotEstimable:
    """Return what the dynamics of satisfaction are estimated from.

    Parameters
    ----------
    study : BandStudy
        All answers.
    confidence : float
        Level of intervals.

    Returns
    -------
    RepeatStudy or NotEstimable
        Not estimable where the latent scale is not, or where nobody answered again.
    """
    answers, rows = study.linked.answers, study.read_rows()
    levels = order_levels(answers.score[:], answers.band[:])
    names = columns_by_covariate(study.basis, answers.covariates.only(study.covariates))
    history = {PREVIOUS_BAND, MONTHS_SINCE}
    own = [at for at, name in enumerate(names) if at and not history.intersection(name.split(" × "))]
    latent = fit_latent_answers(levels, study.design[:, own], rows.at)
    if isinstance(latent, NotEstimable):
        return latent
    kept = np.flatnonzero(np.isin(answers.customer, rows.customer)).astype(np.int64)
    pairs = find_repeat_answers(study, kept)
    if len(pairs.first) == 0:
        return NotEstimable(f"at no number of months apart did {MIN_PAIRS} customers answer twice")
    bands = (answers.band[pairs.first], answers.band[pairs.second])
    group = answers.group[pairs.first]
    return RepeatStudy(latent, levels.n_levels, pairs, *bands, group, study.groups, confidence)


def weighted_correlation(
    levels: tuple[Integers, Integers],
    indices: tuple[Floats, Floats],
    *,
    weights: Floats,
    n_levels: int,
    group: Integers,
    groups: int,
) -> Polychoric | NotEstimable:
    """Return the correlation of two answers that the covariates leave over, weighted.

    Parameters
    ----------
    levels : tuple of two ndarray of shape (n,)
        First and second answer of each pair, 0 to J − 1.
    indices : tuple of two ndarray of shape (n,)
        Mean of the latent answer given covariates, for both.
    weights : ndarray of shape (n,)
        What each pair counts.
    n_levels : int
        J.
    group : ndarray of shape (n,)
        Customer group of each pair.
    groups : int
        G.

    Returns
    -------
    Polychoric or NotEstimable
        With the weights' own standard error; the values with each group left out are one scoring step from the
        estimate, with the weights as they are on all customers.
    """
    if len(group) < MIN_PAIRS or min(len(np.unique(level)) for level in levels) < 2:
        return NotEstimable(f"{len(group)} pairs of answers; at least {MIN_PAIRS}, and not all alike, are needed")
    ends = [weighted_thresholds(x, index, weights, n_levels) for x, index in zip(levels, indices, strict=True)]
    limits = Limits(
        ends[0][levels[0]] - indices[0],
        ends[0][levels[0] + 1] - indices[0],
        ends[1][levels[1]] - indices[1],
        ends[1][levels[1] + 1] - indices[1],
    )
    correlation, score = maximise(limits, weights)
    own_score = np.bincount(group, weights=weights * score, minlength=groups)
    own_information = np.bincount(group, weights=weights * score**2, minlength=groups)
    total = float(own_information.sum())
    without = correlation + (own_score.sum() - own_score) / np.maximum(total - own_information, LEAST_PROBABILITY)
    se = float(np.sqrt((weights**2 * score**2).sum()) / total)
    clipped = np.clip(without, -MOST_CORRELATION, MOST_CORRELATION)
    return Polychoric(correlation, se, len(group), np.asarray(clipped))


def weighted_thresholds(level: Integers, index: Floats, weights: Floats, n_levels: int) -> Floats:
    """Return the thresholds at which as much weight is expected below each as there is.

    Parameters
    ----------
    level : ndarray of shape (n,)
        Answers, 0 to J − 1.
    index : ndarray of shape (n,)
        Mean of the latent answer.
    weights : ndarray of shape (n,)
        What each answer counts.
    n_levels : int
        J.

    Returns
    -------
    ndarray of shape (J + 1,)
        The first is −∞, the last ∞; those beyond the lowest and highest answer given are infinite too.
    """
    share = np.cumsum(np.bincount(level, weights=weights, minlength=n_levels))[:-1] / weights.sum()
    reach = 9.0 + float(np.abs(index).max())
    inner = np.empty(n_levels - 1)
    for at, below in enumerate(share):
        if below < 1e-12 or below > 1 - 1e-12:
            inner[at] = -np.inf if below < 0.5 else np.inf
        else:
            wanted = float(below * weights.sum())
            inner[at] = brentq(lambda c, w=wanted: float(weights @ ndtr(c - index)) - w, -reach, reach)
    return np.concatenate([[-np.inf], inner, [np.inf]])
