"""The sheet ``Cover``: the answer, how sure it is, and how to use the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cxvalue.report.answer import answer_sentence
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.page.top import LEVEL_NOTES, cautions
from cxvalue.report.study_results import StudyResults
from cxvalue.report.wording import level
from cxvalue.report.workbook.result_rows import ResultRow
from cxvalue.report.workbook.sheet import HIGHEST_ROW, TOP_ROWS, Printing, Sheet
from cxvalue.report.workbook.styles import Role

LINE_SIGNS: Final = 170
"""Characters that a line of the sheet's whole width holds."""
SHOWN: Final = ("npv", "value_per_customer", "customers_moved", "programme_cost", "roi", "payback", "most_per_moved")
USE: Final = (
    "Change an assumption in Inputs, in the cells of the input colour. Everything that is live follows at once.",
    "Or choose the case low, base or high in Inputs: every assumption with a range goes to one of its ends.",
    "See in Workings, line by line, how the curves become money. Each line is one formula, copied across the months.",
    "See in Results what came out beside the figures of the run. While no input is changed the two are equal.",
    "Look at the master check at the top of every sheet. The sheet Checks says what it counts.",
    "What is estimated from the data is not live: curves, intervals and the tables marked as values of the run. For "
    "other data, another shift or more months, run the study again.",
)
NOT_LIVE: Final = (
    "The live model is left out: months of its curves stand for fewer customers than the settings allow to be shown. "
    "The figures of the run stand in Results."
)
COLOURS: Final[tuple[tuple[Role, str, str], ...]] = (
    ("input", "Input", "May be changed."),
    ("faint", "Range not given", "The end of a range: follows the base until a number is typed over it."),
    ("calc", "Formula", "Follows the inputs."),
    ("total", "Result", "Formula of a total or a result."),
    ("run", "Value of the run", "From Python; stays as it is."),
)
CONTENTS: Final = {
    "Inputs": "Assumptions with range, source and owner; the case in use; constants.",
    "Curves": "What the data say of the two bands, month by month.",
    "Workings": "From the curves to the cash flow, live.",
    "Results": "Live results beside those of the run; waterfall and cumulative cash flow.",
    "Sensitivity": "Share and margin together, live; analyses of the run.",
    "Segments": "The value in each segment.",
    "Moves": "Every move between bands; what points of the score are worth.",
    "Outlook": "What lies ahead.",
    "Estimates": "Other estimators beside the headline.",
    "Checks": "What must hold, and the master check.",
    "Register": "The assumption register of the run.",
}


def write_cover(
    sheet: Sheet, results: StudyResults, figures: Mapping[str, ResultRow] | None, sheets: Sequence[str]
) -> Printing:
    """Write the sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    results : StudyResults
        The results.
    figures : mapping of str to ResultRow or None
        Live results by name; None where the book holds no live model.
    sheets : sequence of str
        Names of the other sheets.

    Returns
    -------
    Printing
        How it prints.
    """
    shift = results.shift
    what = f"What it is worth to move {shift.label()}, and the model behind it."
    if figures is not None:
        sheet.top(results.name, what)
    else:
        sheet.text(0, 0, results.name, "title")
        sheet.text(1, 0, what, "subtitle")
    sheet.widths(34, 26, 92)
    at = write_answer(sheet, TOP_ROWS, results)
    if figures is None:
        sheet.text(at, 0, NOT_LIVE, "label")
        at += 2
    else:
        at = write_live(sheet, at, figures)
        at = write_list(sheet, at, "How to use the book", USE)
    at = write_list(sheet, at, "What to bear in mind", cautions(results))
    at = write_colours(sheet, at)
    at = write_contents(sheet, at, sheets)
    write_run(sheet, at, results)
    return Printing(3)


