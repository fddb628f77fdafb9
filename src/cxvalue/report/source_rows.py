"""How many rows a table came with, where that gives no small count away."""

from __future__ import annotations

from cxvalue.report.disclosure import is_small
from cxvalue.report.study_results import SourceFact, StudyResults


def shown_rows(source: SourceFact, results: StudyResults) -> int | None:
    """Return the rows of a table as it came, unless a small count would follow from them.

    Parameters
    ----------
    source : SourceFact
        The table.
    results : StudyResults
        What the checks found, and what counts.

    Returns
    -------
    int or None
        None where the rows are few, or where a rule left out or repaired few of them: the rows, less what counts and
        what the other rules found, would be that number.
    """
    n, minimum = source.n_rows, results.disclosure_min
    if n is None or is_small(n, minimum):
        return None
    few_found = any(
        is_small(finding.n_rows, minimum) for finding in results.check.findings if is_of(finding.table, source.table)
    )
    episodes = results.episodes
    counted = {"customers": (results.n_customers,), "surveys": (episodes.n_answers, episodes.n_episodes)}
    gives_away = any(is_small(abs(n - other), minimum) for other in counted.get(source.table, ()))
    return None if few_found or gives_away else n


def is_of(rule_table: str, table: str) -> bool:
    """Return whether a rule looks at the rows of a table.

    Parameters
    ----------
    rule_table : str
        The table that the rule names, such as ``panels.revenue``.
    table : str
        The table, such as ``panels.revenue``, or ``panel`` for one that holds all of them.

    Returns
    -------
    bool
        Whether it does.

    Examples
    --------
    >>> is_of("panels.revenue", "panels.revenue"), is_of("panels.revenue", "panel"), is_of("surveys", "customers")
    (True, True, False)
    """
    return rule_table == table or (table == "panel" and rule_table.startswith("panels"))
