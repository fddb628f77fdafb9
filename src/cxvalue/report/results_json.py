"""``results.json``: what a study found, for other programs. A key once published keeps its meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Balance, Interval
from cxvalue.estimate.diagnose.e_value import EValue
from cxvalue.estimate.diagnose.robustness import Robustness
from cxvalue.estimate.noise import Reliability
from cxvalue.report.disclosure import SUPPRESSED, hide_in_text, is_small
from cxvalue.report.held_back import held_back_sentence
from cxvalue.report.plain_values import Json, plain, records
from cxvalue.report.segment_cells import SegmentCell, judge_segments
from cxvalue.report.segment_tables import TOTAL_COLUMNS
from cxvalue.report.shown_balance import shown_balance
from cxvalue.report.study_results import StudyResults
from cxvalue.report.tables import DIFFERENCES, FIGURES, report_tables
from cxvalue.report.truth import known_truth
from cxvalue.report.valuation_json import valuation_dict
from cxvalue.value import HeadCount, Projection
from cxvalue.value.appraise import Appraisal
from cxvalue.value.beside.judge import RULE

SCHEMA_VERSION: Final = 1
SCHEMA_PATH: Final = Path(__file__).parent / "results.schema.json"
"""JSON Schema of ``results.json``."""

COUNT_KEYS: Final = ("active_customers", "share_of_base", "customers_moved", "answered_in_band", "answered_moved")
TOTAL_KEYS: Final = (
    "gross", "gross_undiscounted", "programme_cost", "npv", "roi", "payback_months", "optimism_adjustment", "npv_cash",
    "extrapolated", "prob_npv_positive", "irr_annual", "payback", "payback_discounted", "benefit_cost_ratio",
    "break_even_share", "break_even_cost", "most_per_moved", "cash_flow",
)  # fmt: skip
VALUE_KEYS: Final = (
    "from", "to", "share", "unit", "confidence", "months", "per_customer", "levers", "extrapolated_share", *COUNT_KEYS,
    *TOTAL_KEYS,
)  # fmt: skip
BANDS_KEYS: Final = ("band", "episodes", "share", "share_response_weighted", "customers")
CURVES_KEYS: Final = ("adjusted", "band", "metric", "month", *FIGURES)
SHRUNKEN_KEYS: Final = ("shrunken", "shrinkage")
OUTCOMES_KEYS: Final = (
    "adjusted", "by", "group", "band", "metric", "horizon_months", *FIGURES, "status", "reason",
)  # fmt: skip
LINKS_KEYS: Final = ("metric", "by", "group", "gap", "ci_low", "ci_high", "share_of_value", "status", "reason")


def results_dict(results: StudyResults) -> Json:
    """Return the results as plain Python: what ``results.json`` holds.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    dict
        Valid under ``results.schema.json``; None where there is no number. Cells that would stand for fewer than
        ``disclosure_min`` customers are None.
    """
    tables = report_tables(results)
    curves = tables["curves"]
    complete = curves["cohorts"] == "complete"
    verdict = results.verdict
    return {
        "schema_version": SCHEMA_VERSION,
        "study": {
            "name": results.name, "currency": results.currency, "horizon_months": results.horizon_months,
            "as_of": results.episodes.as_of, "confidence": results.confidence, "seed": results.seed,
            "version": results.version,
        },
        "verdict": {
            "label": verdict.label,
            "reasons": [hide_in_text(reason, results.disclosure_min) for reason in verdict.reasons],
            "rule": RULE,
        },
        "data": data_dict(results, tables["exclusions"]),
        "bands": records(tables["bands"], BANDS_KEYS),
        "curves": records(curves[~complete], CURVES_KEYS),
        "curves_complete_cohorts": records(curves[complete], CURVES_KEYS) if complete.any() else None,
        "outcomes": records(tables["outcomes"], OUTCOMES_KEYS) if results.outcomes is not None else None,
        "links": records(tables["links"], LINKS_KEYS) if results.links is not None else None,
        "value": value_dict(results.value, results),
        "estimates": estimate_dicts(tables["estimates"]),
        "diagnosis": diagnosis_dict(results),
        "valuation": valuation_dict(results, tables),
        "segments": [
            segment_dict(cell, results) | drawn
            for cell, drawn in zip(judge_segments(results), records(tables["segments"], SHRUNKEN_KEYS), strict=True)
        ],
        "segment_totals": records(tables["segment_totals"], TOTAL_COLUMNS),
        "assumptions": records(tables["assumptions"], tables["assumptions"].columns),
        "truth": known_truth(results),
        "warnings": warning_list(results, tables),
        "changes": results.changes.to_dict() if results.changes is not None else None,
    }  # fmt: skip


def warning_list(results: StudyResults, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the key ``warnings``.

    Parameters
    ----------
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    list of str
        What is valid but doubtful, without small counts; last, what is held back.
    """
    found = [hide_in_text(text, results.disclosure_min) for text in results.warnings]
    held_back = held_back_sentence(tables, results.disclosure_min)
    return [*found, held_back] if held_back else found


