"""Balance as a report shows it: without the categories that stand for too few customers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Balance
from cxvalue.report.disclosure import SUPPRESSED, hide_in_text
from cxvalue.report.segment_cells import SegmentCell, judge_segments
from cxvalue.report.study_results import StudyResults
from cxvalue.report.suppression import Flags

EPISODES: Final = re.compile(r"^[\d,]+ episodes\b")


def shown_balance(results: StudyResults) -> Balance | NotEstimable | None:
    """Return the balance of two bands without the categories that are segments of too few customers.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    Balance, NotEstimable or None
        None where the checks were left out.

    Notes
    -----
    The difference of a category is a difference of two shares, and with few customers in it each share tells how many.
    """
    found = results.diagnosis.balance if results.diagnosis is not None else None
    if not isinstance(found, Balance):
        return found
    small = small_segments(results)
    keep = np.array([name.removesuffix(" (as it is)") not in small for name in found.columns], dtype=bool)
    if keep.all():
        return found
    return replace(
        found,
        columns=pick(found.columns, keep),
        covariates=pick(found.covariates, keep),
        in_design=pick(found.in_design, keep),
        as_it_is=pick(found.as_it_is, keep),
        smd_raw=found.smd_raw[:, keep],
        smd_adjusted=found.smd_adjusted[:, keep],
        smd_weighted=found.smd_weighted[:, keep],
        variance_ratio_raw=found.variance_ratio_raw[:, keep],
        variance_ratio_adjusted=found.variance_ratio_adjusted[:, keep],
        variance_ratio_weighted=found.variance_ratio_weighted[:, keep],
    )


def small_segments(results: StudyResults) -> frozenset[str]:
    """Return the segments that are not known to stand for enough customers, as the balance names them.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    frozenset of str
        Such as ``segment = enterprise``.
    """
    return frozenset(
        f"{cell.by} = {cell.group}"
        for cell in judge_segments(results)
        if not is_known_large(cell, results.disclosure_min)
    )


def is_known_large(cell: SegmentCell, minimum: int) -> bool:
    """Return whether a segment is known to stand for enough customers.

    Parameters
    ----------
    cell : SegmentCell
        The segment.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    bool
        True where it is shown, or where what keeps its value from being estimated is a number of episodes that may be
        shown.
    """
    if isinstance(cell.value, NotEstimable):
        return EPISODES.search(cell.reason) is not None and hide_in_text(cell.reason, minimum) == cell.reason
    return cell.status != SUPPRESSED


def pick(values: tuple[Any, ...], keep: Flags) -> tuple[Any, ...]:
    """Return the values at the places that are kept.

    Parameters
    ----------
    values : tuple
        The values.
    keep : ndarray of bool
        Which of them stay.

    Returns
    -------
    tuple
        Those.
    """
    return tuple(value for value, stays in zip(values, keep, strict=True) if stays)
