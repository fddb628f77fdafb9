"""The blocks of the sheet ``Inputs`` with what comes from the data, and with constants."""

from __future__ import annotations

from typing import Final

from cxvalue.report.wording import metric_name
from cxvalue.report.workbook.book_model import ROUNDING, SEARCH_FROM, BookModel
from cxvalue.report.workbook.input_columns import BASE, LABEL, NAME, NOTE, PRINTED, UNIT, USED
from cxvalue.report.workbook.input_rows import split_name, unit_names
from cxvalue.report.workbook.sheet import Sheet
from cxvalue.report.workbook.styles import Kind
from cxvalue.value.appraise import MONTHS_A_YEAR
from cxvalue.value.caveats import KEPT_BEYOND
from cxvalue.value.economics import EARLIER_BY
from cxvalue.value.levers import ALL_GONE
from cxvalue.value.vary.cases import CASES
from cxvalue.vocabulary import COST_TO_SERVE, REVENUE, leaving_is_seen

AGREEMENT: Final = 1e-6
FLOOR: Final = 1e-3
SLACK: Final = 0.02


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
    return write_beyond(sheet, row + len(found) + 1, model) + 1


def write_beyond(sheet: Sheet, row: int, model: BookModel) -> int:
    """Write how the curves were carried on beyond the follow-up, where they were.

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
    if model.months <= model.move.follow_up:
        return row
    is_seen = leaving_is_seen(model.metrics)
    how = KEPT_BEYOND[model.economics.tail] if is_seen else "Every metric goes on at its mean of the last six months"
    sheet.text(row, LABEL, f"Curves beyond month {model.move.follow_up}", "label")
    sheet.text(row, USED, model.economics.tail if is_seen else "mean", "run")
    sheet.text(row, UNIT, "model", "note")
    sheet.text(row, NOTE, f"{how}; the curves hold it, so it is not live.", "note")
    return row + 1


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
    entries: list[tuple[tuple[str, str, float, str, str], Kind]] = [
        (("months_a_year", "Months a year", MONTHS_A_YEAR, "months", "A yearly rate becomes a monthly one."), "whole"),
        ((
            "smallest_share", "Smallest share still there", ALL_GONE, "share",
            "At or below it in either band the whole difference is the share's: amounts per customer mean nothing.",
        ), "percent"),
        (("irr_start_else", "Start of the search for the IRR", SEARCH_FROM, "share per month",
          "Where Workings finds no better one."), "percent"),
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
    timing = ("Timing within the month", "months", "By how many months its money comes before the month's end.")
    case = ("Case", "number", "Position of the case.")
    at = write_names(sheet, at, ("timing_names", "timing_earlier"), timing, tuple(EARLIER_BY.items()))
    at = write_names(sheet, at, ("case_names", "case_numbers"), case, tuple(zip(CASES, (1.0, 2.0, 3.0), strict=True)))
    sheet.text(at, LABEL, "Months by which money comes earlier", "label")
    sheet.text(at, UNIT, "months", "note")
    sheet.text(at, NOTE, "Looked up from the timing in use.", "note")
    earlier = "=INDEX(timing_earlier,MATCH(discount_timing,timing_names,0))"
    sheet.formula(at, USED, earlier, EARLIER_BY[model.economics.discount_timing], "calc", "number")
    sheet.define("months_earlier", at, USED)
    return at + 2


def write_names(
    sheet: Sheet, row: int, names: tuple[str, str], texts: tuple[str, str, str], entries: tuple[tuple[str, float], ...]
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
    texts : tuple of str
        Label, unit and note.
    entries : tuple of (str, float)
        The table.

    Returns
    -------
    int
        The row after it.
    """
    label, unit, note = texts
    for offset, (name, number) in enumerate(entries):
        sheet.text(row + offset, LABEL, f"{label}: {name}", "label")
        sheet.text(row + offset, BASE, name, "run")
        sheet.text(row + offset, UNIT, unit, "note")
        sheet.value(row + offset, USED, number, "run", "number")
        sheet.text(row + offset, NOTE, note, "note")
    last = row + len(entries) - 1
    sheet.define(names[0], row, BASE, last=(last, BASE))
    sheet.define(names[1], row, USED, last=(last, USED))
    return last + 1
