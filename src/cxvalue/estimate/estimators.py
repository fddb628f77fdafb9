"""The estimators of band curves that the library brings."""

from __future__ import annotations

from dataclasses import dataclass

from cxvalue.errors import NotEstimable
from cxvalue.estimate.protocol import EpisodeSource, Estimator
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.estimate.standardise import standardise


@dataclass(frozen=True, slots=True)
class Standardised:
    """Regression standardisation, fitted separately in each band: the headline.

    Parameters
    ----------
    name : str
        ``standardised``.
    """

    name: str = "standardised"

    def fit(self, source: EpisodeSource) -> BandReplicates | NotEstimable:
        """Return curves standardised to the source's target.

        Parameters
        ----------
        source : EpisodeSource
            The stratum.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves.
        """
        return standardise(
            source.moments, source.stratum, source.target, horizon=source.horizon, n_metrics=source.n_metrics
        )


@dataclass(frozen=True, slots=True)
class Unadjusted:
    """Plain means of those who answered in each band: shown beside the headline, never instead of it.

    Parameters
    ----------
    name : str
        ``unadjusted``.
    """

    name: str = "unadjusted"

    def fit(self, source: EpisodeSource) -> BandReplicates | NotEstimable:
        """Return plain means.

        Parameters
        ----------
        source : EpisodeSource
            The stratum; its target does not matter.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves.
        """
        return standardise(
            source.moments,
            source.stratum,
            source.target,
            horizon=source.horizon,
            n_metrics=source.n_metrics,
            adjusted=False,
        )


def estimator_for(adjusted: bool) -> Estimator:
    """Return the headline estimator, or plain means.

    Parameters
    ----------
    adjusted : bool
        Which.

    Returns
    -------
    Estimator
        The estimator.
    """
    return Standardised() if adjusted else Unadjusted()
