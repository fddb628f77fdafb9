"""Figures of results that are lists: a row an estimate, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval, Outcomes
from cxvalue.estimate.models import Models
from cxvalue.report.canvas import new_axes
from cxvalue.report.languages.say import number_text, say, say_list
from cxvalue.report.languages.told import told_field, told_plain
from cxvalue.report.numbers import format_interval
from cxvalue.report.plot_parts import (
    BAND_COLOURS,
    MUTED,
    draw_point,
    finish_rows,
    label_style,
    title_style,
)
from cxvalue.report.wording import band_name, count_months, group_name, level, metric_name, unit_name
from cxvalue.value import Links, SegmentValues
from cxvalue.value.moves import Moves
from cxvalue.value.points import Points
from cxvalue.vocabulary import EVERYBODY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS: Final = 24
"""Rows of a figure, at most."""
NONE: Final = frozenset({""})
"""No row counts more than the others."""

Row = tuple[str, Interval | NotEstimable]


def draw_rows(
    rows: Sequence[Row], ax: Axes | None, *, currency: str = "", unit: str = "", headline: frozenset[str] = frozenset()
) -> Axes:
    """Draw a row an estimate, with its interval and its figure.

    Parameters
    ----------
    rows : sequence of (str, Interval or NotEstimable)
        Names and estimates, from the top.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    currency : str
        Of money; empty for other figures.
    unit : {"", "share"}
        How figures are written, when they are not money.
    headline : frozenset of str
        Names of the rows that count; default all.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = new_axes(height_inches=1.4 + 0.42 * max(len(rows), 1)) if ax is None else ax
    texts = []
    for at, (name, found) in enumerate(rows):
        if isinstance(found, NotEstimable):
            texts.append(say("not estimable"))
            continue
        draw_point(ax, at, found, is_headline=not headline or name in headline)
        texts.append(format_interval(found, currency=currency, unit=unit))
    finish_rows(ax, [name for name, _ in rows], texts)
    ax.axvline(0.0, color=MUTED, linewidth=0.8)
    return ax


def plot_moves(moves: Moves, ax: Axes | None = None) -> Axes:
    """Draw what every move between two bands is worth.

    Parameters
    ----------
    moves : Moves
        The moves.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = draw_rows([(told_plain(row.label), row.per_customer) for row in moves.rows], ax, currency=moves.currency)
    ax.set_title(say("Value of each move ({level} intervals)", level=level(moves.rows[0].confidence)), **title_style())
    label = say(
        "{currency} a customer, {months}, discounted", currency=moves.currency, months=count_months(moves.months)
    )
    ax.set_xlabel(label, **label_style())
    return ax


def plot_points(points: Points, ax: Axes | None = None) -> Axes:
    """Draw what points of the score are worth, by who moves.

    Parameters
    ----------
    points : Points
        The value.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: the stated mix of moves first, then each move alone.
    """
    rows = [(told_plain(each.mix), each.value) for each in (points.stated, *points.single)]
    ax = draw_rows(rows, ax, currency=points.currency, headline=frozenset({told_plain(points.stated.mix)}))
    ax.set_title(
        say(
            "{points} {score} more, by who moves",
            points=number_text(f"{points.points:g}"),
            score=told_field(points.score_name),
        ),
        **title_style(),
    )
    label = say("{currency}, {months}, discounted", currency=points.currency, months=count_months(points.months))
    ax.set_xlabel(label, **label_style())
    return ax


def plot_segments(segments: SegmentValues, ax: Axes | None = None, *, most_rows: int = MOST_ROWS) -> Axes:
    """Draw the value per moved customer in each segment, beside the same drawn toward the whole.

    Parameters
    ----------
    segments : SegmentValues
        The segments.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    most_rows : int
        Segments, at most.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a hollow mark with its interval for a segment's own estimate, a diamond without one for the shrunken
        value, a line for the whole.
    """
    chosen = segments.values[:most_rows]
    rows: list[Row] = [
        (f"{by} {group}", each if isinstance(each, NotEstimable) else each.per_customer) for by, group, each in chosen
    ]
    whole = segments.whole
    currency = "" if whole is None else whole.currency
    ax = draw_rows(rows, ax, currency=currency, headline=NONE)
    shrunken = segments.shrunken()
    for at, (by, group, _) in enumerate(chosen):
        if (by, group) in shrunken:
            ax.plot([shrunken[by, group].per_customer], [at], marker="D", color=BAND_COLOURS["satisfied"], markersize=5)
    if whole is not None:
        ax.axvline(whole.per_customer.estimate, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        label = say(
            "{currency} {unit}, {months} (dashed: the whole; diamonds: drawn toward it)", currency=currency,
            unit=unit_name(whole.unit), months=count_months(whole.months),
        )  # fmt: skip
        ax.set_xlabel(label, **label_style())
    title = say("Value by segment")
    if len(segments.values) > len(chosen):
        title = say("Value by segment, {n} of {all}", n=len(chosen), all=len(segments.values))
    ax.set_title(title, **title_style())
    return ax


def plot_links(links: Links, ax: Axes | None = None, *, most_rows: int = MOST_ROWS) -> Axes:
    """Draw how far the two bands are apart on each metric, the strongest link first.

    Parameters
    ----------
    links : Links
        The ranking.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    most_rows : int
        Rows, at most.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    rows = []
    for row in links.table.head(most_rows).to_dict("records"):
        place = "" if row["by"] == EVERYBODY else f"{row['group']}: "
        rows.append((f"{place}{metric_name(row['metric'])}", figure_of(row, "gap")))
    ax = draw_rows(rows, ax)
    ax.set_title(say("Which outcomes tell the bands apart"), **title_style())
    ax.set_xlabel(say("adjusted monthly gap, in standard deviations of one customer-month"), **label_style())
    return ax


