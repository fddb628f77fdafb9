"""The sheet ``Workings``."""

from __future__ import annotations

from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.curve_sheet import time_printing, write_time_head
from cxvalue.report.workbook.lines import MONTH_0, TimeRows, write_lines
from cxvalue.report.workbook.sheet import Printing, Sheet
from cxvalue.report.workbook.styles import EXTENDED_HEAD


def write_workings(sheet: Sheet, model: BookModel, rows: TimeRows, curves: TimeRows) -> Printing:
    """Write the sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    rows : TimeRows
        Its lines.
    curves : TimeRows
        Those of the sheet ``Curves``.

    Returns
    -------
    Printing
        How it prints.
    """
    sheet.top("Workings", "From the curves to the cash flow, live. Each line is one formula, copied across the months.")
    write_time_head(sheet, model)
    write_lines(sheet, rows, others=(curves,))
    if model.months > model.move.follow_up:
        block = (rows.first - 2, MONTH_0 + model.move.follow_up + 1, rows.first - 1, MONTH_0 + model.months)
        sheet.mark(block, {"type": "no_errors"}, EXTENDED_HEAD)
    return time_printing(model)
