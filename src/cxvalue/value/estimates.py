"""Estimates: the value per moved customer under every estimator, in one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import (
    COMPLETE_COHORTS,
    BandStudy,
    ContrastEstimator,
    ContrastReplicates,
    Estimator,
    PlaceboReplicates,
    Registered,
    Role,
    Standardised,
    Unadjusted,
    fit_placebo,
    is_contrast,
)
from cxvalue.estimate.noise import Reliability, SurveyNoise, value_lasting_move
from cxvalue.estimate.replicate import BandReplicates, Interval, interval
from cxvalue.link.columns import Floats
from cxvalue.value.economics import Economics
from cxvalue.value.project import Frame, Projection
from cxvalue.value.shift import Shift
from cxvalue.value.valuation import value_stratum
from cxvalue.value.verdict import Verdict
from cxvalue.vocabulary import BANDS, EVERYBODY, month_label

HEADLINE = "standardised"
UNADJUSTED = "unadjusted"
OTHER_BASELINE = "other_baseline"
PLACEBO = "placebo"
LASTING_MOVE = "lasting_move"
WITHIN_CUSTOMER = "within_customer"
RAW = "plain means of those who answered: expected to differ"


@dataclass(frozen=True, slots=True, eq=False)
class EstimateRow:
    """One estimate of what a moved customer is worth.

    Parameters
    ----------
    method : str
        The estimator's name.
    what : str
        What it is, in words.
    role : {"never", "headline", "shown", "verdict"}
        Whether it enters the verdict.
    per_customer : Interval or NotEstimable
        Money per moved customer.
    difference : Interval or None
        This estimate less the headline over the same months, from the same replicates.
    n_episodes : int
        Episodes that it rests on.
    notes : tuple of str
        Sample, effective numbers, cap, trimming.
    span : str
        Which months it covers, in words; empty for those of the headline.
    seconds : float
        Time it took.
    projection : Projection or None
        Levers and cash flow, of estimators that give curves.
    ratio : float or None
        Of the placebo: the effect before the answer over that after it; None where that after holds 0.
    """

    method: str
    what: str
    role: Role
    per_customer: Interval | NotEstimable
    difference: Interval | None = None
    n_episodes: int = 0
    notes: tuple[str, ...] = ()
    span: str = ""
    seconds: float = 0.0
    projection: Projection | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """The value per moved customer under each estimator, the headline among them.

    Parameters
    ----------
    rows : tuple of EstimateRow
        The table.
    currency : str
        Of all money.
    unit : str
        What the value is per.
    verdict : Verdict or None
        Whether the value is supported; None where the estimates beside the headline were left out.
    """

    rows: tuple[EstimateRow, ...]
    currency: str
    unit: str
    verdict: Verdict | None = None

    def get(self, method: str) -> EstimateRow:
        """Return one estimate.

        Parameters
        ----------
        method : str
            Its name, such as ``standardised``.

        Returns
        -------
        EstimateRow
            The row; not estimable under a name that was not tried.
        """
        untried = EstimateRow(method, "", "shown", NotEstimable("not tried"))
        return next((row for row in self.rows if row.method == method), untried)

    @property
    def headline(self) -> Projection | NotEstimable:
        """The standardised value with its levers and cash flow."""
        row = self.get(HEADLINE)
        if row.projection is not None:
            return row.projection
        return row.per_customer if isinstance(row.per_customer, NotEstimable) else NotEstimable("not tried")

    def to_frame(self) -> pd.DataFrame:
        """Return one row an estimate.

        Returns
        -------
        pandas.DataFrame
            Columns method, what, role, span, n_episodes, status, reason, estimate, se, ci_low, ci_high, difference,
            difference_ci_low, difference_ci_high, notes, seconds.
        """
        return pd.DataFrame([row_of(row) for row in self.rows])

    def summary(self) -> str:
        """Return one line an estimate.

        Returns
        -------
        str
            Plain text.
        """
        lines = []
        for row in self.rows:
            figure = str(row.per_customer)
            if isinstance(row.per_customer, Interval):
                each = row.per_customer
                figure = f"{each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f}) {self.currency}"
            lines.append(f"{row.method:<18}{figure}; {row.n_episodes:,} episodes; {row.what}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False, float_format="{:,.2f}".format)


def row_of(row: EstimateRow) -> dict[str, object]:
    """Return an estimate as columns.

    Parameters
    ----------
    row : EstimateRow
        The estimate.

    Returns
    -------
    dict
        Columns of :meth:`Estimates.to_frame`.
    """
    columns: dict[str, object] = {
        "method": row.method, "what": row.what, "role": row.role, "span": row.span, "n_episodes": row.n_episodes,
    }  # fmt: skip
    if isinstance(row.per_customer, NotEstimable):
        columns |= {"status": "not_estimable", "reason": row.per_customer.reason}
    else:
        each = row.per_customer
        columns |= {
            "status": "ok", "reason": "", "estimate": each.estimate, "se": each.se, "ci_low": each.ci_low,
            "ci_high": each.ci_high,
        }  # fmt: skip
    if row.difference is not None:
        columns |= {
            "difference": row.difference.estimate, "difference_ci_low": row.difference.ci_low,
            "difference_ci_high": row.difference.ci_high,
        }  # fmt: skip
    return columns | {"notes": "; ".join(row.notes), "seconds": row.seconds}


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What every estimate of a table answers.

    Parameters
    ----------
    study : BandStudy
        Moments, targets, rows.
    frame : Frame
        What the study's projections share.
    shift : Shift
        Who moves.
    economics : Economics
        Assumptions.
    """

    study: BandStudy
    frame: Frame
    shift: Shift
    economics: Economics

    def weights(self) -> Floats:
        """Return what one unit of each metric counts in each month of follow-up.

        Returns
        -------
        ndarray of shape (M, H)
            Unit value × discount factor; 0 beyond the months that are valued.
        """
        horizon = self.study.timeline.horizon
        months = np.arange(1, horizon + 1)
        last = self.economics.value_horizon_months or horizon
        units = self.economics.unit_values(self.frame.metrics, self.frame.own_values)
        return np.asarray(units[:, None] * (self.economics.discount(months) * (months <= last))[None, :])

    def interval(self, replicates: Floats) -> Interval:
        """Return the jackknife-t interval of a figure.

        Parameters
        ----------
        replicates : ndarray of shape (1 + G,)
            On all customers, then with each group left out.

        Returns
        -------
        Interval
            At the study's confidence.
        """
        return interval(float(replicates[0]), replicates[1:], confidence=self.frame.confidence)

    def headline(self) -> Floats | NotEstimable:
        """Return the headline over the months of follow-up, in every replicate.

        Returns
        -------
        ndarray of shape (1 + G,) or NotEstimable
            Money per moved customer.
        """
        fitted = self.fit(Standardised())
        return fitted if isinstance(fitted, NotEstimable) else contrast_of(fitted, self.shift, self.weights())

    def fit(self, estimator: Estimator, by: str = EVERYBODY) -> BandReplicates | NotEstimable:
        """Return an estimator's curves.

        Parameters
        ----------
        estimator : Estimator
            The estimator.
        by : str
            Everybody, or the complete cohorts.

        Returns
        -------
        BandReplicates or NotEstimable
            The curves.
        """
        leave, reach, horizon = self.shift.from_band, self.shift.to_band, self.study.timeline.horizon
        return self.study.fit(estimator, by=by, label=by, from_band=leave, to_band=reach, horizon=horizon)


