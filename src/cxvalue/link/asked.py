"""Customer-months in which an answer could have come: what the response model is fitted on and read at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cxvalue.link.columns import Codes, Integers, parts_of
from cxvalue.link.covariates import Covariates
from cxvalue.link.pipeline import in_order
from cxvalue.link.spill_columns import AnyColumn

Flags = NDArray[np.bool_]
AskedFunction: TypeAlias = "Callable[[AskedRows, Any], Any]"
"""What :meth:`Asked.fold` calls on each batch."""


@dataclass(frozen=True, slots=True, eq=False)
class AskedRows:
    """Some customer-months of the target's window.

    Parameters
    ----------
    month : ndarray of shape (r,)
        The month.
    answered : ndarray of shape (r,)
        Whether an answer came.
    record : ndarray of shape (r,)
        Position of the candidate's latest answer; −1 for customers who gave none.
    group : ndarray of shape (r,)
        Customer group.
    covariates : Covariates
        Known in that month; the previous band is the one before the window began.
    """

    month: Integers
    answered: Flags
    record: Integers
    group: Integers
    covariates: Covariates


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Customer-months of the target's window in which an answer could have come.

    Parameters
    ----------
    window : tuple of int
        Months with answers within the target's window, ascending.
    read_sample : callable
        Gives those on which the response model is fitted: of customers of the sample, up to their first answer.
    candidates : callable
        Gives those of the customers active at ``as_of`` who answered in the window, batch by batch; by record,
        ascending, and no record is in two batches.
    records : ndarray of shape (c,)
        Positions of these customers' latest answers, ascending.
    sample_share : float
        Share of the customers in the sample.
    away : callable, optional
        Where the candidates' customer-months lie on other machines: what :meth:`fold` does there.
    """

    window: tuple[int, ...]
    read_sample: Callable[[], AskedRows]
    candidates: Callable[[], Iterator[AskedRows]]
    records: Integers
    sample_share: float
    away: Callable[[AskedFunction, Callable[[slice], Any]], Iterator[Any]] | None = None

    def fold(self, function: AskedFunction, given: Callable[[slice], Any], *, threads: int = 1) -> Iterator[Any]:
        """Give what a function makes of the candidates' customer-months, batch by batch.

        Parameters
        ----------
        function : callable
            Takes :class:`AskedRows`, of one candidate at least, and what is given with them. It may run on another
            machine, so it is a function of a module, or a :func:`functools.partial` of one.
        given : callable
            Gives what the function is to know of some consecutive candidates, told as a slice of ``records``.
        threads : int
            Batches that are worked on at a time on this machine.

        Yields
        ------
        object
            What the function returns; by record, ascending.
        """
        if self.away is not None:
            yield from self.away(function, given)
            return

        def tasks() -> Iterator[tuple[AskedRows, Any]]:
            done = 0
            for rows in self.candidates():
                if n := len(starts_of(rows.record)):
                    yield rows, given(slice(done, done + n))
                    done += n

        yield from in_order(lambda task: function(*task), tasks(), threads=threads)


@dataclass(frozen=True, slots=True, eq=False)
class AskedGrid:
    """Who could have answered in which month of the window, by customer.

    Parameters
    ----------
    window : ndarray of shape (W,)
        The months.
    there : ndarray of shape (c, W)
        Whether the customer could have answered: was active in the month, or answered in it (and left in it), and was
        invited where invitations are given.
    answered : ndarray of shape (c, W)
        Whether an answer came.
    record : ndarray of shape (c,)
        Position of the candidate's latest answer in the window; −1 for customers who are no candidates.
    previous : ndarray of shape (c,)
        Band of the last answer before the window; the number of bands where there is none.
    months_since : ndarray of shape (c,)
        Months from that answer to the window's first month; 0 where there is none.
    in_sample : ndarray of shape (c,)
        Whether the response model is fitted on the customer.
    """

    window: Integers
    there: Flags
    answered: Flags
    record: Codes
    previous: Codes
    months_since: Codes
    in_sample: Flags

    def take(self, rows: slice) -> AskedGrid:
        """Return some consecutive customers.

        Parameters
        ----------
        rows : slice
            Which.

        Returns
        -------
        AskedGrid
            The customers, numbered from 0.
        """
        return AskedGrid(
            self.window,
            self.there[rows],
            self.answered[rows],
            self.record[rows],
            self.previous[rows],
            self.months_since[rows],
            self.in_sample[rows],
        )

    @property
    def at_risk(self) -> Flags:
        """Customer-months of the sample up to each customer's first answer, shape (c, W)."""
        first = np.cumsum(self.answered, axis=1, dtype=np.int8) <= self.answered  # no answer in an earlier month
        return np.asarray(self.there & first & self.in_sample[:, None])

    @property
    def of_candidates(self) -> Flags:
        """Customer-months of the candidates, shape (c, W)."""
        return self.there & (self.record >= 0)[:, None]


def starts_of(record: Integers) -> Integers:
    """Return the first customer-month of each candidate.

    Parameters
    ----------
    record : ndarray of shape (r,)
        The candidate of each customer-month; equal ones stand together.

    Returns
    -------
    ndarray
        Positions; none for no rows.

    Examples
    --------
    >>> starts_of(np.array([4, 4, 7])).tolist()
    [0, 2]
    """
    if len(record) == 0:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.r_[True, np.diff(record) != 0]).astype(np.int64)


def last_before(person: AnyColumn, m0: AnyColumn, month: int, n: int) -> Integers:
    """Return each customer's last answer before a month.

    Parameters
    ----------
    person : ndarray or SpillColumn of shape (a,)
        Customer of each answer; ascending.
    m0 : ndarray or SpillColumn of shape (a,)
        Month of each answer; ascending within a customer.
    month : int
        The month.
    n : int
        Customers.

    Returns
    -------
    ndarray of shape (n,)
        Position of the answer; −1 for none.

    Examples
    --------
    >>> last_before(np.array([0, 0, 2]), np.array([100, 103, 107]), 105, 3).tolist()
    [1, -1, -1]
    """
    found = np.full(n, -1, dtype=np.int64)
    for rows in parts_of(len(m0)):
        at = np.flatnonzero(m0[rows] < month)
        found[person[rows][at]] = rows.start + at  # the last one of a customer stands last
    return found


def rows_of(where: Flags, window: Integers) -> tuple[Integers, Integers]:
    """Return customer-months, by customer and month.

    Parameters
    ----------
    where : ndarray of shape (c, W)
        Which customer-months.
    window : ndarray of shape (W,)
        The months.

    Returns
    -------
    tuple of ndarray
        Customers and months.

    Examples
    --------
    >>> person, month = rows_of(np.array([[True, False], [True, True]]), np.array([100, 103]))
    >>> person.tolist(), month.tolist()
    ([0, 1, 1], [100, 100, 103])
    """
    person, at = np.nonzero(where)
    return person.astype(np.int64), window[at]
