"""Whose satisfaction a moved customer receives: a customer of the to-band with like covariates."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.history import AnswerHistory
from cxvalue.simulate.month import Month

N_DONORS: Final = 50
"""Customers of the to-band, next in expected satisfaction, of whom one lends a moved customer its satisfaction."""


def expect_satisfaction(month: Month, history: AnswerHistory, donors: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the satisfaction that customers with given covariates have within the to-band.

    Parameters
    ----------
    month : Month
        The month ``as_of`` of n customers.
    history : AnswerHistory
        What they answered before.
    donors : numpy.ndarray
        Positions of the customers in the to-band.

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Notes
    -----
    Least squares among the donors on the expected satisfaction (which holds trouble, tenure, price and segment) and on
    the previous band with the months since. These are what a study adjusts for: customers who are alike in them have
    the same score distribution in the to-band, and that is where the move leads.
    """
    ones = np.ones(len(month.expected))
    rows = np.column_stack([ones, month.expected, history.columns(offset=month.offset)])
    coefficients = np.linalg.lstsq(rows[donors], month.satisfaction[donors], rcond=None)[0]
    return np.asarray(rows @ coefficients)


def choose_donors(
    expected: NDArray[np.float64], *, donor_expected: NDArray[np.float64], uniform: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Choose for each moved customer one of the fifty donors next to it in expected satisfaction.

    Parameters
    ----------
    expected : numpy.ndarray
        Expected satisfaction of the moved, shape (m,).
    donor_expected : numpy.ndarray
        Expected satisfaction of the donors, shape (d,), at least one.
    uniform : numpy.ndarray
        Draws in [0, 1) that make the choice, shape (m,).

    Returns
    -------
    numpy.ndarray
        Positions among the donors, shape (m,).

    Examples
    --------
    >>> choose_donors(np.array([5.0]), donor_expected=np.array([7.0, 3.0]), uniform=np.array([0.0])).tolist()
    [1]
    """
    order = np.argsort(donor_expected, kind="stable")
    window = min(N_DONORS, order.size)
    rank = np.searchsorted(donor_expected[order], expected)
    first = np.clip(rank - window // 2, 0, order.size - window)
    return order[first + np.floor(uniform * window).astype(np.int64)]
