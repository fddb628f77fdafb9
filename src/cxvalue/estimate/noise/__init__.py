"""Survey noise: customers asked twice, how reliable an answer is, and the value of a lasting move."""

from cxvalue.estimate.noise.lasting_move import LastingMove, value_lasting_move
from cxvalue.estimate.noise.migration import Migration
from cxvalue.estimate.noise.misclassification import Misclassification
from cxvalue.estimate.noise.pilot_power import (
    PilotSize,
    lasting_moves,
    nps_sample_size,
    nps_standard_error,
    pilot_power,
    pilot_sample_size,
)
from cxvalue.estimate.noise.reliability import Reliability
from cxvalue.estimate.noise.survey_noise import SurveyNoise, fit_survey_noise

__all__ = [
    "LastingMove",
    "Migration",
    "Misclassification",
    "PilotSize",
    "Reliability",
    "SurveyNoise",
    "fit_survey_noise",
    "lasting_moves",
    "nps_sample_size",
    "nps_standard_error",
    "pilot_power",
    "pilot_sample_size",
    "value_lasting_move",
]
