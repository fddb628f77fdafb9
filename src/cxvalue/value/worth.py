"""Worth: what a move brings before optimism and cost, in every replicate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.link.columns import Floats
from cxvalue.result import Brief
from cxvalue.value.cash import lever_money, phased_money, terms_of
from cxvalue.value.economics import Economics
from cxvalue.value.move import Move


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Worth(Brief):
    """What a move brings, on all customers and then with each of the G groups left out.

    Parameters
    ----------
    per_customer : ndarray of shape (1 + G,)
        Discounted money per customer moved at time 0.
    per_moved : ndarray of shape (1 + G,)
        The same within a programme that moves its customers over the ramp-up; equal where all move at time 0.
    in_band : ndarray of shape (1 + G,)
        Customers now in the from-band.
    """

    per_customer: Floats
    per_moved: Floats
    in_band: Floats

    @property
    def per_percent(self) -> Floats:
        """Gross value of moving 1 % of the customers now in the from-band, shape (1 + G,)."""
        return np.asarray(0.01 * self.in_band * self.per_moved)


def worth_of(move: Move, economics: Economics) -> Worth:
    """Return what a move brings, before optimism and the programme's cost.

    Parameters
    ----------
    move : Move
        Curves and head count.
    economics : Economics
        Assumptions.

    Returns
    -------
    Worth
        Its ``per_customer`` is that of :func:`~cxvalue.value.project.project`; customers moved × ``per_moved`` is its
        gross value.
    """
    terms = terms_of(economics, move)
    curves, discount = move.extended(terms.months, tail=terms.tail), terms.discount[1:]
    return Worth(
        per_customer=np.asarray(lever_money(curves, terms).sum(axis=-2) @ discount),
        per_moved=np.asarray(phased_money(curves, terms).sum(axis=-2) @ discount),
        in_band=np.asarray(move.active_customers * move.prob_from),
    )
