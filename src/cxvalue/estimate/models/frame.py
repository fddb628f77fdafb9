"""The frame of a study's outcome models: episodes, target, and the covariates that enter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.choose_basis import choose_basis
from cxvalue.estimate.design import EPISODES_PER_COLUMN, Basis
from cxvalue.estimate.models.design import BandDesign, ModelDesign, columns_for
from cxvalue.estimate.models.formula import known_rows, learn_formula
from cxvalue.estimate.models.records import Records, records_at, target_of
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import BANDS, Band, leaving_is_seen

MOST_PERSON_MONTHS = 500_000
"""Months at risk that are worked on as rows; beyond that a sample of the customers stands for all."""
MOST_TARGET = 20_000
"""Customers of the target over whom predictions are averaged; beyond that a sample stands for all."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelFrame:
    """What all outcome models of a study share.

    Parameters
    ----------
    episodes : Records
        The n episodes.
    target : Records
        The t customers now in the from-band.
    episode_cluster, target_cluster : ndarray of shape (n,) and of shape (t,)
        Number of the customer, the same for both.
    n_clusters : int
        Customers in either.
    months_kept : ndarray of shape (n,)
        Months before the first without the customer; all that were observed where leaving is not seen.
    left : ndarray of shape (n,)
        Whether the customer was seen to leave.
    active : ndarray of shape (n, H)
        Whether the customer was there, in months that were observed; all of these where leaving is not seen.
    outcomes : ndarray of shape (n, M, H)
        Metric by month.
    covariate_columns : tuple of str
        Columns of the default design after the intercept.
    formulas : mapping of str to str
        The user's formula by metric; metrics without one take the default design.
    seed : int
        Seed of samples.
    month : str
        What a month is called over which outcomes are averaged.
    """

    episodes: Records
    target: Records
    episode_cluster: Integers
    target_cluster: Integers
    n_clusters: int
    months_kept: Integers
    left: Integers
    active: Floats
    outcomes: Floats
    covariate_columns: tuple[str, ...]
    formulas: Mapping[str, str]
    seed: int
    month: str = "active month"

    def episodes_known(self, metric: str) -> Integers:
        """Return the episodes that a metric's models can use.

        Parameters
        ----------
        metric : str
            The metric.

        Returns
        -------
        ndarray
            Positions of all, or of those for which everything in the formula is known.
        """
        return known_to(self.formulas.get(metric), self.episodes)

    def target_known(self, metric: str) -> Integers:
        """Return the customers of the target over whom a metric's predictions are averaged.

        Parameters
        ----------
        metric : str
            The metric.

        Returns
        -------
        ndarray
            Positions of all, or of those for which everything in the formula is known.
        """
        return known_to(self.formulas.get(metric), self.target)

    def design(
        self, metric: str, rows: Records, *, events: float, month: Integers | None, knots: tuple[float, ...] | None
    ) -> ModelDesign:
        """Return the design of a metric's model.

        Parameters
        ----------
        metric : str
            The metric.
        rows : Records
            The rows that it is fitted on.
        events : float
            Events, which limit the columns of the default design.
        month : ndarray of shape (n,), optional
            Follow-up month of each row.
        knots : tuple of float, optional
            Knots of the baseline.

        Returns
        -------
        ModelDesign
            The user's formula, or the default design.
        """
        formula = self.formulas.get(metric)
        if formula is not None:
            return learn_formula(formula, rows, month)
        bare = len(BandDesign((), knots).labels)
        return BandDesign(columns_for(events, taken=bare, covariates=self.covariate_columns), knots)


def known_to(formula: str | None, records: Records) -> Integers:
    """Return the records for which everything that a formula names is known.

    Parameters
    ----------
    formula : str, optional
        The formula; the default design takes every record.
    records : Records
        The records.

    Returns
    -------
    ndarray
        Positions.
    """
    return np.arange(len(records)) if formula is None else known_rows(formula, records.covariates)


