"""The Kaplan–Meier estimator, with delayed entry, weights and customers who come several times."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from cxvalue.errors import DataError
from cxvalue.estimate.replicate import jackknife_se, t_factor
from cxvalue.estimate.survival.risk_sets import Booleans, RiskSets, group_counts, make_risk_sets
from cxvalue.estimate.survival.survival_curve import SurvivalCurve
from cxvalue.link.columns import Floats, Integers


def kaplan_meier(
    duration: Floats,
    event: Booleans,
    *,
    entry: Floats | None = None,
    weights: Floats | None = None,
    group: Integers | None = None,
    start: float = 0.0,
    confidence: float = 0.95,
) -> SurvivalCurve:
    """Estimate the share that has not left by each time.

    Parameters
    ----------
    duration : ndarray of shape (n,)
        Time of leaving or of the end of follow-up.
    event : ndarray of shape (n,)
        Whether the row ends by leaving.
    entry : ndarray of shape (n,), optional
        Time from which the row is followed (delayed entry). A row is at risk after it, not at it.
    weights : ndarray of shape (n,), optional
        Weights, taken as known.
    group : ndarray of shape (n,), optional
        Customer group of each row, from 0. Given, intervals are delete-a-group jackknife, so that several rows of one
        customer do not pass for several customers.
    start : float
        The curve gives the share of those who had not left by this time.
    confidence : float
        Level of the intervals.

    Returns
    -------
    SurvivalCurve
        The curve, defined up to the last time at which anybody is followed.

    Raises
    ------
    DataError
        When times, weights or groups make no sense.

    Notes
    -----
    S(t) = Π (1 − dⱼ/nⱼ) over the event times up to t. Without groups, var log S = Σ dⱼ / (nⱼ (nⱼ − dⱼ)) (Greenwood);
    with weights the infinitesimal jackknife, which equals it when all weights are 1 and nobody enters late. The
    interval is symmetric on the scale log(−log S). It is not lifelines' estimator: that counts who enters at t among
    those at risk at t.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958), Nonparametric estimation from incomplete observations, Journal of the American
    Statistical Association 53, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    Of three customers one leaves in month 1, one is followed for one month, one leaves in month 2.

    >>> curve = kaplan_meier(np.array([1.0, 1.0, 2.0]), np.array([True, False, True]))
    >>> curve.at(np.array([0.5, 1.0, 2.0])).round(4).tolist()
    [1.0, 0.6667, 0.0]
    """
    refuse_bad_weights(len(duration), weights)
    sets = make_risk_sets(duration, event, entry=entry, start=start)
    w = np.ones(len(duration)) if weights is None else weights
    events, at_risk = sets.events(w), sets.at_risk(w)
    survival = product_limit(events, at_risk)
    if group is not None:
        by_group = group_counts(sets, group, int(group.max()) + 1, w)
        loo = product_limit(events - by_group[0], at_risk - by_group[1])
        se, factor = jackknife_se(loo), t_factor(len(loo), confidence)
    else:
        log_se = np.sqrt(greenwood(events, at_risk) if weights is None else known_weights(sets, events, at_risk, w))
        se, factor = survival * np.where(survival > 0, log_se, 0.0), float(ndtri(0.5 + confidence / 2))
    low, high = log_log_interval(survival, se, factor)
    end = np.inf if len(survival) and survival[-1] <= 0 else float(duration.max(initial=start))
    return SurvivalCurve(sets.times, survival, se, low, high, at_risk, events, start, max(end, start), confidence)


def product_limit(events: Floats, at_risk: Floats) -> Floats:
    """Return the product of the shares that stay.

    Parameters
    ----------
    events, at_risk : ndarray of shape (…, T)
        Events and rows at risk at each time, in order.

    Returns
    -------
    ndarray of shape (…, T)
        Share that has not left; where nobody is at risk it stays as it was.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        leave = np.where(at_risk > 1e-12, events / at_risk, 0.0)
    return np.asarray(np.cumprod(1.0 - np.clip(leave, 0.0, 1.0), axis=-1))


