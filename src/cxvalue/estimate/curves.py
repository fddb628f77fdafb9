"""Curves as a result: band × metric × month, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.estimate.replicate import BandReplicates, jackknife_se, t_factor
from cxvalue.link.columns import Floats
from cxvalue.result import Drawable, TableResult
from cxvalue.vocabulary import BANDS, Metric


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Curves(TableResult, Drawable):
    """Mean outcome per customer at time zero, by band, metric and follow-up month.

    Parameters
    ----------
    metrics : tuple of Metric
        The metrics, M.
    adjusted : bool
        Whether they are standardised to the target.
    cohorts : {"all", "complete"}
        All episodes observed at each month, or only those followed over the whole horizon.
    estimate, se, ci_low, ci_high : ndarray of shape (B, M, H)
        Estimates, standard errors and intervals.
    episodes : ndarray of shape (B, H)
        Episodes observed.
    currency : str
        Of money metrics.
    """

    metrics: tuple[Metric, ...]
    adjusted: bool
    cohorts: str
    estimate: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    episodes: Floats
    currency: str

    def to_frame(self) -> pd.DataFrame:
        """Return the curves as a long table.

        Returns
        -------
        pandas.DataFrame
            Columns adjusted, cohorts, band, metric, unit, month, estimate, se, ci_low, ci_high, episodes.
        """
        bands, metrics, horizon = self.estimate.shape
        b, m, k = (index.ravel() for index in np.indices((bands, metrics, horizon)))
        names = np.array([metric.name for metric in self.metrics])
        units = np.array([metric.unit(self.currency) for metric in self.metrics])
        return pd.DataFrame(
            {
                "adjusted": self.adjusted,
                "cohorts": self.cohorts,
                "band": np.array(BANDS)[b],
                "metric": names[m],
                "unit": units[m],
                "month": k + 1,
                "estimate": self.estimate.ravel(),
                "se": self.se.ravel(),
                "ci_low": self.ci_low.ravel(),
                "ci_high": self.ci_high.ravel(),
                "episodes": self.episodes[b, k].astype(np.int64),
            }
        )

    def summary(self) -> str:
        """Return the last month of every curve as plain text.

        Returns
        -------
        str
            A line a band and metric.
        """
        frame = self.to_frame()
        kind = "standardised to the target" if self.adjusted else "unadjusted"
        lines = [f"curves, {kind}, {self.cohorts} cohorts, month {frame['month'].max()}:"]
        for row in frame[frame["month"] == frame["month"].max()].itertuples(index=False):
            lines.append(
                f"  {row.metric:<16}{row.band:<14}{row.estimate:>12,.4g}  ({row.ci_low:,.4g} to {row.ci_high:,.4g})"
                f"  {row.unit}"
            )
        return "\n".join(lines)


def make_curves(
    replicates: BandReplicates,
    metrics: tuple[Metric, ...],
    *,
    adjusted: bool,
    cohorts: str,
    currency: str,
    confidence: float,
) -> Curves:
    """Return curves with jackknife-t intervals.

    Parameters
    ----------
    replicates : BandReplicates
        Estimates and leave-one-group-out values.
    metrics : tuple of Metric
        The metrics.
    adjusted : bool
        Whether they are standardised.
    cohorts : {"all", "complete"}
        Which episodes.
    currency : str
        Of money metrics.
    confidence : float
        Level of the intervals.

    Returns
    -------
    Curves
        The curves.
    """
    se = jackknife_se(replicates.leave_one_group_out)
    reach = t_factor(len(replicates.leave_one_group_out), confidence) * se
    estimate = replicates.estimate
    return Curves(
        metrics, adjusted, cohorts, estimate, se, estimate - reach, estimate + reach, replicates.counts, currency
    )
