"""What a band does: moments, curves, weights and replicates. Arrays, and nothing of money."""

from cxvalue.estimate.balance import Balance, check_balance
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.curves import Curves, make_curves
from cxvalue.estimate.doubly_robust import DoublyRobust
from cxvalue.estimate.episodes import Episodes, describe_episodes
from cxvalue.estimate.estimate_bands import estimate_bands
from cxvalue.estimate.estimators import Standardised, Unadjusted, estimator_for
from cxvalue.estimate.near_boundary import NearBoundary
from cxvalue.estimate.negative_control import fit_negative_control
from cxvalue.estimate.outcomes import Outcomes, tabulate_outcomes
from cxvalue.estimate.overlap import BandOverlap
from cxvalue.estimate.placebo import PlaceboReplicates, fit_placebo
from cxvalue.estimate.protocol import (
    ContrastEstimator,
    ContrastReplicates,
    EpisodeBatch,
    EpisodeSource,
    Estimator,
    TargetRows,
)
from cxvalue.estimate.registry import Registered, Role, installed_estimators, is_contrast, own_estimators, register
from cxvalue.estimate.replicate import BandReplicates, Interval
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.estimate.settings import AdjustSettings
from cxvalue.estimate.strata import COMPLETE_COHORTS
from cxvalue.estimate.weighted import Weighted
from cxvalue.estimate.within import WithinUnit, within_unit
from cxvalue.estimate.within_customer import WithinCustomer

__all__ = [
    "COMPLETE_COHORTS",
    "AdjustSettings",
    "AnswerProbabilities",
    "Balance",
    "BandOverlap",
    "BandReplicates",
    "BandStudy",
    "ContrastEstimator",
    "ContrastReplicates",
    "Curves",
    "DoublyRobust",
    "EpisodeBatch",
    "EpisodeRows",
    "EpisodeSource",
    "Episodes",
    "Estimator",
    "Interval",
    "NearBoundary",
    "Outcomes",
    "PlaceboReplicates",
    "Registered",
    "Role",
    "Standardised",
    "TargetRows",
    "Unadjusted",
    "Weighted",
    "WithinCustomer",
    "WithinUnit",
    "check_balance",
    "describe_episodes",
    "estimate_bands",
    "estimator_for",
    "fit_negative_control",
    "fit_placebo",
    "installed_estimators",
    "is_contrast",
    "make_curves",
    "own_estimators",
    "register",
    "tabulate_outcomes",
    "within_unit",
]
