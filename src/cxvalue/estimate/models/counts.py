"""Counts: Poisson, or negative binomial where a dispersion test asks for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.dispersion import dispersion_test
from cxvalue.estimate.models.episode_data import episode_data
from cxvalue.estimate.models.family import Family
from cxvalue.estimate.models.frame import ModelFrame
from cxvalue.estimate.models.mean_model import average_means, describe_means, fit_part
from cxvalue.estimate.models.outcome_model import OutcomeModel, not_estimable
from cxvalue.estimate.models.regression import one_by_one, solve
from cxvalue.link.columns import Floats

POISSON, NEGATIVE_BINOMIAL = "poisson", "negative-binomial"
ALPHAS = (1e-6, 1e3)
MOST_ROUNDS = 50


def fit_counts(frame: ModelFrame, position: int, metric: str, *, confidence: float) -> OutcomeModel:
    """Fit a rate per active month, with the family that the dispersion test chooses.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    position : int
        Position of the metric among the outcomes.
    metric : str
        Its name.
    confidence : float
        Level of the intervals.

    Returns
    -------
    OutcomeModel
        Poisson with offset log(months), or the negative binomial with variance μ + α μ²; the test goes with it.
    """
    data = episode_data(frame, position, metric, least="non-negative")
    outcome = (data.total, data.months)
    why = data.refuse_empty_bands(metric)
    part = why or fit_part(frame, metric, data, name="rate", outcome=outcome, family=Family("log", 1.0))
    if isinstance(part, NotEstimable):
        return not_estimable(metric, POISSON, part)
    X = part.design.rows(data.records, data.records.band, None)
    rate = np.exp(part.regression.eta(X))
    test = dispersion_test(data.total, data.months * rate, cluster=data.cluster)
    family = POISSON
    notes: tuple[str, ...] = ()
    if test.rejects:
        start = part.regression.coefficients
        alpha = negative_binomial_alpha(X[:, part.regression.columns], data.total, data.months, start=start)
        part = (
            alpha
            if isinstance(alpha, NotEstimable)
            else fit_part(frame, metric, data, name="rate", outcome=outcome, family=Family("log", 1.0, alpha))
        )
        if isinstance(part, NotEstimable):
            return not_estimable(metric, NEGATIVE_BINOMIAL, part)
        family, notes = NEGATIVE_BINOMIAL, (f"negative binomial with alpha = {part.regression.family.alpha:.4g}",)
    means = average_means(frame, metric, [part])
    model = describe_means(
        [part], means, data, name=(metric, family), unit=f"per {frame.month}", confidence=confidence, notes=notes
    )
    return replace(model, dispersion=test)


def negative_binomial_alpha(X: Floats, count: Floats, months: Floats, *, start: Floats) -> float | NotEstimable:
    """Return the maximum-likelihood dispersion of a negative binomial regression.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Design rows.
    count, months : ndarray of shape (n,)
        Counts, and the months over which they arose.
    start : ndarray of shape (p,)
        Where the coefficients start.

    Returns
    -------
    float or NotEstimable
        The dispersion α of the variance μ + α μ².

    Notes
    -----
    Coefficients given α and α given the means take turns until α moves by less than one part in a million. The two
    are orthogonal, so the covariance of the coefficients needs no allowance for α.

    References
    ----------
    Lawless, J. F. (1987), Negative binomial and mixed Poisson regression, Canadian Journal of Statistics 15,
    doi:10.2307/3314912.
    """
    coefficients, alpha = start, 0.0
    rows = one_by_one(X, count, months)
    for _ in range(MOST_ROUNDS):
        mean = months * np.exp(X @ coefficients)
        before, alpha = alpha, likeliest_alpha(count, mean)
        if abs(alpha - before) <= 1e-6 * alpha:
            return alpha
        found = solve(rows, Family("log", 1.0, alpha), coefficients)
        if isinstance(found, NotEstimable):
            return found
        coefficients = found
    return NotEstimable(f"the dispersion did not settle within {MOST_ROUNDS} rounds")


def likeliest_alpha(count: Floats, mean: Floats) -> float:
    """Return the maximum-likelihood dispersion of counts with known means.

    Parameters
    ----------
    count : ndarray of shape (n,)
        Counts.
    mean : ndarray of shape (n,)
        Means.

    Returns
    -------
    float
        The dispersion α, between a millionth and a thousand.
    """

    def minus_log_likelihood(log_alpha: float) -> float:
        size = float(np.exp(-log_alpha))
        terms = gammaln(count + size) - gammaln(size) + size * np.log(size) + count * np.log(mean)
        return float(-(terms - (count + size) * np.log(size + mean)).sum())

    bounds = (float(np.log(ALPHAS[0])), float(np.log(ALPHAS[1])))
    found = minimize_scalar(minus_log_likelihood, bounds=bounds, method="bounded", options={"xatol": 1e-8})
    return float(np.exp(found.x))
