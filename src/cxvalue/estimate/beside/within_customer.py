"""Within-customer: the same customer after a better and after a worse answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.errors import DataError, NotEstimable
from cxvalue.estimate.beside.within import within_unit
from cxvalue.estimate.moments import N_BANDS
from cxvalue.estimate.protocol import ContrastReplicates, EpisodeSource
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import leaving_is_seen

MOST_MONTHS = 3
MIN_CUSTOMERS = 50
"""Fewest customers with at least two answers."""


@dataclass(frozen=True, slots=True)
class WithinCustomer:
    """Contribution per active month after each answer, compared within customers.

    Parameters
    ----------
    name : str
        ``within_customer``.

    Notes
    -----
    Two-way fixed effects of customer and month of answering. Every lasting difference between customers drops out,
    recorded or not. Retention is not estimated: two answers imply that the customer stayed until the second. Where
    leaving is not seen every month counts, with or without a purchase, so that the whole of the first months is.
    """

    name: str = "within_customer"

    def fit(self, source: EpisodeSource, weights: Floats) -> ContrastReplicates | NotEstimable:
        """Return the contrast over the first months after an answer, for customers who answer again.

        Parameters
        ----------
        source : EpisodeSource
            The episodes of everybody.
        weights : ndarray of shape (M, H)
            What one unit of each metric counts in each month.

        Returns
        -------
        ContrastReplicates or NotEstimable
            Over months 1 to q, q ≤ 3: q times the contrast per active month.
        """
        rows = source.rows()
        months = min(MOST_MONTHS, source.horizon)
        is_seen = leaving_is_seen(source.metrics)
        outcome, used = per_active_month(rows, weights[:, :months], only_while_active=is_seen)
        customers, answers = np.unique(rows.customer[used], return_counts=True)
        n_repeated = int((answers >= 2).sum())
        if n_repeated < MIN_CUSTOMERS:
            return NotEstimable(
                f"{n_repeated} of {len(customers):,} customers answered twice; at least {MIN_CUSTOMERS} are needed"
            )
        others = [b for b in range(N_BANDS) if b != source.from_band and (rows.band[used] == b).any()]
        exposure = (rows.band[used][:, None] == np.array(others)).astype(np.float64)
        try:
            fitted = within_unit(outcome[used], exposure, rows.customer[used], rows.m0[used], groups=rows.group[used])
        except DataError as error:
            return NotEstimable(error.what)
        at = others.index(source.to_band)
        loo = np.full(source.groups, fitted.coefficients[at])  # a group without an answer changes nothing
        if fitted.leave_one_group_out is not None:
            loo[: len(fitted.leave_one_group_out)] = fitted.leave_one_group_out[:, at]
        span = f"months 1 to {months}" + (", without retention" if is_seen else "")
        notes = (f"{n_repeated:,} customers who answered twice or more", span)
        estimate = float(fitted.coefficients[at]) * months
        return ContrastReplicates(estimate, loo * months, int(used.sum()), notes, months, n_customers=len(customers))


def per_active_month(
    rows: EpisodeRows, weights: Floats, *, only_while_active: bool = True
) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return what each customer brings per active month between an answer and the next.

    Parameters
    ----------
    rows : EpisodeRows
        Episodes, by customer and month.
    weights : ndarray of shape (M, q)
        What one unit of each metric counts in each of the first months.
    only_while_active : bool
        Whether only months count in which the customer was there, which the first metric then tells.

    Returns
    -------
    tuple of ndarray of shape (r,)
        Means, and whether there is one: at least one active month before the next answer.
    """
    q = weights.shape[1]
    until = np.minimum(np.minimum(gap_to_next(rows.customer, rows.m0) - 1, rows.last_k), q)
    counted = np.arange(1, q + 1) <= until[:, None]
    active = (rows.outcomes[:, 0, :q] * counted if only_while_active else counted).sum(axis=1)
    money = np.einsum("rmk,mk,rk->r", rows.outcomes[:, :, :q], weights, counted.astype(np.float64))
    used = active > 0
    return np.divide(money, active, out=np.zeros(len(money)), where=used), used


def gap_to_next(customer: Integers, month: Integers) -> Integers:
    """Return the months from each answer to the customer's next.

    Parameters
    ----------
    customer, month : ndarray of shape (r,)
        Customer and month of the answers, ordered by both.

    Returns
    -------
    ndarray of shape (r,)
        Months; a large number where there is no next answer.

    Examples
    --------
    >>> gap_to_next(np.array([7, 7, 8]), np.array([100, 106, 100])).tolist()[:1]
    [6]
    """
    gap = np.full(len(month), np.iinfo(np.int32).max, dtype=np.int64)
    same = customer[1:] == customer[:-1]
    gap[:-1][same] = (month[1:] - month[:-1])[same]
    return gap
