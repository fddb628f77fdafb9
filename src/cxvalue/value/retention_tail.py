"""Retention beyond the follow-up: which share of those still there stays, by the model that the settings name."""

from __future__ import annotations

from typing import Final

import numpy as np

from cxvalue.estimate.survival.shifted_beta_geometric import alpha_beta, fit_replicates, log_retention_of
from cxvalue.link.columns import Floats
from cxvalue.value.economics import Tail

LAST_MONTHS: Final = 6
"""Months at the end of the follow-up whose mean hazard and amounts, or whose means, are carried on."""
MOST_MONTHS: Final = 240
"""Months that can be valued."""
NO_LEAVERS: Final = 1e-9


def stay_beyond(stay: Floats, months: int, *, tail: Tail = "constant_hazard") -> Floats:
    """Return which share of those still there at the end of the follow-up stays for how long.

    Parameters
    ----------
    stay : ndarray of shape (R, B, H)
        Share retained in each month of the follow-up, by replicate and band; before the first month it is 1.
    months : int
        Months beyond, J.
    tail : {"constant_hazard", "equal_hazard", "sbg"}
        The model.

    Returns
    -------
    ndarray of shape (R, B, J)
        S(H + j) / S(H).

    Notes
    -----
    ``constant_hazard``: each band keeps its mean hazard of the last six months. ``equal_hazard``: both bands keep one,
    that of all their retained customers together, so that curves that differ never cross. ``sbg``: the
    shifted-beta-geometric model is fitted to each band's whole curve by maximum likelihood, the share that leaves in
    a month taking the place of a count, S(t) = B(α, β + t) / B(α, β); its hazard falls, as those likely to leave leave
    first. Where a curve holds no sign of that the fit ends at its limit, a constant hazard over the whole follow-up.
    A month in which an adjusted curve rises counts as one without leavers.

    References
    ----------
    Fader, P. S. and Hardie, B. G. S. (2007), How to project customer retention, Journal of Interactive Marketing 21,
    doi:10.1002/dir.20074.

    Examples
    --------
    >>> bands = np.array([[[0.5, 0.25], [0.8, 0.64]]])
    >>> stay_beyond(bands, 2).round(4).tolist()
    [[[0.5, 0.25], [0.8, 0.64]]]
    >>> stay_beyond(bands, 2, tail="equal_hazard").round(4).tolist()
    [[[0.6846, 0.4687], [0.6846, 0.4687]]]
    """
    shares = np.clip(stay, 0.0, None)
    further = np.arange(1, months + 1)
    if tail == "sbg":
        return np.stack([sbg_beyond(shares[:, b], months) for b in range(shares.shape[1])], axis=1)
    span = min(LAST_MONTHS, shares.shape[-1] - 1)
    end, before = shares[..., -1], shares[..., shares.shape[-1] - 1 - span]
    if tail == "equal_hazard":
        end = np.broadcast_to(end.sum(axis=1, keepdims=True), end.shape)
        before = np.broadcast_to(before.sum(axis=1, keepdims=True), before.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        monthly = np.where((before > 0) & (span > 0), (end / before) ** (1.0 / max(span, 1)), 0.0)
    return np.asarray(np.minimum(monthly, 1.0)[..., None] ** further)


def sbg_beyond(stay: Floats, months: int) -> Floats:
    """Return the share of those still there that stays, by the shifted-beta-geometric model.

    Parameters
    ----------
    stay : ndarray of shape (R, H)
        Share retained in each month, 0 or more.
    months : int
        Months beyond, J.

    Returns
    -------
    ndarray of shape (R, J)
        S(H + j) / S(H); 1 where nobody left.
    """
    horizon = stay.shape[1]
    never_rising = np.minimum.accumulate(np.minimum(stay, 1.0), axis=1)
    at_risk = np.concatenate([np.ones((len(stay), 1)), never_rising[:, :-1]], axis=1)
    left = at_risk - never_rising
    if (left.sum(axis=1) < NO_LEAVERS).any():
        return np.ones((len(stay), months))
    fitted = fit_replicates(left, at_risk)
    alpha, beta = alpha_beta(fitted)
    if not np.isfinite(alpha + beta).all():
        return np.ones((len(stay), months))
    later = np.arange(horizon + 1, horizon + months + 1, dtype=np.float64)
    return np.asarray(np.exp(log_retention_of(later)(fitted).cumsum(axis=1)))
