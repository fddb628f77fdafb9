"""Likelihood of a tail model on monthly counts, with every customer group left out in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cxvalue.link.columns import Floats

LogRetention = Callable[[Floats], Floats]
"""Takes parameters of shape (R, 2) and gives the log of the share that stays in each month, of shape (R, T)."""

MOST_STEPS = 200
STEP = 1e-4
"""Step of the central differences; parameters are logarithms or logits, so that it suits them all."""
MOST_MOVE = 1.0
"""Longest step of a parameter in one iteration."""


def log_likelihood(log_retention: LogRetention, parameters: Floats, left: Floats, at_risk: Floats) -> Floats:
    """Return the log likelihood of monthly counts.

    Parameters
    ----------
    log_retention : callable
        The model.
    parameters : ndarray of shape (R, 2)
        Sets of parameters.
    left, at_risk : ndarray of shape (R, T)
        Customers who left in each month, and those who could have.

    Returns
    -------
    ndarray of shape (R,)
        Σ d log(1 − r) + (n − d) log r.
    """
    stay = np.minimum(log_retention(parameters), -1e-300)
    leave = np.log(-np.expm1(stay))
    return np.asarray((left * leave + (at_risk - left) * stay).sum(axis=1))


def derivatives(
    log_retention: LogRetention, parameters: Floats, left: Floats, at_risk: Floats
) -> tuple[Floats, Floats]:
    """Return the first and second derivatives of the log likelihood, by central differences.

    Parameters
    ----------
    log_retention : callable
        The model.
    parameters : ndarray of shape (R, 2)
        Sets of parameters.
    left, at_risk : ndarray of shape (R, T)
        Monthly counts.

    Returns
    -------
    tuple of ndarray of shape (R, 2) and ndarray of shape (R, 2, 2)
        Gradient and second derivatives.
    """

    def value(first: int, second: int) -> Floats:
        moved = parameters + STEP * np.array([first, second])
        return log_likelihood(log_retention, moved, left, at_risk)

    here = value(0, 0)
    up, down, right, back = value(1, 0), value(-1, 0), value(0, 1), value(0, -1)
    crossed = (value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)) / (4 * STEP**2)
    gradient = np.stack([up - down, right - back], axis=1) / (2 * STEP)
    first, second = (up - 2 * here + down) / STEP**2, (right - 2 * here + back) / STEP**2
    curvature = np.stack([np.stack([first, crossed], axis=1), np.stack([crossed, second], axis=1)], axis=1)
    return gradient, curvature


def climb(log_retention: LogRetention, start: Floats, left: Floats, at_risk: Floats, limits: Floats) -> Floats:
    """Return the parameters that maximise the log likelihood of several sets of counts at once.

    Parameters
    ----------
    log_retention : callable
        The model.
    start : ndarray of shape (R, 2)
        Where to begin.
    left, at_risk : ndarray of shape (R, T)
        Monthly counts.
    limits : ndarray of shape (2, 2)
        Lowest and highest value of each parameter.

    Returns
    -------
    ndarray of shape (R, 2)
        Parameters; on a limit where the likelihood rises up to it.

    Notes
    -----
    Newton's method; where a step is no ascent its damping grows tenfold (Levenberg–Marquardt).
    """
    at = np.clip(start, limits[0], limits[1])
    value = log_likelihood(log_retention, at, left, at_risk)
    damping = np.full(len(at), 1e-8)
    for _ in range(MOST_STEPS):
        gradient, curvature = derivatives(log_retention, at, left, at_risk)
        stuck = ((at <= limits[0]) & (gradient < 0)) | ((at >= limits[1]) & (gradient > 0))
        gradient = np.where(stuck, 0.0, gradient)
        scale = np.maximum(np.abs(np.einsum("rii->ri", curvature)), 1e-6)
        damped = -curvature + (damping[:, None] * scale)[:, :, None] * np.eye(2)
        damped = np.where(stuck[:, :, None] | stuck[:, None, :], np.eye(2) * scale[:, :, None], damped)
        worst = np.linalg.eigvalsh(damped)[:, 0]
        damped = damped + np.where(worst < 1e-9, 1e-6 - worst, 0.0)[:, None, None] * np.eye(2)
        step = np.linalg.solve(damped, gradient[:, :, None])[:, :, 0]
        step = step / np.maximum(np.abs(step).max(axis=1, keepdims=True) / MOST_MOVE, 1.0)
        ahead = np.clip(at + step, limits[0], limits[1])
        new = log_likelihood(log_retention, ahead, left, at_risk)
        better = new >= value - 1e-12 * np.abs(value)
        moved = np.where(better[:, None], np.abs(ahead - at), np.inf)
        at = np.where(better[:, None], ahead, at)
        value = np.where(better, new, value)
        damping = np.where(better, np.maximum(damping / 10, 1e-8), np.minimum(damping * 10, 1e8))
        if (moved.max(axis=1) < 1e-7).all() or (damping >= 1e8).all():
            break
    return at
