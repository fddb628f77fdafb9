"""Levers: through which outcomes a difference between two bands comes."""

from __future__ import annotations

import numpy as np

from cxvalue.link.columns import Floats
from cxvalue.vocabulary import RETENTION_LEVER, Metric

ALL_GONE = 0.01
"""Where the retained share of either band is at most this, amounts per retained customer have no meaning."""


def lever_names(metrics: tuple[Metric, ...]) -> tuple[str, ...]:
    """Return the names of the levers.

    Parameters
    ----------
    metrics : tuple of Metric
        The metrics measured, retained first.

    Returns
    -------
    tuple of str
        Retention, then the other metrics.
    """
    return (RETENTION_LEVER, *(metric.name for metric in metrics[1:]))


def split_levers(from_curves: Floats, to_curves: Floats, units: Floats) -> Floats:
    """Split a difference in money between two bands into its levers, month by month.

    Parameters
    ----------
    from_curves, to_curves : ndarray of shape (…, M, K)
        Means per customer at time zero; the first metric is the retained share.
    units : ndarray of shape (…, M, K) or (M, 1)
        Money per unit of each metric; that of the retained share is not read.

    Returns
    -------
    ndarray of shape (…, M, K)
        Money by lever: retention first, then each metric's own. They add up to Σ unit value × difference exactly.

    Notes
    -----
    With a the retained share and v the amount per retained customer, Δ(a·v) = Δa·v̄ + ā·Δv, bars being means of the
    two bands: the Shapley split of a product. The first part is retention's. Where a ≤ 0.01 in either band the whole
    difference is retention's. This is accounting, not mechanism: who is saved changes the mix.

    References
    ----------
    Shorrocks, A. F. (2013), Decomposition procedures for distributional analysis, Journal of Economic Inequality 11,
    doi:10.1007/s10888-011-9214-z.

    Examples
    --------
    >>> stay, pay = [0.5, 20.0], [0.9, 45.0]  # 40 and 50 a month per retained customer
    >>> levers = split_levers(np.array([[0.5], [20.0]]), np.array([[0.9], [45.0]]), np.array([[0.0], [1.0]]))
    >>> levers.ravel().round(6).tolist(), float(levers.sum())
    ([18.0, 7.0], 25.0)
    """
    stay_from, stay_to = from_curves[..., :1, :], to_curves[..., :1, :]
    amount_from, amount_to = from_curves[..., 1:, :], to_curves[..., 1:, :]
    gone = (stay_from <= ALL_GONE) | (stay_to <= ALL_GONE)
    per_from = amount_from / np.where(gone, 1.0, stay_from)
    per_to = amount_to / np.where(gone, 1.0, stay_to)
    through_staying = (stay_to - stay_from) * (per_from + per_to) / 2
    retention = np.where(gone, amount_to - amount_from, through_staying) * units[..., 1:, :]
    own = (amount_to - amount_from) * units[..., 1:, :] - retention
    return np.concatenate([retention.sum(axis=-2, keepdims=True), own], axis=-2)
