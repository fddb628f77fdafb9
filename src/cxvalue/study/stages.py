"""The stages of a study that speak of money: each runs when it is first asked for, and its result is kept."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

from cxvalue.errors import DataError, NotEstimable, SettingsError
from cxvalue.estimate import COMPLETE_COHORTS, Registered, installed_estimators, own_estimators
from cxvalue.estimate.diagnose.balance import Balance
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.diagnose.weighted_balance import check_weighted_balance
from cxvalue.link.columns import Floats
from cxvalue.progress import Progress
from cxvalue.settings import Settings
from cxvalue.study.estimation import Estimation
from cxvalue.study.refusals import refuse_strangers
from cxvalue.tables import Tables
from cxvalue.value import (
    AssumptionSettings,
    Economics,
    Estimates,
    Evidence,
    Frame,
    Projection,
    Question,
    Shift,
    Valuation,
    Verdict,
    compare_estimates,
    compare_more,
    contribution_intervals,
    effective_episodes,
    judge,
    list_assumptions,
    make_frame,
    read_controls,
    value_earlier_amounts,
    value_lasting,
    value_other_baseline,
    value_placebo,
    value_shift,
    weigh_confounding,
    with_reliability,
)
from cxvalue.value.caveats import list_caveats
from cxvalue.value.economics import SegmentMargin
from cxvalue.value.vary.assumptions import still_stated


class Stages(Estimation):
    """What a study computes once and keeps, the estimation before it included.

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

    def __init__(self, tables: Tables, settings: Settings, *, folder: Path, progress: Progress) -> None:
        super().__init__(tables, settings, folder=folder, progress=progress)
        self._questions: dict[tuple[Shift, Economics], Question] = {}
        self._quick: dict[tuple[Shift, Economics], Estimates] = {}
        self._whole: dict[tuple[Shift, Economics], Estimates] = {}
        self._valuations: dict[tuple[Shift, Economics], Valuation] = {}
        self._confounding: dict[tuple[Shift, Economics], Confounding] = {}

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

        Raises
        ------
        SettingsError
            For anything that is no shift or no economics, another margin by segment, and a tail that nobody leaves by.
        """
        refuse_strangers(shift, economics)
        chosen = economics if economics is not None else self.settings.require_economics()
        if self.settings.study.relationship == "noncontractual":
            chosen.refuse_tail()
        own = self.settings.economics.gross_margin if self.settings.economics is not None else None
        if isinstance(chosen.gross_margin, SegmentMargin) and chosen.gross_margin != own:
            raise SettingsError(
                "a gross margin by segment takes part in reading the panels and cannot change afterwards",
                hint="set it in the study's settings",
            )
        return (shift if shift is not None else self.settings.shift.shift()), chosen

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
        return contribution_intervals(
            fitted.estimate, fitted.leave_one_group_out, units, confidence=self.settings.study.confidence
        )

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

    def value(self, shift: Shift, economics: Economics) -> Projection:
        """Return the headline.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.

        Returns
        -------
        Projection
            The value.

        Raises
        ------
        DataError
            When it cannot be estimated.
        """
        found = self.quick_estimates(shift, economics).headline
        if isinstance(found, NotEstimable):
            raise DataError(f"the value is {found}", hint="look at study.episodes()")
        return found

    def valuation(self, shift: Shift, economics: Economics) -> Valuation:
        """Return all that finance asks of a shift.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.

        Returns
        -------
        Valuation
            All parts.
        """
        key = (shift, economics)
        if key not in self._valuations:
            value = self.value(shift, economics)
            self.progress("moves, segments, outlook, sensitivity")
            self._valuations[key] = value_shift(
                self.question(shift, economics),
                value,
                noise=lambda: self.noise,
                given=self.ranges(shift, economics),
                reconciliation=self.reconciliation,
                scale=self.clean.tables.scale.name,
                seed=self.settings.study.seed,
            )
        return self._valuations[key]

    def ranges(self, shift: Shift, economics: Economics) -> dict[str, AssumptionSettings]:
        """Return the ranges of the settings, as far as they speak of the values asked about.

        Parameters
        ----------
        shift : Shift
            Who moves.
        economics : Economics
            Assumptions.

        Returns
        -------
        dict of str to AssumptionSettings
            By name.
        """
        settings = self.settings
        settled, asked = (
            list_assumptions(
                worth, move, own_values=settings.own_values(), active_customers=None,
                follow_up=settings.study.horizon_months, currency=settings.study.currency,
            )
            for worth, move in ((settings.economics, settings.shift.shift()), (economics, shift))
        )  # fmt: skip
        return still_stated(settings.assumptions, settled, asked)

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
            self.progress("estimates: a lasting move, placebo, other months for the covariates")
            rows = (
                value_lasting(question, lambda: self.noise),
                value_placebo(question),
                value_other_baseline(question, lambda: self.other_baseline),
                value_earlier_amounts(question, lambda: self.earlier_amounts),
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
            Standardised differences and effective numbers, by the headline's weights and by propensity.
        """
        adjust, seed = self.settings.adjust, self.settings.study.seed
        return check_weighted_balance(
            self.bands, from_band=shift.from_band, to_band=shift.to_band, adjust=adjust, seed=seed
        )

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
            units=economics.largest_values(study.metrics, settings.own_values(), settings.study.horizon_months),
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
