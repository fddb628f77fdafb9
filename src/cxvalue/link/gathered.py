"""What is read once and serves every link: the customers wanted, their answers, and what the panels show of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cxvalue.engine import ClusterEngine, Engine, RestingEngine
from cxvalue.link.asked import Flags
from cxvalue.link.cluster_months import ClusterMonths, read_cluster_months
from cxvalue.link.columns import floats, integers
from cxvalue.link.customer_months import CustomerMonths, read_customer_months
from cxvalue.link.freed_memory import give_back
from cxvalue.link.panel_rows import READING_PANELS
from cxvalue.link.people import People, read_people
from cxvalue.link.spill import Spill
from cxvalue.link.spill_columns import SpillColumn
from cxvalue.link.statements import active_by_segment, answers_of_people, invited_people
from cxvalue.link.timeline import Timeline
from cxvalue.progress import Progress, silent
from cxvalue.tables import CleanTables

RESPONSE_SAMPLE = 200_000
"""Customers on whom the response model is fitted, at most; drawn by the hash of their id."""
RESPONSE_ROWS = 1_200_000
"""Customer-months on which it is fitted, at most: with many months in the window fewer customers are drawn."""
MONTHS_APART = 1 << 20
"""More months than there are: customer and month make one number by it."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Customers, answers and panels as arrays.

    Parameters
    ----------
    people : People
        The customers.
    months : CustomerMonths or ClusterMonths
        What the panels show of them.
    person, m0, band, score : SpillColumn of shape (n,)
        Customer (position among the people), month, band and score of each answer; by customer and month.
    invited : ndarray of shape (c, W), optional
        Which customers were invited in which month of the window, where invitations are given.
    active_customers : int
        Customers active at ``as_of``.
    active_by_segment : tuple of dict of str to int
        The same by value of each segment column.
    sample_share : float
        Share of the customers on whom the response model is fitted.
    spill : Spill
        Where the columns of the answers are kept, and those of what was known at them.
    """

    people: People
    months: CustomerMonths | ClusterMonths
    person: SpillColumn
    m0: SpillColumn
    band: SpillColumn
    score: SpillColumn
    invited: Flags | None
    active_customers: int
    active_by_segment: tuple[dict[str, int], ...]
    sample_share: float
    spill: Spill

    def close(self) -> None:
        """Remove the files in which panels and answers wait."""
        self.months.close()
        self.spill.close()


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
    rest(engine)
    give_back()
    table = engine.query(answers_of_people())
    rest(engine)
    spill = Spill(table.num_rows)
    person, m0, band, score = keep_answers(table, spill)
    del table
    give_back()
    months: CustomerMonths | ClusterMonths
    if isinstance(engine, ClusterEngine):
        months = read_cluster_months(engine, clean, people, threads=threads)
    else:
        months = read_customer_months(engine, clean, people, threads=threads, progress=progress)
    invited = read_invited(engine, people, timeline) if clean.tables.has_invitations else None
    rest(engine)
    return Gathered(people, months, person, m0, band, score, invited, active, by_segment, share, spill)


def rest(engine: Engine) -> None:
    """Let an engine give memory back, if it can.

    Parameters
    ----------
    engine : Engine
        The engine.
    """
    if isinstance(engine, RestingEngine):
        engine.rest()


def keep_answers(table: pa.Table, spill: Spill) -> tuple[SpillColumn, SpillColumn, SpillColumn, SpillColumn]:
    """Keep the answers that count.

    Parameters
    ----------
    table : pyarrow.Table
        Their customers, months, bands and scores.
    spill : Spill
        Where to.

    Returns
    -------
    tuple of SpillColumn
        Customer, month, band and score, by customer and month.
    """
    key = integers(table, "number") * MONTHS_APART
    key += table["m0"].to_numpy()
    order = np.argsort(key)  # no customer has two answers in a month
    del key
    number, m0, band = (
        spill.keep(table[name].to_numpy().astype(np.int32, copy=False)[order], np.int32, np.int64)
        for name in ("number", "m0", "band")
    )
    return number, m0, band, spill.keep(floats(table, "score")[order], np.float64, np.float64)


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
    names = [segment.canonical for segment in clean.tables.segments]
    rows = engine.query(active_by_segment(clean.tables, timeline.as_of)).to_pylist()
    total = sum(int(row["n"]) for row in rows if all(row[f"over_{name}"] for name in names))
    by_segment = tuple(
        {row[name]: int(row["n"]) for row in rows if not row[f"over_{name}"] and row[name] is not None}
        for name in names
    )
    return total, by_segment
