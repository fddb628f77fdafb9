"""The tables on what finance asks beside the headline: appraisal, moves, points, sustained, outlook, sensitivity."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.reconciliation_table import RECONCILIATION_COLUMNS, reconciliation_rows
from cxvalue.report.study_results import StudyResults
from cxvalue.value import Projection
from cxvalue.value.ahead.outlook import Outlook
from cxvalue.value.appraise import Appraisal, Payback
from cxvalue.value.chain.sustained_value import SustainedValue
from cxvalue.value.vary.two_way import TwoWay

FIGURE_COLUMNS = ("figure", "unit", "estimate", "se", "ci_low", "ci_high")


def valuation_tables(results: StudyResults) -> dict[str, pd.DataFrame]:
    """Return the tables on what finance asks beside the headline.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``appraisal``; where the valuation was asked for also ``moves``, ``points``, ``sustained``, ``outlook``, those
        of :func:`background_tables`, ``sensitivity``, ``two_way``, ``cases``, ``probabilistic`` and ``reconciliation``.
    """
    tables = {"appraisal": appraisal_table(results.value)}
    found = results.valuation
    if found is None:
        return tables
    sustained, sensitivity = found.sustained, found.sensitivity
    cases = sensitivity.cases.to_frame()
    cases.insert(1, "unit", results.currency)
    return tables | {
        "moves": without_small(found.moves.to_frame(), results),
        "points": without_small(found.points.to_frame(), results),
        "sustained": pd.DataFrame(columns=list(FIGURE_COLUMNS))
        if isinstance(sustained, NotEstimable)
        else sustained.to_frame(),
        "outlook": pd.DataFrame(columns=list(FIGURE_COLUMNS))
        if isinstance(found.outlook, NotEstimable)
        else without_small(found.outlook.to_frame(), results),
        **background_tables(results),
        "sensitivity": sensitivity.to_frame(),
        "two_way": two_way_table(sensitivity.two_way, results.currency),
        "cases": cases,
        "probabilistic": sensitivity.probabilistic.to_frame(),
        "reconciliation": pd.DataFrame(
            reconciliation_rows(found.reconciliation, currency=results.currency, minimum=results.disclosure_min),
            columns=list(RECONCILIATION_COLUMNS),
        ),
    }


def background_tables(results: StudyResults) -> dict[str, pd.DataFrame]:
    """Return the tables behind a sustained move and the outlook.

    Parameters
    ----------
    results : StudyResults
        The results; the valuation was asked for.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``sustained_chain``: moves between true bands, hazards and steady state; ``sustained_sweep``: the sustained
        value if answering again depends on satisfaction; ``sustained_for_ever``: the chain's value in closed form;
        ``cohort_changes``: the yearly change of each band's own outcomes. Empty where they are not estimable.
    """
    found, unasked = results.valuation, NotEstimable("not asked for")
    sustained: SustainedValue | NotEstimable = unasked if found is None else found.sustained
    ahead: Outlook | NotEstimable = unasked if found is None else found.outlook
    chain, sweep, ever = pd.DataFrame({"true_band": []}), pd.DataFrame({"odds_per_band": []}), []
    if not isinstance(sustained, NotEstimable):
        chain, sweep = sustained.chain_frame(), sustained.sweep
        if not isinstance(sustained.lifetime, NotEstimable):
            unit = f"{results.currency} {results.value.unit}"
            ever = [(name, unit, each) for name, each in zip(("once", "sustained"), sustained.lifetime, strict=True)]
    return {
        "sustained_chain": chain,
        "sustained_sweep": sweep,
        "sustained_for_ever": pd.DataFrame(ever, columns=["figure", "unit", "estimate"]),
        "cohort_changes": pd.DataFrame(columns=["by", "band", "metric", "unit", "estimate"])
        if isinstance(ahead, NotEstimable)
        else without_small(ahead.cohorts.changes(), results),
    }


def two_way_table(found: TwoWay | NotEstimable, currency: str) -> pd.DataFrame:
    """Return the net present value over a grid of two assumptions, a row a cell.

    Parameters
    ----------
    found : TwoWay or NotEstimable
        The grid.
    currency : str
        Of money.

    Returns
    -------
    pandas.DataFrame
        Columns down, down_value, across, across_value, unit, npv.
    """
    columns = ["down", "down_value", "across", "across_value", "unit", "npv"]
    if isinstance(found, NotEstimable):
        return pd.DataFrame(columns=columns)
    grid = found.to_frame()
    rows = [
        (grid.index.name, down, grid.columns.name, across, currency, grid.loc[down, across])
        for down in grid.index
        for across in grid.columns
    ]
    return pd.DataFrame(rows, columns=columns)


def without_small(table: pd.DataFrame, results: StudyResults) -> pd.DataFrame:
    """Return a table whose reasons name no small counts.

    Parameters
    ----------
    table : pandas.DataFrame
        With a column reason.
    results : StudyResults
        Knows the smallest count.

    Returns
    -------
    pandas.DataFrame
        A copy.
    """
    return table.assign(reason=[hide_in_text(str(text), results.disclosure_min) for text in table["reason"]])


def appraisal_table(value: Projection) -> pd.DataFrame:
    """Return what the cash flow comes to.

    Parameters
    ----------
    value : Projection
        The value.

    Returns
    -------
    pandas.DataFrame
        Columns figure, unit, estimate, se, ci_low, ci_high; what needs a programme cost is missing without one, a
        payback that does not come within the months valued has no month.
    """
    money, rows = value.currency, []
    units = {
        "npv": money, "npv_cash": money, "prob_npv_positive": "share of the draws", "break_even_cost": money,
        "most_per_moved": f"{money} per moved customer", "irr_annual": "share a year", "payback": "month",
        "payback_discounted": "month", "roi": "ratio", "benefit_cost_ratio": "ratio",
        "break_even_share": f"share of the {value.shift.from_band}",
    }  # fmt: skip
    rows.append(figure_row("gross", money, value.gross))
    rows.append(figure_row("optimism_adjustment", money, value.optimism_adjustment))
    rows.append({"figure": "programme_cost", "unit": money, "estimate": value.programme_cost})
    for field in fields(Appraisal):
        found = getattr(value.appraisal, field.name)
        if found is not None:
            rows.append(figure_row(field.name, units[field.name], found))
    return pd.DataFrame(rows, columns=list(FIGURE_COLUMNS))


def figure_row(name: str, unit: str, found: Interval | Payback | float) -> dict[str, Any]:
    """Return one figure as a row.

    Parameters
    ----------
    name, unit : str
        What it is.
    found : Interval, Payback or float
        The figure.

    Returns
    -------
    dict
        Columns of ``FIGURE_COLUMNS``.
    """
    row: dict[str, Any] = {"figure": name, "unit": unit}
    if isinstance(found, Interval):
        return row | {each: getattr(found, each) for each in FIGURE_COLUMNS[2:]}
    if isinstance(found, Payback):
        return row | {"estimate": found.month, "ci_low": found.ci_low, "ci_high": found.ci_high}
    return row | {"estimate": found}
