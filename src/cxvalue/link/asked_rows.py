"""Customer-months of the response sample and of the candidates, with what was known in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from cxvalue.link.asked import AskedFunction, AskedGrid, AskedRows, rows_of
from cxvalue.link.cluster_months import ClusterMonths, without_sources
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.covariates import covariates, trailing_means
from cxvalue.link.month_block import MonthBlock
from cxvalue.link.people import People
from cxvalue.link.timeline import Timeline
from cxvalue.tables import CleanTables


def asked_rows(
    grid: AskedGrid, people: People, clean: CleanTables, *, person: Integers, month: Integers, means: Floats
) -> AskedRows:
    """Return customer-months of the window with what was known in each.

    Parameters
    ----------
    grid : AskedGrid
        Who could have answered when.
    people : People
        The customers.
    clean : CleanTables
        The tables.
    person, month : ndarray of shape (r,)
        The customer-months.
    means : ndarray of shape (r, c)
        Their trailing means.

    Returns
    -------
    AskedRows
        The rows.
    """
    known = covariates(
        people, clean, person=person, month=month, means=means,
        previous=grid.previous[person].astype(np.int64), months_since=grid.months_since[person].astype(np.int64),
    )  # fmt: skip
    answered = grid.answered[person, np.searchsorted(grid.window, month)]
    return AskedRows(month, answered, grid.record[person].astype(np.int64), people.group[person], known)


def sample_rows(grid: AskedGrid, people: People, clean: CleanTables, *, means: Floats) -> AskedRows:
    """Return the customer-months on which the response model is fitted.

    Parameters
    ----------
    grid : AskedGrid
        Who could have answered when.
    people : People
        The customers.
    clean : CleanTables
        The tables.
    means : ndarray of shape (r, c)
        Their trailing means.

    Returns
    -------
    AskedRows
        By customer and month.
    """
    person, month = rows_of(grid.at_risk, grid.window)
    return asked_rows(grid, people, clean, person=person, month=month, means=means)


def candidate_rows(
    grid: AskedGrid, people: People, clean: CleanTables, *, edges: Integers, means: tuple[Floats | str, ...]
) -> Iterator[AskedRows]:
    """Give the candidates' customer-months, block by block.

    Parameters
    ----------
    grid : AskedGrid
        Who could have answered when.
    people : People
        The customers.
    clean : CleanTables
        The tables.
    edges : ndarray of shape (blocks + 1,)
        First customer of each block, and the number of customers.
    means : tuple
        Trailing means of each block, or the file where they wait.

    Yields
    ------
    AskedRows
        By customer and month.
    """
    for (first, end), waiting in zip(pairwise(edges.tolist()), means, strict=True):
        own, here = grid.take(slice(first, end)), people.take(slice(first, end))
        person, month = rows_of(own.of_candidates, grid.window)
        found = np.load(waiting) if isinstance(waiting, str) else waiting
        yield asked_rows(own, here, clean, person=person, month=month, means=found)


def fold_candidates(
    months: ClusterMonths,
    people: People,
    clean: CleanTables,
    function: AskedFunction,
    given: Callable[[slice], Any],
    *,
    grid: AskedGrid,
    timeline: Timeline,
) -> Iterator[Any]:
    """Give what a function makes of the candidates' customer-months, block by block, where the panels' rows are.

    Parameters
    ----------
    months : ClusterMonths
        The blocks.
    people : People
        The customers.
    clean : CleanTables
        The tables.
    function : callable
        Takes :class:`AskedRows`, and what is given with them.
    given : callable
        Gives what the function is to know of some consecutive candidates.
    grid : AskedGrid
        Who could have answered when.
    timeline : Timeline
        The windows.

    Yields
    ------
    object
        What the function returned; nothing for blocks without a candidate.
    """

    def sent() -> Iterator[tuple[People, AskedGrid, Any] | None]:
        done = 0
        for bounds in pairwise(months.edges.tolist()):
            own = grid.take(slice(*bounds))
            n = int((own.record >= 0).sum())
            yield (people.take(slice(*bounds)), own, given(slice(done, done + n))) if n else None
            done += n

    work = partial(work_on_candidates, function=function, clean=without_sources(clean), timeline=timeline)
    for found in months.fold(work, sent()):
        if found is not None:
            yield found[0]


def work_on_candidates(
    block: MonthBlock,
    given: tuple[People, AskedGrid, Any] | None,
    *,
    function: AskedFunction,
    clean: CleanTables,
    timeline: Timeline,
) -> tuple[Any] | None:
    """Return what a function makes of the customer-months of a block's candidates.

    Parameters
    ----------
    block : MonthBlock
        What the panels show of the customers.
    given : tuple, optional
        The block's customers, who of them could have answered when, and what the function is to know.
    function : callable
        Takes :class:`AskedRows`, and what it is to know.
    clean : CleanTables
        The tables.
    timeline : Timeline
        The windows.

    Returns
    -------
    tuple of object, optional
        What the function returned; None where there is no candidate.
    """
    if given is None:
        return None
    people, grid, own = given
    person, month = rows_of(grid.of_candidates, grid.window)
    means = trailing_means(block, clean, person=person, month=month, timeline=timeline)
    return (function(asked_rows(grid, people, clean, person=person, month=month, means=means), own),)
