"""Overlap: how well the episodes of a band can stand for a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.estimate.beside.propensity import fit_propensity
from cxvalue.link.columns import Floats
from cxvalue.result import Brief
from cxvalue.vocabulary import Band

RANGE_SHARE: Final = 0.005
"""Share at each end that does not belong to the range of a band's propensities: one odd customer makes no overlap."""


@dataclass(frozen=True, slots=True, repr=False)
class BandOverlap(Brief):
    """How well the episodes of one band can stand for the target.

    Parameters
    ----------
    band : str
        The band.
    n_episodes : int
        Its episodes observed at the month.
    n_effective : float
        Their effective number under the headline's weights, (Σw)² / Σw².
    n_effective_weighted : float
        The same under the weights that were given; NaN without any.
    share_negative : float
        Share of the episodes that the headline's weights count below 0: there it extrapolates.
    weight_negative : float
        Sum of those weights, as a share of the sum of all weights without their sign.
    share_outside : float
        Share of the target whose propensity of the two bands lies outside the middle 99 % of this band's episodes.
    """

    band: Band
    n_episodes: int
    n_effective: float
    n_effective_weighted: float
    share_negative: float
    weight_negative: float
    share_outside: float

    def sentence(self) -> str:
        """Return the figures in words.

        Returns
        -------
        str
            One line.
        """
        weighted = "" if np.isnan(self.n_effective_weighted) else f"; by propensity {self.n_effective_weighted:,.0f}"
        return (
            f"{self.band}: {self.n_episodes:,} episodes, effective {self.n_effective:,.0f}{weighted}; "
            f"{self.share_negative:.1%} have a negative weight ({self.weight_negative:.1%} of the weight); "
            f"{self.share_outside:.1%} of the target lies outside their range"
        )


def shares_outside(target: Floats, weights: Floats, from_design: Floats, to_design: Floats) -> tuple[float, float]:
    """Return which share of a target lies outside the range of each band's propensities.

    Parameters
    ----------
    target : ndarray of shape (c, q)
        Design rows of the target; the first column is the intercept.
    weights : ndarray of shape (c,)
        Their weights.
    from_design : ndarray of shape (r, q)
        Design rows of the from-band's episodes.
    to_design : ndarray of shape (s, q)
        Design rows of the to-band's episodes.

    Returns
    -------
    tuple of float
        Weighted share of the target outside the middle 99 % of the propensities of the from-band's, and of the
        to-band's, episodes. The propensity is a logistic regression of the to-band against the from-band.
    """
    both = np.vstack([from_design, to_design])
    classes = np.repeat([0, 1], [len(from_design), len(to_design)])
    # No replicate is wanted here: no group is left out.
    model = fit_propensity(
        both, classes, np.zeros_like(classes), n_classes=2, groups=0, weights=np.ones((1, len(both)))
    )
    of_target = model.probabilities(target, 0)[:, 1]

    def outside(design: Floats) -> float:
        low, high = np.quantile(model.probabilities(design, 0)[:, 1], [RANGE_SHARE, 1 - RANGE_SHARE])
        return float(weights[(of_target < low) | (of_target > high)].sum() / weights.sum())

    return outside(from_design), outside(to_design)


def describe_overlap(band: Band, implied: Floats, given: Floats, outside: float) -> BandOverlap:
    """Return how well the episodes of a band can stand for the target.

    Parameters
    ----------
    band : Band
        The band.
    implied, given : ndarray of shape (r,)
        The headline's weights and those that were given.
    outside : float
        Share of the target outside the band's range.

    Returns
    -------
    BandOverlap
        The figures.
    """
    negative = implied < 0
    return BandOverlap(
        band,
        len(implied),
        effective_number(implied),
        effective_number(given),
        float(negative.mean()),
        float(np.abs(implied[negative]).sum() / np.abs(implied).sum()),
        outside,
    )


def effective_number(weights: Floats) -> float:
    """Return the effective number of weighted rows.

    Parameters
    ----------
    weights : ndarray of shape (r,)
        Weights.

    Returns
    -------
    float
        (Σw)² / Σw²; 0 where all are 0.

    References
    ----------
    Kish, L. (1965), Survey Sampling, section 11.7.

    Examples
    --------
    >>> effective_number(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    squares = float((weights**2).sum())
    return float(weights.sum() ** 2 / squares) if squares != 0.0 else 0.0
