"""What the panels show of consecutive customers, month by month."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxvalue.link.active_words import ActiveWords, nobody
from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class MonthBlock:
    """What the panels show of consecutive customers.

    Parameters
    ----------
    first : int
        Number of the first customer.
    first_month : int
        Month that the first row of ``values`` stands for.
    values : ndarray of shape (customers, months, 1 + metrics)
        First whether the customer was active or, where leaving is not seen, bought; then the metrics. 0 without a row
        and, where leaving is seen, while not active.
    extra : ndarray of shape (customers, months, covariates)
        Covariates of the panels, likewise.
    words : ActiveWords
        In which months the customers were active or bought; of the same customers, in the same order.
    """

    first: int
    first_month: int
    values: Floats
    extra: Floats
    words: ActiveWords = field(default_factory=nobody)

    @property
    def n_metrics(self) -> int:
        """Columns of ``values``: activity or purchases, and the metrics."""
        return int(self.values.shape[2])

    def sums(self, person: Integers, month: Integers, before: range) -> tuple[Floats, Floats]:
        """Return sums over a window before some customer-months.

        Parameters
        ----------
        person : ndarray of shape (n,)
            Numbers of customers of this block.
        month : ndarray of shape (n,)
            The months, of the block's.
        before : range
            The window, in months before each.

        Returns
        -------
        tuple of ndarray of shape (n, 1 + metrics) and ndarray of shape (n, covariates)
            Sums; months before the block's add nothing.
        """
        return self._summed(self.values, person, month, before), self._summed(self.extra, person, month, before)

    def _summed(self, values: NDArray[Any], person: Integers, month: Integers, before: range) -> NDArray[Any]:
        n_months, columns = values.shape[1:]
        total = np.zeros((len(person), columns), dtype=values.dtype)
        if not columns:
            return total
        rows, at = values.reshape(-1, columns), month - self.first_month
        place = (person - self.first) * n_months + at
        for back in before:
            inside = at >= back
            if inside.all():
                total += rows.take(place - back, axis=0)
            else:
                total[inside] += rows.take(place[inside] - back, axis=0)
        return total

    def around(self, person: Integers, month: Integers, first_k: int, last_k: int, *, end: int) -> Floats:
        """Return what the panels show around some customer-months.

        Parameters
        ----------
        person : ndarray of shape (n,)
            Numbers of customers of this block.
        month : ndarray of shape (n,)
            The months.
        first_k, last_k : int
            Months counted from each, both included; below 0 before it.
        end : int
            Last month of follow-up; later months are 0.

        Returns
        -------
        ndarray of shape (n, last_k − first_k + 1, 1 + metrics)
            Values by month.
        """
        n_months, length = self.values.shape[1], last_k - first_k + 1
        low, high = self.first_month, min(self.first_month + n_months - 1, end)
        start = month + first_k - low
        within = (person - self.first) * n_months + start
        whole = (within >= 0) & (within + length <= len(self.values) * n_months)
        if not whole.any():
            return self._month_by_month(person, start, length, high)
        found = sliding_windows(self.values, length)[np.where(whole, within, 0)]
        found = found.reshape(len(person), length, self.values.shape[2])
        for first in np.flatnonzero(np.bincount(start - start.min())) + start.min():
            if first < 0 or first + length - 1 > high - low:
                rows = np.flatnonzero(start == first)
                found[rows, : max(-first, 0)] = 0.0
                found[rows, max(high - low - first + 1, 0) :] = 0.0
        if not whole.all():
            rows = np.flatnonzero(~whole)
            found[rows] = self._month_by_month(person[rows], start[rows], length, high)
        return found

    def _month_by_month(self, person: Integers, start: Integers, length: int, high: int) -> Floats:
        at = start[:, None] + np.arange(length)
        inside = (at >= 0) & (at <= high - self.first_month)
        rows = self.values[(person - self.first)[:, None], np.where(inside, at, 0)]
        return np.asarray(rows * inside[..., None])


def sliding_windows(values: Floats, length: int) -> Floats:
    """Return views of consecutive months, whatever customer they belong to.

    Parameters
    ----------
    values : ndarray of shape (customers, months, columns)
        Values, of at least so many months in all.
    length : int
        Months of a window.

    Returns
    -------
    ndarray of shape (windows, length × columns)
        Window i begins with month i of all customers' months, one customer after the other; not writeable.
    """
    columns, size = values.shape[2], values.itemsize
    shape = (values.shape[0] * values.shape[1] - length + 1, length * columns)
    return np.lib.stride_tricks.as_strided(values, shape, (columns * size, size), writeable=False)
