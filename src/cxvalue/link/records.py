"""Answers and customer-months joined with what the panels show: who, when, which band, and what was known then."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from cxvalue.engine import Engine
from cxvalue.link.answers import Answers, GrowingAnswers
from cxvalue.link.asked import Asked, AskedGrid, last_before, rows_of
from cxvalue.link.asked_rows import candidate_rows, fold_candidates, sample_rows
from cxvalue.link.cluster_months import ClusterMonths, without_sources
from cxvalue.link.columns import Floats, Integers, parts_of
from cxvalue.link.covariates import trailing_means
from cxvalue.link.customer_months import CustomerMonths
from cxvalue.link.freed_memory import give_back, giving_back
from cxvalue.link.gathered import Gathered, gather
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.people import People
from cxvalue.link.room_aside import room_aside
from cxvalue.link.timeline import TARGET_WINDOW_MONTHS, Timeline
from cxvalue.tables import CleanTables
from cxvalue.vocabulary import BANDS


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Answers, customer-months asked and head counts: what the estimators stand on.

    Parameters
    ----------
    answers : Answers
        The answers that count.
    asked : Asked
        Customer-months for the response model.
    active_customers : int
        Customers active at ``as_of``.
    active_by_segment : tuple of dict of str to int
        The same by value of each segment column.
    segment_names : tuple of str
        The user's names of the segment columns.
    segment_values : tuple of tuple of str
        Values of each, sorted.
    candidates : ndarray
        Positions of the latest answers in the window of customers active at ``as_of``; ascending.
    months : CustomerMonths or ClusterMonths
        What the panels show of the customers.
    """

    answers: Answers
    asked: Asked
    active_customers: int
    active_by_segment: tuple[dict[str, int], ...]
    segment_names: tuple[str, ...]
    segment_values: tuple[tuple[str, ...], ...]
    candidates: Integers
    months: CustomerMonths | ClusterMonths


def link(
    engine: Engine, clean: CleanTables, timeline: Timeline, *, groups: int, gathered: Gathered | None = None
) -> Linked:
    """Join answers with what was known when they were given.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    clean : CleanTables
        The checked tables.
    timeline : Timeline
        The months.
    groups : int
        Customer groups, G.
    gathered : Gathered, optional
        What was read for a timeline with the same ``as_of`` and window; default that it is read now.

    Returns
    -------
    Linked
        Arrays; no customer id is among them.
    """
    found = gathered if gathered is not None else gather(engine, clean, timeline, groups=groups)
    candidates = latest_answers(found, clean, timeline)
    grid = ask(found, clean, timeline, candidates)
    answering = np.zeros(len(found.people.group), dtype=bool)
    for rows in parts_of(len(found.person)):
        answering[found.person[rows]] = True
    people = found.people.only_levels_of(answering | grid.at_risk.any(axis=1) | grid.of_candidates.any(axis=1))
    give_back()
    answers, sampled, spilled = read_baselines(found, people, clean, timeline, grid)
    give_back()
    away = None
    if isinstance(found.months, ClusterMonths):
        away = partial(fold_candidates, found.months, people, clean, grid=grid, timeline=timeline)
    return Linked(
        answers,
        Asked(
            timeline.window,
            partial(sample_rows, grid, people, clean, means=sampled),
            partial(candidate_rows, grid, people, clean, edges=found.months.edges, means=spilled),
            candidates,
            found.sample_share,
            away,
        ),
        found.active_customers,
        found.active_by_segment,
        tuple(segment.name for segment in clean.tables.segments),
        people.segment_values,
        candidates,
        found.months,
    )


def latest_answers(gathered: Gathered, clean: CleanTables, timeline: Timeline) -> Integers:
    """Return the latest answers in the window of the customers active at ``as_of``.

    Parameters
    ----------
    gathered : Gathered
        The answers.
    clean : CleanTables
        The calendar.
    timeline : Timeline
        ``as_of`` and the window.

    Returns
    -------
    ndarray
        Positions of answers, ascending.
    """
    n = len(gathered.people.group)
    at = last_before(gathered.person, gathered.m0, timeline.as_of + 1, n)
    person = np.flatnonzero(at >= 0)
    active = clean.activity.calendar.in_month(gathered.people.active, timeline.as_of)[person]
    inside = gathered.m0[at[person]] > timeline.as_of - TARGET_WINDOW_MONTHS
    return np.asarray(at[person[active & inside]], dtype=np.int64)


