"""Numbers as a reader wants them: thousands separated, few decimals, never a raw float, in the language spoken."""

from __future__ import annotations

import math
from typing import Final

from cxvalue.estimate import Interval
from cxvalue.report.languages.say import number_as, number_text

NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
NOTHING: Final = "\u2013"
"""What stands where there is no number."""


def decimals_for(scale: float, *, money: bool) -> int:
    """Return how many decimals a number of a certain size deserves.

    Parameters
    ----------
    scale : float
        The largest of the numbers that are shown together.
    money : bool
        Money has two decimals below a thousand.

    Returns
    -------
    int
        Decimals.

    Examples
    --------
    >>> [decimals_for(x, money=False) for x in (12345.6, 123.4, 3.21, 0.0456)]
    [0, 1, 2, 4]
    """
    scale = abs(scale)
    if scale >= 999.5:
        return 0
    if money and scale >= 0.1:
        return 2
    if scale >= 100:
        return 1
    if scale >= 1 or scale == 0:
        return 2
    return min(2 - math.floor(math.log10(scale)), 8)


def signed(value: float, decimals: int) -> str:
    """Return a number with separators and a true minus sign.

    Parameters
    ----------
    value : float
        The number.
    decimals : int
        Decimals.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> signed(-1234.5, 1), signed(-0.001, 1)
    ('−1,234.5', '0.0')
    """
    return number_text(plain_signed(value, decimals))


def plain_signed(value: float, decimals: int) -> str:
    """Return a number with separators, as Python writes it.

    Parameters
    ----------
    value : float
        The number.
    decimals : int
        Decimals.

    Returns
    -------
    str
        English digits and separators; ``-`` in front of what is below 0 also once rounded.
    """
    text = f"{value:,.{decimals}f}"
    return text if any(digit in text for digit in "123456789") else text.removeprefix("-")


def format_count(value: float | None) -> str:
    """Return a number of customers, answers or rows.

    Parameters
    ----------
    value : float or None
        The number.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> format_count(12345.4)
    '12,345'
    """
    return NOTHING if not is_number(value) else signed(as_number(value), 0)


def format_share(value: float | None, *, trim: bool = False) -> str:
    """Return a share in per cent.

    Parameters
    ----------
    value : float or None
        0 to 1.
    trim : bool
        Whether a whole number loses its decimal, as in prose.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> format_share(0.0142).replace(NBSP, " "), format_share(0.05, trim=True).replace(NBSP, " ")
    ('1.4 %', '5 %')
    """
    return NOTHING if not is_number(value) else percent(format_points(as_number(value), trim=trim))


def percent(points: str) -> str:
    """Return points with the sign of per cent.

    Parameters
    ----------
    points : str
        In the digits of the language.

    Returns
    -------
    str
        The text.
    """
    return number_as("{number}\u00a0%", number=points)


def format_points(share: float, *, trim: bool = False) -> str:
    """Return a share in points, without a sign of per cent.

    Parameters
    ----------
    share : float
        0 to 1.
    trim : bool
        Whether a whole number loses its decimal, as in prose.

    Returns
    -------
    str
        One decimal, none from a thousand on, two significant digits for very small ones.
    """
    points = share * 100
    size = abs(points)
    decimals = 0 if size >= 999.5 else 1 if size >= 0.1 or size == 0 else min(1 - math.floor(math.log10(size)), 6)
    text = plain_signed(points, decimals)
    return number_text(text.removesuffix("." + "0" * decimals) if trim else text)


def format_number(value: float | None, *, scale: float | None = None) -> str:
    """Return a number that is neither money, count nor share.

    Parameters
    ----------
    value : float or None
        The number.
    scale : float, optional
        The largest of the numbers that are shown together.

    Returns
    -------
    str
        The text.
    """
    if not is_number(value):
        return NOTHING
    number = as_number(value)
    return signed(number, decimals_for(number if scale is None else scale, money=False))


