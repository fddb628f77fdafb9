"""The waterfall from no programme to the programme, live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from cxvalue.link.columns import Floats
from cxvalue.report.wording import metric_name
from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.cash_lines import flow_kind
from cxvalue.report.workbook.lines import TimeRows, every_reference
from cxvalue.report.workbook.sheet import CHART_HEIGHT, Sheet
from cxvalue.report.workbook.styles import CHART_COLOURS, Kind

STEP, AMOUNT, UNIT, START, END, TOTAL = range(6)
NOTE: Final = 8
WIDE: Final = 700
"""Width of the chart, in pixels."""
TITLES: Final = (
    "Step", "Amount", "Unit", "Bar from", "Bar to", "Is a total", "", "", "How it is computed", "", "Name in the chart",
)  # fmt: skip
NAMED, BARS = 10, 11
"""Columns of what the chart is drawn from, beyond those that print: name with amount, then the bars' parts."""
PARTS: Final = (
    ("not drawn, above 0", "", "=MAX(0,MIN({start},{end}))"),
    ("gain, above 0", "gain", "=IF(AND({total}=0,{amount}>=0),MAX(0,{end})-MAX(0,{start}),0)"),
    ("loss, above 0", "loss", "=IF(AND({total}=0,{amount}<0),MAX(0,{start})-MAX(0,{end}),0)"),
    ("total, above 0", "total", "=IF({total}=1,MAX(0,{end}),0)"),
    ("not drawn, below 0", "", "=MIN(0,MAX({start},{end}))"),
    ("gain, below 0", "gain", "=IF(AND({total}=0,{amount}>=0),MIN(0,{start})-MIN(0,{end}),0)"),
    ("loss, below 0", "loss", "=IF(AND({total}=0,{amount}<0),MIN(0,{end})-MIN(0,{start}),0)"),
    ("total, below 0", "total", "=IF({total}=1,MIN(0,{end}),0)"),
)
"""What a bar is stacked from: title, colour, formula."""


def steps_of(model: BookModel) -> tuple[tuple[str, str, float, bool, str], ...]:
    """Return the steps from no programme to the programme.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of (str, str, float, bool, str)
        Label, formula of the amount, amount, whether it is a total, and how it is computed.
    """
    flow, discount = model.flow, model.discount
    parts = [
        (
            metric_name(name), f"=SUMPRODUCT({{flow_{m}:all}},{{discount:all}})",
            float(flow.levers[m] @ discount[1:]), False, "Σ lever of the whole shift × discount factor.",
        )
        for m, name in enumerate(model.levers)
    ]  # fmt: skip
    optimism, cost = float(flow.optimism @ discount[1:]), float(flow.cost_discounted)
    return (
        ("no programme", "=0*result_npv", 0.0, True, "The customers follow the curves of the band that they are in."),
        *parts,
        ("optimism", "=-result_optimism_adjustment", 0.0 - optimism, False, "As above."),
        ("programme cost", "=-result_programme_cost", 0.0 - cost, False, "As above."),
        ("programme", "=result_npv", float(flow.npv), True, "The net present value."),
    )


def write_waterfall(sheet: Sheet, row: int, model: BookModel, sources: Sequence[TimeRows]) -> int:
    """Write the steps and their chart.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    model : BookModel
        The model.
    sources : sequence of TimeRows
        Lines that formulas refer to.

    Returns
    -------
    int
        The row in which the chart begins.
    """
    steps, kind, currency = steps_of(model), flow_kind(model), model.value.currency
    sheet.section(row, "From no programme to the programme: whole shift, discounted, live", columns=NOTE + 1)
    sheet.head(row + 1, (*TITLES, *(title for title, _, _ in PARTS)))
    amounts = np.array([amount for _, _, amount, _, _ in steps])
    totals = np.array([is_total for _, _, _, is_total, _ in steps])
    starts, ends = bar_ends(amounts, totals)
    for offset, (label, formula, amount, is_total, note) in enumerate(steps):
        at = row + 2 + offset
        sheet.text(at, STEP, label, "label")
        filled = formula.format_map(every_reference(sources, AMOUNT, sheet.name))
        sheet.formula(at, AMOUNT, filled, amount, "calc", kind)
        sheet.text(at, UNIT, currency, "note")
        sheet.value(at, TOTAL, int(is_total), "calc", "whole")
        sheet.text(at, NOTE, note, "note")
        named = f'={xl_rowcol_to_cell(at, STEP)}&": "&FIXED({xl_rowcol_to_cell(at, AMOUNT)},0)'
        sheet.formula(at, NAMED, named, f"{label}: {amount:,.0f}", "calc")
        write_bar(sheet, at, (float(starts[offset]), float(ends[offset])), (amount, is_total), kind)
    chart = waterfall_chart(sheet, row + 2, row + 1 + len(steps))
    at = row + 3 + len(steps)
    sheet.chart(at, chart)
    return at


