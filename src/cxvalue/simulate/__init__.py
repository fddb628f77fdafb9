"""Customer bases with a known answer, simulated month by month."""

from cxvalue.simulate.scenario import Effects, Hidden, Loadings, Scenario, Segment
from cxvalue.simulate.scenarios import SCENARIOS
from cxvalue.simulate.simulated_base import SimulatedBase, simulate
from cxvalue.simulate.truth import GroupTruth, LastingTruth, Truth

__all__ = [
    "SCENARIOS",
    "Effects",
    "GroupTruth",
    "Hidden",
    "LastingTruth",
    "Loadings",
    "Scenario",
    "Segment",
    "SimulatedBase",
    "Truth",
    "simulate",
]
