"""Phasing: a programme that moves its customers over some months, with an effect that may end."""

from __future__ import annotations

import numpy as np

from cxvalue.link.columns import Floats


def phasing_matrix(months: int, *, ramp_up_months: int = 1, effect_months: int | None = None) -> Floats:
    """Return the matrix that turns what a customer adds after the move into what the programme adds by month.

    Parameters
    ----------
    months : int
        Months valued, K.
    ramp_up_months : int
        R: the customers are moved in R equal parts at times 0, 1, …, R − 1.
    effect_months : int, optional
        E: months after a move in which its effect counts; default all.

    Returns
    -------
    ndarray of shape (K, K)
        P[j, k]: share of the customers for whom programme month k + 1 is month j + 1 after their move, 0 for j ≥ E.
        The gain of the whole in month k is Σ_j gain[j] · P[j, k].

    Examples
    --------
    >>> phasing_matrix(3, ramp_up_months=2).tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 0.5]]
    """
    lag = np.arange(months)[None, :] - np.arange(months)[:, None]
    share = np.where((lag >= 0) & (lag < ramp_up_months), 1.0 / ramp_up_months, 0.0)
    if effect_months is not None:
        share[effect_months:] = 0.0
    return share
