"""Studies in another language, and a language made up for the tests."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from cxvalue.report import StudyResults
from cxvalue.report.languages.language import Language, read_catalogue

CODES = ("ar", "fa")
DIGITS = {"ar": "٠١٢٣٤٥٦٧٨٩", "fa": "۰۱۲۳۴۵۶۷۸۹"}
MARKS = re.compile("[\u200e\u200f\u061c\u2066-\u2069]")
"""Signs that say in which direction text runs, and are not seen."""
TOY = """
msgid ""
msgstr ""
"Language: xx\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "number"
msgid "0123456789"
msgstr "०१२३४५६७८९"

msgctxt "number"
msgid ","
msgstr "'"

msgctxt "number"
msgid "."
msgstr ":"

msgid "Who answered"
msgstr "Xwho <b>&\\"x\\""

msgid "{n} month"
msgid_plural "{n} months"
msgstr[0] "{n} xmonth"
msgstr[1] "{n} xmonths"

msgid "{count} episodes in band {band}; at least {least} are needed"
msgstr "x{least} needed, x{count} there: {band}"

msgid "All {n} rules"
msgstr "x{N} rules"

msgid "By {unpaired}"
msgstr "x{"

#, fuzzy
msgid "Curves"
msgstr "Xfuzzy"
"""


def in_language(results: StudyResults, code: str) -> StudyResults:
    """Return results whose page speaks a language."""
    return replace(results, settings={**results.settings, "report": {"language": code}})


def seen(text: str) -> str:
    """Return a text without the signs that are not seen, its spaces alike."""
    return MARKS.sub("", text).replace("\u00a0", " ")


def toy_language(folder: Path) -> Language:
    """Write a catalogue with a few messages and return its language."""
    path = folder / "xx.po"
    path.write_text(TOY, encoding="utf-8")
    return read_catalogue(path)
