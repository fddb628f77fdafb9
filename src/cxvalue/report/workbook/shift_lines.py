"""The lines of the sheet ``Workings`` from one moved customer to the whole shift, phased over the ramp-up."""

from __future__ import annotations

from typing import Final

import numpy as np

from cxvalue.report.wording import metric_name
from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.cash_lines import flow_kind
from cxvalue.report.workbook.curve_sheet import curve_key
from cxvalue.report.workbook.input_rows import split_name, unit_names
from cxvalue.report.workbook.lines import Line
from cxvalue.report.workbook.margin_term import margin_term

OF_MONTH: Final = "INDEX(gross_margin_by_month,{month})"
"""The margin of the programme's month, where it goes by month."""


def shift_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the levers of the whole shift, after the ramp-up.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        By lever, and the part of them that the margin scales. Where the margin goes by month, what it multiplies is
        phased before it, so that each month of the programme has its own margin.
    """
    scaled_at = model.margin_at if model.margin_by_month is not None else None
    lines = [*amount_lines(model), Line("", "Whole shift, by month of the programme")]
    note = "Moved × its lever's mean over the last ramp-up months."
    for m, name in enumerate(model.levers):
        formula, told = phased(f"money_{m}"), note
        if scaled_at is not None and m in (0, scaled_at):
            told = "Moved × mean over the last ramp-up months; revenue × margin of this month."
            formula = both("fixed_share", "scaled_share", model) if m == 0 else phased("scaled_own", margin_term(model))
        lines.append(Line(
            f"flow_{m}", metric_name(name), model.value.currency, told, model.flow.levers[m], formula,
            flow_kind(model), sums=True,
        ))  # fmt: skip
    return (*lines, *tail_lines(model), *margin_lines(model))


def amount_lines(model: BookModel) -> tuple[Line, ...]:
    """Return what a margin by month multiplies, before it, and the rest of the share's lever.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Empty where the margin does not go by month.
    """
    metric, at = model.margin_metric, model.margin_at
    if model.margin_by_month is None or metric is None or at is None:
        return ()
    name, share = metric_name(metric.name), metric_name(model.metrics[0].name)
    unit, lever = f"{model.value.currency} per moved customer", metric_name(model.levers[0])
    before, after = curve_key("from", at), curve_key("to", at)
    low, high = curve_key("from", 0), curve_key("to", 0)
    split = split_name(unit_names(model.metrics)[metric.name])
    per_head = f"AVERAGE({{{before}}}/{{{low}}},{{{after}}}/{{{high}}})"
    through, own = model.amounts[:, at - 1]
    return (
        Line("", "Before the margin, by month after the move: phased first, for the margin is the calendar's"),
        Line(
            "scaled_share", f"{name}, through {lever}, before the margin", unit,
            f"Effect counts × difference in {share} × mean amount per head.", through,
            f"={{counts}}*{split}*IF({{gone}}=1,{{{after}}}-{{{before}}},({{{high}}}-{{{low}}})*{per_head})",
        ),
        Line(
            "scaled_own", f"{name}, its own, before the margin", unit, "Whole difference, less the line above.", own,
            f"={{counts}}*({{{after}}}-{{{before}}})-{{scaled_share}}",
        ),
        Line(
            "fixed_share", f"{lever}, without {name}", unit, f"Lever {lever}, less its part through {name}.",
            model.fixed_share, f"={{money_0}}-{{counts}}*{{through_{at}}}",
        ),
    )  # fmt: skip


def tail_lines(model: BookModel) -> tuple[Line, ...]:
    """Return what of the whole shift stands on curves beyond the follow-up.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Per moved customer, and of the whole shift.
    """
    beyond = np.arange(1, model.months + 1) > model.move.follow_up
    unit, currency, kind = f"{model.value.currency} per moved customer", model.value.currency, flow_kind(model)
    each = model.money.sum(axis=0)
    at, by_month = model.margin_at, model.margin_by_month
    if by_month is None or at is None:
        return (
            Line(
                "tail", "Value beyond the follow-up", unit, "Value × (1 − observed), by month after the move.",
                each * beyond, "={value}*(1-{observed})",
            ),
            Line(
                "tail_flow", "The same, whole shift", currency, "Moved × its mean over the last ramp-up months.",
                model.phased(each * beyond), phased("tail"), kind, sums=True,
            ),
        )  # fmt: skip
    amount = model.amounts[:, at - 1].sum(axis=0)
    fixed = each - amount * by_month
    name = metric_name(model.metrics[at].name)
    return (
        Line(
            "tail_scaled", f"{name} beyond the follow-up, before the margin", unit,
            "Both lines before the margin × (1 − observed), by month after the move.", amount * beyond,
            "=({scaled_share}+{scaled_own})*(1-{observed})",
        ),
        Line(
            "tail_fixed", f"Value beyond the follow-up, without {name}", unit,
            f"(Value − {name} × margin) × (1 − observed), by month after the move.", fixed * beyond,
            f"=({{value}}-{{unit_{at}}}*({{scaled_share}}+{{scaled_own}}))*(1-{{observed}})",
        ),
        Line(
            "tail_flow", "Both, whole shift", currency,
            f"Moved × mean over the last ramp-up months; {name} × margin of this month.",
            model.phased(fixed * beyond) + by_month * model.phased(amount * beyond),
            both("tail_fixed", "tail_scaled", model), kind, sums=True,
        ),
    )  # fmt: skip


def margin_lines(model: BookModel) -> tuple[Line, ...]:
    """Return what a margin of 1 would bring: used by the two-way table.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Empty without revenue.
    """
    metric, m = model.margin_metric, model.margin_at
    if metric is None or m is None:
        return ()
    after, before = curve_key("to", m), curve_key("from", m)
    name, by_month = metric_name(metric.name), model.margin_by_month is not None
    return (
        Line(
            "scaled", f"Difference in {name}", f"{model.value.currency} per moved customer", "Before the margin.",
            model.scaled, f"={{counts}}*({{{after}}}-{{{before}}})",
        ),
        Line(
            "scaled_flow", f"Difference in {name}, whole shift", model.value.currency,
            "For the two-way table of Sensitivity."
            + (" With the margin of the month, before the factor." if by_month else ""),
            model.scaled_flow, phased("scaled", OF_MONTH if by_month else ""), flow_kind(model),
        ),
    )  # fmt: skip


def phased(key: str, times: str = "") -> str:
    """Return the formula of a line of the whole shift.

    Parameters
    ----------
    key : str
        The line per moved customer.
    times : str
        What the sum is multiplied by; empty for nothing.

    Returns
    -------
    str
        Sum over the last months, one for each part of the ramp-up, counted back with INDEX.
    """
    product = f"{times}*{recent(key)}" if times else recent(key)
    return f"={{valued}}*customers_moved*{product}/ramp_up_months"


def both(fixed: str, scaled: str, model: BookModel) -> str:
    """Return the formula of a line of the whole shift of which the margin multiplies a part.

    Parameters
    ----------
    fixed, scaled : str
        The lines per moved customer: without the margin, and before it.
    model : BookModel
        The model.

    Returns
    -------
    str
        As :func:`phased`.
    """
    return f"={{valued}}*customers_moved*({recent(fixed)}+{margin_term(model)}*{recent(scaled)})/ramp_up_months"


def recent(key: str) -> str:
    """Return the sum of a line over the last months, one for each part of the ramp-up.

    Parameters
    ----------
    key : str
        The line.

    Returns
    -------
    str
        Part of a formula.
    """
    return f"SUM(INDEX({{{key}:all}},MAX({{month}}-ramp_up_months,0)+1):{{{key}}})"
