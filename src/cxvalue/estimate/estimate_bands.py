"""Estimation of a study: design, moments, response and targets, once for all strata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Final

import numpy as np

from cxvalue.errors import DataError
from cxvalue.estimate.bands import BandStudy, columns_of
from cxvalue.estimate.design import EPISODES_PER_COLUMN, Basis, choose_basis
from cxvalue.estimate.design_rows import DesignRows
from cxvalue.estimate.formula import FormulaBasis, fit_formula
from cxvalue.estimate.moments import LateMoments, Moments, accumulate, entry_bins
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.response import AnswerProbabilities, fit_response
from cxvalue.estimate.rows import collect_rows
from cxvalue.estimate.settings import AdjustSettings
from cxvalue.estimate.standardise import MIN_EPISODES, longest_horizon, too_few
from cxvalue.estimate.strata import make_partitions
from cxvalue.estimate.target import weigh_target
from cxvalue.link import Covariates, EpisodeOutcomes, Linked, Timeline
from cxvalue.link.columns import Integers
from cxvalue.progress import Progress, counted, silent
from cxvalue.vocabulary import BANDS, COHORT_QUARTER, COHORT_YEAR, EVERYBODY

MOMENTS: Final = "moments and response weights"
"""The stage, as progress names it."""


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
    bins, last_k = entry_bins(answers.m0, follow_up_end=timeline.follow_up_end, horizon=timeline.horizon)
    refuse_few_episodes(answers.band, bins, last_k, timeline.horizon)
    chosen = adjust.select(answers.covariates.names())
    episodes = bins >= 0
    smallest = min(int(((answers.band == b) & (bins == 0)).sum()) for b in range(len(BANDS)))
    basis = make_basis(
        adjust.formula,
        answers.covariates.only(chosen) if episodes.all() else answers.covariates.only(chosen).take(episodes),
        answers.band[episodes],
        outcomes=[metric.name for metric in outcomes.metrics],
        max_columns=smallest // EPISODES_PER_COLUMN,
    )
    design = DesignRows(basis, answers.covariates, chosen)
    partitions = make_partitions(linked, timeline)
    if only_everybody:
        partitions = tuple(partition for partition in partitions if partition.name == EVERYBODY)
    later = [partition.name in (COHORT_QUARTER, COHORT_YEAR) for partition in partitions]
    threads = outcomes.months.threads

    def sums_of(chosen_partitions: Sequence[Partition], told: Progress) -> list[Moments]:
        return accumulate(
            counted(
                outcomes.batches(),
                told,
                MOMENTS,
                total=len(answers.m0),
                unit="answers",
                size=lambda batch: batch.shape[0],
            ),
            design,
            chosen_partitions,
            band=answers.band,
            group=answers.group,
            bins=bins,
            last_k=last_k,
            groups=groups,
            columns=[columns_of(partition, design.shape[1]) for partition in chosen_partitions],
            threads=threads,
        )

    first = [partition for partition, is_late in zip(partitions, later, strict=True) if not is_late]
    now = iter(sums_of(first, progress))
    of_cohorts = cache(lambda: sums_of([p for p, is_late in zip(partitions, later, strict=True) if is_late], silent))
    readers = [
        partial(late_moments, of_cohorts, sum(later[:at])) if is_late else partial(given, next(now))
        for at, is_late in enumerate(later)
    ]
    response = fit_response(linked.asked, chosen, groups=groups) if adjust.response else None
    probabilities = response if isinstance(response, AnswerProbabilities) else None
    targets, plain = weigh_target(
        answers, linked.candidates, design, first, groups=groups, probabilities=probabilities, threads=threads
    )
    if probabilities is not None:
        response = replace(probabilities, plain=plain)
    return BandStudy(
        linked=linked,
        outcomes=outcomes,
        timeline=timeline,
        groups=groups,
        basis=basis,
        read_design=cache(lambda: design[:]),
        bins=bins,
        partitions=partitions,
        moments=LateMoments(tuple(readers)),
        targets=(*targets, *(targets[0] for _ in partitions[len(first) :])),
        response=response,
        covariates=chosen,
        read_rows=cache(lambda: collect_rows(outcomes, design, bins, last_k, covariates=chosen, seed=seed)),
    )


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
    formula: str | None, covariates: Covariates, band: Integers, *, outcomes: Sequence[str], max_columns: int
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

    Returns
    -------
    Basis or FormulaBasis
        The columns.
    """
    if formula is None:
        return choose_basis(covariates, band, max_columns=max_columns)
    return fit_formula(formula, covariates, outcomes=outcomes, max_columns=max_columns)


def refuse_few_episodes(band: Integers, bins: Integers, last_k: Integers, horizon: int) -> None:
    """Refuse a horizon at whose end a band has fewer than 50 episodes.

    Parameters
    ----------
    band, bins : ndarray of shape (n,)
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
    inside = bins >= 0
    by_class = np.bincount(band[inside] * shape[1] + bins[inside], minlength=shape[0] * shape[1]).reshape(shape)
    counts = by_class @ (last_k[:, None] >= np.arange(1, horizon + 1))
    longest = longest_horizon(counts)
    if longest < horizon:
        hint = f"set horizon_months = {longest}" if longest else "collect more answers, or check the scale"
        raise DataError(
            too_few(counts).reason,
            allowed=f"at least {MIN_EPISODES} episodes in every band and follow-up month",
            hint=hint,
        )
