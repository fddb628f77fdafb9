"""The seam for estimators: what they are given and what they give back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.moments import Moments
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.link import Covariates, EpisodeOutcomes
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.spill_columns import AnyColumn
from cxvalue.result import Brief
from cxvalue.vocabulary import Metric


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EpisodeBatch(Brief):
    """Episodes of a stratum as rows.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Design rows.
    band, group, last_k : ndarray of shape (n,)
        Band, customer group, and last observed follow-up month.
    outcomes : ndarray of shape (n, M, H)
        Outcomes; 0 after leaving. Months after ``last_k`` are not observed.
    """

    design: Floats
    band: Integers
    group: Integers
    last_k: Integers
    outcomes: Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TargetRows(Brief):
    """The customers to whom a value refers, one record each: now in the from-band.

    Parameters
    ----------
    at : ndarray of shape (c,)
        Positions of their latest answers.
    design : ndarray of shape (c, p)
        Design rows.
    covariates : Covariates
        Their covariates.
    group : ndarray of shape (c,)
        Customer group.
    score : ndarray of shape (c,)
        Their latest score.
    response : tuple of AnswerProbabilities and ndarray, optional
        The response model and the positions of these records among its candidates; without it each counts 1.
    """

    at: Integers
    design: Floats
    covariates: Covariates
    group: Integers
    score: Floats
    response: tuple[AnswerProbabilities, Integers] | None

    def weights(self, replicate: int) -> Floats:
        """Return 1 / P(answered) of every record in a replicate.

        Parameters
        ----------
        replicate : int
            0 for all customers, 1 + g with group g left out.

        Returns
        -------
        ndarray of shape (c,)
            Weights; 0 for the group left out.
        """
        each = np.ones(len(self.at))
        if self.response is not None:
            model, places = self.response
            each = model.weights(replicate)[places]
        return np.asarray(each * (self.group != replicate - 1))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EpisodeSource(Brief):
    """A stratum as an estimator sees it: as moments or as rows; no money, no customer ids.

    Parameters
    ----------
    moments : Moments
        Sums over the strata of the partition.
    stratum : int
        Position of the stratum.
    partition : Partition
        The strata.
    target : ndarray of shape (1 + G, p)
        Mean design row of the target, with each customer group left out.
    read_target_rows : callable
        Gives the target's records.
    from_band, to_band : int
        Codes of the bands between which customers move.
    horizon : int
        Months wanted.
    metrics : tuple of Metric
        The metrics measured, M of them: first ``retained`` or, where leaving is not seen, ``purchased``.
    groups : int
        Customer groups, G.
    read_design : callable
        Gives the design rows of all answers, shape (n, p).
    classes : ndarray or SpillColumn of shape (n,)
        Censoring class of all answers, as ``bins`` gives them.
    outcomes : EpisodeOutcomes
        Reads outcomes, also those of the months before an answer.
    read_rows : callable
        Gives the rows; kept, so that they are read once.
    shared : dict of str to tuple
        What estimators work out for one another: by name, what it was made with and what came of it.
    """

    moments: Moments
    stratum: int
    partition: Partition
    target: Floats
    read_target_rows: Callable[[], TargetRows]
    from_band: int
    to_band: int
    horizon: int
    metrics: tuple[Metric, ...]
    groups: int
    read_design: Callable[[], Floats]
    classes: AnyColumn
    outcomes: EpisodeOutcomes
    read_rows: Callable[[], EpisodeRows]
    shared: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def target_rows(self) -> TargetRows:
        """The target's records."""
        return self.read_target_rows()

    @property
    def design(self) -> Floats:
        """Design rows of all answers, shape (n, p)."""
        return self.read_design()

    @property
    def bins(self) -> Integers:
        """Censoring class of all answers, shape (n,); −1 for those without follow-up."""
        return self.classes[:]

    @property
    def n_metrics(self) -> int:
        """Metrics measured, M."""
        return len(self.metrics)

    def rows(self) -> EpisodeRows:
        """Return the episodes of at most 200,000 customers as rows, of all strata.

        Returns
        -------
        EpisodeRows
            Covariates, outcomes, customers.
        """
        return self.read_rows()

    def episode_batches(self) -> Iterator[EpisodeBatch]:
        """Give all episodes of the stratum as rows, batch by batch.

        Yields
        ------
        EpisodeBatch
            The next episodes.
        """
        answers = self.outcomes.answers
        for batch in self.outcomes.batches():
            found = batch.outcomes
            rows = slice(batch.first, batch.first + len(found))
            classes = self.classes[rows]
            inside = (self.partition.codes[rows] == self.stratum) & (classes >= 0)
            last_k = self.moments.last_k[classes[inside]]
            outcomes = found[inside, :, : self.horizon]
            band, group = answers.band[rows][inside], answers.group[rows][inside]
            yield EpisodeBatch(self.design[rows][inside], band, group, last_k, outcomes)


@runtime_checkable
class Estimator(Protocol):
    """Gives each band's curves in a stratum, with every customer group left out in turn."""

    @property
    def name(self) -> str:
        """Name under which results list it."""
        ...

    def fit(self, source: EpisodeSource) -> BandReplicates | NotEstimable:
        """Return the curves, or why there are none.

        Parameters
        ----------
        source : EpisodeSource
            The stratum.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ContrastReplicates(Brief):
    """What a moved customer gains, with every customer group left out in turn.

    Parameters
    ----------
    estimate : float
        Σ weights × (μ_to − μ_from), in the unit of the weights.
    leave_one_group_out : ndarray of shape (G,)
        The same with each customer group left out.
    n_episodes : int
        Episodes of the two bands that it rests on.
    notes : tuple of str
        What a reader should know: cohorts, cap, trimming, sample.
    months : int or None
        Of an estimator that covers the first months only, and, where leaving is seen, no retention: how many; None for
        the whole horizon.
    n_customers : int or None
        Distinct customers among those episodes; None of an estimator that does not count them.
    """

    estimate: float
    leave_one_group_out: Floats
    n_episodes: int
    notes: tuple[str, ...] = ()
    months: int | None = None
    n_customers: int | None = None


@runtime_checkable
class ContrastEstimator(Protocol):
    """Gives one contrast between two bands, of outcomes that are added up with given weights."""

    @property
    def name(self) -> str:
        """Name under which results list it."""
        ...

    def fit(self, source: EpisodeSource, weights: Floats) -> ContrastReplicates | NotEstimable:
        """Return the contrast, or why there is none.

        Parameters
        ----------
        source : EpisodeSource
            The episodes of everybody.
        weights : ndarray of shape (M, H)
            What one unit of each metric counts in each month of follow-up: money enters only here.

        Returns
        -------
        ContrastReplicates or NotEstimable
            The contrast.
        """
        ...
