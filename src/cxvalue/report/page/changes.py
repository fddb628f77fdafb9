"""The page's section on what changed since an earlier report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cxvalue.report.changes.changes import PART_TITLES, Changes, listed_rows
from cxvalue.report.page.table import PageTable, page_table
from cxvalue.report.study_results import StudyResults

HEAD: Final = ("figure", "before", "now", "change")


def changes_section(results: StudyResults) -> Mapping[str, Any] | None:
    """Return the section on what changed.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    mapping or None
        Keys ``title``, ``why`` (sentences), ``causes`` and ``routes`` (tables, or None), ``tables`` (one a part of the
        results) and ``same`` (a sentence). None where the report was not compared with another.
    """
    changes = results.changes
    if changes is None:
        return None
    since = changes.created or "an earlier report"
    n_same = len(changes.figures) - len(changes.changed)
    return {
        "title": f"What changed since {since}",
        "why": list(changes.conclusion),
        "causes": causes_table(changes),
        "routes": routes_table(changes),
        "tables": [
            page_table(PART_TITLES.get(part, part), HEAD, listed_rows(rows)) for part, rows in changes.by_part().items()
        ],
        "same": f"{len(changes.changed):,} of {len(changes.figures):,} figures differ, {n_same:,} are the same.",
    }


def causes_table(changes: Changes) -> PageTable | None:
    """Return what went in and differs.

    Parameters
    ----------
    changes : Changes
        The changes.

    Returns
    -------
    PageTable or None
        None where nothing does.
    """
    rows = [(cause.kind, cause.name, cause.before or "not there", cause.after or "not there",
             "no figure" if cause.silent else "the net present value" if cause.routes else "other figures")
            for cause in changes.causes]  # fmt: skip
    head = ("kind", "what", "before", "now", "reaches")
    return page_table("What went in and differs", head, rows, n_text=5) if rows else None


def routes_table(changes: Changes) -> PageTable | None:
    """Return the change of the net present value by route.

    Parameters
    ----------
    changes : Changes
        The changes.

    Returns
    -------
    PageTable or None
        None where it did not change or cannot be split.
    """
    if not changes.routes:
        return None
    rows = [(name, changes.money(part, sign=True)) for name, part in changes.routes]
    caption = "Change of the net present value, by what it came through; the parts add up to it"
    return page_table(caption, ("through", changes.currency), rows)
