"""What a report holds back, counted in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from cxvalue.report.disclosure import SUPPRESSED

NAMES: Final = {
    "bands": ("band", "bands"), "segments": ("segment", "segments"),
    "head_counts": ("segment's head counts and totals", "segments' head counts and totals"),
    "strata": ("group's outcomes", "groups' outcomes"), "curves": ("point of the curves", "points of the curves"),
    "moves": ("move's head counts", "moves' head counts"),
    "exclusions": ("number of rows left out or repaired", "numbers of rows left out or repaired"),
}  # fmt: skip
"""What is held back: one, and several."""


def held_back_sentence(tables: Mapping[str, pd.DataFrame], minimum: int) -> str:
    """Return how much of a report is held back, and why.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The report's tables.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    str
        A sentence; empty when everything is shown.

    Examples
    --------
    >>> bands = pd.DataFrame({"band": ["neutral"], "status": ["suppressed"]})
    >>> held_back_sentence({"bands": bands}, 10)
    'held back, for they stand for fewer than 10 customers or would give such a number away: 1 band'
    """
    parts = [f"{n:,} {NAMES[name][n > 1]}" for name, n in count_held_back(tables) if n]
    if not parts:
        return ""
    reason = f"held back, for they stand for fewer than {minimum} customers or would give such a number away"
    return f"{reason}: {', '.join(parts)}"


def count_held_back(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, int]]:
    """Yield how many figures of each kind are held back.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The report's tables.

    Yields
    ------
    tuple of str and int
        A key of ``NAMES`` and a number.
    """
    for name in ("bands", "segments"):
        if name in tables:
            yield name, int((tables[name]["status"] == SUPPRESSED).sum())
    if "segments" in tables:
        segments = tables["segments"]
        yield "head_counts", int(((segments["status"] == "ok") & segments["active_customers"].isna()).sum())
    if "outcomes" in tables:
        small = tables["outcomes"][tables["outcomes"]["status"] == SUPPRESSED]
        yield "strata", len(small[["by", "group"]].drop_duplicates())
    if "curves" in tables:
        yield "curves", int(tables["curves"]["estimate"].isna().sum())
    if "moves" in tables:
        moves = tables["moves"]
        yield "moves", int(((moves["status"] == "ok") & moves["customers_in_band"].isna()).sum())
    if "exclusions" in tables:
        yield "exclusions", int(tables["exclusions"]["n"].isna().sum())
