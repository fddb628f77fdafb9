"""The format of dates that come as text, told from the values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

DATES: Final = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d", "%Y%m%d", "%d/%m/%y", "%m/%d/%y",
    "%d.%m.%y", "%d-%m-%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%m/%Y",
    "%m.%Y", "%m-%Y", "%b %Y", "%b-%Y", "%b-%y", "%B %Y",
)  # fmt: skip
"""Formats tried, each also with a time of day behind it. Of two that fit alike the earlier one comes first."""
TIMES: Final = ("", " %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", " %H:%M:%S.%f")
ENOUGH: Final = 0.95
YEARS: Final = range(1930, 2101)
DATED: Final = re.compile(r"\s*(\d{1,4}[./ -](\d|[A-Za-z]{3})|[A-Za-z]{3,9}[ -]\d|\d{8}\b)")


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A format and how sure it is.

    Parameters
    ----------
    text : str
        ``strptime`` format.
    share : float
        Share of the texts that it reads, 0 to 1.
    rival : str
        Another format that reads as many, with day and month the other way round; empty when there is none.
    """

    text: str
    share: float
    rival: str = ""


def tell_date_format(texts: Sequence[str]) -> DateFormat | None:
    """Return the format that reads the texts.

    Parameters
    ----------
    texts : sequence of str
        Different values of a column.

    Returns
    -------
    DateFormat or None
        None when no format reads 95 % of them.

    Notes
    -----
    Where day first and month first read the same texts, the part that takes fewer values is the day: a monthly table
    bears the same day each month. Where that does not tell either, day first is taken and the other is the rival.

    Examples
    --------
    >>> tell_date_format(["05/11/2024", "25/12/2024"]).text
    '%d/%m/%Y'
    >>> tell_date_format(["01/01/2024", "02/01/2024", "03/01/2024"]).text
    '%m/%d/%Y'
    >>> tell_date_format(["05/11/2024", "04/12/2024"]).rival
    '%m/%d/%Y'
    """
    if not texts:
        return None
    found: list[tuple[float, str]] = []
    for text in (date + time for date in DATES for time in TIMES):
        share = share_read(texts, text)
        if share >= ENOUGH:
            found.append((share, text))
    if not found:
        return None
    best = max(share for share, _ in found)
    fitting = [text for share, text in found if share == best]
    chosen = fitting[0]
    rival = next((text for text in fitting[1:] if text == swapped(chosen)), "")
    if rival:
        n_days, n_months = (len({part_of(text, chosen, part) for text in texts}) for part in ("day", "month"))
        if n_days > n_months == 1:
            return DateFormat(rival, best)
        if n_months > n_days == 1:
            return DateFormat(chosen, best)
    return DateFormat(chosen, best, rival)


def looks_dated(text: str) -> bool:
    """Return whether a text begins as dates do, which is cheaper to say than by which format.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    bool
        False for ids and names.

    Examples
    --------
    >>> looks_dated("05/11/2024"), looks_dated("Nov 2024"), looks_dated("C0012345")
    (True, True, False)
    """
    return DATED.match(text) is not None


def swapped(date_format: str) -> str:
    """Return a format with day and month the other way round.

    Parameters
    ----------
    date_format : str
        The format.

    Returns
    -------
    str
        The other one.
    """
    return date_format.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def share_read(texts: Sequence[str], date_format: str) -> float:
    """Return the share of texts that a format reads as a date of our times.

    Parameters
    ----------
    texts : sequence of str
        The texts, not empty.
    date_format : str
        The format.

    Returns
    -------
    float
        0 to 1.
    """
    if (
        read_date(texts[0], date_format) is None
        and sum(read_date(text, date_format) is not None for text in texts[1:20]) < min(len(texts), 20) // 2
    ):  # most formats fail at once
        return 0.0
    return sum(read_date(text, date_format) is not None for text in texts) / len(texts)


def read_date(text: str, date_format: str) -> datetime | None:
    """Return a text as a date.

    Parameters
    ----------
    text : str
        The text.
    date_format : str
        The format.

    Returns
    -------
    datetime or None
        None when the format does not read it.
    """
    try:
        stamp = datetime.strptime(text if "%d" in date_format else f"1 {text}",
                                  date_format if "%d" in date_format else f"%d {date_format}")  # fmt: skip
    except ValueError:
        return None
    return stamp if stamp.year in YEARS else None


def part_of(text: str, date_format: str, part: str) -> int | None:
    """Return the day or the month of a text.

    Parameters
    ----------
    text : str
        The text.
    date_format : str
        The format.
    part : {"day", "month"}
        Which.

    Returns
    -------
    int or None
        None when the format does not read it.
    """
    stamp = read_date(text, date_format)
    return None if stamp is None else int(getattr(stamp, part))
