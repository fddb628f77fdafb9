"""Cox's partial likelihood with tied events, weights and delayed entry."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from cxvalue.estimate.survival.risk_sets import RiskSets
from cxvalue.link.columns import Floats, Integers

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, slots=True, eq=False)
class CoxData:
    """Rows of a Cox model.

    Parameters
    ----------
    sets : RiskSets
        Risk sets of the n rows.
    x : ndarray of shape (n, p)
        Covariates, less their means.
    weights : ndarray of shape (n,)
        Weights.
    cluster : ndarray of shape (n,)
        Customer of each row, 0 to C − 1.
    ties : {"efron", "breslow"}
        How tied events are treated.
    """

    sets: RiskSets
    x: Floats
    weights: Floats
    cluster: Integers
    ties: Ties


@dataclass(frozen=True, slots=True, eq=False)
class TieSums:
    """Sums over the tied events of each time, for d events of mean weight w and l = 0 … d − 1.

    With S0 the weighted risk at the time, E0 that of its own events and s_l = l/d (Efron) or 0 (Breslow), the risk
    set of the l-th event has f_l = 1 / (S0 − s_l E0).

    Parameters
    ----------
    f, sf : ndarray of shape (T,)
        w Σ f_l and w Σ s_l f_l.
    ff, sff, ssff : ndarray of shape (T,)
        w Σ f_l², w Σ s_l f_l² and w Σ s_l² f_l².
    log : ndarray of shape (T,)
        −w Σ log f_l.
    """

    f: Floats
    sf: Floats
    ff: Floats
    sff: Floats
    ssff: Floats
    log: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CoxSums:
    """What the likelihood and its derivatives are made of, at given coefficients.

    Parameters
    ----------
    log_likelihood : float
        Logarithm of the partial likelihood.
    score : ndarray of shape (p,)
        Its derivative.
    information : ndarray of shape (T, p, p)
        Less its second derivative, event time by event time.
    risk : ndarray of shape (n,)
        exp(xᵀβ) of each row, up to a constant factor.
    ties : TieSums
        Sums over tied events.
    at_risk, of_events : ndarray of shape (T, p)
        Σ w risk x over those at risk, and over those with their event.
    event_weight : ndarray of shape (T,)
        Weight of the events.
    """

    log_likelihood: float
    score: Floats
    information: Floats
    risk: Floats
    ties: TieSums
    at_risk: Floats
    of_events: Floats
    event_weight: Floats

    @property
    def mean_covariates(self) -> Floats:
        """Mean covariates over the risk set of each event time, shape (T, p)."""
        pull = self.ties.f[:, None] * self.at_risk - self.ties.sf[:, None] * self.of_events
        return np.asarray(pull / self.event_weight[:, None])


def cox_sums(data: CoxData, coefficients: Floats) -> CoxSums:
    """Return likelihood, score and information.

    Parameters
    ----------
    data : CoxData
        The rows.
    coefficients : ndarray of shape (p,)
        β.

    Returns
    -------
    CoxSums
        The sums.

    Notes
    -----
    Efron's likelihood, with the mean weight of the tied events standing for each of them.

    References
    ----------
    Efron, B. (1977), The efficiency of Cox's likelihood function for censored data, Journal of the American
    Statistical Association 72, doi:10.1080/01621459.1977.10480613.
    """
    sets, x = data.sets, data.x
    predictor = x @ coefficients
    risk = np.exp(predictor - predictor.max(initial=-np.inf))
    shift = float(predictor.max(initial=-np.inf))
    weighted = data.weights * risk
    counted = sets.event_at >= 0
    n_events = sets.events(np.ones(len(x)))
    event_weight = sets.events(data.weights)
    ties = tie_sums(sets.at_risk(weighted), sets.events(weighted), n_events, event_weight / n_events, data.ties)
    first, own = sets.at_risk(weighted[:, None] * x), sets.events(weighted[:, None] * x)
    second, own_second = second_moments(sets.before, sets.until, weighted, x, sets), event_moments(sets, weighted, x)
    log_likelihood = float((data.weights * (predictor - shift))[counted].sum() - ties.log.sum())
    pull = ties.f[:, None] * first - ties.sf[:, None] * own
    score = (data.weights[:, None] * x)[counted].sum(axis=0) - pull.sum(axis=0)
    cross = np.einsum("t,ti,tj->tij", ties.sff, first, own)
    information = (
        ties.f[:, None, None] * second
        - ties.sf[:, None, None] * own_second
        - np.einsum("t,ti,tj->tij", ties.ff, first, first)
        + cross
        + cross.transpose(0, 2, 1)
        - np.einsum("t,ti,tj->tij", ties.ssff, own, own)
    )
    return CoxSums(log_likelihood, score, information, risk, ties, first, own, event_weight)


def tie_sums(at_risk: Floats, of_events: Floats, n_events: Floats, mean_weight: Floats, ties: Ties) -> TieSums:
    """Return the sums over tied events.

    Parameters
    ----------
    at_risk, of_events : ndarray of shape (T,)
        S0 and E0.
    n_events, mean_weight : ndarray of shape (T,)
        d and w.
    ties : {"efron", "breslow"}
        How tied events are treated.

    Returns
    -------
    TieSums
        The sums.
    """
    d = n_events.astype(np.int64)
    position = np.repeat(np.arange(len(d)), d)
    order = np.arange(len(position)) - np.repeat(np.cumsum(d) - d, d)
    s = order / d[position] if ties == "efron" else np.zeros(len(position))
    f = 1.0 / (at_risk[position] - s * of_events[position])
    terms = (f, s * f, f**2, s * f**2, s**2 * f**2, -np.log(f))
    sums = [mean_weight * np.bincount(position, weights=term, minlength=len(d)) for term in terms]
    return TieSums(*sums)


def second_moments(before: Integers, until: Integers, weighted: Floats, x: Floats, sets: RiskSets) -> Floats:
    """Return Σ w risk x xᵀ over those at risk at each event time.

    Parameters
    ----------
    before, until : ndarray of shape (n,)
        Positions between which rows are at risk.
    weighted : ndarray of shape (n,)
        w risk.
    x : ndarray of shape (n, p)
        Covariates.
    sets : RiskSets
        The event times.

    Returns
    -------
    ndarray of shape (T, p, p)
        Sums.
    """
    size = len(sets.times) + 1
    ever = until > before
    ending = binned_moments(until[ever], weighted[ever], x[ever], size)
    late = ever & (before > 0)
    if late.any():
        ending -= binned_moments(before[late], weighted[late], x[late], size)
    if (ever & (before == 0)).any():
        start = ever & (before == 0)
        ending[0] -= (x[start] * weighted[start, None]).T @ x[start]
    return np.asarray(ending[::-1].cumsum(axis=0)[::-1][1:])


def event_moments(sets: RiskSets, weighted: Floats, x: Floats) -> Floats:
    """Return Σ w risk x xᵀ over those with their event at each event time.

    Parameters
    ----------
    sets : RiskSets
        The event times.
    weighted : ndarray of shape (n,)
        w risk.
    x : ndarray of shape (n, p)
        Covariates.

    Returns
    -------
    ndarray of shape (T, p, p)
        Sums.
    """
    own = sets.event_at >= 0
    return binned_moments(sets.event_at[own], weighted[own], x[own], len(sets.times))


def binned_moments(position: Integers, weighted: Floats, x: Floats, size: int) -> Floats:
    """Return Σ w x xᵀ by position.

    Parameters
    ----------
    position : ndarray of shape (n,)
        Where each row belongs, 0 to size − 1.
    weighted : ndarray of shape (n,)
        Weights.
    x : ndarray of shape (n, p)
        Covariates.
    size : int
        Positions.

    Returns
    -------
    ndarray of shape (size, p, p)
        Sums.
    """
    order = np.argsort(position, kind="stable")
    edges = np.searchsorted(position[order], np.arange(size + 1))
    sorted_x = x[order]
    scaled = sorted_x * weighted[order, None]
    sums = np.zeros((size, x.shape[1], x.shape[1]))
    for at, (low, high) in enumerate(pairwise(edges)):
        if high > low:
            sums[at] = scaled[low:high].T @ sorted_x[low:high]
    return sums


def score_residuals(data: CoxData, sums: CoxSums, time_weights: Floats | None = None) -> Floats:
    """Return what each row contributes to the score.

    Parameters
    ----------
    data : CoxData
        The rows.
    sums : CoxSums
        At the coefficients at which the score is taken.
    time_weights : ndarray of shape (T,), optional
        Weights of the event times; 1 without them.

    Returns
    -------
    ndarray of shape (n, p)
        Contributions, each times the row's weight; they add up to the score.

    Notes
    -----
    For row i, Σ over its event times of (xᵢ − x̄) (dNᵢ − Yᵢ riskᵢ dΛ), with x̄ and dΛ of each tied event's own risk set.

    References
    ----------
    Lin, D. Y. and Wei, L. J. (1989), The robust inference for the Cox proportional hazards model, Journal of the
    American Statistical Association 84, doi:10.1080/01621459.1989.10478874.
    """
    g = np.ones(len(data.sets.times)) if time_weights is None else time_weights
    ties, sets = sums.ties, data.sets
    hazard = g * ties.f
    pull = g[:, None] * (ties.ff[:, None] * sums.at_risk - ties.sff[:, None] * sums.of_events)
    residuals = sums.risk[:, None] * (sets.spent(pull) - data.x * sets.spent(hazard)[:, None])
    own = sets.event_at >= 0
    j, risk = sets.event_at[own], sums.risk[own, None]
    # Of d tied events the l-th is at risk with the part 1 − s_l: what was taken away too much is given back.
    back = (g * ties.sf)[j, None] * data.x[own]
    back = back - g[j, None] * (ties.sff[j, None] * sums.at_risk[j] - ties.ssff[j, None] * sums.of_events[j])
    residuals[own] += risk * back + g[j, None] * (data.x[own] - sums.mean_covariates[j])
    return np.asarray(residuals * data.weights[:, None])
