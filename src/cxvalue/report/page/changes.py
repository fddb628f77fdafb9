"""The page's section on what changed since an earlier report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from cxvalue.report.changes.changes import PART_TITLES, Changes, listed_rows
from cxvalue.report.languages.say import mark, say
from cxvalue.report.languages.told import told, told_field, told_plain
from cxvalue.report.numbers import format_count
from cxvalue.report.page.table import PageTable, page_table
from cxvalue.report.study_results import StudyResults

HEAD: Final = (mark("figure"), mark("before"), mark("now"), mark("change"))


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
    since = changes.created or say("an earlier report")
    n_same = len(changes.figures) - len(changes.changed)
    return {
        "title": say("What changed since {since}", since=since),
        "why": [told(text) for text in changes.conclusion],
        "causes": causes_table(changes),
        "routes": routes_table(changes),
        "tables": [
            page_table(
                told_plain(PART_TITLES.get(part, part)), [say(name) for name in HEAD], told_rows(listed_rows(rows))
            )
            for part, rows in changes.by_part().items()
        ],
        "same": say(
            "{n} of {all} figures differ, {same} are the same.",
            n=format_count(len(changes.changed)),
            all=format_count(len(changes.figures)),
            same=format_count(n_same),
        ),
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
    rows = [
        (
            told(cause.kind),
            cause.name,
            cause.before or say("not there"),
            cause.after or say("not there"),
            say("no figure")
            if cause.silent
            else say("the net present value")
            if cause.routes
            else say("other figures"),
        )
        for cause in changes.causes
    ]
    head = (say("kind"), say("what"), say("before"), say("now"), say("reaches"))
    return page_table(say("What went in and differs"), head, rows, n_text=5) if rows else None


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
    rows = [(told(name), changes.money(part, sign=True)) for name, part in changes.routes]
    caption = say("Change of the net present value, by what it came through; the parts add up to it")
    return page_table(caption, (say("through"), changes.currency), rows)


def told_rows(rows: Iterable[Iterable[str]]) -> list[tuple[str, ...]]:
    """Return rows of figures as the page says them.

    Parameters
    ----------
    rows : iterable of iterable of str
        Name, before, now and change.

    Returns
    -------
    list of tuple of str
        The same, the library's own words and numbers in the language that is spoken.
    """
    return [tuple(told_field(cell) for cell in row) for row in rows]
