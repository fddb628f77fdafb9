"""The estimation of a study, before any money: each step runs when it is first asked for, and its result is kept."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from typing import Final

from cxvalue.engine.cache import touched_since
from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate import (
    COMPLETE_COHORTS,
    BandReplicates,
    BandStudy,
    Curves,
    Episodes,
    describe_episodes,
    estimate_bands,
    estimator_for,
    make_curves,
)
from cxvalue.estimate.episode_sums import MOMENTS
from cxvalue.estimate.keep import Keep, keep_nothing
from cxvalue.estimate.noise import SurveyNoise, fit_survey_noise
from cxvalue.link import EpisodeOutcomes, Gathered, Linked, Timeline, gather, link, make_timeline
from cxvalue.link.columns import Floats
from cxvalue.study.inputs import Inputs
from cxvalue.study.kept_sums import KeptSums, is_fixed, summing_software, sums_key
from cxvalue.value.economics import SegmentMargin
from cxvalue.vocabulary import EVERYBODY, Band

MOST_THREADS: Final = 4
"""Blocks of customers worked on at a time unless the settings say otherwise: each takes memory."""


class Estimation(Inputs):
    """What a study reads and estimates once and keeps.

    Parameters
    ----------
    tables : Tables
        Tables from Python.
    settings : Settings
        The settings.
    folder : Path
        Folder at which relative paths start.
    progress : Progress
        Told how far a run has come.
    """

    @cached_property
    def timeline(self) -> Timeline:
        """The months of the study."""
        self.clean.refuse_errors()
        return make_timeline(self.engine, self.clean, self.settings.study)

    @cached_property
    def gathered(self) -> Gathered:
        """Customers, answers and what the panels show of them, read once."""
        groups = self.settings.study.groups
        threads = self.settings.run.threads or min(os.cpu_count() or 1, MOST_THREADS)
        return gather(self.engine, self.clean, self.timeline, groups=groups, threads=threads, progress=self.progress)

    @cached_property
    def bands(self) -> BandStudy:
        """Moments, targets and design."""
        linked, outcomes = self._link(self.timeline)
        self.progress(MOMENTS)
        study = self.settings.study
        return estimate_bands(
            linked,
            outcomes,
            self.timeline,
            groups=study.groups,
            adjust=self.settings.adjust,
            seed=study.seed,
            progress=self.progress,
            keep=self._keep(self.timeline, strata="all"),
        )

    @cached_property
    def other_baseline(self) -> BandStudy:
        """The same with the baseline ending in the other of the two months; everybody only."""
        return self._bands_of_everybody(replace(self.timeline, baseline_lag=1 - self.timeline.baseline_lag))

    @cached_property
    def earlier_amounts(self) -> BandStudy:
        """The same with amounts of months that end six months earlier, or that do not; everybody only."""
        return self._bands_of_everybody(self.timeline.with_other_amounts())

    def _bands_of_everybody(self, timeline: Timeline) -> BandStudy:
        linked, outcomes = self._link(timeline)
        study = self.settings.study
        return estimate_bands(
            linked,
            outcomes,
            timeline,
            groups=study.groups,
            adjust=self.settings.adjust,
            seed=study.seed,
            only_everybody=True,
            keep=self._keep(timeline, strata="everybody"),
        )

    def _keep(self, timeline: Timeline, *, strata: str) -> Keep:
        """Return what gives sums of an earlier run over the same tables; of none where that cannot be told."""
        store, sources = self.store, self.clean.tables.sources
        paths = [path for source in sources.values() for path in source.paths]
        if store is None or not all(map(is_fixed, sources.values())) or touched_since(paths, self.began):
            return keep_nothing
        key = sums_key(
            self.settings, sources, hashes=self.source_hashes, software=self.software, timeline=repr(timeline),
            strata=strata,
        )  # fmt: skip
        return KeptSums(store, key, lambda: not touched_since(paths, self.began))

    @cached_property
    def software(self) -> list[object]:
        """What may change the last digit of a sum."""
        return summing_software()

    @cached_property
    def noise(self) -> SurveyNoise:
        """What customers who were asked twice tell of the survey's noise."""
        self.progress("survey noise")
        return fit_survey_noise(self.bands, self.bands.read_rows(), confidence=self.settings.study.confidence)

    @cached_property
    def _described(self) -> Episodes:
        return describe_episodes(self.bands, from_band=self.from_band)

    @property
    def episodes(self) -> Episodes:
        """What the answers gave; the frame is the caller's own."""
        return replace(self._described, bands=self._described.bands.copy())

    @property
    def from_band(self) -> Band:
        """Whose covariates curves take."""
        return self.settings.shift.shift().from_band

    def margin_by_answer(self, linked: Linked) -> Floats | None:
        """Return the gross margin of each answer's customer, where the settings give it by segment.

        Parameters
        ----------
        linked : Linked
            Segments of the answers.

        Returns
        -------
        ndarray of shape (n,) or None
            None where the margin does not go by segment.

        Raises
        ------
        SettingsError
            When the column is no segment of the study, or a value of it has no margin.
        """
        economics = self.settings.economics
        if economics is None or not isinstance(economics.gross_margin, SegmentMargin):
            return None
        by = economics.gross_margin.by
        if by not in linked.segment_names:
            raise SettingsError(
                f"[economics] gross_margin goes by '{by}', which is no segment",
                allowed=", ".join(linked.segment_names) or "a column of [customers] segments",
                hint=f'add "{by}" to [customers] segments',
            )
        at = linked.segment_names.index(by)
        codes = linked.answers.segments[:, at]
        if (codes < 0).any() and economics.gross_margin.other is None:
            raise SettingsError(
                f"[economics] gross_margin has no margin for customers whose '{by}' is blank", hint="add other = …"
            )
        return economics.gross_margin.factors(linked.segment_values[at])[codes]

    def fitted(self, adjusted: bool, cohorts: str) -> BandReplicates | NotEstimable:
        """Return curves in every replicate.

        Parameters
        ----------
        adjusted : bool
            Standardised, or plain means.
        cohorts : {"all", "complete"}
            Which episodes.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves.
        """
        by = EVERYBODY if cohorts == "all" else COMPLETE_COHORTS
        horizon = self.settings.study.horizon_months
        return self.bands.fit(estimator_for(adjusted), by=by, label=by, from_band=self.from_band, horizon=horizon)

    def curves(self, adjusted: bool, cohorts: str) -> Curves | NotEstimable:
        """Return curves with intervals.

        Parameters
        ----------
        adjusted : bool
            Standardised, or plain means.
        cohorts : {"all", "complete"}
            Which episodes.

        Returns
        -------
        Curves or NotEstimable
            The curves.
        """
        fitted = self.fitted(adjusted, cohorts)
        if isinstance(fitted, NotEstimable):
            return fitted
        settings = self.settings.study
        return make_curves(
            fitted,
            self.bands.metrics,
            adjusted=adjusted,
            cohorts=cohorts,
            currency=settings.currency,
            confidence=settings.confidence,
        )

    def close(self) -> None:
        """Give back the engine's memory and temporary files."""
        if "gathered" in self.__dict__:
            self.gathered.close()
        super().close()

    def _link(self, timeline: Timeline) -> tuple[Linked, EpisodeOutcomes]:
        self.progress("linking answers to panels")
        groups = self.settings.study.groups
        linked = link(self.engine, self.clean, timeline, groups=groups, gathered=self.gathered)
        margin = self.margin_by_answer(linked)
        return linked, EpisodeOutcomes(linked.months, self.clean, timeline, linked.answers, margin)
