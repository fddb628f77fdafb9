"""Cox's proportional hazards model, with errors that stay right with ties and with several rows a customer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import erfc

from cxvalue.errors import DataError, NotEstimable
from cxvalue.estimate.survival.arranged_rows import arrange_rows
from cxvalue.estimate.survival.kaplan_meier import refuse_bad_weights
from cxvalue.estimate.survival.partial_likelihood import CoxData, CoxSums, Ties, cox_sums, score_residuals
from cxvalue.estimate.survival.risk_sets import Booleans, grouped_sums, make_risk_sets
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import Result

MOST_STEPS = 60
TOLERANCE = 1e-10
"""A step that moves the log likelihood by less than this share of its size is the last."""
MOST_EFFECT = 15.0
"""Logarithm of a hazard ratio per standard deviation beyond which there is no estimate, only a direction."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CoxFit(Result):
    """A fitted proportional hazards model.

    Parameters
    ----------
    coefficients : ndarray of shape (p,)
        Logarithms of hazard ratios.
    covariance : ndarray of shape (p, p)
        Of the coefficients: the Lin–Wei sandwich, summed by customer.
    model_covariance : ndarray of shape (p, p)
        Inverse information: right only if rows are independent and the model holds.
    log_likelihood, log_likelihood_null : float
        Of the fit, and of no effect at all.
    centre : ndarray of shape (p,)
        Means of the covariates, to which the baseline refers.
    time, cumulative_hazard : ndarray of shape (T,)
        Event times, and the baseline's cumulative hazard at them.
    influence : ndarray of shape (n, p)
        How far each row pulls the coefficients (dfbeta).
    data : CoxData
        The rows.
    sums : CoxSums
        The likelihood's sums at the estimate.
    n_clusters : int
        Customers.
    """

    coefficients: Floats
    covariance: Floats
    model_covariance: Floats
    log_likelihood: float
    log_likelihood_null: float
    centre: Floats
    time: Floats
    cumulative_hazard: Floats
    influence: Floats
    data: CoxData
    sums: CoxSums
    n_clusters: int

    @property
    def se(self) -> Floats:
        """Standard errors of the coefficients, by customer, shape (p,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def p_values(self) -> Floats:
        """Two-sided p-values of the coefficients, shape (p,)."""
        return np.asarray(erfc(np.abs(self.coefficients / self.se) / np.sqrt(2)))

    @property
    def n_events(self) -> int:
        """Rows with an event."""
        return int((self.data.sets.event_at >= 0).sum())

    def survival(self, x: Floats) -> Floats:
        """Return the survival curves of some covariates.

        Parameters
        ----------
        x : ndarray of shape (m, p)
            Covariates.

        Returns
        -------
        ndarray of shape (m, T)
            Share that has not left by each event time.
        """
        risk = np.exp((x - self.centre) @ self.coefficients)
        return np.exp(-risk[:, None] * self.cumulative_hazard)

    def summary(self) -> str:
        """Return size and likelihood of the fit.

        Returns
        -------
        str
            One line.
        """
        return (
            f"Cox model with {len(self.coefficients)} terms: {len(self.influence):,} rows of {self.n_clusters:,} "
            f"customers, {self.n_events:,} events, log likelihood {self.log_likelihood:,.2f}"
        )


def cox(
    duration: Floats,
    event: Booleans,
    x: Floats,
    *,
    entry: Floats | None = None,
    weights: Floats | None = None,
    cluster: Integers | None = None,
    ties: Ties = "efron",
) -> CoxFit | NotEstimable:
    """Fit a proportional hazards model.

    Parameters
    ----------
    duration : ndarray of shape (n,)
        Time of leaving or of the end of follow-up.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    x : ndarray of shape (n, p)
        Covariates, without an intercept. A covariate that changes over time takes one row per spell.
    entry : ndarray of shape (n,), optional
        Time from which the row is followed: delayed entry, or the start of a spell.
    weights : ndarray of shape (n,), optional
        Weights, taken as known.
    cluster : ndarray of shape (n,), optional
        Customer of each row; each row its own without it.
    ties : {"efron", "breslow"}
        How tied events are treated.

    Returns
    -------
    CoxFit or NotEstimable
        The fit; not estimable where nobody leaves, columns are collinear, or a column separates those who leave.

    Raises
    ------
    DataError
        When times, weights or shapes make no sense.

    Notes
    -----
    Covariance D ᵀD, D the customers' sums of dfbeta = score residual × inverse information (Lin and Wei). lifelines
    gives the same coefficients, but its robust error is not this one where events are tied, and its baseline leaves
    out the delayed entry.

    References
    ----------
    Lin, D. Y. and Wei, L. J. (1989), The robust inference for the Cox proportional hazards model, Journal of the
    American Statistical Association 84, doi:10.1080/01621459.1989.10478874.

    Examples
    --------
    Of four customers the first three leave in turn: with r = exp(β) the score is 2/(1 + r) − r/(2 + r), so that
    r = (1 + √17)/2.

    >>> time, x = np.array([1.0, 2.0, 3.0, 4.0]), np.array([[1.0], [0.0], [1.0], [0.0]])
    >>> fit = cox(time, np.array([True, True, True, False]), x)
    >>> round(float(fit.coefficients[0]), 4)
    0.9406
    """
    refuse_bad_weights(len(duration), weights)
    if x.ndim != 2 or len(x) != len(duration) or not np.isfinite(x).all():
        raise DataError(
            f"covariates of shape {x.shape} for {len(duration):,} rows", allowed="finite values, one row each"
        )
    w = np.ones(len(duration)) if weights is None else weights
    sets = make_risk_sets(duration, event & (w > 0), entry=entry)
    if not len(sets.times):
        return NotEstimable("nobody leaves")
    customers = np.arange(len(x)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    centre = np.average(x, axis=0, weights=w)
    data = CoxData(sets, x - centre, w, customers.astype(np.int64), ties)
    found = maximise(data)
    return found if isinstance(found, NotEstimable) else describe(data, found, centre)


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where the partial likelihood is largest.

    Parameters
    ----------
    coefficients : ndarray of shape (p,)
        The coefficients.
    sums : CoxSums
        The likelihood's sums at them.
    log_likelihood_null : float
        Log likelihood of no effect at all.
    """

    coefficients: Floats
    sums: CoxSums
    log_likelihood_null: float


