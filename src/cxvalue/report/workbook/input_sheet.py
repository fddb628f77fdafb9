"""The sheet ``Inputs``: assumptions, the case in use, what comes from the data, constants."""

from __future__ import annotations

from typing import Final

import numpy as np
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from cxvalue.report.wording import metric_name
from cxvalue.report.workbook.book_model import ROUNDING, BookModel
from cxvalue.report.workbook.input_rows import TIMINGS, InputRow, split_name, unit_names
from cxvalue.report.workbook.sheet import TOP_ROWS, UNCHANGED, Printing, Sheet
from cxvalue.report.workbook.styles import ASIDE, Kind
from cxvalue.value.appraise import MONTHS_A_YEAR
from cxvalue.value.cases import CASES
from cxvalue.value.economics import EARLIER_BY, SegmentMargin
from cxvalue.value.levers import ALL_GONE
from cxvalue.vocabulary import COST_TO_SERVE, REVENUE

LABEL, BASE, UNIT, LOW, HIGH, WORSE, USED, RUN, SOURCE, OWNER, DATE, NOTE = range(12)
NAME, CHANGED, LEAST, MOST, WHOLE, OUTSIDE = range(12, 18)
PRINTED: Final = 12
HEAD: Final = (
    "Assumption", "Base", "Unit", "Low", "High", "Worse end", "In use", "In the run", "Source", "Owner", "Date",
    "What it does; note", "Name in the settings", "Changed", "Least allowed", "Most allowed", "Whole number",
    "Outside what is allowed",
)  # fmt: skip
FREE: Final = 1e12
"""A limit that nobody reaches, for inputs without one."""
AGREEMENT: Final = 1e-6
FLOOR: Final = 1e-3
SLACK: Final = 0.02


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
        "validate": kind, "criteria": "between", "minimum": least, "maximum": most, "error_title": given.label[:32],
        "error_message": f"Allowed: {limits}, {given.unit}"[:255],
    }  # fmt: skip
    for column in (BASE, LOW, HIGH):
        sheet.inner.data_validation(row, column, row, column, rule)


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
        sheet.text(at, NOTE, "Before cost to serve, as of that month after the customer's move.", "note")
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


def write_data(sheet: Sheet, row: int, model: BookModel) -> int:
    """Write what comes from the data, and the money per unit that is no assumption.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    model : BookModel
        The model.

    Returns
    -------
    int
        The row after it.
    """
    sheet.section(row, "From the data and from definitions: values of the run", columns=PRINTED)
    names, shift = unit_names(model.metrics), model.value.shift
    found: list[tuple[str, str, float, Kind, str, str]] = [(
        "prob_from_band", f"Share of customers now {shift.from_band}", float(model.move.prob_from[0]), "percent",
        "share of customers", "Estimated from the answers; its interval stands in Results.",
    )]  # fmt: skip
    fixed = {
        COST_TO_SERVE: (-1.0, "A cost is money that goes out."),
        REVENUE: (0.0, "The margin goes by segment: gross profit stands in its place."),
    }
    for metric, split in zip(model.metrics[1:], model.split.tolist(), strict=True):
        if metric.name in fixed and not (metric.name == REVENUE and model.margin_metric == metric):
            value, why = fixed[metric.name]
            unit = f"{model.value.currency} per {model.value.currency}"
            found.append(
                (names[metric.name], f"Money per unit of {metric_name(metric.name)}", value, "number", unit, why)
            )
        found.append((
            split_name(names[metric.name]), f"{metric_name(metric.name)}: split", split, "whole", "1 or 0",
            f"1: a share times an amount, split between the levers {metric_name(model.levers[0])} and its own.",
        ))  # fmt: skip
    for offset, (name, label, number, kind, unit, why) in enumerate(found, start=1):
        write_constant(sheet, row + offset, (name, label, number, unit, why), kind)
    return row + len(found) + 2


def write_constant(sheet: Sheet, row: int, entry: tuple[str, str, float, str, str], kind: Kind) -> None:
    """Write a number that readers leave as it is.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    entry : tuple
        Name, label, number, unit and note.
    kind : str
        How it is written.
    """
    name, label, number, unit, note = entry
    sheet.text(row, LABEL, label, "label")
    sheet.value(row, USED, number, "run", kind)
    sheet.text(row, UNIT, unit, "note")
    sheet.text(row, NOTE, note, "note")
    sheet.text(row, NAME, name, "note")
    sheet.define(name, row, USED)


