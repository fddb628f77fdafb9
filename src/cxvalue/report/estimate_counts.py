"""Counts of estimates: which numbers of episodes and of customers may stand in the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cxvalue.report.disclosure import NUMBER, apart, hide_in_text, is_small, whole
from cxvalue.report.study_results import StudyResults
from cxvalue.value import EstimateRow

TOLD: Final = re.compile(rf"{NUMBER}(?= (?:of the [\d,]+ )?customers(?P<total> with an episode)?)")
"""Numbers of customers in the notes of an estimate; those with an episode are a total of every row."""


def shown_counts(results: StudyResults) -> tuple[tuple[int | None, int | None], ...]:
    """Return the numbers of episodes and of customers that every estimate of the table may show.

    Parameters
    ----------
    results : StudyResults
        Estimates, totals and smallest count.

    Returns
    -------
    tuple of tuple of int or None
        Episodes and customers of each row; None where one is not counted, or is held back.

    Notes
    -----
    Held back are numbers that are small, and numbers that differ by few from one of the same kind: of another row, of
    the data, or told in a note. A number of customers is also held back where that of its episodes is, and where the
    two differ by few, which would be the number of further answers of those who answered more than once.
    """
    rows, minimum = results.estimates.rows, results.disclosure_min
    episodes = apart((row.n_episodes for row in rows), minimum, beside=[results.episodes.n_episodes])
    told = [tuple(customers_told(row, minimum)) for row in rows]
    totals = [n for each in told for n, is_total in each if is_total]
    own = [
        row.n_customers if row.n_episodes in episodes and stands_apart(row, [n for n, _ in each], minimum) else None
        for row, each in zip(rows, told, strict=True)
    ]
    customers = apart((n for n in own if n is not None), minimum, beside=[results.n_customers, *totals])
    return tuple(
        (row.n_episodes if row.n_episodes in episodes else None, n if n in customers else None)
        for row, n in zip(rows, own, strict=True)
    )


def customers_told(row: EstimateRow, minimum: int) -> Iterator[tuple[int, bool]]:
    """Yield the numbers of customers that the notes of an estimate tell.

    Parameters
    ----------
    row : EstimateRow
        The estimate.
    minimum : int
        Smallest number that may be shown.

    Yields
    ------
    tuple of int and bool
        A number that is shown, and whether it is that of all customers with an episode.
    """
    for found in TOLD.finditer(hide_in_text("; ".join(row.notes), minimum)):
        yield whole(found[1]), found["total"] is not None


def stands_apart(row: EstimateRow, told: Sequence[int], minimum: int) -> bool:
    """Return whether the customers of an estimate differ from no other number of its own row by few.

    Parameters
    ----------
    row : EstimateRow
        The estimate.
    told : sequence of int
        Numbers of customers in its notes.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    bool
        False where they are not counted.
    """
    n = row.n_customers
    return n is not None and not any(is_small(abs(other - n), minimum) for other in (row.n_episodes, *told))
