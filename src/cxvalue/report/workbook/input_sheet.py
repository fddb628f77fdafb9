"""The sheet ``Inputs``: assumptions, the case in use, what comes from the data, constants."""

from __future__ import annotations

from typing import Final

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.constant_block import write_constants, write_data
from cxvalue.report.workbook.input_columns import (
    BASE,
    CHANGED,
    DATE,
    HEAD,
    HIGH,
    LABEL,
    LEAST,
    LOW,
    MOST,
    NAME,
    NOTE,
    OUTSIDE,
    OWNER,
    PRINTED,
    RUN,
    SOURCE,
    UNIT,
    USED,
    WHOLE,
    WORSE,
)  # fmt: skip
from cxvalue.report.workbook.input_rows import TIMINGS, InputRow
from cxvalue.report.workbook.margin_block import write_margin_by_month
from cxvalue.report.workbook.sheet import TOP_ROWS, UNCHANGED, Printing, Sheet, as_held
from cxvalue.report.workbook.styles import ASIDE
from cxvalue.value.vary.cases import CASES

FREE: Final = 1e12
"""A limit that nobody reaches, for inputs without one."""


def write_inputs(sheet: Sheet, model: BookModel, rows: tuple[InputRow, ...]) -> Printing:
    """Write the sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    rows : tuple of InputRow
        The assumptions.

    Returns
    -------
    Printing
        How it prints.
    """
    sheet.top(
        "Inputs", "Change the cells of this colour. Every figure of the book that is not marked as of the run follows."
    )
    sheet.widths(32, 13, 21, 11, 11, 9, 13, 13, 13, 12, 11, 62, 24, 9, 10, 10, 9, 10)
    at = write_case(sheet, TOP_ROWS)
    sheet.section(at, "Assumptions", columns=PRINTED)
    sheet.head(at + 1, HEAD, height=42.0)
    first = at + 2
    for offset, row in enumerate(rows):
        write_input(sheet, first + offset, row)
    last = first + len(rows) - 1
    counted = [xl_range_abs(first, CHANGED, last, CHANGED)]
    outside = [xl_range_abs(first, OUTSIDE, last, OUTSIDE)]
    at = write_margin_by_month(sheet, last + 2, model, counted, outside)
    at = write_data(sheet, at, model)
    at = write_constants(sheet, at, model)
    write_status(sheet, at, counted, outside)
    sheet.inner.freeze_panes(TOP_ROWS - 1, 1)
    return Printing(PRINTED)


def write_case(sheet: Sheet, row: int) -> int:
    """Write the switch between the three cases.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.

    Returns
    -------
    int
        The row after it.
    """
    sheet.section(row, "Case", columns=PRINTED)
    sheet.text(row + 1, LABEL, "Case in use", "label")
    sheet.text(row + 1, BASE, CASES[1], "input")
    sheet.text(row + 1, UNIT, "name", "note")
    sheet.text(
        row + 1, NOTE,
        "low or high takes, of every assumption with a range, the end that makes the value smaller or larger; "
        "assumptions without a range stay at their base.",
        "note",
    )  # fmt: skip
    sheet.define("case_in_use", row + 1, BASE)
    sheet.inner.data_validation(
        row + 1, BASE, row + 1, BASE,
        {"validate": "list", "source": list(CASES), "error_title": "Case", "error_message": ", ".join(CASES)},
    )  # fmt: skip
    sheet.text(row + 2, LABEL, "Its number", "label")
    sheet.text(row + 2, UNIT, "1 to 3", "note")
    sheet.text(row + 2, NOTE, "Position of the case among the names under Constants.", "note")
    sheet.formula(row + 2, USED, "=MATCH(case_in_use,case_names,0)", 2.0, "calc", "whole")
    sheet.define("case_number", row + 2, USED)
    return row + 4


