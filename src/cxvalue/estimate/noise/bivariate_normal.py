"""Probabilities of the bivariate normal distribution, for many points at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import ndtr

from cxvalue.link.columns import Floats

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(24)
FAR: Final = 9.0
"""Standard deviations beyond which nothing is left: P < 1e-18."""


def bivariate_cdf(h: Floats, k: Floats, correlation: Floats) -> Floats:
    r"""Return P(X ≤ h, Y ≤ k) of two standard normal variables.

    Parameters
    ----------
    h, k : ndarray
        Points, infinite ones included; shapes that broadcast together.
    correlation : ndarray
        Correlations within (−1, 1); broadcasts too.

    Returns
    -------
    ndarray
        Probabilities, of the common shape.

    Notes
    -----
    Plackett's identity with r = sin θ:
    :math:`\Phi_2(h, k, \rho) = \Phi(h) \Phi(k) + \frac{1}{2\pi} \int_0^{\arcsin \rho}
    \exp\left(-\frac{h^2 + k^2 - 2 h k \sin\theta}{2 \cos^2\theta}\right) d\theta`,
    by 24 Gauss–Legendre nodes. Up to correlations of 0.95 the error is below 1e-9, up to 0.99 below 1e-5.

    References
    ----------
    Drezner, Z. and Wesolowsky, G. (1990), On the computation of the bivariate normal integral, Journal of Statistical
    Computation and Simulation 35, doi:10.1080/00949659008811236.

    Examples
    --------
    >>> round(float(bivariate_cdf(np.array(0.0), np.array(0.0), np.array(0.5))), 9)  # 1/4 + arcsin(0.5) / 2π
    0.333333333
    """
    h, k = np.clip(h, -FAR, FAR), np.clip(k, -FAR, FAR)
    end = np.arcsin(correlation)
    total = np.zeros(np.broadcast_shapes(np.shape(h), np.shape(k), np.shape(end)))
    squares, product = h**2 + k**2, 2 * h * k
    for node, weight in zip(NODES, NODE_WEIGHTS, strict=True):
        sine = np.sin(end * (1 + node) / 2)
        total += weight * np.exp(-(squares - product * sine) / (2 * (1 - sine**2)))
    return np.asarray(ndtr(h) * ndtr(k) + end / 2 * total / (2 * np.pi))


def bivariate_density(h: Floats, k: Floats, correlation: Floats) -> Floats:
    """Return the density of two standard normal variables, which is the derivative of the CDF by the correlation.

    Parameters
    ----------
    h, k : ndarray
        Points; 0 at infinite ones.
    correlation : ndarray
        Correlations within (−1, 1).

    Returns
    -------
    ndarray
        Densities.
    """
    h, k = np.clip(h, -FAR, FAR), np.clip(k, -FAR, FAR)
    rest = 1 - np.asarray(correlation) ** 2
    inside = np.exp(-(h**2 + k**2 - 2 * correlation * h * k) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))
    return np.asarray(np.where((np.abs(h) < FAR) & (np.abs(k) < FAR), inside, 0.0))
