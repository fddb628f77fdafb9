"""What the cohorts of a survey do over their first months, as a result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.replicate import Estimate, interval
from cxvalue.estimate.trend import fit_trend, too_short
from cxvalue.link.columns import Floats, Integers
from cxvalue.result import TableResult
from cxvalue.vocabulary import BANDS, Band, Metric

FIGURE = ["estimate", "se", "ci_low", "ci_high"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CohortMeans(TableResult):
    """What the C cohorts of a survey do over the same first q months, standardised to one target.

    Parameters
    ----------
    by : {"cohort_quarter", "cohort_year"}
        Length of a cohort.
    labels : tuple of str
        Cohorts compared, in order of time.
    left_out : tuple of (str, NotEstimable)
        Cohorts that are not, and why.
    months : int
        q, months of follow-up.
    metrics : tuple of Metric
        The metrics, M.
    from_band, to_band : Band
        The two bands whose gap is looked at; the target is the customers now in the from-band.
    years : ndarray of shape (C,)
        Mean month of answering, in years after ``as_of``.
    as_of : int
        That month.
    episodes : ndarray of shape (C, B)
        Episodes followed over all q months.
    estimate : ndarray of shape (C, B, M, q)
        Mean per customer at time zero, by month.
    leave_one_group_out : ndarray of shape (G, C, B, M, q)
        The same with each customer group left out.
    columns, dropped : tuple of str
        Columns of the design that all cohorts are adjusted for; columns that one of them or all could not bear.
    currency : str
        Of money.
    confidence : float
        Level of the intervals.
    """

    by: str
    labels: tuple[str, ...]
    left_out: tuple[tuple[str, NotEstimable], ...]
    months: int
    metrics: tuple[Metric, ...]
    from_band: Band
    to_band: Band
    years: Floats
    as_of: int
    episodes: Integers
    estimate: Floats
    leave_one_group_out: Floats
    columns: tuple[str, ...]
    dropped: tuple[str, ...]
    currency: str
    confidence: float

    @property
    def replicates(self) -> Floats:
        """Means by month, on all customers, then with each group left out, shape (1 + G, C, B, M, q)."""
        return np.concatenate([self.estimate[None], self.leave_one_group_out])

    @property
    def weights(self) -> Floats:
        """Weight of each cohort in a trend, shape (C,): 1 / Σ_b (1 / episodes of band b)."""
        return np.asarray(1.0 / (1.0 / self.episodes).sum(axis=1))

    def gap(self, weights: Floats) -> Floats:
        """Return the weighted difference between the two bands in each cohort.

        Parameters
        ----------
        weights : ndarray of shape (M, q)
            What one unit of each metric counts in each month.

        Returns
        -------
        ndarray of shape (1 + G, C)
            To-band less from-band, on all customers, then with each group left out.
        """
        leave, reach = BANDS.index(self.from_band), BANDS.index(self.to_band)
        each = self.replicates
        return np.asarray(np.einsum("rcmk,mk->rc", each[:, :, reach] - each[:, :, leave], weights))

    def to_frame(self) -> pd.DataFrame:
        """Return the means per customer and month.

        Returns
        -------
        pandas.DataFrame
            Columns by, cohort, band, metric, unit, months, episodes, estimate, se, ci_low, ci_high, status, reason. A
            cohort that is left out has a row for each band and metric, without figures.
        """
        rows = []
        means = self.replicates.mean(axis=-1)
        for b, band in enumerate(BANDS):
            for m, metric in enumerate(self.metrics):
                head = {"band": band, "metric": metric.name, "unit": metric.unit(self.currency), "months": self.months}
                for c, label in enumerate(self.labels):
                    found = interval(means[0, c, b, m], means[1:, c, b, m], confidence=self.confidence)
                    at = {"by": self.by, "cohort": label, **head, "episodes": int(self.episodes[c, b])}
                    rows.append(at | figure_cells(found))
                for label, reason in self.left_out:
                    rows.append({"by": self.by, "cohort": label, **head, "episodes": pd.NA} | figure_cells(reason))
        names = ["by", "cohort", "band", "metric", "unit", "months", "episodes", *FIGURE, "status", "reason"]
        return pd.DataFrame(rows, columns=names).astype({"episodes": "Int64"})

    def changes(self) -> pd.DataFrame:
        """Return the yearly change of each band's own outcomes, and of the gap between the two bands.

        Returns
        -------
        pandas.DataFrame
            Columns by, band, metric, unit, months, estimate, se, ci_low, ci_high, status, reason: the change a year of
            the mean per customer and month. The gap's rows have a band such as ``neutral less dissatisfied``.
        """
        rows = []
        for name, means in self._series():
            for m, metric in enumerate(self.metrics):
                head = {
                    "by": self.by,
                    "band": name,
                    "metric": metric.name,
                    "unit": f"{metric.unit(self.currency)} a year",
                }
                rows.append({**head, "months": self.months} | figure_cells(self._change(means[:, :, m])))
        return pd.DataFrame(rows, columns=["by", "band", "metric", "unit", "months", *FIGURE, "status", "reason"])

    def summary(self) -> str:
        """Return the yearly changes as plain text.

        Returns
        -------
        str
            A line a band and metric, and the cohorts that are left out.
        """
        lines = [
            f"means per customer and month, months 1 to {self.months}, of {len(self.labels)} cohorts "
            f"({', '.join(self.labels)}); change a year:"
        ]
        for row in self.changes().to_dict("records"):
            known = f"{row['estimate']:+,.4g} ({row['ci_low']:+,.4g} to {row['ci_high']:+,.4g}) {row['unit']}"
            lines.append(f"  {row['metric']}, {row['band']}: {known if row['status'] == 'ok' else row['reason']}")
        lines += [f"  {label}: {reason}" for label, reason in self.left_out]
        return "\n".join(lines)

    def _series(self) -> Iterator[tuple[str, Floats]]:
        """Yield the name of each band and of the gap, with means of shape (1 + G, C, M)."""
        means = self.replicates.mean(axis=-1)
        for b, band in enumerate(BANDS):
            yield band, means[:, :, b]
        leave, reach = BANDS.index(self.from_band), BANDS.index(self.to_band)
        yield f"{self.to_band} less {self.from_band}", means[:, :, reach] - means[:, :, leave]

    def _change(self, series: Floats) -> Estimate:
        """Return the yearly change of a series of shape (1 + G, C)."""
        short = too_short(self.years)
        if short is not None:
            return short
        slopes = fit_trend(series, self.years, self.weights).per_year
        return interval(float(slopes[0]), slopes[1:], confidence=self.confidence)


def figure_cells(found: Estimate) -> dict[str, object]:
    """Return the cells of a table that hold one figure.

    Parameters
    ----------
    found : Interval or NotEstimable
        The figure.

    Returns
    -------
    dict
        estimate, se, ci_low, ci_high, status, reason.
    """
    if isinstance(found, NotEstimable):
        return dict.fromkeys(FIGURE, float("nan")) | {"status": "not_estimable", "reason": found.reason}
    cells: dict[str, object] = {name: getattr(found, name) for name in FIGURE}
    return cells | {"status": "ok", "reason": ""}