def bar_ends(amounts: Floats, totals: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[Floats, Floats]:
    """Return where the bars begin and end.

    Parameters
    ----------
    amounts : ndarray of shape (S,)
        The steps.
    totals : ndarray of shape (S,)
        Which of them are totals, whose bars begin at 0.

    Returns
    -------
    tuple of ndarray of shape (S,)
        Begin and end.
    """
    ends = np.where(totals, amounts, np.where(totals, 0.0, amounts).cumsum())
    return ends - amounts, ends


def write_bar(sheet: Sheet, row: int, ends: tuple[float, float], step: tuple[float, bool], kind: Kind) -> None:
    """Write where a bar begins and ends, and what it is stacked from.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    ends : tuple of float
        Begin and end.
    step : tuple of (float, bool)
        Amount, and whether it is a total.
    kind : str
        How amounts are written.
    """
    names = {"amount": AMOUNT, "start": START, "end": END, "total": TOTAL}
    cells = {name: xl_rowcol_to_cell(row, column) for name, column in names.items()}
    above = xl_rowcol_to_cell(row - 1, END)
    start, end = ends
    sheet.formula(row, START, f"=IF({cells['total']}=1,0,{above})", start, "calc", kind)
    sheet.formula(row, END, f"={cells['start']}+{cells['amount']}", end, "calc", kind)
    for offset, ((_, _, formula), height) in enumerate(zip(PARTS, bar_parts(start, end, *step), strict=True)):
        sheet.formula(row, BARS + offset, formula.format_map(cells), height, "calc", kind)


def bar_parts(start: float, end: float, amount: float, is_total: bool) -> tuple[float, ...]:
    """Return what a bar is stacked from, above and below 0.

    Parameters
    ----------
    start, end : float
        Where it begins and ends.
    amount : float
        Their difference.
    is_total : bool
        Whether it begins at 0.

    Returns
    -------
    tuple of float
        As :data:`PARTS`.

    Examples
    --------
    >>> bar_parts(3.0, -1.0, -4.0, False)
    (0.0, 0.0, 3.0, 0.0, 0.0, 0.0, -1.0, 0.0)
    """
    gain, loss = not is_total and amount >= 0, not is_total and amount < 0
    up = max(0.0, end) - max(0.0, start)
    down = min(0.0, start) - min(0.0, end)
    return (
        max(0.0, min(start, end)), up if gain else 0.0, -up if loss else 0.0, max(0.0, end) if is_total else 0.0,
        min(0.0, max(start, end)), down if gain else 0.0, -down if loss else 0.0, min(0.0, end) if is_total else 0.0,
    )  # fmt: skip


def waterfall_chart(sheet: Sheet, first: int, last: int) -> object:
    """Return the chart.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    first, last : int
        Rows of the steps, from 0.

    Returns
    -------
    xlsxwriter.chart_column.ChartColumn
        Stacked columns.
    """
    chart = sheet.book.add_chart({"type": "column", "subtype": "stacked"})
    categories = [sheet.name, first, NAMED, last, NAMED]
    for offset, (title, colour, _) in enumerate(PARTS):
        look = {"color": CHART_COLOURS[colour]} if colour else {"none": True}
        chart.add_series({
            "name": title, "categories": categories,
            "values": [sheet.name, first, BARS + offset, last, BARS + offset], "fill": look,
            "border": {"none": True}, "gap": 40,
        })  # fmt: skip
    chart.set_title({"name": "From no programme to the programme (live)", "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"label_position": "low", "num_font": {"size": 8, "rotation": 0}})
    gridlines = {"visible": True, "line": {"color": "#D9D9D9"}}
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": gridlines, "line": {"none": True}})
    chart.set_size({"width": WIDE, "height": CHART_HEIGHT})
    return chart
