"""What a band does: moments, curves, weights and replicates. Arrays, and nothing of money."""

from cxvalue.estimate.bands import BandStudy, estimate_bands, estimator_for
from cxvalue.estimate.curves import Curves, make_curves
from cxvalue.estimate.episodes import Episodes, describe_episodes
from cxvalue.estimate.estimators import Standardised, Unadjusted
from cxvalue.estimate.outcomes import Outcomes, tabulate_outcomes
from cxvalue.estimate.protocol import EpisodeBatch, EpisodeSource, Estimator
from cxvalue.estimate.replicate import BandReplicates, Interval
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.estimate.settings import AdjustSettings
from cxvalue.estimate.strata import COMPLETE_COHORTS

__all__ = [
    "COMPLETE_COHORTS",
    "AdjustSettings",
    "AnswerProbabilities",
    "BandReplicates",
    "BandStudy",
    "Curves",
    "EpisodeBatch",
    "EpisodeSource",
    "Episodes",
    "Estimator",
    "Interval",
    "Outcomes",
    "Standardised",
    "Unadjusted",
    "describe_episodes",
    "estimate_bands",
    "estimator_for",
    "make_curves",
    "tabulate_outcomes",
]
