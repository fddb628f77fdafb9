"""The look of cells: what a colour means, and how numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from cxvalue.report.plot_parts import BAND_COLOURS, GAIN, LOSS, TOTAL

Role = Literal[
    "title", "subtitle", "section", "head", "middle", "label", "note", "text", "input", "calc", "faint", "total", "run",
    "check", "link", "answer",
]  # fmt: skip
Kind = Literal[
    "text", "money", "cents", "share", "percent", "count", "amount", "whole", "factor", "ratio", "tiny", "number"
]

INPUT_FILL: Final = "#FFF2CC"
INPUT_INK: Final = "#1F3FA8"
RUN_FILL: Final = "#E7E9ED"
HEAD_FILL: Final = "#274060"
SECTION_FILL: Final = "#DCE6F1"
GOOD: Final[Mapping[str, Any]] = {"bg_color": "#D8F0DF", "font_color": "#0B5D2A", "bold": True}
BAD: Final[Mapping[str, Any]] = {"bg_color": "#F9D6CC", "font_color": "#9C1C00", "bold": True}
ASIDE: Final[Mapping[str, Any]] = {"bg_color": "#FDF0C4", "font_color": "#6B5200", "bold": True}
LOSS_FILL: Final[Mapping[str, Any]] = {"bg_color": "#F9D6CC"}
EXTENDED_HEAD: Final[Mapping[str, Any]] = {"italic": True, "bg_color": "#8A5A2B", "font_color": "#FFFFFF"}
EXTENDED: Final[Mapping[str, Any]] = {"italic": True, "bg_color": "#F3E6D8"}
CHART_COLOURS: Final[Mapping[str, str]] = {"gain": GAIN, "loss": LOSS, "total": TOTAL, **BAND_COLOURS}

ROLES: Final[dict[Role, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 15, "font_color": HEAD_FILL},
    "subtitle": {"italic": True, "font_color": "#595959"},
    "section": {"bold": True, "bg_color": SECTION_FILL, "font_color": HEAD_FILL},
    "head": {"bold": True, "bg_color": HEAD_FILL, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"},
    "middle": {
        "bold": True,
        "bg_color": HEAD_FILL,
        "font_color": "#FFFFFF",
        "text_wrap": True,
        "valign": "vcenter",
        "align": "center",
    },
    "label": {"text_wrap": True, "valign": "top"},
    "note": {"text_wrap": True, "valign": "top", "font_color": "#595959", "font_size": 9, "align": "left", "indent": 1},
    "text": {"text_wrap": True, "valign": "top"},
    "input": {"bg_color": INPUT_FILL, "font_color": INPUT_INK, "border": 1, "border_color": "#BFA84C", "valign": "top"},
    "calc": {"valign": "top"},
    "faint": {"font_color": "#9A9A9A", "bg_color": INPUT_FILL, "border": 1, "border_color": "#BFA84C", "valign": "top"},
    "total": {"bold": True, "valign": "top"},
    "run": {"bg_color": RUN_FILL, "valign": "top"},
    "check": {"bold": True, "align": "center", "valign": "top"},
    "answer": {"font_size": 13, "text_wrap": True, "valign": "vcenter", "bold": True},
    "link": {"font_color": INPUT_INK, "underline": 1, "valign": "top"},
}
KINDS: Final[dict[Kind, dict[str, Any]]] = {
    "text": {},
    "money": {"num_format": '#,##0;-#,##0;"–"', "align": "right", "indent": 1},
    "cents": {"num_format": '#,##0.00;-#,##0.00;"–"', "align": "right", "indent": 1},
    "share": {"num_format": "0.00%", "align": "right", "indent": 1},
    "percent": {"num_format": "0.0##%", "align": "right", "indent": 1},
    "amount": {"num_format": "#,##0.00", "align": "right", "indent": 1},
    "count": {"num_format": "#,##0.0", "align": "right", "indent": 1},
    "whole": {"num_format": "#,##0", "align": "right", "indent": 1},
    "factor": {"num_format": "0.0000", "align": "right", "indent": 1},
    "ratio": {"num_format": "#,##0.00", "align": "right", "indent": 1},
    "tiny": {"num_format": "0.0E+00;-0.0E+00;0", "align": "right", "indent": 1},
    "number": {"num_format": "General", "align": "right", "indent": 1},
}


class Styles:
    """The formats of a workbook, each made once.

    Parameters
    ----------
    book : xlsxwriter.Workbook
        The workbook.
    """

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Role, Kind, bool], Format] = {}

    def get(self, role: Role, kind: Kind = "text", *, quoted: bool = False) -> Format:
        """Return the format of a cell.

        Parameters
        ----------
        role : str
            What the cell is.
        kind : str
            How a number in it is written.
        quoted : bool
            Whether it stays text when somebody edits it, though it begins like a formula.

        Returns
        -------
        xlsxwriter.format.Format
            The format.
        """
        key = (role, kind, quoted)
        if key not in self._made:
            looks = {"font_name": "Calibri", "font_size": 10, **KINDS[kind], **ROLES[role]}
            self._made[key] = self._book.add_format(looks | ({"quote_prefix": True} if quoted else {}))
        return self._made[key]

    def mark(self, looks: Mapping[str, Any]) -> Format:
        """Return a format that marks cells under a condition.

        Parameters
        ----------
        looks : mapping
            Such as :data:`GOOD`.

        Returns
        -------
        xlsxwriter.format.Format
            The format.
        """
        return self._book.add_format(dict(looks))
