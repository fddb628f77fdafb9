"""Survival curves by band: as observed, weighted to the target, and standardised to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.estimators import Standardised
from cxvalue.estimate.replicate import interval, jackknife_se, t_factor
from cxvalue.estimate.survival.adjusted_curves import standardised_curves, weighted_curves
from cxvalue.estimate.survival.band_counts import BandCounts, Episodes
from cxvalue.estimate.survival.cox import cox
from cxvalue.estimate.survival.cox_columns import columns_with_leavers
from cxvalue.estimate.survival.kaplan_meier import log_log_interval
from cxvalue.estimate.survival.tilting import tilt
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS, EVERYBODY, Band

UNADJUSTED, WEIGHTED, STANDARDISED = "unadjusted", "weighted", "standardised"
PAIRS = ((0, 1), (1, 2), (0, 2))
"""Bands that are compared: the second less the first."""


@dataclass(frozen=True, slots=True, eq=False)
class BandCurve:
    """The curve of one band by one method.

    Parameters
    ----------
    method : {"unadjusted", "weighted", "standardised"}
        How the band's customers are made like the target's.
    band : int
        Code of the band.
    survival : ndarray of shape (1 + G, H) or NotEstimable
        Share that has not left by each month: on all customers, then with each group left out.
    n_effective : float
        Episodes, or what they are worth once weighted.
    """

    method: str
    band: int
    survival: Floats | NotEstimable
    n_effective: float


def observed_curves(counts: BandCounts) -> list[BandCurve]:
    """Return the Kaplan–Meier curves.

    Parameters
    ----------
    counts : BandCounts
        Counts by month.

    Returns
    -------
    list of BandCurve
        One a band.
    """
    survival, first = counts.survival(), counts.at_risk[:, :, 0].sum(axis=0)
    return [BandCurve(UNADJUSTED, b, survival[:, b], float(first[b])) for b in range(len(BANDS))]


def adjusted_curves(study: BandStudy, episodes: Episodes, *, from_band: Band) -> list[BandCurve]:
    """Return each band's curve, had it the covariates of the customers now in ``from_band``.

    Parameters
    ----------
    study : BandStudy
        Design and target.
    episodes : Episodes
        The episodes.
    from_band : {"dissatisfied", "neutral", "satisfied"}
        Whose covariates the curves take.

    Returns
    -------
    list of BandCurve
        Weighted and standardised, one each a band. Both use the columns that the headline uses.
    """
    headline = study.fit(Standardised(), from_band=from_band, horizon=episodes.horizon)
    if isinstance(headline, NotEstimable):
        bands = range(len(BANDS))
        return [BandCurve(method, b, headline, 0.0) for method in (WEIGHTED, STANDARDISED) for b in bands]
    columns = np.array(headline.columns, dtype=np.int64)
    target = study.target_of(EVERYBODY, EVERYBODY, from_band)[0][:, columns]
    records = study.target_rows(from_band)
    weights = np.stack([records.weights(replicate) for replicate in range(1 + study.groups)])
    found = []
    for b in range(len(BANDS)):
        at = np.flatnonzero(episodes.rows.band == b)
        found.append(weighted_curve(episodes, at, episodes.rows.design[at][:, columns], target))
    for b in range(len(BANDS)):
        at = np.flatnonzero(episodes.rows.band == b)
        found.append(standardised_curve(episodes, at, records.design, weights, columns[1:]))
    return found


def weighted_curve(episodes: Episodes, at: Integers, x: Floats, target: Floats) -> BandCurve:
    """Return the curve of a band weighted to the target's mean covariates.

    Parameters
    ----------
    episodes : Episodes
        The episodes.
    at : ndarray of shape (n,)
        Positions of the band's.
    x : ndarray of shape (n, p)
        Their covariates, an intercept first.
    target : ndarray of shape (1 + G, p)
        Mean covariates of the target.

    Returns
    -------
    BandCurve
        The weights are solved again without each customer group.
    """
    band = int(episodes.rows.band[at[0]])
    tilting = tilt(x, target, episodes.rows.group[at])
    if isinstance(tilting, NotEstimable):
        return BandCurve(WEIGHTED, band, tilting, 0.0)
    survival = weighted_curves(episodes.duration[at], episodes.event[at], weights=tilting.weights, when=episodes.months)
    return BandCurve(WEIGHTED, band, survival, tilting.n_effective)


def standardised_curve(
    episodes: Episodes, at: Integers, records: Floats, weights: Floats, columns: Integers
) -> BandCurve:
    """Return the mean over the target of a Cox model of the band's own episodes.

    Parameters
    ----------
    episodes : Episodes
        The episodes.
    at : ndarray of shape (n,)
        Positions of the band's.
    records : ndarray of shape (m, all columns)
        Design rows of the target.
    weights : ndarray of shape (1 + G, m)
        Their weights.
    columns : ndarray of shape (p,)
        Columns of the design, without the intercept.

    Returns
    -------
    BandCurve
        The curve.
    """
    rows = episodes.rows
    band, event = int(rows.band[at[0]]), episodes.event[at]
    used = columns[columns_with_leavers(rows.design[at][:, columns], event)]
    if not len(used):
        return BandCurve(STANDARDISED, band, NotEstimable("no covariate has leavers on both sides"), 0.0)
    fit = cox(episodes.duration[at], event, rows.design[at][:, used], cluster=rows.customer[at])
    if isinstance(fit, NotEstimable):
        return BandCurve(STANDARDISED, band, fit, 0.0)
    survival = standardised_curves(
        fit, group=rows.group[at], target=records[:, used], target_weights=weights, when=episodes.months
    )
    return BandCurve(STANDARDISED, band, survival, float(len(at)))


def curve_table(curves: list[BandCurve], counts: BandCounts, *, confidence: float) -> pd.DataFrame:
    """Return curves as a long table.

    Parameters
    ----------
    curves : list of BandCurve
        The curves.
    counts : BandCounts
        Episodes at risk and leavers, unweighted.
    confidence : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns adjusted, method, band, month, survival, se, ci_low, ci_high, at_risk, events.
    """
    tables = []
    for curve in curves:
        if isinstance(curve.survival, NotEstimable):
            continue
        estimate, loo = curve.survival[0], curve.survival[1:]
        se = jackknife_se(loo)
        low, high = log_log_interval(estimate, se, t_factor(len(loo), confidence))
        table = {
            "adjusted": curve.method != UNADJUSTED,
            "method": curve.method,
            "band": BANDS[curve.band],
            "month": counts.time.astype(np.int64),
            "survival": estimate,
            "se": se,
            "ci_low": low,
            "ci_high": high,
            "at_risk": counts.at_risk[:, curve.band].sum(axis=0).astype(np.int64),
            "events": counts.events[:, curve.band].sum(axis=0).astype(np.int64),
        }
        tables.append(pd.DataFrame(table))
    return pd.concat(tables, ignore_index=True)


def restricted_mean_table(curves: list[BandCurve], *, confidence: float) -> pd.DataFrame:
    """Return the mean months kept within the window, by band, and their differences.

    Parameters
    ----------
    curves : list of BandCurve
        The curves.
    confidence : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns adjusted, method, band, versus, months, se, ci_low, ci_high, n_effective, status, reason. ``versus`` is
        empty for a mean; else ``months`` is how much longer ``band`` is kept than ``versus``.

    Notes
    -----
    Σ S(k) over the months of the window: the mean of min(months kept, H).
    """
    rows = []
    for method in dict.fromkeys(curve.method for curve in curves):
        by_band = {curve.band: curve for curve in curves if curve.method == method}
        for b in by_band:
            rows.append(mean_row([by_band[b]], confidence=confidence))
        for first, second in PAIRS:
            rows.append(mean_row([by_band[second], by_band[first]], confidence=confidence))
    return pd.DataFrame(rows)


def mean_row(curves: list[BandCurve], *, confidence: float) -> dict[str, object]:
    """Return one row of the table of restricted means.

    Parameters
    ----------
    curves : list of BandCurve
        One curve, or two of which the second is taken off the first.
    confidence : float
        Level of the interval.

    Returns
    -------
    dict of str to object
        The row.
    """
    row: dict[str, object] = {
        "adjusted": curves[0].method != UNADJUSTED,
        "method": curves[0].method,
        "band": BANDS[curves[0].band],
        "versus": BANDS[curves[1].band] if len(curves) > 1 else "",
    }
    blank = {"months": np.nan, "se": np.nan, "ci_low": np.nan, "ci_high": np.nan, "n_effective": np.nan}
    months = []
    for curve in curves:
        if isinstance(curve.survival, NotEstimable):
            return {**row, **blank, "status": "not_estimable", "reason": curve.survival.reason}
        months.append(curve.survival.sum(axis=1))
    kept = months[0] - months[1] if len(months) > 1 else months[0]
    found = interval(kept[0], kept[1:], confidence=confidence)
    return {
        **row,
        "months": found.estimate,
        "se": found.se,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "n_effective": min(curve.n_effective for curve in curves),
        "status": "ok",
        "reason": "",
    }
