"""The figures of a report as SVG, with what they show in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import TYPE_CHECKING

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Balance, Curves
from cxvalue.link.columns import Floats
from cxvalue.report.canvas import figure_of, svg_text
from cxvalue.report.disclosure import hide_in_text
from cxvalue.report.languages.language import read_language, speaking, spoken
from cxvalue.report.languages.say import say, say_list
from cxvalue.report.languages.told import told_plain
from cxvalue.report.numbers import format_interval, format_money, format_month, format_share
from cxvalue.report.plot_outlook import plot_outlook
from cxvalue.report.plot_parts import MUTED, last_known, title_style
from cxvalue.report.plot_sensitivity import plot_distribution, plot_tornado
from cxvalue.report.plot_sustained import plot_sustained
from cxvalue.report.plot_waterfall import plot_waterfall
from cxvalue.report.plots import plot_balance, plot_contribution, plot_estimates, plot_levers, plot_retention
from cxvalue.report.shown_balance import shown_balance
from cxvalue.report.study_results import StudyResults
from cxvalue.report.truth import known_truth
from cxvalue.report.wording import (
    SHARE_FIGURES,
    SHARE_TITLES,
    band_name,
    method_name,
    metric_name,
    relationship_of,
    unit_name,
    value_text,
)
from cxvalue.value import Projection
from cxvalue.value.waterfall import make_waterfall
from cxvalue.vocabulary import BANDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A figure of a report.

    Parameters
    ----------
    name : str
        File name without ending.
    svg : str
        The figure.
    alt : str
        What it shows, for those who cannot see it.
    """

    name: str
    svg: str
    alt: str


def report_figures(results: StudyResults) -> tuple[ReportFigure, ...]:
    """Draw the figures of a report, in its language.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    tuple of ReportFigure
        ``retention`` (``purchases`` where leaving is not seen), ``contribution``, ``levers``, those of
        :func:`valuation_figures`, ``estimates`` and ``balance``; those that cannot be estimated, or were not asked
        for, are missing.
    """
    with speaking(read_language(results.language)):
        return (*customer_figures(results), *value_figures(results))


def customer_figures(results: StudyResults) -> list[ReportFigure]:
    """Draw what customers do month by month.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    list of ReportFigure
        ``retention`` or ``purchases``, and ``contribution``, as far as they can be estimated.
    """
    minimum, confidence = results.disclosure_min, results.confidence
    found = []
    if isinstance(results.curves, Curves):
        curves = shown_curves(results.curves, minimum)
        relationship = relationship_of(curves.metrics)
        shares = curves.estimate[:, 0]
        if np.isfinite(shares).any():
            axes = plot_retention(curves, confidence=confidence)
            ends = [format_share(x) for x in last_known(shares)]
            title = say(SHARE_TITLES[relationship])
            alt = say("{title}, as a share, {ends}", title=title, ends=at_end(results, ends))
            found.append(finished(SHARE_FIGURES[relationship], axes, results, alt))
        if results.contribution is not None and np.isfinite(shares).any():
            money = shown_money(results.contribution, results.curves, minimum)
            axes = plot_contribution(money, results.currency, confidence=confidence)
            ends = [format_money(x, results.currency) for x in last_known(money[0])]
            alt = say("Monthly contribution {ends}", ends=at_end(results, ends))
            found.append(finished("contribution", axes, results, alt))
    return found


def value_figures(results: StudyResults) -> list[ReportFigure]:
    """Draw the value and what stands beside it.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    list of ReportFigure
        ``levers``, those of :func:`valuation_figures`, ``estimates`` and ``balance``.
    """
    minimum = results.disclosure_min
    found = []
    found.append(finished("levers", plot_levers(results.value), results, levers_in_words(results.value)))
    found += valuation_figures(results)
    axes = plot_estimates(results.estimates, truth=known_truth(results))
    found.append(finished("estimates", axes, results, estimates_in_words(results)))
    balance = shown_balance(results)
    if isinstance(balance, Balance):
        lines = (hide_in_text(line, minimum) for line in balance.summary().splitlines())
        alt = " ".join(told_plain(line) for line in lines)
        found.append(finished("balance", plot_balance(balance), results, alt))
    return found


def valuation_figures(results: StudyResults) -> list[ReportFigure]:
    """Draw what finance asks beside the headline.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    list of ReportFigure
        ``waterfall``; where the valuation was asked for also ``tornado``, ``distribution``, ``sustained`` and
        ``outlook``, as far as they can be estimated.
    """
    waterfall, valuation = make_waterfall(results.value), results.valuation
    found = [finished("waterfall", plot_waterfall(waterfall), results, one_line(waterfall.summary()))]
    if valuation is None:
        return found
    sensitivity = valuation.sensitivity
    tornado, run = sensitivity.tornado, sensitivity.probabilistic
    found.append(finished("tornado", plot_tornado(tornado), results, one_line(tornado.summary())))
    found.append(finished("distribution", plot_distribution(run), results, one_line(run.summary())))
    if not isinstance(valuation.sustained, NotEstimable):
        alt = one_line(valuation.sustained.summary())
        found.append(finished("sustained", plot_sustained(valuation.sustained), results, alt))
    if not isinstance(valuation.outlook, NotEstimable):
        alt = hide_in_text(one_line(valuation.outlook.summary()), results.disclosure_min)
        found.append(finished("outlook", plot_outlook(valuation.outlook), results, alt))
    return found


