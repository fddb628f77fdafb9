"""The study: the façade for notebooks. Each question is one call."""

from __future__ import annotations

import html
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from cxvalue.engine.cache import refuse_cache_within
from cxvalue.errors import CxValueWarning, DataError, NotEstimable, SettingsError
from cxvalue.estimate import (
    ContrastEstimator,
    Curves,
    Episodes,
    Estimator,
    Outcomes,
    register,
    tabulate_outcomes,
)
from cxvalue.estimate.diagnose.diagnosis import Diagnosis
from cxvalue.estimate.models import Models, fit_models
from cxvalue.estimate.survival import Survival, fit_survival
from cxvalue.link.blas_threads import one_blas_thread
from cxvalue.progress import Progress, silent
from cxvalue.report import StudyResults, write_report
from cxvalue.settings import Settings, read_settings
from cxvalue.study.collect import collect_results
from cxvalue.study.stages import Stages
from cxvalue.tables import CheckReport, Tables
from cxvalue.value import Economics, Estimates, Links, Projection, Shift, Valuation, rank_links
from cxvalue.vocabulary import EVERYBODY

NO_TABLES = Tables()


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
    progress : Progress, optional
        Told how far a run has come; ``cx.ProgressBar()`` shows it.

    Raises
    ------
    SettingsError
        For tables that are no :class:`Tables` and settings that are no :class:`Settings`.

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
        if not isinstance(tables, Tables):
            raise SettingsError(
                f"{tables!r} is no set of tables",
                allowed="cx.Tables(surveys=..., customers=..., ...), each a path or a data frame",
                hint="cx.Study.from_toml(path) reads a study.toml",
            )
        if settings is not None and not isinstance(settings, Settings):
            raise SettingsError(
                f"settings of type {type(settings).__name__}",
                allowed="cx.Settings(...), with the sections of study.toml as keywords",
                hint="cx.Settings(**settings) takes a dict of sections",
            )
        self.settings = settings if settings is not None else Settings()
        self._stages = Stages(tables, self.settings, folder=Path(folder), progress=progress)

    @classmethod
    def from_toml(cls, path: Path | str, *, progress: Progress = silent) -> Self:
        """Return the study that a ``study.toml`` describes.

        Parameters
        ----------
        path : Path or str
            The file; paths in it start at its folder.
        progress : Progress, optional
            Told how far a run has come; ``cx.ProgressBar()`` shows it.

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
        return self._stages.check()

    @one_blas_thread()
    def episodes(self) -> Episodes:
        """Return counts, bands and covariates of the episodes.

        Returns
        -------
        Episodes
            The counts.
        """
        return self._stages.episodes

    @one_blas_thread()
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
        found = self._stages.curves(adjusted, cohorts)
        if isinstance(found, NotEstimable):
            raise DataError(f"the curves are {found}", hint="shorten horizon_months")
        return found

    @one_blas_thread()
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
            self._stages.bands,
            by=by or EVERYBODY,
            from_band=self._stages.from_band,
            currency=self.settings.study.currency,
            confidence=self.settings.study.confidence,
        )

    @one_blas_thread()
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
        shift, economics = self._stages.defaults(None, None)
        return rank_links(self._stages.bands, self._stages.frame, shift=shift, economics=economics, by=by or EVERYBODY)

    @one_blas_thread()
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
            For what is valid but doubtful; :meth:`results` holds the same.
        """
        shift, economics = self._stages.defaults(shift, economics)
        found = self._stages.value(shift, economics)
        for text in self._stages.caveats(found):
            warnings.warn(text, CxValueWarning, stacklevel=3)  # past the decorator
        return found

    @one_blas_thread()
    def valuation(self, shift: Shift | None = None, economics: Economics | None = None) -> Valuation:
        """Return all that finance asks of a shift.

        Parameters
        ----------
        shift : Shift, optional
            Who moves; default the settings'.
        economics : Economics, optional
            Assumptions; default the settings'.

        Returns
        -------
        Valuation
            Value and appraisal, all moves, points of the net score, segments, a sustained shift, the outlook,
            sensitivity, the assumption register, and the tables against the books.

        Raises
        ------
        DataError
            When the value cannot be estimated.
        """
        return self._stages.valuation(*self._stages.defaults(shift, economics))

    @one_blas_thread()
    def estimates(
        self,
        shift: Shift | None = None,
        economics: Economics | None = None,
        *,
        also: Sequence[Estimator | ContrastEstimator] = (),
    ) -> Estimates:
        """Return the value per moved customer under every estimator, side by side, with the verdict.

        Parameters
        ----------
        shift : Shift, optional
            Who moves; default the settings'.
        economics : Economics, optional
            Assumptions; default the settings'.
        also : sequence of Estimator or ContrastEstimator
            Further estimators; those of installed packages are always among them.

        Returns
        -------
        Estimates
            Unadjusted, standardised (the headline), complete cohorts, near the boundary, weighted, doubly robust,
            within-customer, a lasting move, placebo, the other end of the baseline, earlier amounts, and what else is
            installed.
        """
        shift, economics = self._stages.defaults(shift, economics)
        return self._stages.estimates_with(shift, economics, register(also))

    @one_blas_thread()
    def models(
        self,
        metrics: Sequence[str] | None = None,
        *,
        formula: str | Mapping[str, str] | None = None,
        covariates: Sequence[str] | None = None,
    ) -> Models:
        """Return regression models of the outcomes: hazard of leaving, cost, revenue, counts.

        Parameters
        ----------
        metrics : sequence of str, optional
            Metrics to model; default all that are measured.
        formula : str or mapping of str to str, optional
            Right-hand side that takes the place of the default one, of all metrics or by metric.
        covariates : sequence of str, optional
            Covariates to adjust for; default those of the settings.

        Returns
        -------
        Models
            Coefficients, adjusted means and contrasts by band, clustered by customer.
        """
        bands = self._stages.bands
        return fit_models(
            bands,
            bands.read_rows(),
            from_band=self._stages.from_band,
            metrics=metrics,
            formula=formula,
            covariates=covariates,
            confidence=self.settings.study.confidence,
        )

    @one_blas_thread()
    def survival(self) -> Survival:
        """Return how long customers of each band stay.

        Returns
        -------
        Survival
            Kaplan–Meier curves, restricted means, Cox models, adjusted curves and tails.
        """
        bands = self._stages.bands
        return fit_survival(
            bands, bands.read_rows(), from_band=self._stages.from_band, confidence=self.settings.study.confidence
        )

    @one_blas_thread()
    def diagnose(self) -> Diagnosis:
        """Return what the value leans on: balance, unrecorded confounding, survey noise.

        Returns
        -------
        Diagnosis
            For the settings' shift.
        """
        shift, economics = self._stages.defaults(None, None)
        stages = self._stages
        return Diagnosis(stages.balance(shift), stages.confounding(shift, economics), stages.noise)

    @one_blas_thread()
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
        return collect_results(self, self._stages, only=only)

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
        refuse_cache_within(Path(out), self._stages.cache)
        results = self.results(only)
        return write_report(results, Path(out), progress=self._stages.progress)

    def close(self) -> None:
        """Give back the engine's memory and temporary files."""
        self._stages.close()

    def __repr__(self) -> str:
        return f"cxvalue study {self.settings.study.name!r}"

    def _repr_html_(self) -> str:
        return f"<p>cxvalue study <b>{html.escape(self.settings.study.name)}</b></p>"
