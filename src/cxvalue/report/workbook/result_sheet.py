"""The sheet ``Results``: live figures beside those of the run, and two charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from cxvalue.report.wording import level
from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.lines import LABEL as LINE_LABEL, MONTH_0, TimeRows, every_reference
from cxvalue.report.workbook.result_rows import ResultRow
from cxvalue.report.workbook.run_tables import RESULTS
from cxvalue.report.workbook.sheet import CHART_HEIGHT, CHART_WIDTH, TOP_ROWS, Printing, Sheet
from cxvalue.report.workbook.styles import ASIDE, CHART_COLOURS
from cxvalue.report.workbook.waterfall import WIDE, write_waterfall
from cxvalue.report.workbook.workings import WORKINGS

LABEL, LIVE, UNIT, RUN, DIFFERENCE, RELATIVE, LOW, HIGH, NOTE = range(9)
PRINTED: Final = 9


def write_results(
    sheet: Sheet, model: BookModel, results: Mapping[str, tuple[ResultRow, ...]], sources: Sequence[TimeRows]
) -> tuple[tuple[str, str], Printing]:
    """Write the sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    results : mapping of str to tuple of ResultRow
        By section.
    sources : sequence of TimeRows
        Lines that formulas refer to; those of the workings last.

    Returns
    -------
    tuple of (tuple of str, Printing)
        Ranges of the live figures and of their relative differences from the run, for the checks; how it prints.
    """
    sheet.top(
        "Results",
        "Live figures follow the inputs. Figures of the run and intervals are Python's and stay as they were.",
    )
    sheet.widths(33, 25, 25, 25, 13, 11, 18, 18, 58)
    at, first = TOP_ROWS, TOP_ROWS + 2
    confidence = level(model.value.confidence)
    titles = (
        "Result", "Live", "Unit", "In the run (Python)", "Live less run", "Relative",
        f"Low, {confidence} interval of the run",
        f"High, {confidence} interval of the run", "How it is computed",
    )  # fmt: skip
    sheet.head(at, titles, height=42.0)
    at += 1
    for section, rows in results.items():
        sheet.section(at, section, columns=PRINTED)
        for offset, row in enumerate(rows, start=1):
            write_result(sheet, at + offset, row, sources)
        at += len(rows) + 1
    last = at - 1
    sheet.inner.freeze_panes(TOP_ROWS + 1, 1)
    at = write_waterfall(sheet, at + 1, model, sources)
    sheet.chart(at, cumulative_chart(sheet, model, sources[-1]), left=WIDE + 10)
    live, gaps = (f"{RESULTS}!{xl_range_abs(first, column, last, column)}" for column in (LIVE, RELATIVE))
    return (live, gaps), Printing(PRINTED)


def write_result(sheet: Sheet, row: int, result: ResultRow, sources: Sequence[TimeRows]) -> None:
    """Write a result.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    result : ResultRow
        The result.
    sources : sequence of TimeRows
        Lines that its formula refers to.
    """
    formula = result.formula.format_map(every_reference(sources, LIVE, sheet.name))
    live, run, share = (xl_rowcol_to_cell(row, column) for column in (LIVE, RUN, RELATIVE))
    sheet.text(row, LABEL, result.label, "label")
    sheet.text(row, UNIT, result.unit, "note")
    sheet.value(row, RUN, result.value, "run", result.kind)
    sheet.text(row, NOTE, result.note, "note")
    for column, end in ((LOW, result.low), (HIGH, result.high)):
        sheet.value(row, column, end, "run", result.kind)
    if not result.formula:
        return
    sheet.formula(row, LIVE, formula, result.value, "total", result.kind)
    numbers = f"AND(ISNUMBER({live}),ISNUMBER({run}))"
    relative = f"=IF({numbers},ABS({live}-{run})/MAX(ABS({run}),comparison_floor),IF({live}={run},0,1))"
    sheet.formula(row, RELATIVE, relative, 0.0, "calc", "percent")
    less = f'=IF({share}<=agreement_tolerance,0,IF({numbers},{live}-{run},"differs"))'
    sheet.formula(row, DIFFERENCE, less, 0.0, "calc", result.kind)
    sheet.define(f"result_{result.name}", row, LIVE)
    changed = {"type": "cell", "criteria": ">", "value": "agreement_tolerance"}
    sheet.mark((row, RELATIVE, row, RELATIVE), changed, ASIDE)


def cumulative_chart(sheet: Sheet, model: BookModel, workings: TimeRows) -> object:
    """Return the chart of the cumulative net cash flow.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    workings : TimeRows
        Its lines.

    Returns
    -------
    xlsxwriter.chart_line.ChartLine
        The chart.
    """
    chart = sheet.book.add_chart({"type": "line"})
    last = MONTH_0 + model.months
    for key, colour, dash in (("sum_net", "total", "solid"), ("sum_net_discounted", "gain", "dash")):
        row = workings.row(key)
        chart.add_series({
            "name": [WORKINGS, row, LINE_LABEL],
            "categories": [WORKINGS, workings.row("month"), MONTH_0, workings.row("month"), last],
            "values": [WORKINGS, row, MONTH_0, row, last],
            "line": {"color": CHART_COLOURS[colour], "width": 2, "dash_type": dash},
        })  # fmt: skip
    chart.set_title({"name": "Cumulative net cash flow (live)", "name_font": {"size": 11}})
    interval = max(1, model.months // 8)
    chart.set_x_axis({"name": "months after time 0", "interval_unit": interval, "label_position": "low"})
    gridlines = {"visible": True, "line": {"color": "#D9D9D9"}}
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": gridlines, "line": {"none": True}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    return chart
