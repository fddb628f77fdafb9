"""Balance under both ways of adjusting: the headline's weights, and those of the propensity."""

from __future__ import annotations

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.beside.blocks import first_weights
from cxvalue.estimate.beside.learners import make_classifier
from cxvalue.estimate.diagnose.balance import Balance, check_balance
from cxvalue.estimate.settings import AdjustSettings
from cxvalue.vocabulary import Band


def check_weighted_balance(
    study: BandStudy, *, from_band: Band, to_band: Band, adjust: AdjustSettings, seed: int
) -> Balance | NotEstimable:
    """Compare two bands with the target before and after weighting, by the headline and by propensity.

    Parameters
    ----------
    study : BandStudy
        Answers and target.
    from_band, to_band : Band
        The bands.
    adjust : AdjustSettings
        How propensities are learned, capped and trimmed: as the weighted estimate takes them.
    seed : int
        Of the learner.

    Returns
    -------
    Balance or NotEstimable
        At the first month; ``smd_weighted`` is NaN where the propensities cannot be modelled. On bases of which the
        row-level estimators take a sample, the weights are of that sample.
    """
    source, weights = study.source(from_band=from_band, to_band=to_band, horizon=study.timeline.horizon), None
    if not isinstance(source, NotEstimable):
        learner = make_classifier(adjust.propensity, seed=seed)
        n_answers = len(study.linked.answers.m0)
        weights = first_weights(source, n_answers, learner=learner, cap=adjust.weight_cap, trim=adjust.trim)
    return check_balance(study, from_band=from_band, to_band=to_band, weights=weights)
