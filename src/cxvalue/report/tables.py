"""The tables of a report: every figure that leaves the library, small cells held back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Curves, Interval
from cxvalue.report.disclosure import NEARLY_ALL, SUPPRESSED, at_least, hide_in_text, is_small
from cxvalue.report.estimate_counts import shown_counts
from cxvalue.report.segment_cells import hide_strata
from cxvalue.report.segment_tables import SEGMENT_COLUMNS, TOTAL_COLUMNS, segment_rows, segment_total_rows
from cxvalue.report.study_results import StudyResults
from cxvalue.report.suppression import hide_line
from cxvalue.report.valuation_tables import valuation_tables
from cxvalue.tables import Finding
from cxvalue.value import Projection
from cxvalue.value.vary.assumptions import COLUMNS as REGISTER_COLUMNS
from cxvalue.vocabulary import PURCHASED, RETAINED, month_label, parse_month

FIGURES: Final = ("estimate", "se", "ci_low", "ci_high")
DIFFERENCES: Final = tuple(f"difference_{name}" for name in FIGURES)
SHARES: Final = (RETAINED, PURCHASED)
"""Metrics whose plain mean is a share of customers."""
MONEY_PANELS: Final = ("revenue", "cost_to_serve")
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "bands": ("band", "episodes", "share", "share_response_weighted", "customers", "answered", "status"),
    "curves": ("adjusted", "cohorts", "band", "metric", "unit", "month", *FIGURES),
    "outcomes": (
        "adjusted", "by", "group", "band", "metric", "unit", "horizon_months", *FIGURES, "status", "reason",
    ),
    "links": (
        "metric", "by", "group", "gap", "se", "ci_low", "ci_high", "gap_total", "unit", "share_of_value", "status",
        "reason",
    ),
    "levers": ("lever", "unit", *FIGURES),
    "segments": SEGMENT_COLUMNS,
    "segment_totals": TOTAL_COLUMNS,
    "estimates": (
        "method", "what", "role", "span", "n_episodes", "n_customers", "unit", *FIGURES, *DIFFERENCES, "status",
        "reason", "notes",
    ),
    "exclusions": ("table", "rule", "level", "reason", "n", "note", "amount", "amount_unit", "action"),
    "assumptions": REGISTER_COLUMNS,
}  # fmt: skip
"""Columns of the tables; those of ``cash_flow`` depend on the levers."""
TEXTS: Final = frozenset({
    "across", "action", "amount_unit", "assumption", "band", "by", "calendar_month", "case", "cause", "cohort",
    "cohorts", "date", "distribution", "down", "figure", "from", "from_band", "group", "level", "lever", "line",
    "method", "metric", "mix", "move", "name", "note", "notes", "owner", "range", "reason", "role", "rule", "source",
    "span", "status", "table", "to", "to_band", "true_band", "unit", "what",
})  # fmt: skip
WHOLE: Final = frozenset({
    "answered", "episodes", "horizon_months", "month", "n", "n_customers", "n_episodes", "payback_months",
    "years_ahead",
})  # fmt: skip
TRUTHS: Final = frozenset({"adjusted", "extrapolated", "prevents", "within_tolerance"})


def report_tables(results: StudyResults) -> dict[str, pd.DataFrame]:
    """Return the tables of a report.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``bands``, ``curves``, ``outcomes``, ``links``, ``levers``, ``cash_flow``, ``segments``,
        ``segment_totals``, ``estimates``, ``exclusions``, ``assumptions``, and those of
        :func:`~cxvalue.report.valuation_tables.valuation_tables`. Units stand in a column ``unit``; cells
        that would stand for fewer than ``disclosure_min`` customers are missing, and a column ``status`` or ``note``
        says so.
    """
    tables = {
        "bands": bands_table(results),
        "curves": curves_table(results),
        "outcomes": outcomes_table(results),
        "links": links_table(results),
        "levers": levers_table(results.value),
        "cash_flow": cash_flow_table(results),
        "segments": framed("segments", segment_rows(results)),
        "segment_totals": framed("segment_totals", segment_total_rows(results)),
        "estimates": estimates_table(results),
        "exclusions": exclusions_table(results),
        "assumptions": results.register.to_frame(),
        **valuation_tables(results),
    }
    if "moves" in tables:
        tables["moves"] = without_small_bands(tables["moves"], tables["bands"])
    return {name: typed(table) for name, table in tables.items()}


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns have their type also where they are empty.

    Parameters
    ----------
    table : pandas.DataFrame
        The table.

    Returns
    -------
    pandas.DataFrame
        Text, whole numbers and truth values with a missing value of their own; all else float.
    """
    kinds = {"string": TEXTS, "Int64": WHOLE, "boolean": TRUTHS}
    types = {name: next((kind for kind, names in kinds.items() if name in names), "float64") for name in table.columns}
    return table.astype(types)


