"""Which columns of a design a Cox model can carry."""

from __future__ import annotations

import numpy as np

from cxvalue.estimate.standardise import sound_columns
from cxvalue.estimate.survival.risk_sets import Booleans
from cxvalue.link.columns import Floats, Integers

MIN_LEAVERS = 5
"""A column of zeros and ones needs at least this many leavers at each, lest its hazard ratio be 0 or infinite."""


def columns_with_leavers(x: Floats, event: Booleans) -> Integers:
    """Return the columns that leavers and the rest do not separate, in so far as counts can tell.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        Columns.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.

    Returns
    -------
    ndarray
        Positions of the columns that vary and, where they hold zeros and ones only, have five leavers at each.

    Examples
    --------
    >>> x = np.column_stack([np.arange(12.0), np.arange(12) == 11, np.ones(12), np.arange(12) % 2])
    >>> columns_with_leavers(x, np.ones(12, dtype=bool)).tolist()
    [0, 3]
    """
    kept = []
    for at in range(x.shape[1]):
        column = x[:, at]
        low, high = column.min(), column.max()
        if high <= low:
            continue
        if np.isin(column, (low, high)).all():
            leavers = [int(event[column == value].sum()) for value in (low, high)]
            if min(leavers) < MIN_LEAVERS:
                continue
        kept.append(at)
    return np.array(kept, dtype=np.int64)


def cox_columns(x: Floats, event: Booleans) -> Integers:
    """Return the columns that a Cox model takes: neither separated by leaving nor made up of those before them.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        Columns, the most important first; no intercept.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.

    Returns
    -------
    ndarray
        Positions, ascending.
    """
    varying = columns_with_leavers(x, event)
    chosen = np.column_stack([np.ones(len(x)), x[:, varying]])
    sound = sound_columns((chosen.T @ chosen)[None, None])
    return varying[sound[1:] - 1]
