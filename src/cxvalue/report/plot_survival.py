"""The figure of survival by band: Kaplan–Meier with intervals and numbers at risk, the adjusted curves as marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd

from cxvalue.estimate.survival import Survival
from cxvalue.link.columns import Floats
from cxvalue.report.canvas import new_axes
from cxvalue.report.numbers import NBSP
from cxvalue.report.plot_parts import (
    BAND_COLOURS,
    BAND_DASHES,
    MUTED,
    finish_months,
    label_ends,
    label_style,
    last_known,
    month_ticks,
    title_style,
)
from cxvalue.vocabulary import BANDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AT_RISK_SIZE: Final = 7.5
FIRST_ROW_POINTS: Final = 46
"""How far below the axis the numbers at risk begin."""
ROW_POINTS: Final = 11
NAMES_POINTS: Final = -20
"""How far left of the axis the names of its rows end."""
OBSERVED: Final = "unadjusted"


def plot_survival(
    survival: Survival,
    ax: Axes | None = None,
    *,
    adjusted: Literal["standardised", "weighted"] | None = "standardised",
    at_risk: bool = True,
) -> Axes:
    """Draw the share that has not left by band: Kaplan–Meier as steps with intervals, adjusted shares as marks.

    Parameters
    ----------
    survival : Survival
        The curves.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    adjusted : {"standardised", "weighted"}, optional
        Which adjusted curves are marked; None marks none.
    at_risk : bool
        Whether the numbers of episodes at risk stand under the axis.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = new_axes(height_inches=4.3 if at_risk else 3.6) if ax is None else ax
    table, horizon = survival.curves, survival.horizon_months
    observed = by_band(table, OBSERVED, "survival", horizon)
    low, high = (by_band(table, OBSERVED, name, horizon) for name in ("ci_low", "ci_high"))
    months = np.arange(horizon + 1)
    for b, band in enumerate(BANDS):
        colour = BAND_COLOURS[band]
        ax.fill_between(months, from_one(low[b]), from_one(high[b]), step="post", color=colour, alpha=0.16, linewidth=0)
        ax.plot(
            months, from_one(observed[b]), color=colour, linestyle=BAND_DASHES[band], linewidth=1.8,
            drawstyle="steps-post", label=band,
        )  # fmt: skip
    if adjusted is not None:
        mark_adjusted(ax, by_band(table, adjusted, "survival", horizon))
    finish_months(ax, horizon, confidence=survival.confidence)
    ax.set_ylim(top=1.02)
    label_ends(ax, observed, [f"{x * 100:.1f}{NBSP}%" for x in last_known(observed)])
    marked = "unadjusted" if adjusted is None else f"circles: {adjusted}"
    ax.set_title(f"Not left yet, by band ({marked})", **title_style())
    ax.set_ylabel("share of the episodes", **label_style())
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    if at_risk:
        write_at_risk(ax, by_band(table, OBSERVED, "at_risk", horizon))
    return ax


def by_band(table: pd.DataFrame, method: str, name: str, horizon: int) -> Floats:
    """Return a column of a table of curves by band and month.

    Parameters
    ----------
    table : pandas.DataFrame
        As :attr:`Survival.curves`.
    method : {"unadjusted", "weighted", "standardised"}
        Which curves.
    name : str
        The column.
    horizon : int
        Months, H.

    Returns
    -------
    ndarray of shape (B, H)
        NaN where the table has no figure.
    """
    rows = table[table["method"] == method]
    wide = rows.pivot_table(index="band", columns="month", values=name, aggfunc="first", observed=True)
    return wide.reindex(index=list(BANDS), columns=range(1, horizon + 1)).to_numpy(dtype=np.float64)


def from_one(share: Floats) -> Floats:
    """Return a curve from month 0, where all are still there.

    Parameters
    ----------
    share : ndarray of shape (H,)
        From month 1.

    Returns
    -------
    ndarray of shape (1 + H,)
        From month 0; all missing where the curve is.
    """
    return np.concatenate([[1.0 if np.isfinite(share).any() else np.nan], share])


def mark_adjusted(ax: Axes, share: Floats) -> None:
    """Mark adjusted shares at the marked months.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    share : ndarray of shape (B, H)
        By band and month.
    """
    months = np.array(month_ticks(share.shape[1])[1:])
    for b, band in enumerate(BANDS):
        ax.plot(
            months, share[b, months - 1], "o", markersize=5, color=BAND_COLOURS[band], markerfacecolor="white",
            linestyle="none", label=f"{band}, adjusted", zorder=3, clip_on=False,
        )  # fmt: skip


def write_at_risk(ax: Axes, at_risk: Floats) -> None:
    """Write how many episodes are at risk under the axis.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    at_risk : ndarray of shape (B, H)
        Episodes at risk just before each month; those before month 1 stand at 0.
    """
    below = ("data", "axes fraction")
    head = -FIRST_ROW_POINTS + ROW_POINTS
    ax.annotate(
        "episodes at risk", (0, 0), xycoords="axes fraction", xytext=(NAMES_POINTS, head), textcoords="offset points",
        va="center", ha="right", fontsize=AT_RISK_SIZE, color=MUTED, annotation_clip=False,
    )  # fmt: skip
    for b, band in enumerate(BANDS):
        down = -FIRST_ROW_POINTS - b * ROW_POINTS
        style: dict[str, Any] = {
            "va": "center",
            "fontsize": AT_RISK_SIZE,
            "color": BAND_COLOURS[band],
            "annotation_clip": False,
        }
        ax.annotate(
            band,
            (0, 0),
            xycoords="axes fraction",
            xytext=(NAMES_POINTS, down),
            textcoords="offset points",
            ha="right",
            **style,
        )
        for month in month_ticks(at_risk.shape[1]):
            number = at_risk[b, max(month, 1) - 1]
            if np.isfinite(number):
                ax.annotate(
                    f"{number:,.0f}", (month, 0), xycoords=below, xytext=(0, down), textcoords="offset points",
                    ha="center", **style,
                )  # fmt: skip
