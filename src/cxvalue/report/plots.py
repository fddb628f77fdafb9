"""Figures: one function a result type, in one style; intervals always, direct labels, units on the axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxvalue.errors import CxValueError, NotEstimable
from cxvalue.estimate import Curves, Episodes, Interval, Outcomes
from cxvalue.estimate.diagnose.balance import UNBALANCED, Balance
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.diagnose.diagnosis import Diagnosis
from cxvalue.estimate.diagnose.robustness import Robustness
from cxvalue.estimate.models import Models
from cxvalue.estimate.noise import Migration, Reliability, SurveyNoise
from cxvalue.estimate.survival import Survival
from cxvalue.link.columns import Floats
from cxvalue.report.canvas import new_axes
from cxvalue.report.languages.say import number_text, say
from cxvalue.report.languages.told import told_field
from cxvalue.report.numbers import format_interval, format_money, percent
from cxvalue.report.plot_background import plot_bands, plot_checks, plot_robustness
from cxvalue.report.plot_noise import plot_migration, plot_reliability, plot_survey_noise
from cxvalue.report.plot_outlook import plot_outlook
from cxvalue.report.plot_parts import (
    BAND_COLOURS,
    GAIN,
    LOSS,
    MUTED,
    SMALL_SIZE,
    TOTAL,
    clean_frame,
    draw_bands,
    draw_bar,
    draw_point,
    finish_rows,
    label_style,
    last_known,
    percent_tick,
    title_style,
    wrapped_name,
)
from cxvalue.report.plot_rows import plot_links, plot_models, plot_moves, plot_outcomes, plot_points, plot_segments
from cxvalue.report.plot_sensitivity import plot_distribution, plot_tornado
from cxvalue.report.plot_survival import plot_survival
from cxvalue.report.plot_sustained import plot_sustained
from cxvalue.report.plot_waterfall import plot_waterfall
from cxvalue.report.wording import (
    SHARE_TITLES,
    band_name,
    count_months,
    level,
    method_name,
    metric_name,
    relationship_of,
    unit_name,
)
from cxvalue.result import Drawable
from cxvalue.tables import CheckReport
from cxvalue.value import Estimates, Links, Projection, SegmentValues, Valuation
from cxvalue.value.ahead.outlook import Outlook
from cxvalue.value.chain.sustained_value import SustainedValue
from cxvalue.value.moves import Moves
from cxvalue.value.points import Points
from cxvalue.value.vary.probabilistic import Probabilistic
from cxvalue.value.vary.sensitivity import Sensitivity
from cxvalue.value.vary.tornado import Tornado
from cxvalue.value.waterfall import Waterfall, make_waterfall

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot(result: Drawable, ax: Axes | None = None) -> Axes:
    """Draw a result; ``result.plot()`` does the same.

    Parameters
    ----------
    result : Drawable
        Curves give retention (or who buys) by band, a projection its levers, estimates the adjusted beside the
        unadjusted value, balance how far the bands are from the target before and after adjustment, survival the share
        that has not left with the numbers at risk, survey noise the correlation of two answers by the months between
        (or, where that is not estimable, as a migration does, where the dissatisfied answer next), a waterfall the
        steps to the net present value, a tornado what each assumption moves, a probabilistic run its distribution, a
        sustained value the chain against the measured curve, an outlook the gap by cohort; moves, points, segments,
        links, outcomes and models a row an estimate; episodes the bands, checks the rows found, confounding what an
        unrecorded cause would have to explain. What has several parts gives its first: a valuation the waterfall,
        sensitivity the tornado, a diagnosis the balance.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    CxValueError
        For a result that has no figure, or of which the part to draw could not be estimated.
    """
    for whole, part_of in FIRST_PARTS.items():
        if isinstance(result, whole):
            return plot_part(part_of(result), ax)
    for kind, draw in DRAWINGS.items():
        if isinstance(result, kind):
            return draw(result, ax)
    raise CxValueError(
        f"nothing to draw for a result of type {type(result).__name__}",
        allowed=", ".join(kind.__name__ for kind in (*DRAWINGS, *FIRST_PARTS)),
        hint="cx.plot(study.curves()), cx.plot(study.value()) or cx.plot(study.estimates())",
    )


def plot_part(part: Drawable | NotEstimable, ax: Axes | None) -> Axes:
    """Draw a part of a result.

    Parameters
    ----------
    part : Drawable or NotEstimable
        The part.
    ax : matplotlib.axes.Axes or None
        Where to draw; None for a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    CxValueError
        When the part could not be estimated.
    """
    if isinstance(part, NotEstimable):
        raise CxValueError(f"nothing to draw: {part}", hint="the summary names what there is")
    return plot(part, ax)


def plot_retention(curves: Curves, ax: Axes | None = None, *, confidence: float | None = None) -> Axes:
    """Draw the share of each band who are still there or, where leaving is not seen, who buy, with intervals.

    Parameters
    ----------
    curves : Curves
        The curves.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    confidence : float, optional
        Level of the intervals, to be named.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = new_axes() if ax is None else ax
    at, relationship = 0, relationship_of(curves.metrics)
    chosen = (curves.estimate[:, at], curves.ci_low[:, at], curves.ci_high[:, at])
    draw_bands(
        ax, *chosen, ends=[percent(number_text(f"{x * 100:.1f}")) for x in last_known(chosen[0])], confidence=confidence
    )
    share = say(SHARE_TITLES[relationship])
    title = say("{title}, by band (adjusted)", title=share)
    ax.set_title(title if curves.adjusted else say("{title}, by band (unadjusted)", title=share), **title_style())
    ax.set_ylabel(say("share of the customers at time zero"), **label_style())
    ax.yaxis.set_major_formatter(lambda y, _: percent_tick(y))
    if relationship == "contractual" and not np.nanmax(chosen[2]) > 1.02:
        ax.set_ylim(top=1.02)
    return ax


