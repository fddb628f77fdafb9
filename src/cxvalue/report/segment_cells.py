"""Segments whose figures are held back because they stand for too few customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.standardise import MIN_EPISODES
from cxvalue.report.disclosure import SUPPRESSED, hide_in_text, is_small
from cxvalue.report.study_results import StudyResults
from cxvalue.report.suppression import hide_line
from cxvalue.value import Projection
from cxvalue.vocabulary import EVERYBODY

COUNTS_HELD_BACK: Final = "head counts and totals held back: a smaller group could be worked out from them"


@dataclass(frozen=True, slots=True, eq=False)
class SegmentCell:
    """A segment and what of it may be shown.

    Parameters
    ----------
    by, group : str
        Segment column and its value.
    value : Projection or NotEstimable
        What the shift is worth there.
    status : {"ok", "suppressed", "not_estimable"}
        ``suppressed`` where nothing may be shown.
    reason : str
        Why not everything is shown; empty when all is.
    hides_counts : bool
        Whether head counts and totals are held back.
    """

    by: str
    group: str
    value: Projection | NotEstimable
    status: str
    reason: str
    hides_counts: bool


def judge_segments(results: StudyResults) -> tuple[SegmentCell, ...]:
    """Return the segments with what of them may be shown.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    tuple of SegmentCell
        In the order of the results.
    """
    columns = dict.fromkeys(by for by, _, _ in results.segments.values)
    return tuple(cell for column in columns for cell in judge_column(results, column))


def judge_column(results: StudyResults, column: str) -> Iterator[SegmentCell]:
    """Yield the groups of one segment column with what of them may be shown.

    Parameters
    ----------
    results : StudyResults
        The results.
    column : str
        The segment column.

    Yields
    ------
    SegmentCell
        A group.
    """
    minimum, bands = results.disclosure_min, results.episodes.bands
    inside = [(group, value) for by, group, value in results.segments.values if by == column]
    heads = [value.heads for _, value in inside if isinstance(value, Projection)]
    answered = float(bands.loc[bands["band"] == results.shift.from_band, "answered"].sum())
    by_active = hide_beside([h.active_customers for h in heads], float(bands["customers"].sum()), minimum)
    by_answered = hide_beside([h.answered_in_band for h in heads], answered, minimum)
    hidden = iter([one or other for one, other in zip(by_active, by_answered, strict=True)])
    for group, value in inside:
        if isinstance(value, NotEstimable):
            yield SegmentCell(column, group, value, "not_estimable", value.reason, True)
        elif is_small(value.heads.active_customers, minimum) or is_small(value.heads.answered_in_band, minimum):
            next(hidden)
            yield SegmentCell(column, group, value, SUPPRESSED, f"stands for fewer than {minimum} customers", True)
        else:
            hides = next(hidden)
            yield SegmentCell(column, group, value, "ok", COUNTS_HELD_BACK if hides else "", hides)


def hide_beside(counts: list[float], total: float, minimum: int) -> tuple[bool, ...]:
    """Return which groups are held back, given a total that is known.

    Parameters
    ----------
    counts : list of float
        Customers of each group that has figures.
    total : float
        Customers of all groups, also of those without figures and of those in no group.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    tuple of bool
        True where held back.

    Examples
    --------
    >>> hide_beside([300.0, 95.0], 400.0, 10)
    (False, True)
    """
    return hide_line(counts, minimum, elsewhere=max(round(total) - sum(counts), 0.0))


def hide_strata(table: pd.DataFrame, results: StudyResults, figures: Iterable[str]) -> pd.DataFrame:
    """Return a table by stratum without the figures of strata that are too small.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns by, group, status, reason and figures.
    results : StudyResults
        Knows which segments are held back.
    figures : iterable of str
        Columns to hold back.

    Returns
    -------
    pandas.DataFrame
        The table.

    Notes
    -----
    A stratum is estimated on at least 50 episodes a band. Where more customers than that are asked for, nothing tells
    that they are there, and every stratum but everybody is held back.
    """
    minimum = results.disclosure_min
    small = {(cell.by, cell.group): cell.reason for cell in judge_segments(results) if cell.status == SUPPRESSED}
    unknown = "" if minimum <= MIN_EPISODES else f"not known to stand for {minimum} customers or more"
    reasons = [
        "" if by == EVERYBODY else small.get((by, group), unknown)
        for by, group in zip(table["by"], table["group"], strict=True)
    ]
    hide = np.array([bool(reason) for reason in reasons], dtype=bool) & (table["status"] == "ok").to_numpy()
    table = table.copy()
    table["reason"] = [
        reason if hidden else hide_in_text(text, minimum)
        for reason, hidden, text in zip(reasons, hide, table["reason"], strict=True)
    ]
    table.loc[hide, "status"] = SUPPRESSED
    chosen = list(figures)
    table[chosen] = table[chosen].astype(float)
    table.loc[hide, chosen] = np.nan
    return table
