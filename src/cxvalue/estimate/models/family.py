"""Families: how the mean follows from the linear predictor, and what the score and its slope are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import expit, logit

from cxvalue.link.columns import Floats

Link = Literal["identity", "log", "logit", "cloglog"]


@dataclass(frozen=True, slots=True)
class Family:
    """A family of generalised linear models, as far as estimating equations go.

    Parameters
    ----------
    link : {"identity", "log", "logit", "cloglog"}
        Link. ``identity`` is least squares, ``logit`` and ``cloglog`` are binomial.
    power : float
        With the log link, the variance goes with this power of the mean: 1 Poisson, 2 gamma, between them Tweedie.
    alpha : float
        Negative binomial dispersion: variance μ + α μ² of a count. Only with the log link and power 1.

    Notes
    -----
    A row with total y over weight w (trials, months) has the score s = (y − w μ) q x with q = dμ/dη / V(μ). The slope
    of −s along the linear predictor, w q dμ/dη − (y − w μ) dq/dη, is the observed information.
    """

    link: Link
    power: float = 1.0
    alpha: float = 0.0

    def mean(self, eta: Floats) -> Floats:
        """Return the mean.

        Parameters
        ----------
        eta : ndarray
            Linear predictor.

        Returns
        -------
        ndarray
            Mean per unit of weight.
        """
        if self.link == "identity":
            return eta
        if self.link == "log":
            return np.exp(eta)
        return np.asarray(expit(eta) if self.link == "logit" else -np.expm1(-np.exp(eta)))

    def predictor(self, mean: Floats) -> Floats:
        """Return the linear predictor that has a mean.

        Parameters
        ----------
        mean : ndarray
            Mean per unit of weight, within the range of the family.

        Returns
        -------
        ndarray
            Linear predictor.
        """
        if self.link == "identity":
            return mean
        if self.link == "log":
            return np.log(mean)
        return np.asarray(logit(mean) if self.link == "logit" else np.log(-np.log1p(-mean)))

    def slope(self, eta: Floats) -> Floats:
        """Return the derivative of the mean along the linear predictor.

        Parameters
        ----------
        eta : ndarray
            Linear predictor.

        Returns
        -------
        ndarray
            The derivative dμ/dη.
        """
        if self.link == "identity":
            return np.ones_like(eta)
        if self.link == "log":
            return np.exp(eta)
        return np.asarray(expit(eta) * expit(-eta) if self.link == "logit" else np.exp(eta - np.exp(eta)))

    def score_factor(self, eta: Floats, weight: Floats) -> tuple[Floats, Floats]:
        """Return q and its derivative along the linear predictor.

        Parameters
        ----------
        eta : ndarray of shape (n,)
            Linear predictor.
        weight : ndarray of shape (n,)
            Weight of a row; it matters with a negative binomial only.

        Returns
        -------
        tuple of ndarray
            The factor and its slope, both of shape (n,).
        """
        if self.link == "cloglog":
            mean = self.mean(eta)
            factor = np.exp(eta) / mean
            return factor, factor * (1.0 - self.slope(eta) / mean)
        if self.link != "log":
            return np.ones_like(eta), np.zeros_like(eta)
        if self.alpha > 0:
            spread = self.alpha * weight * np.exp(eta)
            return 1.0 / (1.0 + spread), -spread / (1.0 + spread) ** 2
        factor = np.exp((1.0 - self.power) * eta)
        return factor, (1.0 - self.power) * factor

    def in_statsmodels(self) -> Any:
        """Return the family as statsmodels has it.

        Returns
        -------
        statsmodels.genmod.families.Family
            The family with its link.
        """
        from statsmodels.genmod import families

        links = families.links
        if self.link == "identity":
            return families.Gaussian()
        if self.link != "log":
            return families.Binomial(links.Logit() if self.link == "logit" else links.CLogLog())
        if self.alpha > 0:
            return families.NegativeBinomial(links.Log(), alpha=self.alpha)
        if self.power == 1.0:
            return families.Poisson(links.Log())
        if self.power == 2.0:
            return families.Gamma(links.Log())
        return families.Tweedie(links.Log(), var_power=self.power)
