"""Outcomes by band over 12 and 24 months: for everybody, each segment, each cohort."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.estimators import estimator_for
from cxvalue.estimate.replicate import interval
from cxvalue.result import Drawable, TableResult
from cxvalue.vocabulary import BANDS, EVERYBODY, Band

HORIZONS = (12, 24)
"""Months over which outcomes are added up, as far as the study's horizon reaches."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outcomes(TableResult, Drawable):
    """Undiscounted totals per customer at time zero.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns adjusted, by, group, band, metric, unit, horizon_months, estimate, se, ci_low, ci_high, status,
        reason. Of ``retained``, the total is months kept. Where status is ``not_estimable`` the figures are missing
        and the reason says why.
    """

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the table.

        Returns
        -------
        pandas.DataFrame
            A copy.
        """
        return self.table.copy()

    def summary(self) -> str:
        """Return the adjusted totals as plain text.

        Returns
        -------
        str
            A line a stratum, metric and band.
        """
        lines = ["outcomes per customer, adjusted, undiscounted:"]
        for row in self.table[self.table["adjusted"]].itertuples(index=False):
            place = "" if row.by == EVERYBODY else f"{row.group}: "
            if row.status == "ok":
                figure = f"{row.estimate:,.4g} ({row.ci_low:,.4g} to {row.ci_high:,.4g}) {row.unit}"
            else:
                figure = f"not estimable: {row.reason}"
            lines.append(f"  {place}{row.metric}, {row.band}, {row.horizon_months} months: {figure}")
        return "\n".join(lines)


def tabulate_outcomes(study: BandStudy, *, by: str, from_band: Band, currency: str, confidence: float) -> Outcomes:
    """Return the outcomes of every stratum of a partition.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    by : str
        ``everybody``, a segment's name, ``cohort_quarter`` or ``cohort_year``.
    from_band : Band
        To whose covariates the adjusted figures are standardised.
    currency : str
        Of money.
    confidence : float
        Level of the intervals.

    Returns
    -------
    Outcomes
        Adjusted and unadjusted.
    """
    horizons = [months for months in HORIZONS if months <= study.timeline.horizon] or [study.timeline.horizon]
    rows = []
    for adjusted in (True, False):
        for label in study.labels(by):
            for months in horizons:
                rows += stratum_rows(
                    study,
                    by=by,
                    label=label,
                    from_band=from_band,
                    adjusted=adjusted,
                    months=months,
                    currency=currency,
                    confidence=confidence,
                )
    return Outcomes(pd.DataFrame(rows))


def stratum_rows(
    study: BandStudy,
    *,
    by: str,
    label: str,
    from_band: Band,
    adjusted: bool,
    months: int,
    currency: str,
    confidence: float,
) -> list[dict[str, object]]:
    """Return the rows of one stratum and length.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    by, label : str
        The stratum.
    from_band : Band
        To whose covariates adjusted figures are standardised.
    adjusted : bool
        Which figures.
    months : int
        Months added up.
    currency : str
        Of money.
    confidence : float
        Level of the intervals.

    Returns
    -------
    list of dict
        One a band and metric.
    """
    fitted = study.fit(estimator_for(adjusted), by=by, label=label, from_band=from_band, horizon=months)
    rows = []
    for b, band in enumerate(BANDS):
        for m, metric in enumerate(study.metrics):
            unit = {"share": "months", "money": currency, "count": "count"}[metric.kind]
            row: dict[str, object] = {
                "adjusted": adjusted,
                "by": by,
                "group": label,
                "band": band,
                "metric": metric.name,
                "unit": unit,
                "horizon_months": months,
            }
            if isinstance(fitted, NotEstimable):
                row |= {name: float("nan") for name in ("estimate", "se", "ci_low", "ci_high")}
                rows.append(row | {"status": "not_estimable", "reason": fitted.reason})
                continue
            total = float(fitted.estimate[b, m].sum())
            found = interval(total, fitted.leave_one_group_out[:, b, m].sum(axis=-1), confidence=confidence)
            row |= {"estimate": found.estimate, "se": found.se, "ci_low": found.ci_low, "ci_high": found.ci_high}
            rows.append(row | {"status": "ok", "reason": ""})
    return rows
