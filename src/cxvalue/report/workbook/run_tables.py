"""Tables of the run that stand in the workbook as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

RESULTS: Final = "Results"
SEGMENTS: Final = "Segments"
MOVES: Final = "Moves"
SENSITIVITY: Final = "Sensitivity"
OUTLOOK: Final = "Outlook"
ESTIMATES: Final = "Estimates"
CHECKS: Final = "Checks"
REGISTER: Final = "Register"


@dataclass(frozen=True, slots=True)
class RunTable:
    """What the workbook says of one of the report's tables.

    Parameters
    ----------
    sheet : str
        Where it stands.
    title : str
        What it shows.
    note : str
        How to read it.
    """

    sheet: str
    title: str
    note: str = ""


RUN_TABLES: Final[dict[str, RunTable]] = {
    "levers": RunTable(RESULTS, "Parts of the value per moved customer", "They add up to it."),
    "appraisal": RunTable(RESULTS, "What the whole shift comes to", "Discounted, with intervals."),
    "segments": RunTable(
        SEGMENTS, "Value by segment",
        "Before any programme cost. The shrunken value is drawn toward the whole as far as the segment's own is "
        "uncertain; it has no interval of its own.",
    ),
    "segment_totals": RunTable(SEGMENTS, "Segments against the whole", "Sums before shrinkage, and the difference."),
    "moves": RunTable(
        MOVES, "Every move between bands", "Each is standardised to the customers now in the band that it leaves.",
    ),
    "points": RunTable(MOVES, "What points of the score are worth", "By mix of moves: who moves makes the difference."),
    "sensitivity": RunTable(
        SENSITIVITY, "One assumption at a time",
        "Net present value at both ends of each, all others as they are. Column range says where none was given. "
        "Share of the variance: of the run in which everything is drawn together.",
    ),
    "cases": RunTable(
        SENSITIVITY, "Low, base and high case", "All with a range at one end together. Inputs sets them live.",
    ),
    "probabilistic": RunTable(
        SENSITIVITY, "Everything at once", "Estimation and assumptions drawn together; which of them matters most.",
    ),
    "outlook": RunTable(OUTLOOK, "Looking ahead", "The value if the trend of the link goes on, fades or stops."),
    "sustained": RunTable(OUTLOOK, "Once and sustained", "The move once, as measured, and kept up month after month."),
    "estimates": RunTable(
        ESTIMATES, "The value per moved customer under every estimator",
        "The headline is the standardised one. Difference: from the headline over the same months.",
    ),
    "reconciliation": RunTable(
        CHECKS, "The books against the tables", "What counts after the checks, against the totals of the ledger.",
    ),
    "assumptions": RunTable(
        REGISTER, "The assumption register", "As of the run. Ranges, sources and owners come from the settings.",
    ),
}  # fmt: skip
"""By name of the report's table: the tables that the workbook holds as values, where they were computed."""
SHEET_TITLES: Final[dict[str, str]] = {
    RESULTS: "Values of the run: what the shift comes to",
    SENSITIVITY: "Values of the run: how far the value moves with the assumptions",
    SEGMENTS: "Values of the run: the shift in each segment",
    MOVES: "Values of the run: every move between bands",
    OUTLOOK: "Values of the run: what lies ahead",
    ESTIMATES: "Values of the run: other estimators beside the headline",
    CHECKS: "Values of the run: the books against the tables",
    REGISTER: "Values of the run: every number that the user, not the data, put into the value",
}
"""What the sheets say that hold nothing but such tables."""


def tables_of(sheet: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of a sheet that were computed.

    Parameters
    ----------
    sheet : str
        Name of the sheet.
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Returns
    -------
    dict of str to pandas.DataFrame
        By name, those that have rows.
    """
    return {
        name: tables[name] for name, found in RUN_TABLES.items()
        if found.sheet == sheet and name in tables and len(tables[name])
    }  # fmt: skip
