"""The waterfall from no programme to the programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxvalue.report.canvas import new_axes
from cxvalue.report.languages.say import say
from cxvalue.report.numbers import format_interval, format_money
from cxvalue.report.plot_parts import (
    GAIN,
    LOSS,
    MUTED,
    TOTAL,
    draw_bar,
    finish_rows,
    label_style,
    title_style,
)
from cxvalue.report.wording import count_months, level, metric_name
from cxvalue.value.waterfall import Waterfall

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_waterfall(waterfall: Waterfall, ax: Axes | None = None) -> Axes:
    """Draw the steps from no programme to the programme as bars that add up to the net present value.

    Parameters
    ----------
    waterfall : Waterfall
        The steps.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Steps that are 0 in every replicate are left out.
    """
    steps = [(name, part) for name, part in waterfall.steps if part.estimate != 0.0 or part.se > 0.0]
    ax = new_axes(height_inches=1.5 + 0.42 * (len(steps) + 2)) if ax is None else ax
    start, texts = 0.0, [format_money(0.0, waterfall.currency)]
    ax.plot([0.0], [0], marker="o", color=TOTAL, markersize=5)
    for row, (_, part) in enumerate(steps, start=1):
        draw_bar(ax, row, start, part, GAIN if part.estimate >= 0 else LOSS)
        ax.plot([start, start], [row - 0.7, row - 0.3], color=MUTED, linewidth=0.8)
        start += part.estimate
        is_given = part.se == 0.0  # such as the cost of the programme
        texts.append(
            format_money(part.estimate, waterfall.currency)
            if is_given
            else format_interval(part, currency=waterfall.currency)
        )
    ax.plot([start, start], [len(steps) + 0.3, len(steps) + 0.7], color=MUTED, linewidth=0.8)
    draw_bar(ax, len(steps) + 1, 0.0, waterfall.npv, TOTAL)
    texts.append(format_interval(waterfall.npv, currency=waterfall.currency))
    names = [say("no programme"), *(metric_name(name) for name, _ in steps), say("net present value")]
    finish_rows(ax, names, texts)
    ax.axvline(0.0, color=MUTED, linewidth=0.8)
    ax.set_title(say("From no programme to the programme"), **title_style())
    label = say(
        "{currency}, the whole move, {months}, discounted; {level} intervals", currency=waterfall.currency,
        months=count_months(waterfall.months), level=level(waterfall.confidence),
    )  # fmt: skip
    ax.set_xlabel(label, **label_style())
    return ax
