"""Diagnosis: what a value leans on."""

from __future__ import annotations

from dataclasses import dataclass

from cxvalue.errors import NotEstimable
from cxvalue.estimate.diagnose.balance import Balance
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.noise import SurveyNoise
from cxvalue.result import Drawable, Result


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Diagnosis(Result, Drawable):
    """Balance, unrecorded confounding and survey noise of a study.

    Parameters
    ----------
    balance : Balance or NotEstimable
        How alike the bands are to the target, before and after adjustment.
    confounding : Confounding
        How strong a confounder that nobody recorded would have to be.
    noise : SurveyNoise
        What customers who were asked twice tell of the survey.
    """

    balance: Balance | NotEstimable
    confounding: Confounding
    noise: SurveyNoise

    def summary(self) -> str:
        """Return all three as plain text.

        Returns
        -------
        str
            A paragraph each.
        """
        parts = (self.balance, self.confounding, self.noise)
        return "\n\n".join(str(part) if isinstance(part, NotEstimable) else part.summary() for part in parts)
