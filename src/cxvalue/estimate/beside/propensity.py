"""Propensities: the probability of each band, and of belonging to the target, given the covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_softmax

from cxvalue.errors import SettingsError
from cxvalue.link.columns import Floats, Integers

PRIOR = 0.01
"""Precision of the prior that pulls coefficients towards 0, so that they stay finite where classes separate."""
MOST_STEPS = 50
LEAST_PROBABILITY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Propensity:
    """A multinomial logistic model of a class, with every customer group left out in turn.

    Parameters
    ----------
    coefficients : ndarray of shape (1 + G, K, p)
        On all rows, then with each group left out; the first class is the reference (zeros).
    """

    coefficients: Floats

    def probabilities(self, design: Floats, replicate: int) -> Floats:
        """Return the probability of each class.

        Parameters
        ----------
        design : ndarray of shape (n, p)
            Rows.
        replicate : int
            0 for all customers, 1 + g with group g left out.

        Returns
        -------
        ndarray of shape (n, K)
            Probabilities.
        """
        return class_probabilities(self.coefficients[replicate] @ design.T)


def class_probabilities(linear: Floats) -> Floats:
    """Return the probabilities of the classes of a multinomial logistic model.

    Parameters
    ----------
    linear : ndarray of shape (K, n)
        Linear predictors, class by class: few classes and many rows, so that each class is one run in memory.

    Returns
    -------
    ndarray of shape (n, K)
        exp(l_k) / Σ_c exp(l_c); rows add up to 1.

    Examples
    --------
    >>> class_probabilities(np.log([[1.0, 3.0], [1.0, 1.0]])).round(2).tolist()
    [[0.5, 0.5], [0.75, 0.25]]
    """
    odds = np.exp(linear - linear.max(axis=0))
    return np.asarray((odds / odds.sum(axis=0)).T)


def fit_propensity(
    design: Floats, classes: Integers, group: Integers, *, n_classes: int, groups: int, weights: Floats | None = None
) -> Propensity:
    """Fit a multinomial logistic regression, with every customer group left out in turn.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Rows; the first column is the intercept.
    classes : ndarray of shape (n,)
        Class of each row, 0 to K − 1.
    group : ndarray of shape (n,)
        Customer group.
    n_classes : int
        K.
    groups : int
        G.
    weights : ndarray of shape (1 + G, n), optional
        Weights of the rows in each replicate, 0 for those left out; default 1 for every row of the other groups.

    Returns
    -------
    Propensity
        The model.

    Notes
    -----
    Maximum likelihood by Newton's method with a slight pull towards 0. The coefficients of a replicate are one Newton
    step from the full solution, with the replicate's own score and Hessian.
    """
    free = (n_classes - 1) * design.shape[1]
    plain = np.ones(len(design)) if weights is None else weights[0]
    theta = newton(design, classes, plain, n_classes)
    coefficients = np.zeros((1 + groups, n_classes, design.shape[1]))
    coefficients[0, 1:] = theta.reshape(n_classes - 1, -1)
    if weights is None:
        left_out = [derivatives(design[group == g], classes[group == g], None, theta, n_classes) for g in range(groups)]
        total = np.sum([hessian for _, hessian in left_out], axis=0)
        parts = [(-score, total - hessian) for score, hessian in left_out]
    else:
        parts = [derivatives(design, classes, weights[1 + g], theta, n_classes) for g in range(groups)]
        parts = [(score - PRIOR * theta, hessian) for score, hessian in parts]
    for g, (score, hessian) in enumerate(parts):
        step = np.linalg.solve(hessian + PRIOR * np.eye(free), score)
        coefficients[1 + g, 1:] = (theta + step).reshape(n_classes - 1, -1)
    return Propensity(coefficients)


def newton(design: Floats, classes: Integers, weights: Floats, n_classes: int) -> Floats:
    """Return the maximum-likelihood coefficients of a multinomial logistic regression.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Rows.
    classes : ndarray of shape (n,)
        Classes.
    weights : ndarray of shape (n,)
        Weights.
    n_classes : int
        K.

    Returns
    -------
    ndarray of shape ((K − 1)·p,)
        Coefficients of all classes but the first.
    """
    p = design.shape[1]
    share = np.maximum(np.bincount(classes, weights, minlength=n_classes), 1e-9)
    start = np.zeros((n_classes - 1, p))
    start[:, 0] = np.log(share[1:] / share[0])
    theta: Floats = start.reshape(-1)
    for _ in range(MOST_STEPS):
        score, hessian = derivatives(design, classes, weights, theta, n_classes)
        step = np.linalg.solve(hessian + PRIOR * np.eye(len(theta)), score - PRIOR * theta)
        step *= min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        theta = theta + step
        if np.abs(step).max() < 1e-9:
            break
    return theta


def derivatives(
    design: Floats, classes: Integers, weights: Floats | None, theta: Floats, n_classes: int
) -> tuple[Floats, Floats]:
    """Return score and Hessian (its negative) of the multinomial likelihood.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Rows.
    classes : ndarray of shape (n,)
        Classes.
    weights : ndarray of shape (n,), optional
        Weights; default 1.
    theta : ndarray of shape ((K − 1)·p,)
        Where.
    n_classes : int
        K.

    Returns
    -------
    tuple of ndarray
        Shapes ((K − 1)·p,) and ((K − 1)·p, (K − 1)·p).
    """
    p = design.shape[1]
    w = np.ones(len(design)) if weights is None else weights
    linear = np.zeros((n_classes, len(design)))
    linear[1:] = theta.reshape(n_classes - 1, p) @ design.T
    prob = class_probabilities(linear)[:, 1:]
    is_class = classes[:, None] == np.arange(1, n_classes)
    score = (w[:, None] * (is_class - prob)).T @ design
    hessian = np.empty((n_classes - 1, p, n_classes - 1, p))
    for a in range(n_classes - 1):
        for b in range(a, n_classes - 1):
            each = w * prob[:, a] * ((a == b) - prob[:, b])
            hessian[a, :, b] = (design * each[:, None]).T @ design
            hessian[b, :, a] = hessian[a, :, b].T
    return score.reshape(-1), hessian.reshape((n_classes - 1) * p, -1)


def learned_logits(
    learner: Any,
    features: Floats,
    classes: Integers,
    *,
    fold: Integers,
    others: tuple[Floats, Integers] | None = None,
    weights: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Return the logarithm of each class's probability from a scikit-learn classifier that never saw the customer.

    Parameters
    ----------
    learner : scikit-learn classifier
        With ``fit`` and ``predict_proba``; cloned for each fold.
    features : ndarray of shape (n, q)
        Covariates of the rows that it learns from.
    classes : ndarray of shape (n,)
        Their classes, 0 to K − 1, each present outside every fold.
    fold : ndarray of shape (n,)
        Fold of each row: customers never straddle two.
    others : tuple of ndarray, optional
        Further rows to predict for: features of shape (c, q) and fold of shape (c,).
    weights : ndarray of shape (n,), optional
        Weights of the rows; default 1.

    Returns
    -------
    tuple of ndarray of shape (n, K) and (c, K)
        Out-of-fold log probabilities of the rows and of the others.

    Raises
    ------
    SettingsError
        When there are weights and the learner takes none.
    """
    from sklearn.base import clone
    from sklearn.utils.validation import has_fit_parameter

    if weights is not None and not has_fit_parameter(learner, "sample_weight"):
        raise SettingsError(
            f"{type(learner).__name__} learns without weights, and customers are weighted by response",
            allowed="a scikit-learn classifier whose fit takes sample_weight",
            hint="take propensity = 'boosting', or response = false",
        )
    n_classes = int(classes.max()) + 1
    more, more_fold = others if others is not None else (np.empty((0, features.shape[1])), np.empty(0, np.int64))
    mine, theirs = np.empty((len(features), n_classes)), np.empty((len(more), n_classes))
    for f in np.unique(np.concatenate([fold, more_fold])):
        train = fold != f
        extra = {} if weights is None else {"sample_weight": weights[train]}
        fitted = clone(learner).fit(features[train], classes[train], **extra)
        for rows, at, out in ((features, fold == f, mine), (more, more_fold == f, theirs)):
            if at.any():
                out[at] = np.log(np.maximum(fitted.predict_proba(rows[at]), LEAST_PROBABILITY))
    return mine, theirs


def calibration_design(logits: Floats) -> Floats:
    """Return the design on which out-of-fold probabilities are calibrated.

    Parameters
    ----------
    logits : ndarray of shape (n, K)
        Log probabilities.

    Returns
    -------
    ndarray of shape (n, K)
        An intercept and the log odds of each class against the first: a multinomial logistic regression on them is
        Platt's scaling for several classes.

    References
    ----------
    Platt, J. (1999), Probabilistic outputs for support vector machines, Advances in Large Margin Classifiers.
    """
    normal = log_softmax(logits, axis=1)
    return np.column_stack([np.ones(len(logits)), normal[:, 1:] - normal[:, :1]])
