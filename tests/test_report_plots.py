"""Figures: axes with units, intervals and labels that do not overlap; the user's text as text; the same bytes again."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import cxvalue as cx
from cxvalue.errors import CxValueError, NotEstimable
from cxvalue.report.canvas import svg_text
from cxvalue.report.figures import report_figures
from cxvalue.report.plot_parts import BAND_COLOURS, spread_apart
from cxvalue.report.plots import plot, plot_contribution, plot_estimates, plot_levers, plot_retention
from cxvalue.report.truth import known_truth
from cxvalue.value import Estimates
from report_results import HOSTILE, known_interval, small_figures, small_results, with_truth


def svg_texts(svg: str) -> list[str]:
    """Return every text of a figure."""
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_retention_by_band_with_intervals() -> None:
    curves = small_results().curves
    assert not isinstance(curves, NotEstimable)
    ax = plot_retention(curves, confidence=0.95)
    assert isinstance(ax, Axes)
    assert ax.get_ylabel() == "share of the customers at time zero"
    assert "months after the answer" in ax.get_xlabel()
    assert "95" in ax.get_xlabel()
    assert [line.get_color() for line in ax.lines] == list(BAND_COLOURS.values())
    assert len(ax.collections) == 3
    ends = [f"{band} {share * 100:.1f}\u00a0%" for band, share in zip(cx.BANDS, curves.estimate[:, 0, -1], strict=True)]
    assert written(ax) == ends
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), curves.estimate[0, 0])


def test_contribution_by_band() -> None:
    results = small_results()
    assert results.contribution is not None
    ax = plot_contribution(results.contribution, "EUR")
    assert ax.get_ylabel() == "EUR a month per customer at time zero"
    assert len(ax.collections) == 3


def test_levers_add_up_to_the_total() -> None:
    value = small_results().value
    ax = plot_levers(value)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["retention", "revenue", "cost to serve", "value"]
    *levers, total = ax.patches
    assert sum(bar.get_width() for bar in levers) == pytest.approx(total.get_width())
    assert total.get_width() == pytest.approx(value.per_customer.estimate)
    assert levers[1].get_x() == pytest.approx(levers[0].get_width())
    assert ax.get_xlabel() == "EUR per moved customer, 6 months, discounted"
    assert len(written(ax)) == 4


def test_adjusted_beside_unadjusted_and_the_truth() -> None:
    results = with_truth(small_results(), 2.0)
    ax = plot_estimates(results.estimates, truth=known_truth(results))
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names[:2] == ["unadjusted (raw gap)", "adjusted (headline)"]
    assert names[-1] == "truth (simulated base)"
    assert written(ax)[-1] == "EUR\u00a02.00"


def test_what_is_not_estimable_is_named() -> None:
    rows = small_results().estimates.rows
    missing = ("complete_cohorts", NotEstimable("too short"), 0, "")
    ax = plot_estimates(Estimates((*rows[:2], missing)))
    assert written(ax)[-1] == "not estimable"
    nothing = plot_estimates(Estimates((missing,)))
    assert written(nothing) == ["not estimable"]


def test_plot_chooses_by_type() -> None:
    results = small_results()
    assert not isinstance(results.curves, NotEstimable)
    titles = [plot(each).get_title(loc="left") for each in (results.curves, results.value, results.estimates)]
    assert [title.split(" (")[0] for title in titles] == [
        "Customers still there, by band", "Value by lever", "Adjusted beside unadjusted",
    ]  # fmt: skip
    with pytest.raises(CxValueError, match="nothing to draw for a result of type int"):
        plot(3)  # type: ignore[arg-type]


def test_given_axes_are_used() -> None:
    ax = Figure().add_subplot()
    assert plot(small_results().value, ax) is ax


def test_a_notebook_shows_the_axes() -> None:
    ax = plot(small_results().value)
    assert "<svg" in ax._repr_svg_()  # type: ignore[attr-defined]


def test_text_of_the_user_stays_text(recwarn: pytest.WarningsRecorder) -> None:
    value = small_results().value
    names = [HOSTILE, "$a$ and $b$ 中文 ∑", *(name for name, _ in value.levers[2:])]
    levers = tuple((name, part) for name, (_, part) in zip(names, value.levers, strict=True))
    svg = svg_text(plot_levers(replace(value, levers=levers, currency="$")))
    texts = " ".join(svg_texts(svg))
    assert HOSTILE.replace(" ", "") in "".join(texts.split())  # long names are broken into lines
    assert "$a$ and $b$ 中文 ∑" in texts
    assert "$ per moved customer" in texts
    assert "<script" not in svg
    assert not recwarn.list


def test_labels_do_not_overlap() -> None:
    results = with_truth(small_results(), 2.0)
    curves = results.curves
    assert not isinstance(curves, NotEstimable)
    assert results.contribution is not None
    # Bands that end at the same place are the hard case.
    same = np.broadcast_to(curves.estimate[:1], curves.estimate.shape)
    drawn = [
        plot_retention(curves), plot_retention(replace(curves, estimate=same, ci_low=same, ci_high=same)),
        plot_contribution(results.contribution, "EUR"), plot_levers(results.value),
        plot_estimates(results.estimates, truth=known_truth(results)),
    ]  # fmt: skip
    for ax in drawn:
        figure = ax.get_figure(root=True)
        assert figure is not None
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        boxes = [text.get_window_extent(canvas.get_renderer()) for text in (*ax.texts, *ax.get_yticklabels())]
        boxes = [box for box in boxes if box.y1 > ax.bbox.y0 - 20 and box.y0 < ax.bbox.y1 + 20]
        for at, one in enumerate(boxes):
            assert not any(one.overlaps(other) for other in boxes[at + 1 :]), ax.get_title(loc="left")
            assert one.x0 >= 0
            assert one.x1 <= figure.bbox.x1 + 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.floats(0.01, 0.2))
def test_spread_keeps_order_and_distance(heights: list[float], gap: float) -> None:
    placed = np.array(spread_apart(heights, gap=gap))
    order = np.argsort(heights, kind="stable")
    assert (np.diff(placed[order]) >= gap - 1e-9).all()
    assert placed.mean() == pytest.approx(np.mean(heights))


def test_losses_have_another_colour() -> None:
    value = small_results().value
    levers = (("retention", known_interval(3.0)), ("revenue", known_interval(-1.0)))
    ax = plot_levers(replace(value, levers=levers, per_customer=known_interval(2.0)))
    gain, loss, total = (bar.get_facecolor() for bar in ax.patches)
    assert len({gain, loss, total}) == 3


def test_report_has_four_figures_with_words() -> None:
    figures = small_figures()
    assert [figure.name for figure in figures] == ["retention", "contribution", "levers", "estimates"]
    assert all(len(figure.alt) > 40 for figure in figures)
    assert all("as of 2024-03" in " ".join(svg_texts(figure.svg)) for figure in figures)


def test_figures_without_curves() -> None:
    results = replace(small_results(), curves=NotEstimable("too few"), contribution=None)
    assert [figure.name for figure in report_figures(results)] == ["levers", "estimates"]


def test_same_bytes_again_and_no_date() -> None:
    assert report_figures(small_results()) == small_figures()
    assert not any("<dc:date>" in figure.svg for figure in small_figures())


def test_report_starts_without_matplotlib_and_draws_without_pyplot() -> None:
    code = (
        "import sys, cxvalue.report\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from cxvalue.report.canvas import new_axes, svg_text\n"
        "svg_text(new_axes())\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