def greenwood(events: Floats, at_risk: Floats) -> Floats:
    """Return Greenwood's variance of log S.

    Parameters
    ----------
    events, at_risk : ndarray of shape (T,)
        Events and rows at risk.

    Returns
    -------
    ndarray of shape (T,)
        Σ d / (n (n − d)) up to each time; infinite once everybody has left.
    """
    with np.errstate(divide="ignore"):
        return np.cumsum(events / (at_risk * (at_risk - events)))


def known_weights(sets: RiskSets, events: Floats, at_risk: Floats, weights: Floats) -> Floats:
    """Return the infinitesimal jackknife variance of log S for weighted rows.

    Parameters
    ----------
    sets : RiskSets
        Of n rows.
    events, at_risk : ndarray of shape (T,)
        Weighted sums.
    weights : ndarray of shape (n,)
        Weights.

    Returns
    -------
    ndarray of shape (T,)
        Σᵢ wᵢ² ψᵢ(t)², with ψᵢ(t) = 1{event by t} / (n − d) − Σ d / (n (n − d)) over the times up to t at which i is at
        risk; n and d are weighted sums.
    """
    left = at_risk - events
    with np.errstate(divide="ignore"):
        pull = np.where(left > 1e-12, 1.0 / np.where(left > 1e-12, left, 1.0), np.inf)
    step = np.where(np.isinf(pull), 0.0, events / at_risk * np.where(np.isinf(pull), 0.0, pull))
    total = np.concatenate([[0.0], step.cumsum()])
    own = np.where(sets.event_at >= 0, np.where(np.isinf(pull), 0.0, pull)[sets.event_at], 0.0)
    final = own - sets.spent(step)
    size, square = len(sets.times) + 1, weights**2
    # Rows whose follow-up ends at position j − 1 or before have their final value from j on.
    over = sets.event_at >= 0
    last = np.where(over, sets.event_at, sets.until)
    gone = np.bincount(last, weights=square * final**2, minlength=size)[:-1].cumsum()
    start = total[sets.before]
    still = RiskSets(sets.times, sets.before, np.where(over, sets.event_at, sets.until), sets.event_at)
    ones, begin, begin2 = (still.at_risk(square * value) for value in (np.ones(len(start)), start, start**2))
    now = total[1:]
    variance = gone + now**2 * ones - 2 * now * begin + begin2
    return np.where(np.isinf(pull), np.inf, np.maximum(variance, 0.0))


def log_log_interval(survival: Floats, se: Floats, factor: float) -> tuple[Floats, Floats]:
    """Return intervals that stay between 0 and 1.

    Parameters
    ----------
    survival, se : ndarray of shape (…)
        Shares and their standard errors.
    factor : float
        Standard errors to each side.

    Returns
    -------
    tuple of ndarray of shape (…)
        Lower and upper limits, symmetric on the scale log(−log S); the share itself where it is 0 or 1.
    """
    inside = (survival > 0) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    reach = factor * se / (safe * -np.log(safe))
    with np.errstate(over="ignore"):
        low, high = safe ** np.exp(reach), safe ** np.exp(-reach)
    return np.where(inside, low, survival), np.where(inside, high, survival)


def refuse_bad_weights(n: int, weights: Floats | None) -> None:
    """Refuse weights that are negative, not known, or of another length.

    Parameters
    ----------
    n : int
        Rows.
    weights : ndarray or None
        Weights.

    Raises
    ------
    DataError
        Says what is wrong.
    """
    if weights is None:
        return
    if len(weights) != n:
        raise DataError(f"{len(weights):,} weights for {n:,} rows", allowed="one weight a row")
    n_odd = int((~np.isfinite(weights) | (weights < 0)).sum())
    if n_odd:
        raise DataError(f"{n_odd:,} weights are negative or not known", allowed="finite weights from 0 on")
