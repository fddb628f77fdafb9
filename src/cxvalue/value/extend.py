"""Beyond the observed follow-up: curves carried on, so that what is extrapolated can stand on a line of its own."""

from __future__ import annotations

import numpy as np

from cxvalue.link.columns import Floats

LAST_MONTHS = 6
"""Months at the end of the follow-up whose mean hazard and amounts, or whose means, are carried on."""


def extend_curves(curves: Floats, months: int, *, leaving_is_seen: bool = True) -> Floats:
    """Return curves cut or carried on to a number of months.

    Parameters
    ----------
    curves : ndarray of shape (…, M, H)
        Means per customer at time zero; the first metric is the share who are still there, or who buy.
    months : int
        Months wanted.
    leaving_is_seen : bool
        Whether the share falls as customers leave. A share who buy has no hazard.

    Returns
    -------
    ndarray of shape (…, M, months)
        The first H months as they were; beyond them a constant hazard and constant amounts per retained customer,
        both those of the last six months (or of all, when there are fewer). Where leaving is not seen, the mean of the
        last six months, of every metric.

    Examples
    --------
    >>> halves = np.array([[0.5, 0.25], [5.0, 2.5]])
    >>> extend_curves(halves, 4)[:, 2:].tolist()
    [[0.125, 0.0625], [1.25, 0.625]]
    >>> extend_curves(halves, 4, leaving_is_seen=False)[:, 2:].tolist()
    [[0.375, 0.375], [3.75, 3.75]]
    """
    horizon = curves.shape[-1]
    if months <= horizon:
        return curves[..., :months]
    if not leaving_is_seen:
        recent = curves[..., max(horizon - LAST_MONTHS, 0) :].mean(axis=-1, keepdims=True)
        return np.concatenate([curves, np.repeat(recent, months - horizon, axis=-1)], axis=-1)
    span = min(LAST_MONTHS, horizon - 1)
    stay = np.clip(curves[..., 0, :], 0.0, None)
    end, before = stay[..., -1], stay[..., horizon - 1 - span]
    with np.errstate(divide="ignore", invalid="ignore"):
        monthly = np.where((before > 0) & (span > 0), (end / before) ** (1.0 / max(span, 1)), 0.0)
        recent = curves[..., 1:, horizon - max(span, 1) :].sum(axis=-1)
        lived = stay[..., horizon - max(span, 1) :].sum(axis=-1)
        amount = np.where(lived[..., None] > 0, recent / np.where(lived > 0, lived, 1.0)[..., None], 0.0)
    further = np.arange(1, months - horizon + 1)
    tail = (end[..., None] * np.minimum(monthly, 1.0)[..., None] ** further)[..., None, :]
    return np.concatenate([curves, np.concatenate([tail, amount[..., None] * tail], axis=-2)], axis=-1)
