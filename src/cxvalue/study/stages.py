"""The stages of a study, from tables to estimates: each runs when it is first asked for, and its result is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from cxvalue.engine import DuckDBEngine, Engine
from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate import (
    COMPLETE_COHORTS,
    BandReplicates,
    BandStudy,
    Curves,
    Registered,
    check_balance,
    estimate_bands,
    estimator_for,
    installed_estimators,
    make_curves,
    own_estimators,
)
from cxvalue.estimate.beside.blocks import balance_blocks
from cxvalue.estimate.diagnose.balance import Balance
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.noise import SurveyNoise, fit_survey_noise
from cxvalue.estimate.replicate import jackknife_se, t_factor
from cxvalue.link import EpisodeOutcomes, Linked, Timeline, link, make_timeline
from cxvalue.link.columns import Floats
from cxvalue.settings import Settings
from cxvalue.tables import CleanTables, Tables, check_tables, read_tables
from cxvalue.value import (
    Economics,
    Estimates,
    Evidence,
    Frame,
    Projection,
    Question,
    Shift,
    Verdict,
    compare_estimates,
    compare_more,
    contribution_curves,
    effective_episodes,
    judge,
    make_frame,
    read_controls,
    value_lasting,
    value_other_baseline,
    value_placebo,
    weigh_confounding,
    with_reliability,
)
from cxvalue.value.caveats import list_caveats
from cxvalue.value.economics import SegmentMargin
from cxvalue.vocabulary import EVERYBODY, Band

Progress = Callable[[str], None]


class Stages:
    """What a study computes once and keeps.

    Parameters
    ----------
    tables : Tables
        Tables from Python.
    settings : Settings
        The settings.
    folder : Path
        Folder at which relative paths start.
    progress : callable
        Called with the name of every stage that begins.
    """

    def __init__(self, tables: Tables, settings: Settings, *, folder: Path, progress: Progress) -> None:
        self.tables = tables
        self.settings = settings
        self.folder = folder
        self.progress = progress
        self._questions: dict[tuple[Shift, Economics], Question] = {}
        self._quick: dict[tuple[Shift, Economics], Estimates] = {}
        self._whole: dict[tuple[Shift, Economics], Estimates] = {}
        self._confounding: dict[tuple[Shift, Economics], Confounding] = {}

    @cached_property
    def engine(self) -> Engine:
        """Where rows are worked on."""
        run = self.settings.run
        return DuckDBEngine(threads=run.threads, memory_limit=run.memory_limit)

    @cached_property
    def clean(self) -> CleanTables:
        """The checked tables."""
        self.progress("reading and checking tables")
        window = self.settings.study.purchase_window
        registered = read_tables(
            self.engine, self.settings, given=self.tables, folder=self.folder, purchase_window=window
        )
        return check_tables(self.engine, registered)

    @cached_property
    def timeline(self) -> Timeline:
        """The months of the study."""
        self.clean.refuse_errors()
        return make_timeline(self.engine, self.clean, self.settings.study)

    @cached_property
    def bands(self) -> BandStudy:
        """Moments, targets and design."""
        linked, outcomes = self._link(self.timeline)
        self.progress("moments and response weights")
        study = self.settings.study
        return estimate_bands(
            linked, outcomes, self.timeline, groups=study.groups, adjust=self.settings.adjust, seed=study.seed
        )

    @cached_property
    def other_baseline(self) -> BandStudy:
        """The same with the baseline ending in the other of the two months; everybody only."""
        linked, outcomes = self._link(replace(self.timeline, baseline_lag=1 - self.timeline.baseline_lag))
        study = self.settings.study
        return estimate_bands(
            linked,
            outcomes,
            outcomes.timeline,
            groups=study.groups,
            adjust=self.settings.adjust,
            seed=study.seed,
            only_everybody=True,
        )

    @cached_property
    def frame(self) -> Frame:
        """What all projections share."""
        settings = self.settings.study
        return make_frame(
            self.bands,
            own_values=self.settings.own_values(),
            currency=settings.currency,
            confidence=settings.confidence,
            draws=settings.draws,
            seed=settings.seed,
        )

    @cached_property
    def noise(self) -> SurveyNoise:
        """What customers who were asked twice tell of the survey's noise."""
        self.progress("survey noise")
        return fit_survey_noise(self.bands, self.bands.read_rows(), confidence=self.settings.study.confidence)

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

    def defaults(self, shift: Shift | None, economics: Economics | None) -> tuple[Shift, Economics]:
        """Return a shift and economics, the settings' where none are given.

        Parameters
        ----------
        shift : Shift, optional
            Who moves.
        economics : Economics, optional
            Assumptions.

        Returns
        -------
        tuple of Shift and Economics
            Both.
        """
        chosen = economics if economics is not None else self.settings.require_economics()
        own = self.settings.economics.gross_margin if self.settings.economics is not None else None
        if isinstance(chosen.gross_margin, SegmentMargin) and chosen.gross_margin != own:
            raise SettingsError(
                "a gross margin by segment takes part in reading the panels and cannot change afterwards",
                hint="set it in the study's settings",
            )
        return (shift if shift is not None else self.settings.shift.shift()), chosen

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

    def contribution(self, economics: Economics) -> tuple[Floats, Floats, Floats] | None:
        """Return the monthly contribution by band.

        Parameters
        ----------
        economics : Economics
            Assumptions.

        Returns
        -------
        tuple of ndarray of shape (B, H), or None
            Estimate, low and high.
        """
        fitted = self.fitted(True, "all")
        if isinstance(fitted, NotEstimable):
            return None
        horizon = fitted.estimate.shape[-1]
        units = economics.monthly_values(self.bands.metrics, self.settings.own_values(), horizon)
        estimate = contribution_curves(fitted.estimate, units)
        loo = contribution_curves(fitted.leave_one_group_out, units)
        reach = t_factor(len(loo), self.settings.study.confidence) * jackknife_se(loo)
        return estimate, np.asarray(estimate - reach), np.asarray(estimate + reach)

    def question(self, shift: Shift, economics: Economics) -> Question:
        """Return what every estimate of a table answers.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.

        Returns
        -------
        Question
            The same one each time, so that the headline's curves are solved once.
        """
        return self._questions.setdefault((shift, economics), Question(self.bands, self.frame, shift, economics))

    def quick_estimates(self, shift: Shift, economics: Economics) -> Estimates:
        """Return the estimates that stand on the moments alone.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.

        Returns
        -------
        Estimates
            Unadjusted, standardised, complete cohorts.
        """
        key = (shift, economics)
        if key not in self._quick:
            self._quick[key] = compare_estimates(self.question(shift, economics))
        return self._quick[key]

    def estimates(self, shift: Shift, economics: Economics) -> Estimates:
        """Return the whole table of estimates.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.

        Returns
        -------
        Estimates
            With those that work on rows, and the verdict.
        """
        key = (shift, economics)
        if key not in self._whole:
            question = self.question(shift, economics)
            table = compare_more(self.quick_estimates(shift, economics), question, self.registered, begin=self.progress)
            self.progress("estimates: a lasting move, placebo, the other end of the baseline")
            rows = (
                value_lasting(question, lambda: self.noise),
                value_placebo(question),
                value_other_baseline(question, lambda: self.other_baseline),
            )
            table = with_reliability(replace(table, rows=(*table.rows, *rows)), self.bands, self.noise)
            self._whole[key] = replace(table, verdict=self.verdict(shift, economics, table))
        return self._whole[key]

    def estimates_with(self, shift: Shift, economics: Economics, more: tuple[Registered, ...]) -> Estimates:
        """Return the whole table of estimates, and those of estimators given in Python.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.
        more : tuple of Registered
            Further estimators.

        Returns
        -------
        Estimates
            The table.
        """
        question = self.question(shift, economics)
        return compare_more(self.estimates(shift, economics), question, more, begin=self.progress)

    @cached_property
    def registered(self) -> tuple[Registered, ...]:
        """The estimators beside standardisation: the library's own and those installed."""
        study = self.settings.study
        own = own_estimators(self.settings.adjust, seed=study.seed, relationship=study.relationship)
        return (*own, *installed_estimators())

    def confounding(self, shift: Shift, economics: Economics) -> Confounding:
        """Return how strong an unrecorded confounder would have to be.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.

        Returns
        -------
        Confounding
            E-value and robustness value.
        """
        key = (shift, economics)
        if key not in self._confounding:
            self.progress("sensitivity to unrecorded confounders")
            self._confounding[key] = weigh_confounding(self.question(shift, economics))
        return self._confounding[key]

    def balance(self, shift: Shift) -> Balance | NotEstimable:
        """Return how alike the bands are to the target, before and after adjustment.

        Parameters
        ----------
        shift : Shift
            The two bands.

        Returns
        -------
        Balance or NotEstimable
            Standardised differences and effective numbers.
        """
        return check_balance(self.bands, from_band=shift.from_band, to_band=shift.to_band)

    def verdict(self, shift: Shift, economics: Economics, estimates: Estimates, *, tried: bool = True) -> Verdict:
        """Return the verdict on a table of estimates.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.
        estimates : Estimates
            The table.
        tried : bool
            Whether the estimates beside the headline were tried.

        Returns
        -------
        Verdict
            Label and reasons.
        """
        confounding = self.confounding(shift, economics) if tried else None
        study, settings = self.bands, self.settings
        controls = read_controls(
            study,
            settings.adjust.negative_controls,
            units=economics.unit_values(study.metrics, settings.own_values()),
            shift=shift,
            confidence=settings.study.confidence,
        )
        return judge(Evidence(estimates, effective_episodes(study, shift), shift, confounding, controls))

    def caveats(self, value: Projection) -> tuple[str, ...]:
        """Return what is valid but doubtful about a value.

        Parameters
        ----------
        value : Projection
            The value.

        Returns
        -------
        tuple of str
            Sentences.
        """
        complete = self.quick_estimates(value.shift, value.economics).get(COMPLETE_COHORTS)
        return list_caveats(self.bands, self.clean.findings, value, complete.per_customer)

    def close(self) -> None:
        """Give back the engine's memory and temporary files."""
        balance_blocks.cache_clear()
        if "engine" in self.__dict__:
            self.engine.close()

    def _link(self, timeline: Timeline) -> tuple[Linked, EpisodeOutcomes]:
        self.progress("linking answers to panels")
        linked = link(self.engine, self.clean, timeline, groups=self.settings.study.groups)
        margin = self.margin_by_answer(linked)
        return linked, EpisodeOutcomes(self.engine, self.clean, timeline, linked.answers, margin)
