"""Distribution: what a low, a most likely and a high value say of an uncertain number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from cxvalue.link.columns import Floats
from cxvalue.result import Brief

DistributionKind = Literal["triangular", "pert", "normal", "lognormal", "uniform"]

RANGE_LEVEL: Final = 0.9
"""Share of a normal or lognormal distribution that lies between its low and its high value."""
PERT_WEIGHT: Final = 4.0
"""How many times the most likely value counts against each end in the mean of a PERT distribution."""
_EDGE: Final = 1e-12
_TINY: Final = 1e-100
"""Below it the inverse of the beta distribution may come out as no number; the value there is its end."""


@dataclass(frozen=True, slots=True, repr=False)
class Distribution(Brief):
    """An uncertain number.

    Parameters
    ----------
    kind : {"triangular", "pert", "normal", "lognormal", "uniform"}
        For triangular, pert and uniform, low and high are the ends; for normal and lognormal the 90 % range.
    low, mode, high : float
        ``mode`` is the most likely value of a triangular or pert distribution; the other kinds do not read it.
    least, most : float
        Values beyond them cannot be; the part of a normal or lognormal distribution there is cut off, and the rest
        scaled up.

    Notes
    -----
    PERT is the beta distribution on low to high with mean (low + 4 · mode + high) / 6.

    References
    ----------
    Clark, C. E. (1962), The PERT model for the distribution of an activity time, Operations Research 10,
    doi:10.1287/opre.10.3.405.

    Examples
    --------
    >>> Distribution("triangular", 0.0, 1.0, 2.0).quantile([0.0, 0.5, 1.0]).tolist()
    [0.0, 1.0, 2.0]
    >>> Distribution("normal", 10.0, 15.0, 20.0).quantile([0.05, 0.5, 0.95]).round(6).tolist()
    [10.0, 15.0, 20.0]
    """

    kind: DistributionKind
    low: float
    mode: float
    high: float
    least: float = -np.inf
    most: float = np.inf

    def quantile(self, prob: ArrayLike) -> Floats:
        """Return quantiles.

        Parameters
        ----------
        prob : array_like
            Probabilities, 0 to 1.

        Returns
        -------
        ndarray
            Values, of the same shape.
        """
        from scipy import special  # noqa: PLC0415  slow to load; settings are read without

        u = np.asarray(prob, dtype=np.float64)
        low, span = self.low, self.high - self.low
        if self.kind == "uniform":
            return np.asarray(low + span * u)
        if self.kind == "triangular":
            at = (self.mode - low) / span
            up = np.sqrt(u * at) * span + low
            return np.where(u <= at, up, self.high - np.sqrt((1.0 - u) * (1.0 - at)) * span)
        if self.kind == "pert":
            alpha, beta = self.pert_shape()
            return np.asarray(low + span * special.betaincinv(alpha, beta, np.where(u < _TINY, 0.0, u)))
        begin, end = self.kept()
        score = special.ndtri(np.clip(begin + u * (end - begin), _EDGE, 1.0 - _EDGE))
        centre, scale = self.normal_scale()
        normal = np.asarray(centre + scale * score, dtype=np.float64)
        return np.clip(np.exp(normal) if self.kind == "lognormal" else normal, self.least, self.most)

    def prob_below(self, value: float) -> float:
        """Return the probability of lying below a value, before anything is cut off.

        Parameters
        ----------
        value : float
            The value.

        Returns
        -------
        float
            0 to 1.
        """
        from scipy import special  # noqa: PLC0415  slow to load; settings are read without

        if self.kind in ("normal", "lognormal"):
            if self.kind == "lognormal" and value <= 0:
                return 0.0
            centre, scale = self.normal_scale()
            return float(special.ndtr(((np.log(value) if self.kind == "lognormal" else value) - centre) / scale))
        at = min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)
        if self.kind == "uniform":
            return at
        if self.kind == "pert":
            return float(special.betainc(*self.pert_shape(), at))
        top = (self.mode - self.low) / (self.high - self.low)
        return at**2 / top if at < top else 1.0 - (1.0 - at) ** 2 / (1.0 - top) if top < 1.0 else 1.0

    def kept(self) -> tuple[float, float]:
        """Return the probabilities between which a distribution is kept.

        Returns
        -------
        tuple of float
            Below ``least``, and below ``most``.
        """
        begin = self.prob_below(self.least) if np.isfinite(self.least) else 0.0
        return begin, self.prob_below(self.most) if np.isfinite(self.most) else 1.0

    def cut_off(self) -> float:
        """Return the share of the distribution that lies beyond what can be.

        Returns
        -------
        float
            0 for the kinds that end at low and high.
        """
        begin, end = self.kept()
        return 1.0 - (end - begin)

    def pert_shape(self) -> tuple[float, float]:
        """Return the two shapes of the beta distribution behind PERT.

        Returns
        -------
        tuple of float
            1 + 4 · (mode − low) / (high − low), and 1 + 4 · (high − mode) / (high − low).
        """
        span = self.high - self.low
        return 1.0 + PERT_WEIGHT * (self.mode - self.low) / span, 1.0 + PERT_WEIGHT * (self.high - self.mode) / span

    def normal_scale(self) -> tuple[float, float]:
        """Return mean and standard deviation of the normal, or of the logarithm of the lognormal.

        Returns
        -------
        tuple of float
            So that 90 % lie between low and high.
        """
        from scipy import special  # noqa: PLC0415  slow to load; settings are read without

        ends = np.array([self.low, self.high])
        reach = float(special.ndtri(0.5 + RANGE_LEVEL / 2))
        low, high = np.log(ends) if self.kind == "lognormal" else ends
        return float((low + high) / 2), float((high - low) / (2 * reach))


def stratified_probabilities(draws: int, rng: np.random.Generator) -> Floats:
    """Return one probability from each of as many equal parts of 0 to 1 as there are draws, in random order.

    Parameters
    ----------
    draws : int
        Number of draws, D.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (D,)
        A Latin hypercube sample in one dimension; several of them, drawn apart, are one in several.

    References
    ----------
    McKay, M. D., Beckman, R. J. and Conover, W. J. (1979), A comparison of three methods for selecting values of input
    variables in the analysis of output from a computer code, Technometrics 21, doi:10.1080/00401706.1979.10489755.
    """
    return np.asarray((rng.permutation(draws) + rng.random(draws)) / draws)