def contrast_of(curves: BandReplicates, shift: Shift, weights: Floats) -> Floats:
    """Return the weighted difference between two bands' curves, in every replicate.

    Parameters
    ----------
    curves : BandReplicates
        Curves.
    shift : Shift
        The two bands.
    weights : ndarray of shape (M, H)
        What one unit of each metric counts in each month.

    Returns
    -------
    ndarray of shape (1 + G,)
        On all customers, then with each group left out.
    """
    every = np.concatenate([curves.estimate[None], curves.leave_one_group_out])
    leave, reach = BANDS.index(shift.from_band), BANDS.index(shift.to_band)
    return np.asarray(np.einsum("rmk,mk->r", every[:, reach] - every[:, leave], weights[:, : every.shape[-1]]))


def compare_estimates(question: Question) -> Estimates:
    """Return the estimates that stand on the moments alone.

    Parameters
    ----------
    question : Question
        What is asked.

    Returns
    -------
    Estimates
        Unadjusted, standardised (the headline), complete cohorts.
    """
    study = question.study
    months = study.linked.answers.m0[study.bins >= 0]
    first, last = month_label(int(months.min())), month_label(int(months.max()))
    complete = month_label(min(study.timeline.last_complete_cohort, int(months.max())))
    same = "the same episodes as the headline: all are followed over the whole horizon"
    everything = int(study.counts(EVERYBODY, EVERYBODY)[:, 0].sum())
    some = int(study.counts(COMPLETE_COHORTS, COMPLETE_COHORTS)[:, 0].sum())
    only = same if some == everything else f"the same on cohorts {first} to {complete} only"
    rows = (
        value_curves(question, Unadjusted(), role="never", what=RAW),
        value_curves(question, Standardised(), role="headline", what=f"the headline; cohorts {first} to {last}"),
        replace(
            value_curves(question, Standardised(), role="shown", what=only, by=COMPLETE_COHORTS),
            method=COMPLETE_COHORTS,
        ),
    )  # fmt: skip
    return Estimates(rows, question.frame.currency, question.frame.unit)


