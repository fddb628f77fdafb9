"""Shares of variance: which of several independent causes a spread comes from."""

from __future__ import annotations

from typing import Final

import numpy as np

from cxvalue.link.columns import Floats

DIGITS: Final = 12
"""Decimals of a share; what lies beyond them is rounding, and would be shown as a cause that does next to nothing."""


def variance_shares(total: Floats, effects: Floats) -> Floats:
    """Return the share of the variance of a result that comes from each of its causes alone.

    Parameters
    ----------
    total : ndarray of shape (D,)
        The result in every draw, with all causes drawn, each apart from the others.
    effects : ndarray of shape (F, D)
        The result in the same draws if only one cause were drawn and the others stood still.

    Returns
    -------
    ndarray of shape (F + 1,)
        A share for each cause, then the remainder: what only arises from several causes together. They add up to 1;
        all are 0 where nothing varies. The remainder is never below 0; the share of a cause that does next to nothing
        can be, by chance, by some thousandths.

    Notes
    -----
    The result is regressed on the effects by least squares, total ≈ a + Σ_i b_i · effect_i, and the share of cause i is
    b_i · cov(effect_i, total) / var(total). This is the covariance decomposition of a sum of one-dimensional
    functions; for causes drawn independently it estimates Sobol's first-order index var(E[total | cause_i]) /
    var(total), as far as the mean effect of a cause has the shape of its effect with the others standing still. Where
    the result is a product of causes, as money is, it has.

    References
    ----------
    Li, G. et al. (2010), Global sensitivity analysis for systems with independent and/or correlated inputs, Journal of
    Physical Chemistry A 114, doi:10.1021/jp9096919. Sobol', I. M. (2001), Global sensitivity indices for nonlinear
    mathematical models and their Monte Carlo estimates, Mathematics and Computers in Simulation 55,
    doi:10.1016/S0378-4754(00)00270-6.

    Examples
    --------
    >>> first, second = np.array([-1.0, -1.0, 1.0, 1.0]), np.array([-2.0, 2.0, -2.0, 2.0])
    >>> variance_shares(first + second, np.array([first, second])).round(6).tolist()
    [0.2, 0.8, 0.0]
    """
    centred = total - total.mean()
    variance = float(centred @ centred)
    shares = np.zeros(len(effects) + 1)
    if variance <= (1e-12 * max(float(np.abs(total).max()), 1e-300)) ** 2 * len(total):
        return shares
    columns = effects - effects.mean(axis=1, keepdims=True)
    size = np.sqrt((columns**2).sum(axis=1))
    moves = size > 1e-12 * np.sqrt(variance)
    scaled = columns[moves] / size[moves, None]
    slopes = np.linalg.lstsq(scaled.T, centred, rcond=None)[0]
    shares[:-1][moves] = slopes * (scaled @ centred) / variance
    shares[-1] = 1.0 - shares[:-1].sum()
    return np.round(shares, DIGITS) + 0.0
