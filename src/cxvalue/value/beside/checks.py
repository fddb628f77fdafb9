"""Checks: a lasting move, a placebo, covariates of other months, and survey noise in a comparison within customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate import (
    BandStudy,
    PlaceboReplicates,
    Standardised,
    fit_placebo,
)
from cxvalue.estimate.noise import Reliability, SurveyNoise, value_lasting_move
from cxvalue.estimate.noise.survey_noise import untold_noise
from cxvalue.estimate.replicate import Interval
from cxvalue.link import has_earlier_amounts
from cxvalue.value.beside.compare import value_curves
from cxvalue.value.beside.estimates import (
    EARLIER_AMOUNTS,
    LASTING_MOVE,
    OTHER_BASELINE,
    PLACEBO,
    WITHIN_CUSTOMER,
    EstimateRow,
    Estimates,
)
from cxvalue.value.question import Question
from cxvalue.vocabulary import BANDS, leaving_is_seen


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
    asked_twice = noise()
    reliability = asked_twice.reliability
    if isinstance(reliability, Reliability) and not reliability.is_told:
        untold = NotEstimable(untold_noise(reliability))
        return replace(row, per_customer=untold, seconds=perf_counter() - started)
    found = value_lasting_move(asked_twice, question.study, weights=question.weights(), from_band=leave, to_band=reach)
    if isinstance(found, NotEstimable):
        return replace(row, per_customer=found, seconds=perf_counter() - started)
    headline, rows = question.headline, question.study.read_rows()
    mine = np.concatenate([[found.value.estimate], found.leave_one_group_out[:, 0]])
    by_matrix, pair = found.by_matrix, np.isin(rows.band, [BANDS.index(leave), BANDS.index(reach)])
    return replace(
        row,
        per_customer=question.interval(mine),
        difference=None if isinstance(headline, NotEstimable) else question.interval(mine - headline),
        n_episodes=int(pair.sum()),
        n_customers=len(np.unique(rows.customer[pair])),
        notes=(
            rows.what(),
            f"by the inverse of C {by_matrix.estimate:,.2f} ({by_matrix.ci_low:,.2f} to {by_matrix.ci_high:,.2f})",
        ),
        seconds=perf_counter() - started,
    )


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
        note = f"about {share:.0%} of a change between answers {gap:.0f} months apart is change (held fixed)"
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
        Money per customer over the six months before the baseline, or before the months of the amounts where these
        end earlier; the ratio to the six months after in the notes.
    """
    started = perf_counter()
    months = "the months of the amounts" if question.study.timeline.amounts_lag else "the baseline"
    what = f"the same for six months before {months}, which the answer cannot have changed"
    row = EstimateRow(PLACEBO, what, "verdict", NotEstimable("not tried"))
    source, headline = question.source(), question.fit(Standardised())
    if isinstance(source, NotEstimable) or isinstance(headline, NotEstimable):
        return row
    found = fit_placebo(source, question.weights(), columns=headline.columns)
    if isinstance(found, NotEstimable):
        return replace(row, per_customer=found, seconds=perf_counter() - started)
    after = question.interval(found.after)
    included = ", leaving included" if leaving_is_seen(question.frame.metrics) else ""
    notes: tuple[str, ...] = (
        f"in the six months after the answer {after.estimate:,.2f} "
        f"({after.ci_low:,.2f} to {after.ci_high:,.2f}){included}; ratio {placebo_ratio(found):.2f}",
    )
    before, alike = question.interval(found.before), None
    if found.after_staying is not None:
        staying = question.interval(found.after_staying)
        notes = (
            *notes,
            f"of those who are still there, so that leaving takes no part, {staying.estimate:,.2f} "
            f"({staying.ci_low:,.2f} to {staying.ci_high:,.2f}) after the answer",
        )
        if not staying.holds(0.0) and not before.holds(0.0):
            alike = abs(before.estimate / staying.estimate)
    if found.columns_lost:
        labels = question.study.basis.labels()
        notes = (*notes, f"without {', '.join(labels[at] for at in found.columns_lost)}")
    return replace(
        row,
        per_customer=before,
        difference=None,
        n_episodes=found.n_episodes,
        n_customers=found.n_customers,
        notes=notes,
        span=f"months {found.first_k} to {found.last_k}",
        seconds=perf_counter() - started,
        ratio=placebo_ratio(found) if not after.holds(0.0) else None,
        ratio_staying=alike,
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
    row = headline_of(study, question, method=OTHER_BASELINE, what=f"the same with a baseline that ends with {end}")
    return replace(row, seconds=perf_counter() - started)


def value_earlier_amounts(question: Question, earlier_amounts: Callable[[], BandStudy]) -> EstimateRow:
    """Return the headline with amounts of months that end before the baseline.

    Parameters
    ----------
    question : Question
        What is asked.
    earlier_amounts : callable
        Gives the study with the amounts of :meth:`~cxvalue.link.Timeline.with_other_amounts`.

    Returns
    -------
    EstimateRow
        The row, with the amounts of the baseline itself where the question's end earlier; not estimable where no
        amount is adjusted for, or no answer has earlier ones.
    """
    started, study = perf_counter(), question.study
    answers, other = study.linked.answers, study.timeline.with_other_amounts()
    lagged = other if other.amounts_lag else study.timeline
    what = f"the same with amounts of months that end {lagged.amounts_lag} months before the baseline does"
    if not other.amounts_lag:
        what = "the same with the amounts of the baseline, which may already hold what the answer reports"
    earlier = has_earlier_amounts(
        study.outcomes.clean, answers.m0[:], answers.active[:], timeline=lagged, names=study.covariates
    )
    if not earlier.any():
        reason = f"no answer has amounts of months that end {lagged.amounts_lag} months before the baseline does"
        nothing = NotEstimable(reason if earlier.size else "no amount of the panels is adjusted for")
        return EstimateRow(EARLIER_AMOUNTS, what, "shown", nothing, seconds=perf_counter() - started)
    found = headline_of(earlier_amounts(), question, method=EARLIER_AMOUNTS, what=what)
    n_recent, n = int((~earlier).any(axis=1).sum()), len(earlier)
    notes = (f"{n_recent:,} of {n:,} answers have the amounts of the baseline, for want of such months",)
    return replace(found, notes=(*found.notes, *(notes if n_recent else ())), seconds=perf_counter() - started)


def headline_of(study: BandStudy, question: Question, *, method: str, what: str) -> EstimateRow:
    """Return the headline's estimator on a study with other covariates.

    Parameters
    ----------
    study : BandStudy
        The other study.
    question : Question
        What is asked.
    method : str
        Name of the estimate.
    what : str
        What it is, in words.

    Returns
    -------
    EstimateRow
        The row, with its difference from the headline.
    """
    other = replace(question, study=study)
    row = value_curves(other, Standardised(), role="headline", what=what)
    mine, headline = other.headline, question.headline
    difference = None
    if not isinstance(mine, NotEstimable) and not isinstance(headline, NotEstimable):
        difference = question.interval(mine - headline)
    return replace(row, method=method, role="shown", difference=difference)