def one_line(text: str) -> str:
    """Return a summary on one line.

    Parameters
    ----------
    text : str
        Plain text.

    Returns
    -------
    str
        With a semicolon for every new line.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if spoken().is_english:
        return "; ".join(lines)
    return say_list(told_plain(" ".join(line.split())) for line in lines)


def finished(name: str, axes: Axes, results: StudyResults, alt: str) -> ReportFigure:
    """Return a figure with its source line, as SVG.

    Parameters
    ----------
    name : str
        File name without ending.
    axes : matplotlib.axes.Axes
        What was drawn.
    results : StudyResults
        What it was drawn from.
    alt : str
        What it shows.

    Returns
    -------
    ReportFigure
        The figure.
    """
    name_of_study = shorten(results.name, 48, placeholder="…")
    source = say(
        "{study} · as of {month} · cxvalue {version}", study=name_of_study, month=format_month(results.episodes.as_of),
        version=results.version,
    )  # fmt: skip
    is_rtl = spoken().is_right_to_left
    figure_of(axes).supxlabel(
        source,
        x=0.99 if is_rtl else 0.01,
        ha="right" if is_rtl else "left",
        fontsize=7.5,
        color=MUTED,
        parse_math=False,
    )
    return ReportFigure(name, svg_text(axes, title=axes.get_title(loc=title_style()["loc"])), alt)


def at_end(results: StudyResults, ends: Sequence[str]) -> str:
    """Return where the bands end, in words.

    Parameters
    ----------
    results : StudyResults
        Knows the horizon.
    ends : sequence of str
        The last figure of each band.

    Returns
    -------
    str
        A clause.
    """
    parts = (say("{label} {figure}", label=band_name(band), figure=end) for band, end in zip(BANDS, ends, strict=True))
    bands = say_list(parts, ", ")
    return say(
        "by band, months 1 to {months}, with intervals. At the end: {bands}.", months=results.horizon_months,
        bands=bands,
    )  # fmt: skip


def levers_in_words(value: Projection) -> str:
    """Return the levers in words.

    Parameters
    ----------
    value : Projection
        The value.

    Returns
    -------
    str
        A sentence.
    """
    parts = [
        say("{label} {figure}", label=metric_name(name), figure=format_interval(part, currency=value.currency))
        for name, part in value.levers
    ]
    total = format_interval(value.per_customer, currency=value.currency)
    return say(
        "Bars that add up to the value {unit}, with intervals: {parts}; together {total}.",
        unit=unit_name(value.unit), parts=say_list(parts), total=total,
    )  # fmt: skip


def estimates_in_words(results: StudyResults) -> str:
    """Return the estimates in words.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        A sentence.
    """
    parts = []
    for row in results.estimates.rows:
        if not row.span:
            figure = hide_in_text(value_text(row.per_customer, results.currency), results.disclosure_min)
            parts.append(say("{label} {figure}", label=method_name(row.method), figure=figure))
    truth = known_truth(results)
    parts += (
        []
        if truth is None
        else [say("truth {value}", value=format_money(truth["per_customer"]["value"], results.currency))]
    )
    unit = unit_name(results.value.unit)
    return say("Value {unit} with intervals: {parts}.", unit=unit, parts=say_list(parts))


def shown_curves(curves: Curves, minimum: int) -> Curves:
    """Return curves without the points that stand for too few episodes.

    Parameters
    ----------
    curves : Curves
        The curves.
    minimum : int
        Smallest number that a point may stand for.

    Returns
    -------
    Curves
        With NaN where held back.
    """
    hide = (curves.episodes < minimum)[:, None, :]
    estimate, se, low, high = (
        np.where(hide, np.nan, figures) for figures in (curves.estimate, curves.se, curves.ci_low, curves.ci_high)
    )
    return replace(curves, estimate=estimate, se=se, ci_low=low, ci_high=high)


def shown_money(
    contribution: tuple[Floats, Floats, Floats], curves: Curves, minimum: int
) -> tuple[Floats, Floats, Floats]:
    """Return monthly contributions without the points that stand for too few episodes.

    Parameters
    ----------
    contribution : tuple of ndarray of shape (B, H)
        Estimate, low and high.
    curves : Curves
        The curves behind them.
    minimum : int
        Smallest number that a point may stand for.

    Returns
    -------
    tuple of ndarray of shape (B, H)
        With NaN where held back.
    """
    hide = curves.episodes < minimum
    estimate, low, high = (np.where(hide, np.nan, figures) for figures in contribution)
    return estimate, low, high
