"""What each band does: everything that is estimated once for a study, before any money."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate.design import Basis
from cxvalue.estimate.estimators import Standardised, Unadjusted
from cxvalue.estimate.formula import FormulaBasis
from cxvalue.estimate.moments import Moments
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.protocol import ContrastEstimator, ContrastReplicates, EpisodeSource, Estimator, TargetRows
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.estimate.standardise import observed_counts
from cxvalue.estimate.strata import COMPLETE_COHORTS
from cxvalue.estimate.target import Target
from cxvalue.link import EpisodeOutcomes, Linked, Timeline
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.spill_columns import AnyColumn
from cxvalue.vocabulary import BANDS, COHORT_QUARTER, COHORT_YEAR, EVERYBODY, Band, Metric

MOST_COLUMNS_IN_STRATA = 16


@dataclass(frozen=True, slots=True, eq=False)
class BandStudy:
    """Moments, targets and design of a study; curves of any stratum follow by arithmetic.

    Parameters
    ----------
    linked : Linked
        Answers and head counts.
    outcomes : EpisodeOutcomes
        Reads outcomes as rows.
    timeline : Timeline
        The months.
    groups : int
        Customer groups, G.
    basis : Basis or FormulaBasis
        Columns of the design.
    read_design : callable
        Gives the design rows of all answers, shape (n, p); kept when first asked for.
    bins : ndarray of shape (n,)
        Censoring class of each answer.
    partitions, moments, targets : sequence
        Strata with their sums and targets, in the same order; those of cohorts, which many results do without, are
        summed when they are first asked for, and their targets are everybody's.
    response : AnswerProbabilities or NotEstimable or None
        The response model; None when the settings leave it out.
    covariates : tuple of str
        Covariates that are adjusted for.
    read_rows : callable
        Gives the episodes of at most 200,000 customers as rows; they are read when first asked for and kept.
    kept : dict
        Curves that were fitted from the moments alone, by estimator, stratum, from-band and horizon: many results
        ask for the same ones.
    """

    linked: Linked
    outcomes: EpisodeOutcomes
    timeline: Timeline
    groups: int
    basis: Basis | FormulaBasis
    read_design: Callable[[], Floats]
    bins: AnyColumn
    partitions: tuple[Partition, ...]
    moments: Sequence[Moments]
    targets: tuple[Target, ...]
    response: AnswerProbabilities | NotEstimable | None
    covariates: tuple[str, ...]
    read_rows: Callable[[], EpisodeRows]
    kept: dict[Hashable, BandReplicates | NotEstimable] = field(default_factory=dict, init=False, repr=False)

    @property
    def design(self) -> Floats:
        """Design rows of all answers, shape (n, p)."""
        return self.read_design()

    @property
    def n_columns(self) -> int:
        """Columns of the design, p."""
        return len(self.basis.labels())

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics measured: first who is still there or, where leaving is not seen, who buys."""
        return self.outcomes.metrics

    @property
    def is_weighted(self) -> bool:
        """Whether the target is weighted by response."""
        return isinstance(self.response, AnswerProbabilities)

    def position(self, by: str) -> int:
        """Return the position of a partition.

        Parameters
        ----------
        by : str
            Its name.

        Returns
        -------
        int
            The position.

        Raises
        ------
        SettingsError
            When the study has no such strata.
        """
        names = [partition.name for partition in self.partitions]
        if by not in names:
            raise SettingsError(
                f"by = '{by}' is no segment of this study",
                allowed=", ".join(n for n in names if n not in (EVERYBODY, COMPLETE_COHORTS)),
            )
        return names.index(by)

    def labels(self, by: str) -> tuple[str, ...]:
        """Return the strata of a partition.

        Parameters
        ----------
        by : str
            Its name.

        Returns
        -------
        tuple of str
            Labels.
        """
        return self.partitions[self.position(by)].labels

    def counts(self, by: str, label: str) -> Integers:
        """Return the episodes observed at each month.

        Parameters
        ----------
        by, label : str
            The stratum.

        Returns
        -------
        ndarray of shape (B, H)
            Episodes.
        """
        at = self.position(by)
        return observed_counts(self.moments[at], self.labels(by).index(label), self.timeline.horizon)

    def target_of(self, by: str, label: str, from_band: Band) -> tuple[Floats, Floats]:
        """Return mean design row and share of the customers now in a band.

        Parameters
        ----------
        by, label : str
            The stratum. Cohorts take everybody's target, so that what differs between them is not their mix.
        from_band : Band
            The band.

        Returns
        -------
        tuple of ndarray of shape (1 + G, p) and ndarray of shape (1 + G,)
            Replicates; NaN where nobody is in the band.
        """
        if by in (COMPLETE_COHORTS, COHORT_QUARTER, COHORT_YEAR):
            by, label = EVERYBODY, EVERYBODY
        at, b = self.position(by), BANDS.index(from_band)
        stratum = self.labels(by).index(label)
        target = self.targets[at]
        return target.mean[:, stratum, b], target.prob_band[:, stratum, b]

    def target_rows(self, from_band: Band, *, by: str = EVERYBODY, label: str = EVERYBODY) -> TargetRows:
        """Return the records of the customers now in a band.

        Parameters
        ----------
        from_band : Band
            The band.
        by, label : str
            The stratum. Cohorts take everybody's target.

        Returns
        -------
        TargetRows
            One record a customer.
        """
        answers, candidates = self.linked.answers, self.linked.candidates
        inside = answers.band[candidates] == BANDS.index(from_band)
        if by in self.linked.segment_names:
            inside &= self.partitions[self.position(by)].codes[candidates] == self.labels(by).index(label)
        places = np.flatnonzero(inside).astype(np.int64)
        at = candidates[places]
        covariates = answers.covariates.only(self.covariates).take(at)
        response = (self.response, places) if isinstance(self.response, AnswerProbabilities) else None
        return TargetRows(at, self.basis.matrix(covariates), covariates, answers.group[at], answers.score[at], response)

    def source(
        self, *, by: str = EVERYBODY, label: str = EVERYBODY, from_band: Band, to_band: Band | None = None, horizon: int
    ) -> EpisodeSource | NotEstimable:
        """Return a stratum as an estimator sees it.

        Parameters
        ----------
        by, label : str
            The stratum.
        from_band : Band
            Whose covariates the target has.
        to_band : Band, optional
            Where customers move; default the next better band.
        horizon : int
            Months wanted, at most the study's.

        Returns
        -------
        EpisodeSource or NotEstimable
            Not estimable when nobody is in the from-band now.
        """
        at = self.position(by)
        target, _ = self.target_of(by, label, from_band)
        if not np.isfinite(target).all():
            return NotEstimable(f"too few customers active now gave their latest answer in band {from_band}")
        width = self.width_of(at)
        leave = BANDS.index(from_band)
        reach = BANDS.index(to_band) if to_band is not None else min(leave + 1, len(BANDS) - 1)
        return EpisodeSource(
            moments=self.moments[at],
            stratum=self.labels(by).index(label),
            partition=self.partitions[at],
            target=target[:, :width],
            read_target_rows=cache(lambda: self.target_rows(from_band, by=by, label=label)),
            from_band=leave,
            to_band=reach,
            horizon=horizon,
            metrics=self.metrics,
            groups=self.groups,
            read_design=lambda: self.design[:, :width],
            classes=self.bins,
            outcomes=self.outcomes,
            read_rows=self.read_rows,
        )

    def fit_contrast(
        self, estimator: ContrastEstimator, weights: Floats, *, from_band: Band, to_band: Band
    ) -> ContrastReplicates | NotEstimable:
        """Return an estimator's contrast between two bands, for everybody.

        Parameters
        ----------
        estimator : ContrastEstimator
            The estimator.
        weights : ndarray of shape (M, H)
            What one unit of each metric counts in each month.
        from_band, to_band : Band
            The bands.

        Returns
        -------
        ContrastReplicates or NotEstimable
            The contrast.
        """
        source = self.source(from_band=from_band, to_band=to_band, horizon=weights.shape[1])
        return source if isinstance(source, NotEstimable) else estimator.fit(source, weights)

    def fit(
        self,
        estimator: Estimator,
        *,
        by: str = EVERYBODY,
        label: str = EVERYBODY,
        from_band: Band,
        to_band: Band | None = None,
        horizon: int,
    ) -> BandReplicates | NotEstimable:
        """Return an estimator's curves for a stratum, standardised to the customers now in ``from_band``.

        Parameters
        ----------
        estimator : Estimator
            The estimator.
        by, label : str
            The stratum.
        from_band : Band
            Whose covariates the curves take.
        to_band : Band, optional
            Where customers move; default the next better band. Most estimators fit all bands and do not ask.
        horizon : int
            Months wanted, at most the study's.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves.
        """
        key = (estimator, by, label, from_band, horizon)
        alike = isinstance(estimator, Standardised | Unadjusted)  # all bands at once, whatever the to-band
        if alike and key in self.kept:
            return self.kept[key]
        source = self.source(by=by, label=label, from_band=from_band, to_band=to_band, horizon=horizon)
        found = source if isinstance(source, NotEstimable) else estimator.fit(source)
        if alike:
            self.kept[key] = found
        return found

    def width_of(self, at: int) -> int:
        """Return how many columns of the design a partition's moments hold.

        Parameters
        ----------
        at : int
            Position of the partition.

        Returns
        -------
        int
            Columns.
        """
        return columns_of(self.partitions[at], self.n_columns)


def columns_of(partition: Partition, width: int) -> int:
    """Return how many columns of the design the moments of a partition hold.

    Parameters
    ----------
    partition : Partition
        The strata.
    width : int
        Columns of the design.

    Returns
    -------
    int
        All for everybody and the complete cohorts; at most 16 for smaller strata.
    """
    return width if partition.name in (EVERYBODY, COMPLETE_COHORTS) else min(width, MOST_COLUMNS_IN_STRATA)
