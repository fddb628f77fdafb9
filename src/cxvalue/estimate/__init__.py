"""What a band does: moments, curves, weights and replicates. Arrays, and nothing of money."""

from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.beside.doubly_robust import DoublyRobust
from cxvalue.estimate.beside.near_boundary import NearBoundary
from cxvalue.estimate.beside.negative_control import fit_negative_control
from cxvalue.estimate.beside.placebo import PlaceboReplicates, fit_placebo
from cxvalue.estimate.beside.weighted import Weighted
from cxvalue.estimate.beside.within import WithinUnit, within_unit
from cxvalue.estimate.beside.within_customer import WithinCustomer
from cxvalue.estimate.curves import Curves, make_curves
from cxvalue.estimate.diagnose.balance import Balance, check_balance
from cxvalue.estimate.diagnose.overlap import BandOverlap
from cxvalue.estimate.episodes import Episodes, describe_episodes
from cxvalue.estimate.estimate_bands import estimate_bands
from cxvalue.estimate.estimators import Standardised, Unadjusted, estimator_for
from cxvalue.estimate.outcomes import Outcomes, tabulate_outcomes
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
