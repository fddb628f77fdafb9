"""The settings of the report: the language of its page."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from cxvalue.report.languages.language import ENGLISH_CODE, language_codes
from cxvalue.section import Section


class ReportSettings(Section):
    """Section ``[report]``.

    Parameters
    ----------
    language : str
        Of ``report.html`` and the figures: ``en``, or that of a catalogue. All other files stay English.

    Examples
    --------
    >>> ReportSettings(language="fa").language
    'fa'
    """

    section_name: ClassVar[str] = "report"

    language: str = ENGLISH_CODE

    @field_validator("language")
    @classmethod
    def _has_a_catalogue(cls, code: str) -> str:
        if code not in (known := language_codes()):
            raise ValueError(" or ".join(f"'{each}'" for each in known))
        return code
