"""Figure of a sustained move: what a move adds month by month, as measured and in the chain, once and sustained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxvalue.report.canvas import new_axes
from cxvalue.report.languages.say import say
from cxvalue.report.numbers import format_money
from cxvalue.report.plot_parts import (
    GAIN,
    MUTED,
    SMALL_SIZE,
    TOTAL,
    clean_frame,
    label_style,
    month_ticks,
    spread_apart,
    title_style,
)
from cxvalue.report.wording import band_name, unit_name
from cxvalue.value.chain.sustained_value import SustainedValue

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME_GAP = 0.07
"""Least distance between two names at the right, shares of the height."""


def plot_sustained(value: SustainedValue, ax: Axes | None = None) -> Axes:
    """Draw what a moved customer adds in each month: once as measured, once in the chain, and sustained in the chain.

    Parameters
    ----------
    value : SustainedValue
        The value of a sustained move.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Where the two lines of a move once lie apart, the chain is as doubtful; what keeping adds is shaded.
    """
    ax = new_axes() if ax is None else ax
    months = np.arange(1, len(value.measured_once) + 1)
    lines = (
        (say("once, measured"), value.measured_once, TOTAL, "-"),
        (say("once, chain"), value.chain_once, MUTED, (0, (4, 2))),
        (say("sustained, chain"), value.chain_sustained, GAIN, "-"),
    )
    ax.fill_between(months, value.chain_once, value.chain_sustained, color=GAIN, alpha=0.14, linewidth=0)
    for name, curve, colour, dashes in lines:
        ax.plot(months, curve, color=colour, linestyle=dashes, linewidth=1.8, label=name)
    clean_frame(ax)
    ax.set_xticks(month_ticks(len(months)))
    ax.set_xlim(0, len(months))
    bottom, top = ax.get_ylim()
    if bottom < 0 < top:
        ax.axhline(0.0, color=MUTED, linewidth=0.8)
    heights = spread_apart([float((curve[-1] - bottom) / (top - bottom)) for _, curve, _, _ in lines], gap=NAME_GAP)
    for (name, curve, colour, _), height in zip(lines, heights, strict=True):
        total = float(curve.sum())
        ax.annotate(
            say("{name}: {total} in all", name=name, total=format_money(total, scale=abs(total))),
            (1.0, height),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            color=colour,
            fontsize=SMALL_SIZE,
            fontweight="bold",
            annotation_clip=False,
        )
    ax.set_title(
        say(
            "From {from_band} to {to_band}, once and sustained",
            from_band=band_name(value.shift.from_band),
            to_band=band_name(value.shift.to_band),
        ),
        **title_style(),
    )
    ax.set_xlabel(say("months after the move (shaded: what keeping adds)"), **label_style())
    ax.set_ylabel(
        say("{currency} a month {unit}, discounted", currency=value.currency, unit=unit_name(value.unit)),
        **label_style(),
    )
    return ax
