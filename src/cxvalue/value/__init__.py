"""What a move is worth: economics, shifts, levers, cash flow, estimates beside the headline, the verdict."""

from cxvalue.value.checks import value_lasting, value_other_baseline, value_placebo, with_reliability
from cxvalue.value.compare import compare_estimates, compare_more
from cxvalue.value.economics import Economics
from cxvalue.value.estimates import EstimateRow, Estimates
from cxvalue.value.evidence import Evidence, effective_episodes, read_controls
from cxvalue.value.frame import Frame, make_frame
from cxvalue.value.judge import judge
from cxvalue.value.links import Links, rank_links
from cxvalue.value.move import HeadCount, Move
from cxvalue.value.project import Projection
from cxvalue.value.question import Question
from cxvalue.value.segments import SegmentValues, value_segments
from cxvalue.value.sensitivity import weigh_confounding
from cxvalue.value.shift import Shift, ShiftSettings
from cxvalue.value.stratum import contribution_curves, value_stratum
from cxvalue.value.verdict import Verdict

__all__ = [
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
    "SegmentValues",
    "Shift",
    "ShiftSettings",
    "Verdict",
    "compare_estimates",
    "compare_more",
    "contribution_curves",
    "effective_episodes",
    "judge",
    "make_frame",
    "rank_links",
    "read_controls",
    "value_lasting",
    "value_other_baseline",
    "value_placebo",
    "value_segments",
    "value_stratum",
    "weigh_confounding",
    "with_reliability",
]
