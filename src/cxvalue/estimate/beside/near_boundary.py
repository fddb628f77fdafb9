"""Near the boundary: only the answers next to the cut between two bands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.protocol import EpisodeSource
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.estimate.standardise import standardise_rows
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS


@dataclass(frozen=True, slots=True)
class NearBoundary:
    """Standardisation on the two scores next to the cut, such as 6 against 7: whom programmes really move.

    Parameters
    ----------
    name : str
        ``near_boundary``.
    """

    name: str = "near_boundary"

    def fit(self, source: EpisodeSource) -> BandReplicates | NotEstimable:
        """Return curves of the answers next to the cut, standardised to the target's customers next to it.

        Parameters
        ----------
        source : EpisodeSource
            The episodes of everybody.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves; those of the band that takes no part are of all its answers.
        """
        if abs(source.from_band - source.to_band) != 1:
            names = f"{BANDS[source.from_band]} and {BANDS[source.to_band]}"
            return NotEstimable(f"{names} do not meet at a cut")
        rows, target = source.rows(), source.target_rows
        leave, reach = scores_at_the_cut(rows.score, rows.band, from_band=source.from_band, to_band=source.to_band)
        near = (rows.band != source.from_band) | (rows.score == leave)
        near &= (rows.band != source.to_band) | (rows.score == reach)
        there = target.score == leave
        means = np.empty((1 + source.groups, target.design.shape[1]))
        for replicate in range(1 + source.groups):
            weights = target.weights(replicate) * there
            if not weights.sum() > 0:
                return NotEstimable(f"nobody in the target gave the score {leave:g}")
            means[replicate] = weights @ target.design / weights.sum()
        fitted = standardise_rows(
            rows.design[near, : means.shape[1]],
            rows.outcomes[near, :, : source.horizon],
            band=rows.band[near],
            group=rows.group[near],
            last_k=np.minimum(rows.last_k[near], source.horizon),
            target=means,
        )
        if isinstance(fitted, NotEstimable):
            return fitted
        pair = near & np.isin(rows.band, [source.from_band, source.to_band])
        return replace(fitted, n_customers=len(np.unique(rows.customer[pair])))


def scores_at_the_cut(score: Floats, band: Integers, *, from_band: int, to_band: int) -> tuple[float, float]:
    """Return the two scores that face each other across the cut between two neighbouring bands.

    Parameters
    ----------
    score : ndarray of shape (r,)
        Scores.
    band : ndarray of shape (r,)
        Their bands.
    from_band, to_band : int
        Codes of the bands.

    Returns
    -------
    tuple of float
        The score of the from-band next to the to-band, and the reverse.

    Examples
    --------
    >>> scores_at_the_cut(np.array([3.0, 6.0, 7.0, 8.0]), np.array([0, 0, 1, 1]), from_band=0, to_band=1)
    (6.0, 7.0)
    """
    leave, reach = score[band == from_band], score[band == to_band]
    if leave.mean() < reach.mean():
        return float(leave.max()), float(reach.min())
    return float(leave.min()), float(reach.max())
