"""Risk sets: who could have left at each time at which somebody did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from cxvalue.errors import DataError
from cxvalue.link.columns import Floats, Integers

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """Which of n rows are at risk at each of T event times.

    A row that enters at time a and is followed until time b is at risk at the event times t with a < t ≤ b. Somebody
    who enters at t is therefore not at risk at t: on a scale of whole months entries and events fall on the same
    values, and counting the entrants would make the risk sets too large.

    Parameters
    ----------
    times : ndarray of shape (T,)
        Distinct event times, ascending.
    before : ndarray of shape (n,)
        Event times up to the row's entry: the position of the first at which it is at risk.
    until : ndarray of shape (n,)
        Event times up to the row's exit; at risk at positions ``before`` ≤ j < ``until``.
    event_at : ndarray of shape (n,)
        Position of the row's own event; −1 where it has none.
    """

    times: Floats
    before: Integers
    until: Integers
    event_at: Integers

    @property
    def at_risk_ever(self) -> Booleans:
        """Whether the row is at risk at any event time, shape (n,)."""
        return np.asarray(self.until > self.before)

    def at_risk(self, values: Floats) -> Floats:
        """Return sums over the rows at risk.

        Parameters
        ----------
        values : ndarray of shape (n,) or (n, p)
            What is summed.

        Returns
        -------
        ndarray of shape (T,) or (T, p)
            Sums at each event time.
        """
        size = len(self.times) + 1
        leaving = grouped_sums(self.until, values, size) - grouped_sums(self.before, values, size)
        return np.asarray(leaving[::-1].cumsum(axis=0)[::-1][1:])

    def events(self, values: Floats) -> Floats:
        """Return sums over the rows with their event.

        Parameters
        ----------
        values : ndarray of shape (n,) or (n, p)
            What is summed.

        Returns
        -------
        ndarray of shape (T,) or (T, p)
            Sums at each event time.
        """
        with_event = self.event_at >= 0
        return grouped_sums(self.event_at[with_event], values[with_event], len(self.times))

    def spent(self, increments: Floats) -> Floats:
        """Return, for each row, the sum of some increments over the event times at which it is at risk.

        Parameters
        ----------
        increments : ndarray of shape (T,) or (T, p)
            One increment an event time.

        Returns
        -------
        ndarray of shape (n,) or (n, p)
            Sums.
        """
        total = np.concatenate([np.zeros((1, *increments.shape[1:])), increments.cumsum(axis=0)])
        return np.asarray(total[self.until] - total[self.before])


def make_risk_sets(
    duration: Floats, event: Booleans, *, entry: Floats | None = None, start: float = 0.0, times: Floats | None = None
) -> RiskSets:
    """Return the risk sets of some rows.

    Parameters
    ----------
    duration : ndarray of shape (n,)
        Time of leaving or of the end of follow-up.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    entry : ndarray of shape (n,), optional
        Time from which the row is followed (delayed entry); 0 without it.
    start : float
        Events up to this time do not count.
    times : ndarray of shape (T,), optional
        Event times, ascending, where they are to be the same for several sets; by default those that occur.

    Returns
    -------
    RiskSets
        The sets.

    Raises
    ------
    DataError
        When lengths differ, a time is not finite or negative, or a row ends before it begins.

    Examples
    --------
    >>> sets = make_risk_sets(np.array([1.0, 2.0, 2.0]), np.array([True, False, True]))
    >>> sets.times.tolist(), sets.at_risk(np.ones(3)).tolist(), sets.events(np.ones(3)).tolist()
    ([1.0, 2.0], [3.0, 2.0], [1.0, 1.0])
    """
    refuse_bad_times(duration, event, entry)
    counted = event & (duration > start)
    when = np.unique(duration[counted]) if times is None else times
    before = np.zeros(len(duration)) if entry is None else np.searchsorted(when, entry, side="right")
    until = np.maximum(np.searchsorted(when, duration, side="right"), before)
    event_at = np.where(counted, np.searchsorted(when, duration), -1)
    return RiskSets(when, before.astype(np.int64), until.astype(np.int64), event_at.astype(np.int64))


def refuse_bad_times(duration: Floats, event: Booleans, entry: Floats | None) -> None:
    """Refuse times that make no sense.

    Parameters
    ----------
    duration : ndarray of shape (n,)
        Time of leaving or of the end of follow-up.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    entry : ndarray of shape (n,) or None
        Time of entry.

    Raises
    ------
    DataError
        Says which rule is broken, and by how many rows.
    """
    lengths = {len(duration), len(event), len(duration if entry is None else entry)}
    if len(lengths) != 1:
        raise DataError(f"duration, event and entry have {sorted(lengths)} rows", allowed="the same number of each")
    begin = np.zeros(len(duration)) if entry is None else entry
    n_odd = int((~np.isfinite(duration) | ~np.isfinite(begin) | (duration < 0) | (begin < 0)).sum())
    if n_odd:
        raise DataError(f"{n_odd:,} rows have a time that is negative or not known", allowed="finite times from 0 on")
    n_short = 0 if entry is None else int((entry >= duration).sum())
    if n_short:
        raise DataError(f"{n_short:,} rows enter at or after the end of their follow-up", allowed="entry < duration")


def grouped_sums(position: Integers, values: Floats, size: int) -> Floats:
    """Return sums of rows by position.

    Parameters
    ----------
    position : ndarray of shape (n,)
        Where each row belongs, 0 to size − 1.
    values : ndarray of shape (n,) or (n, p)
        What is summed.
    size : int
        Number of positions.

    Returns
    -------
    ndarray of shape (size,) or (size, p)
        Sums.
    """
    if values.ndim == 1:
        return np.bincount(position, weights=values, minlength=size).astype(np.float64)
    n = len(position)
    members = csr_matrix((np.ones(n), position, np.arange(n + 1)), shape=(n, size))
    return np.asarray(members.T @ values)


def group_counts(sets: RiskSets, group: Integers, groups: int, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Return events and numbers at risk by customer group.

    Parameters
    ----------
    sets : RiskSets
        Of n rows.
    group : ndarray of shape (n,)
        Customer group, 0 to groups − 1.
    groups : int
        Customer groups, G.
    weights : ndarray of shape (n,), optional
        Weights; 1 without them.

    Returns
    -------
    tuple of ndarray of shape (G, T) and ndarray of shape (G, T)
        Events, and rows at risk.
    """
    w = np.ones(len(group)) if weights is None else weights
    size = len(sets.times)
    with_event = sets.event_at >= 0
    cells = group[with_event] * size + sets.event_at[with_event]
    events = np.bincount(cells, weights=w[with_event], minlength=groups * size).reshape(groups, size)
    wide = size + 1
    leaving = np.bincount(group * wide + sets.until, weights=w, minlength=groups * wide)
    leaving = leaving - np.bincount(group * wide + sets.before, weights=w, minlength=groups * wide)
    at_risk = leaving.reshape(groups, wide)[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return events.astype(np.float64), at_risk.astype(np.float64)
