"""Reliability: what of an answer lasts, what drifts, and what is noise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise.polychoric import Polychoric
from cxvalue.estimate.replicate import Interval, interval, t_factor
from cxvalue.link.columns import Floats
from cxvalue.result import Drawable, TableResult

MIN_GAPS: Final = 3
"""Different gaps below which three figures cannot be told from each other."""
MOST_PERSISTENCE: Final = 0.995
AT_BOUND: Final = 1e-3
"""A share of noise this close to 0 or 1 lies on the bound."""
MOST_AT_BOUND: Final = 0.1
"""Share of the replicates on a bound from which their spread tells too little."""
MOST_UNTOLD: Final = 0.1
"""Width of the interval of the noise up to which a fit on its bound is told well enough."""
PROFILE_POINTS: Final = 41
STARTS: Final = ((0.7, 0.2, 0.9), (0.6, 0.8, 0.7), (0.8, 0.05, 0.95), (0.5, 0.5, 0.3))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reliability(TableResult, Drawable):
    """How two answers of a customer correlate by the months between them, and what that says of a single answer.

    Parameters
    ----------
    gaps : ndarray of shape (Q,)
        Months between the answers.
    correlations, ses : ndarray of shape (Q,)
        Polychoric correlations with their standard errors.
    n_pairs : ndarray of shape (Q,)
        Pairs of answers.
    stable : float
        Share τ of the variance of an answer that never changes, 0 to 1.
    drifting : float
        Share κ that drifts, 0 to 1.
    persistence : float
        What is left of the drifting part from month to month, φ, 0 to 1.
    noise : Interval
        Share that is noise, 1 − τ − κ; its interval ends at 0 and 1. Where fits end on a bound it holds the profile's.
    leave_one_group_out : ndarray of shape (G, 3)
        τ, κ and φ with each customer group left out.
    """

    gaps: Floats
    correlations: Floats
    ses: Floats
    n_pairs: Floats
    stable: float
    drifting: float
    persistence: float
    noise: Interval
    leave_one_group_out: Floats

    @property
    def is_told(self) -> bool:
        """Whether the share of noise is told well enough for what is computed from it.

        False where the fit, or a tenth of the fits with a group left out, ends at 0 or 1 while the interval is wider
        than a tenth: the spread of such replicates says next to nothing.
        """
        is_narrow = self.noise.ci_high - self.noise.ci_low <= MOST_UNTOLD
        without = 1 - self.leave_one_group_out[:, 0] - self.leave_one_group_out[:, 1]
        return is_narrow or not ends_on_bound(self.noise.estimate, without)

    @property
    def of_answer(self) -> float:
        """Reliability of a single answer, τ + κ."""
        return self.stable + self.drifting

    def at(self, gap: float) -> float:
        """Return the correlation that the fit gives to two answers.

        Parameters
        ----------
        gap : float
            Months between them, 0 or more.

        Returns
        -------
        float
            τ + κ φ^gap.
        """
        return float(self.stable + self.drifting * self.persistence**gap)

    def of_difference(self, gap: float) -> float:
        """Return the reliability of the difference between two answers of a customer.

        Parameters
        ----------
        gap : float
            Months between them, above 0.

        Returns
        -------
        float
            κ(1 − φ^g) / (κ(1 − φ^g) + noise), 0 to 1: the share of the variance of a change that is change.
        """
        moved = self.drifting * (1 - self.persistence**gap)
        whole = moved + 1 - self.of_answer
        return moved / whole if whole > 0 else 1.0

    def to_frame(self) -> pd.DataFrame:
        """Return the correlations by gap as a table.

        Returns
        -------
        pandas.DataFrame
            Columns gap_months, n_pairs, correlation, se, fitted, reliability_of_difference.
        """
        return pd.DataFrame(
            {
                "gap_months": self.gaps.astype(np.int64),
                "n_pairs": self.n_pairs.astype(np.int64),
                "correlation": self.correlations,
                "se": self.ses,
                "fitted": [self.at(gap) for gap in self.gaps],
                "reliability_of_difference": [self.of_difference(gap) for gap in self.gaps],
            }
        )

    def summary(self) -> str:
        """Return the shares in words.

        Returns
        -------
        str
            Plain text.
        """
        noise, shortest = self.noise, int(self.gaps.min())
        return (
            f"Of what covariates leave open in an answer, {noise.estimate:.0%} is noise ({noise.ci_low:.0%} to "
            f"{noise.ci_high:.0%}), {self.drifting:.0%} drifts (of which {self.persistence:.0%} is left a month later) "
            f"and {self.stable:.0%} lasts. The shortest gap between two answers is {shortest} months; what happens "
            f"within it is inferred."
        )


def fit_reliability(gaps: Floats, correlations: list[Polychoric], *, confidence: float) -> Reliability | NotEstimable:
    r"""Fit correlations by gap.

    Parameters
    ----------
    gaps : ndarray of shape (Q,)
        Months between answers, different and above 0.
    correlations : list of Polychoric
        The correlation at each gap, with leave-one-group-out values.
    confidence : float
        Level of the interval of the noise.

    Returns
    -------
    Reliability or NotEstimable
        Not estimable with fewer than three gaps: with two, persistence and noise cannot be told apart.

    Notes
    -----
    :math:`r(g) = \tau + \kappa \phi^g` by weighted least squares, with τ + κ ≤ 1, τ, κ ≥ 0 and 0 ≤ φ ≤ 0.995, weights
    1/se². The answers are τ + κ reliable, which no gap observes: it is what the fit gives to a gap of 0. Where all
    gaps are long against the drift the figure is uncertain, and its interval says so. A part of satisfaction that is
    gone before the shortest gap counts as noise. Where the fit, or a tenth of the fits with a group left out, ends on a
    bound, replicates hardly move and the jackknife says too little: the interval then also holds every share of noise
    at which the best fit has a weighted sum of squares no more than t² above the least (profile). The profile takes
    the correlations for independent of one another, which makes it wide.

    Pairs of answers a month or a quarter apart tell the share of noise far better than half-yearly ones: the fit has
    less way to go to a gap of 0.

    References
    ----------
    Heise, D. (1969), Separating reliability and stability in test-retest correlation, American Sociological Review
    34, doi:10.2307/2092790.
    """
    if len(gaps) == 0:
        return NotEstimable(
            f"too few customers were asked again to tell noise from change; that takes answers of the same customers, "
            f"{MIN_GAPS} different numbers of months apart"
        )
    if len(gaps) < MIN_GAPS:
        times = "1 number" if len(gaps) == 1 else f"{len(gaps)} different numbers"
        return NotEstimable(
            f"customers were asked again after {times} of months; at least {MIN_GAPS} are needed to tell noise from "
            f"change"
        )
    r = np.array([c.correlation for c in correlations])
    se = np.array([c.se for c in correlations])
    without = np.array([c.leave_one_group_out for c in correlations]).T
    best = fit_decay(gaps, r, se, starts=STARTS)
    shares = np.array([shares_of(fit_decay(gaps, row, se, starts=(best,))) for row in without])
    stable, drifting, persistence = shares_of(best)
    noise = interval(1 - stable - drifting, 1 - shares[:, 0] - shares[:, 1], confidence=confidence)
    low, high = noise.ci_low, noise.ci_high
    if ends_on_bound(noise.estimate, 1 - shares[:, 0] - shares[:, 1]):
        least, most = profile_noise(gaps, r, se, best, critical=t_factor(len(without), confidence))
        low, high = min(low, least), max(high, most)
    noise = replace(noise, ci_low=max(low, 0.0), ci_high=min(high, 1.0))
    n_pairs = np.array([float(c.n_pairs) for c in correlations])
    return Reliability(gaps, r, se, n_pairs, stable, drifting, persistence, noise, shares)


def fit_decay(
    gaps: Floats, correlations: Floats, ses: Floats, *, starts: tuple[tuple[float, float, float], ...]
) -> tuple[float, float, float]:
    """Return the decay that fits best.

    Parameters
    ----------
    gaps, correlations, ses : ndarray of shape (Q,)
        Months, correlations and their standard errors.
    starts : tuple of tuple
        Where the search begins.

    Returns
    -------
    tuple of float
        Reliability τ + κ, share of it that is stable, and persistence φ.
    """

    def misfit(at: Floats) -> Floats:
        return np.asarray((at[0] * (at[1] + (1 - at[1]) * at[2] ** gaps) - correlations) / ses)

    bounds = ([0.0, 0.0, 0.0], [1.0, 1.0, MOST_PERSISTENCE])
    found = [least_squares(misfit, np.clip(s, 1e-6, 1 - 6e-3), bounds=bounds, xtol=1e-10) for s in starts]
    best = min(found, key=lambda fit: float(fit.cost))
    return float(best.x[0]), float(best.x[1]), float(best.x[2])


def ends_on_bound(estimate: float, without: Floats) -> bool:
    """Say whether a share of noise lies on a bound, itself or in a tenth of its replicates.

    Parameters
    ----------
    estimate : float
        The share.
    without : ndarray of shape (G,)
        The share with each customer group left out.

    Returns
    -------
    bool
        True where it does.
    """
    found = np.r_[estimate, without]
    at_bound = (found < AT_BOUND) | (found > 1 - AT_BOUND)
    return bool(at_bound[0] or at_bound.mean() > MOST_AT_BOUND)


def profile_noise(
    gaps: Floats, correlations: Floats, ses: Floats, best: tuple[float, float, float], *, critical: float
) -> tuple[float, float]:
    """Return the least and the greatest share of noise that the correlations allow.

    Parameters
    ----------
    gaps, correlations, ses : ndarray of shape (Q,)
        Months, correlations and their standard errors.
    best : tuple of float
        The fit, from :func:`fit_decay`.
    critical : float
        t of the confidence wanted.

    Returns
    -------
    tuple of float
        Shares, on a grid from 0 to 1.
    """

    def squares(decay: tuple[float, float, float]) -> float:
        fitted = decay[0] * (decay[1] + (1 - decay[1]) * decay[2] ** gaps)
        return float((((fitted - correlations) / ses) ** 2).sum())

    most = squares(best) + critical**2
    grid = np.linspace(0.0, 1.0, PROFILE_POINTS)
    stable, persistence = np.meshgrid(np.linspace(0.0, 1.0, 51), np.linspace(0.0, MOST_PERSISTENCE, 51))
    shape = stable[..., None] + (1 - stable[..., None]) * persistence[..., None] ** gaps
    fits = [noise for noise in grid if (((((1 - noise) * shape) - correlations) / ses) ** 2).sum(axis=-1).min() <= most]
    here = 1.0 - best[0]
    return float(min([here, *fits])), float(max([here, *fits]))


def shares_of(decay: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return τ, κ and φ of a decay.

    Parameters
    ----------
    decay : tuple of float
        From :func:`fit_decay`.

    Returns
    -------
    tuple of float
        Stable share, drifting share, persistence.
    """
    reliability, stable, persistence = decay
    return reliability * stable, reliability * (1 - stable), persistence
