"""What is read once and serves every link: the customers wanted, their answers, and what the panels show of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.engine import ClusterEngine, Engine
from cxvalue.link.asked import Flags
from cxvalue.link.cluster_months import ClusterMonths, read_cluster_months
from cxvalue.link.columns import Floats, Integers, floats, integers
from cxvalue.link.customer_months import CustomerMonths, read_customer_months
from cxvalue.link.panel_rows import READING_PANELS
from cxvalue.link.people import People, read_people
from cxvalue.link.statements import answers_of_people, invited_people
from cxvalue.link.timeline import Timeline
from cxvalue.progress import Progress, silent
from cxvalue.tables import CleanTables

RESPONSE_SAMPLE = 200_000
"""Customers on whom the response model is fitted, at most; drawn by the hash of their id."""
RESPONSE_ROWS = 1_200_000
"""Customer-months on which it is fitted, at most: with many months in the window fewer customers are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Customers, answers and panels as arrays.

    Parameters
    ----------
    people : People
        The customers.
    months : CustomerMonths or ClusterMonths
        What the panels show of them.
    person, m0, band : ndarray of shape (n,)
        Customer (position among the people), month and band of each answer; by customer and month.
    score : ndarray of shape (n,)
        Its score.
    invited : ndarray of shape (c, W), optional
        Which customers were invited in which month of the window, where invitations are given.
    active_customers : int
        Customers active at ``as_of``.
    active_by_segment : tuple of dict of str to int
        The same by value of each segment column.
    sample_share : float
        Share of the customers on whom the response model is fitted.
    """

    people: People
    months: CustomerMonths | ClusterMonths
    person: Integers
    m0: Integers
    band: Integers
    score: Floats
    invited: Flags | None
    active_customers: int
    active_by_segment: tuple[dict[str, int], ...]
    sample_share: float


def gather(
    engine: Engine,
    clean: CleanTables,
    timeline: Timeline,
    *,
    groups: int,
    threads: int = 1,
    progress: Progress = silent,
) -> Gathered:
    """Read customers, answers and panels, each panel once.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    clean : CleanTables
        The checked tables.
    timeline : Timeline
        ``as_of`` and the window; other windows may be asked for later.
    groups : int
        Customer groups, G.
    threads : int
        Blocks of customers that are worked on at a time.
    progress : Progress
        Told of the rows of the panels.

    Returns
    -------
    Gathered
        Arrays; no customer id is among them.
    """
    progress(READING_PANELS)
    n_customers = max(clean.activity.n_customers, 1)
    share = min(1.0, RESPONSE_SAMPLE / n_customers, RESPONSE_ROWS / (n_customers * len(timeline.window)))
    active, by_segment = count_active(engine, clean, timeline)
    values = tuple(tuple(sorted(counts)) for counts in by_segment)
    people = read_people(engine, clean, groups=groups, sample_share=share, segment_values=values)
    table = engine.query(answers_of_people())
    person, m0 = integers(table, "number"), integers(table, "m0")
    order = np.argsort(person * (int(m0.max(initial=0)) + 1) + m0)  # no customer has two answers in a month
    band, score = integers(table, "band")[order], floats(table, "score")[order]
    return Gathered(
        people,
        read_cluster_months(engine, clean, people, threads=threads)
        if isinstance(engine, ClusterEngine)
        else read_customer_months(engine, clean, people, threads=threads, progress=progress),
        person[order],
        m0[order],
        band,
        score,
        read_invited(engine, people, timeline) if clean.tables.has_invitations else None,
        active,
        by_segment,
        share,
    )


def read_invited(engine: Engine, people: People, timeline: Timeline) -> Flags:
    """Return who was invited in which month of the window.

    Parameters
    ----------
    engine : Engine
        Runs the statement; table ``people`` exists.
    people : People
        The customers.
    timeline : Timeline
        The window.

    Returns
    -------
    ndarray of shape (c, W)
        Flags.
    """
    table = engine.query(invited_people())
    window = np.array(timeline.window)
    month = integers(table, "m")
    at = np.searchsorted(window, month)
    inside = np.flatnonzero((at < len(window)) & (window[np.minimum(at, len(window) - 1)] == month))
    invited = np.zeros((len(people.group), len(window)), dtype=bool)
    invited[integers(table, "number")[inside], at[inside]] = True
    return invited


def count_active(engine: Engine, clean: CleanTables, timeline: Timeline) -> tuple[int, tuple[dict[str, int], ...]]:
    """Return how many customers are active at ``as_of``, in all and by segment value.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    clean : CleanTables
        The tables.
    timeline : Timeline
        ``as_of``.

    Returns
    -------
    tuple of int and tuple of dict
        The count, and one dict a segment column.
    """
    active = (
        f"FROM activity a JOIN calendar c ON c.month = {timeline.as_of} JOIN customers u "
        f"ON u.customer_id = a.customer_id WHERE (a.active_0 & c.bit_0) <> 0 OR (a.active_1 & c.bit_1) <> 0"
    )
    total = int(engine.query(f"SELECT count(*) AS n {active}")["n"][0].as_py())
    by_segment = []
    for segment in clean.tables.segments:
        name = f"u.{segment.canonical}"
        rows = engine.query(f"SELECT {name} AS value, count(*) AS n {active} GROUP BY {name}").to_pylist()
        by_segment.append({row["value"]: int(row["n"]) for row in rows if row["value"] is not None})
    return total, tuple(by_segment)
