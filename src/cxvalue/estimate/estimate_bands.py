"""Estimation of a study: design, moments, response and targets, once for all strata."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from cxvalue.errors import DataError
from cxvalue.estimate.bands import BandStudy, columns_of
from cxvalue.estimate.design import EPISODES_PER_COLUMN, Basis, choose_basis
from cxvalue.estimate.formula import FormulaBasis, fit_formula
from cxvalue.estimate.moments import accumulate, entry_bins
from cxvalue.estimate.response import AnswerProbabilities, fit_response
from cxvalue.estimate.rows import collect_rows
from cxvalue.estimate.settings import AdjustSettings
from cxvalue.estimate.standardise import MIN_EPISODES, longest_horizon, too_few
from cxvalue.estimate.strata import make_partitions
from cxvalue.estimate.target import weigh_target
from cxvalue.link import Covariates, EpisodeOutcomes, Linked, Timeline
from cxvalue.link.columns import Integers
from cxvalue.vocabulary import BANDS, EVERYBODY


def estimate_bands(
    linked: Linked,
    outcomes: EpisodeOutcomes,
    timeline: Timeline,
    *,
    groups: int,
    adjust: AdjustSettings,
    seed: int,
    only_everybody: bool = False,
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
        answers.covariates.only(chosen).take(episodes),
        answers.band[episodes],
        outcomes=[metric.name for metric in outcomes.metrics],
        max_columns=smallest // EPISODES_PER_COLUMN,
    )
    design = basis.matrix(answers.covariates.only(chosen))
    partitions = make_partitions(linked, timeline)
    if only_everybody:
        partitions = tuple(partition for partition in partitions if partition.name == EVERYBODY)
    moments = accumulate(
        outcomes.batches(),
        design,
        partitions,
        band=answers.band,
        group=answers.group,
        bins=bins,
        last_k=last_k,
        groups=groups,
        columns=[columns_of(partition, design.shape[1]) for partition in partitions],
    )
    response = fit_response(linked.asked, chosen, groups=groups) if adjust.response else None
    probabilities = response if isinstance(response, AnswerProbabilities) else None
    targets = weigh_target(answers, linked.candidates, design, partitions, groups=groups, probabilities=probabilities)
    return BandStudy(
        linked=linked,
        outcomes=outcomes,
        timeline=timeline,
        groups=groups,
        basis=basis,
        design=design,
        bins=bins,
        partitions=partitions,
        moments=tuple(moments),
        targets=tuple(targets),
        response=response,
        covariates=chosen,
        read_rows=cache(lambda: collect_rows(outcomes, design, bins, last_k, covariates=chosen, seed=seed)),
    )


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
    counts = np.array(
        [
            [((band == b) & (bins >= 0) & (last_k[np.maximum(bins, 0)] >= k)).sum() for k in range(1, horizon + 1)]
            for b in range(len(BANDS))
        ]
    )
    longest = longest_horizon(counts)
    if longest < horizon:
        hint = f"set horizon_months = {longest}" if longest else "collect more answers, or check the scale"
        raise DataError(
            too_few(counts).reason,
            allowed=f"at least {MIN_EPISODES} episodes in every band and follow-up month",
            hint=hint,
        )
