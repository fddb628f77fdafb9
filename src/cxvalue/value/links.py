"""Links: which outcomes tell the bands apart, and how much of the value each carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import BandStudy, Standardised
from cxvalue.estimate.moments import Moments
from cxvalue.estimate.replicate import interval
from cxvalue.link.columns import Floats
from cxvalue.result import Drawable, TableResult
from cxvalue.value.economics import Economics
from cxvalue.value.frame import Frame
from cxvalue.value.levers import split_by_share, split_levers
from cxvalue.value.question import Question
from cxvalue.value.shift import Shift
from cxvalue.vocabulary import BANDS, EVERYBODY


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Links(TableResult, Drawable):
    """Metrics ranked by how far two bands are apart on them.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns metric, by, group, gap, se, ci_low, ci_high, gap_total, unit, share_of_value, status, reason. ``gap``
        is the mean monthly difference, to-band less from-band and standardised to the target, in pooled standard
        deviations of one customer-month; ``gap_total`` the undiscounted total over the horizon. ``share_of_value`` is
        the metric's lever as a share of the value over the months of follow-up that are valued and in which an effect
        counts; missing for what is worth nothing in all of them.
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
        """Return the metrics, the strongest link first.

        Returns
        -------
        str
            A line a metric and stratum.
        """
        lines = []
        for row in self.table.to_dict("records"):
            place = "" if row["by"] == EVERYBODY else f"{row['by']} {row['group']}: "
            if row["status"] != "ok":
                lines.append(f"{place}{row['metric']}: not estimable: {row['reason']}")
                continue
            share = "not valued" if np.isnan(row["share_of_value"]) else f"{row['share_of_value']:.0%} of the value"
            lines.append(
                f"{place}{row['metric']}: {row['gap']:+.3f} sd ({row['ci_low']:+.3f} to {row['ci_high']:+.3f}), "
                f"{row['gap_total']:+,.4g} {row['unit']} in all, {share}"
            )
        return "\n".join(lines)


def pooled_deviation(moments: Moments, stratum: int, n_metrics: int, horizon: int, counts: Floats) -> Floats:
    """Return the within-band standard deviation of one customer-month of each metric, pooled over bands and months.

    Parameters
    ----------
    moments : Moments
        Sums.
    stratum : int
        Position of the stratum.
    n_metrics, horizon : int
        M and H.
    counts : ndarray of shape (B, H)
        Episodes observed.

    Returns
    -------
    ndarray of shape (M,)
        Standard deviations.
    """
    shape = (len(BANDS), n_metrics, horizon)
    sums = moments.cross[stratum, :, :, 0].sum(axis=1).reshape(shape)
    squares = moments.squares[stratum].reshape(shape)
    n = counts[:, None, :]
    within = (squares - sums**2 / n).sum(axis=(0, 2)) / (n - 1).sum(axis=(0, 2))
    return np.asarray(np.sqrt(np.maximum(within, 0.0)))


def rank_links(study: BandStudy, frame: Frame, *, shift: Shift, economics: Economics, by: str = EVERYBODY) -> Links:
    """Return metrics ranked by the standardised gap between two bands, in every stratum of a partition.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    frame : Frame
        What the study's projections share.
    shift : Shift
        The two bands.
    economics : Economics
        Assumptions, for the share of the value.
    by : str
        ``everybody``, a segment's name, ``cohort_quarter`` or ``cohort_year``.

    Returns
    -------
    Links
        The ranking, within each stratum.
    """
    tables = [stratum_links(study, frame, shift=shift, economics=economics, by=by, label=g) for g in study.labels(by)]
    return Links(pd.concat(tables, ignore_index=True))


def stratum_links(
    study: BandStudy, frame: Frame, *, shift: Shift, economics: Economics, by: str, label: str
) -> pd.DataFrame:
    """Return the ranked metrics of one stratum.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    frame : Frame
        What the study's projections share.
    shift : Shift
        The two bands.
    economics : Economics
        Assumptions.
    by, label : str
        The stratum.

    Returns
    -------
    pandas.DataFrame
        One row a metric.
    """
    horizon = study.timeline.horizon
    fitted = study.fit(Standardised(), by=by, label=label, from_band=shift.from_band, horizon=horizon)
    if isinstance(fitted, NotEstimable):
        blank = {"by": by, "group": label, "status": "not_estimable", "reason": fitted.reason}
        return pd.DataFrame([{"metric": metric.name, **blank} for metric in study.metrics])
    at = study.position(by)
    deviation = pooled_deviation(
        study.moments[at], study.labels(by).index(label), len(study.metrics), horizon, fitted.counts
    )
    leave, reach = BANDS.index(shift.from_band), BANDS.index(shift.to_band)
    gap = fitted.estimate[reach] - fitted.estimate[leave]
    gap_loo = fitted.leave_one_group_out[:, reach] - fitted.leave_one_group_out[:, leave]
    weights = Question(study, frame, shift, economics).weights()
    shared = split_by_share(frame.metrics)
    levers = split_levers(fitted.estimate[leave], fitted.estimate[reach], weights, shared=shared).sum(axis=-1)
    rows = []
    for m, metric in enumerate(study.metrics):
        scale = deviation[m] if deviation[m] > 0 else np.nan
        found = interval(gap[m].mean() / scale, gap_loo[:, m].mean(axis=-1) / scale, confidence=frame.confidence)
        unit = {"share": "months", "money": frame.currency, "count": "count"}[metric.kind]
        valued = m == 0 or bool(weights[m].any())
        rows.append(
            {
                "metric": metric.name,
                "by": by,
                "group": label,
                "gap": found.estimate,
                "se": found.se,
                "ci_low": found.ci_low,
                "ci_high": found.ci_high,
                "gap_total": float(gap[m].sum()),
                "unit": unit,
                "share_of_value": float(levers[m] / levers.sum()) if valued and levers.sum() != 0 else np.nan,
                "status": "ok",
                "reason": "",
            }
        )
    table = pd.DataFrame(rows)
    return table.sort_values("gap", key=lambda g: -g.abs(), kind="stable", na_position="last")
