"""The lines of the sheet ``Workings``: from the curves to the cash flow, all of it live."""

from __future__ import annotations

from typing import Final

import numpy as np

from cxvalue.report.wording import metric_name
from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.cash_lines import cash_lines, running_lines
from cxvalue.report.workbook.curve_sheet import FIRST_LINE, curve_key
from cxvalue.report.workbook.input_rows import split_name, unit_names
from cxvalue.report.workbook.lines import Line, TimeRows
from cxvalue.report.workbook.margin_term import margin_term
from cxvalue.report.workbook.rate_lines import rate_lines
from cxvalue.report.workbook.shift_lines import shift_lines

WORKINGS: Final = "Workings"


def working_rows(model: BookModel) -> TimeRows:
    """Return the lines of the sheet.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    TimeRows
        Time, customers, money per unit, per moved customer, whole shift, cash flow, payback.
    """
    lines = (
        *time_lines(model), *customer_lines(model), *unit_lines(model), *part_lines(model), *lever_lines(model),
        *shift_lines(model), *cash_lines(model), *running_lines(model), *rate_lines(model),
    )  # fmt: skip
    return TimeRows(WORKINGS, FIRST_LINE, model.months, lines)


def time_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the lines on time.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Month, whether it is valued, discount factor, whether an effect counts.
    """
    months = np.arange(model.months + 1, dtype=np.float64)
    return (
        Line("", "Time"),
        Line("month", "Month", "months after time 0", "0 is when the first customers move.", months, kind="whole"),
        Line(
            "valued", "Valued", "1 or 0", "1 up to the months valued.", np.ones(model.months + 1),
            "=IF({month}<=value_horizon_months,1,0)", kind="whole",
        ),
        Line(
            "discount", "Discount factor", "factor",
            "1 / (1 + rate)^((month − months by which money comes earlier) / months a year); 1 at time 0.",
            model.discount, "=1/(1+discount_rate_annual)^(MAX({month}-months_earlier,0)/months_a_year)", kind="factor",
        ),
        Line(
            "counts", "Effect counts", "1 or 0",
            "By month after a customer's own move: 1 while its effect lasts and is valued.", model.terms.counted(),
            "=IF({month}<=MIN(effect_months,value_horizon_months),1,0)", kind="whole",
        ),
    )  # fmt: skip


def customer_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the lines on who moves.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Customers now in the from-band, moved, moved so far.
    """
    band = model.value.shift.from_band
    ramp = model.economics.ramp_up_months
    so_far = model.moved * np.minimum(np.arange(model.months + 1) + 1, ramp) / ramp
    return (
        Line("", "Customers"),
        Line(
            "from_band", f"Customers now {band}", "customers", "Customers × share of them in the band.", kind="count",
            total="=customers*prob_from_band", total_value=model.from_band_customers, name="customers_from_band",
        ),
        Line(
            "moved", "Customers moved", "customers", "Share that moves × customers in the band.", kind="count",
            total="=share*customers_from_band", total_value=model.moved, name="customers_moved",
        ),
        Line(
            "so_far", "Moved so far", "customers", "In equal parts over the ramp-up, the first at time 0.", so_far,
            "=customers_moved*MIN({month}+1,ramp_up_months)/ramp_up_months", kind="count",
        ),
    )  # fmt: skip


def unit_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the money per unit of each metric.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        By metric after the share.
    """
    names, lines = unit_names(model.metrics), [Line("", "Money per unit, by month of the programme")]
    for m, metric in enumerate(model.metrics[1:], start=1):
        formula, note = f"={names[metric.name]}", "As in Inputs."
        if metric == model.margin_metric:
            formula = f"={margin_term(model)}"
            note = (
                "The gross margin, or the factor on it."
                if model.margin_by_month is None
                else "Factor × margin of the month."
            )
        unit = f"{model.value.currency} per unit"
        label = f"per unit of {metric_name(metric.name)}"
        lines.append(Line(f"unit_{m}", label, unit, note, model.terms.units[m], formula, kind="factor"))
    return tuple(lines)


def part_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the split of each metric between the share's lever and its own.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Whether hardly anybody is left, then through the share and own, by metric.
    """
    names, currency = unit_names(model.metrics), model.value.currency
    share, unit = metric_name(model.metrics[0].name), f"{currency} per moved customer"
    low, high = curve_key("from", 0), curve_key("to", 0)
    lines = [
        Line("", "Per customer moved at time 0, by month: the difference between the bands, split"),
        Line(
            "gone", "Hardly anybody left", "1 or 0", f"1 where {share} in either band is at most the smallest share.",
            model.gone, f"=IF(OR({{{low}}}<=smallest_share,{{{high}}}<=smallest_share),1,0)", kind="whole",
        ),
    ]  # fmt: skip
    own_lines = []
    for m, metric in enumerate(model.metrics[1:], start=1):
        name, before, after = metric_name(metric.name), curve_key("from", m), curve_key("to", m)
        per_head = f"AVERAGE({{{before}}}/{{{low}}},{{{after}}}/{{{high}}})"
        through = (
            f"={split_name(names[metric.name])}*{{unit_{m}}}*IF({{gone}}=1,{{{after}}}-{{{before}}},"
            f"({{{high}}}-{{{low}}})*{per_head})"
        )
        lines.append(Line(
            f"through_{m}", f"{name}, through {metric_name(model.levers[0])}", unit,
            f"Difference in {share} × mean amount per head × unit.",
            model.through[m - 1], through,
        ))  # fmt: skip
        own = model.terms.units[m] * (model.curves[1, m] - model.curves[0, m]) - model.through[m - 1]
        own_lines.append(Line(
            f"own_{m}", f"{name}, its own", unit, "Whole difference × money per unit, less the line above.",
            own, f"={{unit_{m}}}*({{{after}}}-{{{before}}})-{{through_{m}}}",
        ))  # fmt: skip
    return (*lines, *own_lines)


def lever_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the levers per moved customer.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        By lever, their sum, and the same straight from the curves.
    """
    last, unit = len(model.metrics) - 1, f"{model.value.currency} per moved customer"
    share = f"={{counts}}*SUM({{through_1}}:{{through_{last}}})" if last else "={counts}*0"
    formulas = [share, *(f"={{counts}}*{{own_{m}}}" for m in range(1, last + 1))]
    notes = ["Effect counts × sum of the lines through it.", *["Effect counts × its own line."] * last]
    lines = [Line("", "Levers per customer moved at time 0, by month")]
    lines += [
        Line(f"money_{m}", metric_name(name), unit, notes[m], model.money[m], formulas[m], sums=True)
        for m, name in enumerate(model.levers)
    ]
    difference = "+".join(
        f"{{unit_{m}}}*({{{curve_key('to', m)}}}-{{{curve_key('from', m)}}})" for m in range(1, last + 1)
    )
    each = model.money.sum(axis=0)
    return (
        *lines,
        Line(
            "value", "Value per moved customer", unit, "Sum of the levers.", each,
            f"=SUM({{money_0}}:{{money_{last}}})", sums=True,
        ),
        Line(
            "direct", "The same, straight from the curves", unit,
            "Effect counts × Σ money per unit × difference: a check.",
            each, f"={{counts}}*({difference or '0'})", sums=True,
        ),
    )  # fmt: skip
