"""From the trend of the gap to the value of a move now and in later years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate.cohort_means import CohortMeans
from cxvalue.estimate.cohorts import MONTHS, fit_cohorts
from cxvalue.estimate.trend import Trend, fit_trend, prob_of_departure, too_short
from cxvalue.link.columns import Floats, Integers
from cxvalue.value.ahead.months_covered import cover_months
from cxvalue.value.ahead.outlook import GROWING, NO_TREND, WEAKENING, GapTrend, Outlook, ValueAhead, count_years
from cxvalue.value.ahead.scaling import Scaling, scale_by
from cxvalue.value.question import Question
from cxvalue.vocabulary import BANDS, COHORT_QUARTER, EVERYBODY, month_label

DAMPING = 0.5
"""Share of a year's change that the next year keeps, in the damped case."""
AHEAD = (1, 2, 3)
"""Years after ``as_of`` that the value is carried on to."""
LEAST_PROB = 0.05
"""Below this, a line does not describe the cohorts."""
FAR_YEARS = 0.5
"""Years between the last cohort and ``as_of`` beyond which the line's height there is called an extrapolation."""


def look_ahead(question: Question, *, by: str = COHORT_QUARTER, damping: float = DAMPING) -> Outlook | NotEstimable:
    """Return the value of a move as of now and for later surveys, by the trend of the gap between the bands.

    Parameters
    ----------
    question : Question
        The move, its economics, and the headline.
    by : {"cohort_quarter", "cohort_year"}
        Cohorts that the trend is drawn through.
    damping : float
        Share of a year's change that the next year keeps, 0 to 1.

    Returns
    -------
    Outlook or NotEstimable
        Not estimable where the headline is not, nobody changes band, no cohort has enough episodes, or nothing carries
        money. Where only the trend cannot be told, the outlook says so.

    Raises
    ------
    SettingsError
        When the damping is no share.

    Notes
    -----
    With G(t) the line through the cohorts' gaps in discounted contribution over months 1 to q, and t̄ the mean date of
    the answers that the headline V stands on, the value of a move at t is V × G(t) / G(t̄). The shape of the curves over
    the months of follow-up is that of all cohorts and never estimated again; only their size moves. Ahead, G goes on
    as G(0) + b n; damped, as G(0) + b (φ + … + φⁿ); or stops at G(0). V, G(t) and G(t̄) are computed again without each
    customer group, so that the intervals know how they move together.

    References
    ----------
    Gardner, E. S. and McKenzie, E. (1985), Forecasting trends in time series, Management Science 31,
    doi:10.1287/mnsc.31.10.1237.
    """
    if not 0.0 <= damping <= 1.0:
        raise SettingsError(f"damping = {damping!r} is refused", allowed="0 to 1", hint="0.5 halves each year's change")
    if question.shift.from_band == question.shift.to_band:
        return NotEstimable("nobody changes band, so there is no gap to follow")
    horizon = months_valued(question)
    if isinstance(horizon, NotEstimable):
        return horizon
    cohorts = cohorts_of(question, by=by, months=min(MONTHS, horizon))
    if isinstance(cohorts, NotEstimable):
        return cohorts
    gaps = cohorts.gap(question.weights()[:, : cohorts.months])
    short = too_short(cohorts.years)
    line = fit_trend(gaps, cohorts.years, cohorts.weights) if short is None else short
    found = with_line(question, cohorts, gaps=gaps, line=line, horizon=horizon, damping=damping)
    return replace(found, warnings=tuple(list_doubts(found, question)))


def months_valued(question: Question) -> int | NotEstimable:
    """Return over how many months of follow-up the headline is added up.

    Parameters
    ----------
    question : Question
        The move and its economics.

    Returns
    -------
    int or NotEstimable
        Not estimable where the headline is not, or nothing carries money.
    """
    if isinstance(question.headline, NotEstimable):
        return question.headline
    valued = np.flatnonzero(question.weights().any(axis=0))
    return int(valued[-1]) + 1 if len(valued) else NotEstimable("no metric carries money")


