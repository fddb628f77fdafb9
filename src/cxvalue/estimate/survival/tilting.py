"""Weights that give a group the mean covariates of a target: exponential tilting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Brief

MOST_STEPS = 100
CHEAP_STEPS = 25
BALANCED = 1e-8
"""Largest gap between weighted means and target, in the columns' own units, at which the weights are taken."""
MOST_LOST_SHARE = 0.95
"""Weights that leave less than 5 % of the rows' worth of information are not taken."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tilting(Brief):
    """Weights w = exp(xᵀλ) whose weighted means are the target's.

    Parameters
    ----------
    weights : ndarray of shape (1 + G, n)
        On all rows, then with each customer group left out (0 for its rows). They add up to 1.
    n_effective : float
        Effective number of rows, (Σw)² / Σw².
    """

    weights: Floats
    n_effective: float


def tilt(x: Floats, target: Floats, group: Integers) -> Tilting | NotEstimable:
    """Weight rows to a target's mean covariates, with each customer group left out in turn.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        Covariates, an intercept first.
    target : ndarray of shape (1 + G, p)
        Mean covariates of the target: on all customers, then with each group left out.
    group : ndarray of shape (n,)
        Customer group of each row.

    Returns
    -------
    Tilting or NotEstimable
        Weights; not estimable where the target's means lie outside what the rows can be weighted to.

    Notes
    -----
    λ minimises Σ exp(xᵀλ) − x̄ᵀλ. These are the inverse odds of belonging to the rows rather than to the target, with
    a log-linear model for the odds, fitted so that the covariates balance exactly; only the target's means are needed.
    The leave-one-out values are solved again, from λ on all rows.

    References
    ----------
    Hainmueller, J. (2012), Entropy balancing for causal effects, Political Analysis 20, doi:10.1093/pan/mpr025.

    Examples
    --------
    Two of three rows are 0 and the target is half 1, so that the one row that is 1 counts half.

    >>> x = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    >>> groups = np.array([0, 1, 2])
    >>> tilt(x[:2], np.array([[1.0, 0.5]]), groups[:2]).reason[:40]
    'the target lies outside what these rows '
    >>> tilt(x, np.array([[1.0, 0.5]]), groups).weights.round(3).tolist()
    [[0.25, 0.25, 0.5]]
    """
    start = np.zeros(x.shape[1])
    start[0] = -np.log(len(x))
    full = balance(x, target[0], np.ones(len(x)), start)
    outside = NotEstimable("the target lies outside what these rows can be weighted to")
    if full is None:
        return outside
    weights = np.empty((len(target), len(x)))
    weights[0] = np.exp(x @ full)
    n_effective = float(weights[0].sum() ** 2 / (weights[0] ** 2).sum())
    if n_effective < (1 - MOST_LOST_SHARE) * len(x):
        return NotEstimable(f"weighted to the target, {len(x):,} rows count as {n_effective:,.0f}")
    inverse = np.linalg.inv((x * weights[0][:, None]).T @ x)
    for replicate in range(1, len(target)):
        keep = (group != replicate - 1).astype(np.float64)
        found = balance_again(x, target[replicate], keep, full, inverse)
        if found is None:
            return outside
        weights[replicate] = keep * np.exp(x @ found)
    return Tilting(weights, n_effective)


def balance_again(x: Floats, target: Floats, keep: Floats, start: Floats, inverse: Floats) -> Floats | None:
    """Return λ without a customer group, close to where it was with it.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        Covariates.
    target : ndarray of shape (p,)
        Mean covariates to reach.
    keep : ndarray of shape (n,)
        1 for the rows that count.
    start : ndarray of shape (p,)
        λ on all rows.
    inverse : ndarray of shape (p, p)
        Inverse curvature there. It serves every group, since one group changes little.

    Returns
    -------
    ndarray of shape (p,) or None
        λ; None where no weights balance.
    """
    at = start
    for _ in range(CHEAP_STEPS):
        exponent = x @ at
        if exponent.max() > 50.0:
            break
        gradient = x.T @ (keep * np.exp(exponent)) - target
        if np.abs(gradient).max() < BALANCED:
            return at
        at = at - inverse @ gradient
    return balance(x, target, keep, start)


def balance(x: Floats, target: Floats, keep: Floats, start: Floats) -> Floats | None:
    """Return λ, by Newton's method with halved steps.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        Covariates.
    target : ndarray of shape (p,)
        Mean covariates to reach.
    keep : ndarray of shape (n,)
        1 for the rows that count.
    start : ndarray of shape (p,)
        Where to begin.

    Returns
    -------
    ndarray of shape (p,) or None
        λ; None where no weights balance.
    """
    at = start
    weights = keep * np.exp(x @ at)
    value = weights.sum() - target @ at
    for _ in range(MOST_STEPS):
        gradient = x.T @ weights - target
        if np.abs(gradient).max() < BALANCED:
            return at
        curvature = (x * weights[:, None]).T @ x
        if not np.isfinite(curvature).all() or np.linalg.cond(curvature) > 1e13:
            return None
        step = -np.linalg.solve(curvature, gradient)
        size = 1.0
        while True:
            ahead = at + size * step
            exponent = x @ ahead
            fits = exponent.max(initial=0.0) < 50.0
            trial = keep * np.exp(np.minimum(exponent, 50.0))
            ahead_value = trial.sum() - target @ ahead
            if fits and ahead_value <= value + 1e-4 * size * float(gradient @ step) + 1e-13:
                break
            size = size / 2
            if size < 1e-10:
                return None
        at, weights, value = ahead, trial, ahead_value
    return None
