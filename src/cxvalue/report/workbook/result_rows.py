"""The results of the workbook: each a live formula beside the figure of the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.estimate import Interval
from cxvalue.report.wording import metric_name
from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.cash_lines import flow_kind
from cxvalue.report.workbook.input_rows import cell_name
from cxvalue.report.workbook.styles import Kind
from cxvalue.value.appraise import Payback, irr_annual

NO_COST: Final = "no programme cost"
NOT_WITHIN: Final = "not within the months valued"
NO_RATE: Final = "none"
NEVER: Final = "never"
NOBODY: Final = "nobody moved"


@dataclass(frozen=True, slots=True, eq=False)
class ResultRow:
    """A result.

    Parameters
    ----------
    name : str
        Name of its cell, without ``result_``.
    label, unit, note : str
        For readers; the note says how it is computed.
    formula : str
        With ``{key}`` for rows of the sheet ``Workings``, as :class:`~cxvalue.report.workbook.lines.Line` has them;
        empty for a figure that is not live.
    value : float or str
        The figure of the run; a text says why there is none.
    low, high : float, str or None
        Its interval in the run.
    kind : str
        How it is written.
    """

    name: str
    label: str
    unit: str
    note: str
    formula: str
    value: float | str
    low: float | str | None
    high: float | str | None
    kind: Kind


def result_rows(model: BookModel) -> dict[str, tuple[ResultRow, ...]]:
    """Return the results by section.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    dict of str to tuple of ResultRow
        Customers, per moved customer, whole shift, against its cost.
    """
    return {
        "Customers": tuple(head_rows(model)),
        "Per moved customer, discounted": tuple(each_rows(model)),
        "Whole shift": tuple(shift_rows(model)),
        "Against the programme's cost": tuple(cost_rows(model)),
    }


def row_of(
    name: str, texts: tuple[str, str, str], formula: str, found: Interval | float | None, kind: Kind, *, none: str = ""
) -> ResultRow:
    """Return a result with its interval.

    Parameters
    ----------
    name : str
        Name of its cell, without ``result_``.
    texts : tuple of str
        Label, unit and note.
    formula : str
        The formula.
    found : Interval, float or None
        The figure of the run.
    kind : str
        How it is written.
    none : str
        What stands where there is no figure.

    Returns
    -------
    ResultRow
        The row.
    """
    if isinstance(found, Interval):
        low, high = (end if np.isfinite(end) else NEVER for end in (found.ci_low, found.ci_high))
        value = found.estimate if np.isfinite(found.estimate) else none
        return ResultRow(name, *texts, formula, value, low, high, kind)
    return ResultRow(name, *texts, formula, none if found is None else found, None, None, kind)


def head_rows(model: BookModel) -> Iterable[ResultRow]:
    """Yield the customers.

    Parameters
    ----------
    model : BookModel
        The model.

    Yields
    ------
    ResultRow
        Now in the band, moved, share of all.
    """
    heads, band = model.value.heads, model.value.shift.from_band
    yield row_of(
        "customers_from_band", (f"Customers now {band}", "customers", "Customers × share of them in the band."),
        "=customers_from_band", heads.customers_from_band, "count",
    )  # fmt: skip
    yield row_of(
        "customers_moved", ("Customers moved", "customers", "Share that moves × customers in the band."),
        "=customers_moved", heads.customers_moved, "count",
    )  # fmt: skip
    yield row_of(
        "share_of_base", ("Share of all customers", "share", "Customers moved / customers."),
        "=share*prob_from_band", heads.share_of_base, "share",
    )  # fmt: skip


def each_rows(model: BookModel) -> Iterable[ResultRow]:
    """Yield the value per moved customer and its levers.

    Parameters
    ----------
    model : BookModel
        The model.

    Yields
    ------
    ResultRow
        The value, then its levers.
    """
    value = model.value
    unit = f"{value.currency} {value.unit}"
    yield row_of(
        "value_per_customer", ("Value", unit, "Σ value × discount factor, from the month of the move."),
        "=SUMPRODUCT({value:all},{discount:all})", value.per_customer, "cents",
    )  # fmt: skip
    names = lever_cells(model)
    for m, (lever, part) in enumerate(value.levers):
        texts = (f"of it: {metric_name(lever)}", unit, "Σ lever × discount factor.")
        yield row_of(names[m], texts, f"=SUMPRODUCT({{money_{m}:all}},{{discount:all}})", part, "cents")


def lever_cells(model: BookModel) -> tuple[str, ...]:
    """Return the names of the cells of the levers, without ``result_``.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of str
        All differ.
    """
    return tuple(f"lever_{m}_{cell_name(lever)}" for m, lever in enumerate(model.levers))


def shift_rows(model: BookModel) -> Iterable[ResultRow]:
    """Yield the value of the whole shift.

    Parameters
    ----------
    model : BookModel
        The model.

    Yields
    ------
    ResultRow
        Gross, optimism, cost, net present value, and of it what is cash.
    """
    value, money, kind = model.value, model.value.currency, flow_kind(model)
    yield row_of(
        "gross", ("Gross value, discounted", money, "Σ gross value × discount factor."),
        "=SUMPRODUCT({gross:from0},{discount:from0})", value.gross, kind,
    )  # fmt: skip
    yield row_of(
        "gross_undiscounted", ("Gross value, not discounted", money, "Σ gross value."), "=SUM({gross:from0})",
        value.gross_undiscounted, kind,
    )  # fmt: skip
    yield row_of(
        "optimism_adjustment", ("Adjustment for optimism, discounted", money, "Taken off the gross value."),
        "=-SUMPRODUCT({optimism:from0},{discount:from0})", value.optimism_adjustment, kind,
    )  # fmt: skip
    yield row_of(
        "programme_cost", ("Programme cost, discounted", money, "Σ programme cost × discount factor."),
        "=-SUMPRODUCT({cost:from0},{discount:from0})", value.programme_cost, kind,
    )  # fmt: skip
    yield row_of(
        "npv", ("Net present value", money, "Σ net cash flow × discount factor."),
        "=SUMPRODUCT({net:from0},{discount:from0})", value.npv, kind,
    )  # fmt: skip
    yield row_of(
        "npv_cash", ("of it: cash", money, "Σ net that becomes cash × discount factor."),
        "=SUMPRODUCT({net_cash:from0},{discount:from0})", value.appraisal.npv_cash, kind,
    )  # fmt: skip
    yield row_of(
        "prob_npv_positive",
        ("Probability that it is above 0", "share of the draws", "Of the run, not live: estimation alone varies."), "",
        value.appraisal.prob_npv_positive, "share",
    )  # fmt: skip
    yield row_of(
        "extrapolated", (
            "Gross value beyond the follow-up", money, "Σ value that stands on curves carried on × discount factor.",
        ),
        "=SUMPRODUCT({tail_flow:all},{discount:all})", value.extrapolated, kind,
    )  # fmt: skip
    yield row_of(
        "extrapolated_share", ("its share", "share of the gross value", "The line above / gross value, discounted."),
        "=IF(result_gross=0,0,result_extrapolated/result_gross)", value.extrapolated_share, "share",
    )  # fmt: skip


def cost_rows(model: BookModel) -> Iterable[ResultRow]:
    """Yield what holds the value against what the programme costs.

    Parameters
    ----------
    model : BookModel
        The model.

    Yields
    ------
    ResultRow
        Break-even, return, payback.
    """
    value, found, money = model.value, model.value.appraisal, model.value.currency
    kind = flow_kind(model)
    yield row_of(
        "break_even_cost", ("Break-even cost", money, "Net present value + discounted cost: the most it may cost."),
        "=result_npv+result_programme_cost", found.break_even_cost, kind,
    )  # fmt: skip
    yield row_of(
        "most_per_moved", (
            "The most per moved customer", f"{money} per moved customer", "Break-even cost / customers moved.",
        ),
        f'=IF(customers_moved>0,result_break_even_cost/customers_moved,"{NOBODY}")', found.most_per_moved, "cents",
        none=NOBODY,
    )  # fmt: skip
    yield row_of(
        "roi", ("Return on investment", "share of the cost", "Net present value / discounted cost."),
        against_cost("result_npv/result_programme_cost"), found.roi, "share", none=NO_COST,
    )  # fmt: skip
    yield row_of(
        "benefit_cost_ratio", ("Benefit–cost ratio", "ratio", "Break-even cost / discounted cost."),
        against_cost("result_break_even_cost/result_programme_cost"), found.benefit_cost_ratio, "ratio", none=NO_COST,
    )  # fmt: skip
    yield row_of(
        "irr_annual", (
            "Internal rate of return", "share per year",
            "(1 + IRR of the monthly net cash flow)^months a year − 1, money at the months' ends; where there is one "
            "rate. Its interval is left out where more than 1 % of the draws have none.",
        ),
        against_cost(
            f'IF(has_one_rate=1,IFERROR((1+IRR({{net:from0}},irr_start_monthly))^months_a_year-1,"{NO_RATE}"),'
            f'"{NO_RATE}")'
        ),
        known_rate(model), "share", none=NO_RATE if value.programme_cost > 0 else NO_COST,
    )  # fmt: skip
    for name, what, key in (
        ("payback", "Payback", "net"),
        ("payback_discounted", "Payback, discounted", "net_discounted"),
    ):
        last = f"MAX({{below_{key}:from0}})"
        months = f'IF({last}>value_horizon_months,"{NOT_WITHIN}",{last})'
        note = "First month from which on the cumulative sum stays at or above 0."
        payback: Payback | None = getattr(found, name)
        yield payback_row(name, (what, "month", note), against_cost(months), payback)
    yield row_of(
        "break_even_share", (
            "Break-even share", f"share of the {value.shift.from_band}",
            "Share that moves × discounted cost / break-even cost: where the net present value is 0.",
        ),
        against_cost(f'IF(result_break_even_cost>0,share*result_programme_cost/result_break_even_cost,"{NEVER}")'),
        found.break_even_share, "share", none=NEVER if value.programme_cost > 0 else NO_COST,
    )  # fmt: skip


def known_rate(model: BookModel) -> Interval | float | None:
    """Return the internal rate of return a year, without its interval where the run has none.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    Interval, float or None
        None where there is not one rate, or no cost.
    """
    found = model.value.appraisal.irr_annual
    if found is not None or model.value.programme_cost <= 0:
        return found
    rate = irr_annual(model.flow.net)
    return rate if np.isfinite(rate) else None


def against_cost(figure: str) -> str:
    """Return the formula of a figure that needs a programme cost.

    Parameters
    ----------
    figure : str
        The figure, without an equals sign.

    Returns
    -------
    str
        The formula; it says so where there is no cost.
    """
    return f'=IF(result_programme_cost>0,{figure},"{NO_COST}")'


def payback_row(name: str, texts: tuple[str, str, str], formula: str, found: Payback | None) -> ResultRow:
    """Return a payback with its percentiles.

    Parameters
    ----------
    name : str
        Name of its cell, without ``result_``.
    texts : tuple of str
        Label, unit and note.
    formula : str
        The formula.
    found : Payback or None
        Of the run; None without a cost.

    Returns
    -------
    ResultRow
        The row.
    """
    if found is None:
        return ResultRow(name, *texts, formula, NO_COST, None, None, "whole")
    month, low, high = (NOT_WITHIN if at is None else float(at) for at in (found.month, found.ci_low, found.ci_high))
    return ResultRow(name, *texts, formula, month, low, high, "whole")


def by_name(rows: Mapping[str, tuple[ResultRow, ...]]) -> dict[str, ResultRow]:
    """Return the results by name.

    Parameters
    ----------
    rows : mapping of str to tuple of ResultRow
        By section.

    Returns
    -------
    dict of str to ResultRow
        By name.
    """
    return {row.name: row for section in rows.values() for row in section}
