"""The columns of the sheet ``Inputs``."""

from __future__ import annotations

from typing import Final

LABEL, BASE, UNIT, LOW, HIGH, WORSE, USED, RUN, SOURCE, OWNER, DATE, NOTE = range(12)
NAME, CHANGED, LEAST, MOST, WHOLE, OUTSIDE = range(12, 18)
PRINTED: Final = 12
HEAD: Final = (
    "Assumption", "Base", "Unit", "Low", "High", "Worse end", "In use", "In the run", "Source", "Owner", "Date",
    "What it does; note", "Name in the settings", "Changed", "Least allowed", "Most allowed", "Whole number",
    "Outside what is allowed",
)  # fmt: skip