def compare_more(
    quick: Estimates,
    question: Question,
    estimators: Sequence[Registered],
    *,
    begin: Callable[[str], None],
) -> Estimates:
    """Return the table with the estimators that work on rows beside those that stand on the moments.

    Parameters
    ----------
    quick : Estimates
        From :func:`compare_estimates`.
    question : Question
        What is asked.
    estimators : sequence of Registered
        The estimators beside the headline.
    begin : callable
        Called with the name of every stage that begins.

    Returns
    -------
    Estimates
        A row more for each.
    """
    rows = list(quick.rows)
    headline = question.headline()
    for registered in estimators:
        begin(f"estimate: {registered.estimator.name}")
        estimator, role, what = registered.estimator, registered.role, registered.what
        if is_contrast(estimator):
            rows.append(value_contrast(question, estimator, headline, role=role, what=what))
        else:
            rows.append(value_curves(question, estimator, role=role, what=what))
    return replace(quick, rows=tuple(rows))


def value_lasting(question: Question, noise: Callable[[], SurveyNoise]) -> EstimateRow:
    """Return the value of moving true rather than answered satisfaction.

    Parameters
    ----------
    question : Question
        What is asked.
    noise : callable
        Gives what customers who were asked twice tell of the survey's noise.

    Returns
    -------
    EstimateRow
        Money per customer who truly changes band; not estimable where customers were not asked often enough.
    """
    started, shift = perf_counter(), question.shift
    what = "a lasting move: of who truly is in the band, not of who answered so"
    row = EstimateRow(LASTING_MOVE, what, "shown", NotEstimable("not tried"))
    leave, reach = shift.from_band, shift.to_band
    found = value_lasting_move(noise(), question.study, weights=question.weights(), from_band=leave, to_band=reach)
    if isinstance(found, NotEstimable):
        return replace(row, per_customer=found, seconds=perf_counter() - started)
    headline, rows = question.headline(), question.study.read_rows()
    mine = np.concatenate([[found.value.estimate], found.leave_one_group_out[:, 0]])
    by_matrix = found.by_matrix
    return replace(
        row,
        per_customer=question.interval(mine),
        difference=None if isinstance(headline, NotEstimable) else question.interval(mine - headline),
        n_episodes=int(np.isin(rows.band, [BANDS.index(leave), BANDS.index(reach)]).sum()),
        notes=(
            rows.what(),
            f"by the inverse of C {by_matrix.estimate:,.2f} ({by_matrix.ci_low:,.2f} to {by_matrix.ci_high:,.2f})",
        ),
        seconds=perf_counter() - started,
    )


