"""A straight line through the figures of consecutive cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from cxvalue.errors import NotEstimable
from cxvalue.link.columns import Floats
from cxvalue.result import Brief

MIN_COHORTS = 3
"""Fewest cohorts that a trend is drawn through."""
MIN_SPAN_MONTHS = 12
"""Fewest months between the first and the last of them."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trend(Brief):
    """A weighted line through the figures of C cohorts.

    Parameters
    ----------
    level : ndarray of shape (…)
        Height at year 0.
    per_year : ndarray of shape (…)
        Change a year.
    """

    level: Floats
    per_year: Floats

    def at(self, years: float) -> Floats:
        """Return the height of the line.

        Parameters
        ----------
        years : float
            Years after year 0; before it when negative.

        Returns
        -------
        ndarray of shape (…)
            level + per_year × years.
        """
        return np.asarray(self.level + self.per_year * years)


def fit_trend(values: Floats, years: Floats, weights: Floats) -> Trend:
    """Return the weighted least-squares line through the figures of cohorts.

    Parameters
    ----------
    values : ndarray of shape (…, C)
        Figures; leading axes, such as replicates, each have their own line.
    years : ndarray of shape (C,)
        Date of each cohort.
    weights : ndarray of shape (C,)
        Weight of each cohort, above 0.

    Returns
    -------
    Trend
        The lines.

    Notes
    -----
    per_year = Σ w (t − t̄) v / Σ w (t − t̄)², level = v̄ − per_year × t̄, bars being weighted means. The line is linear
    in the values, so with the same weights the trend of a difference is the difference of the trends.

    Examples
    --------
    >>> line = fit_trend(np.array([8.0, 9.0, 13.0]), np.array([-2.0, -1.0, 0.0]), np.array([1.0, 2.0, 1.0]))
    >>> float(line.per_year), float(line.level)
    (2.5, 12.25)
    """
    share = weights / weights.sum()
    middle = float(share @ years)
    lever = share * (years - middle)
    per_year = np.asarray(values @ lever / float(lever @ (years - middle)))
    return Trend(np.asarray(values @ share - per_year * middle), per_year)


def too_short(years: Floats) -> NotEstimable | None:
    """Return why cohorts cannot show a trend.

    Parameters
    ----------
    years : ndarray of shape (C,)
        Date of each cohort.

    Returns
    -------
    NotEstimable or None
        None when there are at least three over at least a year.
    """
    if len(years) < MIN_COHORTS:
        return NotEstimable(f"{len(years)} cohorts with enough episodes; a trend takes {MIN_COHORTS}")
    span = round(float(np.ptp(years)) * 12)
    if span < MIN_SPAN_MONTHS:
        return NotEstimable(f"the cohorts span {span} months; a trend takes {MIN_SPAN_MONTHS}")
    return None


def prob_of_departure(values: Floats, years: Floats) -> float | None:
    """Return how often chance alone would scatter cohorts about a line as widely as they are.

    Parameters
    ----------
    values : ndarray of shape (1 + G, C)
        Figures on all customers, then with each group left out.
    years : ndarray of shape (C,)
        Date of each cohort.

    Returns
    -------
    float or None
        p of Hotelling's T² of the C − 2 contrasts that a line leaves over; small when a line is not enough. None
        where the groups do not tell the contrasts' covariance: no more groups than contrasts, or one that is singular
        but for rounding.

    Notes
    -----
    The covariance of the cohorts is the jackknife's, so that customers who answered in several count as one.

    References
    ----------
    Hotelling, H. (1931), The generalization of Student's ratio, Annals of Mathematical Statistics 2,
    doi:10.1214/aoms/1177732979.
    """
    groups, cohorts = len(values) - 1, len(years)
    free = cohorts - 2
    if groups <= free:
        return None
    basis = np.linalg.qr(np.column_stack([np.ones(cohorts), years]), mode="complete")[0][:, 2:]
    left = values @ basis
    centred = left[1:] - left[1:].mean(axis=0)
    # What is smaller than the rounding of the figures themselves is no spread.
    rounding = float(np.linalg.norm(values, 2)) * max(values.shape) * float(np.finfo(np.float64).eps)
    if np.linalg.matrix_rank(centred, tol=rounding) < free:
        return None
    covariance = (groups - 1) / groups * centred.T @ centred
    t_squared = float(left[0] @ np.linalg.solve(covariance, left[0]))
    return float(fdtrc(free, groups - free, t_squared * (groups - free) / (free * (groups - 1))))
