"""Numbers as a reader wants them."""

from __future__ import annotations

import math

import pytest

from cxvalue.estimate import Interval
from cxvalue.report.numbers import (
    NBSP,
    NOTHING,
    format_count,
    format_interval,
    format_money,
    format_number,
    format_points,
    format_share,
)
from report_results import known_interval


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"), (0.004, "0.00400"), (4.5, "4.50"), (999.4, "999.40"), (999.7, "1,000"), (1234567.8, "1,234,568"),
        (-12.345, "−12.35"), (None, NOTHING), (math.nan, NOTHING), (math.inf, NOTHING),
    ],
)  # fmt: skip
def test_money(value: float | None, text: str) -> None:
    assert format_money(value) == text


def test_money_with_currency() -> None:
    assert plain(format_money(-4.0, "EUR")) == "EUR −4.00"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0.00"), (0.01234, "0.0123"), (1.0, "1.00"), (123.45, "123.5"), (45678.0, "45,678")]
)
def test_number(value: float, text: str) -> None:
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "trim", "text"),
    [
        (0.05, True, "5 %"), (0.05, False, "5.0 %"), (0.0133, True, "1.3 %"), (0.0004, False, "0.040 %"),
        (1.0, True, "100 %"), (12.0, False, "1,200 %"), (-0.02, False, "−2.0 %"), (0.0, True, "0 %"),
    ],
)  # fmt: skip
def test_share(value: float, trim: bool, text: str) -> None:
    assert plain(format_share(value, trim=trim)) == text


def test_points_have_no_sign() -> None:
    assert format_points(0.014) == "1.4"


def test_nothing_for_no_count() -> None:
    assert format_count(None) == format_count(math.nan) == NOTHING


@pytest.mark.parametrize(
    ("found", "currency", "unit", "text"),
    [
        (known_interval(49.7, 23.6), "EUR", "", "EUR 49.70 (26.10 to 73.30)"),
        (known_interval(7560.0, 3660.0), "EUR", "", "EUR 7,560 (3,900 to 11,220)"),
        (known_interval(0.5, 0.02), "", "share", "50.0 % (48.0 to 52.0)"),
        (known_interval(0.27, 0.03), "", "", "0.270 (0.240 to 0.300)"),
        (Interval(0.0, 0.5, -1.0, 1.0), "EUR", "", "EUR 0.00 (−1.00 to 1.00)"),
    ],
)
def test_interval_shares_its_decimals(found: Interval, currency: str, unit: str, text: str) -> None:
    assert plain(format_interval(found, currency=currency, unit=unit)) == text
