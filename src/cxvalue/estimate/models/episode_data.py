"""Episode data: what an episode paid, cost or did while the customer was there, and for how many months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.frame import ModelFrame
from cxvalue.estimate.models.records import Records
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS

Least = Literal["non-negative", "positive"]


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeData:
    """One metric of the n episodes that its model can use.

    Parameters
    ----------
    records : Records
        The episodes.
    cluster : ndarray of shape (n,)
        Number of the customer.
    total : ndarray of shape (n,)
        Sum over the observed active months.
    months : ndarray of shape (n,)
        Number of these months.
    months_any : ndarray of shape (n,)
        Months among them in which the metric is not 0.
    excluded : dict of str to int
        Episodes left out, by reason.

    Notes
    -----
    The design row of an episode is the same in all its months, so the score of a generalised linear model of the
    monthly values is that of the total over the months: nothing is lost by the sum.
    """

    records: Records
    cluster: Integers
    total: Floats
    months: Floats
    months_any: Floats
    excluded: dict[str, int]

    def take(self, at: Integers) -> EpisodeData:
        """Return some of the episodes.

        Parameters
        ----------
        at : ndarray
            Positions.

        Returns
        -------
        EpisodeData
            The episodes.
        """
        return EpisodeData(
            self.records.take(at),
            self.cluster[at],
            self.total[at],
            self.months[at],
            self.months_any[at],
            self.excluded,
        )

    def refuse_empty_bands(self, metric: str) -> NotEstimable | None:
        """Return why there is no model where a band has nothing to explain.

        Parameters
        ----------
        metric : str
            The metric, for the wording.

        Returns
        -------
        NotEstimable or None
            The reason, if there is one.
        """
        sums = np.bincount(self.records.band, weights=self.total, minlength=len(BANDS))
        if (sums > 0).all():
            return None
        empty = ", ".join(BANDS[b] for b in np.flatnonzero(sums <= 0))
        return NotEstimable(f"no {metric} above 0 in band {empty}")


def episode_data(frame: ModelFrame, position: int, metric: str, *, least: Least) -> EpisodeData:
    """Return a metric of the episodes, without those that a model cannot use.

    Parameters
    ----------
    frame : ModelFrame
        Episodes.
    position : int
        Position of the metric among the outcomes.
    metric : str
        Its name.
    least : {"non-negative", "positive"}
        What totals have to be.

    Returns
    -------
    EpisodeData
        The episodes that are left, and how many were left out why.
    """
    total = (frame.outcomes[:, position] * frame.active).sum(axis=1)
    months_any = ((frame.outcomes[:, position] != 0) * frame.active).sum(axis=1)
    months = frame.active.sum(axis=1)
    known = np.zeros(len(months), dtype=bool)
    known[frame.episodes_known(metric)] = True
    reasons = {
        "with an unknown covariate": ~known,
        "without an active month after the answer": months == 0,
        f"whose {metric} sums to less than 0": total < 0,
        f"whose {metric} sums to 0 after refunds": (total == 0) & (months_any > 0),
    }
    if least == "positive":
        reasons[f"without {metric}"] = total == 0
    left = np.ones(len(months), dtype=bool)
    excluded = {}
    for reason, out in reasons.items():
        count = int((left & out).sum())
        if count:
            excluded[reason] = count
        left &= ~out
    at = np.flatnonzero(left).astype(np.int64)
    return EpisodeData(
        frame.episodes.take(at), frame.episode_cluster[at], total[at], months[at], months_any[at], excluded
    )
