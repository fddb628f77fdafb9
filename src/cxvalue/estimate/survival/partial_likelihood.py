"""Cox's partial likelihood with tied events, weights and delayed entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cxvalue.estimate.survival.arranged_rows import ArrangedRows
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


def cox_sums(data: CoxData, rows: ArrangedRows, coefficients: Floats) -> CoxSums:
    """Return likelihood, score and information.

    Parameters
    ----------
    data : CoxData
        The rows.
    rows : ArrangedRows
        The same rows in order of time.
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
    predictor = data.x @ coefficients
    shift = float(predictor.max(initial=-np.inf))
    risk = np.exp(predictor - shift)
    moments = rows.moments(data.weights * risk)
    everybody, events = moments.at_risk, moments.of_events
    weight = rows.event_weight
    ties = tie_sums(everybody[:, -1, -1], events[:, -1, -1], rows.n_events, weight / rows.n_events, data.ties)
    first, own = everybody[:, :-1, -1].copy(), events[:, :-1, -1].copy()
    log_likelihood = float(rows.event_x @ coefficients - shift * weight.sum() - ties.log.sum())
    pull = ties.f[:, None] * first - ties.sf[:, None] * own
    score = rows.event_x - pull.sum(axis=0)
    cross = np.einsum("t,ti,tj->tij", ties.sff, first, own)
    information = (
        ties.f[:, None, None] * everybody[:, :-1, :-1]
        - ties.sf[:, None, None] * events[:, :-1, :-1]
        - np.einsum("t,ti,tj->tij", ties.ff, first, first)
        + cross
        + cross.transpose(0, 2, 1)
        - np.einsum("t,ti,tj->tij", ties.ssff, own, own)
    )
    return CoxSums(log_likelihood, score, information, risk, ties, first, own, weight)


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
    sets, ties = data.sets, sums.ties
    g = np.ones(len(sets.times)) if time_weights is None else time_weights
    own, last = sets.event_at >= 0, len(sets.times)
    j, risk = sets.event_at[own], data.weights * sums.risk
    slope = -risk * sets.spent(g * ties.f)
    slope[own] += risk[own] * (g * ties.sf)[j] + data.weights[own] * g[j]
    pull = g[:, None] * (ties.ff[:, None] * sums.at_risk - ties.sff[:, None] * sums.of_events)
    total = np.concatenate([np.zeros((1, pull.shape[1])), pull.cumsum(axis=0)])
    # Of d tied events the l-th is at risk with the part 1 − s_l: what was taken away too much is given back.
    back = g[:, None] * (ties.sff[:, None] * sums.at_risk - ties.ssff[:, None] * sums.of_events)
    level = np.concatenate([total, total[1:] - back])[np.where(own, last + 1 + sets.event_at, sets.until)]
    late = np.flatnonzero(sets.before > 0)
    level[late] -= total[sets.before[late]]
    level *= risk[:, None]
    level[own] -= data.weights[own, None] * (g[:, None] * sums.mean_covariates)[j]
    level += slope[:, None] * data.x
    return np.asarray(level)