def cohorts_of(question: Question, *, by: str, months: int) -> CohortMeans | NotEstimable:
    """Return each band's outcomes by cohort, standardised to the customers of the question.

    Parameters
    ----------
    question : Question
        The move.
    by : {"cohort_quarter", "cohort_year"}
        Length of a cohort.
    months : int
        Most months of follow-up compared.

    Returns
    -------
    CohortMeans or NotEstimable
        The cohorts.
    """
    return fit_cohorts(
        question.study,
        by=by,
        from_band=question.shift.from_band,
        to_band=question.shift.to_band,
        months=months,
        currency=question.frame.currency,
        confidence=question.frame.confidence,
    )


def with_line(
    question: Question,
    cohorts: CohortMeans,
    *,
    gaps: Floats,
    line: Trend | NotEstimable,
    horizon: int,
    damping: float,
) -> Outlook:
    """Return the outlook that follows from a line.

    Parameters
    ----------
    question : Question
        The move, with a headline.
    cohorts : CohortMeans
        Each band's outcomes by cohort.
    gaps : ndarray of shape (1 + G, C)
        Gap in discounted contribution of each cohort, in every replicate.
    line : Trend or NotEstimable
        The line through them, levels and slopes of shape (1 + G,), or why there is none.
    horizon : int
        Months valued.
    damping : float
        Share of a year's change that the next year keeps.

    Returns
    -------
    Outlook
        Without its warnings.
    """
    headline, middle = np.asarray(question.headline), headline_date(question)
    scaling = scale_by(headline, line, at=middle, confidence=question.frame.confidence)
    return Outlook(
        shift=question.shift,
        currency=question.frame.currency,
        unit=question.frame.unit,
        months=cohorts.months,
        covered=cover_months(question.economics, figure=horizon, follow_up=question.study.timeline.horizon),
        damping=damping,
        cohorts=cohorts,
        gaps=tuple((label, question.interval(gaps[:, c])) for c, label in enumerate(cohorts.labels)),
        trend=line
        if isinstance(line, NotEstimable)
        else describe_trend(question, line, gaps=gaps, years=cohorts.years, at=middle),
        headline=question.interval(headline),
        headline_years=middle,
        today=scaling if isinstance(scaling, NotEstimable) else scaling.value(0.0),
        ahead=() if isinstance(scaling, NotEstimable) else tuple(value_ahead(scaling, n, damping) for n in AHEAD),
        warnings=(),
        confidence=question.frame.confidence,
    )


def headline_date(question: Question) -> float:
    """Return the mean date of the answers that the headline stands on.

    Parameters
    ----------
    question : Question
        The move, with a headline.

    Returns
    -------
    float
        Years after ``as_of``: late months of follow-up come from early answers only, so the mean date of the two
        bands' answers is taken for each month, and averaged with the size of the month's discounted gap as weight.
    """
    study, curves = question.study, question.standardised
    if isinstance(curves, NotEstimable):
        raise ValueError("the question has no headline")
    leave, reach = (BANDS.index(band) for band in (question.shift.from_band, question.shift.to_band))
    monthly = ((curves.estimate[reach] - curves.estimate[leave]) * question.weights()).sum(axis=0)
    years, last_k = (study.linked.answers.m0 - study.timeline.as_of) / 12.0, last_months(question)
    inside = [study.linked.answers.band == band for band in (leave, reach)]
    dates = [
        np.mean([years[band & (last_k >= k)].mean() for band in inside]) for k in range(1, study.timeline.horizon + 1)
    ]
    size = np.abs(monthly)
    return float(np.average(dates, weights=size if size.sum() > 0 else None))


def last_months(question: Question) -> Integers:
    """Return the last observed month of follow-up of each answer.

    Parameters
    ----------
    question : Question
        The study.

    Returns
    -------
    ndarray of shape (n,)
        0 without follow-up.
    """
    study = question.study
    of_class = study.moments[study.position(EVERYBODY)].last_k
    return np.where(study.bins >= 0, of_class[np.maximum(study.bins, 0)], 0)


