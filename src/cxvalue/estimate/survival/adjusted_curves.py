"""Adjusted survival curves: what a group would keep, had it another group's covariates."""

from __future__ import annotations

import numpy as np

from cxvalue.errors import DataError, NotEstimable
from cxvalue.estimate.survival.cox import CoxFit
from cxvalue.estimate.survival.kaplan_meier import product_limit
from cxvalue.estimate.survival.risk_sets import Booleans, grouped_sums, make_risk_sets
from cxvalue.link.columns import Floats, Integers


def stratified_curve(
    duration: Floats, event: Booleans, *, stratum: Integers, share: Floats, when: Floats
) -> Floats | NotEstimable:
    """Standardise a Kaplan–Meier curve directly: the mean of the strata's own curves at a target's mix.

    Parameters
    ----------
    duration : ndarray of shape (n,)
        Time of leaving or of the end of follow-up.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    stratum : ndarray of shape (n,)
        Stratum of each row, 0 to S − 1.
    share : ndarray of shape (S,)
        Share of each stratum in the target.
    when : ndarray of shape (m,)
        Times of the curve.

    Returns
    -------
    ndarray of shape (m,) or NotEstimable
        Σ share × S_stratum(t); not estimable where a stratum of the target holds no row.

    Examples
    --------
    >>> time, event = np.array([1.0, 3.0, 2.0, 3.0]), np.array([True, False, True, False])
    >>> stratified_curve(
    ...     time, event, stratum=np.array([0, 0, 1, 1]), share=np.array([0.8, 0.2]), when=np.array([1.0, 2.0])
    ... ).round(9).tolist()
    [0.6, 0.5]
    """
    total = np.zeros(len(when))
    for s in np.flatnonzero(share > 0):
        rows = stratum == s
        if not rows.any():
            return NotEstimable(f"no row in stratum {s}, which holds {share[s]:.1%} of the target")
        sets = make_risk_sets(duration[rows], event[rows])
        ones = np.ones(int(rows.sum()))
        steps = np.concatenate([[1.0], product_limit(sets.events(ones), sets.at_risk(ones))])
        total += share[s] * steps[np.searchsorted(sets.times, when, side="right")]
    return np.asarray(total / share.sum())


def weighted_curves(duration: Floats, event: Booleans, *, weights: Floats, when: Floats) -> Floats:
    """Return the Kaplan–Meier curve of weighted rows, for several sets of weights.

    Parameters
    ----------
    duration : ndarray of shape (n,)
        Time of leaving or of the end of follow-up.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    weights : ndarray of shape (R, n)
        Sets of weights: such as on all customers, then with each group left out.
    when : ndarray of shape (m,)
        Times of the curve, ascending; every event lies on one of them.

    Returns
    -------
    ndarray of shape (R, m)
        Share that has not left.

    References
    ----------
    Xie, J. and Liu, C. (2005), Adjusted Kaplan–Meier estimator and log-rank test with inverse probability of
    treatment weighting, Statistics in Medicine 24, doi:10.1002/sim.2174.
    """
    sets = make_risk_sets(duration, event, times=when)
    return product_limit(sets.events(weights.T).T, sets.at_risk(weights.T).T)


def standardised_curves(
    fit: CoxFit, *, group: Integers, target: Floats, target_weights: Floats, when: Floats
) -> Floats:
    """Return the mean of a Cox model's curves over a target, with each customer group left out in turn.

    Parameters
    ----------
    fit : CoxFit
        A model of one group's rows.
    group : ndarray of shape (n,)
        Customer group of the model's rows, 0 to G − 1.
    target : ndarray of shape (m, p)
        Covariates of the target's records.
    target_weights : ndarray of shape (1 + G, m)
        Their weights: on all customers, then with each group left out.
    when : ndarray of shape (K,)
        Times of the curve, up to the end of the follow-up.

    Returns
    -------
    ndarray of shape (1 + G, K)
        Share that has not left.

    Raises
    ------
    DataError
        When weights and records do not belong together.

    Notes
    -----
    S(t) = Σ w exp(−Λ(t) exp(xᵀβ)) / Σ w over the target. Left-out coefficients are β less the group's dfbeta, a first
    step towards a new fit; the baseline (Breslow's) and the weights are new in each.

    References
    ----------
    Makuch, R. W. (1982), Adjusted survival curve estimation using covariates, Journal of Chronic Diseases 35,
    doi:10.1016/0021-9681(82)90058-3.
    """
    groups = len(target_weights) - 1
    if target_weights.shape[1] != len(target) or int(group.max()) >= groups:
        raise DataError("weights of the target do not fit its records or groups", allowed="shape (1 + G, m)")
    pulls = grouped_sums(group, fit.influence, groups)
    data, records = fit.data, target - fit.centre
    steps = np.searchsorted(fit.time, when, side="right")
    curves = np.empty((1 + groups, len(when)))
    for replicate in range(1 + groups):
        beta, w = fit.coefficients, data.weights
        cumulative = fit.cumulative_hazard
        if replicate:
            beta = beta - pulls[replicate - 1]
            w = w * (group != replicate - 1)
            risk = w * np.exp(data.x @ beta)
            cumulative = breslow(data.sets.events(w), data.sets.at_risk(risk))
        hazard = np.concatenate([[0.0], cumulative])[steps]
        survival = np.exp(-np.exp(records @ beta)[:, None] * hazard)
        curves[replicate] = target_weights[replicate] @ survival / target_weights[replicate].sum()
    return curves


def breslow(events: Floats, risk: Floats) -> Floats:
    """Return Breslow's cumulative hazard.

    Parameters
    ----------
    events, risk : ndarray of shape (T,)
        Weight of the events, and risk of those at risk.

    Returns
    -------
    ndarray of shape (T,)
        Σ events / risk.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.cumsum(np.where(risk > 0, events / risk, 0.0))
