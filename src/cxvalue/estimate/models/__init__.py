"""Outcome models: regressions of every metric on band, covariates and segment, with adjusted means and contrasts."""

from cxvalue.estimate.models.fit import fit_models
from cxvalue.estimate.models.models import Models
from cxvalue.estimate.models.outcome_model import OutcomeModel

__all__ = ["Models", "OutcomeModel", "fit_models"]
