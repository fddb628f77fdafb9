from .bands import BandStudy as BandStudy
from .beside.doubly_robust import DoublyRobust as DoublyRobust
from .beside.near_boundary import NearBoundary as NearBoundary
from .beside.negative_control import fit_negative_control as fit_negative_control
from .beside.placebo import PlaceboReplicates as PlaceboReplicates, fit_placebo as fit_placebo
from .beside.weighted import Weighted as Weighted
from .beside.within import WithinUnit as WithinUnit, within_unit as within_unit
from .beside.within_customer import WithinCustomer as WithinCustomer
from .curves import Curves as Curves, make_curves as make_curves
from .diagnose.balance import Balance as Balance, check_balance as check_balance
from .diagnose.overlap import BandOverlap as BandOverlap
from .episodes import Episodes as Episodes, describe_episodes as describe_episodes
from .estimate_bands import estimate_bands as estimate_bands
from .estimators import Standardised as Standardised, Unadjusted as Unadjusted, estimator_for as estimator_for
from .outcomes import Outcomes as Outcomes, tabulate_outcomes as tabulate_outcomes
from .protocol import (
    ContrastEstimator as ContrastEstimator,
    ContrastReplicates as ContrastReplicates,
    EpisodeBatch as EpisodeBatch,
    EpisodeSource as EpisodeSource,
    Estimator as Estimator,
    TargetRows as TargetRows,
)
from .registry import (
    Registered as Registered,
    Role as Role,
    installed_estimators as installed_estimators,
    is_contrast as is_contrast,
    own_estimators as own_estimators,
    register as register,
)
from .replicate import BandReplicates as BandReplicates, Interval as Interval
from .response import AnswerProbabilities as AnswerProbabilities
from .rows import EpisodeRows as EpisodeRows
from .settings import AdjustSettings as AdjustSettings
from .strata import COMPLETE_COHORTS as COMPLETE_COHORTS
