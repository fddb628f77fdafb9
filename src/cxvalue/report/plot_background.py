"""Figures of what a value stands on: who answered, what the checks found, what would undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cxvalue.estimate import Episodes
from cxvalue.estimate.diagnose.robustness import Robustness
from cxvalue.report.canvas import new_axes
from cxvalue.report.numbers import format_count, format_share
from cxvalue.report.plot_parts import BAND_COLOURS, GAIN, LOSS, MUTED, TOTAL, finish_rows, label_style, title_style
from cxvalue.tables import CheckReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVEL_COLOURS: Final = {"error": LOSS, "warning": "#B8860B", "excluded": GAIN, "repaired": GAIN, "note": MUTED}
"""Colours of the levels of a finding."""
MOST_RULES: Final = 20
"""Rows of the figure of the checks, at most."""


def plot_bands(episodes: Episodes, ax: Axes | None = None) -> Axes:
    """Draw the share of each band among the answers, and among the customers now.

    Parameters
    ----------
    episodes : Episodes
        The counts.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: bars are customers now, weighted by response; hollow marks the plain shares of the answers.
    """
    rows = episodes.bands.to_dict("records")
    ax = new_axes(height_inches=1.4 + 0.5 * len(rows)) if ax is None else ax
    texts = []
    for at, row in enumerate(rows):
        ax.barh(at, row["share_response_weighted"], height=0.6, color=BAND_COLOURS[str(row["band"])], alpha=0.85)
        ax.plot([row["share"]], [at], marker="o", color=TOTAL, markerfacecolor="white", markersize=7)
        share = format_share(row["share_response_weighted"])
        texts.append(f"{share}: {format_count(row['customers'])} customers; {format_count(row['episodes'])} episodes")
    finish_rows(ax, [str(row["band"]) for row in rows], texts)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(lambda x, _: format_share(x, trim=True))
    ax.set_title(f"Bands among the customers active in {episodes.as_of}", **title_style())
    ax.set_xlabel("share (bars: customers now; rings: answers as they came)", **label_style())
    return ax


def plot_checks(report: CheckReport, ax: Axes | None = None, *, most_rows: int = MOST_RULES) -> Axes:
    """Draw how many rows each rule found, the worst level first.

    Parameters
    ----------
    report : CheckReport
        What the checks found.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    most_rows : int
        Rules, at most.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, on a logarithmic scale; rules that found no rows are left out.
    """
    order = list(LEVEL_COLOURS)
    hit = sorted(
        (finding for finding in report.findings if finding.level in LEVEL_COLOURS and finding.n_rows),
        key=lambda finding: (order.index(finding.level), -finding.n_rows),
    )
    found = hit[:most_rows]
    ax = new_axes(height_inches=1.4 + 0.34 * max(len(found), 1)) if ax is None else ax
    for at, finding in enumerate(found):
        ax.barh(at, finding.n_rows, height=0.6, color=LEVEL_COLOURS[finding.level], alpha=0.85)
    finish_rows(
        ax, [finding.rule for finding in found],
        [f"{format_count(finding.n_rows)} rows: {finding.level}" for finding in found],
    )  # fmt: skip
    if found:
        ax.set_xscale("log")
        ax.set_xlim(left=0.8)
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}" if x < 1000 else f"{x / 1000:,g}k")
    more = f", {len(found)} of {len(hit)}" if len(hit) > len(found) else ""
    ax.set_title(f"Rows that a rule of the data found{more}", **title_style())
    ax.set_xlabel(f"rows (logarithmic, k: thousands); {len(report.findings)} rules were looked at", **label_style())
    return ax


def plot_robustness(robustness: Robustness, ax: Axes | None = None, *, most_rows: int = MOST_RULES) -> Axes:
    """Draw how strong an unrecorded cause would have to be, beside how strong the recorded ones are.

    Parameters
    ----------
    robustness : Robustness
        Robustness values and benchmarks.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    most_rows : int
        Recorded covariates, at most.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar a recorded covariate, lines at the robustness values.
    """
    shown = robustness.benchmarks[:most_rows]
    ax = new_axes(height_inches=1.9 + 0.36 * max(len(shown), 1)) if ax is None else ax
    undoes = np.array([each.equivalent >= robustness.value for each in shown], dtype=bool)
    for at, each in enumerate(shown):
        ax.barh(at, each.equivalent, height=0.6, color=LOSS if undoes[at] else GAIN, alpha=0.85)
    finish_rows(
        ax, [each.covariate.replace("_", " ") for each in shown], [format_share(each.equivalent) for each in shown]
    )
    ax.axvline(robustness.value, color=TOTAL, linewidth=1.2)
    ax.axvline(robustness.value_interval, color=TOTAL, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(lambda x, _: format_share(x, trim=True))
    ax.set_title("What an unrecorded cause would have to explain", **title_style())
    ax.set_xlabel(
        f"share of what is left of band and outcome; line: brings the value to 0 ({format_share(robustness.value)}),\n"
        f"dashed: its interval ({format_share(robustness.value_interval)}); bars: causes that were recorded",
        **label_style(),
    )
    return ax