def json_text(results: StudyResults) -> str:
    """Return the text of ``results.json``.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        JSON in ASCII.
    """
    return json.dumps(results_dict(results), indent=1, allow_nan=False) + "\n"


def data_dict(results: StudyResults, exclusions: pd.DataFrame) -> Json:
    """Return the key ``data``.

    Parameters
    ----------
    results : StudyResults
        The results.
    exclusions : pandas.DataFrame
        The table of that name.

    Returns
    -------
    dict
        Counts. ``answers`` is None where answers less episodes would give away a small count.
    """
    episodes, left_out = results.episodes, exclusions[exclusions["level"] == "excluded"]
    gives_away = is_small(episodes.n_answers - episodes.n_episodes, results.disclosure_min)
    return {
        "customers": results.n_customers,
        "answers": None if gives_away else episodes.n_answers,
        "episodes": episodes.n_episodes,
        "excluded": [
            {"reason": f"{row['table']}: {row['reason']}", "n": row["n"], "note": row["note"] or None}
            for row in records(left_out, ("table", "reason", "n", "note"))
        ],
        "months": list(results.months),
    }


def value_dict(value: Projection, results: StudyResults) -> Json:
    """Return a projection as the key ``value`` holds it.

    Parameters
    ----------
    value : Projection
        The value.
    results : StudyResults
        Smallest count.

    Returns
    -------
    dict
        Every key of ``VALUE_KEYS``.
    """
    found = {
        "from": value.shift.from_band, "to": value.shift.to_band, "share": value.shift.share, "unit": value.unit,
        "confidence": value.confidence, "months": value.months, "per_customer": interval_dict(value.per_customer),
        "gross": interval_dict(value.gross), "gross_undiscounted": interval_dict(value.gross_undiscounted),
        "programme_cost": plain(value.programme_cost), "payback_months": value.payback_months,
        "optimism_adjustment": interval_dict(value.optimism_adjustment),
        "extrapolated": interval_dict(value.extrapolated),
        "levers": [{"lever": name, **interval_dict(part)} for name, part in value.levers],
        "cash_flow": cash_flow_dicts(value), "extrapolated_share": plain(value.extrapolated_share),
    } | heads_dict(value.heads, results.disclosure_min) | appraisal_dict(value.appraisal)  # fmt: skip
    return {key: found[key] for key in VALUE_KEYS}


def interval_dict(found: Interval) -> Json:
    """Return an interval.

    Parameters
    ----------
    found : Interval
        The interval.

    Returns
    -------
    dict
        Keys estimate, se, ci_low, ci_high.
    """
    return {name: plain(getattr(found, name)) for name in FIGURES}


def appraisal_dict(appraisal: Appraisal) -> Json:
    """Return what a cash flow comes to.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.

    Returns
    -------
    dict
        By field; None for what needs a programme cost where there is none.
    """
    found: Json = {"prob_npv_positive": plain(appraisal.prob_npv_positive)}
    for field in fields(Appraisal):
        value = getattr(appraisal, field.name)
        if field.name not in found:
            found[field.name] = interval_dict(value) if isinstance(value, Interval) else value and asdict(value)
    return found


