"""Survey noise: how much of an answer is noise, from customers who were asked more than once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.diagnose.robustness import columns_by_covariate
from cxvalue.estimate.noise.latent_answers import LatentAnswers, Levels, fit_latent_answers, order_levels
from cxvalue.estimate.noise.latent_scale import LatentScale, latent_scale
from cxvalue.estimate.noise.migration import Migration, all_pairs, tabulate_migration
from cxvalue.estimate.noise.misclassification import Misclassification
from cxvalue.estimate.noise.polychoric import Polychoric, correlate_answers
from cxvalue.estimate.noise.reliability import Reliability, fit_reliability
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.link.columns import Integers
from cxvalue.link.covariates import MONTHS_SINCE, PREVIOUS_BAND
from cxvalue.result import Drawable, TableResult
from cxvalue.vocabulary import BANDS, DISSATISFIED, NEUTRAL


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SurveyNoise(TableResult, Drawable):
    """What customers who were asked twice tell of survey noise.

    Parameters
    ----------
    migration : Migration or NotEstimable
        Band-to-band table by gap.
    reliability : Reliability or NotEstimable
        Correlations by gap, and the share of noise.
    misclassification : Misclassification or NotEstimable
        True and answered bands of the customers active now.
    scale : LatentScale or NotEstimable
        What ties answers to true satisfaction.
    confidence : float
        Level of intervals.
    """

    migration: Migration | NotEstimable
    reliability: Reliability | NotEstimable
    misclassification: Misclassification | NotEstimable
    scale: LatentScale | NotEstimable
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Return the band-to-band table; see ``reliability`` and ``misclassification`` for the others.

        Returns
        -------
        pandas.DataFrame
            As in :meth:`Migration.to_frame`; empty where nobody answered twice.
        """
        return pd.DataFrame() if isinstance(self.migration, NotEstimable) else self.migration.to_frame()

    def summary(self) -> str:
        """Return what was found in words.

        Returns
        -------
        str
            Plain text.
        """
        parts = (self.migration, self.reliability, self.misclassification)
        lines = [str(part) if isinstance(part, NotEstimable) else part.summary() for part in parts]
        if isinstance(self.misclassification, Misclassification):
            shows = self.misclassification.attenuation(BANDS.index(DISSATISFIED), BANDS.index(NEUTRAL))
            lines.append(f"Of a true move from {DISSATISFIED} to {NEUTRAL}, {shows:.0%} shows in answers.")
        return "\n".join(dict.fromkeys(lines))


def fit_survey_noise(study: BandStudy, rows: EpisodeRows, *, confidence: float) -> SurveyNoise:
    """Measure survey noise on customers who were asked more than once.

    Parameters
    ----------
    study : BandStudy
        All answers with their covariates, and the target.
    rows : EpisodeRows
        Episodes of the customers on whom latent scales are fitted.
    confidence : float
        Level of intervals.

    Returns
    -------
    SurveyNoise
        Its parts are not estimable where customers were not asked often enough.

    Notes
    -----
    Correlations are of what covariates other than the previous answer leave of two answers, so that a change of
    circumstances that the study knows does not count as noise. The share of noise is carried over to what all
    covariates, the previous answer among them, leave of an answer by the width of the neutral band on both scales.
    """
    answers = study.linked.answers
    migration = tabulate_migration(
        answers.customer[:], answers.m0[:], answers.band[:], answers.group[:], groups=study.groups,
        confidence=confidence,
    )  # fmt: skip
    levels = order_levels(answers.score[:], answers.band[:])
    names = columns_by_covariate(study.basis, answers.covariates.only(study.covariates))
    history = {PREVIOUS_BAND, MONTHS_SINCE}
    own = [at for at, name in enumerate(names) if at and not history.intersection(name.split(" × "))]
    scales = [fit_latent_answers(levels, study.design[:, columns], rows.at) for columns in (own, range(1, len(names)))]
    without_history, known = scales
    if isinstance(without_history, NotEstimable) or isinstance(known, NotEstimable):
        missing = next(scale for scale in scales if isinstance(scale, NotEstimable))
        return SurveyNoise(migration, missing, missing, missing, confidence)
    kept = np.flatnonzero(np.isin(answers.customer, rows.customer)).astype(np.int64)
    found = correlations_by_gap(study, without_history, levels, kept)
    reliability = fit_reliability(np.array(sorted(found)), [found[gap] for gap in sorted(found)], confidence=confidence)
    if isinstance(reliability, NotEstimable):
        return SurveyNoise(migration, reliability, reliability, reliability, confidence)
    scale = latent_scale(study, known, without_history)
    weights = scale.weights[0] / scale.weights[0].sum()
    misclassification = Misclassification(np.einsum("c,cbz->bz", weights, scale.joint(reliability.noise.estimate)))
    return SurveyNoise(migration, reliability, misclassification, scale, confidence)


def untold_noise(reliability: Reliability) -> str:
    """Return why nothing can be computed from a share of noise.

    Parameters
    ----------
    reliability : Reliability
        Whose fit ends at a bound.

    Returns
    -------
    str
        A reason.
    """
    noise = reliability.noise
    return (
        f"how much of an answer is noise is not told: the correlations fit best with {noise.estimate:.0%}, at a bound, "
        f"and {noise.ci_low:.0%} to {noise.ci_high:.0%} fit as well; more pairs of answers a few months apart "
        "would tell"
    )


def correlations_by_gap(
    study: BandStudy, latent: LatentAnswers, levels: Levels, kept: Integers
) -> dict[float, Polychoric]:
    """Return the correlation of two answers of a customer for every gap with enough pairs.

    Parameters
    ----------
    study : BandStudy
        All answers.
    latent : LatentAnswers
        Their latent scale, without the previous answer among the covariates.
    levels : Levels
        Their levels.
    kept : ndarray
        Positions of the answers that count, ascending.

    Returns
    -------
    dict of float to Polychoric
        By months between the two answers.
    """
    answers = study.linked.answers
    first, second = (kept[part] for part in all_pairs(answers.customer[kept]))
    gap = answers.m0[second] - answers.m0[first]
    found = {}
    for months in np.unique(gap):
        i, j = first[gap == months], second[gap == months]
        each = correlate_answers(
            (levels.level[i], levels.level[j]),
            (latent.index[i], latent.index[j]),
            n_levels=levels.n_levels,
            group=answers.group[i],
            groups=study.groups,
        )
        if isinstance(each, Polychoric):
            found[float(months)] = each
    return found
