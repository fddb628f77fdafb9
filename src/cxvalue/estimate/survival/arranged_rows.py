"""Rows of a Cox model in order of time, so that every sum over risk sets comes out of one pass over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.survival.risk_sets import RiskSets
from cxvalue.link.columns import Floats, Integers

BLOCK = 4096
"""Rows that are multiplied at a time: with some twenty columns they stay in a processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sums of products of the columns z = (x, 1), each row with a weight v.

    Parameters
    ----------
    at_risk, of_events : ndarray of shape (T, p + 1, p + 1)
        Σ v z zᵀ over those at risk at each event time, and over those with their event: v x xᵀ, v x and v in one.
    """

    at_risk: Floats
    of_events: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ArrangedRows:
    """Rows in order of the time at which their follow-up ends, and once more in that of their entry.

    Parameters
    ----------
    order : ndarray of shape (n,)
        Rows in order of the event times up to their end; of the same number, those with their event last.
    z : ndarray of shape (n, p + 1)
        Their covariates in that order, and a column of ones.
    edges : ndarray of shape (2T + 3,)
        Where in that order rows begin that end at position j, without and with an event: edges 2j and 2j + 1.
    late : ndarray of shape (m,)
        Rows with delayed entry, in order of the event times up to it.
    late_z : ndarray of shape (m, p + 1)
        Their covariates, and a column of ones.
    late_edges : ndarray of shape (T + 2,)
        Where in that order rows begin that enter at position j.
    n_events, event_weight : ndarray of shape (T,)
        Events at each time, and their weight.
    event_x : ndarray of shape (p,)
        Σ w x over the events.
    """

    order: Integers
    z: Floats
    edges: Integers
    late: Integers
    late_z: Floats
    late_edges: Integers
    n_events: Floats
    event_weight: Floats
    event_x: Floats

    def moments(self, weighted: Floats) -> Moments:
        """Return the sums over risk sets and events.

        Parameters
        ----------
        weighted : ndarray of shape (n,)
            Weight v of each row, in the order in which the rows came.

        Returns
        -------
        Moments
            The sums.
        """
        ending = binned_moments(self.z, weighted[self.order], self.edges)
        of_events = ending[3::2]
        leaving = ending[::2] + ending[1::2]
        if len(self.late):
            leaving -= binned_moments(self.late_z, weighted[self.late], self.late_edges)
        return Moments(leaving[::-1].cumsum(axis=0)[::-1][1:], of_events)


def arrange_rows(sets: RiskSets, x: Floats, weights: Floats) -> ArrangedRows:
    """Put the rows of a Cox model in order of time.

    Parameters
    ----------
    sets : RiskSets
        Risk sets of the n rows.
    x : ndarray of shape (n, p)
        Covariates.
    weights : ndarray of shape (n,)
        Weights.

    Returns
    -------
    ArrangedRows
        The rows in order, and what does not depend on coefficients.

    Examples
    --------
    >>> from cxvalue.estimate.survival.risk_sets import make_risk_sets
    >>> sets = make_risk_sets(np.array([2.0, 1.0, 2.0]), np.array([True, True, False]))
    >>> rows = arrange_rows(sets, np.array([[3.0], [5.0], [7.0]]), np.ones(3))
    >>> rows.order.tolist(), rows.moments(np.ones(3)).at_risk[:, 0].tolist()
    ([1, 2, 0], [[83.0, 15.0], [58.0, 10.0]])
    """
    size, ever, own = len(sets.times), sets.at_risk_ever, sets.event_at >= 0
    # Whoever is at risk at no event time belongs to position 0, which no sum over risk sets takes in.
    order, edges = sort_rows(np.where(ever, 2 * sets.until + own, 0), 2 * size + 2)
    entering = np.flatnonzero(ever & (sets.before > 0))
    late, late_edges = sort_rows(sets.before[entering], size + 1)
    late = entering[late]
    return ArrangedRows(
        order,
        with_ones(x, order),
        edges,
        late,
        with_ones(x, late),
        late_edges,
        n_events=sets.events(np.ones(len(x))),
        event_weight=sets.events(weights),
        event_x=np.where(own, weights, 0.0) @ x,
    )


def sort_rows(position: Integers, size: int) -> tuple[Integers, Integers]:
    """Return the order of rows by position, and where in it each position begins.

    Parameters
    ----------
    position : ndarray of shape (n,)
        Where each row belongs, 0 to size − 1.
    size : int
        Positions.

    Returns
    -------
    tuple of ndarray of shape (n,) and ndarray of shape (size + 1,)
        Rows in order, and the edges of the positions.
    """
    counts = np.bincount(position, minlength=size)
    return np.argsort(position, kind="stable"), np.concatenate([[0], counts.cumsum()])


def with_ones(x: Floats, rows: Integers) -> Floats:
    """Return some rows with a column of ones after the others.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        Covariates.
    rows : ndarray of shape (m,)
        Which rows, in which order.

    Returns
    -------
    ndarray of shape (m, p + 1)
        The rows.
    """
    z = np.ones((len(rows), x.shape[1] + 1))
    z[:, :-1] = x[rows]
    return z


def binned_moments(z: Floats, weighted: Floats, edges: Integers) -> Floats:
    """Return Σ v z zᵀ of rows in order, position by position.

    Parameters
    ----------
    z : ndarray of shape (n, q)
        Columns.
    weighted : ndarray of shape (n,)
        Weight v of each row.
    edges : ndarray of shape (size + 1,)
        Where each position begins.

    Returns
    -------
    ndarray of shape (size, q, q)
        Sums.
    """
    sums = np.zeros((len(edges) - 1, z.shape[1], z.shape[1]))
    for at in np.flatnonzero(np.diff(edges)):
        end = int(edges[at + 1])
        for low in range(int(edges[at]), end, BLOCK):
            high = min(low + BLOCK, end)
            block = z[low:high]
            sums[at] += (block * weighted[low:high, None]).T @ block
    return sums
