"""The parts that figures are drawn from, in one style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxvalue.estimate import Interval
from cxvalue.link.columns import Floats
from cxvalue.report.languages.language import spoken
from cxvalue.report.languages.say import lines_in_direction, number_text, say, unmarked
from cxvalue.report.numbers import percent
from cxvalue.report.wording import band_name, level
from cxvalue.vocabulary import BANDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BAND_COLOURS: Final = {"dissatisfied": "#D55E00", "neutral": "#0072B2", "satisfied": "#009E73"}
"""Okabe and Ito's vermilion, blue and green: apart from one another also for the colour-blind."""
BAND_DASHES: Final[dict[str, Any]] = {"dissatisfied": "-", "neutral": (0, (6, 2)), "satisfied": (0, (2, 1.5))}
"""Lines that stay apart on paper without colour."""
GAIN, LOSS, TOTAL, MUTED = "#0072B2", "#D55E00", "#3A3A3A", "#767676"
TEXT_SIZE: Final = 10.0
SMALL_SIZE: Final = 9.0
NAME_WIDTH: Final = 24
"""Characters after which the name of a row is broken."""


def draw_bands(
    ax: Axes, estimate: Floats, low: Floats, high: Floats, *, ends: Sequence[str], confidence: float | None
) -> None:
    """Draw one line with its interval for each band, named at its right end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    estimate, low, high : ndarray of shape (B, H)
        Figures by band and month.
    ends : sequence of str
        The last figure of each band, written beside its name.
    confidence : float, optional
        Level of the intervals, to be named.
    """
    months = np.arange(1, estimate.shape[1] + 1)
    for b, band in enumerate(BANDS):
        colour = BAND_COLOURS[band]
        ax.fill_between(months, low[b], high[b], color=colour, alpha=0.16, linewidth=0)
        ax.plot(months, estimate[b], color=colour, linestyle=BAND_DASHES[band], linewidth=1.8, label=band_name(band))
    finish_months(ax, estimate.shape[1], confidence=confidence)
    ax.margins(y=0.04)
    label_ends(ax, estimate, ends)


def finish_months(ax: Axes, horizon: int, *, confidence: float | None) -> None:
    """Finish axes along which months of follow-up run.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    horizon : int
        Months shown.
    confidence : float, optional
        Level of the shaded intervals, to be named.
    """
    clean_frame(ax)
    ax.set_xticks(month_ticks(horizon))
    ax.set_xlim(0, horizon)
    shaded = say("interval") if confidence is None else say("{level} interval", level=level(confidence))
    ax.set_xlabel(say("months after the answer (shaded: {shaded})", shaded=shaded), **label_style())


def month_ticks(horizon: int) -> list[int]:
    """Return the months at which an axis is marked.

    Parameters
    ----------
    horizon : int
        Months shown.

    Returns
    -------
    list of int
        From 0, every 3, 6 or 12 months.

    Examples
    --------
    >>> month_ticks(24)
    [0, 6, 12, 18, 24]
    """
    return list(range(0, horizon + 1, 3 if horizon <= 18 else 6 if horizon <= 48 else 12))


def label_ends(ax: Axes, estimate: Floats, ends: Sequence[str]) -> None:
    """Name each band's line at its right end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to; its limits are those of the finished figure.
    estimate : ndarray of shape (B, H)
        Figures by band and month.
    ends : sequence of str
        The last figure of each band, written beside its name.
    """
    known = [b for b in range(len(BANDS)) if np.isfinite(estimate[b]).any()]
    bottom, top = ax.get_ylim()
    heights = spread_apart([(last_known(estimate)[b] - bottom) / (top - bottom) for b in known], gap=0.085)
    for b, height in zip(known, heights, strict=True):
        ax.annotate(
            say("{label} {figure}", label=band_name(BANDS[b]), figure=ends[b]),
            (1.0, height),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            color=BAND_COLOURS[BANDS[b]],
            fontsize=TEXT_SIZE,
            fontweight="bold",
            parse_math=False,
            annotation_clip=False,
        )


def last_known(estimate: Floats) -> list[float]:
    """Return the last figure of each band that is not held back.

    Parameters
    ----------
    estimate : ndarray of shape (B, H)
        Figures by band and month.

    Returns
    -------
    list of float
        NaN where there is none.
    """
    known = [row[np.isfinite(row)] for row in estimate]
    return [float(row[-1]) if len(row) else float("nan") for row in known]