def plot_outcomes(outcomes: Outcomes, ax: Axes | None = None, *, metric: str | None = None) -> Axes:
    """Draw the adjusted total of one metric over the longest horizon, by band.

    Parameters
    ----------
    outcomes : Outcomes
        The totals.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    metric : str, optional
        The metric; default the first, months kept.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a row a stratum and band, in the colour of the band.
    """
    table = outcomes.table[outcomes.table["adjusted"]]
    metric = str(table["metric"].iloc[0]) if metric is None else metric
    chosen = table[(table["metric"] == metric) & (table["horizon_months"] == table["horizon_months"].max())]
    records = chosen.head(MOST_ROWS).to_dict("records")
    rows = [(row_label(row), figure_of(row, "estimate")) for row in records]
    ax = draw_rows(rows, ax, headline=NONE)
    mark_bands(ax, records)
    months, unit = int(chosen["horizon_months"].max()), str(chosen["unit"].iloc[0])
    title = say("{metric}, {months}, by band (adjusted)", metric=metric_name(metric), months=count_months(months))
    ax.set_title(title.capitalize(), **title_style())
    ax.set_xlabel(say("{unit} a customer at time zero", unit=told_plain(unit)), **label_style())
    return ax


def plot_models(models: Models, ax: Axes | None = None, *, metric: str | None = None) -> Axes:
    """Draw the adjusted means of one metric under each model, by band.

    Parameters
    ----------
    models : Models
        The models.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default a new figure.
    metric : str, optional
        The metric; default the first that could be modelled.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a row a model and band, in the colour of the band.
    """
    table = models.to_frame()
    known = table[table["status"] == "ok"]
    metric = str((known if len(known) else table)["metric"].iloc[0]) if metric is None else metric
    records = table[table["metric"] == metric].to_dict("records")
    rows = [
        (say_list([told_plain(row["family"]), band_name(row["band"])], ", "), figure_of(row, "estimate"))
        for row in records
    ]
    ax = draw_rows(rows, ax, headline=NONE)
    mark_bands(ax, records)
    units = ", ".join(dict.fromkeys(str(row["unit"]) for row in records if row["status"] == "ok"))
    title = say(
        "{metric}, adjusted means ({level} intervals)", metric=metric_name(metric), level=level(models.confidence)
    )
    ax.set_title(title, **title_style())
    ax.set_xlabel(units or say("not estimable"), **label_style())
    return ax


def mark_bands(ax: Axes, rows: Sequence[Mapping[Any, Any]]) -> None:
    """Mark the estimates in the colours of their bands.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    rows : sequence of mapping
        Rows with status, band, estimate and interval, from the top.
    """
    for at, row in enumerate(rows):
        if row["status"] == "ok":
            colour = BAND_COLOURS[str(row["band"])]
            ax.plot([row["ci_low"], row["ci_high"]], [at, at], color=colour, linewidth=2.6)
            ax.plot([row["estimate"]], [at], marker="o", color=colour, markersize=5)


def row_label(row: Mapping[Any, Any]) -> str:
    """Return what a row of the outcomes is called.

    Parameters
    ----------
    row : mapping
        The row.

    Returns
    -------
    str
        The band, the stratum in front.
    """
    band = band_name(str(row["band"]))
    return band if row["by"] == EVERYBODY else say_list([group_name(str(row["by"]), str(row["group"])), band], ", ")


def figure_of(row: Mapping[Any, Any], name: str) -> Interval | NotEstimable:
    """Return the estimate in a row of a table.

    Parameters
    ----------
    row : mapping
        The row, with status, reason, se, ci_low and ci_high.
    name : str
        Column of the estimate.

    Returns
    -------
    Interval or NotEstimable
        The estimate.
    """
    if row["status"] != "ok" or pd.isna(row[name]):
        return NotEstimable(str(row["reason"]))
    return Interval(row[name], row["se"], row["ci_low"], row["ci_high"])