def value_curves(
    question: Question, estimator: Estimator, *, role: Role, what: str, by: str = EVERYBODY
) -> EstimateRow:
    """Return the value under an estimator that gives curves.

    Parameters
    ----------
    question : Question
        What is asked.
    estimator : Estimator
        The estimator.
    role : {"never", "headline", "shown", "verdict"}
        Whether it enters the verdict.
    what : str
        What it is, in words.
    by : str
        Everybody, or the complete cohorts.

    Returns
    -------
    EstimateRow
        The row.
    """
    started = perf_counter()
    fitted = question.fit(estimator, by)
    row = EstimateRow(estimator.name, what, role, NotEstimable("not tried"))
    if isinstance(fitted, NotEstimable):
        return replace(row, per_customer=fitted, seconds=perf_counter() - started)
    value = value_stratum(
        question.study,
        question.frame,
        shift=question.shift,
        economics=question.economics,
        fitted=fitted,
        by=by,
        label=by,
    )
    headline, mine = question.headline(), contrast_of(fitted, question.shift, question.weights())
    difference = None
    if role != "headline" and not isinstance(headline, NotEstimable):
        difference = question.interval(mine - headline)
    bands = [BANDS.index(question.shift.from_band), BANDS.index(question.shift.to_band)]
    counts = fitted.counts[:, 0].sum() if role in ("never", "headline") else fitted.counts[bands, 0].sum()
    return replace(
        row,
        per_customer=value.per_customer,
        difference=difference,
        n_episodes=int(counts),
        seconds=perf_counter() - started,
        projection=value,
    )


def value_contrast(
    question: Question, estimator: ContrastEstimator, headline: Floats | NotEstimable, *, role: Role, what: str
) -> EstimateRow:
    """Return the value under an estimator that gives one contrast.

    Parameters
    ----------
    question : Question
        What is asked.
    estimator : ContrastEstimator
        The estimator.
    headline : ndarray of shape (1 + G,) or NotEstimable
        The headline over the same months.
    role : {"never", "headline", "shown", "verdict"}
        Whether it enters the verdict.
    what : str
        What it is, in words.

    Returns
    -------
    EstimateRow
        The row; without a difference where the estimator covers another part of the value.
    """
    started, shift = perf_counter(), question.shift
    row = EstimateRow(estimator.name, what, role, NotEstimable("not tried"))
    found = question.study.fit_contrast(estimator, question.weights(), from_band=shift.from_band, to_band=shift.to_band)
    if isinstance(found, NotEstimable):
        return replace(row, per_customer=found, seconds=perf_counter() - started)
    mine = replicates_of(found)
    beside = own_part(question, found.months) if found.months is not None else headline
    notes = found.notes
    if found.months is not None and not isinstance(beside, NotEstimable):
        same = question.interval(beside)
        notes = (
            *notes,
            f"the headline's like part is {same.estimate:,.2f} ({same.ci_low:,.2f} to {same.ci_high:,.2f})",
        )
    return replace(
        row,
        per_customer=question.interval(mine),
        difference=None if isinstance(beside, NotEstimable) else question.interval(mine - beside),
        n_episodes=found.n_episodes,
        notes=notes,
        span="" if found.months is None else f"months 1 to {found.months}, without retention",
        seconds=perf_counter() - started,
    )


def replicates_of(found: ContrastReplicates) -> Floats:
    """Return a contrast in every replicate.

    Parameters
    ----------
    found : ContrastReplicates
        The contrast.

    Returns
    -------
    ndarray of shape (1 + G,)
        On all customers, then with each group left out.
    """
    return np.concatenate([[found.estimate], found.leave_one_group_out])


def own_part(question: Question, months: int) -> Floats | NotEstimable:
    """Return the part of the headline's first months that does not come through retention.

    Parameters
    ----------
    question : Question
        What is asked.
    months : int
        Months from the first.

    Returns
    -------
    ndarray of shape (1 + G,) or NotEstimable
        Σ_k ā(k) Δv(k) in money: per customer at time zero, at the bands' mean retention.
    """
    fitted = question.fit(Standardised())
    if isinstance(fitted, NotEstimable):
        return fitted
    every = np.concatenate([fitted.estimate[None], fitted.leave_one_group_out])[..., :months]
    pair = every[:, [BANDS.index(question.shift.from_band), BANDS.index(question.shift.to_band)]]
    kept = np.maximum(pair[:, :, :1], 1e-9)
    each = pair / kept
    gap = (each[:, 1] - each[:, 0]) * kept.mean(axis=1)
    return np.asarray(np.einsum("rmk,mk->r", gap, question.weights()[:, :months]))


