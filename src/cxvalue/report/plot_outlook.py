"""The figure of the outlook: the gap by cohort, the line through it, and where it may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.report.canvas import new_axes
from cxvalue.report.languages.say import say
from cxvalue.report.languages.told import told_plain
from cxvalue.report.numbers import format_month
from cxvalue.report.plot_parts import GAIN, LOSS, MUTED, SMALL_SIZE, clean_frame, label_style, title_style
from cxvalue.report.wording import level
from cxvalue.value.ahead.outlook import GapTrend, Outlook
from cxvalue.vocabulary import month_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NAMES: Final = 8
"""Marks on the time axis, at most."""


def plot_outlook(outlook: Outlook, ax: Axes | None = None) -> Axes:
    """Draw the gap between two bands by cohort, the line through it, and its three ways on.

    Parameters
    ----------
    outlook : Outlook
        Gaps, trend and values ahead.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a point with its interval for each cohort. Without a trend there is no line; without values ahead the
        line ends at ``as_of``.
    """
    ax = new_axes() if ax is None else ax
    years = outlook.cohorts.years
    found = [gap for _, gap in outlook.gaps]
    middle = np.array([gap.estimate for gap in found])
    reach = np.array([[gap.estimate - gap.ci_low, gap.ci_high - gap.estimate] for gap in found]).reshape(-1, 2)
    ax.errorbar(years, middle, yerr=reach.T, fmt="o", color=GAIN, markersize=5, linewidth=1.3, label=say("cohort"))
    ax.axhline(0.0, color=MUTED, linewidth=0.8)
    last = max(0.0, float(years[-1]))
    label = say("too few cohorts for a trend")
    if not isinstance(outlook.trend, NotEstimable):
        label = told_plain(outlook.trend.label)
        draw_line(ax, outlook, outlook.trend)
        last = max(last, *(float(year.years) for year in outlook.ahead), 0.0)
    clean_frame(ax)
    name_dates(ax, float(years[0]), last, as_of=outlook.cohorts.as_of)
    ax.set_title(say("Gap by cohort: {label}", label=label), **title_style())
    ax.set_xlabel(
        say("month of the answer (bars: {level} intervals)", level=level(outlook.confidence)), **label_style()
    )
    ax.set_ylabel(
        say("{currency} per customer, months 1 to {months}", currency=outlook.currency, months=outlook.months),
        **label_style(),
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=SMALL_SIZE)
    return ax


def draw_line(ax: Axes, outlook: Outlook, trend: GapTrend) -> None:
    """Draw a trend up to ``as_of``, and from there the three ways on.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    outlook : Outlook
        Gives the years ahead and the damping.
    trend : GapTrend
        The trend.
    """
    now, change = trend.as_of.estimate, trend.per_year.estimate
    start = float(outlook.cohorts.years[0])
    ax.plot([start, 0.0], [now + change * start, now], color=GAIN, linewidth=1.6, label=say("trend"))
    years = np.arange(0, 1 + max((year.years for year in outlook.ahead), default=0))
    if len(years) < 2:
        return
    damped = np.array([sum(outlook.damping**n for n in range(1, year + 1)) for year in years])
    sign = 1.0 if now + change * outlook.headline_years >= 0 else -1.0
    for steps, colour, dash, name in (
        (years.astype(np.float64), LOSS, "-", say("goes on")),
        (damped, MUTED, (0, (6, 2)), say("damped")),
        (np.zeros(len(years)), GAIN, (0, (2, 1.5)), say("stops")),
    ):
        path = sign * np.maximum(sign * (now + change * steps), 0.0)
        ax.plot(years, path, color=colour, linestyle=dash, linewidth=1.6, label=name)


def name_dates(ax: Axes, first: float, last: float, *, as_of: int) -> None:
    """Mark months along an axis of years after ``as_of``.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    first, last : float
        Ends of what is drawn.
    as_of : int
        Month at 0.
    """
    begin, end = round(first * 12), round(last * 12)
    step = next((s for s in (1, 3, 6, 12, 24) if (end - begin) / s <= MOST_NAMES), 60)
    months = [m for m in range(begin - begin % step, end + 1, step) if m >= begin]
    ax.set_xticks([m / 12 for m in months], [format_month(month_label(as_of + m)) for m in months])
    margin = 0.04 * max(last - first, 0.5)
    ax.set_xlim(first - margin, last + margin)