def ask(gathered: Gathered, clean: CleanTables, timeline: Timeline, candidates: Integers) -> AskedGrid:
    """Return who could have answered in which month of the window.

    Parameters
    ----------
    gathered : Gathered
        Customers, answers and invitations.
    clean : CleanTables
        The calendar.
    timeline : Timeline
        The window.
    candidates : ndarray
        Positions of the candidates' latest answers.

    Returns
    -------
    AskedGrid
        Of all people.
    """
    people, window = gathered.people, np.array(timeline.window, dtype=np.int64)
    n, answered = len(people.group), np.zeros((len(people.group), len(window)), dtype=bool)
    for rows in parts_of(len(gathered.m0)):
        person, m0 = gathered.person[rows], gathered.m0[rows]
        at = np.minimum(np.searchsorted(window, m0), len(window) - 1)
        inside = np.flatnonzero(window[at] == m0)
        answered[person[inside], at[inside]] = True
    calendar = clean.activity.calendar
    there = np.column_stack([calendar.in_month(people.active, month) for month in timeline.window]) | answered
    if gathered.invited is not None:
        there &= gathered.invited | answered
    record = np.full(n, -1, dtype=np.int32)
    record[gathered.person[candidates]] = candidates
    first = timeline.as_of - TARGET_WINDOW_MONTHS + 1
    before = last_before(gathered.person, gathered.m0, first, n)
    known = np.flatnonzero(before >= 0)
    previous, since = np.full(n, len(BANDS), dtype=np.int32), np.zeros(n, dtype=np.int32)
    previous[known] = gathered.band[before[known]]
    since[known] = first - gathered.m0[before[known]]
    return AskedGrid(window, there, answered, record, previous, since, people.in_sample)


def read_baselines(
    gathered: Gathered, people: People, clean: CleanTables, timeline: Timeline, grid: AskedGrid
) -> tuple[Answers, Floats, tuple[Floats | str, ...]]:
    """Return what was known at the answers, and the trailing means of the sample and of the candidates.

    Parameters
    ----------
    gathered : Gathered
        Answers and panels.
    people : People
        The customers.
    clean : CleanTables
        The panels.
    timeline : Timeline
        The windows.
    grid : AskedGrid
        Who could have answered when.

    Returns
    -------
    tuple of Answers, ndarray and tuple
        The answers; trailing means of the sample's customer-months; those of the candidates' customer-months by block,
        or the files where they wait. Those of candidates on other machines are worked out when they are asked for.
    """
    months, edges = gathered.months, gathered.months.edges
    cuts = np.cumsum(np.r_[0, answers_by_block(gathered, edges)])
    answers, sampled, waiting = GrowingAnswers(gathered, clean), [], []
    wanted = [grid.at_risk]
    if isinstance(months, CustomerMonths):
        wanted.append(grid.of_candidates)

    def customer_months() -> Iterator[list[tuple[Integers, Integers]]]:
        for at, (first, end) in enumerate(pairwise(edges.tolist())):
            rows = slice(cuts[at], cuts[at + 1])
            own = gathered.person[rows] - first, gathered.m0[rows]
            yield [own, *(rows_of(where[first:end], grid.window) for where in wanted)]

    means = partial(means_of_parts, clean=without_sources(clean), timeline=timeline)
    blocks = zip(months.fold(means, customer_months()), pairwise(edges.tolist()), pairwise(cuts.tolist()), strict=True)
    for (of_answers, of_sample, *later), (first, end), rows in giving_back(blocks):
        answers.append(people.take(slice(first, end)), first, slice(*rows), of_answers)
        sampled.append(of_sample)
        if isinstance(months, CustomerMonths):
            waiting += [each.copy() if months.folder is None else put_aside(each, months.folder) for each in later]
    return answers.end(), np.concatenate(sampled), tuple(waiting)


def answers_by_block(gathered: Gathered, edges: Integers) -> Integers:
    """Return how many answers the customers of each block gave.

    Parameters
    ----------
    gathered : Gathered
        The answers, by customer.
    edges : ndarray of shape (blocks + 1,)
        First customer of each block, and the number of customers.

    Returns
    -------
    ndarray of shape (blocks,)
        Answers.
    """
    counts = np.zeros(len(edges) - 1, dtype=np.int64)
    for rows in parts_of(len(gathered.person)):
        counts += np.diff(np.searchsorted(gathered.person[rows], edges))
    return counts


def means_of_parts(
    block: MonthBlock, parts: list[tuple[Integers, Integers]], *, clean: CleanTables, timeline: Timeline
) -> list[Floats]:
    """Return trailing means for several sets of customer-months.

    Parameters
    ----------
    block : MonthBlock
        What the panels show of the customers.
    parts : list of tuple of ndarray
        Customers of the block, and months.
    clean : CleanTables
        The panels.
    timeline : Timeline
        The windows.

    Returns
    -------
    list of ndarray of shape (r, c)
        One a set.
    """
    person, month = (np.concatenate(each) for each in zip(*parts, strict=True))
    found = trailing_means(block, clean, person=person, month=month, timeline=timeline)
    return np.split(found, np.cumsum([len(each) for each, _ in parts])[:-1])


def put_aside(means: Floats, folder: Path) -> str:
    """Write means into a file of their own.

    Parameters
    ----------
    means : ndarray of shape (r, c)
        The means.
    folder : Path
        Where to.

    Returns
    -------
    str
        The file.
    """
    with room_aside(), tempfile.NamedTemporaryFile(dir=folder, prefix="means_", delete=False) as file:
        np.save(file, means)
    return file.name
