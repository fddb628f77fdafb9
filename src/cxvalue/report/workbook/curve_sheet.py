"""The sheet ``Curves``: what the data say of the two bands, month by month."""

from __future__ import annotations

from typing import Final

import numpy as np

from cxvalue.report.wording import metric_name
from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.lines import LABEL, MONTH_0, NOTE, TOTAL, UNIT, Line, TimeRows, write_lines
from cxvalue.report.workbook.sheet import CHART_HEIGHT, CHART_WIDTH, TOP_ROWS, Printing, Sheet
from cxvalue.report.workbook.styles import CHART_COLOURS, EXTENDED, Kind
from cxvalue.vocabulary import Metric

CURVES: Final = "Curves"
FIRST_LINE: Final = TOP_ROWS + 2
"""Row of the first line of a sheet along the months: below its head."""
MONTHS_A_PAGE: Final = 12
KIND_OF: Final[dict[str, Kind]] = {"share": "percent", "money": "cents", "count": "factor"}


def curve_rows(model: BookModel) -> TimeRows:
    """Return the lines of the sheet.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    TimeRows
        Whether a month was observed, then from-band and to-band of each metric.
    """
    observed = (np.arange(1, model.months + 1) <= model.move.follow_up).astype(np.float64)
    lines = [
        Line("", "Months"),
        Line(
            "observed",
            "Observed",
            "1 or 0",
            "0: beyond the follow-up, the curves are carried on.",
            observed,
            kind="whole",
        ),
    ]
    for m, metric in enumerate(model.metrics):
        lines += [Line("", metric_title(metric)), *band_lines(model, m)]
    return TimeRows(CURVES, FIRST_LINE, model.months, tuple(lines))


def metric_title(metric: Metric) -> str:
    """Return the title of a metric's lines.

    Parameters
    ----------
    metric : Metric
        The metric.

    Returns
    -------
    str
        For readers.
    """
    name = metric_name(metric.name)
    return name[:1].upper() + name[1:]


def band_lines(model: BookModel, m: int) -> tuple[Line, Line]:
    """Return the lines of a metric.

    Parameters
    ----------
    model : BookModel
        The model.
    m : int
        Position of the metric.

    Returns
    -------
    tuple of Line
        From-band and to-band.
    """
    metric, shift = model.metrics[m], model.value.shift
    unit = metric.unit(model.value.currency)
    what = "per customer at the start, those who have left counting 0; standardised"
    bands = (
        ("from", shift.from_band, f"If they stay as they are: {what}."),
        ("to", shift.to_band, "If they move."),
    )
    lines = [
        Line(
            curve_key(side, m), f"{metric_name(metric.name)}, {band}", unit, note, model.curves[at, m],
            kind=KIND_OF[metric.kind],
        )
        for at, (side, band, note) in enumerate(bands)
    ]  # fmt: skip
    return lines[0], lines[1]


def curve_key(side: str, m: int) -> str:
    """Return the key of a line.

    Parameters
    ----------
    side : {"from", "to"}
        Which band.
    m : int
        Position of the metric.

    Returns
    -------
    str
        The key.
    """
    return f"{side}_{m}"


def write_time_head(sheet: Sheet, model: BookModel) -> None:
    """Write the head of a sheet along the months: calendar months and the number of each.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    """
    head = FIRST_LINE - 1
    titles = {LABEL: "Line", UNIT: "Unit", NOTE: "How it is computed", TOTAL: "Total"}
    for column, title in titles.items():
        sheet.text(head - 1, column, "Month" if column == LABEL else "", "head")
        sheet.text(head, column, title, "head")
    for month, calendar in enumerate(model.calendar()):
        sheet.text(head - 1, MONTH_0 + month, calendar, "middle")
        sheet.value(head, MONTH_0 + month, month, "middle", "whole")
    sheet.widths(34, 24, 46, 12)
    sheet.width(MONTH_0, 8.5, last=MONTH_0 + model.months)
    sheet.inner.freeze_panes(FIRST_LINE, MONTH_0)


def time_printing(model: BookModel) -> Printing:
    """Return how a sheet along the months prints.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    Printing
        Over as many pages as keep it readable, its first columns on each.
    """
    wide = 1 + (model.months - 1) // MONTHS_A_PAGE
    return Printing(MONTH_0 + model.months + 1, wide, (0, FIRST_LINE - 1), repeat_columns=UNIT + 1)


def write_curves(sheet: Sheet, model: BookModel, rows: TimeRows) -> Printing:
    """Write the sheet with a chart of each metric.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    rows : TimeRows
        Its lines.

    Returns
    -------
    Printing
        How it prints.
    """
    shift = model.value.shift
    sheet.top(
        "Curves",
        f"Means per customer of the two bands, standardised to the {shift.from_band}. Values of the run, not live; "
        "months beyond the follow-up are carried on and marked.",
    )
    write_time_head(sheet, model)
    write_lines(sheet, rows)
    last = rows.first + len(rows.lines) - 1
    if model.months > model.move.follow_up:
        column = MONTH_0 + model.move.follow_up + 1
        sheet.mark((rows.first, column, last, MONTH_0 + model.months), {"type": "no_errors"}, EXTENDED)
    for at in range(len(model.metrics)):
        sheet.chart(last + 2 + 16 * (at // 2), curve_chart(sheet, model, rows, at), left=(CHART_WIDTH + 10) * (at % 2))
    return time_printing(model)


def curve_chart(sheet: Sheet, model: BookModel, rows: TimeRows, m: int) -> object:
    """Return the chart of a metric.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    rows : TimeRows
        Its lines.
    m : int
        Position of the metric.

    Returns
    -------
    xlsxwriter.chart_line.ChartLine
        The chart.
    """
    chart = sheet.book.add_chart({"type": "line"})
    first, last = MONTH_0 + 1, MONTH_0 + model.months
    for side, band, dash in (("from", model.value.shift.from_band, "solid"), ("to", model.value.shift.to_band, "dash")):
        row = rows.row(curve_key(side, m))
        chart.add_series({
            "name": [CURVES, row, LABEL], "categories": [CURVES, FIRST_LINE - 1, first, FIRST_LINE - 1, last],
            "values": [CURVES, row, first, row, last],
            "line": {"color": CHART_COLOURS[band], "width": 2, "dash_type": dash},
        })  # fmt: skip
    # A title that is read from a cell: a name out of the settings is never taken for a formula.
    chart.set_title({"name": [CURVES, rows.row(curve_key("from", m)) - 1, LABEL], "name_font": {"size": 11}})
    floor = {"min": 0, "max": 1} if model.metrics[m].kind == "share" else {}
    chart.set_y_axis(
        {"major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}, "line": {"none": True}, **floor}
    )
    chart.set_x_axis(
        {"name": "months after the answer", "interval_unit": max(1, model.months // 8), "label_position": "low"}
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    return chart