def describe_trend(question: Question, line: Trend, *, gaps: Floats, years: Floats, at: float) -> GapTrend:
    """Return what a line says of the gap.

    Parameters
    ----------
    question : Question
        Gives the level of the intervals.
    line : Trend
        Levels and slopes of shape (1 + G,).
    gaps : ndarray of shape (1 + G, C)
        The gaps that it is drawn through.
    years : ndarray of shape (C,)
        Their dates.
    at : float
        Date at which the gap counts as positive or negative, in years.

    Returns
    -------
    GapTrend
        The trend, in figures and in a word.
    """
    now, change = question.interval(line.level), question.interval(line.per_year)
    share = (
        NotEstimable("the gap as of now is not told from 0")
        if now.holds(0.0)
        else question.interval(line.per_year / line.level)
    )
    grows = change.estimate * float(line.at(at)[0]) > 0
    label = NO_TREND if change.holds(0.0) else GROWING if grows else WEAKENING
    return GapTrend(label, now, change, share, prob_of_departure(gaps, years))


def value_ahead(scaling: Scaling, years: int, damping: float) -> ValueAhead:
    """Return the value for a survey some years ahead.

    Parameters
    ----------
    scaling : Scaling
        The headline and its line.
    years : int
        Years after ``as_of``.
    damping : float
        Share of a year's change that the next year keeps.

    Returns
    -------
    ValueAhead
        If the change goes on, is damped, or stops.
    """
    steps = float(sum(damping**n for n in range(1, years + 1)))
    return ValueAhead(years, scaling.value(float(years)), scaling.value(steps), scaling.value(0.0))


def list_doubts(found: Outlook, question: Question) -> Iterator[str]:
    """Yield what is valid but doubtful about an outlook.

    Parameters
    ----------
    found : Outlook
        The outlook.
    question : Question
        The move.

    Yields
    ------
    str
        A sentence.
    """
    cohorts, timeline = found.cohorts, question.study.timeline
    if isinstance(found.trend, NotEstimable):
        yield f"trend {found.trend}: the headline stands for all cohorts alike"
    elif isinstance(found.today, NotEstimable):
        yield f"value as of {found.as_of_label} {found.today}"
    else:
        yield from doubts_of_trend(found, found.trend)
    if found.covered.follow_up_only:
        yield (
            f"all values here are {found.covered.text}; the study's value is over {found.covered.study} months, the "
            f"later ones extrapolated"
        )
    if found.horizon_months > cohorts.months:
        scaled = f"the trend is that of months 1 to {cohorts.months}; later months are scaled alike"
        until = timeline.follow_up_end - found.horizon_months
        if until < int(question.study.linked.answers.m0[question.study.bins >= 0].max()):
            scaled += f", and the last of them come from answers up to {month_label(until)} only"
        yield scaled
    if cohorts.dropped:
        yield f"cohorts are not adjusted for what not all of them can carry: {', '.join(cohorts.dropped)}"
    for label, reason in cohorts.left_out:
        yield f"cohort {label} {reason}"


def doubts_of_trend(found: Outlook, trend: GapTrend) -> Iterator[str]:
    """Yield what is doubtful about a trend and the values that follow from it.

    Parameters
    ----------
    found : Outlook
        With values ahead.
    trend : GapTrend
        The trend.

    Yields
    ------
    str
        A sentence.
    """
    if trend.label == NO_TREND:
        yield "no trend beyond chance: without a change the headline is the surer figure, but a slow one may go unseen"
    if trend.prob_of_departure is not None and trend.prob_of_departure < LEAST_PROB:
        yield f"the cohorts do not lie on a line (p {trend.prob_of_departure:.2g}): look at them one by one"
    if found.cohorts.years[-1] < -FAR_YEARS:
        yield f"the last cohort compared is {-12 * found.cohorts.years[-1]:.0f} months older than {found.as_of_label}"
    passed = [year.years for year in found.ahead if year.goes_on.estimate == 0.0]
    if passed:
        yield f"the gap would pass 0 within {count_years(passed[0])} if its change went on; the value is then 0"
