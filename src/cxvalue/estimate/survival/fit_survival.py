"""Survival of a study: from episodes as rows to curves, tests, models and tails."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxvalue.errors import DataError, NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.estimate.survival.band_counts import Episodes, count_bands, take_durations
from cxvalue.estimate.survival.band_curves import (
    BandCurve,
    adjusted_curves,
    curve_table,
    observed_curves,
    restricted_mean_table,
)
from cxvalue.estimate.survival.cox_table import CoxTable, make_cox_table, tabulate_cox
from cxvalue.estimate.survival.history import make_spells
from cxvalue.estimate.survival.log_rank import LogRank, log_rank
from cxvalue.estimate.survival.survival import Survival
from cxvalue.estimate.survival.tails import fit_tails, tail_curve_table
from cxvalue.estimate.survival.tenure_curves import tenure_at_answer, tenure_curves
from cxvalue.link.columns import Floats
from cxvalue.link.covariates import TENURE
from cxvalue.vocabulary import BANDS, DISSATISFIED, Band, leaving_is_seen

SINCE_ANSWER = "months since the answer"
SINCE_JOINING = "months of tenure"
CALENDAR = "calendar months"


def fit_survival(
    study: BandStudy,
    rows: EpisodeRows,
    *,
    confidence: float = 0.95,
    horizon: int | None = None,
    from_band: Band = DISSATISFIED,
) -> Survival:
    """Estimate how long customers of each band stay.

    Parameters
    ----------
    study : BandStudy
        Design, target and response model.
    rows : EpisodeRows
        The episodes. The event is a customer's first leaving after the answer; who comes back does not count again.
    confidence : float
        Level of the intervals.
    horizon : int, optional
        Months of the window, at most the study's; the study's by default.
    from_band : {"dissatisfied", "neutral", "satisfied"}
        Whose covariates the adjusted curves take.

    Returns
    -------
    Survival
        Curves, restricted means, log-rank, Cox models, curves on the tenure scale, tails. What cannot be estimated
        says why.

    Raises
    ------
    DataError
        Where leaving is not seen.

    Notes
    -----
    A customer with several answers has several, overlapping episodes. Curves, restricted means and tails take a
    delete-a-group jackknife, tests and hazard ratios a sandwich summed by customer.
    """
    if not leaving_is_seen(study.metrics):
        raise DataError(
            "survival needs a leaving event, and relationship is noncontractual: nobody is seen to leave",
            allowed="survival of a contractual study",
            hint="study.curves() gives the share of customers who buy in each month",
        )
    window = study.timeline.horizon if horizon is None else min(horizon, study.timeline.horizon)
    episodes = take_durations(rows, horizon=window, groups=study.groups)
    counts = count_bands(episodes, time=episodes.months)
    curves = [*observed_curves(counts), *adjusted_curves(study, episodes, from_band=from_band)]
    tenure = tenure_at_answer(study, episodes)
    on_tenure = tenure if isinstance(tenure, NotEstimable) else tenure_curves(episodes, tenure, confidence=confidence)
    labels = study.basis.labels()[1:]
    tails = fit_tails(counts)
    return Survival(
        curve_table(curves, counts, confidence=confidence),
        restricted_mean_table(curves, confidence=confidence),
        log_rank=compare_bands(episodes, clustered=True),
        log_rank_rows=compare_bands(episodes, clustered=False),
        cox=cox_at_answer(episodes, labels, confidence=confidence),
        cox_varying=cox_latest_band(episodes, tenure, labels, confidence=confidence),
        tenure=on_tenure,
        tails=tuple(tails),
        tail_curves=tail_curve_table(tails, horizon=window, confidence=confidence),
        horizon_months=window,
        from_band=from_band,
        sample=rows.what(),
        confidence=confidence,
        notes=tuple(take_notes(curves, tenure, on_tenure)),
    )


def compare_bands(episodes: Episodes, *, clustered: bool) -> LogRank | NotEstimable:
    """Test whether the bands leave at the same rate.

    Parameters
    ----------
    episodes : Episodes
        The episodes.
    clustered : bool
        Whether episodes of one customer may depend on each other.

    Returns
    -------
    LogRank or NotEstimable
        The test.
    """
    rows = episodes.rows
    if len(np.unique(rows.band)) < len(BANDS) or not episodes.event.any():
        return NotEstimable("a band is empty, or nobody leaves")
    cluster = rows.customer if clustered else None
    return log_rank(episodes.duration, episodes.event, arm=rows.band, cluster=cluster)


def cox_at_answer(episodes: Episodes, labels: tuple[str, ...], *, confidence: float) -> CoxTable | NotEstimable:
    """Fit the band at the answer with baseline covariates.

    Parameters
    ----------
    episodes : Episodes
        The episodes.
    labels : tuple of str
        Names of the design's columns, without the intercept.
    confidence : float
        Level of the intervals.

    Returns
    -------
    CoxTable or NotEstimable
        The hazard ratios.
    """
    rows = episodes.rows
    fits = tabulate_cox(
        episodes.duration,
        episodes.event,
        entry=None,
        band=rows.band,
        design=rows.design[:, 1:],
        labels=labels,
        customer=rows.customer,
    )
    if isinstance(fits, NotEstimable):
        return fits
    return make_cox_table(fits, labels=labels, clock=SINCE_ANSWER, varying=False, confidence=confidence)


def cox_latest_band(
    episodes: Episodes, tenure: Floats | NotEstimable, labels: tuple[str, ...], *, confidence: float
) -> CoxTable | NotEstimable:
    """Fit the latest band answered, on the tenure scale with delayed entry.

    Parameters
    ----------
    episodes : Episodes
        The episodes.
    tenure : ndarray of shape (r,) or NotEstimable
        Months of tenure at the answer; without joining dates the clock is the calendar.
    labels : tuple of str
        Names of the design's columns, without the intercept.
    confidence : float
        Level of the intervals.

    Returns
    -------
    CoxTable or NotEstimable
        The hazard ratios. On the tenure scale tenure is no covariate: the baseline hazard holds it.
    """
    rows = episodes.rows
    calendar = isinstance(tenure, NotEstimable)
    clock = (rows.m0 - rows.m0.min()).astype(np.float64) if isinstance(tenure, NotEstimable) else tenure
    spells = make_spells(
        rows.customer, rows.m0, duration=episodes.duration.astype(np.int64), left=episodes.event, clock=clock
    )
    if not len(spells.row):
        return NotEstimable("no joining date is known")
    wanted = [at for at, label in enumerate(labels) if calendar or label.split(" ")[0] != TENURE]
    names = tuple(labels[at] for at in wanted)
    fits = tabulate_cox(
        spells.exit,
        spells.event,
        entry=spells.entry,
        band=rows.band[spells.row],
        design=rows.design[spells.row][:, [1 + at for at in wanted]],
        labels=names,
        customer=rows.customer[spells.row],
    )
    if isinstance(fits, NotEstimable):
        return fits
    scale = CALENDAR if calendar else SINCE_JOINING
    return make_cox_table(fits, labels=names, clock=scale, varying=True, confidence=confidence)


def take_notes(
    curves: list[BandCurve], tenure: Floats | NotEstimable, on_tenure: pd.DataFrame | NotEstimable
) -> list[str]:
    """Return what was left out and why.

    Parameters
    ----------
    curves : list of BandCurve
        The curves.
    tenure : ndarray of shape (r,) or NotEstimable
        Months of tenure at the answer.
    on_tenure : pandas.DataFrame or NotEstimable
        Curves on the tenure scale.

    Returns
    -------
    list of str
        Sentences.
    """
    notes = [
        f"{curve.method} curve of band {BANDS[curve.band]}: {curve.survival}"
        for curve in curves
        if isinstance(curve.survival, NotEstimable)
    ]
    if isinstance(tenure, NotEstimable):
        return [*notes, f"the tenure scale: {tenure}; the latest band is followed by calendar month"]
    n_unknown = int((~np.isfinite(tenure)).sum())
    if n_unknown:
        notes.append(f"{n_unknown:,} episodes of customers without a joining date are left out of the tenure scale")
    if isinstance(on_tenure, NotEstimable):
        notes.append(f"curves on the tenure scale: {on_tenure}")
    return notes
