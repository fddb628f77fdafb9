"""The settings that a reader of the page may change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from cxvalue.report.languages.language import spoken
from cxvalue.report.languages.say import say
from cxvalue.report.page.whatif_model import margin_of, margin_position, months_of, most_margin
from cxvalue.report.wording import band_people
from cxvalue.value import Projection
from cxvalue.value.economics import Economics

FieldUnit = Literal["percent", "money", "months", "factor"]


@dataclass(frozen=True, slots=True)
class Field:
    """A setting that a reader may change.

    Parameters
    ----------
    name : str
        That of the setting, as the script knows it.
    label : str
        For readers.
    unit_text : str
        What stands behind the number.
    unit : {"percent", "money", "months", "factor"}
        How it is written; per cent are shares times 100.
    setting : float
        As it was in the run.
    least : float
        The smallest number that may be typed.
    most : float or None
        The largest; None without a limit.
    step : float
        By how much an arrow key changes it; numbers between are allowed, save of months.
    is_open : bool
        Whether the smallest number itself is not allowed.
    """

    name: str
    label: str
    unit_text: str
    unit: FieldUnit
    setting: float
    least: float
    most: float | None
    step: float
    is_open: bool = False

    @property
    def shown(self) -> str:
        """The number as it stands in the field at first, in the digits of the language."""
        return spoken().number(self.plain_shown)

    @property
    def plain_shown(self) -> str:
        """The same in the digits that HTML and scripts know."""
        return plain(self.setting * 100 if self.unit == "percent" else self.setting)

    @property
    def step_text(self) -> str:
        """The step, as text."""
        return plain(self.step)

    @property
    def ends(self) -> tuple[str, str]:
        """The smallest and the largest number, as text; empty where there is none."""
        return plain(self.least), "" if self.most is None else plain(self.most)


def plain(number: float) -> str:
    """Return a number as a field holds it.

    Parameters
    ----------
    number : float
        The number.

    Returns
    -------
    str
        Decimals, no exponent.

    Examples
    --------
    >>> plain(0.07 * 100), plain(250000.0), plain(0.0)
    ('7', '250000', '0')
    """
    text = f"{number:.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def whatif_fields(value: Projection) -> tuple[Field, ...]:
    """Return what a reader of the page may change.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    tuple of Field
        Share moved, margin (where revenue is measured), haircut, programme cost, horizon, discount rate.
    """
    economics, shift = value.economics, value.shift
    of_band, step = (
        say("% of the {from_band}", from_band=band_people(shift.from_band)),
        money_step(value.gross.estimate),
    )
    fields = [Field("share", say("Share moved"), of_band, "percent", shift.share, 0, 100, 1, is_open=True)]
    if margin_position(value.move.metrics, economics) is not None:
        fields.append(margin_field(economics))
    return (
        *fields,
        Field(
            "optimism",
            say("Taken off for optimism"),
            say("% of the gross value"),
            "percent",
            economics.optimism_adjustment,
            0,
            100,
            5,
        ),
        Field(
            "upfront",
            say("Programme cost, upfront"),
            value.currency,
            "money",
            economics.programme_cost_upfront,
            0,
            None,
            step,
        ),
        Field(
            "monthly",
            say("Programme cost, monthly"),
            say("{currency} a month", currency=value.currency),
            "money",
            economics.programme_cost_monthly,
            0,
            None,
            step / 10,
        ),
        Field(
            "horizon",
            say("Months valued"),
            say("months"),
            "months",
            value.months,
            economics.ramp_up_months,
            months_of(value),
            1,
        ),
        Field("rate", say("Discount rate"), say("% a year"), "percent", economics.discount_rate_annual, 0, 500, 1),
    )


def margin_field(economics: Economics) -> Field:
    """Return the field of the margin.

    Parameters
    ----------
    economics : Economics
        Assumptions.

    Returns
    -------
    Field
        The margin in per cent, or a factor on margins by month or by segment.
    """
    most = most_margin(economics)
    if isinstance(economics.gross_margin, float | int):
        return Field("margin", say("Gross margin"), say("% of revenue"), "percent", margin_of(economics), 0, 100, 1)
    return Field("margin", say("Gross margin"), say("× those of the report"), "factor", 1.0, 0, most, 0.05)


def money_step(size: float) -> float:
    """Return by how much an arrow key changes an amount.

    Parameters
    ----------
    size : float
        What the amount is held against.

    Returns
    -------
    float
        A power of ten, about a twentieth of it, at least 10.

    Examples
    --------
    >>> money_step(5166.0), money_step(0.0)
    (100.0, 10.0)
    """
    return max(10.0 ** math.floor(math.log10(max(abs(size), 1.0)) - 1), 10.0)