def plot_contribution(
    contribution: tuple[Floats, Floats, Floats],
    currency: str,
    ax: Axes | None = None,
    *,
    confidence: float | None = None,
) -> Axes:
    """Draw the monthly contribution of each band, with intervals.

    Parameters
    ----------
    contribution : tuple of ndarray of shape (B, H)
        Estimate, low and high, in money per customer at time zero.
    currency : str
        Its currency.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    confidence : float, optional
        Level of the intervals, to be named.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = new_axes() if ax is None else ax
    ends = last_known(contribution[0])
    scale = max((abs(x) for x in ends if np.isfinite(x)), default=0.0)
    draw_bands(ax, *contribution, ends=[format_money(x, scale=scale) for x in ends], confidence=confidence)
    ax.set_title(say("Monthly contribution by band (adjusted)"), **title_style())
    ax.set_ylabel(say("{currency} a month per customer at time zero", currency=currency), **label_style())
    if np.nanmin(contribution[1]) < 0 < np.nanmax(contribution[2]):
        ax.axhline(0.0, color=MUTED, linewidth=0.8)
    return ax


def plot_levers(value: Projection, ax: Axes | None = None) -> Axes:
    """Draw the parts of the value per moved customer as bars that add up to the total, with intervals.

    Parameters
    ----------
    value : Projection
        The value.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Levers that are not valued, 0 in every replicate, are left out.
    """
    levers = [(name, part) for name, part in value.levers if part.estimate != 0.0 or part.se > 0.0]
    ax = new_axes(height_inches=1.5 + 0.42 * (len(levers) + 1)) if ax is None else ax
    start, texts = 0.0, []
    for row, (_, part) in enumerate(levers):
        draw_bar(ax, row, start, part, GAIN if part.estimate >= 0 else LOSS)
        start += part.estimate
        ax.plot([start, start], [row + 0.3, row + 0.7], color=MUTED, linewidth=0.8)
        texts.append(format_interval(part, currency=value.currency))
    draw_bar(ax, len(levers), 0.0, value.per_customer, TOTAL)
    texts.append(format_interval(value.per_customer, currency=value.currency))
    names = [*(metric_name(name) for name, _ in levers), say("value")]
    finish_rows(ax, names, texts)
    ax.axvline(0.0, color=MUTED, linewidth=0.8)
    ax.set_title(say("Value by lever ({level} intervals)", level=level(value.confidence)), **title_style())
    label = say(
        "{currency} {unit}, {months}, discounted", currency=value.currency, unit=unit_name(value.unit),
        months=count_months(value.months),
    )  # fmt: skip
    ax.set_xlabel(label, **label_style())
    return ax


def plot_estimates(estimates: Estimates, ax: Axes | None = None, *, truth: Mapping[str, Any] | None = None) -> Axes:
    """Draw the adjusted value beside the unadjusted one and the others, with intervals.

    Parameters
    ----------
    estimates : Estimates
        The estimates.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    truth : mapping, optional
        The true value of a simulated base, with a key ``per_customer``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Estimates of other months than the headline's are left out.
    """
    whole = [(row.method, row.per_customer) for row in estimates.rows if not row.span]
    found = [(name, each) for name, each in whole if isinstance(each, Interval)]
    missing = [name for name, each in whole if isinstance(each, NotEstimable)]
    headline = estimates.headline
    n_rows = len(found) + len(missing) + (truth is not None)
    ax = new_axes(height_inches=1.4 + 0.42 * n_rows) if ax is None else ax
    names, texts = [], []
    for row, (name, each) in enumerate(found):
        draw_point(ax, row, each, is_headline=name == "standardised")
        names.append(method_name(name))
        texts.append(format_interval(each, currency=estimates.currency))
    if truth is not None and found:
        true_value = float(truth["per_customer"]["value"])
        ax.plot([true_value], [len(names)], marker="D", color=TOTAL, markersize=6, linestyle="none")
        ax.axvline(true_value, color=TOTAL, linewidth=0.9, linestyle=(0, (2, 2)))
        names.append(say("truth (simulated base)"))
        texts.append(format_money(true_value, estimates.currency))
    names += [method_name(name) for name in missing]
    texts += [say("not estimable")] * len(missing)
    finish_rows(ax, names, texts)
    ax.axvline(0.0, color=MUTED, linewidth=0.8)
    title = say("Adjusted beside unadjusted")
    if isinstance(headline, Projection):
        title = say("{title} ({level} intervals)", title=title, level=level(headline.confidence))
    ax.set_title(title, **title_style())
    if isinstance(headline, Projection):
        label = say(
            "{currency} {unit}, {months}", currency=estimates.currency, unit=unit_name(estimates.unit),
            months=count_months(headline.months),
        )  # fmt: skip
        ax.set_xlabel(label, **label_style())
    return ax


def plot_balance(balance: Balance, ax: Axes | None = None, *, most_rows: int = 20) -> Axes:
    """Draw how far two bands are from the target on each covariate, before and after adjustment (a love plot).

    Parameters
    ----------
    balance : Balance
        The differences.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    most_rows : int
        Rows, at most: those furthest apart, before or after.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, with the covariates as they are: hollow marks are before adjustment, full marks after, diamonds by
        propensity.
    """
    schemes = [(balance.smd_raw, say("before"), "o", True), (balance.smd_adjusted, say("after"), "o", False)]
    if np.isfinite(balance.smd_weighted).any():
        schemes.append((balance.smd_weighted, say("by propensity"), "D", True))
    furthest = np.nanmax(np.abs([np.where(np.isfinite(smd), smd, 0.0) for smd, *_ in schemes]), axis=(0, 1))
    rows = np.flatnonzero(balance.as_it_is)
    order = rows[np.argsort(-furthest[rows], kind="stable")][:most_rows]
    ax = new_axes(height_inches=1.9 + 0.32 * len(order)) if ax is None else ax
    shift = (-0.16, 0.16)
    for b, overlap in enumerate(balance.bands):
        colour = BAND_COLOURS[overlap.band]
        for smd, when, marker, hollow in schemes:
            ax.plot(
                np.where(np.isfinite(smd[b, order]), smd[b, order], np.nan), np.arange(len(order)) + shift[b], marker,
                color=colour, markerfacecolor="white" if hollow else colour, markersize=5.5 if marker == "o" else 4.5,
                linestyle="none", label=say("{band}, {when}", band=band_name(overlap.band), when=when),
            )  # fmt: skip
    clean_frame(ax)
    names = [wrapped_name(told_field(balance.columns[at].removesuffix(" (as it is)"))) for at in order]
    ax.set_yticks(range(len(order)), names, fontsize=SMALL_SIZE, parse_math=False)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.axvline(0.0, color=MUTED, linewidth=0.8)
    for limit in (-UNBALANCED, UNBALANCED):
        ax.axvline(limit, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    limit_text = number_text(f"{UNBALANCED:g}")
    label = say("standardised mean difference (dashed: {limit})", limit=limit_text)
    if len(order) < len(rows):
        label = say(
            "standardised mean difference (dashed: {limit}; {n} of {all} shown)", limit=limit_text, n=len(order),
            all=len(rows),
        )  # fmt: skip
    ax.set_title(say("Balance against the target"), **title_style())
    ax.set_xlabel(label, **label_style())
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=SMALL_SIZE)
    return ax


DRAWINGS: Final[dict[type, Callable[..., Axes]]] = {
    CheckReport: plot_checks, Episodes: plot_bands, Curves: plot_retention, Outcomes: plot_outcomes, Links: plot_links,
    Projection: plot_levers, Estimates: plot_estimates, Balance: plot_balance, Robustness: plot_robustness,
    Models: plot_models, Survival: plot_survival, SurveyNoise: plot_survey_noise, Migration: plot_migration,
    Reliability: plot_reliability, Moves: plot_moves, Points: plot_points, SegmentValues: plot_segments,
    Waterfall: plot_waterfall, Tornado: plot_tornado, Probabilistic: plot_distribution,
    SustainedValue: plot_sustained, Outlook: plot_outlook,
}  # fmt: skip
"""What draws which result."""

FIRST_PARTS: Final[dict[type, Callable[[Any], Drawable | NotEstimable]]] = {
    Confounding: lambda confounding: confounding.robustness,
    Diagnosis: lambda diagnosis: diagnosis.balance,
    Sensitivity: lambda sensitivity: sensitivity.tornado,
    Valuation: lambda valuation: make_waterfall(valuation.value),
}
"""Results of several parts, and the part that stands for them."""
