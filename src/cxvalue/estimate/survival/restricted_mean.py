"""Restricted mean survival time: the mean time kept within a window."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from cxvalue.estimate.replicate import Interval
from cxvalue.estimate.survival.survival_curve import SurvivalCurve


def restricted_mean(curve: SurvivalCurve, horizon: float) -> Interval:
    """Return the mean time kept up to a horizon.

    Parameters
    ----------
    curve : SurvivalCurve
        The curve, with errors by Greenwood: rows that do not depend on each other.
    horizon : float
        τ, within the curve.

    Returns
    -------
    Interval
        The mean time, in the units of the curve.

    Raises
    ------
    SettingsError
        When the horizon lies outside the curve.

    Notes
    -----
    μ(τ) = ∫ S(t) dt from ``start`` to τ, with variance Σ (∫ S from tⱼ to τ)² dⱼ / (nⱼ (nⱼ − dⱼ)), of which the last
    factor is the step of var log S. What lifelines returns as variance is that of one customer's time, not of the
    mean.

    References
    ----------
    Royston, P. and Parmar, M. K. B. (2013), Restricted mean survival time, BMC Medical Research Methodology 13,
    doi:10.1186/1471-2288-13-152.
    """
    n_steps = int(curve.steps(horizon)[0])
    edges = np.concatenate([[curve.start], curve.time[:n_steps], [horizon]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve.survival[:n_steps]])
    after = areas[::-1].cumsum()[::-1][1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.diff((curve.se[:n_steps] / curve.survival[:n_steps]) ** 2, prepend=0.0)
    se = float(np.sqrt(np.sum(np.where(after > 0, after**2 * variance, 0.0))))
    reach = float(ndtri(0.5 + curve.confidence / 2)) * se
    mean = float(areas.sum())
    return Interval(mean, se, mean - reach, mean + reach)


def restricted_mean_difference(first: SurvivalCurve, second: SurvivalCurve, *, horizon: float) -> Interval:
    """Return how much longer one group keeps than another, up to a horizon.

    Parameters
    ----------
    first, second : SurvivalCurve
        Curves of rows that do not depend on each other.
    horizon : float
        τ, within both curves.

    Returns
    -------
    Interval
        First less second.

    Raises
    ------
    SettingsError
        When the horizon lies outside a curve.
    """
    one, other = restricted_mean(first, horizon), restricted_mean(second, horizon)
    se = float(np.hypot(one.se, other.se))
    reach = float(ndtri(0.5 + first.confidence / 2)) * se
    gap = one.estimate - other.estimate
    return Interval(gap, se, gap - reach, gap + reach)
