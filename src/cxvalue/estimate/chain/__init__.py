"""Chain of true satisfaction: how it moves month by month, and what customers do in each state of it."""

from cxvalue.estimate.chain.current_band import CurrentBand, Mixture, answered_amounts, mix_bands, true_amounts
from cxvalue.estimate.chain.fit_dynamics import RepeatStudy, study_repeat_answers
from cxvalue.estimate.chain.level_chain import Dynamics, LevelChain, make_level_chain

__all__ = [
    "CurrentBand",
    "Dynamics",
    "LevelChain",
    "Mixture",
    "RepeatStudy",
    "answered_amounts",
    "make_level_chain",
    "mix_bands",
    "study_repeat_answers",
    "true_amounts",
]
