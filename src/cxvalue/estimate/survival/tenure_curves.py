"""Curves on the tenure scale, where customers come under observation late."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.replicate import jackknife_se, t_factor
from cxvalue.estimate.survival.band_counts import BandCounts, Episodes, count_bands
from cxvalue.estimate.survival.kaplan_meier import log_log_interval
from cxvalue.link.columns import Floats
from cxvalue.link.covariates import TENURE
from cxvalue.vocabulary import BANDS

MIN_AT_RISK = 50
"""Fewest episodes at risk, in every band, at each month of tenure that a curve covers."""


def tenure_at_answer(study: BandStudy, episodes: Episodes) -> Floats | NotEstimable:
    """Return how long customers had been customers when they answered.

    Parameters
    ----------
    study : BandStudy
        Covariates at the answer.
    episodes : Episodes
        The episodes.

    Returns
    -------
    ndarray of shape (r,) or NotEstimable
        Months, NaN where not known; not estimable where the customers table has no joining dates.
    """
    covariates = study.linked.answers.covariates
    if TENURE not in covariates.number_names:
        return NotEstimable("the customers table has no joining dates")
    return np.asarray(covariates.numbers[episodes.rows.at, covariates.number_names.index(TENURE)])


def tenure_curves(episodes: Episodes, tenure: Floats, *, confidence: float) -> pd.DataFrame | NotEstimable:
    """Return survival by month of tenure and band at the answer, with delayed entry.

    Parameters
    ----------
    episodes : Episodes
        The episodes.
    tenure : ndarray of shape (r,)
        Months of tenure at the answer: an episode is at risk only after them.
    confidence : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame or NotEstimable
        Columns band, since, tenure_month, survival, se, ci_low, ci_high, at_risk, events. ``survival`` is the share
        of those still there at tenure ``since`` that has not left by ``tenure_month``.
    """
    known = np.flatnonzero(np.isfinite(tenure))
    if not len(known):
        return NotEstimable("no joining date is known")
    last = int((tenure[known] + episodes.duration[known]).max())
    counts = count_bands(episodes, time=np.arange(1.0, last + 1), entry=tenure, keep=known)
    covered = (counts.at_risk.sum(axis=0) >= MIN_AT_RISK).all(axis=0)
    if not covered.any():
        return NotEstimable(f"at no month of tenure are {MIN_AT_RISK} episodes of every band at risk")
    first, end = longest_run(covered)
    part = BandCounts(counts.time[first:end], counts.events[:, :, first:end], counts.at_risk[:, :, first:end])
    survival = part.survival()
    se = jackknife_se(survival[1:])
    low, high = log_log_interval(survival[0], se, t_factor(len(survival) - 1, confidence))
    tables = [
        pd.DataFrame(
            {
                "band": name,
                "since": int(part.time[0]) - 1,
                "tenure_month": part.time.astype(np.int64),
                "survival": survival[0, b],
                "se": se[b],
                "ci_low": low[b],
                "ci_high": high[b],
                "at_risk": part.at_risk[:, b].sum(axis=0).astype(np.int64),
                "events": part.events[:, b].sum(axis=0).astype(np.int64),
            }
        )
        for b, name in enumerate(BANDS)
    ]
    return pd.concat(tables, ignore_index=True)


def longest_run(covered: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, int]:
    """Return the longest run of months that are covered.

    Parameters
    ----------
    covered : ndarray of shape (T,)
        Whether each month is; one is.

    Returns
    -------
    tuple of int
        Position of the first month of the run, and of the month after its last.

    Examples
    --------
    >>> longest_run(np.array([True, False, True, True, False]))
    (2, 4)
    """
    edges = np.diff(np.concatenate([[0], covered.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    best = int(np.argmax(ends - starts))
    return int(starts[best]), int(ends[best])
