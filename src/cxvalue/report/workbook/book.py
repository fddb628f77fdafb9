"""The workbook as bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import pandas as pd
from xlsxwriter import Workbook

from cxvalue.estimate import Curves
from cxvalue.report.study_results import StudyResults
from cxvalue.report.tables import curve_frame, report_tables
from cxvalue.report.workbook.book_model import model_of
from cxvalue.report.workbook.check_sheet import write_checks
from cxvalue.report.workbook.cover_sheet import write_cover
from cxvalue.report.workbook.curve_sheet import CURVES, curve_rows, write_curves
from cxvalue.report.workbook.input_rows import input_rows
from cxvalue.report.workbook.input_sheet import write_inputs
from cxvalue.report.workbook.result_rows import by_name, result_rows
from cxvalue.report.workbook.result_sheet import write_results
from cxvalue.report.workbook.run_tables import (
    CHECKS,
    ESTIMATES,
    MOVES,
    OUTLOOK,
    REGISTER,
    RESULTS,
    SEGMENTS,
    SENSITIVITY,
    SHEET_TITLES,
    tables_of,
)
from cxvalue.report.workbook.sensitivity_sheet import write_sensitivity
from cxvalue.report.workbook.sheet import Printing, Sheet
from cxvalue.report.workbook.styles import Styles
from cxvalue.report.workbook.table_block import write_table_sheet
from cxvalue.report.workbook.working_sheet import write_workings
from cxvalue.report.workbook.workings import WORKINGS, working_rows

COVER: Final = "Cover"
INPUTS: Final = "Inputs"
CREATED: Final = datetime(2000, 1, 1)
"""What the file gives as its date: the same in every run, so that equal results give equal bytes."""
OPTIONS: Final = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
ORDER: Final = (
    COVER, INPUTS, CURVES, WORKINGS, RESULTS, SENSITIVITY, SEGMENTS, MOVES, OUTLOOK, ESTIMATES, CHECKS, REGISTER,
)  # fmt: skip
LIVE: Final = frozenset({INPUTS, CURVES, WORKINGS, RESULTS, SENSITIVITY, CHECKS})
"""Sheets of the live model: there even where none of the run's tables belongs to them."""


def workbook_bytes(results: StudyResults) -> bytes:
    """Return the workbook of a report.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    bytes
        Content of ``workbook.xlsx``; equal results give equal bytes. Every formula is stored with the value that it
        has before anybody changes an input.

    Notes
    -----
    Where months of the curves stand for fewer customers than may be shown, the live model, which cannot do without
    them, is left out.
    """
    sink = io.BytesIO()
    book = Workbook(sink, OPTIONS)
    book.set_properties({"title": "cxvalue", "created": CREATED})
    book.set_calc_mode("auto")
    tables = report_tables(results)
    if holds_back(results):
        sheets, printing = plain_book(book, results, tables)
    else:
        sheets, printing = live_book(book, results, tables)
    for name, how in printing.items():
        sheets[name].prints(how, study=results.name, version=results.version)
    sheets[COVER].inner.activate()
    book.close()
    return sink.getvalue()


def holds_back(results: StudyResults) -> bool:
    """Return whether months of the curves stand for fewer customers than may be shown.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    bool
        True where a point of the two bands is held back from the report's tables.
    """
    if not isinstance(results.curves, Curves):
        return False
    shown = curve_frame(results.curves, results.disclosure_min)
    bands = (results.shift.from_band, results.shift.to_band)
    return bool(shown.loc[shown["band"].isin(bands), "estimate"].isna().any())


def open_sheets(book: Workbook, names: Sequence[str], *, live: bool) -> dict[str, Sheet]:
    """Return the sheets, in order.

    Parameters
    ----------
    book : xlsxwriter.Workbook
        The workbook.
    names : sequence of str
        Their names.
    live : bool
        Whether the book holds the model and its checks.

    Returns
    -------
    dict of str to Sheet
        By name.
    """
    styles = Styles(book)
    return {name: Sheet(book, styles, name, live=live) for name in names}


def plain_book(
    book: Workbook, results: StudyResults, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, Sheet], dict[str, Printing]]:
    """Write a book without the model.

    Parameters
    ----------
    book : xlsxwriter.Workbook
        The workbook.
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    tuple of dict
        Sheets, and how they print, by name.
    """
    names = [name for name in ORDER if name == COVER or tables_of(name, tables)]
    sheets = open_sheets(book, names, live=False)
    printing = {COVER: write_cover(sheets[COVER], results, None, names[1:])}
    for name in names[1:]:
        printing[name] = write_table_sheet(sheets[name], SHEET_TITLES[name], tables_of(name, tables))
    return sheets, printing


def live_book(
    book: Workbook, results: StudyResults, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, Sheet], dict[str, Printing]]:
    """Write a book with the model.

    Parameters
    ----------
    book : xlsxwriter.Workbook
        The workbook.
    results : StudyResults
        The results.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    tuple of dict
        Sheets, and how they print, by name.
    """
    model = model_of(results.value, results.episodes.as_of)
    curves, workings, figures = curve_rows(model), working_rows(model), result_rows(model)
    sources, found = (curves, workings), by_name(figures)
    names = [name for name in ORDER if name == COVER or name in LIVE or tables_of(name, tables)]
    sheets = open_sheets(book, names, live=True)
    printing = {COVER: write_cover(sheets[COVER], results, found, names[1:])}
    rows = input_rows(model, tables["assumptions"], worse_ends(tables))
    printing[INPUTS] = write_inputs(sheets[INPUTS], model, rows)
    printing[CURVES] = write_curves(sheets[CURVES], model, curves)
    printing[WORKINGS] = write_workings(sheets[WORKINGS], model, workings, curves)
    blocks, printing[RESULTS] = write_results(sheets[RESULTS], model, figures, sources)
    ran = tables_of(SENSITIVITY, tables)
    printing[SENSITIVITY] = write_sensitivity(sheets[SENSITIVITY], model, found, sources, ran)
    printing[CHECKS] = write_checks(sheets[CHECKS], model, sources, blocks, tables_of(CHECKS, tables))
    for name in names:
        if name not in printing:
            printing[name] = write_table_sheet(sheets[name], SHEET_TITLES[name], tables_of(name, tables))
    return sheets, printing


def worse_ends(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return which end of each assumption makes the net present value smaller, where it was computed.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The report's tables; ``sensitivity`` has columns assumption, npv_low and npv_high.

    Returns
    -------
    dict of str to str
        ``low`` or ``high`` by assumption.
    """
    if "sensitivity" not in tables:
        return {}
    bars = tables["sensitivity"].dropna(subset=["npv_low", "npv_high"])
    columns = (bars[name] for name in ("assumption", "npv_low", "npv_high"))
    return {str(name): "low" if low <= high else "high" for name, low, high in zip(*columns, strict=True)}