def heads_dict(heads: HeadCount, minimum: int) -> Json:
    """Return the head counts of a value.

    Parameters
    ----------
    heads : HeadCount
        The head counts.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    dict
        Every key of ``COUNT_KEYS``.
    """
    hide = is_small(heads.answered_in_band, minimum)
    return {
        "active_customers": plain(heads.active_customers), "share_of_base": plain(heads.share_of_base.estimate),
        "customers_moved": plain(heads.customers_moved.estimate),
        "answered_in_band": None if hide else plain(heads.answered_in_band),
        "answered_moved": None if hide else plain(heads.answered_moved),
    }  # fmt: skip


def cash_flow_dicts(value: Projection) -> list[Json]:
    """Return the cash flow month by month.

    Parameters
    ----------
    value : Projection
        The value.

    Returns
    -------
    list of dict
        Month 0 first; the levers in a dict of their own.
    """
    levers = [name for name, _ in value.levers]
    rest = [name for name in value.cash_flow.columns if name not in levers]
    return [
        {**row, "levers": parts}
        for row, parts in zip(records(value.cash_flow, rest), records(value.cash_flow, levers), strict=True)
    ]


def estimate_dicts(table: pd.DataFrame) -> list[Json]:
    """Return the key ``estimates``.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of that name.

    Returns
    -------
    list of dict
        One an estimator; its numbers of episodes and of customers are None where they are held back.
    """
    names = ("method", "role", "span", "n_customers", "n_episodes", "status", "reason", "notes", *FIGURES, *DIFFERENCES)
    rows = records(table, names)
    return [
        {
            "method": row["method"],
            "role": row["role"],
            "span": row["span"],
            "per_customer": {name: row[name] for name in FIGURES} if row["status"] == "ok" else None,
            "difference": {name: row[f"difference_{name}"] for name in FIGURES}
            if row["difference_estimate"] is not None
            else None,
            "n_customers": row["n_customers"],
            "n_episodes": row["n_episodes"],
            "status": row["status"],
            "reason": row["reason"],
            "notes": row["notes"],
        }
        for row in rows
    ]


def diagnosis_dict(results: StudyResults) -> Json | None:
    """Return the key ``diagnosis``.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    dict or None
        E-value, robustness value, balance and survey noise, each None where it cannot be estimated; None where the
        checks were left out.
    """
    found = results.diagnosis
    if found is None:
        return None
    leaving, value, noise = found.confounding.e_value, found.confounding.robustness, found.noise.reliability
    strongest = value.strongest if isinstance(value, Robustness) else None
    shown = shown_balance(results)
    balance = shown.to_frame() if isinstance(shown, Balance) else None
    return {
        "e_value": {
            "risk_ratio": leaving.risk_ratio, "ci_low": leaving.ci_low, "ci_high": leaving.ci_high,
            "point": leaving.point, "limit": leaving.limit,
        }
        if isinstance(leaving, EValue)
        else None,
        "robustness": {
            "value": value.value, "value_interval": value.value_interval,
            "estimate": value.estimate, "se": value.se, "n_episodes": value.n_episodes,
            "strongest_covariate": strongest.covariate if strongest is not None else None,
            "strongest_equivalent": strongest.equivalent if strongest is not None else None,
            "exceeds_benchmarks": value.exceeds_benchmarks,
        }
        if isinstance(value, Robustness)
        else None,
        "balance": records(balance, ("column", "band", "smd_raw", "smd_adjusted")) if balance is not None else None,
        "noise": {name: getattr(noise.noise, name) for name in FIGURES} if isinstance(noise, Reliability) else None,
    }  # fmt: skip


def segment_dict(cell: SegmentCell, results: StudyResults) -> Json:
    """Return a segment as the key ``segments`` holds it.

    Parameters
    ----------
    cell : SegmentCell
        The segment and what of it may be shown.
    results : StudyResults
        Smallest count.

    Returns
    -------
    dict
        Keys by, group, status, reason and every key of ``VALUE_KEYS``.
    """
    value = cell.value
    if isinstance(value, NotEstimable) or cell.status == SUPPRESSED:
        figures: Mapping[str, Any] = dict.fromkeys(VALUE_KEYS)
    else:
        figures = value_dict(value, results)
        if cell.hides_counts:
            figures = {**figures, **dict.fromkeys((*COUNT_KEYS, *TOTAL_KEYS))}
    reason = hide_in_text(cell.reason, results.disclosure_min)
    return {"by": cell.by, "group": cell.group, "status": cell.status, "reason": reason, **figures}
