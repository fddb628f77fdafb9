"""Levers: through which outcomes a difference between two bands comes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cxvalue.link.columns import Floats
from cxvalue.vocabulary import (
    AMOUNT_LEVER,
    FREQUENCY_LEVER,
    GROSS_PROFIT,
    RETENTION_LEVER,
    REVENUE,
    Metric,
    leaving_is_seen,
)

ALL_GONE = 0.01
"""Where the share of either band is at most this, amounts per customer in it have no meaning."""


def lever_names(metrics: Sequence[Metric]) -> tuple[str, ...]:
    """Return the names of the levers.

    Parameters
    ----------
    metrics : sequence of Metric
        The metrics measured, the share first.

    Returns
    -------
    tuple of str
        Retention, then the other metrics. Where leaving is not seen: frequency, then the other metrics with amount in
        the place of what is split, which is revenue, or gross profit where the margin goes by segment.

    Examples
    --------
    >>> lever_names([Metric("purchased", "share"), Metric("revenue", "money"), Metric("cost_to_serve", "money")])
    ('frequency', 'amount', 'cost_to_serve')
    """
    if leaving_is_seen(metrics):
        return (RETENTION_LEVER, *(metric.name for metric in metrics[1:]))
    valued = GROSS_PROFIT if any(metric.name == GROSS_PROFIT for metric in metrics) else REVENUE
    return (FREQUENCY_LEVER, *(AMOUNT_LEVER if metric.name == valued else metric.name for metric in metrics[1:]))


def split_by_share(metrics: Sequence[Metric]) -> NDArray[np.bool_]:
    """Return which metrics are a share times an amount, and so are split between two levers.

    Parameters
    ----------
    metrics : sequence of Metric
        The metrics measured, the share first.

    Returns
    -------
    ndarray of shape (M − 1,)
        Of the metrics after the share: all where leaving is seen, since nobody who is gone adds to any. Otherwise
        revenue and gross profit: only a purchase brings them, while other money and counts come without one as well.
    """
    if leaving_is_seen(metrics):
        return np.ones(len(metrics) - 1, dtype=bool)
    return np.array([metric.name in (REVENUE, GROSS_PROFIT) for metric in metrics[1:]], dtype=bool)


def split_levers(
    from_curves: Floats, to_curves: Floats, units: Floats, *, shared: NDArray[np.bool_] | None = None
) -> Floats:
    """Split a difference in money between two bands into its levers, month by month.

    Parameters
    ----------
    from_curves, to_curves : ndarray of shape (…, M, K)
        Means per customer at time zero; the first metric is the share who are still there, or who buy.
    units : ndarray of shape (…, M, K) or (M, 1)
        Money per unit of each metric; that of the share is not read.
    shared : ndarray of shape (M − 1,), optional
        Which of the other metrics are split, as :func:`split_by_share` gives it; default all. What is not split is a
        lever of its own as a whole.

    Returns
    -------
    ndarray of shape (…, M, K)
        Money by lever: the share's first, then each metric's own. They add up to Σ unit value × difference exactly.

    Notes
    -----
    With a the share and v the amount per customer in it, Δ(a·v) = Δa·v̄ + ā·Δv, bars being means of the two bands: the
    Shapley split of a product. The first part is the share's: retention, or frequency. Where a ≤ 0.01 in either band
    the whole difference is the share's. This is accounting, not mechanism: who is saved, or who buys once more, changes
    the mix.

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
    return price_parts(split_amounts(from_curves, to_curves, shared=shared), units)


def split_amounts(from_curves: Floats, to_curves: Floats, *, shared: NDArray[np.bool_] | None = None) -> Floats:
    """Split a difference between two bands in each metric's own unit, before any money.

    Parameters
    ----------
    from_curves, to_curves : ndarray of shape (…, M, K)
        Means per customer at time zero; the first metric is the share who are still there, or who buy.
    shared : ndarray of shape (M − 1,), optional
        Which of the other metrics are split, as :func:`split_by_share` gives it; default all.

    Returns
    -------
    ndarray of shape (…, 2, M − 1, K)
        What each metric after the share gains through it, then by itself; their sum is the metric's difference.

    Notes
    -----
    See :func:`split_levers`.
    """
    share_from, share_to = from_curves[..., :1, :], to_curves[..., :1, :]
    amount_from, amount_to = from_curves[..., 1:, :], to_curves[..., 1:, :]
    gone = (share_from <= ALL_GONE) | (share_to <= ALL_GONE)
    per_from = amount_from / np.where(gone, 1.0, share_from)
    per_to = amount_to / np.where(gone, 1.0, share_to)
    through_share = (share_to - share_from) * (per_from + per_to) / 2
    first = np.where(gone, amount_to - amount_from, through_share)
    if shared is not None:
        first = first * shared[:, None]
    return np.stack([first, (amount_to - amount_from) - first], axis=-3)


def price_parts(parts: Floats, units: Floats) -> Floats:
    """Return split amounts as money by lever.

    Parameters
    ----------
    parts : ndarray of shape (…, 2, M − 1, K)
        From :func:`split_amounts`.
    units : ndarray of shape (…, M, K) or (M, 1)
        Money per unit of each metric; that of the share is not read.

    Returns
    -------
    ndarray of shape (…, M, K)
        Money by lever: the share's first, then each metric's own.
    """
    money = parts * units[..., None, 1:, :]
    return np.concatenate([money[..., 0, :, :].sum(axis=-2, keepdims=True), money[..., 1, :, :]], axis=-2)
