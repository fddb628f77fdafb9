"""The settings of estimation: section ``[adjust]``."""

from __future__ import annotations

from typing import ClassVar, Final

from pydantic import Field

from cxvalue.errors import SettingsError
from cxvalue.estimate.beside.learners import Learner, Propensities
from cxvalue.section import Section

WEIGHT_CAP: Final = 20.0
"""No row counts more than this many times the mean of its class."""


class AdjustSettings(Section):
    """Section ``[adjust]``.

    Parameters
    ----------
    covariates : list of str, optional
        Baseline covariates to adjust for; default all of them.
    formula : str, optional
        Right-hand side of a formula over these covariates, which then gives the columns of the headline's design;
        default numbers, categories and hinges, chosen by how much the bands differ on them.
    response : bool
        Whether the target is weighted by the probability of answering; without it, the result is per answering
        customer.
    outcome_learner : {"boosting", "forest", "lasso"}
        What learns outcomes in the doubly robust estimate.
    propensity : {"logistic", "boosting", "forest"}
        What learns the propensities of the bands in the weighted and the doubly robust estimate.
    weight_cap : float
        Largest propensity weight, in means of its band.
    trim : float
        Episodes and customers of the target with a propensity of any band below this are left out of the weighted and
        the doubly robust estimate.
    negative_controls : list of str
        Metrics that satisfaction cannot touch: a difference there refutes the study.
    """

    section_name: ClassVar[str] = "adjust"

    covariates: list[str] | None = None
    formula: str | None = Field(default=None, min_length=1)
    response: bool = True
    outcome_learner: Learner = "boosting"
    propensity: Propensities = "logistic"
    weight_cap: float = Field(default=WEIGHT_CAP, gt=1.0)
    trim: float = Field(default=0.0, ge=0.0, lt=0.33)
    negative_controls: list[str] = Field(default_factory=list)

    def select(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return the covariates to adjust for.

        Parameters
        ----------
        known : tuple of str
            All baseline covariates of the study.

        Returns
        -------
        tuple of str
            Those that the settings name, or all.

        Raises
        ------
        SettingsError
            For a covariate that the study does not have.
        """
        if self.covariates is None:
            return known
        for name in self.covariates:
            if name not in known:
                raise SettingsError.unknown_key(name, "[adjust] covariates", known)
        return tuple(self.covariates)
