"""Shrinkage: noisy figures of small groups drawn toward the whole (empirical Bayes)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from cxvalue.link.columns import Floats


def between_variance(values: Floats, variances: Floats, *, centre: float | None = None) -> float:
    r"""Return how much true values differ between groups, beyond the noise of their estimates (Paule and Mandel).

    Parameters
    ----------
    values : ndarray of shape (k,)
        Estimates.
    variances : ndarray of shape (k,)
        Their squared standard errors, above 0.
    centre : float, optional
        What the true values lie around; default their mean, weighted by 1 / (variance + between-variance).

    Returns
    -------
    float
        :math:`\tau^2`, 0 or more; 0 when the estimates lie no further apart than their noise explains.

    Notes
    -----
    Solves :math:`\sum_i (y_i - \mu)^2 / (v_i + \tau^2) = k - 1`. The whole is made of the groups as their mean is, so
    a given centre takes k − 1 as well.

    References
    ----------
    Paule, R. C. and Mandel, J. (1982), Consensus values and weighting factors, Journal of Research of the National
    Bureau of Standards 87, doi:10.6028/jres.087.022.

    Examples
    --------
    Without a noise to speak of, it is the variance of the values.

    >>> round(between_variance(np.array([1.0, 2.0, 3.0]), np.full(3, 1e-12)), 6)
    1.0
    """

    def excess(tau2: float) -> float:
        weights = 1.0 / (variances + tau2)
        middle = float(weights @ values / weights.sum()) if centre is None else centre
        return float(weights @ (values - middle) ** 2) - (len(values) - 1)

    if len(values) < 2 or excess(0.0) <= 0:
        return 0.0
    # At this end every weight is below 1 / Σ (y − μ)², so the sum is below k − 1 if it was above at 0.
    middle = float(values.mean()) if centre is None else centre
    most = float(((values - middle) ** 2).sum())
    return float(brentq(excess, 0.0, most, xtol=1e-12 * most, rtol=1e-12))


def shrinkage_of(variances: Floats, tau2: float) -> Floats:
    """Return how far each figure is drawn toward the centre.

    Parameters
    ----------
    variances : ndarray of shape (k,)
        Squared standard errors.
    tau2 : float
        Variance between the groups.

    Returns
    -------
    ndarray of shape (k,)
        v / (v + τ²): 0 leaves the figure as it is, 1 puts the centre in its place; 1 where both are 0.

    References
    ----------
    Morris, C. N. (1983), Parametric empirical Bayes inference: theory and applications, Journal of the American
    Statistical Association 78, doi:10.1080/01621459.1983.10477920.

    Examples
    --------
    >>> shrinkage_of(np.array([1.0, 3.0]), 1.0).tolist()
    [0.5, 0.75]
    """
    total = variances + tau2
    return np.asarray(np.where(total > 0, variances / np.where(total > 0, total, 1.0), 1.0))


def shrink(values: Floats, variances: Floats, *, centre: float) -> tuple[Floats, Floats]:
    """Return figures drawn toward a centre, each as far as its noise calls for.

    Parameters
    ----------
    values : ndarray of shape (k,)
        Estimates.
    variances : ndarray of shape (k,)
        Their squared standard errors.
    centre : float
        The figure of the whole.

    Returns
    -------
    tuple of ndarray of shape (k,)
        Shrunken figures, and by how much each was shrunken, 0 to 1.

    Notes
    -----
    Shrunken figures have the smaller mean squared error over all groups together. They claim no coverage: each is
    drawn off its own group's value on purpose, so no interval is given around them.

    Examples
    --------
    Estimates no further apart than their noise are all put at the centre.

    >>> shrink(np.array([9.0, 11.0]), np.array([4.0, 4.0]), centre=10.0)
    (array([10., 10.]), array([1., 1.]))
    """
    # An estimate without noise keeps a floor far below any digit that is shown, so that 1 / variance stays finite.
    floor = (1e-9 * max(float(np.abs(values).max()), abs(centre), 1e-9)) ** 2
    noise = np.maximum(variances, floor)
    share = shrinkage_of(variances, between_variance(values, noise, centre=centre))
    return centre + (1.0 - share) * (values - centre), share
