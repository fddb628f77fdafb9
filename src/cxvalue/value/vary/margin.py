"""The gross margin as one assumption, also where it goes by month or by segment."""

from __future__ import annotations

from itertools import groupby
from typing import Final

import numpy as np

from cxvalue.link.columns import Floats
from cxvalue.value.economics import Economics, SegmentMargin
from cxvalue.value.vary.assumption import Assumption

GROSS_MARGIN: Final = "gross_margin"
MARGIN_UNIT: Final = "share of revenue, before cost to serve"


def base_margin(economics: Economics, months: int) -> float:
    """Return the gross margin as one number.

    Parameters
    ----------
    economics : Economics
        Assumptions.
    months : int
        Months valued.

    Returns
    -------
    float
        By month, the mean over the months valued; by segment, the plain mean of the entries.
    """
    margin = economics.gross_margin
    return margin if isinstance(margin, float | int) else float(margin_entries(economics, months).mean())


def margin_entries(economics: Economics, months: int) -> Floats:
    """Return the gross margins that are given.

    Parameters
    ----------
    economics : Economics
        Assumptions.
    months : int
        Months valued.

    Returns
    -------
    ndarray
        One; one a month valued; or one a segment value, with that of all others last.
    """
    margin = economics.gross_margin
    if isinstance(margin, SegmentMargin):
        return np.array([each for _, each in margin.values] + ([] if margin.other is None else [margin.other]))
    return economics.margins(months) if isinstance(margin, tuple) else np.array([margin])


def margin_parts(economics: Economics, months: int) -> tuple[Assumption, ...]:
    """Return the entries of a gross margin by month or by segment.

    Parameters
    ----------
    economics : Economics
        Assumptions.
    months : int
        Months valued.

    Returns
    -------
    tuple of Assumption
        One for every run of equal months, or for every segment value; none for a single margin.
    """
    margin = economics.gross_margin
    if isinstance(margin, SegmentMargin):
        names = [f"{margin.by} = {label}" for label, _ in margin.values]
        names += [] if margin.other is None else [f"{margin.by}, all others"]
        found = list(zip(names, margin_entries(economics, months).tolist(), strict=True))
    elif isinstance(margin, tuple):
        found, start = [], 1
        for value, run in groupby(margin_entries(economics, months).tolist()):
            end = start + len(list(run)) - 1
            found.append((f"month {start}" if start == end else f"months {start} to {end}", value))
            start = end + 1
    else:
        return ()
    return tuple(
        Assumption(f"{GROSS_MARGIN}, {name}", value, MARGIN_UNIT, "settings", can_vary=False) for name, value in found
    )


def margin_assumption(economics: Economics | None, months: int) -> Assumption:
    """Return the gross margin as an assumption.

    Parameters
    ----------
    economics : Economics or None
        Assumptions; None where there are none yet.
    months : int
        Months valued.

    Returns
    -------
    Assumption
        Its mean, where it goes by month or segment; at most so large that no entry, scaled alike, exceeds 1.
    """
    if economics is None:
        return Assumption(GROSS_MARGIN, None, MARGIN_UNIT, "default", 0.0, 1.0)
    entries, base = margin_entries(economics, months), base_margin(economics, months)
    top = float(entries.max())
    by_segment = isinstance(economics.gross_margin, SegmentMargin)
    over = "entries" if by_segment else "months valued"
    mean = f"; mean over {over}" if len(entries) > 1 else ""
    most = base / top if len(entries) > 1 and top > 0 else 1.0
    can_vary = len(entries) == 1 or top > 0
    return Assumption(GROSS_MARGIN, base, MARGIN_UNIT + mean, "settings", 0.0, most, can_vary=can_vary)
