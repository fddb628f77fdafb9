"""The block of the sheet ``Inputs`` with gross margins by month or by segment."""

from __future__ import annotations

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.input_columns import BASE, CHANGED, HEAD, LABEL, NOTE, OUTSIDE, PRINTED, RUN, UNIT
from cxvalue.report.workbook.sheet import Sheet
from cxvalue.value.economics import SegmentMargin


def write_margin_by_month(sheet: Sheet, row: int, model: BookModel, counted: list[str], outside: list[str]) -> int:
    """Write the gross margin by month, or that it goes by segment.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    model : BookModel
        The model.
    counted, outside : list of str
        Ranges that count what was changed and what is not allowed; this adds its own.

    Returns
    -------
    int
        The row after it.
    """
    margin = model.economics.gross_margin
    if isinstance(margin, SegmentMargin):
        return write_segment_margin(sheet, row, margin)
    by_month = model.margin_by_month
    if by_month is None:
        return row
    sheet.section(row, "Gross margin by month", columns=PRINTED)
    sheet.head(row + 1, HEAD[:3])
    first = row + 2
    for month, value in enumerate(by_month.tolist()):
        at = first + month
        sheet.text(at, LABEL, f"Gross margin, month {month + 1}", "label")
        sheet.value(at, BASE, value, "input", "percent")
        sheet.text(at, UNIT, "share of revenue", "note")
        sheet.text(
            at, NOTE, "Before cost to serve, in that month of the programme, whenever a customer was moved.", "note"
        )
        sheet.value(at, RUN, value, "run", "percent")
        base = xl_rowcol_to_cell(at, BASE)
        sheet.formula(at, CHANGED, f"=IF({base}={xl_rowcol_to_cell(at, RUN)},0,1)", 0.0, "calc", "whole")
        sheet.formula(at, OUTSIDE, f"=IF(AND({base}>=0,{base}<=1),0,1)", 0.0, "calc", "whole")
    last = first + len(by_month) - 1
    rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
    sheet.inner.data_validation(first, BASE, last, BASE, rule)
    sheet.define("gross_margin_by_month", first, BASE, last=(last, BASE))
    counted.append(xl_range_abs(first, CHANGED, last, CHANGED))
    outside.append(xl_range_abs(first, OUTSIDE, last, OUTSIDE))
    return last + 2


def write_segment_margin(sheet: Sheet, row: int, margin: SegmentMargin) -> int:
    """Write that the gross margin goes by segment and cannot be changed in the book.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    margin : SegmentMargin
        The margins.

    Returns
    -------
    int
        The row after it.
    """
    sheet.section(row, "Gross margin by segment: read with the panels, cannot be changed here", columns=PRINTED)
    other = () if margin.other is None else (("all others", margin.other),)
    shown = (*margin.values, *other)
    for offset, (name, value) in enumerate(shown, start=1):
        sheet.text(row + offset, LABEL, f"Gross margin, {margin.by} {name}", "label")
        sheet.value(row + offset, RUN, value, "run", "percent")
        sheet.text(row + offset, UNIT, "share of revenue", "note")
        sheet.text(
            row + offset, NOTE, "Each customer's revenue was multiplied by it: gross profit is a metric.", "note"
        )
    return row + len(shown) + 2