def maximise(data: CoxData) -> Maximum | NotEstimable:
    """Return what maximises the partial likelihood, by Newton's method with halved steps.

    Parameters
    ----------
    data : CoxData
        The rows.

    Returns
    -------
    Maximum or NotEstimable
        The coefficients, and the sums at them.
    """
    spread = np.sqrt(np.einsum("i,ij,ij->j", data.weights, data.x, data.x) / data.weights.sum())
    if (spread == 0).any():
        return NotEstimable("a covariate is constant")
    beta, rows = np.zeros(data.x.shape[1]), arrange_rows(data.sets, data.x, data.weights)
    sums = cox_sums(data, rows, beta)
    null = sums.log_likelihood
    for _ in range(MOST_STEPS):
        information = sums.information.sum(axis=0) / np.outer(spread, spread)
        if np.linalg.cond(information) > 1e12:
            return NotEstimable(
                "covariates are collinear among those at risk, or a covariate separates those who leave"
            )
        step = np.linalg.solve(information, sums.score / spread) / spread
        ahead = cox_sums(data, rows, beta + step)
        while not ahead.log_likelihood >= sums.log_likelihood - 1e-9 * (1 + abs(sums.log_likelihood)):
            step = step / 2
            ahead = cox_sums(data, rows, beta + step)
        gain = ahead.log_likelihood - sums.log_likelihood
        beta, sums = beta + step, ahead
        if np.abs(beta * spread).max() > MOST_EFFECT:
            return NotEstimable("a covariate separates those who leave from those who stay")
        if abs(gain) <= TOLERANCE * (1 + abs(sums.log_likelihood)) and np.abs(step * spread).max() < 1e-6:
            return Maximum(beta, sums, null)
    return NotEstimable("the likelihood has no maximum that could be found")


def describe(data: CoxData, found: Maximum, centre: Floats) -> CoxFit:
    """Return a fit with its errors and baseline.

    Parameters
    ----------
    data : CoxData
        The rows.
    found : Maximum
        The coefficients, and the sums at them.
    centre : ndarray of shape (p,)
        Means of the covariates.

    Returns
    -------
    CoxFit
        The fit.
    """
    beta, sums = found.coefficients, found.sums
    inverse = np.linalg.inv(sums.information.sum(axis=0))
    influence = score_residuals(data, sums) @ inverse
    n_clusters = int(data.cluster.max()) + 1
    by_customer = grouped_sums(data.cluster, influence, n_clusters)
    predictor = data.x @ beta
    hazard = np.cumsum(sums.ties.f) * np.exp(-float(predictor.max()))
    return CoxFit(
        beta,
        by_customer.T @ by_customer,
        inverse,
        log_likelihood=sums.log_likelihood,
        log_likelihood_null=found.log_likelihood_null,
        centre=centre,
        time=data.sets.times,
        cumulative_hazard=hazard,
        influence=influence,
        data=data,
        sums=sums,
        n_clusters=n_clusters,
    )