def write_answer(sheet: Sheet, row: int, results: StudyResults) -> int:
    """Write the answer and the verdict.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    results : StudyResults
        The results.

    Returns
    -------
    int
        The row after it.
    """
    verdict, minimum = results.verdict, results.disclosure_min
    sheet.section(row, "The answer of the run", columns=3)
    sheet.inner.merge_range(row + 1, 0, row + 1, 2, "", sheet.styles.get("answer"))
    sheet.text(row + 1, 0, answer_sentence(results), "answer")
    sheet.inner.set_row(row + 1, 48)
    sheet.text(row + 2, 0, "Verdict", "label")
    sheet.text(row + 2, 1, verdict.label, "total")
    sheet.text(row + 2, 2, f"{LEVEL_NOTES[verdict.label]}.", "text")
    for offset, reason in enumerate(verdict.reasons, start=3):
        sheet.text(row + offset, 2, hide_in_text(reason, minimum), "note")
    return row + 4 + len(verdict.reasons)


def write_live(sheet: Sheet, row: int, figures: Mapping[str, ResultRow]) -> int:
    """Write the main results, live.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    figures : mapping of str to ResultRow
        By name.

    Returns
    -------
    int
        The row after it.
    """
    sheet.section(row, "With the inputs as they are now, live", columns=3)
    for offset, name in enumerate(SHOWN, start=1):
        found = figures[name]
        label = "Value per moved customer" if name == "value_per_customer" else found.label
        sheet.text(row + offset, 0, label, "label")
        sheet.formula(row + offset, 1, f"=result_{name}", found.value, "total", found.kind)
        sheet.text(row + offset, 2, found.unit, "note")
    return row + len(SHOWN) + 2


def write_list(sheet: Sheet, row: int, title: str, lines: Sequence[str]) -> int:
    """Write numbered sentences.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    title : str
        Of the list.
    lines : sequence of str
        The sentences.

    Returns
    -------
    int
        The row after it.
    """
    sheet.section(row, title, columns=3)
    for offset, line in enumerate(lines, start=1):
        sheet.inner.merge_range(row + offset, 0, row + offset, 2, "", sheet.styles.get("text"))
        sheet.text(row + offset, 0, f"{offset}. {line}", "text")
        sheet.inner.set_row(row + offset, min(14.0 * (1 + len(line) // LINE_SIGNS), HIGHEST_ROW))
    return row + len(lines) + 2


def write_colours(sheet: Sheet, row: int) -> int:
    """Write what the colours mean.

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
    sheet.section(row, "Colours", columns=3)
    for offset, (role, name, meaning) in enumerate(COLOURS, start=1):
        sheet.text(row + offset, 0, name, "label")
        sheet.value(row + offset, 1, 1234.0, role, "money")
        sheet.text(row + offset, 2, meaning, "note")
    return row + len(COLOURS) + 2


def write_contents(sheet: Sheet, row: int, sheets: Sequence[str]) -> int:
    """Write which sheets there are, with links.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    sheets : sequence of str
        Their names.

    Returns
    -------
    int
        The row after it.
    """
    sheet.section(row, "Sheets", columns=3)
    for offset, name in enumerate(sheets, start=1):
        sheet.inner.write_url(row + offset, 0, f"internal:'{name}'!A1", sheet.styles.get("link"), name)
        sheet.text(row + offset, 2, CONTENTS[name], "note")
    return row + len(sheets) + 2


def write_run(sheet: Sheet, row: int, results: StudyResults) -> None:
    """Write which run the book is of.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    results : StudyResults
        The results.
    """
    sheet.section(row, "The run", columns=3)
    facts = (
        ("Study", results.name), ("Value as of", results.episodes.as_of),
        ("Months of data", f"{results.months[0]} to {results.months[1]}"),
        ("Months valued", str(results.value.months)), ("Currency", results.currency),
        ("Level of the intervals", level(results.confidence)), ("Seed of the draws", str(results.seed)),
        ("Version of cxvalue", results.version),
    )  # fmt: skip
    for offset, (label, text) in enumerate(facts, start=1):
        sheet.text(row + offset, 0, label, "label")
        sheet.text(row + offset, 1, text, "text")
