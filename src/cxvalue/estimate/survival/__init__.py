"""How long customers stay: curves, tests, hazard models and tails. The event is the first leaving."""

from cxvalue.estimate.survival.adjusted_curves import standardised_curves, stratified_curve, weighted_curves
from cxvalue.estimate.survival.cox import CoxFit, cox
from cxvalue.estimate.survival.cox_table import CoxTable
from cxvalue.estimate.survival.fit_survival import fit_survival
from cxvalue.estimate.survival.history import Spells, make_spells
from cxvalue.estimate.survival.kaplan_meier import kaplan_meier
from cxvalue.estimate.survival.log_rank import LogRank, log_rank
from cxvalue.estimate.survival.proportional_hazards import (
    ProportionalHazardsTest,
    proportional_hazards_test,
    schoenfeld_residuals,
)
from cxvalue.estimate.survival.restricted_mean import restricted_mean, restricted_mean_difference
from cxvalue.estimate.survival.shifted_beta_geometric import (
    ShiftedBetaGeometric,
    cohort_counts,
    fit_shifted_beta_geometric,
)
from cxvalue.estimate.survival.smooth_hazard import SmoothHazard, smooth_hazard
from cxvalue.estimate.survival.survival import Survival
from cxvalue.estimate.survival.survival_curve import SurvivalCurve
from cxvalue.estimate.survival.tails import BandTail
from cxvalue.estimate.survival.tilting import Tilting, tilt
from cxvalue.estimate.survival.weibull_tail import WeibullTail, fit_weibull_tail

__all__ = [
    "BandTail",
    "CoxFit",
    "CoxTable",
    "LogRank",
    "ProportionalHazardsTest",
    "ShiftedBetaGeometric",
    "SmoothHazard",
    "Spells",
    "Survival",
    "SurvivalCurve",
    "Tilting",
    "WeibullTail",
    "cohort_counts",
    "cox",
    "fit_shifted_beta_geometric",
    "fit_survival",
    "fit_weibull_tail",
    "kaplan_meier",
    "log_rank",
    "make_spells",
    "proportional_hazards_test",
    "restricted_mean",
    "restricted_mean_difference",
    "schoenfeld_residuals",
    "smooth_hazard",
    "standardised_curves",
    "stratified_curve",
    "tilt",
    "weighted_curves",
]
