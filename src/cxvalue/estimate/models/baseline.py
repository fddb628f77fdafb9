"""The baseline hazard: a smooth curve of the follow-up month."""

from __future__ import annotations

import numpy as np

from cxvalue.link.columns import Floats, Integers

KNOT_QUANTILES = (0.05, 0.35, 0.65, 0.95)
"""Knots lie at these quantiles of the months in which customers left (Harrell's choice for four knots)."""


def choose_knots(month: Integers, event: Floats) -> tuple[float, ...]:
    """Return the knots of the baseline.

    Parameters
    ----------
    month : ndarray of shape (n,)
        Follow-up month of each person-month.
    event : ndarray of shape (n,)
        1 where the customer left in it.

    Returns
    -------
    tuple of float
        Ascending and different; fewer than four where the months are few.

    References
    ----------
    Harrell, F. E. (2015), Regression Modeling Strategies, 2nd ed., section 2.4.6, doi:10.1007/978-3-319-19425-7.
    """
    left = month[event > 0]
    if len(left) == 0:
        return ()
    quantiles = np.quantile(left, KNOT_QUANTILES, method="inverted_cdf")
    return tuple(sorted({float(knot) for knot in quantiles}))


def natural_spline(month: Integers | Floats, knots: tuple[float, ...]) -> Floats:
    """Return the columns of a natural cubic spline: linear beyond the outer knots.

    Parameters
    ----------
    month : ndarray of shape (n,)
        Months.
    knots : tuple of float
        Knots t₁ < … < t_K.

    Returns
    -------
    ndarray of shape (n, 1 + max(K − 2, 0))
        The month in years, then one column for each knot but the last two.

    Notes
    -----
    Column j is [(t − t_j)₊³ − (t − t_{K−1})₊³ (t_K − t_j)/(t_K − t_{K−1}) + (t − t_K)₊³ (t_{K−1} − t_j)/(t_K −
    t_{K−1})] / (t_K − t₁)², divided by 12 like the month.

    Examples
    --------
    >>> natural_spline(np.array([0, 12, 24]), (3.0, 6.0, 9.0)).round(3)
    array([[0.  , 0.  ],
           [1.  , 0.75],
           [2.  , 2.25]])
    """
    t = np.asarray(month, dtype=np.float64)
    columns = [t]
    if len(knots) > 2:
        first, before, last = knots[0], knots[-2], knots[-1]
        gap = last - before
        for knot in knots[:-2]:
            cubic = np.maximum(t - knot, 0.0) ** 3
            cubic = cubic - np.maximum(t - before, 0.0) ** 3 * (last - knot) / gap
            cubic = cubic + np.maximum(t - last, 0.0) ** 3 * (before - knot) / gap
            columns.append(cubic / (last - first) ** 2)
    return np.column_stack(columns) / 12.0
