"""A survival curve from a smooth monthly hazard: pooled logistic regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from cxvalue.errors import NotEstimable
from cxvalue.estimate.survival.kaplan_meier import refuse_bad_weights
from cxvalue.estimate.survival.risk_sets import Booleans, make_risk_sets
from cxvalue.link.columns import Floats
from cxvalue.result import Brief

MOST_STEPS = 50


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SmoothHazard(Brief):
    """A hazard that is a polynomial in the month, on the logit scale.

    Parameters
    ----------
    coefficients : ndarray of shape (degree + 1,)
        Of the powers of (month − 1) / (months − 1), the constant first.
    hazard, survival : ndarray of shape (months,)
        Probability of leaving in each month 1, 2, …, and share that has not left by its end.
    """

    coefficients: Floats
    hazard: Floats
    survival: Floats


def smooth_hazard(
    duration: Floats, event: Booleans, *, months: int, degree: int = 2, weights: Floats | None = None
) -> SmoothHazard | NotEstimable:
    """Fit a smooth monthly hazard to rows followed month by month.

    Parameters
    ----------
    duration : ndarray of shape (n,)
        Month of leaving or last month of follow-up, counted from 1.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    months : int
        Months of the curve.
    degree : int
        Of the polynomial, 0 or more.
    weights : ndarray of shape (n,), optional
        Weights, such as those of a propensity score.

    Returns
    -------
    SmoothHazard or NotEstimable
        The fit; not estimable when nobody leaves, or when there are fewer months with leavers than coefficients.

    Notes
    -----
    logit hₖ = Σ bⱼ uⱼ, u = (k − 1)/(months − 1), fitted to the (weighted) sums of each month. Fitted to one group after
    the other it is the pooled logistic model in which every power of time interacts with the group.

    References
    ----------
    Hernán, M. A. and Robins, J. M. (2020), Causal Inference: What If, chapter 17, Chapman & Hall/CRC.
    """
    refuse_bad_weights(len(duration), weights)
    w = np.ones(len(duration)) if weights is None else weights
    grid = np.arange(1.0, months + 1)
    inside = event & (duration <= months)
    sets = make_risk_sets(np.minimum(duration, months), inside, times=grid)
    leaving, at_risk = sets.events(w), sets.at_risk(w)
    if (leaving > 0).sum() <= degree:
        return NotEstimable(f"customers leave in {int((leaving > 0).sum())} months; at least {degree + 1} are needed")
    powers = np.vander((grid - 1) / max(months - 1, 1), degree + 1, increasing=True)
    beta = np.zeros(degree + 1)
    beta[0] = np.log(leaving.sum() / (at_risk.sum() - leaving.sum()))
    for _ in range(MOST_STEPS):
        hazard = expit(powers @ beta)
        information = (powers * (at_risk * hazard * (1 - hazard))[:, None]).T @ powers
        step = np.linalg.solve(information, powers.T @ (leaving - at_risk * hazard))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            hazard = np.asarray(expit(powers @ beta))
            return SmoothHazard(beta, hazard, np.cumprod(1 - hazard))
    return NotEstimable("the smooth hazard has no fit that could be found")
