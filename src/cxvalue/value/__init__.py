"""What a move is worth: economics, shifts, levers, cash flow, estimates beside the headline, the verdict."""

from cxvalue.value.beside.checks import value_lasting, value_other_baseline, value_placebo, with_reliability
from cxvalue.value.beside.compare import compare_estimates, compare_more
from cxvalue.value.beside.estimates import EstimateRow, Estimates
from cxvalue.value.beside.evidence import Evidence, effective_episodes, read_controls
from cxvalue.value.beside.judge import judge
from cxvalue.value.beside.unrecorded import weigh_confounding
from cxvalue.value.beside.verdict import Verdict
from cxvalue.value.economics import Economics
from cxvalue.value.frame import Frame, make_frame
from cxvalue.value.links import Links, rank_links
from cxvalue.value.move import HeadCount, Move
from cxvalue.value.project import Projection
from cxvalue.value.question import Question
from cxvalue.value.segments import SegmentValues, value_segments
from cxvalue.value.shift import Shift, ShiftSettings
from cxvalue.value.stratum import contribution_curves, value_stratum
from cxvalue.value.valuation import Valuation, value_shift
from cxvalue.value.vary.assumption import Assumption, AssumptionSettings
from cxvalue.value.vary.assumptions import Register, list_assumptions, make_register, state_assumptions

__all__ = [
    "Assumption",
    "AssumptionSettings",
    "Economics",
    "EstimateRow",
    "Estimates",
    "Evidence",
    "Frame",
    "HeadCount",
    "Links",
    "Move",
    "Projection",
    "Question",
    "Register",
    "SegmentValues",
    "Shift",
    "ShiftSettings",
    "Valuation",
    "Verdict",
    "compare_estimates",
    "compare_more",
    "contribution_curves",
    "effective_episodes",
    "judge",
    "list_assumptions",
    "make_frame",
    "make_register",
    "rank_links",
    "read_controls",
    "state_assumptions",
    "value_lasting",
    "value_other_baseline",
    "value_placebo",
    "value_segments",
    "value_shift",
    "value_stratum",
    "weigh_confounding",
    "with_reliability",
]
