"""Sums over all episodes of a study, for whichever partitions they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cxvalue.estimate.bands import columns_of
from cxvalue.estimate.design_rows import DesignRows
from cxvalue.estimate.keep import Keep
from cxvalue.estimate.kept_moments import KeptMoments
from cxvalue.estimate.moments import Moments, accumulate
from cxvalue.estimate.partition import Partition
from cxvalue.link import EpisodeOutcomes
from cxvalue.link.columns import Integers
from cxvalue.link.spill_columns import AnyColumn
from cxvalue.progress import Progress, counted

MOMENTS: Final = "moments and response weights"
"""The stage, as progress names it."""


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeSums:
    """What is summed over the episodes.

    Parameters
    ----------
    outcomes : EpisodeOutcomes
        Outcomes of all answers.
    design : DesignRows
        Their design.
    bins : ndarray of shape (n,)
        Censoring class of each answer.
    last_k : ndarray of shape (E,)
        Last observed month of each class.
    groups : int
        G.
    keep : Keep
        Gives sums of an earlier run.
    """

    outcomes: EpisodeOutcomes
    design: DesignRows
    bins: AnyColumn
    last_k: Integers
    groups: int
    keep: Keep

    def of(self, partitions: Sequence[Partition], *, kind: str, progress: Progress) -> list[Moments]:
        """Return the moments of some partitions.

        Parameters
        ----------
        partitions : sequence of Partition
            The strata.
        kind : str
            Under what they are kept.
        progress : Progress
            Told of the answers whose outcomes have been summed.

        Returns
        -------
        list of Moments
            One a partition.
        """
        columns = [columns_of(partition, self.design.shape[1]) for partition in partitions]
        shapes = tuple((len(p.labels), width) for p, width in zip(partitions, columns, strict=True))
        n_outcomes = len(self.outcomes.metrics) * self.outcomes.timeline.horizon
        form = KeptMoments(shapes, self.groups, n_outcomes, self.last_k)
        return self.keep(kind, lambda: self._sum(partitions, columns, progress), form)

    def _sum(self, partitions: Sequence[Partition], columns: Sequence[int], progress: Progress) -> list[Moments]:
        answers = self.outcomes.answers
        batches = counted(
            self.outcomes.batches(),
            progress,
            MOMENTS,
            total=len(answers.m0),
            unit="answers",
            size=lambda batch: batch.shape[0],
        )
        return accumulate(
            batches,
            self.design,
            partitions,
            band=answers.band,
            group=answers.group,
            bins=self.bins,
            last_k=self.last_k,
            groups=self.groups,
            columns=columns,
            threads=self.outcomes.months.threads,
        )
