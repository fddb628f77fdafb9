"""The sheet ``Sensitivity``: the case in use, a live two-way table, and the analyses of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.cash_lines import flow_kind
from cxvalue.report.workbook.lines import TimeRows, every_reference
from cxvalue.report.workbook.margin_term import margin_name
from cxvalue.report.workbook.result_rows import ResultRow
from cxvalue.report.workbook.sheet import CHART_WIDTH, TOP_ROWS, Printing, Sheet
from cxvalue.report.workbook.styles import CHART_COLOURS, LOSS_FILL, Kind
from cxvalue.report.workbook.table_block import fit_widths, write_tables

STEPS: Final = (-0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5)
"""By what share of its value in use each of the two is changed."""
SHOWN: Final = ("npv", "npv_cash", "roi", "payback", "irr_annual")
PRINTED: Final = 10
ASIDE_COLUMN: Final = 24
"""Column, to the right of every table, of what the tornado is drawn from."""
WIDTHS: Final = (32.0, 25.0, 24.0, *[12.0] * 7)


def write_sensitivity(
    sheet: Sheet, model: BookModel, results: Mapping[str, ResultRow], sources: Sequence[TimeRows],
    tables: Mapping[str, pd.DataFrame],
) -> Printing:  # fmt: skip
    """Write the sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    results : mapping of str to ResultRow
        By name.
    sources : sequence of TimeRows
        Lines that formulas refer to.
    tables : mapping of str to pandas.DataFrame
        Analyses of the run, by name.

    Returns
    -------
    Printing
        How it prints.
    """
    sheet.top("Sensitivity", "The first two blocks are live. Tables below them are of the run and say so.")
    columns = max(fit_widths(sheet, tables, least=WIDTHS), PRINTED)
    at = write_case_figures(sheet, TOP_ROWS, results)
    at = write_two_way(sheet, at, model, sources)
    starts = write_tables(sheet, at, tables)
    if "sensitivity" in tables:
        bars = tables["sensitivity"].dropna(subset=["npv_low", "npv_high"])
        chart = tornado_chart(sheet, model, starts["sensitivity"], bars)
        sheet.chart(starts["end"] + 1, chart, height=tornado_height(bars))
    sheet.inner.freeze_panes(TOP_ROWS - 1, 1)
    return Printing(columns)


def write_case_figures(sheet: Sheet, row: int, results: Mapping[str, ResultRow]) -> int:
    """Write the case in use and what the programme comes to in it.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    results : mapping of str to ResultRow
        By name.

    Returns
    -------
    int
        The row after it.
    """
    sheet.section(row, "The case in use, live: choose low, base or high in Inputs", columns=PRINTED)
    sheet.text(row + 1, 0, "Case in use", "label")
    sheet.formula(row + 1, 1, "=case_in_use", "base", "total")
    sheet.text(row + 1, 2, "name", "note")
    for offset, name in enumerate(SHOWN, start=2):
        found = results[name]
        sheet.text(row + offset, 0, found.label if name != "npv_cash" else "Net present value, cash", "label")
        sheet.formula(row + offset, 1, f"=result_{name}", found.value, "total", found.kind)
        sheet.text(row + offset, 2, found.unit, "note")
    return row + len(SHOWN) + 3


def write_two_way(sheet: Sheet, row: int, model: BookModel, sources: Sequence[TimeRows]) -> int:
    """Write the net present value over a grid of share and margin, live.

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
        The row after it; the same where no revenue is measured.

    Notes
    -----
    The gross value is linear in the share and in the margin: margin × (discounted difference in revenue) + rest.
    """
    if model.margin_metric is None:
        return row
    margin, kind = margin_name(model), flow_kind(model)
    what = "gross margin" if margin == "gross_margin" else "factor on the gross margins"
    sheet.section(row, f"Net present value by share that moves (down) and {what} (across), live", columns=PRINTED)
    scaled = float(model.scaled_flow @ model.discount[1:])
    sheet.text(row + 1, 0, f"Gross value per 1 of {what}", "label")
    formula = "=SUMPRODUCT({scaled_flow:all},{discount:all})".format_map(every_reference(sources, 1, sheet.name))
    sheet.formula(row + 1, 1, formula, scaled, "calc", kind)
    sheet.text(
        row + 1, 2, f"{model.value.currency}, discounted; the rest of the gross value does not depend on it", "note"
    )
    sheet.define("gross_per_margin", row + 1, 1)
    now = (model.value.shift.share, margin_now(model))
    head = row + 4
    sheet.text(head - 2, 0, "Change from the value in use, across", "note")
    sheet.text(head - 1, 0, f"{what}, across", "label")
    sheet.text(head, 0, "Share that moves", "head")
    sheet.text(head, 1, "Change", "head")
    for at, step in enumerate(STEPS):
        column = 3 + at
        sheet.value(head - 2, column, step, "input", "percent")
        across = f"={margin}*(1+{xl_rowcol_to_cell(head - 2, column)})"
        number: Kind = "percent" if margin == "gross_margin" else "factor"
        sheet.formula(head - 1, column, across, now[1] * (1 + step), "calc", number)
        sheet.text(head, column, "", "head")
    sheet.text(head, 2, f"Net present value, {model.value.currency}", "head")
    for at, step in enumerate(STEPS):
        write_grid_row(sheet, head, head + 1 + at, step, (scaled, *now), model)
    last = head + len(STEPS)
    grid = (head + 1, 3, last, 2 + len(STEPS))
    sheet.mark(grid, {"type": "cell", "criteria": "<", "value": 0}, LOSS_FILL)
    return last + 3


def write_grid_row(
    sheet: Sheet, head: int, row: int, step: float, now: tuple[float, float, float], model: BookModel
) -> None:
    """Write a row of the grid.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    head : int
        Row of the grid's head, from 0.
    row : int
        Where, from 0.
    step : float
        By what share of its value the share is changed.
    now : tuple of float
        Gross value per 1 of margin, share and margin.
    model : BookModel
        The model.
    """
    per_margin, share, margin = now
    changed = min(1.0, share * (1 + step))
    sheet.value(row, 1, step, "input", "percent")
    sheet.formula(row, 0, f"=MIN(1,share*(1+{xl_rowcol_to_cell(row, 1)}))", changed, "calc", "percent")
    flow = model.flow
    gross, cost = float(flow.gross @ model.discount[1:]), float(flow.cost_discounted)
    for at, other in enumerate(STEPS):
        column = 3 + at
        across = xl_rowcol_to_cell(head - 1, column, row_abs=True)
        down = xl_rowcol_to_cell(row, 0, col_abs=True)
        worth = f"{down}/share*(result_gross+({across}-{margin_name(model)})*gross_per_margin)"
        formula = f"={worth}-optimism_adjustment*MAX({worth},0)-result_programme_cost"
        found = changed / share * (gross + margin * other * per_margin)
        value = found - model.economics.optimism_adjustment * max(found, 0.0) - cost
        sheet.formula(row, column, formula, value, "calc", flow_kind(model))


def margin_now(model: BookModel) -> float:
    """Return the margin in use, or the factor where it goes by month or segment.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    float
        The number.
    """
    margin = model.economics.gross_margin
    return float(margin) if isinstance(margin, float | int) else 1.0


def tornado_chart(sheet: Sheet, model: BookModel, first: int, table: pd.DataFrame) -> object:
    """Write what a tornado is drawn from beside its table, and return the chart.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    first : int
        Row of the table's first line, from 0.
    table : pandas.DataFrame
        Columns assumption, npv_low, npv_high; the first rows of the table on the sheet.

    Returns
    -------
    xlsxwriter.chart_bar.ChartBar
        Bars on both sides of the net present value.
    """
    aside, base = ASIDE_COLUMN, float(model.flow.npv)
    for at, (name, title) in enumerate((("npv_low", "at low, less base"), ("npv_high", "at high, less base"))):
        sheet.text(first - 1, aside + at, title, "head")
        for offset, value in enumerate(table[name].tolist()):
            sheet.value(first + offset, aside + at, float(value) - base, "run", "money")
    last = first + len(table) - 1
    chart = sheet.book.add_chart({"type": "bar", "subtype": "clustered"})
    for at, colour in enumerate(("loss", "gain")):
        chart.add_series({
            "name": [sheet.name, first - 1, aside + at], "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, aside + at, last, aside + at], "fill": {"color": CHART_COLOURS[colour]},
            "border": {"none": True}, "overlap": 100, "gap": 40,
        })  # fmt: skip
    chart.set_title({"name": "Net present value at both ends, less the base (run)", "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True, "label_position": "low", "interval_unit": 1})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 2 * CHART_WIDTH, "height": tornado_height(table)})
    return chart


def tornado_height(bars: pd.DataFrame) -> int:
    """Return how high a tornado has to be so that each bar is named.

    Parameters
    ----------
    bars : pandas.DataFrame
        A row a bar.

    Returns
    -------
    int
        Pixels.
    """
    return 120 + 24 * len(bars)
