"""How a language is written: what a catalogue says of its direction, numbers, lists and of customers in a band."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark_as

WRITING: Final = (
    mark_as("direction", "ltr"),
    mark_as("number", "0123456789"),
    mark_as("number", ","),
    mark_as("number", "."),
    mark_as("number", "+{number}"),
    mark_as("number", "±{number}"),
    mark_as("number", "{year}-Q{quarter}"),
    mark_as("list", "; "),
    mark_as("list", ", "),
    mark_as("people", "dissatisfied"),
    mark_as("people", "neutral"),
    mark_as("people", "satisfied"),
)
"""Messages that are said by context and made up where they are used."""
