"""Test of proportional hazards: does a hazard ratio change over time?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import gammaincc

from cxvalue.estimate.survival.cox import CoxFit
from cxvalue.estimate.survival.kaplan_meier import product_limit
from cxvalue.estimate.survival.partial_likelihood import score_residuals
from cxvalue.estimate.survival.risk_sets import RiskSets, grouped_sums
from cxvalue.link.columns import Floats
from cxvalue.result import Brief

TimeScale = Literal["km", "rank", "identity"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProportionalHazardsTest(Brief):
    """Score tests of a slope in time, one a term and one of all together.

    Parameters
    ----------
    statistic, p_value : ndarray of shape (p,)
        Chi-square on 1 degree of freedom and its p-value, a term.
    slope : ndarray of shape (p,)
        First step of the log hazard ratio's change per unit of g(t): its sign says which way the ratio goes.
    all_statistic, all_p_value : float
        The same for all terms together, on p degrees of freedom.
    scale : {"km", "rank", "identity"}
        g: what time is measured by.
    clustered : bool
        Whether the variance is that of customers' sums.
    """

    statistic: Floats
    p_value: Floats
    slope: Floats
    all_statistic: float
    all_p_value: float
    scale: TimeScale
    clustered: bool


def proportional_hazards_test(
    fit: CoxFit, *, scale: TimeScale = "km", clustered: bool = True
) -> ProportionalHazardsTest:
    """Test whether hazard ratios stay the same over time.

    Parameters
    ----------
    fit : CoxFit
        The model.
    scale : {"km", "rank", "identity"}
        Time measured by 1 − S(t−), by the rank of the event time, or as it is.
    clustered : bool
        Takes the variance of customers' sums. False takes the model's, as in Grambsch and Therneau.

    Returns
    -------
    ProportionalHazardsTest
        The tests.

    Notes
    -----
    The score of θ in β(t) = β + θ g(t), at θ = 0: U = Σ g(t) × Schoenfeld residual, less what β takes up,
    U − I_θβ I_ββ⁻¹ U_β. A term's test frees its own θ; the last frees all.

    References
    ----------
    Grambsch, P. M. and Therneau, T. M. (1994), Proportional hazards tests and diagnostics based on weighted
    residuals, Biometrika 81, doi:10.1093/biomet/81.3.515.
    """
    information = fit.sums.information
    g = time_values(fit.data.sets, scale)
    g = g - np.average(g, weights=fit.sums.event_weight)
    crossed = np.einsum("t,tij->ij", g, information)
    both = np.einsum("t,tij->ij", g**2, information)
    residuals = score_residuals(fit.data, fit.sums, g)
    score = residuals.sum(axis=0)
    taken_up = crossed @ fit.model_covariance
    left = both - taken_up @ crossed
    if clustered:
        own = residuals - score_residuals(fit.data, fit.sums) @ taken_up.T
        sums = grouped_sums(fit.data.cluster, own, fit.n_clusters)
        covariance = sums.T @ sums
    else:
        covariance = left
    statistic = score**2 / np.diag(covariance)
    together = float(score @ np.linalg.solve(covariance, score))
    p = len(score)
    return ProportionalHazardsTest(
        statistic,
        gammaincc(0.5, statistic / 2),
        score / np.diag(left),
        together,
        float(gammaincc(p / 2, together / 2)),
        scale,
        clustered,
    )


def schoenfeld_residuals(fit: CoxFit) -> tuple[Floats, Floats]:
    """Return scaled Schoenfeld residuals, whose trend over time is that of the log hazard ratio.

    Parameters
    ----------
    fit : CoxFit
        The model.

    Returns
    -------
    tuple of ndarray of shape (events,) and ndarray of shape (events, p)
        Event times, and β + d · residual · I⁻¹, d being the number of events.

    References
    ----------
    Schoenfeld, D. (1982), Partial residuals for the proportional hazards regression model, Biometrika 69,
    doi:10.1093/biomet/69.1.239.
    """
    own = np.flatnonzero(fit.data.sets.event_at >= 0)
    own = own[np.argsort(fit.data.sets.event_at[own], kind="stable")]
    j = fit.data.sets.event_at[own]
    residuals = (fit.data.x[own] - fit.sums.mean_covariates[j]) * fit.data.weights[own, None]
    return fit.time[j], fit.coefficients + len(own) * residuals @ fit.model_covariance


def time_values(sets: RiskSets, scale: TimeScale) -> Floats:
    """Return by what time is measured at each event time.

    Parameters
    ----------
    sets : RiskSets
        The event times.
    scale : {"km", "rank", "identity"}
        Which measure.

    Returns
    -------
    ndarray of shape (T,)
        g(t).
    """
    if scale == "identity":
        return sets.times
    ones = np.ones(len(sets.event_at))
    events = sets.events(ones)
    if scale == "rank":
        return np.asarray(events.cumsum() - (events - 1) / 2)
    survival = product_limit(events, sets.at_risk(ones))
    return np.concatenate([[0.0], 1.0 - survival[:-1]])
