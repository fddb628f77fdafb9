"""Weighting: the two bands made alike to the target by the inverse of their propensities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.beside.blocks import balance_blocks, describe
from cxvalue.estimate.beside.weights import Population, weighted_means
from cxvalue.estimate.moments import N_BANDS
from cxvalue.estimate.protocol import ContrastReplicates, EpisodeSource
from cxvalue.estimate.settings import WEIGHT_CAP
from cxvalue.link.columns import Floats


@dataclass(frozen=True, slots=True)
class Weighted:
    """Inverse-propensity weighting, block of months by block of months.

    Parameters
    ----------
    population : {"target", "everybody", "overlap"}
        To whom both bands are made alike; only ``target`` answers the headline's question.
    learner : scikit-learn classifier, optional
        Learns the propensities; default multinomial logistic regression on the headline's design.
    cap, trim : float
        Largest weight in means of the band; least propensity.
    name : str
        ``weighted``.
    """

    population: Population = "target"
    learner: Any = None
    cap: float = WEIGHT_CAP
    trim: float = 0.0
    name: str = "weighted"

    def fit(self, source: EpisodeSource, weights: Floats) -> ContrastReplicates | NotEstimable:
        """Return the weighted contrast.

        Parameters
        ----------
        source : EpisodeSource
            The episodes of everybody.
        weights : ndarray of shape (M, H)
            What one unit of each metric counts in each month.

        Returns
        -------
        ContrastReplicates or NotEstimable
            The contrast.
        """
        blocks = balance_blocks(source, learner=self.learner, cap=self.cap, trim=self.trim)
        if isinstance(blocks, NotEstimable):
            return blocks
        found = np.zeros(1 + source.groups)
        for block in blocks:
            total = block.totals(weights)
            for replicate in range(1 + source.groups):
                chosen = block.weights(replicate, self.population).values
                means = weighted_means(total, block.band, chosen, n_classes=N_BANDS)
                found[replicate] += means[source.to_band] - means[source.from_band]
        n_episodes, n_customers = blocks[0].n_compared()
        notes = describe(blocks, self.population)
        return ContrastReplicates(float(found[0]), found[1:], n_episodes, notes, n_customers=n_customers)
