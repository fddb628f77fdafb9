"""The tables on segments: the value in each, and their sum against the whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cxvalue.errors import NotEstimable
from cxvalue.report.disclosure import SUPPRESSED, hide_in_text, is_small
from cxvalue.report.segment_cells import SegmentCell, judge_segments
from cxvalue.report.study_results import StudyResults
from cxvalue.value.segments import Shrunken, total_rows

SEGMENT_COLUMNS: Final = (
    "by", "group", "status", "reason", "unit", "active_customers", "customers_moved", "share_of_base", "per_customer",
    "se", "ci_low", "ci_high", "shrunken", "shrinkage", "gross", "gross_ci_low", "gross_ci_high",
)  # fmt: skip
TOTAL_COLUMNS: Final = (
    "by", "line", "unit", "active_customers", "gross", "gross_se", "gross_ci_low", "gross_ci_high", "reason",
)  # fmt: skip


def segment_rows(results: StudyResults) -> Iterator[dict[str, Any]]:
    """Yield the value of each segment.

    Parameters
    ----------
    results : StudyResults
        The results.

    Yields
    ------
    dict
        Columns of ``SEGMENT_COLUMNS``.
    """
    drawn = results.segments.shrunken()
    for cell in judge_segments(results):
        yield segment_row(cell, results, drawn.get((cell.by, cell.group)))


def segment_row(cell: SegmentCell, results: StudyResults, shrunken: Shrunken | None) -> dict[str, Any]:
    """Return a segment's value as a row.

    Parameters
    ----------
    cell : SegmentCell
        The segment, and what of it may be shown.
    results : StudyResults
        Currency and smallest count.
    shrunken : Shrunken, optional
        The value drawn toward the whole.

    Returns
    -------
    dict
        Columns of ``SEGMENT_COLUMNS``.
    """
    row: dict[str, Any] = {"by": cell.by, "group": cell.group, "unit": results.currency}
    row |= {"status": cell.status, "reason": hide_in_text(cell.reason, results.disclosure_min)}
    if isinstance(cell.value, NotEstimable) or cell.status == SUPPRESSED:
        return row
    each, gross, heads = cell.value.per_customer, cell.value.gross, cell.value.heads
    row |= {"per_customer": each.estimate, "se": each.se, "ci_low": each.ci_low, "ci_high": each.ci_high}
    if shrunken is not None:
        row |= {"shrunken": shrunken.per_customer, "shrinkage": shrunken.shrinkage}
    if cell.hides_counts:
        return row
    return row | {
        "active_customers": heads.active_customers, "customers_moved": heads.customers_moved.estimate,
        "share_of_base": heads.share_of_base.estimate, "gross": gross.estimate, "gross_ci_low": gross.ci_low,
        "gross_ci_high": gross.ci_high,
    }  # fmt: skip


def segment_total_rows(results: StudyResults) -> Iterator[dict[str, Any]]:
    """Yield the segments of each column added up, the difference from the whole, and the whole.

    Parameters
    ----------
    results : StudyResults
        The results.

    Yields
    ------
    dict
        Columns of ``TOTAL_COLUMNS``. Segments whose totals are held back are part of the difference.
    """
    shown = {(cell.by, cell.group) for cell in judge_segments(results) if cell.status == "ok" and not cell.hides_counts}
    for total in results.segments.add_up(lambda by, group: (by, group) in shown):
        for row in total_rows(total):
            hide = is_small(row["active_customers"], results.disclosure_min)
            yield row | {"unit": results.currency} | ({"active_customers": None} if hide else {})
