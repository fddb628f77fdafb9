"""Replicates: leave-one-group-out values, jackknife intervals and draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from cxvalue.errors import NotEstimable
from cxvalue.link.columns import Floats
from cxvalue.result import Brief, interval_text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BandReplicates(Brief):
    """Curves of a stratum with their leave-one-group-out values.

    Parameters
    ----------
    estimate : ndarray of shape (B, M, H)
        Mean per customer at time zero, by band, metric and month k = 1…H.
    leave_one_group_out : ndarray of shape (G, B, M, H)
        The same with each customer group left out.
    counts : ndarray of shape (B, H)
        Episodes observed at each month.
    columns : tuple of int
        Columns of the basis that were used.
    n_customers : int or None
        Distinct customers among the episodes of the two bands compared, where the estimator chose among the episodes
        of the stratum and counts them; None otherwise.
    """

    estimate: Floats
    leave_one_group_out: Floats
    counts: Floats
    columns: tuple[int, ...]
    n_customers: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Interval:
    """An estimate with its uncertainty.

    Parameters
    ----------
    estimate : float
        The estimate.
    se : float
        Its standard error.
    ci_low, ci_high : float
        Its interval at the study's confidence.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float

    def holds(self, value: float) -> bool:
        """Return whether the interval holds a value.

        Parameters
        ----------
        value : float
            The value.

        Returns
        -------
        bool
            True when it lies within.
        """
        return self.ci_low <= value <= self.ci_high

    def __repr__(self) -> str:
        return interval_text(self.estimate, self.ci_low, self.ci_high)


Estimate = Interval | NotEstimable


def jackknife_se(leave_one_group_out: Floats) -> Floats:
    """Return the delete-a-group jackknife standard error.

    Parameters
    ----------
    leave_one_group_out : ndarray of shape (G, …)
        Values with each group left out.

    Returns
    -------
    ndarray of shape (…)
        Standard errors.

    Notes
    -----
    se² = (G − 1)/G · Σ_g (θ₍g₎ − mean θ₍·₎)².

    References
    ----------
    Efron, B. and Stein, C. (1981), The jackknife estimate of variance, Annals of Statistics 9,
    doi:10.1214/aos/1176345462.

    Examples
    --------
    >>> float(jackknife_se(np.array([1.0, 2.0, 3.0])))
    1.1547005383792515
    """
    g = len(leave_one_group_out)
    centred = leave_one_group_out - leave_one_group_out.mean(axis=0)
    return np.asarray(np.sqrt((g - 1) / g * (centred**2).sum(axis=0)))


def t_factor(groups: int, confidence: float) -> float:
    """Return by how many standard errors an interval reaches to each side.

    Parameters
    ----------
    groups : int
        Customer groups, G; the interval takes Student's t with G − 1 degrees of freedom.
    confidence : float
        Level.

    Returns
    -------
    float
        The factor.

    Examples
    --------
    >>> round(t_factor(100, 0.95), 3)
    1.984
    """
    return float(stdtrit(groups - 1, 0.5 + confidence / 2))


def jackknife_reach(leave_one_group_out: Floats, confidence: float) -> Floats:
    """Return by how much jackknife-t intervals reach to each side.

    Parameters
    ----------
    leave_one_group_out : ndarray of shape (G, …)
        Values with each group left out.
    confidence : float
        Level.

    Returns
    -------
    ndarray of shape (…)
        t(G − 1) × standard error.
    """
    return np.asarray(t_factor(len(leave_one_group_out), confidence) * jackknife_se(leave_one_group_out))


def interval(estimate: float, leave_one_group_out: Floats, *, confidence: float) -> Interval:
    """Return the jackknife-t interval of one figure.

    Parameters
    ----------
    estimate : float
        The estimate on all customers.
    leave_one_group_out : ndarray of shape (G,)
        The figure with each group left out.
    confidence : float
        Level.

    Returns
    -------
    Interval
        Estimate ± t(G − 1) × standard error.
    """
    se = float(jackknife_se(leave_one_group_out))
    reach = t_factor(len(leave_one_group_out), confidence) * se
    return Interval(float(estimate), se, float(estimate) - reach, float(estimate) + reach)


def group_draws(groups: int, draws: int, *, seed: int) -> Floats:
    """Return the weights with which resampled groups move every figure in each draw.

    Parameters
    ----------
    groups : int
        Customer groups, G.
    draws : int
        Number of draws, D.
    seed : int
        Seed.

    Returns
    -------
    ndarray of shape (D, G)
        How often each group was drawn less once, centred and scaled over the draws.

    Notes
    -----
    Groups are drawn with replacement. The counts are then centred and whitened within the space of contrasts
    between groups, so that the spread of the draws of any linear figure is its jackknife standard error exactly,
    not up to simulation error. With fewer draws than groups, only their overall scale is set.
    """
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(groups, np.full(groups, 1.0 / groups), size=draws).astype(np.float64)
    weights = counts - counts.mean(axis=0)
    weights -= weights.mean(axis=1, keepdims=True)
    if draws <= groups:
        target = np.sqrt((groups - 1) / groups)
        return np.asarray(weights * (target / np.sqrt((weights**2).mean())))
    values, vectors = np.linalg.eigh(weights.T @ weights / draws)
    keep = values > 1e-9 * values.max()
    whitener = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
    return np.asarray(weights @ whitener)


def draw(estimate: Floats, leave_one_group_out: Floats, weights: Floats) -> Floats:
    """Return draws of figures, centred on the estimate and scaled to the jackknife error.

    Parameters
    ----------
    estimate : ndarray of shape (…)
        Estimates.
    leave_one_group_out : ndarray of shape (G, …)
        The same with each group left out.
    weights : ndarray of shape (D, G)
        From :func:`group_draws`; the same for all figures of a study, so that they move together.

    Returns
    -------
    ndarray of shape (D, …)
        Draws.
    """
    g = len(leave_one_group_out)
    pull = (leave_one_group_out.mean(axis=0) - leave_one_group_out) * np.sqrt((g - 1) / g)
    moved = weights @ pull.reshape(g, -1)
    return np.asarray(estimate + moved.reshape(len(weights), *np.shape(estimate)))
