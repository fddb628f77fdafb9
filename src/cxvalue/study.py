"""The study: tables and settings, from which everything else follows. The façade for notebooks."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from cxvalue.engine import DuckDBEngine, Engine
from cxvalue.errors import CxValueWarning, DataError, NotEstimable
from cxvalue.estimate import (
    COMPLETE_COHORTS,
    BandReplicates,
    BandStudy,
    Curves,
    Episodes,
    Outcomes,
    describe_episodes,
    estimate_bands,
    estimator_for,
    make_curves,
    tabulate_outcomes,
)
from cxvalue.estimate.replicate import jackknife_se, t_factor
from cxvalue.link import EpisodeOutcomes, Timeline, link, make_timeline
from cxvalue.link.columns import Floats
from cxvalue.report import StudyResults, write_report
from cxvalue.report.study_results import SourceFact
from cxvalue.settings import Settings, read_settings
from cxvalue.tables import CheckReport, CleanTables, Tables, check_tables, read_tables
from cxvalue.value import (
    Economics,
    Estimates,
    Frame,
    Links,
    Projection,
    SegmentValues,
    Shift,
    compare_estimates,
    contribution_curves,
    make_frame,
    rank_links,
    value_segments,
)
from cxvalue.value.caveats import list_caveats, list_not_valued
from cxvalue.value.verdict import Verdict, judge
from cxvalue.vocabulary import COHORT_QUARTER, COHORT_YEAR, EVERYBODY, month_label

Progress = Callable[[str], None]
NO_TABLES = Tables()


def silent(stage: str) -> None:
    """Take note of nothing.

    Parameters
    ----------
    stage : str
        The stage that begins.
    """


class Study:
    """Tables + settings. Each question is one call; what a call needs is computed once and kept.

    Parameters
    ----------
    tables : Tables
        Tables from Python; they take the place of the paths in the settings.
    settings : Settings
        The settings.
    folder : Path or str
        Folder at which relative paths start.
    progress : callable, optional
        Called with the name of every stage that begins.

    Examples
    --------
    >>> import cxvalue as cx
    >>> study = cx.Study.from_toml("data/sample/study.toml")  # doctest: +SKIP
    >>> study.value().headline()  # doctest: +SKIP
    """

    def __init__(
        self,
        tables: Tables = NO_TABLES,
        settings: Settings | None = None,
        *,
        folder: Path | str = ".",
        progress: Progress = silent,
    ) -> None:
        self.settings = settings if settings is not None else Settings()
        self.tables = tables
        self.folder = Path(folder)
        self._progress = progress
        self._kept: dict[tuple[Shift, Economics], Estimates] = {}

    @classmethod
    def from_toml(cls, path: Path | str, *, progress: Progress = silent) -> Self:
        """Return the study that a ``study.toml`` describes.

        Parameters
        ----------
        path : Path or str
            The file; paths in it start at its folder.
        progress : callable, optional
            Called with the name of every stage that begins.

        Returns
        -------
        Study
            The study; nothing is read yet.

        Raises
        ------
        SettingsError
            When the file is missing, or a key or value is refused.
        """
        path = Path(path)
        return cls(settings=read_settings(path), folder=path.parent, progress=progress)

    def check(self) -> CheckReport:
        """Hold every table against the contract.

        Returns
        -------
        CheckReport
            Every rule, rows affected, what is done; ``.rows(rule)`` gives the rows.

        Raises
        ------
        DataError
            When a file or column is missing, or a table is empty or of other customers or months.
        """
        return CheckReport(self._clean.findings, lambda sql: self._engine.query(sql).to_pandas())

    def episodes(self) -> Episodes:
        """Return counts, bands and covariates of the episodes.

        Returns
        -------
        Episodes
            The counts.
        """
        return describe_episodes(self._bands, from_band=self.settings.shift.shift().from_band)

    def curves(self, adjusted: bool = True, *, cohorts: Literal["all", "complete"] = "all") -> Curves:
        """Return the curves: band, metric, month, with intervals.

        Parameters
        ----------
        adjusted : bool
            Standardised to the customers now in the from-band, or plain means.
        cohorts : {"all", "complete"}
            All episodes observed at each month, or only those followed over the whole horizon.

        Returns
        -------
        Curves
            The curves.

        Raises
        ------
        DataError
            When they cannot be estimated.
        """
        found = self._curves(adjusted, cohorts)
        if isinstance(found, NotEstimable):
            raise DataError(f"the curves are {found}", hint="shorten horizon_months")
        return found

    def outcomes(self, by: str | None = None) -> Outcomes:
        """Return totals by band and metric over 12 and 24 months.

        Parameters
        ----------
        by : str, optional
            A segment column, ``cohort_quarter`` or ``cohort_year``; default everybody.

        Returns
        -------
        Outcomes
            Adjusted and unadjusted, with intervals.
        """
        return tabulate_outcomes(
            self._bands,
            by=by or EVERYBODY,
            from_band=self.settings.shift.shift().from_band,
            currency=self.settings.study.currency,
            confidence=self.settings.study.confidence,
        )

    def links(self, by: str | None = None) -> Links:
        """Return the metrics ranked by how far the two bands of the shift are apart on them.

        Parameters
        ----------
        by : str, optional
            A segment column, ``cohort_quarter`` or ``cohort_year``; default everybody.

        Returns
        -------
        Links
            The ranking.
        """
        economics = self.settings.require_economics()
        return rank_links(
            self._bands, self._frame, shift=self.settings.shift.shift(), economics=economics, by=by or EVERYBODY
        )

    def value(self, shift: Shift | None = None, economics: Economics | None = None) -> Projection:
        """Return what a shift is worth, with its interval, its levers and its cash flow.

        Parameters
        ----------
        shift : Shift, optional
            Who moves; default the settings'.
        economics : Economics, optional
            Assumptions; default the settings'.

        Returns
        -------
        Projection
            The value.

        Raises
        ------
        DataError
            When it cannot be estimated.

        Warns
        -----
        CxValueWarning
            For what is valid but doubtful; :meth:`warnings` returns the same.
        """
        shift, economics = self._defaults(shift, economics)
        found = self._estimates(shift, economics).get("standardised")
        if isinstance(found, NotEstimable):
            raise DataError(f"the value is {found}", hint="look at study.episodes()")
        for text in self._caveats(found):
            warnings.warn(text, CxValueWarning, stacklevel=2)
        return found

    def segments(self, shift: Shift | None = None, economics: Economics | None = None) -> SegmentValues:
        """Return the value of a shift in every segment.

        Parameters
        ----------
        shift : Shift, optional
            Who moves; default the settings'.
        economics : Economics, optional
            Assumptions; default the settings'.

        Returns
        -------
        SegmentValues
            Before any programme cost.
        """
        shift, economics = self._defaults(shift, economics)
        return value_segments(self._bands, self._frame, shift=shift, economics=economics)

    def estimates(self, shift: Shift | None = None, economics: Economics | None = None) -> Estimates:
        """Return the value per moved customer under each estimator, side by side.

        Parameters
        ----------
        shift : Shift, optional
            Who moves; default the settings'.
        economics : Economics, optional
            Assumptions; default the settings'.

        Returns
        -------
        Estimates
            Unadjusted, standardised, complete cohorts, and the other end of the baseline.
        """
        shift, economics = self._defaults(shift, economics)
        quick = self._estimates(shift, economics)
        return quick.with_other_baseline(self._other_baseline, self._frame, shift=shift, economics=economics)

    def verdict(self) -> Verdict:
        """Return whether the settings' shift is supported by the data.

        Returns
        -------
        Verdict
            Label and reasons.
        """
        shift, economics = self._defaults(None, None)
        effective = dict(zip(*(self.episodes().bands[name] for name in ("band", "effective")), strict=True))
        return judge(self._estimates(shift, economics).get("standardised"), effective, shift)

    def results(self, only: Literal["value"] | None = None) -> StudyResults:
        """Return everything that a report shows.

        Parameters
        ----------
        only : {"value"}, optional
            Leaves out outcomes and links.

        Returns
        -------
        StudyResults
            The results.
        """
        shift, economics = self._defaults(None, None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CxValueWarning)
            value = self.value()
        self._progress("segments and outcomes")
        everything = only is None
        segments = self._bands.linked.segment_names
        settings = self.settings.study
        return StudyResults(
            name=settings.name,
            currency=settings.currency,
            version=version("cxvalue"),
            seed=settings.seed,
            horizon_months=settings.horizon_months,
            confidence=settings.confidence,
            disclosure_min=self.settings.run.disclosure_min,
            settings=self._plain_settings(),
            months=(month_label(self._clean.activity.calendar.first), month_label(self._clean.follow_up_end)),
            n_customers=self._clean.activity.n_customers,
            check=self.check(),
            episodes=self.episodes(),
            curves=self._curves(True, "all"),
            curves_unadjusted=self._curves(False, "all"),
            curves_complete=self._curves(True, "complete"),
            contribution=self._contribution(economics),
            outcomes=tuple(self.outcomes(by) for by in (None, *segments, COHORT_QUARTER, COHORT_YEAR))
            if everything
            else None,
            links=tuple(self.links(by) for by in (None, *segments)) if everything else None,
            value=value,
            estimates=self.estimates() if everything else self._estimates(shift, economics),
            segments=self.segments(),
            shift=shift,
            economics=economics,
            verdict=self.verdict(),
            warnings=self._caveats(value),
            not_valued=list_not_valued(self._bands.metrics, economics, self.settings.own_values()),
            truth=self._truth(),
            sources=self._sources(),
        )

    def report(self, out: Path | str, *, only: Literal["value"] | None = None) -> Path:
        """Write the report, all or nothing.

        Parameters
        ----------
        out : Path or str
            A folder that does not exist, is empty, or holds a report of ours.
        only : {"value"}, optional
            Leaves out outcomes and links.

        Returns
        -------
        Path
            The report's page.

        Raises
        ------
        OutputError
            When the folder is not ours to replace, or cannot be written.
        """
        results = self.results(only)
        self._progress("figures and report")
        return write_report(results, Path(out))

    def warnings(self) -> tuple[str, ...]:
        """Return what is valid but doubtful about the settings' value.

        Returns
        -------
        tuple of str
            Sentences.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CxValueWarning)
            return self._caveats(self.value())

    def close(self) -> None:
        """Give back the engine's memory and temporary files."""
        if "_engine" in self.__dict__:
            self._engine.close()

    def _repr_html_(self) -> str:
        return f"<p>cxvalue study <b>{self.settings.study.name}</b></p>"

    def _defaults(self, shift: Shift | None, economics: Economics | None) -> tuple[Shift, Economics]:
        chosen = economics if economics is not None else self.settings.require_economics()
        return (shift if shift is not None else self.settings.shift.shift()), chosen

    @cached_property
    def _engine(self) -> Engine:
        run = self.settings.run
        return DuckDBEngine(threads=run.threads, memory_limit=run.memory_limit)

    @cached_property
    def _clean(self) -> CleanTables:
        self._progress("reading and checking tables")
        registered = read_tables(self._engine, self.settings, given=self.tables, folder=self.folder)
        return check_tables(self._engine, registered)

    @cached_property
    def _timeline(self) -> Timeline:
        self._clean.refuse_errors()
        return make_timeline(self._engine, self._clean, self.settings.study)

    @cached_property
    def _bands(self) -> BandStudy:
        groups = self.settings.study.groups
        timeline = self._timeline
        self._progress("linking answers to panels")
        linked = link(self._engine, self._clean, timeline, groups=groups)
        outcomes = EpisodeOutcomes(self._engine, self._clean, timeline, linked.answers)
        self._progress("moments and response weights")
        return estimate_bands(linked, outcomes, timeline, groups=groups, adjust=self.settings.adjust)

    @cached_property
    def _other_baseline(self) -> BandStudy:
        timeline, groups = self._timeline, self.settings.study.groups
        timeline = replace(timeline, baseline_lag=1 - timeline.baseline_lag)
        self._progress("the other end of the baseline")
        linked = link(self._engine, self._clean, timeline, groups=groups)
        outcomes = EpisodeOutcomes(self._engine, self._clean, timeline, linked.answers)
        adjust = self.settings.adjust
        return estimate_bands(linked, outcomes, timeline, groups=groups, adjust=adjust, only_everybody=True)

    def _estimates(self, shift: Shift, economics: Economics) -> Estimates:
        key = (shift, economics)
        if key not in self._kept:
            self._kept[key] = compare_estimates(self._bands, self._frame, shift=shift, economics=economics)
        return self._kept[key]

    @cached_property
    def _frame(self) -> Frame:
        settings = self.settings.study
        return make_frame(
            self._bands,
            own_values=self.settings.own_values(),
            currency=settings.currency,
            confidence=settings.confidence,
            draws=settings.draws,
            seed=settings.seed,
        )

    def _fitted(self, adjusted: bool, cohorts: str) -> BandReplicates | NotEstimable:
        by = EVERYBODY if cohorts == "all" else COMPLETE_COHORTS
        return self._bands.fit(
            estimator_for(adjusted),
            by=by,
            label=by,
            from_band=self.settings.shift.shift().from_band,
            horizon=self.settings.study.horizon_months,
        )

    def _curves(self, adjusted: bool, cohorts: str) -> Curves | NotEstimable:
        fitted = self._fitted(adjusted, cohorts)
        if isinstance(fitted, NotEstimable):
            return fitted
        settings = self.settings.study
        return make_curves(
            fitted,
            self._bands.metrics,
            adjusted=adjusted,
            cohorts=cohorts,
            currency=settings.currency,
            confidence=settings.confidence,
        )

    def _contribution(self, economics: Economics) -> tuple[Floats, Floats, Floats] | None:
        fitted = self._fitted(True, "all")
        if isinstance(fitted, NotEstimable):
            return None
        units = economics.unit_values(self._bands.metrics, self.settings.own_values())
        estimate = contribution_curves(fitted.estimate, units)
        loo = contribution_curves(fitted.leave_one_group_out, units)
        reach = t_factor(len(loo), self.settings.study.confidence) * jackknife_se(loo)
        return estimate, np.asarray(estimate - reach), np.asarray(estimate + reach)

    def _caveats(self, value: Projection) -> tuple[str, ...]:
        complete = self._estimates(value.shift, value.economics).get(COMPLETE_COHORTS)
        return list_caveats(self._bands, self._clean.findings, value, complete)

    def _plain_settings(self) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(self.settings.model_dump_json(by_alias=True))
        for section in (plain["surveys"], plain["customers"], plain["panel"], plain["invitations"]):
            if section is not None and section["path"] is not None:
                section["path"] = Path(section["path"]).name
        for panel in plain["panels"].values():
            panel["path"] = Path(panel["path"]).name if panel["path"] is not None else None
        return plain

    def _truth(self) -> dict[str, Any] | None:
        path = self.folder / "truth.json"
        if self.settings.surveys.path is None or not path.is_file():
            return None
        truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return truth

    def _sources(self) -> tuple[SourceFact, ...]:
        self._progress("hashing inputs")
        return tuple(
            SourceFact(name, tuple(Path(path).name for path in source.paths), source.sha256())
            for name, source in self._clean.tables.sources.items()
        )
