"""Weights: each band made alike to a population, by the inverse of its propensity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from cxvalue.estimate.beside.propensity import LEAST_PROBABILITY
from cxvalue.estimate.settings import WEIGHT_CAP
from cxvalue.link.columns import Floats, Integers

Population = Literal["target", "everybody", "overlap"]
MOST_CUTS: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class ClassWeights:
    """Weights of rows, and what was done to the largest.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Weights; stabilised: their mean is 1 in every class. 0 for trimmed rows.
    n_capped : int
        Rows whose weight was cut down to the cap.
    cap : float
        The cap, in means of the class.
    n_trimmed : int
        Rows left out because a propensity is below the limit.
    """

    values: Floats
    n_capped: int
    cap: float
    n_trimmed: int

    def effective(self, classes: Integers, n_classes: int) -> Floats:
        """Return the effective number of rows in each class.

        Parameters
        ----------
        classes : ndarray of shape (n,)
            Class of each row.
        n_classes : int
            K.

        Returns
        -------
        ndarray of shape (K,)
            (Σw)² / Σw².
        """
        total = np.bincount(classes, self.values, minlength=n_classes)
        squares = np.bincount(classes, self.values**2, minlength=n_classes)
        return np.asarray(np.divide(total**2, squares, out=np.zeros(n_classes), where=squares > 0))


def class_weights(
    probabilities: Floats,
    classes: Integers,
    *,
    population: Population = "everybody",
    target_odds: Floats | None = None,
    cap: float = WEIGHT_CAP,
    trim: float = 0.0,
    keep: Floats | None = None,
) -> ClassWeights:
    """Return weights under which every class has the covariates of one population.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K)
        Probability of each class given the row's covariates.
    classes : ndarray of shape (n,)
        Class of each row.
    population : {"target", "everybody", "overlap"}
        ``everybody``: all rows; ``overlap``: where all classes are likely; ``target``: another population, of which
        the odds are given.
    target_odds : ndarray of shape (n,), optional
        Density of the target over that of the rows, up to a factor; for ``target``.
    cap : float
        Largest weight, in means of its class.
    trim : float
        Rows with a propensity of any class below this are left out.
    keep : ndarray of shape (n,), optional
        1 for rows that count, 0 for others; default all.

    Returns
    -------
    ClassWeights
        Stabilised, capped, trimmed.

    Raises
    ------
    ValueError
        For ``target`` without its odds.

    Notes
    -----
    w(x, b) = h(x) / e_b(x) with h = 1, the target's odds, or 1 / Σ_c 1/e_c(x).

    References
    ----------
    Li, F. and Li, F. (2019), Propensity score weighting for causal inference with multiple treatments, Annals of
    Applied Statistics 13, doi:10.1214/19-AOAS1282.

    Examples
    --------
    >>> half = np.full((4, 2), 0.5)
    >>> class_weights(half, np.array([0, 0, 1, 1])).values.tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    safe = np.maximum(probabilities, LEAST_PROBABILITY)
    tilt = np.ones(len(safe))
    if population == "overlap":
        tilt = 1.0 / (1.0 / safe).sum(axis=1)
    elif population == "target":
        if target_odds is None:
            raise ValueError("weights to the target need its odds")
        tilt = target_odds
    counted = np.ones(len(safe)) if keep is None else keep
    inside = counted * (probabilities.min(axis=1) >= trim) if trim > 0 else counted
    values = inside * tilt / safe[np.arange(len(safe)), classes]
    values, n_capped = cap_weights(values, classes, cap=cap)
    return ClassWeights(values, n_capped, cap, int((counted - inside).sum()))


def cap_weights(values: Floats, classes: Integers, *, cap: float) -> tuple[Floats, int]:
    """Scale weights to a mean of 1 in every class and cut the largest.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Weights; 0 for rows that do not count.
    classes : ndarray of shape (n,)
        Class of each row.
    cap : float
        Largest weight after scaling.

    Returns
    -------
    tuple of ndarray of shape (n,) and int
        Weights with a mean of 1 in every class and none above the cap, and how many were cut. Each cut lowers the
        mean and raises the others, so cutting and scaling take turns until both hold.
    """
    counted = np.maximum(np.bincount(classes, values > 0), 1.0)
    limit = np.minimum(cap, counted)[classes]
    scaled, is_cut = values, np.zeros(len(values), dtype=bool)
    for _ in range(MOST_CUTS):
        mean = np.bincount(classes, scaled) / counted
        scaled = scaled / np.where(mean > 0, mean, 1.0)[classes]
        over = scaled > limit * (1 + 1e-9)
        if not over.any():
            break
        is_cut |= over
        scaled = np.minimum(scaled, limit)
    return scaled, int(is_cut.sum())


def weighted_means(outcome: Floats, classes: Integers, weights: Floats, *, n_classes: int) -> Floats:
    """Return the weighted mean of an outcome in each class.

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        Outcomes.
    classes : ndarray of shape (n,)
        Class of each row.
    weights : ndarray of shape (n,)
        Weights.
    n_classes : int
        K.

    Returns
    -------
    ndarray of shape (K,)
        Σwy / Σw; NaN for a class without weight.

    References
    ----------
    Hernán, M. and Robins, J. (2020), Causal Inference: What If, chapter 12.

    Examples
    --------
    >>> weighted_means(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1]), np.array([1.0, 3.0, 1.0]), n_classes=2).tolist()
    [2.5, 5.0]
    """
    total = np.bincount(classes, weights, minlength=n_classes)
    summed = np.bincount(classes, weights * outcome, minlength=n_classes)
    return np.asarray(np.divide(summed, total, out=np.full(n_classes, np.nan), where=total > 0))


def augmented_means(
    outcome: Floats,
    fitted: Floats,
    classes: Integers,
    weights: Floats,
    *,
    target_fitted: Floats,
    target_weights: Floats,
) -> Floats:
    """Return the augmented inverse-probability-weighted mean of an outcome in each class.

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        Outcomes.
    fitted : ndarray of shape (n, K)
        What a regression, fitted without the row, predicts for it in each class.
    classes : ndarray of shape (n,)
        Class of each row.
    weights : ndarray of shape (n,)
        Weights to the target.
    target_fitted : ndarray of shape (c, K)
        What the regression predicts for the target's rows in each class.
    target_weights : ndarray of shape (c,)
        Weights of the target's rows.

    Returns
    -------
    ndarray of shape (K,)
        Mean prediction over the target, plus the weighted mean residual of each class: right when the regression or
        the weights are.

    References
    ----------
    Robins, J., Rotnitzky, A. and Zhao, L. (1994), Estimation of regression coefficients when some regressors are not
    always observed, JASA 89, doi:10.1080/01621459.1994.10476818.

    Examples
    --------
    A regression that predicts 0 leaves the weighted means:

    >>> y, b, w = np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1]), np.array([1.0, 3.0, 1.0])
    >>> nothing = np.zeros((3, 2))
    >>> augmented_means(y, nothing, b, w, target_fitted=nothing, target_weights=np.ones(3)).tolist()
    [2.5, 5.0]
    """
    residual = outcome - fitted[np.arange(len(outcome)), classes]
    mean = target_weights @ target_fitted / target_weights.sum()
    return np.asarray(mean + weighted_means(residual, classes, weights, n_classes=fitted.shape[1]))
