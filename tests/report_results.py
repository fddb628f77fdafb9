"""Results for the tests of the report: those of the small base, and verbs that change one thing in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pandas as pd

import cxvalue as cx
from builders import N_CUSTOMERS, customer_id, small_base
from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval
from cxvalue.report import StudyResults
from cxvalue.report.figures import ReportFigure, report_figures
from cxvalue.tables import Finding
from cxvalue.value import AssumptionSettings, EstimateRow, Projection, SegmentValues, make_register
from cxvalue.value.appraise import Payback

CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOSTILE = "=<script>alert('1')</script> & \"$x_1$\""
CUSTOMER_ID = re.compile(r"\bC0[0-5]\d\d\b")


@cache
def small_results() -> StudyResults:
    """Return the results of the small base; computed once."""
    base = small_base()
    study = cx.Study(tables=base.given(), settings=base.read_settings())
    results = study.results()
    study.close()
    return replace(results, check=replace(results.check, fetch=no_rows))


def no_rows(sql: str) -> pd.DataFrame:
    """Return nothing: the results hold no connection."""
    return pd.DataFrame()


@cache
def small_figures() -> tuple[ReportFigure, ...]:
    """Return the figures of the small base; drawn once."""
    return report_figures(small_results())


def value_only(results: StudyResults) -> StudyResults:
    """Return results without what ``--only value`` leaves out."""
    return replace(results, outcomes=None, links=None)


def estimate_row(method: str, each: Interval | NotEstimable, **fields: Any) -> EstimateRow:
    """Return a row of the table of estimates; ``role`` and all else can be given."""
    return EstimateRow(method, f"what {method} is", fields.pop("role", "shown"), each, **fields)


def with_estimates(results: StudyResults, *rows: EstimateRow) -> StudyResults:
    """Return results whose table of estimates holds these rows."""
    return replace(results, estimates=replace(results.estimates, rows=rows))


def with_assumptions(results: StudyResults, **stated: AssumptionSettings) -> StudyResults:
    """Return results whose register says more of some assumptions."""
    return replace(results, register=make_register(results.value, stated))


def with_truth(results: StudyResults, value: float) -> StudyResults:
    """Return results of a base whose truth is known."""
    truth = {
        "as_of": results.episodes.as_of, "horizon_months": results.value.months, "from": "dissatisfied",
        "to": "neutral", "per_customer": {"value": value, "se": 0.5}, "n_active": 582, "n_from_band": 200,
        "n_moved": 200, "prob_from_band": 0.35, "groups": [], "curves": [],
    }  # fmt: skip
    return replace(results, truth=truth)


def with_value(results: StudyResults, **changes: Any) -> StudyResults:
    """Return results whose headline is another."""
    return replace(results, value=replace(results.value, **changes))


def with_cost(results: StudyResults, *, roi: Interval) -> StudyResults:
    """Return results of a programme that costs 100 and never pays back."""
    never = Payback(None, None, None, 0.0)
    appraisal = replace(results.value.appraisal, roi=roi, payback=never, payback_discounted=never)
    return with_value(results, programme_cost=100.0, appraisal=appraisal)


def with_bands(results: StudyResults, **columns: Sequence[float]) -> StudyResults:
    """Return results with other counts by band."""
    return replace(results, episodes=replace(results.episodes, bands=results.episodes.bands.assign(**columns)))


def with_finding(results: StudyResults, rule: str, n_rows: int, what: str, **fields: Any) -> StudyResults:
    """Return results of tables in which one more rule found something."""
    finding = Finding(
        rule, rule.rpartition(".")[0], fields.pop("level", "excluded"), n_rows, what, "left out", **fields
    )
    return replace(results, check=replace(results.check, findings=(*results.check.findings, finding)))


def with_segments(results: StudyResults, heads: dict[str, tuple[float, int] | None]) -> StudyResults:
    """Return results with one segment column; by group, active customers and answers in the from-band, or None."""
    values = tuple(("segment", group, segment_value(results.value, counts)) for group, counts in heads.items())
    return replace(results, segments=SegmentValues(values))


def segment_value(value: Projection, counts: tuple[float, int] | None) -> Projection | NotEstimable:
    """Return the value of a segment with these head counts; None for one that cannot be estimated."""
    if counts is None:
        return NotEstimable("3 episodes in band neutral observed 6 months on; at least 50 are needed")
    heads = replace(value.heads, active_customers=counts[0], answered_in_band=counts[1])
    return replace(value, heads=heads)


def known_interval(estimate: float, half: float = 1.0) -> Interval:
    """Return an interval of known ends."""
    return Interval(estimate, half / 2, estimate - half, estimate + half)


def all_ids() -> frozenset[str]:
    """Return the ids of the small base's customers."""
    return frozenset(customer_id(number) for number in range(N_CUSTOMERS))


def first_row(table: pd.DataFrame, **equal: object) -> dict[str, Any]:
    """Return the first row whose columns equal these values."""
    chosen = table
    for name, value in equal.items():
        chosen = chosen[chosen[name] == value]
    row: dict[str, Any] = chosen.iloc[0].to_dict()
    return row