def spread_apart(heights: Iterable[float], *, gap: float) -> list[float]:
    """Return heights moved apart so that labels there do not overlap.

    Parameters
    ----------
    heights : iterable of float
        Where the labels belong, 0 to 1.
    gap : float
        Least distance.

    Returns
    -------
    list of float
        In the same order, as near as may be to where they belong.

    Examples
    --------
    >>> [round(x, 3) for x in spread_apart([0.5, 0.52, 0.9], gap=0.1)]
    [0.46, 0.56, 0.9]
    """
    wanted = np.array(list(heights), dtype=float)
    order = np.argsort(wanted, kind="stable")
    blocks: list[list[float]] = []
    for at in order:
        blocks.append([float(wanted[at]), 1.0])
        while len(blocks) > 1 and blocks[-1][0] - blocks[-2][0] < gap * (blocks[-1][1] + blocks[-2][1]) / 2:
            centre, size = blocks.pop()
            before, n = blocks.pop()
            blocks.append([(centre * size + before * n) / (size + n), size + n])
    placed = np.concatenate([centre + gap * (np.arange(n) - (n - 1) / 2) for centre, n in blocks] or [np.zeros(0)])
    result = np.empty(len(wanted))
    result[order] = placed
    return [float(x) for x in result]


def draw_bar(ax: Axes, row: int, start: float, part: Interval, colour: str) -> None:
    """Draw a bar that begins at a value, with the interval of its end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    row : int
        Its place.
    start : float
        Where it begins.
    part : Interval
        Its length.
    colour : str
        Its colour.
    """
    ax.barh(row, part.estimate, left=start, height=0.6, color=colour, alpha=0.85, linewidth=0)
    ends = [start + part.ci_low, start + part.ci_high]
    ax.plot(ends, [row, row], color="black", linewidth=1.1, marker="|", markersize=7)


def draw_point(ax: Axes, row: int, found: Interval, *, is_headline: bool) -> None:
    """Draw an estimate with its interval.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    row : int
        Its place.
    found : Interval
        The estimate.
    is_headline : bool
        Whether it is the one that counts.
    """
    colour = GAIN if is_headline else MUTED
    ax.plot([found.ci_low, found.ci_high], [row, row], color=colour, linewidth=2.6 if is_headline else 1.6)
    face = colour if is_headline else "white"
    ax.plot([found.estimate], [row], marker="o", color=colour, markerfacecolor=face, markersize=8 if is_headline else 6)


MOST_TICKS: Final = 5
"""Steps of an axis of amounts, at most: with separators they take room."""


def finish_rows(ax: Axes, names: Sequence[str], texts: Sequence[str]) -> None:
    """Name the rows where reading starts and write their figures on the other side.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    names, texts : sequence of str
        By row, from the top.
    """
    clean_frame(ax)
    if ax.get_xscale() == "linear":
        ax.locator_params(axis="x", nbins=MOST_TICKS)
        ax.xaxis.set_major_formatter(lambda value, _: plain_tick(value))
    wrapped = [wrapped_name(name) for name in names]
    ax.set_yticks(range(len(names)), wrapped, fontsize=TEXT_SIZE, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="y", visible=False)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.margins(x=0.06)
    is_rtl = spoken().is_right_to_left
    if is_rtl:
        ax.yaxis.tick_right()
    for row, text in enumerate(texts):
        ax.annotate(
            text,
            (0.0 if is_rtl else 1.0, row),
            xycoords=("axes fraction", "data"),
            xytext=(-6 if is_rtl else 6, 0),
            textcoords="offset points",
            va="center",
            ha="right" if is_rtl else "left",
            fontsize=SMALL_SIZE,
            color="black",
            parse_math=False,
            annotation_clip=False,
        )


def wrapped_name(name: str) -> str:
    """Return the name of a row, broken where it is long.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    str
        Its lines. In a language read from the right each line is set in order by itself: marks that began on one line
        would have no end on it.
    """
    if not spoken().is_right_to_left:
        return fill(name, NAME_WIDTH)
    return lines_in_direction(fill(unmarked(name), NAME_WIDTH, break_long_words=False))


def clean_frame(ax: Axes) -> None:
    """Leave of the frame what carries information.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    """
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(labelsize=SMALL_SIZE)
    ax.grid(visible=True, color="#E4E4E4", linewidth=0.7)
    ax.set_axisbelow(True)
    if not spoken().is_english:
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda value, _: plain_tick(value))


def plain_tick(value: float) -> str:
    """Return a mark of an axis in the digits of the language.

    Parameters
    ----------
    value : float
        Where it stands.

    Returns
    -------
    str
        The number.
    """
    return number_text(f"{round(value, 10) + 0.0:,.10g}")


def percent_tick(value: float) -> str:
    """Return a mark of an axis of shares.

    Parameters
    ----------
    value : float
        The share.

    Returns
    -------
    str
        In per cent; no space before its sign in English, where marks stand close.
    """
    text = f"{round(100 * value, 1):g}"
    return f"{text}%" if spoken().is_english else percent(number_text(text))


def title_style() -> dict[str, Any]:
    """Return how titles look.

    Returns
    -------
    dict
        Keywords of ``set_title``.
    """
    return {
        "loc": "right" if spoken().is_right_to_left else "left",
        "fontsize": TEXT_SIZE + 1,
        "fontweight": "bold",
        "parse_math": False,
    }


def label_style() -> dict[str, Any]:
    """Return how axis labels look.

    Returns
    -------
    dict
        Keywords of ``set_xlabel`` and ``set_ylabel``.
    """
    return {"fontsize": SMALL_SIZE, "parse_math": False}
