"""What each kind of column reads from text: the same on every engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from cxvalue.engine import Column, ColumnKind


@dataclass(frozen=True, slots=True)
class Readings:
    """Texts and what they are read as.

    Parameters
    ----------
    name : str
        Name of the column that holds them.
    kind : ColumnKind
        What they are read as.
    expected : dict of str to Any
        Text to value; None where it cannot be read.
    date_format : str, optional
        Declared format.
    timezone : str, optional
        Declared zone.
    """

    name: str
    kind: ColumnKind
    expected: dict[str, Any]
    date_format: str | None = None
    timezone: str | None = None

    def column(self) -> Column:
        """Return the column as a reader asks for it.

        Returns
        -------
        Column
            Named as it is.
        """
        return Column(self.name, self.name, self.kind, self.date_format, self.timezone)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: float = 0.0) -> datetime:
    """Return a time stamp; seconds may have a fraction.

    Parameters
    ----------
    year, month, day, hour, minute : int
        As usual.
    second : float
        Seconds.

    Returns
    -------
    datetime
        The time stamp.
    """
    whole = int(second)
    return datetime(year, month, day, hour, minute, whole, round((second - whole) * 1e6))


DAY: Final = at(2024, 1, 5)
TIME: Final = at(2024, 1, 5, 10, 11, 12)
JANUARY_2024: Final = 2024 * 12
READINGS: Final = (
    Readings(
        "number", "number",
        {
            "1": 1.0, " 1.5 ": 1.5, "+2": 2.0, "-.5": -0.5, "5.": 5.0, "1e3": 1000.0, "1E-3": 0.001, "1_000": 1000.0,
            "1,000": None, "1d": None, "1f": None, "0x10": None, "NaN": None, "inf": None, "Infinity": None,
            "1e400": None, "": None, " ": None, "abc": None, "\uff11": None, "1 2": None, "1e": None, "true": None,
        },
    ),
    Readings(
        "integer", "integer_id",
        {
            "1": 1, " 7 ": 7, "0": 0, "-5": -5, "999999999999999999": 999999999999999999, "01": None, "-0": None,
            "1.0": None, "+1": None, "9999999999999999999": None, "1e3": None, "x": None, "": None,
        },
    ),
    Readings(
        "words", "text_id",
        {"a": "a", " a b ": "a b", "01": "01", "1.0": "1.0", "Ünal": "Ünal", "": None, "  ": None},
    ),
    Readings(
        "day", "date",
        {
            "2024-01-05": DAY, "2024-1-5": DAY, "2024/01/05": DAY, "2024-01/05": None, "2024-01-05 10:11:12": TIME,
            "2024-01-05T10:11:12": TIME, "2024-01-05 10:11": at(2024, 1, 5, 10, 11), "2024-01-05 10": None,
            "2024-01-05T10:11:12.5": at(2024, 1, 5, 10, 11, 12.5), "2024-01-05 24:00:00": at(2024, 1, 6),
            "2024-02-30": None, "2024-13-01": None, "2024-01-05x": None, "2024-01-05T10:11:12Z": TIME,
            "2024-01-05T12:11:12+02:00": TIME, "2024-01-05T12:11:12+0200": TIME, "2024-01-05T08:11:12-02": TIME,
            "2024-01-05 10:11:12 PM": None, "2024-01-05 10:11:12 Europe/Berlin": None, "2024-01": None, "2024": None,
            "05/01/2024": None, "5 Jan 2024": None, "20240105": None, "": None,
        },
    ),
    Readings(
        "day_in_berlin", "date",
        {
            "2024-01-05T10:11:12": TIME, "2024-03-31T00:30:00Z": at(2024, 3, 31, 1, 30),
            "2024-03-31T01:30:00Z": at(2024, 3, 31, 3, 30), "2024-01-31T23:30:00Z": at(2024, 2, 1, 0, 30),
        },
        timezone="Europe/Berlin",
    ),
    Readings(
        "month", "month",
        {
            "2024-01": JANUARY_2024, " 2024-12 ": JANUARY_2024 + 11, "202402": JANUARY_2024 + 1,
            "2024-03-15": JANUARY_2024 + 2, "2024-03-31 23:59:59": JANUARY_2024 + 2, "2024-13": None, "202413": None,
            "2024": None, "03/2024": None, "24300": None, "": None,
        },
    ),
    Readings(
        "month_in_berlin", "month", {"2024-01-31T23:30:00Z": JANUARY_2024 + 1}, timezone="Europe/Berlin"
    ),
    Readings(
        "day_first", "date",
        {
            "05/01/2024": DAY, "5/1/2024": DAY, " 05/01/2024 ": DAY, "31/02/2024": None, "05/13/2024": None,
            "2024-01-05": None, "05-01-2024": None, "05/01/2024 10:00": None,
        },
        date_format="%d/%m/%Y",
    ),
    Readings("compact", "date", {"20240105": DAY, "20241305": None, "2024 0105": None}, date_format="%Y%m%d"),
    Readings(
        "short_year", "date",
        {"05.01.24": DAY, "05.01.68": at(2068, 1, 5), "05.01.69": at(1969, 1, 5), "05.01.2024": None},
        date_format="%d.%m.%y",
    ),
    Readings(
        "named_month", "date", {"05 Jan 2024": DAY, "5 jan 2024": DAY, "5 Mai 2024": None}, date_format="%d %b %Y"
    ),
    Readings(
        "half_day", "date",
        {
            "10:11 PM 05/01/2024": at(2024, 1, 5, 22, 11), "12:00 AM 05/01/2024": DAY,
            "12:00 pm 5/1/2024": at(2024, 1, 5, 12), "13:00 PM 05/01/2024": None,
        },
        date_format="%I:%M %p %d/%m/%Y",
    ),
    Readings(
        "month_first", "month", {"01/2024": JANUARY_2024, "1/2024": JANUARY_2024, "13/2024": None},
        date_format="%m/%Y",
    ),
)  # fmt: skip
"""Worked by hand from what each kind is to read."""


def texts_table() -> pa.Table:
    """Return all texts as one table, a column for each of :data:`READINGS`, and ``row`` to number them.

    Returns
    -------
    pyarrow.Table
        Shorter columns end in nulls.
    """
    length = max(len(each.expected) for each in READINGS)
    columns = {each.name: pa.array([*each.expected, *[None] * (length - len(each.expected))]) for each in READINGS}
    return pa.table({"row": pa.array(range(length), pa.int64()), **columns})


def differences(found: pa.Table) -> Iterator[str]:
    """Give every text that was read as something else.

    Parameters
    ----------
    found : pyarrow.Table
        What an engine read, ordered by ``row``.

    Yields
    ------
    str
        Such as ``'1d' as number gives 1.0, and not None``.
    """
    for each in READINGS:
        values = found[each.name].to_pylist()
        for (text, expected), value in zip(each.expected.items(), values, strict=False):
            if value != expected:
                declared = f" ({each.date_format})" if each.date_format is not None else ""
                yield f"{text!r} as {each.kind}{declared} gives {value!r}, and not {expected!r}"
