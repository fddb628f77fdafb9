"""What a move is worth: economics, shifts, levers, cash flow."""

from cxvalue.value.economics import Economics
from cxvalue.value.links import Links, rank_links
from cxvalue.value.project import Frame, HeadCount, Projection
from cxvalue.value.shift import Shift, ShiftSettings
from cxvalue.value.valuation import (
    Estimates,
    SegmentValues,
    compare_estimates,
    contribution_curves,
    make_frame,
    value_segments,
    value_stratum,
)

__all__ = [
    "Economics",
    "Estimates",
    "Frame",
    "HeadCount",
    "Links",
    "Projection",
    "SegmentValues",
    "Shift",
    "ShiftSettings",
    "compare_estimates",
    "contribution_curves",
    "make_frame",
    "rank_links",
    "value_segments",
    "value_stratum",
]