def write_constants(sheet: Sheet, row: int, model: BookModel) -> int:
    """Write the constants that formulas use by name.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    model : BookModel
        The model.

    Returns
    -------
    int
        The row after it.
    """
    sheet.section(row, "Constants", columns=PRINTED)
    rate = model.value.appraisal.irr_annual
    start_rate = start_of_search(None if rate is None else rate.estimate)
    entries: list[tuple[tuple[str, str, float, str, str], Kind]] = [
        (("months_a_year", "Months a year", MONTHS_A_YEAR, "months", "A yearly rate becomes a monthly one."), "whole"),
        ((
            "smallest_share", "Smallest share still there", ALL_GONE, "share",
            "At or below it in either band the whole difference is the share's: amounts per customer mean nothing.",
        ), "percent"),
        (("irr_start_monthly", "Start of the search for the IRR", start_rate, "share per month",
          "The run's own monthly rate, or 1 % where there is none."), "percent"),
        (("rounding_tolerance", "Rounding in the payback", ROUNDING, "share of the largest flow",
          "A cumulative sum nearer to 0 counts as 0."), "tiny"),
        (("agreement_tolerance", "Agreement with the run", AGREEMENT, "relative",
          "Live figures and those of the run may differ by no more."), "tiny"),
        (("share_slack", "Leeway of estimated shares", SLACK, "share",
          "A standardised share may pass 0 or 1 by so much before a check says so."), "percent"),
        (("comparison_floor", "Smallest figure compared relatively", FLOOR, "in the figure's unit",
          "Smaller figures are compared as if they were of this size."), "number"),
    ]  # fmt: skip
    for offset, (entry, kind) in enumerate(entries, start=1):
        write_constant(sheet, row + offset, entry, kind)
    at = row + len(entries) + 1
    at = write_names(
        sheet, at, ("timing_names", "timing_earlier"), "Timing within the month", tuple(EARLIER_BY.items())
    )
    at = write_names(sheet, at, ("case_names", "case_numbers"), "Case", tuple(zip(CASES, (1.0, 2.0, 3.0), strict=True)))
    sheet.text(at, LABEL, "Months by which money comes earlier", "label")
    sheet.text(at, UNIT, "months", "note")
    sheet.text(at, NOTE, "Looked up from the timing in use.", "note")
    earlier = "=INDEX(timing_earlier,MATCH(discount_timing,timing_names,0))"
    sheet.formula(at, USED, earlier, EARLIER_BY[model.economics.discount_timing], "calc", "number")
    sheet.define("months_earlier", at, USED)
    return at + 2


def write_names(
    sheet: Sheet, row: int, names: tuple[str, str], label: str, entries: tuple[tuple[str, float], ...]
) -> int:
    """Write a small table of names and numbers.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    names : tuple of str
        Names of the column of names and of that of numbers.
    label : str
        For readers.
    entries : tuple of (str, float)
        The table.

    Returns
    -------
    int
        The row after it.
    """
    for offset, (name, number) in enumerate(entries):
        sheet.text(row + offset, LABEL, f"{label}: {name}", "label")
        sheet.text(row + offset, BASE, name, "run")
        sheet.value(row + offset, USED, number, "run", "number")
    last = row + len(entries) - 1
    sheet.define(names[0], row, BASE, last=(last, BASE))
    sheet.define(names[1], row, USED, last=(last, USED))
    return last + 1


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
    for offset, (name, label, ranges) in enumerate(state, start=1):
        sheet.text(row + offset, LABEL, label, "label")
        sheet.text(row + offset, UNIT, "inputs", "note")
        sheet.formula(row + offset, USED, f"=SUM({','.join(ranges)})", 0.0, "calc", "whole")
        sheet.define(name, row + offset, USED)
    sheet.text(row + 3, LABEL, "In words", "label")
    words = (
        f'=IF(inputs_changed=0,"{UNCHANGED}",inputs_changed&" of the inputs differ from the run: live figures follow '
        'them, values of the run do not.")'
    )
    sheet.formula(row + 3, BASE, words, UNCHANGED, "calc")
    sheet.define("inputs_status", row + 3, BASE)


def start_of_search(irr_annual: float | None) -> float:
    """Return the monthly rate from which the internal rate of return is looked for.

    Parameters
    ----------
    irr_annual : float or None
        The run's own rate a year.

    Returns
    -------
    float
        The same a month; 1 % without one.
    """
    if irr_annual is None or not np.isfinite(irr_annual) or irr_annual <= -1.0:
        return 0.01
    return float((1.0 + irr_annual) ** (1.0 / MONTHS_A_YEAR) - 1.0)
