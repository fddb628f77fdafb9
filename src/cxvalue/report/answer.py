"""The answer of a study in one sentence."""

from __future__ import annotations

from cxvalue.report.disclosure import is_small
from cxvalue.report.languages.say import say
from cxvalue.report.numbers import format_count, format_money, format_month, format_share
from cxvalue.report.study_results import StudyResults
from cxvalue.report.wording import band_name, band_people, count_customers, count_months, level, points_of_base


def answer_sentence(results: StudyResults) -> str:
    """Return the answer in one sentence: who moves in all readings, money, interval.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        The sentence.
    """
    value, heads = results.value, results.value.heads
    shift = value.shift
    hide = is_small(heads.answered_in_band, results.disclosure_min)
    net = say("after the programme's cost") if value.programme_cost else say("before any programme cost")
    scale = max(abs(x) for x in (value.npv.estimate, value.npv.ci_low, value.npv.ci_high))
    fields = {
        "share": format_share(shift.share, trim=True), "from_band": band_people(shift.from_band),
        "to_band": band_name(shift.to_band), "month": format_month(results.episodes.as_of),
        "customers": count_customers(heads.customers_moved.estimate),
        "points": points_of_base(value), "npv": format_money(value.npv.estimate, value.currency, scale=scale),
        "months": count_months(value.months), "net": net, "level": level(value.confidence),
        "low": format_money(value.npv.ci_low, value.currency, scale=scale),
        "high": format_money(value.npv.ci_high, scale=scale),
    }  # fmt: skip
    if hide:
        return say(
            "Moving {share} of those {from_band} in {month} to {to_band} ({customers}; {points}) is worth {npv} over "
            "{months}, {net} ({level} interval {low} to {high}).",
            **fields,
        )
    return say(
        "Moving {share} of those {from_band} in {month} to {to_band} ({customers}, of whom {answered} have answered "
        "and can be reached; {points}) is worth {npv} over {months}, {net} ({level} interval {low} to {high}).",
        **fields, answered=format_count(heads.answered_moved),
    )  # fmt: skip