def framed(name: str, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as one of the tables, with all of its columns and no other.

    Parameters
    ----------
    name : str
        The table.
    rows : iterable of dict
        Its rows.

    Returns
    -------
    pandas.DataFrame
        The table.
    """
    return pd.DataFrame(list(rows), columns=list(COLUMNS[name]))


def bands_table(results: StudyResults) -> pd.DataFrame:
    """Return the bands: who answered, and how many customers are now in each.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    pandas.DataFrame
        A row a band; ``customers`` is estimated, ``answered`` counted. Where one band's ``answered`` is held back, so
        are all: with one of them and its share, all that answered would be known, and with that the small one.
    """
    table = results.episodes.to_frame()
    by_episodes, by_answered = (
        np.array(hide_line(table[name].tolist(), results.disclosure_min)) for name in ("episodes", "answered")
    )
    hidden = by_episodes | by_answered
    table["status"] = np.where(hidden, SUPPRESSED, "ok")
    table["episodes"] = table["episodes"].astype("Int64").mask(hidden)
    table["answered"] = table["answered"].astype("Int64").mask(hidden | by_answered.any())
    for name in ("share", "share_response_weighted", "customers"):
        table[name] = table[name].astype(float).mask(hidden)
    return table[list(COLUMNS["bands"])]


def without_small_bands(moves: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Return the table of moves without the head counts of bands that are held back.

    Parameters
    ----------
    moves, bands : pandas.DataFrame
        Tables of those names.

    Returns
    -------
    pandas.DataFrame
        A copy; head counts, and the amounts from which they would follow, are missing, and the reason says so.
    """
    small = moves["from_band"].isin(bands.loc[bands["status"] == SUPPRESSED, "band"])
    counts = [name for name in moves if str(name).startswith(("customers_in_band", "per_percent"))]
    told = moves["reason"].mask(small & (moves["status"] == "ok"), "head counts held back")
    moves = moves.assign(reason=told)
    moves.loc[small, counts] = np.nan
    return moves


def curves_table(results: StudyResults) -> pd.DataFrame:
    """Return all curves in one table.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    pandas.DataFrame
        A row a band, metric, month and kind of curve.
    """
    curves = (results.curves, results.curves_unadjusted, results.curves_complete)
    frames = [curve_frame(each, results.disclosure_min) for each in curves if isinstance(each, Curves)]
    return pd.concat(frames, ignore_index=True) if frames else framed("curves", ())


def curve_frame(curves: Curves, minimum: int) -> pd.DataFrame:
    """Return curves as a table.

    Parameters
    ----------
    curves : Curves
        The curves.
    minimum : int
        Smallest number of episodes that a point may stand for.

    Returns
    -------
    pandas.DataFrame
        The figures. The number of episodes is left out: its steps are the sizes of single months of answers. The plain
        share of those still there, times their number, counts who has left: it is missing while these are few, or few
        are left.
    """
    table = curves.to_frame()
    is_plain_share = ~table["adjusted"].astype(bool) & table["metric"].isin(SHARES)
    stayed = (table["estimate"] * table["episodes"]).where(is_plain_share, 0.0).round()
    gone = (table["episodes"] - stayed).where(is_plain_share, 0.0)
    few = ((stayed > 0) & (stayed < minimum)) | ((gone > 0) & (gone < minimum))
    table.loc[few | (table["episodes"] < minimum), list(FIGURES)] = np.nan
    return table[list(COLUMNS["curves"])]


def outcomes_table(results: StudyResults) -> pd.DataFrame:
    """Return the totals over 12 and 24 months, of everybody and by segment and cohort.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    pandas.DataFrame
        Empty when they were not asked for.
    """
    if results.outcomes is None:
        return framed("outcomes", ())
    table = pd.concat([outcomes.to_frame() for outcomes in results.outcomes], ignore_index=True)
    return hide_strata(table, results, FIGURES)[list(COLUMNS["outcomes"])]


def links_table(results: StudyResults) -> pd.DataFrame:
    """Return the metrics ranked by the gap between the two bands.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    pandas.DataFrame
        Empty when they were not asked for; ``gap`` is in standard deviations, ``gap_total`` in ``unit``.
    """
    if results.links is None:
        return framed("links", ())
    table = pd.concat([links.to_frame() for links in results.links], ignore_index=True)
    table = table.reindex(columns=list(COLUMNS["links"]))
    return hide_strata(table, results, ("gap", "se", "ci_low", "ci_high", "gap_total", "share_of_value"))


def levers_table(value: Projection) -> pd.DataFrame:
    """Return the parts of the value per moved customer.

    Parameters
    ----------
    value : Projection
        The value.

    Returns
    -------
    pandas.DataFrame
        A row a lever.
    """
    unit = f"{value.currency} {value.unit}"
    return framed("levers", ({"lever": name, "unit": unit, **figures(part)} for name, part in value.levers))


def figures(found: Interval) -> dict[str, float]:
    """Return an interval as columns.

    Parameters
    ----------
    found : Interval
        The interval.

    Returns
    -------
    dict of str to float
        Keys estimate, se, ci_low, ci_high.
    """
    return {name: getattr(found, name) for name in FIGURES}


def cash_flow_table(results: StudyResults) -> pd.DataFrame:
    """Return the cash flow of the whole shift, month by month.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    pandas.DataFrame
        Columns month, calendar_month, unit, and those of the projection's cash flow.
    """
    table = results.value.cash_flow.copy()
    start = parse_month(results.episodes.as_of)
    table.insert(1, "calendar_month", [month_label(start + int(month)) for month in table["month"]])
    table.insert(2, "unit", results.currency)
    return table


def estimates_table(results: StudyResults) -> pd.DataFrame:
    """Return the value per moved customer under each estimator.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    pandas.DataFrame
        A row an estimator.
    """
    minimum, rows = results.disclosure_min, []
    counts = shown_counts(results)
    for each, (n_episodes, n_customers) in zip(results.estimates.rows, counts, strict=True):
        row: dict[str, Any] = {
            "method": each.method, "what": each.what, "role": each.role, "span": each.span,
            "n_episodes": n_episodes, "n_customers": n_customers,
            "unit": f"{results.currency} {results.value.unit}", "notes": hide_in_text("; ".join(each.notes), minimum),
        }  # fmt: skip
        if each.difference is not None:
            row |= {f"difference_{name}": value for name, value in figures(each.difference).items()}
        if isinstance(each.per_customer, NotEstimable):
            rows.append(row | {"status": "not_estimable", "reason": hide_in_text(each.per_customer.reason, minimum)})
        else:
            rows.append(row | figures(each.per_customer) | {"status": "ok", "reason": ""})
    return framed("estimates", rows)


def exclusions_table(results: StudyResults) -> pd.DataFrame:
    """Return what was left out and what was repaired.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    pandas.DataFrame
        A row a rule that found something; ``n`` rows or answers.
    """
    rows = [
        finding_row(finding, results) for finding in results.check.findings
        if finding.level in ("excluded", "repaired") and finding.n_rows
    ]  # fmt: skip
    return framed("exclusions", rows)


def finding_row(finding: Finding, results: StudyResults) -> dict[str, Any]:
    """Return what a rule found as a row, without small counts.

    Parameters
    ----------
    finding : Finding
        The rule and its outcome.
    results : StudyResults
        Currency and smallest count.

    Returns
    -------
    dict
        Columns of the table ``exclusions``.
    """
    minimum = results.disclosure_min
    what = hide_in_text(finding.what, minimum)
    is_few = finding.is_of_customers and is_small(finding.n_rows, minimum)
    hide = is_few or NEARLY_ALL in what
    amount = None if hide else finding.amount
    is_money = finding.table.rpartition(".")[2] in MONEY_PANELS
    return {
        "table": finding.table, "rule": finding.rule, "level": finding.level,
        "reason": what, "n": None if hide else finding.n_rows,
        "note": (at_least(minimum) if is_few else NEARLY_ALL) if hide else "",
        "amount": amount,
        "amount_unit": "" if amount is None else (results.currency if is_money else "as in the table"),
        "action": finding.action,
    }  # fmt: skip
