"""A ``strptime`` format as a regular expression, for engines that do not read such formats themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cxvalue.errors import DataError

NUMBERS: Final = {
    "Y": ("year", "[0-9]{1,4}"),
    "y": ("short_year", "[0-9]{1,2}"),
    "m": ("month", "[0-9]{1,2}"),
    "d": ("day", "[0-9]{1,2}"),
    "H": ("hour", "[0-9]{1,2}"),
    "I": ("hour", "0?[1-9]|1[0-2]"),
    "M": ("minute", "[0-9]{1,2}"),
    "S": ("second", "[0-9]{1,2}"),
    "f": ("fraction", "[0-9]{1,6}"),
}
SHORT_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
LONG_MONTHS: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
TEXTS: Final = {"b": ("month_name", SHORT_MONTHS), "B": ("month_name", LONG_MONTHS), "p": ("half_day", "am|pm")}
WEEKDAYS: Final = {
    "a": "mon|tue|wed|thu|fri|sat|sun",
    "A": "monday|tuesday|wednesday|thursday|friday|saturday|sunday",
}
DIRECTIVE: Final = re.compile(r"%(-?)(.)|(\s+)|([^%\s]+)", re.DOTALL)
ALLOWED: Final = "%Y %y %m %d %b %B %H %I %p %M %S %f %a %A %%, and %-d for a number without leading zeros"


@dataclass(frozen=True, slots=True)
class StrptimePattern:
    """A format as a regular expression that Python and Java share.

    Parameters
    ----------
    regex : str
        The expression; it matches the whole text, whatever its case, with or without spaces at the ends.
    groups : dict of str to int
        Which group holds the year, short_year, month, month_name, day, hour, half_day, minute, second and fraction.
    """

    regex: str
    groups: dict[str, int]


def read_date_format(date_format: str) -> StrptimePattern:
    """Return a ``strptime`` format as a regular expression.

    Parameters
    ----------
    date_format : str
        Such as ``%d/%m/%Y``.

    Returns
    -------
    StrptimePattern
        The expression and its groups.

    Raises
    ------
    DataError
        For a directive that is not read here, such as ``%z``, and for one that stands twice.

    Examples
    --------
    >>> pattern = read_date_format("%d.%m.%Y")
    >>> found = re.match(pattern.regex, "5.11.2024")
    >>> {name: found[group] for name, group in pattern.groups.items()}
    {'day': '5', 'month': '11', 'year': '2024'}
    """
    parts: list[str] = []
    groups: dict[str, int] = {}
    for dash, directive, space, literal in DIRECTIVE.findall(date_format):
        if space:
            parts.append(r"\s+")
        elif literal:
            parts.append("".join(escaped(character) for character in literal))
        elif directive == "%" and not dash:
            parts.append("%")
        elif directive in WEEKDAYS and not dash:
            parts.append(f"(?:{WEEKDAYS[directive]})")
        else:
            known = NUMBERS if dash else NUMBERS | TEXTS
            name, pattern = known.get(directive, ("", ""))
            if not name or name in groups:
                raise DataError(
                    f"date_format '{date_format}': '%{dash}{directive}' is not read on this engine",
                    allowed=f"each once: {ALLOWED}",
                    hint="write the column as ISO dates (2024-03-01), or as dates in Parquet",
                )
            groups[name] = len(groups) + 1
            parts.append(f"({pattern})")
    return StrptimePattern(rf"(?i)^\s*{''.join(parts)}\s*$", groups)


def escaped(character: str) -> str:
    """Return a character of a format as it stands in a regular expression within SQL.

    Parameters
    ----------
    character : str
        One character.

    Returns
    -------
    str
        Letters and digits as they are; a quote, which would end the SQL text, as its number.
    """
    return character if character.isalnum() else f"\\x{ord(character):02x}"
