"""A spreadsheet program for the tests: it recalculates workbooks, and what is in them can be asked."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook

ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""
ADDRESS = re.compile(r"(?<![A-Za-z_.])(\$?)([A-Z]{1,3})(\$?)([0-9]+)(?![0-9A-Za-z_(])")


def recalculate(files: Mapping[str, bytes], folder: Path) -> dict[str, Workbook]:
    """Return workbooks as LibreOffice has recalculated them, all in one go."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail("soffice recalculates the workbook in these tests: install libreoffice-calc, as .ci/run does")
    given, done, profile = (folder / name for name in ("given", "done", "profile"))
    for path in (given, done, profile / "user"):
        path.mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    for name, content in files.items():
        (given / f"{name}.xlsx").write_bytes(content)
    command = [
        program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx",
        "--outdir", str(done), *(str(given / f"{name}.xlsx") for name in files),
    ]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    missing = [name for name in files if not (done / f"{name}.xlsx").is_file()]
    if missing:
        pytest.fail(f"soffice did not convert {missing}: {ended.stdout} {ended.stderr}")
    return {name: openpyxl.load_workbook(done / f"{name}.xlsx", data_only=True) for name in files}


def opened(content: bytes, *, values: bool = False) -> Workbook:
    """Return a workbook, its formulas or the values stored with them."""
    return openpyxl.load_workbook(BytesIO(content), data_only=values)


def with_cells(content: bytes, changes: Mapping[str, object]) -> bytes:
    """Return a workbook with other values in named cells, and without stored values: they have to be computed."""
    book = opened(content)
    for name, value in changes.items():
        named(book, name).value = value
    sink = BytesIO()
    book.save(sink)
    return sink.getvalue()


def named(book: Workbook, name: str) -> Cell:
    """Return the cell, or the first of the cells, that bears a name."""
    sheet, area = next(iter(book.defined_names[name].destinations))
    return book[sheet][area.replace("$", "").partition(":")[0]]


def formulas(book: Workbook, *sheets: str) -> Iterator[Cell]:
    """Yield the cells with a formula of some sheets; of all when none is named."""
    for sheet in book:
        if not sheets or sheet.title in sheets:
            yield from (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f")


def relative(formula: str, row: int, column: int) -> str:
    """Return a formula with its addresses relative to where it stands, the same in every cell that it is copied to."""

    def replace(found: re.Match[str]) -> str:
        at = column_index_from_string(found[2])
        across = f"C{at}" if found[1] else f"C[{at - column}]"
        down = f"R{found[4]}" if found[3] else f"R[{int(found[4]) - row}]"
        return down + across

    return ADDRESS.sub(replace, formula)


def texts(book: Workbook) -> Iterator[Any]:
    """Yield the cells with text."""
    yield from (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s")


def same(found: object, expected: object, *, tolerance: float) -> bool:
    """Say whether two cells hold the same: text, or numbers within a relative tolerance."""
    if isinstance(found, int | float) and isinstance(expected, int | float):
        return abs(found - expected) <= tolerance * max(abs(expected), 1e-6)
    return found == expected


def differing(pairs: Sequence[tuple[str, object, object]], *, tolerance: float) -> list[tuple[str, object, object]]:
    """Return the pairs that do not hold the same."""
    return [(name, x, y) for name, x, y in pairs if not same(x, y, tolerance=tolerance)]