def format_money(value: float | None, currency: str = "", *, scale: float | None = None) -> str:
    """Return an amount of money.

    Parameters
    ----------
    value : float or None
        The amount.
    currency : str
        Stands in front; none when empty.
    scale : float, optional
        The largest of the amounts that are shown together.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> format_money(-49.7, "EUR").replace(NBSP, " "), format_money(12345.6)
    ('EUR −49.70', '12,346')
    """
    if not is_number(value):
        return NOTHING
    number = as_number(value)
    text = signed(number, decimals_for(number if scale is None else scale, money=True))
    return number_as("{currency}\u00a0{number}", currency=currency, number=text) if currency else text


def format_interval(found: Interval, *, unit: str = "", currency: str = "") -> str:
    """Return an estimate with its interval.

    Parameters
    ----------
    found : Interval
        The estimate.
    unit : {"", "share"}
        How to write it, when it is not money.
    currency : str
        Stands in front; makes it money.

    Returns
    -------
    str
        Such as ``EUR 49.70 (26.10 to 73.30)``.
    """
    estimate, low, high = interval_parts(found, unit=unit, currency=currency)
    return with_ends(estimate, low, high)


def interval_parts(found: Interval, *, unit: str = "", currency: str = "") -> tuple[str, str, str]:
    """Return an estimate and the ends of its interval, written alike.

    Parameters
    ----------
    found : Interval
        The estimate.
    unit : {"", "share"}
        How to write it, when it is not money.
    currency : str
        Of the estimate; makes it money.

    Returns
    -------
    tuple of str
        Estimate with its unit, low and high without.
    """
    figures = found.estimate, found.ci_low, found.ci_high
    if unit == "share":
        return format_share(figures[0]), format_points(figures[1]), format_points(figures[2])
    scale = max(abs(x) for x in figures)
    if currency:
        first = format_money(figures[0], currency, scale=scale)
        return first, format_money(figures[1], scale=scale), format_money(figures[2], scale=scale)
    first, low, high = (format_number(x, scale=scale) for x in figures)
    return first, low, high


def with_ends(estimate: str, low: str, high: str) -> str:
    """Return a figure with the ends of its interval in brackets.

    Parameters
    ----------
    estimate, low, high : str
        In the digits of the language.

    Returns
    -------
    str
        Such as ``49.70 (26.10 to 73.30)``.
    """
    return number_as("{estimate} ({low} to {high})", estimate=estimate, low=low, high=high)


def from_to(low: str, high: str) -> str:
    """Return two ends of a range.

    Parameters
    ----------
    low, high : str
        In the digits of the language.

    Returns
    -------
    str
        Such as ``0.5 to 0.7``.
    """
    return number_as("{low} to {high}", low=low, high=high)


def plain_number(value: float) -> str:
    """Return a number as it was given.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    str
        Without trailing zeros.

    Examples
    --------
    >>> plain_number(0.05), plain_number(2000.0)
    ('0.05', '2,000')
    """
    return number_text(f"{value:,.0f}" if value == int(value) else f"{value:,.6f}".rstrip("0"))


def format_month(label: str) -> str:
    """Return a month.

    Parameters
    ----------
    label : str
        ``YYYY-MM``; anything else stands as it is.

    Returns
    -------
    str
        In the digits and order of the language.

    Examples
    --------
    >>> format_month("2024-03")
    '2024-03'
    """
    year, _, month = label.partition("-")
    if not (year.isdecimal() and month.isdecimal()):
        return label
    return number_as("{year}-{month}", year=number_text(year), month=number_text(month))


def is_number(value: float | None) -> bool:
    """Return whether there is a finite number.

    Parameters
    ----------
    value : float or None
        The number.

    Returns
    -------
    bool
        False for None, NaN and infinite values.
    """
    return value is not None and math.isfinite(float(value))


def as_number(value: float | None) -> float:
    """Return a value that :func:`is_number` has let pass.

    Parameters
    ----------
    value : float or None
        The number.

    Returns
    -------
    float
        The same.
    """
    return math.nan if value is None else float(value)
