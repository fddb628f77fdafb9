"""Cohorts: what each band does in its first months, survey wave by survey wave, and how that changes by the year."""

from __future__ import annotations

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.cell_sums import triangle
from cxvalue.estimate.cohort_means import CohortMeans
from cxvalue.estimate.design import EPISODES_PER_COLUMN
from cxvalue.estimate.moments import Moments
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.estimate.standardise import MIN_EPISODES, cumulative_gram, observed_counts, sound_columns, standardise
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS, COHORT_QUARTER, Band

MONTHS = 6
"""Months of follow-up that cohorts are compared over, where they are followed so long."""
FEWEST_MONTHS = 3
"""Months below which a longer comparison is not given up for the sake of more cohorts."""
SMALL_SHARE = 0.25
"""A cohort with less than this share of the middle cohort's episodes is left out: all cohorts take the same columns,
and the smallest sets how many."""


def fit_cohorts(
    study: BandStudy,
    *,
    by: str = COHORT_QUARTER,
    from_band: Band,
    to_band: Band,
    months: int = MONTHS,
    currency: str,
    confidence: float,
) -> CohortMeans | NotEstimable:
    """Return what each band does over its first months, cohort by cohort, standardised to one target.

    Parameters
    ----------
    study : BandStudy
        Moments and targets.
    by : {"cohort_quarter", "cohort_year"}
        Length of a cohort.
    from_band, to_band : Band
        The target is everybody now in the from-band; the gap is the to-band's less the from-band's.
    months : int
        Most months of follow-up; fewer where later cohorts are not followed so long.
    currency : str
        Of money.
    confidence : float
        Level of the intervals.

    Returns
    -------
    CohortMeans or NotEstimable
        Not estimable when nobody is in the from-band now, or no cohort has enough episodes.

    Notes
    -----
    All cohorts take the same columns of the design: those that have variation of their own in every band of every
    cohort, at most one for twenty episodes of the smallest. Otherwise a column that the first wave cannot have, such as
    the previous band, would change the adjustment from one cohort to the next and look like a trend.
    """
    at = study.position(by)
    target, _ = study.target_of(by, "", from_band)
    if not np.isfinite(target).all():
        return NotEstimable(f"too few customers active now gave their latest answer in band {from_band}")
    moments, labels = study.moments[at], study.labels(by)
    horizon = study.timeline.horizon
    counts = np.array([observed_counts(moments, s, horizon) for s in range(len(labels))])
    q = compared_months(counts.min(axis=1), most=min(months, horizon))
    episodes = counts[:, :, q - 1]
    floor = fewest_episodes(episodes)
    kept = np.flatnonzero(episodes.min(axis=1) >= floor)
    if len(kept) == 0:
        return NotEstimable(f"no cohort has {MIN_EPISODES} episodes in every band")
    width, smallest = study.width_of(at), int(episodes[kept].min())
    columns = common_columns(moments, kept, months=q, width=width)[: max(1, smallest // EPISODES_PER_COLUMN)]
    fitted = fit_strata(take_columns(moments, columns), kept, target[:, columns], q, len(study.metrics))
    names = study.basis.labels()
    return CohortMeans(
        by=by,
        labels=tuple(labels[s] for s in kept),
        left_out=tuple((labels[s], left_out(episodes[s], floor, q)) for s in range(len(labels)) if s not in kept),
        months=q,
        metrics=study.metrics,
        from_band=from_band,
        to_band=to_band,
        years=mean_years(study, at)[kept],
        as_of=study.timeline.as_of,
        episodes=episodes[kept],
        estimate=np.stack([each.estimate for each in fitted]),
        leave_one_group_out=np.stack([each.leave_one_group_out for each in fitted], axis=1),
        columns=tuple(names[c] for c in columns),
        dropped=tuple(names[c] for c in range(width) if c not in columns),
        currency=currency,
        confidence=confidence,
    )


def compared_months(counts: Integers, *, most: int) -> int:
    """Return over how many months of follow-up cohorts are compared.

    Parameters
    ----------
    counts : ndarray of shape (S, H)
        Episodes of each cohort's smallest band, by month of follow-up.
    most : int
        Most months.

    Returns
    -------
    int
        As many as may be without losing a cohort that three months would keep; ``most`` at most.

    Examples
    --------
    >>> compared_months(np.array([[90, 90, 90, 90, 90, 90], [80, 80, 80, 80, 20, 0]]), most=6)
    4
    """
    cohorts = (counts >= MIN_EPISODES).sum(axis=0)
    least = min(FEWEST_MONTHS, most)
    return max(q for q in range(least, most + 1) if cohorts[q - 1] == cohorts[least - 1])


def fewest_episodes(episodes: Integers) -> int:
    """Return how many episodes each band of a cohort needs.

    Parameters
    ----------
    episodes : ndarray of shape (S, B)
        Episodes by cohort and band.

    Returns
    -------
    int
        50, or a quarter of what the middle one of the cohorts with 50 has in its smallest band.

    Examples
    --------
    >>> fewest_episodes(np.array([[60, 90, 90], [800, 900, 900], [810, 900, 900]]))
    200
    """
    smallest = episodes.min(axis=1)
    enough = smallest[smallest >= MIN_EPISODES]
    return max(MIN_EPISODES, int(SMALL_SHARE * np.median(enough))) if len(enough) else MIN_EPISODES


def left_out(episodes: Integers, floor: int, months: int) -> NotEstimable:
    """Return why a cohort is not compared.

    Parameters
    ----------
    episodes : ndarray of shape (B,)
        Its episodes by band.
    floor : int
        Episodes needed.
    months : int
        Months of follow-up.

    Returns
    -------
    NotEstimable
        The band with the fewest episodes.
    """
    b = int(np.argmin(episodes))
    return NotEstimable(
        f"{episodes[b]} {'episode' if episodes[b] == 1 else 'episodes'} in band {BANDS[b]} followed over "
        f"{'1 month' if months == 1 else f'{months} months'}; {floor} are needed beside the other cohorts"
    )


def mean_years(study: BandStudy, at: int) -> Floats:
    """Return the mean month of answering of each cohort.

    Parameters
    ----------
    study : BandStudy
        Answers.
    at : int
        Position of the partition.

    Returns
    -------
    ndarray of shape (S,)
        In years after ``as_of``; of the answers with any follow-up.
    """
    codes, opened = study.partitions[at].codes, study.bins >= 0
    n = len(study.partitions[at].labels)
    years = (study.linked.answers.m0[opened] - study.timeline.as_of) / 12.0
    counts = np.bincount(codes[opened], minlength=n)
    return np.asarray(np.bincount(codes[opened], weights=years, minlength=n) / np.maximum(counts, 1))


def common_columns(moments: Moments, strata: Integers, *, months: int, width: int) -> Integers:
    """Return the columns of the design that keep their rank in every band of every stratum.

    Parameters
    ----------
    moments : Moments
        The sums.
    strata : ndarray of shape (C,)
        Positions of the strata.
    months : int
        Months of follow-up.
    width : int
        First columns that are looked at.

    Returns
    -------
    ndarray
        Positions, ascending: most important first.
    """
    last = int((moments.last_k >= months).sum()) - 1
    grams = [cumulative_gram(moments.gram[s], width)[:, last] for s in strata]
    return sound_columns(np.concatenate(grams))


def take_columns(moments: Moments, columns: Integers) -> Moments:
    """Return the sums of some columns of the design.

    Parameters
    ----------
    moments : Moments
        The sums.
    columns : ndarray of shape (p,)
        Positions, ascending.

    Returns
    -------
    Moments
        As if the design had had these columns only.
    """
    size = moments.cross.shape[3]
    place = np.zeros((size, size), dtype=np.int64)
    place[triangle(size)] = np.arange(size * (size + 1) // 2)
    rows, others = triangle(len(columns))
    inside = place[columns[rows], columns[others]]
    return Moments(
        moments.gram[..., inside], moments.cross[..., columns, :], moments.counts, moments.squares, moments.last_k
    )


def fit_strata(moments: Moments, strata: Integers, target: Floats, months: int, n_metrics: int) -> list[BandReplicates]:
    """Return the standardised curves of several strata.

    Parameters
    ----------
    moments : Moments
        The sums.
    strata : ndarray of shape (C,)
        Positions of strata with enough episodes.
    target : ndarray of shape (1 + G, p)
        Mean design row of the target, the same for all.
    months : int
        Months of follow-up.
    n_metrics : int
        M.

    Returns
    -------
    list of BandReplicates
        One a stratum.
    """
    fitted = (standardise(moments, int(s), target, horizon=months, n_metrics=n_metrics) for s in strata)
    return [each for each in fitted if isinstance(each, BandReplicates)]
