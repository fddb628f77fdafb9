"""The shifted-beta-geometric model of how long customers stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, expit, hyp2f1

from cxvalue.errors import DataError, NotEstimable, SettingsError
from cxvalue.estimate.survival.tail_likelihood import LogRetention, climb, log_likelihood
from cxvalue.link.columns import Floats
from cxvalue.result import Brief

MIN_LEAVERS = 20
MIN_MONTHS_WITH_LEAVERS = 3
LIMITS = np.array([[-12.0, -8.0], [12.0, 14.0]])
"""Of logit α/(α+β) and log(α+β). At α + β of a million customers hardly differ, and the model is geometric."""


@dataclass(frozen=True, slots=True, repr=False)
class ShiftedBetaGeometric(Brief):
    """Customers leave with a probability that differs between them by a beta distribution and stays theirs.

    Parameters
    ----------
    alpha, beta : float
        Parameters of the beta distribution of the monthly probability of leaving.
    log_likelihood : float
        Of the fit; 0 where the model was not fitted.

    Examples
    --------
    >>> ShiftedBetaGeometric(1.0, 1.0).survival(np.array([1, 2, 3])).round(4).tolist()
    [0.5, 0.3333, 0.25]
    """

    alpha: float
    beta: float
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
            B(α, β + t) / B(α, β).
        """
        months = np.asarray(month, dtype=np.float64)
        return np.asarray(np.exp(betaln(self.alpha, self.beta + months) - betaln(self.alpha, self.beta)))

    def retention_rate(self, month: Floats) -> Floats:
        """Return the share of those still there who stay in some months.

        Parameters
        ----------
        month : ndarray of shape (m,)
            Months from 1.

        Returns
        -------
        ndarray of shape (m,)
            (β + t − 1) / (α + β + t − 1): it rises, since those likely to leave leave first.
        """
        months = np.asarray(month, dtype=np.float64)
        return np.asarray((self.beta + months - 1) / (self.alpha + self.beta + months - 1))

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
            Σ over j ≥ 1 of S(after + j)/S(after) v^j with v = (1 + rate)^(−1/12), each month counted at its end.

        Raises
        ------
        SettingsError
            When the rate is not above 0: without discounting the sum may have no end.

        References
        ----------
        Fader, P. S. and Hardie, B. G. S. (2010), Customer-base valuation in a contractual setting, Marketing Science
        29, doi:10.1287/mksc.1080.0482.
        """
        v = monthly_discount(discount_rate_annual)
        return float(hyp2f1(1.0, self.beta + after, self.alpha + self.beta + after, v)) - 1.0

    def to_dict(self) -> dict[str, float]:
        """Return the parameters.

        Returns
        -------
        dict of str to float
            alpha and beta.
        """
        return {"alpha": self.alpha, "beta": self.beta}


def fit_shifted_beta_geometric(
    left: Floats, at_risk: Floats, *, first_month: int = 1
) -> ShiftedBetaGeometric | NotEstimable:
    """Fit the shifted-beta-geometric model to monthly counts by maximum likelihood.

    Parameters
    ----------
    left, at_risk : ndarray of shape (T,)
        Customers who left in each month, and those who could have. Who is censored drops out of the later numbers at
        risk, and who comes late (delayed entry) joins them: the likelihood takes both as they are.
    first_month : int
        The month that the first count belongs to, 1 or more.

    Returns
    -------
    ShiftedBetaGeometric or NotEstimable
        The model; not estimable with fewer than 20 leavers, or in fewer than 3 months.

    Raises
    ------
    DataError
        When the counts make no sense.

    Notes
    -----
    log L = Σ d log(1 − r) + (n − d) log r, with r the retention rate: for one cohort this is Fader and Hardie's.

    References
    ----------
    Fader, P. S. and Hardie, B. G. S. (2007), How to project customer retention, Journal of Interactive Marketing 21,
    doi:10.1002/dir.20074.

    Examples
    --------
    >>> fit = fit_shifted_beta_geometric(*cohort_counts(np.array([1000, 869, 743, 653, 593, 551, 517, 491])))
    >>> round(fit.alpha, 3), round(fit.beta, 3), round(fit.log_likelihood, 1)
    (0.668, 3.806, -1611.2)
    """
    few = refuse_counts(left, at_risk)
    if few is not None:
        return few
    months = np.arange(first_month, first_month + len(left), dtype=np.float64)
    model = log_retention_of(months)
    found = fit_replicates(left[None, :], at_risk[None, :], first_month=first_month)
    value = float(log_likelihood(model, found, left[None, :], at_risk[None, :])[0])
    alpha, beta = alpha_beta(found)
    return ShiftedBetaGeometric(float(alpha[0]), float(beta[0]), value)


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
        logit α/(α+β) and log(α+β).
    """
    months = np.arange(first_month, first_month + left.shape[1], dtype=np.float64)
    model = log_retention_of(months)
    share = np.clip(left[0].sum() / at_risk[0].sum(), 1e-4, 0.9)
    starts = np.array([[np.log(share / (1 - share)), size] for size in (0.0, 2.0, 4.0, 7.0)])
    copies = (len(starts), 1)
    tried = climb(model, starts, np.tile(left[0], copies), np.tile(at_risk[0], copies), LIMITS)
    values = log_likelihood(model, tried, np.tile(left[0], copies), np.tile(at_risk[0], copies))
    best = tried[int(np.argmax(values))]
    return climb(model, np.tile(best, (len(left), 1)), left, at_risk, LIMITS)


