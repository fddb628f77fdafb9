"""Episodes as rows: what estimators need that cannot work with sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxvalue.estimate.design_rows import DesignRows
from cxvalue.link import Answers, Covariates, EpisodeOutcomes
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.spill_columns import AnyColumn
from cxvalue.result import Brief

MOST_CUSTOMERS = 200_000
"""Customers whose episodes are worked on as rows, at most."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EpisodeRows(Brief):
    """The r episodes of a seeded sample of the customers who answered; all of them up to 200,000 customers.

    Parameters
    ----------
    at : ndarray of shape (r,)
        Positions of the episodes among all answers, ascending: by customer, then by month.
    customer, group : ndarray of shape (r,)
        Number of the customer, and customer group.
    m0 : ndarray of shape (r,)
        Month of the answer.
    last_k : ndarray of shape (r,)
        Last observed month of follow-up, 1 to H.
    band : ndarray of shape (r,)
        Code of the band.
    score : ndarray of shape (r,)
        The score.
    segments : ndarray of shape (r, number of segments)
        Codes of the segment columns, −1 where blank.
    design : ndarray of shape (r, p)
        Design rows of the headline.
    covariates : Covariates
        The covariates that the settings adjust for, as they are.
    outcomes : ndarray of shape (r, M, H)
        Metric by month; first who is still there or, where leaving is not seen, who buys. 0 after leaving. Months after
        ``last_k`` are not observed.
    n_customers, n_customers_in_all : int
        Customers in the sample, and customers who opened an episode.
    seed : int
        Seed of the sample.
    """

    at: Integers
    customer: Integers
    group: Integers
    m0: Integers
    last_k: Integers
    band: Integers
    score: Floats
    segments: Integers
    design: Floats
    covariates: Covariates
    outcomes: Floats
    n_customers: int
    n_customers_in_all: int
    seed: int

    @property
    def months_kept(self) -> Integers:
        """Months of follow-up before the first month without the customer, shape (r,): 0 to ``last_k``.

        Only where leaving is seen; otherwise a month without a purchase is no leaving.
        """
        active = self.outcomes[:, 0, :] > 0
        first_gone = np.where(active.all(axis=1), active.shape[1], np.argmin(active, axis=1))
        return np.asarray(np.minimum(first_gone, self.last_k), dtype=np.int64)

    @property
    def left(self) -> NDArray[np.bool_]:
        """Whether the customer was seen to leave for the first time within the follow-up, shape (r,).

        Only where leaving is seen.
        """
        return np.asarray(self.months_kept < self.last_k)

    def what(self) -> str:
        """Return on how many customers the rows stand, in words.

        Returns
        -------
        str
            Such as ``all 8,000 customers with an episode``.
        """
        if self.n_customers == self.n_customers_in_all:
            return f"all {self.n_customers:,} customers with an episode"
        return (
            f"{self.n_customers:,} of the {self.n_customers_in_all:,} customers with an episode, "
            f"drawn with seed {self.seed}"
        )


def sample_episodes(answers: Answers, bins: AnyColumn, *, seed: int, most: int = MOST_CUSTOMERS) -> Integers:
    """Return the episodes of a sample of the customers.

    Parameters
    ----------
    answers : Answers
        All answers.
    bins : ndarray of shape (n,)
        Censoring class of each answer; −1 for those that open no episode.
    seed : int
        Seed.
    most : int
        Customers, at most.

    Returns
    -------
    ndarray
        Positions of answers, ascending.
    """
    episodes = np.flatnonzero(bins >= 0)
    customers = np.unique(answers.customer[episodes])
    if len(customers) <= most:
        return episodes.astype(np.int64)
    drawn = np.random.default_rng(seed).choice(customers, size=most, replace=False)
    return episodes[np.isin(answers.customer[episodes], drawn)].astype(np.int64)


def collect_rows(
    outcomes: EpisodeOutcomes,
    design: Floats | DesignRows,
    bins: AnyColumn,
    last_k: Integers,
    *,
    covariates: tuple[str, ...],
    seed: int,
    most: int = MOST_CUSTOMERS,
) -> EpisodeRows:
    """Read episodes as rows.

    Parameters
    ----------
    outcomes : EpisodeOutcomes
        Reads the panels.
    design : ndarray of shape (n, p) or DesignRows
        Design rows of all answers.
    bins : ndarray of shape (n,)
        Censoring class of all answers.
    last_k : ndarray of shape (E,)
        Last observed month of each class.
    covariates : tuple of str
        Covariates to keep, as :meth:`~cxvalue.estimate.AdjustSettings.select` gives them.
    seed : int
        Seed of the sample.
    most : int
        Customers, at most.

    Returns
    -------
    EpisodeRows
        The rows.
    """
    answers = outcomes.answers
    at = sample_episodes(answers, bins, seed=seed, most=most)
    customer = answers.customer[at]
    return EpisodeRows(
        at,
        customer,
        answers.group[at],
        answers.m0[at],
        last_k[bins[at]],
        answers.band[at],
        answers.score[at],
        answers.segments[at],
        design[at],
        answers.covariates.only(covariates).take(at),
        outcomes.read(at, 1, outcomes.timeline.horizon),
        len(np.unique(customer)),
        len(np.unique(answers.customer[bins >= 0])),
        seed,
    )
