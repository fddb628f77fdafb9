"""Comparison: the headline beside plain means, other cohorts and other estimators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate import (
    COMPLETE_COHORTS,
    ContrastEstimator,
    ContrastReplicates,
    EpisodeSource,
    Estimator,
    Registered,
    Role,
    Standardised,
    Unadjusted,
    is_contrast,
)
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.link.asked import starts_of
from cxvalue.link.columns import Floats
from cxvalue.value.beside.estimates import RAW, EstimateRow, Estimates
from cxvalue.value.project import Projection
from cxvalue.value.question import Question, contrast_of
from cxvalue.value.stratum import value_stratum
from cxvalue.vocabulary import BANDS, EVERYBODY, leaving_is_seen, month_label


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
    headline, source = question.headline, question.source()
    for registered in estimators:
        begin(f"estimate: {registered.estimator.name}")
        estimator, role, what = registered.estimator, registered.role, registered.what
        if is_contrast(estimator):
            rows.append(value_contrast(question, estimator, source, headline=headline, role=role, what=what))
        else:
            rows.append(value_curves(question, estimator, role=role, what=what))
    return replace(quick, rows=tuple(rows))


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
    headline, mine = question.headline, contrast_of(fitted, question.shift, question.weights())
    difference = None
    if role != "headline" and not isinstance(headline, NotEstimable):
        difference = question.interval(mine - headline)
    n_episodes, n_customers = count_compared(question, fitted, by=by)
    return replace(
        row,
        per_customer=question.interval(mine),
        difference=difference,
        n_episodes=n_episodes,
        n_customers=n_customers,
        notes=beyond(value, question.study.timeline.horizon),
        seconds=perf_counter() - started,
        projection=value,
    )


def count_compared(question: Question, fitted: BandReplicates, *, by: str) -> tuple[int, int | None]:
    """Return on how much the contrast between two bands' curves stands.

    Parameters
    ----------
    question : Question
        What is asked.
    fitted : BandReplicates
        The curves.
    by : str
        Everybody, or the complete cohorts.

    Returns
    -------
    tuple of int and int or None
        Episodes of the two bands, and distinct customers among them: as the estimator counts them or, where it takes
        all episodes of the stratum, those of the answers. None of another estimator that does not count them.
    """
    study, bands = question.study, [BANDS.index(question.shift.from_band), BANDS.index(question.shift.to_band)]
    n_episodes = int(fitted.counts[bands, 0].sum())
    if fitted.n_customers is not None:
        return n_episodes, fitted.n_customers
    answers, partition = study.linked.answers, study.partitions[study.position(by)]
    wanted = np.isin(np.arange(len(BANDS)), bands)
    inside = (study.bins >= 0) & (partition.codes == partition.labels.index(by)) & wanted[answers.band]
    is_whole = n_episodes == int(inside.sum())
    return n_episodes, len(starts_of(answers.customer[inside])) if is_whole else None


def beyond(value: Projection, horizon: int) -> tuple[str, ...]:
    """Return what a value comes to with the months beyond the follow-up.

    Parameters
    ----------
    value : Projection
        The value.
    horizon : int
        Months of follow-up, over which estimates are compared.

    Returns
    -------
    tuple of str
        Empty when no month lies beyond it.
    """
    if value.months <= horizon:
        return ()
    each = value.per_customer
    return (
        f"over the {horizon} months of follow-up; {each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f}) "
        f"over {value.months} months",
    )


def value_contrast(
    question: Question,
    estimator: ContrastEstimator,
    source: EpisodeSource | NotEstimable,
    *,
    headline: Floats | NotEstimable,
    role: Role,
    what: str,
) -> EstimateRow:
    """Return the value under an estimator that gives one contrast.

    Parameters
    ----------
    question : Question
        What is asked.
    estimator : ContrastEstimator
        The estimator.
    source : EpisodeSource or NotEstimable
        The episodes of everybody.
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
    started = perf_counter()
    row = EstimateRow(estimator.name, what, role, NotEstimable("not tried"))
    found = source if isinstance(source, NotEstimable) else estimator.fit(source, question.weights())
    if isinstance(found, NotEstimable):
        return replace(row, per_customer=found, seconds=perf_counter() - started)
    refuse_no_contrast(estimator.name, found, question.study.groups)
    mine = replicates_of(found)
    beside = own_part(question, found.months) if found.months is not None else headline
    notes = found.notes
    without = ", without retention" if leaving_is_seen(question.frame.metrics) else ""
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
        n_customers=found.n_customers,
        notes=notes,
        span="" if found.months is None else f"months 1 to {found.months}{without}",
        seconds=perf_counter() - started,
    )


def refuse_no_contrast(name: str, found: object, groups: int) -> None:
    """Refuse what is no contrast with its replicates.

    Parameters
    ----------
    name : str
        The estimator's name.
    found : object
        What it returned.
    groups : int
        Customer groups, G.

    Raises
    ------
    SettingsError
        For another type, another number of replicates, or numbers that are not finite.
    """
    wrong = ""
    if not isinstance(found, ContrastReplicates):
        wrong = f"a {type(found).__name__}"
    elif np.shape(found.leave_one_group_out) != (groups,):
        wrong = f"replicates of shape {np.shape(found.leave_one_group_out)}"
    elif not np.isfinite([found.estimate, *found.leave_one_group_out]).all():
        wrong = "numbers that are not finite"
    if wrong:
        raise SettingsError(
            f"the estimator '{name}' returned {wrong}",
            allowed=f"ContrastReplicates with a finite estimate and {groups} finite replicates, or NotEstimable",
            hint="hold it against cxvalue.testing.check_estimator, or remove the package that brings it",
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
    """Return the part of the headline's first months that an estimate of these months alone is compared with.

    Parameters
    ----------
    question : Question
        What is asked.
    months : int
        Months from the first.

    Returns
    -------
    ndarray of shape (1 + G,) or NotEstimable
        Σ_k Δv(k) in money: per customer who is still there, so without what comes through retention; per customer
        where leaving is not seen.
    """
    fitted = question.fit(Standardised())
    if isinstance(fitted, NotEstimable):
        return fitted
    every = np.concatenate([fitted.estimate[None], fitted.leave_one_group_out])[..., :months]
    pair = every[:, [BANDS.index(question.shift.from_band), BANDS.index(question.shift.to_band)]]
    each = pair / np.maximum(pair[:, :, :1], 1e-9) if leaving_is_seen(question.frame.metrics) else pair
    gap = each[:, 1] - each[:, 0]
    return np.asarray(np.einsum("rmk,mk->r", gap, question.weights()[:, :months]))
