"""Standardised mean differences and variance ratios of weighted columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.link.columns import Floats


@dataclass(frozen=True, slots=True, eq=False)
class WeightedMoments:
    """Weighted means and variances of columns.

    Parameters
    ----------
    mean, variance : ndarray of shape (c,)
        Over the rows where the column is known; NaN where it is nowhere known, and where negative weights leave no
        variance.
    """

    mean: Floats
    variance: Floats


def weighted_moments(columns: Floats, weights: Floats) -> WeightedMoments:
    """Return weighted means and variances.

    Parameters
    ----------
    columns : ndarray of shape (n, c)
        Values; NaN where not known.
    weights : ndarray of shape (n,)
        Weights, which may be negative; NaN gives NaN.

    Returns
    -------
    WeightedMoments
        Σwx / Σw and Σw(x − mean)² / Σw.

    Examples
    --------
    >>> found = weighted_moments(np.array([[0.0], [1.0], [np.nan]]), np.array([1.0, 3.0, 5.0]))
    >>> found.mean.tolist(), found.variance.tolist()
    ([0.75], [0.1875])
    """
    known = ~np.isnan(columns)
    values = np.where(known, columns, 0.0)
    total = weights @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = weights @ values / total
        variance = (weights @ np.where(known, (values - mean) ** 2, 0.0)) / total
    return WeightedMoments(np.asarray(mean), np.where(variance < 0, np.nan, variance))


def standardised_differences(found: WeightedMoments, target: WeightedMoments, raw: WeightedMoments) -> Floats:
    """Return differences of means in standard deviations.

    Parameters
    ----------
    found : WeightedMoments
        Of the rows, as they are weighted.
    target : WeightedMoments
        Of the population that they should resemble.
    raw : WeightedMoments
        Of the rows without weights: the yardstick stays the same before and after.

    Returns
    -------
    ndarray of shape (c,)
        (mean − target mean) / √((target variance + unweighted variance) / 2); 0 where the means are equal; ± infinity
        where they differ and neither varies.

    References
    ----------
    Austin, P. C. (2009), Balance diagnostics for comparing the distribution of baseline covariates between treatment
    groups in propensity-score matched samples, Statistics in Medicine 28, doi:10.1002/sim.3697.

    Examples
    --------
    >>> one = lambda mean: WeightedMoments(np.array([mean]), np.array([4.0]))
    >>> standardised_differences(one(2.0), one(1.0), one(2.0)).tolist()
    [0.5]
    """
    yardstick = np.sqrt((target.variance + raw.variance) / 2)
    gap = found.mean - target.mean
    # Columns hold numbers of ordinary size: a gap of 1e-12 of their yardstick or of their mean is rounding.
    is_rounding = np.abs(gap) <= 1e-12 * np.maximum(yardstick, np.abs(target.mean))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(is_rounding, 0.0, gap / yardstick))


def variance_ratios(found: WeightedMoments, target: WeightedMoments) -> Floats:
    """Return variances over the target's.

    Parameters
    ----------
    found, target : WeightedMoments
        The rows and the population that they should resemble.

    Returns
    -------
    ndarray of shape (c,)
        Ratios; NaN where the target does not vary.

    Examples
    --------
    >>> half, one = WeightedMoments(np.zeros(1), np.array([0.5])), WeightedMoments(np.zeros(1), np.array([1.0]))
    >>> variance_ratios(half, one).tolist()
    [0.5]
    """
    known = np.asarray(target.variance > 0)
    return np.asarray(np.divide(found.variance, target.variance, out=np.full(known.shape, np.nan), where=known))
