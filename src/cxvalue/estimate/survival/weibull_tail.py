"""A Weibull model of how long customers stay, fitted to months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.survival.shifted_beta_geometric import monthly_discount, refuse_counts
from cxvalue.estimate.survival.tail_likelihood import LogRetention, climb, log_likelihood
from cxvalue.link.columns import Floats
from cxvalue.result import Brief

LIMITS = np.array([[-14.0, -3.0], [6.0, 3.0]])
"""Of the log cumulative hazard at the last month, and of the log of the shape."""
MOST_MONTHS = 24_000
SMALLEST_TERM = 1e-12


@dataclass(frozen=True, slots=True, repr=False)
class WeibullTail(Brief):
    """Customers leave at a hazard that rises or falls as a power of time.

    Parameters
    ----------
    scale : float
        Months by which 63 % have left.
    shape : float
        Below 1 the hazard falls, above 1 it rises.
    log_likelihood : float
        Of the fit; 0 where the model was not fitted.

    Examples
    --------
    >>> WeibullTail(10.0, 1.0).survival(np.array([0, 10])).round(4).tolist()
    [1.0, 0.3679]
    """

    scale: float
    shape: float
    log_likelihood: float = 0.0

    def survival(self, month: Floats) -> Floats:
        """Return the share that has not left by some months.

        Parameters
        ----------
        month : ndarray of shape (m,)
            Months from 0.

        Returns
        -------
        ndarray of shape (m,)
            exp(−(t / scale)^shape).
        """
        return np.asarray(np.exp(-((np.asarray(month, dtype=np.float64) / self.scale) ** self.shape)))

    def retention_rate(self, month: Floats) -> Floats:
        """Return the share of those still there who stay in some months.

        Parameters
        ----------
        month : ndarray of shape (m,)
            Months from 1.

        Returns
        -------
        ndarray of shape (m,)
            S(t) / S(t − 1).
        """
        months = np.asarray(month, dtype=np.float64) / self.scale
        return np.asarray(np.exp((months - 1 / self.scale) ** self.shape - months**self.shape))

    def residual_months(self, after: float, *, discount_rate_annual: float) -> float:
        """Return the discounted months that a customer has still to come.

        Parameters
        ----------
        after : float
            Months already kept, 0 or more.
        discount_rate_annual : float
            Discount rate a year, above 0.

        Returns
        -------
        float
            Σ over j ≥ 1 of S(after + j)/S(after) v^j with v = (1 + rate)^(−1/12), each month counted at its end; up to
            2,000 years.

        Raises
        ------
        SettingsError
            When the rate is not above 0.
        """
        v = monthly_discount(discount_rate_annual)
        ahead = np.arange(1.0, MOST_MONTHS + 1)
        gone = ((after + ahead) / self.scale) ** self.shape - (after / self.scale) ** self.shape
        terms = np.exp(-gone + ahead * np.log(v))
        return float(terms[terms > SMALLEST_TERM].sum())

    def to_dict(self) -> dict[str, float]:
        """Return the parameters.

        Returns
        -------
        dict of str to float
            scale and shape.
        """
        return {"scale": self.scale, "shape": self.shape}


def fit_weibull_tail(left: Floats, at_risk: Floats, *, first_month: int = 1) -> WeibullTail | NotEstimable:
    """Fit a Weibull model to monthly counts by maximum likelihood.

    Parameters
    ----------
    left, at_risk : ndarray of shape (T,)
        Customers who left in each month, and those who could have: leaving is known to the month (interval
        censoring), and who comes late joins those at risk (left truncation).
    first_month : int
        The month that the first count belongs to, 1 or more.

    Returns
    -------
    WeibullTail or NotEstimable
        The model; not estimable with fewer than 20 leavers, or in fewer than 3 months.

    Raises
    ------
    DataError
        When the counts make no sense.

    Notes
    -----
    log L = Σ d log(1 − r) + (n − d) log r with r = S(t)/S(t − 1): what lifelines' ``WeibullFitter`` maximises when
    given intervals, here on counts, so that it can be fitted anew without each customer group.

    References
    ----------
    Kalbfleisch, J. D. and Prentice, R. L. (2002), The Statistical Analysis of Failure Time Data, 2nd ed.,
    doi:10.1002/9781118032985.

    Examples
    --------
    >>> fit = fit_weibull_tail(np.array([100.0, 90.0, 81.0]), np.array([1000.0, 900.0, 810.0]))
    >>> round(fit.shape, 3), round(float(fit.retention_rate(np.array([4]))[0]), 3)
    (1.0, 0.9)
    """
    few = refuse_counts(left, at_risk)
    if few is not None:
        return few
    last = first_month + len(left) - 1.0
    months = np.arange(first_month, last + 1)
    found = fit_replicates(left[None, :], at_risk[None, :], first_month=first_month)
    value = float(log_likelihood(log_retention_of(months, last), found, left[None, :], at_risk[None, :])[0])
    scale, shape = scale_shape(found, last)
    return WeibullTail(float(scale[0]), float(shape[0]), value)


def fit_replicates(left: Floats, at_risk: Floats, *, first_month: int = 1) -> Floats:
    """Fit several sets of counts at once; the first is the start of the others.

    Parameters
    ----------
    left, at_risk : ndarray of shape (R, T)
        Monthly counts.
    first_month : int
        The month of the first count.

    Returns
    -------
    ndarray of shape (R, 2)
        Log cumulative hazard at the last month, and log shape.
    """
    last = first_month + left.shape[1] - 1.0
    model = log_retention_of(np.arange(first_month, last + 1), last)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.nansum(np.where(at_risk[0] > 0, left[0] / at_risk[0], 0.0))
    start = np.array([[np.log(max(hazard, 1e-4)), 0.0]])
    best = climb(model, start, left[:1], at_risk[:1], LIMITS)
    return climb(model, np.tile(best[0], (len(left), 1)), left, at_risk, LIMITS)


def log_retention_of(months: Floats, last: float) -> LogRetention:
    """Return the model's log retention rates as a function of its parameters.

    Parameters
    ----------
    months : ndarray of shape (T,)
        Months from 1.
    last : float
        The month whose cumulative hazard is the first parameter.

    Returns
    -------
    callable
        Takes parameters of shape (R, 2), gives shape (R, T).
    """

    def model(parameters: Floats) -> Floats:
        shape = np.exp(parameters[:, 1:2])
        step = (months / last) ** shape - ((months - 1) / last) ** shape
        return -np.exp(parameters[:, :1]) * step

    return model


def scale_shape(parameters: Floats, last: float) -> tuple[Floats, Floats]:
    """Return scale and shape.

    Parameters
    ----------
    parameters : ndarray of shape (R, 2)
        Log cumulative hazard at ``last``, and log shape.
    last : float
        That month.

    Returns
    -------
    tuple of ndarray of shape (R,)
        Scale and shape.
    """
    shape = np.exp(parameters[:, 1])
    return last * np.exp(-parameters[:, 0] / shape), shape
