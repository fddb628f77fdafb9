"""Migration: where customers who are asked again answer, by the months between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.replicate import Estimate, Interval, interval
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Drawable, TableResult
from cxvalue.vocabulary import BANDS

MIN_ANSWERS = 50
"""Fewest dissatisfied answers that were followed by another for a share of those who recover."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Migration(TableResult, Drawable):
    """Band-to-band table of customers asked twice, by gap.

    Parameters
    ----------
    gaps : ndarray of shape (Q,)
        Months between two consecutive answers.
    counts : ndarray of shape (Q, B, B)
        Pairs of answers by gap, band of the first and band of the second.
    customers : ndarray of shape (Q, B, B)
        Customers behind them; a customer may have several pairs.
    recovers_by_itself : tuple of Interval or NotEstimable
        Share of the dissatisfied whose next answer lies in a better band, by gap: whatever was done, and also where
        nothing was.
    """

    gaps: Integers
    counts: Integers
    customers: Integers
    recovers_by_itself: tuple[Estimate, ...]

    @property
    def shares(self) -> Floats:
        """Share of each first band that answers in each second band, shape (Q, B, B); NaN where nobody was asked."""
        total = self.counts.sum(axis=2, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.counts / total)

    def to_frame(self) -> pd.DataFrame:
        """Return the table in long form.

        Returns
        -------
        pandas.DataFrame
            Columns gap_months, from_band, to_band, n_pairs, customers, share.
        """
        q, b, c = (index.ravel() for index in np.indices(self.counts.shape))
        names = np.array(BANDS)
        return pd.DataFrame(
            {
                "gap_months": self.gaps[q],
                "from_band": names[b],
                "to_band": names[c],
                "n_pairs": self.counts.ravel(),
                "customers": self.customers.ravel(),
                "share": self.shares.ravel(),
            }
        )

    def summary(self) -> str:
        """Return, for each gap, how many of the dissatisfied recover.

        Returns
        -------
        str
            A line a gap.
        """
        lines = ["dissatisfied customers asked again, share that answers in a better band:"]
        for gap, counts, share in zip(self.gaps, self.counts, self.recovers_by_itself, strict=True):
            what = (
                f"{share.estimate:.0%} ({share.ci_low:.0%} to {share.ci_high:.0%})"
                if isinstance(share, Interval)
                else str(share)
            )
            lines.append(f"  {gap:>3} months later  {what}, {int(counts[0].sum()):,} pairs of answers")
        return "\n".join(lines)


def consecutive_pairs(customer: Integers) -> tuple[Integers, Integers]:
    """Return each answer that is followed by another of the same customer, and that other.

    Parameters
    ----------
    customer : ndarray of shape (n,)
        Customer of each answer; answers ordered by customer, then by month.

    Returns
    -------
    tuple of ndarray
        Positions of the first and of the second answers.

    Examples
    --------
    >>> first, second = consecutive_pairs(np.array([0, 0, 1, 2, 2, 2]))
    >>> first.tolist(), second.tolist()
    ([0, 3, 4], [1, 4, 5])
    """
    first = np.flatnonzero(customer[1:] == customer[:-1]).astype(np.int64)
    return first, first + 1


def all_pairs(customer: Integers) -> tuple[Integers, Integers]:
    """Return every two answers of the same customer.

    Parameters
    ----------
    customer : ndarray of shape (n,)
        Customer of each answer; answers ordered by customer, then by month.

    Returns
    -------
    tuple of ndarray
        Positions of the earlier and of the later answers.

    Examples
    --------
    >>> first, second = all_pairs(np.array([0, 0, 1, 2, 2, 2]))
    >>> first.tolist(), second.tolist()
    ([0, 3, 4, 3], [1, 4, 5, 5])
    """
    first, lag = [np.empty(0, dtype=np.int64)], 1
    while len(found := np.flatnonzero(customer[lag:] == customer[:-lag])):
        first.append(found.astype(np.int64))
        lag += 1
    lags = np.repeat(np.arange(len(first)), [len(part) for part in first])
    together = np.concatenate(first)
    return together, together + lags


def tabulate_migration(
    customer: Integers, month: Integers, band: Integers, group: Integers, *, groups: int, confidence: float
) -> Migration | NotEstimable:
    """Return the band-to-band table of customers asked twice.

    Parameters
    ----------
    customer, month, band, group : ndarray of shape (n,)
        Customer, month, band and customer group of each answer; ordered by customer, then by month.
    groups : int
        G.
    confidence : float
        Level of the intervals.

    Returns
    -------
    Migration or NotEstimable
        Not estimable when nobody answered twice.
    """
    first, second = consecutive_pairs(customer)
    if len(first) == 0:
        return NotEstimable("no customer answered twice")
    gaps, code = np.unique(month[second] - month[first], return_inverse=True)
    bands = len(BANDS)
    shape = (len(gaps), bands, bands)
    cell = np.ravel_multi_index((code, band[first], band[second]), shape)
    by_group = np.zeros((groups, *shape), dtype=np.int64)
    np.add.at(by_group.reshape(groups, -1), (group[first], cell), 1)
    known = np.unique(np.stack([cell, customer[first]]), axis=1)[0]
    customers = np.bincount(known, minlength=int(np.prod(shape))).reshape(shape)
    recovered = tuple(recovery(by_group[:, q, 0], confidence=confidence) for q in range(len(gaps)))
    return Migration(gaps.astype(np.int64), by_group.sum(axis=0), customers.astype(np.int64), recovered)


def recovery(by_group: Integers, *, confidence: float) -> Estimate:
    """Return the share of dissatisfied answers that are followed by one in a better band.

    Parameters
    ----------
    by_group : ndarray of shape (G, B)
        Pairs whose first answer is dissatisfied, by customer group and band of the second.
    confidence : float
        Level of the interval.

    Returns
    -------
    Interval or NotEstimable
        Not estimable with fewer than 50 such answers.
    """
    total = by_group.sum(axis=0)
    without = (total - by_group).astype(np.float64)
    if total.sum() < MIN_ANSWERS or not (without.sum(axis=1) > 0).all():
        return NotEstimable(
            f"{int(total.sum())} dissatisfied answers followed by another; at least {MIN_ANSWERS} are needed"
        )
    share = float(total[1:].sum() / total.sum())
    return interval(share, without[:, 1:].sum(axis=1) / without.sum(axis=1), confidence=confidence)