def make_frame(
    study: BandStudy,
    rows: EpisodeRows,
    *,
    from_band: Band,
    covariates: tuple[str, ...] | None,
    formulas: Mapping[str, str],
) -> ModelFrame:
    """Put together what all outcome models of a study share.

    Parameters
    ----------
    study : BandStudy
        The study.
    rows : EpisodeRows
        Its episodes.
    from_band : Band
        Whose customers the figures are standardised to.
    covariates : tuple of str, optional
        Covariates of the default design; default the headline's columns.
    formulas : mapping of str to str
        The user's formula by metric.

    Returns
    -------
    ModelFrame
        The frame; of a sample of the customers where there are more than half a million months at risk.
    """
    is_seen = leaving_is_seen(study.metrics)
    inside = drawn_episodes(rows, only_while_active=is_seen)
    at = rows.at[inside]
    target_at, weight = target_of(study, from_band, most=MOST_TARGET, seed=rows.seed)
    if covariates is None:
        labels = study.basis.labels()
        designs = study.design[at], study.design[target_at]
    else:
        basis = basis_of(study, at, covariates)
        labels = basis.labels()
        chosen = study.linked.answers.covariates.only(covariates)
        designs = basis.matrix(chosen.take(at)), basis.matrix(chosen.take(target_at))
    episodes = records_at(study, at, design=designs[0], weight=np.ones(len(at)))
    target = records_at(study, target_at, design=designs[1], weight=weight)
    customers, cluster = np.unique(np.concatenate([episodes.customer, target.customer]), return_inverse=True)
    observed = np.arange(1, rows.outcomes.shape[2] + 1) <= rows.last_k[inside, None]
    kept = rows.months_kept[inside] if is_seen else rows.last_k[inside]
    left = rows.left[inside].astype(np.int64) if is_seen else np.zeros(len(at), dtype=np.int64)
    there = (rows.outcomes[inside, 0] > 0) & observed if is_seen else observed
    return ModelFrame(
        episodes,
        target,
        cluster[: len(at)],
        cluster[len(at) :],
        len(customers),
        kept,
        left,
        there.astype(np.float64),
        rows.outcomes[inside],
        labels[1:],
        formulas,
        rows.seed,
        "active month" if is_seen else "month",
    )


def basis_of(study: BandStudy, at: Integers, covariates: tuple[str, ...]) -> Basis:
    """Return the columns for some covariates, chosen as the headline's are.

    Parameters
    ----------
    study : BandStudy
        The study.
    at : ndarray of shape (n,)
        Positions of the episodes.
    covariates : tuple of str
        The covariates.

    Returns
    -------
    Basis
        At most one column for 20 episodes of the smallest band.
    """
    answers = study.linked.answers
    band = answers.band[at]
    smallest = int(np.bincount(band, minlength=len(BANDS)).min())
    chosen = answers.covariates.only(covariates).take(at.astype(np.intp))
    return choose_basis(chosen, band, max_columns=smallest // EPISODES_PER_COLUMN)


def drawn_episodes(rows: EpisodeRows, most: int = MOST_PERSON_MONTHS, *, only_while_active: bool = True) -> Integers:
    """Return the episodes of as many customers as have about half a million months at risk between them.

    Parameters
    ----------
    rows : EpisodeRows
        The episodes.
    most : int
        Months at risk, at most, on average over seeds.
    only_while_active : bool
        Whether only months count in which the customer was there.

    Returns
    -------
    ndarray
        Positions, ascending; all of them where there are fewer months.
    """
    months = int((rows.months_kept + rows.left if only_while_active else rows.last_k).sum())
    if months <= most:
        return np.arange(len(rows.at))
    customers = np.unique(rows.customer)
    n_drawn = max(1, int(len(customers) * most / months))
    drawn = np.random.default_rng(rows.seed).choice(customers, size=n_drawn, replace=False)
    return np.flatnonzero(np.isin(rows.customer, drawn)).astype(np.int64)
