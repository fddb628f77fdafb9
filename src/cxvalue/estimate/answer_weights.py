"""Weights by response: 1 / P(answered at least once), under many sets of coefficients at once."""

from __future__ import annotations

import numpy as np

from cxvalue.link.columns import Floats, Integers

MIN_PROBABILITY = 0.005
"""Probabilities of answering below this count as this much, so that no customer stands for more than 200."""
CHUNK_CANDIDATES = 1_024
MOST_LOG_ODDS = 27.0
"""Log odds of answering beyond this count as this: a month with a hazard of 1 − 10⁻¹² is as good as certain."""


def answer_weights(design: Floats, starts: Integers, coefficients: Floats) -> Floats:
    """Return 1 / P(answered at least once) under several sets of coefficients.

    Parameters
    ----------
    design : ndarray of shape (r, q)
        Rows of customer-months, by customer.
    starts : ndarray of shape (c,)
        First row of each customer.
    coefficients : ndarray of shape (R, q)
        Of the monthly hazard.

    Returns
    -------
    ndarray of shape (c, R)
        Weights.

    Notes
    -----
    P = 1 − Π (1 − h) with 1 − h = 1 / (1 + exp(η)), so that one exponential a row is all that is needed.

    Examples
    --------
    >>> two_months = np.ones((2, 1))
    >>> answer_weights(two_months, np.array([0]), np.array([[0.0]])).round(6).tolist()
    [[1.333333]]
    """
    weights = np.empty((len(starts), len(coefficients)))
    counts = np.diff(np.r_[starts, len(design)])
    for first in range(0, len(starts), CHUNK_CANDIDATES):
        chunk = slice(first, first + CHUNK_CANDIDATES)
        begin, months = starts[chunk], counts[chunk]
        silent = one_plus_odds(design[begin], coefficients)
        for month in range(1, int(months.max())):
            going_on = np.flatnonzero(months > month)
            factor = one_plus_odds(design[begin[going_on] + month], coefficients)
            if len(going_on) == len(begin):
                silent *= factor
            else:
                silent[going_on] *= factor
        np.divide(-1.0, silent, out=silent)
        silent += 1.0
        np.maximum(silent, MIN_PROBABILITY, out=silent)
        np.divide(1.0, silent, out=weights[chunk])
    return weights


def one_plus_odds(design: Floats, coefficients: Floats) -> Floats:
    """Return 1 / (1 − h) of customer-months under several sets of coefficients.

    Parameters
    ----------
    design : ndarray of shape (r, q)
        Rows.
    coefficients : ndarray of shape (R, q)
        Of the monthly hazard h.

    Returns
    -------
    ndarray of shape (r, R)
        1 + exp(η).
    """
    odds = design @ coefficients.T
    np.minimum(odds, MOST_LOG_ODDS, out=odds)
    np.exp(odds, out=odds)
    odds += 1.0
    return odds
