"""Figures of survey noise: where customers answer next, and how two answers correlate by the months between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxvalue.errors import CxValueError
from cxvalue.estimate.noise import Migration, Reliability, SurveyNoise
from cxvalue.estimate.replicate import t_factor
from cxvalue.report.canvas import figure_of, new_axes
from cxvalue.report.numbers import NBSP
from cxvalue.report.plot_parts import (
    BAND_COLOURS,
    GAIN,
    MUTED,
    SMALL_SIZE,
    clean_frame,
    finish_rows,
    label_style,
    title_style,
)
from cxvalue.report.wording import level
from cxvalue.vocabulary import BANDS, DISSATISFIED, Band

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST_WRITTEN = 0.07
"""Share below which a part of a bar has no room for its figure."""

MOST_TICKS = 8
"""Different gaps up to which each has a mark on the axis."""


def plot_survey_noise(noise: SurveyNoise, ax: Axes | None = None) -> Axes:
    """Draw correlations by gap, or, where no reliability can be told, where the dissatisfied answer next.

    Parameters
    ----------
    noise : SurveyNoise
        What customers who were asked twice tell.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    CxValueError
        Where nobody answered twice.
    """
    if isinstance(noise.reliability, Reliability):
        return plot_reliability(noise.reliability, ax, confidence=noise.confidence)
    if isinstance(noise.migration, Migration):
        return plot_migration(noise.migration, ax)
    raise CxValueError(f"survey noise is {noise.migration}", hint="a figure needs customers who answered twice")


def plot_migration(migration: Migration, ax: Axes | None = None, *, from_band: Band = DISSATISFIED) -> Axes:
    """Draw in which band the customers of one band answer next, by the months between.

    Parameters
    ----------
    migration : Migration
        Band-to-band table by gap.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    from_band : {"dissatisfied", "neutral", "satisfied"}
        Band of the first answer.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar a gap.

    Raises
    ------
    CxValueError
        Where nobody of that band was asked again.
    """
    at = BANDS.index(from_band)
    pairs = migration.counts[:, at].sum(axis=1)
    gaps = np.flatnonzero(pairs)
    if not len(gaps):
        raise CxValueError(f"nobody who answered {from_band} was asked again")
    ax = new_axes(height_inches=1.8 + 0.42 * len(gaps)) if ax is None else ax
    shares = migration.shares[gaps, at]
    starts = np.cumsum(shares, axis=1) - shares
    for to, band in enumerate(BANDS):
        ax.barh(
            np.arange(len(gaps)), shares[:, to], left=starts[:, to], height=0.66, color=BAND_COLOURS[band], alpha=0.85,
            edgecolor="white", linewidth=0.8, label=band,
        )  # fmt: skip
        for row, (start, share) in enumerate(zip(starts[:, to], shares[:, to], strict=True)):
            if share >= LEAST_WRITTEN:
                ax.text(
                    start + share / 2, row, f"{share * 100:.0f}{NBSP}%", ha="center", va="center", color="white",
                    fontsize=SMALL_SIZE, fontweight="bold",
                )  # fmt: skip
    finish_rows(ax, [f"{gap} months later" for gap in migration.gaps[gaps]], [f"{n:,} pairs" for n in pairs[gaps]])
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    ax.set_title(f"Where the {from_band} answer next", **title_style())
    ax.set_xlabel("share of those asked again", **label_style())
    figure_of(ax).legend(loc="outside lower center", ncols=len(BANDS), frameon=False, fontsize=SMALL_SIZE)
    return ax


def plot_reliability(reliability: Reliability, ax: Axes | None = None, *, confidence: float = 0.95) -> Axes:
    """Draw how two answers of a customer correlate by the months between, with the fit and the share of noise.

    Parameters
    ----------
    reliability : Reliability
        Correlations and fit.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    confidence : float
        Level of the intervals of the correlations, and of that of the noise.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. What separates the fit from 1 at no months between is noise.
    """
    ax = new_axes() if ax is None else ax
    reach = t_factor(len(reliability.leave_one_group_out), confidence) * reliability.ses
    ax.errorbar(
        reliability.gaps, reliability.correlations, yerr=reach, fmt="o", color=GAIN, markersize=5, linewidth=1.3,
        label="correlation of two answers",
    )  # fmt: skip
    months = np.linspace(0.0, float(reliability.gaps.max()) * 1.05, 200)
    ax.plot(months, [reliability.at(gap) for gap in months], color=GAIN, linewidth=1.6, label="fit")
    ax.plot([0, 0], [reliability.of_answer, 1.0], color=MUTED, linewidth=3.0, solid_capstyle="butt", clip_on=False)
    noise = reliability.noise
    ax.annotate(
        f"noise {noise.estimate * 100:.0f}{NBSP}% ({noise.ci_low * 100:.0f} to {noise.ci_high * 100:.0f})",
        (0.0, (1.0 + reliability.of_answer) / 2), xytext=(8, 0), textcoords="offset points", va="center",
        fontsize=SMALL_SIZE, color="black",
    )  # fmt: skip
    clean_frame(ax)
    if len(reliability.gaps) <= MOST_TICKS:
        ax.set_xticks([0, *reliability.gaps.astype(int)])
    ax.set_xlim(0.0, months[-1])
    ax.set_ylim(min(0.0, float((reliability.correlations - reach).min()) - 0.02), 1.0)
    ax.set_title("How two answers of a customer agree", **title_style())
    ax.set_xlabel(f"months between the two answers (bars: {level(confidence)} intervals; line: fit)", **label_style())
    ax.set_ylabel("correlation, given covariates", **label_style())
    return ax
