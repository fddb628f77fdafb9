"""The seam for estimators: what they are given and what they give back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from cxvalue.errors import NotEstimable
from cxvalue.estimate.moments import Moments, Partition
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.link import EpisodeOutcomes
from cxvalue.link.columns import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeBatch:
    """Episodes of a stratum as rows.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Design rows.
    band, group, last_k : ndarray of shape (n,)
        Band, customer group, and last observed follow-up month.
    outcomes : ndarray of shape (n, M, H)
        Outcomes; 0 after leaving. Months after ``last_k`` are not observed.
    """

    design: Floats
    band: Integers
    group: Integers
    last_k: Integers
    outcomes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeSource:
    """A stratum as an estimator sees it: as moments or as rows; no money, no customer ids.

    Parameters
    ----------
    moments : Moments
        Sums over the strata of the partition.
    stratum : int
        Position of the stratum.
    partition : Partition
        The strata.
    target : ndarray of shape (1 + G, p)
        Mean design row of the target, with each customer group left out.
    horizon : int
        Months wanted.
    n_metrics : int
        Metrics measured, M.
    design : ndarray of shape (n, p)
        Design rows of all answers.
    bins : ndarray of shape (n,)
        Censoring class of all answers; −1 for those without follow-up.
    outcomes : EpisodeOutcomes
        Reads outcomes as rows.
    """

    moments: Moments
    stratum: int
    partition: Partition
    target: Floats
    horizon: int
    n_metrics: int
    design: Floats
    bins: Integers
    outcomes: EpisodeOutcomes

    def episode_batches(self) -> Iterator[EpisodeBatch]:
        """Give the episodes of the stratum as rows, batch by batch.

        Yields
        ------
        EpisodeBatch
            The next episodes.
        """
        answers = self.outcomes.answers
        for batch in self.outcomes.batches():
            rows = slice(batch.first, batch.first + len(batch.outcomes))
            inside = (self.partition.codes[rows] == self.stratum) & (self.bins[rows] >= 0)
            at = batch.first + inside.nonzero()[0]
            last_k = self.moments.last_k[self.bins[at]]
            outcomes = batch.outcomes[inside, :, : self.horizon]
            yield EpisodeBatch(self.design[at], answers.band[at], answers.group[at], last_k, outcomes)


@runtime_checkable
class Estimator(Protocol):
    """Gives each band's curves in a stratum, with every customer group left out in turn."""

    @property
    def name(self) -> str:
        """Name under which results list it."""
        ...

    def fit(self, source: EpisodeSource) -> BandReplicates | NotEstimable:
        """Return the curves, or why there are none.

        Parameters
        ----------
        source : EpisodeSource
            The stratum.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves.
        """
        ...
