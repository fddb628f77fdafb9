"""Beyond the observed follow-up: curves carried on, so that what is extrapolated can stand on a line of its own."""

from __future__ import annotations

import numpy as np

from cxvalue.link.columns import Floats
from cxvalue.value.economics import Tail
from cxvalue.value.retention_tail import LAST_MONTHS, stay_beyond


def extend_curves(
    curves: Floats, months: int, *, leaving_is_seen: bool = True, tail: Tail = "constant_hazard"
) -> Floats:
    """Return curves cut or carried on to a number of months.

    Parameters
    ----------
    curves : ndarray of shape (…, M, H)
        Means per customer at time zero; the first metric is the share who are still there, or who buy.
    months : int
        Months wanted.
    leaving_is_seen : bool
        Whether the share falls as customers leave. A share who buy has no hazard.
    tail : {"constant_hazard", "equal_hazard", "sbg"}
        How those still there leave beyond the curves, see :func:`~cxvalue.value.retention_tail.stay_beyond`; the last
        axis but two then tells the bands apart.

    Returns
    -------
    ndarray of shape (…, M, months)
        The first H months as they were; beyond them retention by the tail and constant amounts per retained customer,
        those of the last six months (or of all, when there are fewer). Where leaving is not seen, the mean of the
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
    span = max(min(LAST_MONTHS, horizon - 1), 1)
    stay = np.clip(curves[..., 0, :], 0.0, None)
    bands = stay.reshape(-1, stay.shape[-2] if stay.ndim > 1 else 1, horizon)
    beyond = stay_beyond(bands, months - horizon, tail=tail).reshape(*stay.shape[:-1], months - horizon)
    recent, lived = curves[..., 1:, horizon - span :].sum(axis=-1), stay[..., horizon - span :].sum(axis=-1)
    amount = np.where(lived[..., None] > 0, recent / np.where(lived > 0, lived, 1.0)[..., None], 0.0)
    kept = (stay[..., -1:] * beyond)[..., None, :]
    return np.concatenate([curves, np.concatenate([kept, amount[..., None] * kept], axis=-2)], axis=-1)
