"""A customer's history in spells: after each answer, the band is the latest one answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.survival.risk_sets import Booleans
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Brief


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spells(Brief):
    """Stretches of a customer's time between answers.

    Parameters
    ----------
    row : ndarray of shape (s,)
        The episode that opens each spell: its band and covariates hold until the next answer.
    entry, exit : ndarray of shape (s,)
        First and last month of the spell on the clock; a customer is at risk after ``entry`` up to ``exit``.
    event : ndarray of shape (s,)
        Whether the spell ends with the customer's first leaving.
    """

    row: Integers
    entry: Floats
    exit: Floats
    event: Booleans


def make_spells(customer: Integers, month: Integers, *, duration: Integers, left: Booleans, clock: Floats) -> Spells:
    """Cut customers' histories into spells between answers.

    Parameters
    ----------
    customer : ndarray of shape (r,)
        Customer of each episode, ascending; a customer's episodes by month.
    month : ndarray of shape (r,)
        Month of the answer.
    duration : ndarray of shape (r,)
        Follow-up months until the first month without the customer, or until observation ends.
    left : ndarray of shape (r,)
        Whether the customer was seen to leave.
    clock : ndarray of shape (r,)
        What the clock shows in the month of the answer, such as tenure; not known where NaN.

    Returns
    -------
    Spells
        The spells. A spell ends with the next answer, with the end of its follow-up, or with leaving; nothing after a
        customer's first leaving counts, and months between two follow-ups are not at risk.

    Examples
    --------
    A customer answers in months 0 and 6 and is gone from month 9 on.

    >>> spells = make_spells(
    ...     np.array([0, 0]), np.array([0, 6]), duration=np.array([9, 3]), left=np.array([True, True]),
    ...     clock=np.array([20.0, 26.0]),
    ... )
    >>> spells.entry.tolist(), spells.exit.tolist(), spells.event.tolist()
    ([20.0, 26.0], [26.0, 29.0], [False, True])
    """
    same = np.concatenate([customer[1:] == customer[:-1], [False]])
    following = np.where(same, np.concatenate([month[1:], [0]]), np.iinfo(np.int64).max)
    end = month + duration
    stop = np.minimum(end, following)
    event = left & (end <= following)
    before = np.cumsum(event).astype(np.int64) - event
    first_row = np.concatenate([[True], ~same[:-1]])
    at_first = np.maximum.accumulate(np.where(first_row, np.arange(len(customer)), 0))
    gone = before - before[at_first] > 0
    keep = np.flatnonzero(~gone & np.isfinite(clock) & (stop > month))
    entry = clock[keep]
    return Spells(keep.astype(np.int64), entry, entry + (stop - month)[keep], event[keep])
