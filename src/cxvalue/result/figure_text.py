"""Numbers as plain text: thousands separated, few digits, never a raw float."""

from __future__ import annotations

import math
from typing import Final

NOTHING: Final = "–"
"""What stands where there is no number."""
MOST_DECIMALS: Final = 8


def decimals_of(scale: float, *, money: bool = False) -> int:
    """Return how many decimals numbers of a certain size deserve.

    Parameters
    ----------
    scale : float
        The largest of the numbers that are shown together.
    money : bool
        Whether they are money, which has two decimals from a tenth on.

    Returns
    -------
    int
        Decimals.

    Examples
    --------
    >>> [decimals_of(x) for x in (13526.1, 123.4, 54.81, 0.0123)], decimals_of(0.123, money=True)
    ([0, 2, 2, 4], 2)
    """
    size = abs(scale)
    if not math.isfinite(size) or size >= 999.5:
        return 0
    if money and size >= 0.1:
        return 2
    if size >= 1 or size == 0:
        return 2
    return min(2 - math.floor(math.log10(size)), MOST_DECIMALS)


def figure_text(value: float | None, *, unit: str = "", scale: float | None = None, currency: str = "") -> str:
    """Return a number as text.

    Parameters
    ----------
    value : float or None
        The number.
    unit : str
        Its unit: one that begins with ``share`` is written in per cent, ``customers`` without decimals.
    scale : float, optional
        The largest of the numbers that are shown together; default this one.
    currency : str
        Of the study; a unit that begins with it is money.

    Returns
    -------
    str
        The text, without the unit.

    Examples
    --------
    >>> figure_text(54.8123, unit="EUR per moved customer", currency="EUR"), figure_text(0.0142, unit="share")
    ('54.81', '1.4 %')
    >>> figure_text(13526.12), figure_text(0.00412), figure_text(float("nan")), figure_text(float("inf"))
    ('13,526', '0.00412', '–', '∞')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    largest = value if scale is None else scale
    if unit.startswith("share"):
        points = 100 * largest
        return f"{without_sign_of_zero(100 * value, 1 if abs(points) >= 0.995 else decimals_of(points))} %"
    if unit == "customers":
        return count_text(value)
    return without_sign_of_zero(value, decimals_of(largest, money=bool(currency) and unit.startswith(currency)))


def without_sign_of_zero(value: float, decimals: int) -> str:
    """Return a number with separators; what rounds to 0 has no sign.

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
    >>> without_sign_of_zero(-0.001, 2), without_sign_of_zero(-1234.5, 1)
    ('0.00', '-1,234.5')
    """
    text = f"{value:,.{decimals}f}"
    return text if any(digit in text for digit in "123456789") else text.removeprefix("-")


def count_text(value: float | None) -> str:
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
    >>> count_text(12345.4)
    '12,345'
    """
    return NOTHING if value is None or math.isnan(value) else without_sign_of_zero(value, 0)


def interval_text(estimate: float, low: float, high: float, *, unit: str = "", currency: str = "") -> str:
    """Return an estimate with its interval, all three with the same decimals.

    Parameters
    ----------
    estimate : float
        The estimate.
    low, high : float
        Its interval; not shown where both are missing.
    unit, currency : str
        As in :func:`figure_text`.

    Returns
    -------
    str
        The text, without the unit.

    Examples
    --------
    >>> interval_text(54.8123, 41.86, 67.761), interval_text(0.0142, 0.013, 0.0154, unit="share")
    ('54.81 (41.86 to 67.76)', '1.4 % (1.3 to 1.5)')
    """
    known = [abs(x) for x in (estimate, low, high) if math.isfinite(x)]
    scale = max(known, default=0.0)
    texts = [figure_text(x, unit=unit, scale=scale, currency=currency) for x in (estimate, low, high)]
    if math.isnan(low) and math.isnan(high):
        return texts[0]
    return f"{texts[0]} ({texts[1].removesuffix(' %')} to {texts[2].removesuffix(' %')})"