def log_retention_of(months: Floats) -> LogRetention:
    """Return the model's log retention rates as a function of its parameters.

    Parameters
    ----------
    months : ndarray of shape (T,)
        Months from 1.

    Returns
    -------
    callable
        Takes parameters of shape (R, 2), gives shape (R, T).
    """

    def model(parameters: Floats) -> Floats:
        alpha, beta = alpha_beta(parameters)
        return -np.log1p(alpha[:, None] / (beta[:, None] + months - 1))

    return model


def alpha_beta(parameters: Floats) -> tuple[Floats, Floats]:
    """Return α and β.

    Parameters
    ----------
    parameters : ndarray of shape (R, 2)
        logit α/(α+β) and log(α+β).

    Returns
    -------
    tuple of ndarray of shape (R,)
        α and β.
    """
    total = np.exp(parameters[:, 1])
    return expit(parameters[:, 0]) * total, expit(-parameters[:, 0]) * total


def cohort_counts(survivors: Floats) -> tuple[Floats, Floats]:
    """Return who left and who could have, from the survivors of one cohort.

    Parameters
    ----------
    survivors : ndarray of shape (T + 1,)
        Customers at the start, and those left after each period.

    Returns
    -------
    tuple of ndarray of shape (T,)
        Customers who left in each period, and those there at its start.

    Examples
    --------
    >>> [counts.tolist() for counts in cohort_counts(np.array([10, 7, 6]))]
    [[3.0, 1.0], [10.0, 7.0]]
    """
    counts = np.asarray(survivors, dtype=np.float64)
    return counts[:-1] - counts[1:], counts[:-1]


def refuse_counts(left: Floats, at_risk: Floats) -> NotEstimable | None:
    """Refuse counts that make no sense, and say when there are too few.

    Parameters
    ----------
    left, at_risk : ndarray of shape (T,)
        Monthly counts.

    Returns
    -------
    NotEstimable or None
        Why no tail can be fitted; None where one can.

    Raises
    ------
    DataError
        When lengths differ, or more leave than could.
    """
    if left.shape != at_risk.shape or (left < 0).any() or (left > at_risk + 1e-9).any():
        raise DataError("monthly counts do not fit together", allowed="0 ≤ left ≤ at_risk in every month")
    if left.sum() < MIN_LEAVERS:
        return NotEstimable(f"{left.sum():,.0f} customers leave; at least {MIN_LEAVERS} are needed for a tail")
    n_months = int((left > 0).sum())
    if n_months < MIN_MONTHS_WITH_LEAVERS:
        return NotEstimable(f"customers leave in {n_months} months; at least {MIN_MONTHS_WITH_LEAVERS} are needed")
    return None


def monthly_discount(discount_rate_annual: float) -> float:
    """Return the discount factor of one month.

    Parameters
    ----------
    discount_rate_annual : float
        Discount rate a year, above 0.

    Returns
    -------
    float
        (1 + rate)^(−1/12).

    Raises
    ------
    SettingsError
        When the rate is not above 0.
    """
    if not discount_rate_annual > 0:
        raise SettingsError(
            f"discount_rate_annual = {discount_rate_annual:g} for months without end", allowed="a rate above 0"
        )
    return float((1.0 + discount_rate_annual) ** (-1.0 / 12.0))