def write_input(sheet: Sheet, row: int, given: InputRow) -> None:
    """Write an assumption.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    given : InputRow
        The assumption.
    """
    cells = {column: xl_rowcol_to_cell(row, column) for column in range(OUTSIDE + 1)}
    base, used = cells[BASE], cells[USED]
    sheet.text(row, LABEL, given.label, "label")
    sheet.text(row, UNIT, given.unit, "note")
    sheet.value(row, BASE, given.value, "input", given.kind)
    sheet.value(row, RUN, given.value, "run", given.kind)
    sheet.define(f"input_{given.name}", row, BASE)
    sheet.define(given.name, row, USED)
    if isinstance(given.value, str):
        sheet.formula(row, USED, f"={base}", given.value, "calc")
        wrong = f"=IF(ISNUMBER(MATCH({used},timing_names,0)),0,1)"
        allow = {"validate": "list", "source": list(TIMINGS)}
        sheet.inner.data_validation(row, BASE, row, BASE, allow)
    else:
        write_range(sheet, row, given, base)
        low, high, worse = cells[LOW], cells[HIGH], cells[WORSE]
        chosen = f'=CHOOSE(case_number,IF({worse}="low",{low},{high}),{base},IF({worse}="low",{high},{low}))'
        sheet.formula(row, USED, chosen, given.value, "calc", given.kind)
        wrong = (
            f"=IF(ISNUMBER({used}),IF(AND({used}>={cells[LEAST]},{used}<={cells[MOST]},"
            f"OR({cells[WHOLE]}=0,{used}=INT({used}))),0,1),1)"
        )
    for column, text in ((SOURCE, given.source), (OWNER, given.owner), (DATE, given.date), (NAME, given.name)):
        sheet.text(row, column, text, "note")
    sheet.text(row, NOTE, " ".join(part for part in (given.meaning, given.note) if part), "note")
    sheet.formula(row, CHANGED, f"=IF({used}={cells[RUN]},0,1)", 0.0, "calc", "whole")
    sheet.formula(row, OUTSIDE, wrong, 0.0, "calc", "whole")
    changed = {"type": "formula", "criteria": f"={xl_rowcol_to_cell(row, CHANGED, row_abs=True, col_abs=True)}=1"}
    sheet.mark((row, USED, row, USED), changed, ASIDE)


def write_range(sheet: Sheet, row: int, given: InputRow, base: str) -> None:
    """Write the range of an assumption, which end is worse, and what is allowed.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    given : InputRow
        The assumption; without a range both ends follow the base.
    base : str
        The cell of the base.
    """
    value = float(given.value)
    for column, end in ((LOW, given.low), (HIGH, given.high)):
        if end is None:
            sheet.formula(row, column, f"={base}", value, "faint", given.kind)
        else:
            sheet.value(row, column, end, "input", given.kind)
    sheet.text(row, WORSE, given.worse, "input")
    sheet.inner.data_validation(row, WORSE, row, WORSE, {"validate": "list", "source": ["low", "high"]})
    least, most = (-FREE if given.least is None else given.least), (FREE if given.most is None else given.most)
    sheet.value(row, LEAST, least, "calc", "number")
    sheet.value(row, MOST, most, "calc", "number")
    sheet.value(row, WHOLE, int(given.whole), "calc", "whole")
    kind = "integer" if given.whole else "decimal"
    limits = "a number" if given.least is None else f"at least {given.least:g}"
    limits += "" if given.most is None else f", at most {given.most:g}"
    rule = {
        "validate": kind, "criteria": "between", "minimum": least, "maximum": most,
        "error_title": as_held(given.label, longest=32),
        "error_message": as_held(f"Allowed: {limits}, {given.unit}", longest=255),
    }  # fmt: skip
    for column in (BASE, LOW, HIGH):
        sheet.inner.data_validation(row, column, row, column, rule)


def write_status(sheet: Sheet, row: int, counted: list[str], outside: list[str]) -> None:
    """Write how many inputs were changed, and how many are not allowed.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    counted, outside : list of str
        Ranges that count them.
    """
    sheet.section(row, "State of the inputs", columns=PRINTED)
    state = (
        ("inputs_changed", "Inputs that differ from the run", counted),
        ("inputs_outside", "Inputs outside what is allowed", outside),
    )
    note = "Counted in the columns to the right of the assumptions."
    for offset, (name, label, ranges) in enumerate(state, start=1):
        sheet.text(row + offset, LABEL, label, "label")
        sheet.text(row + offset, UNIT, "inputs", "note")
        sheet.text(row + offset, NOTE, note, "note")
        sheet.formula(row + offset, USED, f"=SUM({','.join(ranges)})", 0.0, "calc", "whole")
        sheet.define(name, row + offset, USED)
    sheet.text(row + 3, LABEL, "In words", "label")
    sheet.text(row + 3, NOTE, "Stands at the top of every sheet.", "note")
    words = (
        f'=IF(inputs_changed=0,"{UNCHANGED}",inputs_changed&" of the inputs differ from the run: live figures follow '
        'them, values of the run do not.")'
    )
    sheet.formula(row + 3, BASE, words, UNCHANGED, "calc")
    sheet.define("inputs_status", row + 3, BASE)
