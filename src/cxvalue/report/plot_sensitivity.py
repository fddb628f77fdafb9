"""The figures of sensitivity: the tornado, and the net present value in all draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cxvalue.report.canvas import figure_of, new_axes
from cxvalue.report.chance import format_chance
from cxvalue.report.languages.say import mark, number_text as own_digits, say, say_count
from cxvalue.report.languages.told import told_plain
from cxvalue.report.numbers import NBSP, format_count, format_money, format_share, from_to
from cxvalue.report.plot_parts import (
    GAIN,
    LOSS,
    MUTED,
    SMALL_SIZE,
    TOTAL,
    clean_frame,
    finish_rows,
    label_style,
    title_style,
)
from cxvalue.value.vary.assumption import number_text
from cxvalue.value.vary.probabilistic import Probabilistic
from cxvalue.value.vary.tornado import ESTIMATION, GIVEN, NOT_GIVEN, Tornado, TornadoBar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BARS: Final = 12
"""Rows of the tornado, at most."""


def plot_tornado(tornado: Tornado, ax: Axes | None = None, *, most_rows: int = MOST_BARS) -> Axes:
    """Draw the net present value at both ends of each assumption.

    Parameters
    ----------
    tornado : Tornado
        The bars.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    most_rows : int
        Rows, at most: the widest bars.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. A bar has two halves, one at the low and one at the high end of its assumption; bars without a given
        range are hollow. Assumptions that do not move the value are left out.
    """
    widest = tornado.bars[0].swing if tornado.bars else 0.0
    moving = [bar for bar in tornado.bars if bar.swing > 1e-9 * max(widest, abs(tornado.npv))]
    bars = moving[:most_rows]
    ax = new_axes(height_inches=1.7 + 0.5 * max(len(bars), 1)) if ax is None else ax
    scale = max([abs(end) for bar in bars for end in (bar.npv_low, bar.npv_high)], default=abs(tornado.npv))
    for row, bar in enumerate(bars):
        draw_ends(ax, row, tornado.npv, bar)
    texts = [from_to(format_money(bar.npv_low, scale=scale), format_money(bar.npv_high, scale=scale)) for bar in bars]
    finish_rows(ax, [bar_name(bar) for bar in bars], texts)
    ax.axvline(tornado.npv, color=TOTAL, linewidth=1.0)
    low, high = ax.get_xlim()
    if low < 0 < high:
        ax.axvline(0.0, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    draw_key(ax, hollow=any(bar.is_shown_only for bar in bars))
    left_out = len(moving) - len(bars)
    title = say("What moves the net present value")
    if left_out:
        title = say_count(
            "{title} ({n} narrower bars not shown)", "{title} ({n} narrower bars not shown)", left_out, title=title
        )
    ax.set_title(title, **title_style())
    ax.set_xlabel(
        say("net present value, {currency} (line: {npv})", currency=tornado.currency, npv=format_money(tornado.npv)),
        **label_style(),
    )
    return ax


def draw_key(ax: Axes, *, hollow: bool) -> None:
    """Say below the figure what the halves of the bars are.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    hollow : bool
        Whether there are bars without a given range.
    """
    # Loaded here because `cxvalue check` has to start without it.
    from matplotlib.patches import Patch

    ends = ((LOSS, mark("at the lower end")), (GAIN, mark("at the higher end")))
    handles = [Patch(color=colour, alpha=0.85, label=say(name)) for colour, name in ends]
    if hollow:
        handles.append(Patch(facecolor="white", edgecolor=MUTED, label=told_plain(NOT_GIVEN)))
    figure_of(ax).legend(
        handles=handles, loc="outside upper center", ncols=len(handles), frameon=False, fontsize=SMALL_SIZE
    )


def draw_ends(ax: Axes, row: int, base: float, bar: TornadoBar) -> None:
    """Draw the two halves of a bar.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    row : int
        Its place.
    base : float
        Net present value with all assumptions as they are.
    bar : TornadoBar
        The bar.
    """
    hollow = bar.is_shown_only
    for end, colour in ((bar.npv_low, LOSS), (bar.npv_high, GAIN)):
        ax.barh(
            row, end - base, left=base, height=0.6, color="white" if hollow else colour, alpha=1.0 if hollow else 0.85,
            edgecolor=colour, linewidth=1.2 if hollow else 0.0,
        )  # fmt: skip


def bar_name(bar: TornadoBar) -> str:
    """Return what the row of a bar is called.

    Parameters
    ----------
    bar : TornadoBar
        The bar.

    Returns
    -------
    str
        The assumption with its ends; the level of the interval for estimation.
    """
    if bar.name == ESTIMATION:
        return say("estimation ({span})", span=told_plain(bar.span).replace(" ", NBSP))
    ends = from_to(*(own_digits(number_text(end)) for end in (bar.low, bar.high)))
    if bar.span != GIVEN:
        ends = say("{ends}, ±10 %", ends=ends)
    brackets = f"({ends})".replace(" ", NBSP)
    return f"{told_plain(bar.name.replace('_', ' '))} {brackets}"


def plot_distribution(run: Probabilistic, ax: Axes | None = None) -> Axes:
    """Draw how often the net present value comes out where, when estimation and assumptions vary together.

    Parameters
    ----------
    run : Probabilistic
        The draws.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a histogram, bins below 0 in another colour, and P10, P50 and P90 as lines.
    """
    ax = new_axes() if ax is None else ax
    middle = (run.bin_edges[:-1] + run.bin_edges[1:]) / 2
    share = run.counts / run.draws
    colours = np.where(middle < 0, LOSS, GAIN).tolist()
    ax.bar(run.bin_edges[:-1], share, width=np.diff(run.bin_edges), align="edge", color=colours, alpha=0.6, linewidth=0)
    clean_frame(ax)
    top = float(share.max())
    ax.set_ylim(0, 1.32 * top)
    scale = max(abs(run.p10), abs(run.p90))
    for height, (name, value) in zip(
        (1.06, 1.22, 1.14), (("P10", run.p10), ("P50", run.p50), ("P90", run.p90)), strict=True
    ):
        ax.plot([value, value], [0, (height - 0.02) * top], color=TOTAL, linewidth=1.0, linestyle=(0, (4, 2)))
        ax.annotate(
            f"{name} {format_money(value, scale=scale)}", (value, height * top), ha="center", va="center",
            fontsize=SMALL_SIZE, parse_math=False, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
    low, high = ax.get_xlim()
    if low < 0 < high:
        ax.axvline(0.0, color=MUTED, linewidth=0.8)
    ax.xaxis.set_major_formatter(lambda x, _: format_money(x, scale=max(abs(low), abs(high))))
    ax.yaxis.set_major_formatter(lambda y, _: format_share(y, trim=True))
    positive = format_chance(run.prob_npv_positive)
    ax.set_title(
        say(
            "Net present value: above 0 in {positive} of {draws} draws",
            positive=positive,
            draws=format_count(run.draws),
        ),
        **title_style(),
    )
    ax.set_xlabel(
        say("net present value, {currency}; estimation and assumptions drawn together", currency=run.currency),
        **label_style(),
    )
    ax.set_ylabel(say("share of the draws"), **label_style())
    return ax
