"""A move: what a shift does in customers and outcomes, before any money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.replicate import Interval, draw, interval
from cxvalue.link.columns import Floats
from cxvalue.result import Brief
from cxvalue.value.economics import Tail
from cxvalue.value.extend import extend_curves
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import Metric, leaving_is_seen


@dataclass(frozen=True, slots=True, repr=False)
class HeadCount(Brief):
    """How many customers a shift moves.

    Parameters
    ----------
    active_customers : float
        Customers of whom P(from-band) is taken.
    customers_from_band : Interval
        Customers now in the from-band.
    customers_moved : Interval
        Of these, the share that moves.
    share_of_base : Interval
        The same as a share of all customers.
    answered_in_band : int
        Customers whose own latest answer lies in the from-band: whom a programme can reach by name.
    answered_moved : float
        Of these, the share that moves.
    """

    active_customers: float
    customers_from_band: Interval
    customers_moved: Interval
    share_of_base: Interval
    answered_in_band: int
    answered_moved: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Move(Brief):
    """What a shift does in customers and outcomes.

    Parameters
    ----------
    shift : Shift
        Who moves.
    metrics : tuple of Metric
        The M metrics of the curves, in order.
    own_values : mapping of str to float
        Unit values of the user's own metrics.
    curves : ndarray of shape (1 + G, 2, M, H)
        Means per customer at time zero, from-band first: on all customers, then with each group left out.
    prob_from : ndarray of shape (1 + G,)
        Share of the customers now in the from-band.
    active_customers : float
        Customers active at ``as_of``, or those that the shift names.
    answered_in_band : int
        Customers whose own latest answer lies in the from-band.
    """

    shift: Shift
    metrics: tuple[Metric, ...]
    own_values: Mapping[str, float]
    curves: Floats
    prob_from: Floats
    active_customers: float
    answered_in_band: int

    @property
    def follow_up(self) -> int:
        """Months observed, H."""
        return int(self.curves.shape[-1])

    @property
    def moved(self) -> Floats:
        """Customers moved, shape (1 + G,)."""
        return np.asarray(self.shift.share * self.active_customers * self.prob_from)

    def extended(self, months: int, *, tail: Tail = "constant_hazard") -> Floats:
        """Return the curves cut or carried on to a number of months.

        Parameters
        ----------
        months : int
            Months wanted, K.
        tail : {"constant_hazard", "equal_hazard", "sbg"}
            How customers leave beyond the follow-up.

        Returns
        -------
        ndarray of shape (1 + G, 2, M, K)
            See :func:`~cxvalue.value.extend.extend_curves`.
        """
        return extend_curves(self.curves, months, leaving_is_seen=leaving_is_seen(self.metrics), tail=tail)

    def draw(self, weights: Floats, months: int, *, tail: Tail = "constant_hazard") -> tuple[Floats, Floats]:
        """Return draws of curves and head count that move together.

        Parameters
        ----------
        weights : ndarray of shape (D, G)
            From :func:`~cxvalue.estimate.replicate.group_draws`.
        months : int
            Months wanted, K.
        tail : {"constant_hazard", "equal_hazard", "sbg"}
            How customers leave beyond the follow-up.

        Returns
        -------
        tuple of ndarray of shape (D, 2, M, K) and ndarray of shape (D,)
            Curves, and customers moved.
        """
        curves, moved = self.extended(months, tail=tail), self.moved
        return draw(curves[0], curves[1:], weights), draw(moved[0], moved[1:], weights)

    def heads(self, confidence: float) -> HeadCount:
        """Return how many customers move.

        Parameters
        ----------
        confidence : float
            Level of the intervals.

        Returns
        -------
        HeadCount
            With jackknife-t intervals.
        """
        n, share, prob = self.active_customers, self.shift.share, self.prob_from

        def times(factor: float) -> Interval:
            return interval(float(factor * prob[0]), factor * prob[1:], confidence=confidence)

        return HeadCount(
            n, times(n), times(share * n), times(share), self.answered_in_band, share * self.answered_in_band
        )
