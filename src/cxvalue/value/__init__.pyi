from .beside.checks import (
    value_earlier_amounts as value_earlier_amounts,
    value_lasting as value_lasting,
    value_other_baseline as value_other_baseline,
    value_placebo as value_placebo,
    with_reliability as with_reliability,
)
from .beside.compare import compare_estimates as compare_estimates, compare_more as compare_more
from .beside.estimates import EstimateRow as EstimateRow, Estimates as Estimates
from .beside.evidence import (
    Evidence as Evidence,
    effective_episodes as effective_episodes,
    read_controls as read_controls,
)
from .beside.judge import judge as judge
from .beside.unrecorded import weigh_confounding as weigh_confounding
from .beside.verdict import Verdict as Verdict
from .economics import Economics as Economics
from .frame import Frame as Frame, make_frame as make_frame
from .links import Links as Links, rank_links as rank_links
from .move import HeadCount as HeadCount, Move as Move
from .project import Projection as Projection
from .question import Question as Question
from .segments import SegmentValues as SegmentValues, value_segments as value_segments
from .shift import Shift as Shift, ShiftSettings as ShiftSettings
from .stratum import contribution_intervals as contribution_intervals, value_stratum as value_stratum
from .valuation import Valuation as Valuation, value_shift as value_shift
from .vary.assumption import Assumption as Assumption, AssumptionSettings as AssumptionSettings
from .vary.assumptions import (
    Register as Register,
    list_assumptions as list_assumptions,
    make_register as make_register,
    state_assumptions as state_assumptions,
)
