"""Estimation of a study: design, moments, response and targets, once for all strata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Final

import numpy as np

from cxvalue.errors import DataError
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.choose_basis import choose_basis
from cxvalue.estimate.design import EPISODES_PER_COLUMN, Basis
from cxvalue.estimate.design_rows import DesignRows
from cxvalue.estimate.episode_sums import EpisodeSums
from cxvalue.estimate.formula import FormulaBasis, fit_formula
from cxvalue.estimate.keep import Keep, keep_nothing
from cxvalue.estimate.moments import LateMoments, Moments, entry_bins
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.rows import collect_rows
from cxvalue.estimate.settings import AdjustSettings
from cxvalue.estimate.standardise import MIN_EPISODES, longest_horizon, too_few
from cxvalue.estimate.strata import make_partitions
from cxvalue.estimate.weighed import KeptWeighed, weigh
from cxvalue.link import Answers, Covariates, EpisodeOutcomes, Linked, Timeline
from cxvalue.link.columns import Integers, parts_of
from cxvalue.link.freed_memory import give_back
from cxvalue.link.spill_columns import AnyColumn, SpillColumn, narrow_codes
from cxvalue.progress import Progress, silent
from cxvalue.vocabulary import BANDS, COHORT_QUARTER, COHORT_YEAR, EVERYBODY

FIRST_MOMENTS: Final = "moments"
COHORT_MOMENTS: Final = "cohort_moments"
RESPONSE_AND_TARGETS: Final = "response_and_targets"
"""Under what each is kept."""


def estimate_bands(
    linked: Linked,
    outcomes: EpisodeOutcomes,
    timeline: Timeline,
    *,
    groups: int,
    adjust: AdjustSettings,
    seed: int,
    only_everybody: bool = False,
    progress: Progress = silent,
    keep: Keep = keep_nothing,
) -> BandStudy:
    """Sum moments and weigh targets for all strata of a study.

    Parameters
    ----------
    linked : Linked
        Answers with covariates.
    outcomes : EpisodeOutcomes
        Reads outcomes.
    timeline : Timeline
        The months.
    groups : int
        Customer groups, G.
    adjust : AdjustSettings
        Which covariates, and whether by response.
    seed : int
        Seed of the sample for estimators that work on rows.
    only_everybody : bool
        Leaves out segments and cohorts.
    progress : Progress
        Told of the answers whose outcomes have been summed.
    keep : Keep
        Gives sums and weights of an earlier run over the same answers; by default there are none.

    Returns
    -------
    BandStudy
        Everything but money.

    Raises
    ------
    DataError
        When a band has fewer than 50 episodes at some month of the horizon.
    """
    answers = linked.answers
    bins, last_k = censoring_classes(answers, timeline)
    design = make_design(answers, bins, outcomes, adjust)
    partitions = make_partitions(linked, timeline)
    if only_everybody:
        partitions = tuple(partition for partition in partitions if partition.name == EVERYBODY)
    give_back()
    moments = read_moments(EpisodeSums(outcomes, design, bins, last_k, groups, keep), partitions, progress)
    first = [partition for partition in partitions if not is_late(partition)]
    answering = design.names if adjust.response else None
    strata = tuple(len(partition.labels) for partition in first)
    give_back()
    weighed = keep(
        RESPONSE_AND_TARGETS,
        partial(
            weigh, linked, design, covariates=answering, partitions=first, groups=groups,
            threads=outcomes.months.threads,
        ),
        KeptWeighed(linked.asked, strata, groups, design.shape[1]),
    )  # fmt: skip
    return BandStudy(
        linked=linked,
        outcomes=outcomes,
        timeline=timeline,
        groups=groups,
        basis=design.basis,
        read_design=cache(lambda: design[:]),
        bins=bins,
        partitions=partitions,
        moments=moments,
        targets=(*weighed.targets, *(weighed.targets[0] for _ in partitions[len(first) :])),
        response=weighed.response,
        covariates=design.names,
        read_rows=cache(lambda: collect_rows(outcomes, design, bins, last_k, covariates=design.names, seed=seed)),
    )


def make_design(answers: Answers, bins: SpillColumn, outcomes: EpisodeOutcomes, adjust: AdjustSettings) -> DesignRows:
    """Return the design of all answers, its columns chosen from those that open an episode.

    Parameters
    ----------
    answers : Answers
        The answers.
    bins : SpillColumn of shape (n,)
        Censoring class of each; −1 for those that open no episode.
    outcomes : EpisodeOutcomes
        What is measured after the answer.
    adjust : AdjustSettings
        Which covariates, and the formula.

    Returns
    -------
    DesignRows
        Without its rows.
    """
    chosen = adjust.select(answers.covariates.names())
    episodes, band = bins >= 0, answers.band[:]
    smallest = int(np.bincount(band[bins == 0], minlength=len(BANDS)).min())
    known = answers.covariates.only(chosen)
    basis = make_basis(
        adjust.formula,
        known if episodes.all() else known.only_rows(episodes),
        band[episodes],
        outcomes=[metric.name for metric in outcomes.metrics],
        max_columns=smallest // EPISODES_PER_COLUMN,
        threads=outcomes.months.threads,
    )
    return DesignRows(basis, known, chosen)


def is_late(partition: Partition) -> bool:
    """Return whether a partition is summed only when it is asked for.

    Parameters
    ----------
    partition : Partition
        The strata.

    Returns
    -------
    bool
        True for the cohorts.
    """
    return partition.name in (COHORT_QUARTER, COHORT_YEAR)


def read_moments(sums: EpisodeSums, partitions: Sequence[Partition], progress: Progress) -> LateMoments:
    """Return the moments of all partitions: those of cohorts when they are asked for, the others now.

    Parameters
    ----------
    sums : EpisodeSums
        Gives them.
    partitions : sequence of Partition
        The strata.
    progress : Progress
        Told of the answers that are summed now.

    Returns
    -------
    LateMoments
        One a partition.
    """
    first = [partition for partition in partitions if not is_late(partition)]
    later = [partition for partition in partitions if is_late(partition)]
    now = iter(sums.of(first, kind=FIRST_MOMENTS, progress=progress))
    of_cohorts = cache(lambda: sums.of(later, kind=COHORT_MOMENTS, progress=silent))
    readers = [
        partial(late_moments, of_cohorts, later.index(partition)) if is_late(partition) else partial(given, next(now))
        for partition in partitions
    ]
    return LateMoments(tuple(readers))


def given(moments: Moments) -> Moments:
    """Return moments that are there already.

    Parameters
    ----------
    moments : Moments
        The sums.

    Returns
    -------
    Moments
        The same.
    """
    return moments


def late_moments(read: Callable[[], list[Moments]], at: int) -> Moments:
    """Return moments out of several that are summed together.

    Parameters
    ----------
    read : callable
        Gives them all, and keeps them.
    at : int
        Position of those wanted.

    Returns
    -------
    Moments
        The sums.
    """
    return read()[at]


def make_basis(
    formula: str | None,
    covariates: Covariates,
    band: Integers,
    *,
    outcomes: Sequence[str],
    max_columns: int,
    threads: int = 1,
) -> Basis | FormulaBasis:
    """Return the design of the headline: by the user's formula, or the default.

    Parameters
    ----------
    formula : str, optional
        The user's formula.
    covariates : Covariates
        Of the episodes.
    band : ndarray of shape (n,)
        Their bands.
    outcomes : sequence of str
        What is measured after the answer, which a formula may not name.
    max_columns : int
        Most columns, the intercept included.
    threads : int
        Columns of the default that are looked at at a time.

    Returns
    -------
    Basis or FormulaBasis
        The columns.
    """
    if formula is None:
        return choose_basis(covariates, band, max_columns=max_columns, threads=threads)
    return fit_formula(formula, covariates, outcomes=outcomes, max_columns=max_columns)


def censoring_classes(answers: Answers, timeline: Timeline) -> tuple[SpillColumn, Integers]:
    """Return the censoring class of each answer, and the last observed month of each class.

    Parameters
    ----------
    answers : Answers
        The answers.
    timeline : Timeline
        Horizon and end of follow-up.

    Returns
    -------
    tuple of SpillColumn of shape (n,) and ndarray of shape (E,)
        As :func:`~cxvalue.estimate.moments.entry_bins` gives them.

    Raises
    ------
    DataError
        When a band has fewer than 50 episodes at some month of the horizon.
    """
    bins, last_k = entry_bins(answers.m0, follow_up_end=timeline.follow_up_end, horizon=timeline.horizon)
    refuse_few_episodes(answers.band, bins, last_k, timeline.horizon)
    return narrow_codes(bins), last_k


def refuse_few_episodes(band: AnyColumn, bins: Integers, last_k: Integers, horizon: int) -> None:
    """Refuse a horizon at whose end a band has fewer than 50 episodes.

    Parameters
    ----------
    band, bins : ndarray or SpillColumn of shape (n,)
        Band and censoring class of each answer.
    last_k : ndarray of shape (E,)
        Last observed month of each class.
    horizon : int
        H.

    Raises
    ------
    DataError
        With the longest horizon that would do.
    """
    shape = (len(BANDS), len(last_k))
    by_class = np.zeros(shape[0] * shape[1], dtype=np.int64)
    for rows in parts_of(len(bins)):
        inside = bins[rows] >= 0
        cells = band[rows][inside] * shape[1] + bins[rows][inside]
        by_class += np.bincount(cells, minlength=len(by_class))
    counts = by_class.reshape(shape) @ (last_k[:, None] >= np.arange(1, horizon + 1))
    longest = longest_horizon(counts)
    if longest < horizon:
        hint = f"set horizon_months = {longest}" if longest else "collect more answers, or check the scale"
        raise DataError(
            too_few(counts).reason,
            allowed=f"at least {MIN_EPISODES} episodes in every band and follow-up month",
            hint=hint,
        )