def with_reliability(estimates: Estimates, study: BandStudy, noise: SurveyNoise) -> Estimates:
    """Return a table whose within-customer row also says what it would be without survey noise.

    Parameters
    ----------
    estimates : Estimates
        The table.
    study : BandStudy
        Says how far apart answers lie.
    noise : SurveyNoise
        What customers who were asked twice tell.

    Returns
    -------
    Estimates
        With a note: the estimate divided by the reliability of a change over the middle gap, or why there is none.
    """
    row, reliability = estimates.get(WITHIN_CUSTOMER), noise.reliability
    if not isinstance(row.per_customer, Interval):
        return estimates
    note = f"not corrected for survey noise: {reliability}"
    if isinstance(reliability, Reliability):
        answers = study.linked.answers
        gaps = np.diff(answers.m0)[np.diff(answers.customer) == 0]
        gap = float(np.median(gaps))
        share, each = reliability.of_difference(gap), row.per_customer
        note = f"only {share:.0%} of a change between answers {gap:.0f} months apart is change"
        if share > 0:
            note += (
                f": corrected {each.estimate / share:,.2f} ({each.ci_low / share:,.2f} to {each.ci_high / share:,.2f})"
            )
    noted = replace(row, notes=(*row.notes, note))
    return replace(estimates, rows=tuple(noted if each is row else each for each in estimates.rows))


def value_placebo(question: Question) -> EstimateRow:
    """Return what the headline's estimator finds before the answer.

    Parameters
    ----------
    question : Question
        What is asked.

    Returns
    -------
    EstimateRow
        Money per customer over the six months before the baseline; the ratio to the six months after in the notes.
    """
    started, shift = perf_counter(), question.shift
    what = "the same for six months before the baseline, which the answer cannot have changed"
    row = EstimateRow(PLACEBO, what, "verdict", NotEstimable("not tried"))
    source = question.study.source(
        from_band=shift.from_band, to_band=shift.to_band, horizon=question.study.timeline.horizon
    )
    found = source if isinstance(source, NotEstimable) else fit_placebo(source, question.weights())
    if isinstance(found, NotEstimable):
        return replace(row, per_customer=found, seconds=perf_counter() - started)
    after = question.interval(found.after)
    notes = (
        f"in the six months after the answer {after.estimate:,.2f} "
        f"({after.ci_low:,.2f} to {after.ci_high:,.2f}); ratio {placebo_ratio(found):.2f}",
    )
    return replace(
        row,
        per_customer=question.interval(found.before),
        difference=None,
        n_episodes=found.n_episodes,
        notes=notes,
        span=f"months {found.first_k} to {found.last_k}",
        seconds=perf_counter() - started,
        ratio=placebo_ratio(found) if not after.holds(0.0) else None,
    )


def placebo_ratio(found: PlaceboReplicates) -> float:
    """Return the effect before the answer over that of as many months after it.

    Parameters
    ----------
    found : PlaceboReplicates
        Both.

    Returns
    -------
    float
        Without a sign.
    """
    return abs(float(found.before[0])) / max(abs(float(found.after[0])), 1e-12)


def value_other_baseline(question: Question, other_baseline: Callable[[], BandStudy]) -> EstimateRow:
    """Return the headline with a baseline that ends in the other of the two months.

    Parameters
    ----------
    question : Question
        What is asked.
    other_baseline : callable
        Gives the study with that baseline.

    Returns
    -------
    EstimateRow
        The row.
    """
    started = perf_counter()
    study = other_baseline()
    end = "the month of the answer" if study.timeline.baseline_lag == 0 else "the month before the answer"
    other = replace(question, study=study)
    row = value_curves(other, Standardised(), role="headline", what=f"the same with a baseline that ends with {end}")
    mine, headline = other.headline(), question.headline()
    difference = None
    if not isinstance(mine, NotEstimable) and not isinstance(headline, NotEstimable):
        difference = question.interval(mine - headline)
    return replace(row, method=OTHER_BASELINE, role="shown", difference=difference, seconds=perf_counter() - started)
