"""What every projection of a study shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cxvalue.estimate import BandStudy
from cxvalue.estimate.replicate import Interval, group_draws, interval
from cxvalue.link.columns import Floats
from cxvalue.vocabulary import Metric

PER_CUSTOMER = "per moved customer"
PER_ANSWERING_CUSTOMER = "per moved answering customer"


@dataclass(frozen=True, slots=True)
class Frame:
    """What every projection of a study shares.

    Parameters
    ----------
    metrics : tuple of Metric
        The metrics measured.
    own_values : mapping of str to float
        Unit values of the user's own metrics.
    currency : str
        Of all money.
    unit : str
        What the value is per.
    confidence : float
        Level of the intervals.
    weights : ndarray of shape (D, G)
        From :func:`~cxvalue.estimate.replicate.group_draws`.
    """

    metrics: tuple[Metric, ...]
    own_values: Mapping[str, float]
    currency: str
    unit: str
    confidence: float
    weights: Floats

    def interval(self, replicates: Floats) -> Interval:
        """Return the jackknife-t interval of a figure.

        Parameters
        ----------
        replicates : ndarray of shape (1 + G,)
            On all customers, then with each group left out.

        Returns
        -------
        Interval
            At the study's confidence.
        """
        return interval(float(replicates[0]), replicates[1:], confidence=self.confidence)


def make_frame(
    study: BandStudy, *, own_values: Mapping[str, float], currency: str, confidence: float, draws: int, seed: int
) -> Frame:
    """Return what all projections of a study share.

    Parameters
    ----------
    study : BandStudy
        Metrics and groups.
    own_values : mapping of str to float
        Unit values of the user's own metrics.
    currency : str
        Of all money.
    confidence : float
        Level of the intervals.
    draws, seed : int
        Draws of the groups.

    Returns
    -------
    Frame
        The frame; its draws move all figures together.
    """
    unit = PER_CUSTOMER if study.is_weighted else PER_ANSWERING_CUSTOMER
    weights = group_draws(study.groups, draws, seed=seed)
    return Frame(study.metrics, own_values, currency, unit, confidence, weights)
