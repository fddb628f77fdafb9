"""Moments of a standard normal variable that lies between two limits."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from cxvalue.link.columns import Floats

LEAST = 1e-14
"""Probability of an interval below which its moments are those of its nearer end."""


def normal_density(x: Floats) -> Floats:
    """Return the standard normal density.

    Parameters
    ----------
    x : ndarray
        Points, infinite ones included.

    Returns
    -------
    ndarray
        Densities.
    """
    return np.asarray(np.exp(-(np.minimum(np.abs(x), 40.0) ** 2) / 2) / np.sqrt(2 * np.pi))


def interval_probability(low: Floats, high: Floats) -> Floats:
    """Return P(low < X ≤ high), computed in the tail where both limits lie in it.

    Parameters
    ----------
    low, high : ndarray
        Limits, infinite ones included.

    Returns
    -------
    ndarray
        Probabilities.
    """
    flip = low > 0
    return np.asarray(np.where(flip, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low)))


def truncated_moments(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    r"""Return mean and mean square of a standard normal variable between limits.

    Parameters
    ----------
    low, high : ndarray
        Limits, infinite ones included.

    Returns
    -------
    tuple of ndarray
        E[X] and E[X²].

    Notes
    -----
    :math:`E[X] = (\phi(a) - \phi(b)) / P` and :math:`E[X^2] = 1 + (a \phi(a) - b \phi(b)) / P`.

    Examples
    --------
    >>> mean, square = truncated_moments(np.array(0.0), np.array(np.inf))
    >>> round(float(mean), 6), round(float(square), 6)
    (0.797885, 1.0)
    """
    inside = interval_probability(low, high)
    at_low, at_high = normal_density(low), normal_density(high)
    product = [np.where(np.isfinite(x), x, 0.0) * at for x, at in ((low, at_low), (high, at_high))]
    safe = np.maximum(inside, LEAST)
    end = np.where(np.abs(low) < np.abs(high), low, high)
    end = np.where(np.isfinite(end), end, 0.0)
    mean = np.where(inside > LEAST, (at_low - at_high) / safe, end)
    square = np.where(inside > LEAST, 1 + (product[0] - product[1]) / safe, end**2)
    return np.asarray(mean), np.asarray(square)
