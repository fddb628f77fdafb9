"""Tornado: what the net present value is at the low and the high end of each assumption, one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.link.columns import Floats
from cxvalue.result import Brief, Drawable, TableResult
from cxvalue.value.project import Projection
from cxvalue.value.vary.assumption import SHOWN_REACH, Assumption, number_text
from cxvalue.value.vary.assumptions import Register
from cxvalue.value.vary.varied import varied_flow

ESTIMATION = "estimation"
GIVEN = "given"
SHOWN = f"±{SHOWN_REACH * 100:g} % shown"
NOT_GIVEN = f"no range given: {SHOWN}"


@dataclass(frozen=True, slots=True, repr=False)
class TornadoBar(Brief):
    """The net present value at both ends of an assumption, all others as they are.

    Parameters
    ----------
    name : str
        As in the register; ``estimation`` for the interval of the value itself.
    unit : str
        Of the assumption.
    value, low, high : float
        The assumption and its ends. For estimation, the net present value and its interval.
    span : str
        What the ends are: ``given``; ``no range given: ±10 % shown``, or in its place the value that a range was given
        for; or the level of the interval.
    npv_low, npv_high : float
        Net present value at ``low`` and at ``high``.
    """

    name: str
    unit: str
    value: float
    low: float
    high: float
    span: str
    npv_low: float
    npv_high: float

    @property
    def is_shown_only(self) -> bool:
        """Whether the ends are no range that was given, but 10 % to either side."""
        return self.span.endswith(SHOWN)

    @property
    def swing(self) -> float:
        """Distance between the two values."""
        return abs(self.npv_high - self.npv_low)


@dataclass(frozen=True, slots=True, repr=False)
class Tornado(TableResult, Drawable):
    """The net present value at both ends of every assumption.

    Parameters
    ----------
    currency : str
        Of all money.
    npv : float
        Net present value with all assumptions as they are.
    bars : tuple of TornadoBar
        The widest first.
    """

    currency: str
    npv: float
    bars: tuple[TornadoBar, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a bar.

        Returns
        -------
        pandas.DataFrame
            Columns assumption, unit, value, low, high, range, npv_low, npv_high, swing.
        """
        columns = ["assumption", "unit", "value", "low", "high", "range", "npv_low", "npv_high", "swing"]
        rows = [
            (bar.name, bar.unit, bar.value, bar.low, bar.high, bar.span, bar.npv_low, bar.npv_high, bar.swing)
            for bar in self.bars
        ]
        return pd.DataFrame(rows, columns=columns)

    def summary(self) -> str:
        """Return one line a bar.

        Returns
        -------
        str
            Plain text.
        """
        lines = [f"net present value {self.currency} {self.npv:,.0f}; one assumption at a time:"]
        for bar in self.bars:
            ends = f"{number_text(bar.low)} to {number_text(bar.high)} ({bar.span})"
            lines.append(f"  {bar.name:<24}{bar.npv_low:>14,.0f} to {bar.npv_high:>14,.0f}  at {ends}")
        return "\n".join(lines)


def make_tornado(projection: Projection, register: Register) -> Tornado:
    """Return the net present value at both ends of every assumption, one at a time.

    Parameters
    ----------
    projection : Projection
        The value.
    register : Register
        Its assumptions. Without a range one is moved by 10 % of its value to either side, and its bar says so; what is
        0, or left to the data, is then not moved.

    Returns
    -------
    Tornado
        With a bar for estimation: the interval of the net present value.
    """
    moved = [(each, *each.shown_range()) for each in register.assumptions]
    moved = [(each, low, high) for each, low, high in moved if low < high]
    ends = one_at_a_time(projection, [(each, (low, high)) for each, low, high in moved])
    bars = [
        TornadoBar(each.name, each.unit, base_value(each), low, high, span_of(each), *found.tolist())
        for (each, low, high), found in zip(moved, ends, strict=True)
    ]
    npv = projection.npv
    level = f"{projection.confidence * 100:g} % interval"
    bars.append(
        TornadoBar(
            ESTIMATION, projection.currency, npv.estimate, npv.ci_low, npv.ci_high, level, npv.ci_low, npv.ci_high
        )
    )
    return Tornado(projection.currency, npv.estimate, tuple(sorted(bars, key=lambda bar: -bar.swing)))


def one_at_a_time(projection: Projection, points: Iterable[tuple[Assumption, tuple[float, ...]]]) -> list[Floats]:
    """Return the net present value at some values of each assumption, all others as they are.

    Parameters
    ----------
    projection : Projection
        The value.
    points : iterable of (Assumption, tuple of float)
        Assumptions, and the values to put in their place.

    Returns
    -------
    list of ndarray
        Net present values, by assumption.
    """
    found = []
    for each, values in points:
        flow = varied_flow(projection.move, projection.economics, {each.name: np.array(values)}, draws=len(values))
        found.append(flow.npv)
    return found


def span_of(each: Assumption) -> str:
    """Return what the ends of an assumption are.

    Parameters
    ----------
    each : Assumption
        From a register.

    Returns
    -------
    str
        ``given``; ``no range given: ±10 % shown``, or in its place the value that a range was given for.
    """
    if each.has_range:
        return GIVEN
    return f"{each.set_aside}: {SHOWN}" if each.set_aside else NOT_GIVEN


def base_value(each: Assumption) -> float:
    """Return the value of an assumption that is known.

    Parameters
    ----------
    each : Assumption
        From a register.

    Returns
    -------
    float
        NaN where there is none.
    """
    return float("nan") if each.value is None else each.value
