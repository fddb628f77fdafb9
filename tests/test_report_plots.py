"""Figures: axes with units, intervals and labels that do not overlap; the user's text as text; the same bytes again."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import cxvalue as cx
from cxvalue.errors import CxValueError, NotEstimable
from cxvalue.estimate.noise import Migration, Reliability, SurveyNoise
from cxvalue.estimate.survival import Survival
from cxvalue.report.canvas import svg_text
from cxvalue.report.figures import report_figures
from cxvalue.report.plot_noise import plot_migration, plot_reliability
from cxvalue.report.plot_parts import BAND_COLOURS, spread_apart
from cxvalue.report.plot_survival import plot_survival
from cxvalue.report.plots import plot, plot_contribution, plot_estimates, plot_levers, plot_retention
from cxvalue.report.truth import known_truth
from report_results import (
    HOSTILE,
    estimate_row,
    known_interval,
    small_figures,
    small_results,
    with_estimates,
    with_truth,
)


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
    assert written(ax)[names.index("truth (simulated base)")] == "EUR\u00a02.00"


def test_what_is_not_estimable_is_named() -> None:
    results = small_results()
    missing = estimate_row("complete_cohorts", NotEstimable("too short"))
    ax = plot_estimates(with_estimates(results, *results.estimates.rows[:2], missing).estimates)
    assert written(ax)[-1] == "not estimable"
    nothing = plot_estimates(with_estimates(results, missing).estimates)
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


FINANCE = ["waterfall", "tornado", "distribution", "outlook"]


def test_report_has_its_figures_with_words() -> None:
    figures = small_figures()
    expected = ["retention", "contribution", "levers", *FINANCE, "estimates", "balance"]
    assert [figure.name for figure in figures] == expected
    assert all(len(figure.alt) > 40 for figure in figures)
    assert all("as of 2024-03" in " ".join(svg_texts(figure.svg)) for figure in figures)


def test_figures_without_curves() -> None:
    results = replace(small_results(), curves=NotEstimable("too few"), contribution=None)
    assert [figure.name for figure in report_figures(results)] == ["levers", *FINANCE, "estimates", "balance"]


def test_same_bytes_again_and_no_date() -> None:
    assert report_figures(small_results()) == small_figures()
    assert not any("<dc:date>" in figure.svg for figure in small_figures())


def small_survival() -> Survival:
    """Two months of three bands: of 100, 80 and 60 episodes a tenth leaves in each month."""
    rows = [
        {
            "adjusted": method != "unadjusted", "method": method, "band": band, "month": month,
            "survival": share**month, "se": 0.02, "ci_low": share**month - 0.04, "ci_high": share**month + 0.02,
            "at_risk": n - 5 * (month - 1), "events": 5,
        }
        for method, shift in (("unadjusted", 0.0), ("standardised", 0.01))
        for share, n, band in zip((0.8 + shift, 0.85, 0.9 - shift), (1200, 80, 60), cx.BANDS, strict=True)
        for month in (1, 2, 3)
    ]  # fmt: skip
    none, why = pd.DataFrame(), NotEstimable("not asked")
    return Survival(pd.DataFrame(rows), none, why, why, why, why, why, (), none, 3, "dissatisfied", "", 0.95, ())


def small_migration() -> Migration:
    """Two gaps; at the second nobody who was neutral is asked again."""
    counts = np.array([[[5, 3, 2], [1, 8, 1], [0, 1, 9]], [[10, 6, 4], [0, 0, 0], [1, 1, 18]]])
    return Migration(np.array([3, 9]), counts, counts, (known_interval(0.5), known_interval(0.5)))


def small_reliability() -> Reliability:
    """Correlations that lie on 0.5 + 0.2 × 0.9^g: three tenths of an answer are noise."""
    gaps = np.array([3.0, 6.0, 12.0])
    return Reliability(
        gaps, 0.5 + 0.2 * 0.9**gaps, np.full(3, 0.02), np.full(3, 500.0), 0.5, 0.2, 0.9, known_interval(0.3),
        np.tile([0.5, 0.2, 0.9], (100, 1)),
    )  # fmt: skip


def test_survival_as_observed_with_numbers_at_risk_and_adjusted_marks() -> None:
    ax = plot_survival(small_survival())
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_allclose(lines["dissatisfied"].get_ydata(), [1.0, 0.8, 0.64, 0.512])
    assert lines["dissatisfied"].get_drawstyle() == "steps-post"
    np.testing.assert_allclose(lines["satisfied, adjusted"].get_ydata(), [0.89**3])
    assert len(ax.collections) == 3
    texts = written(ax)
    assert texts[:3] == ["dissatisfied 51.2\u00a0%", "neutral 61.4\u00a0%", "satisfied 72.9\u00a0%"]
    assert texts[3:7] == ["episodes at risk", "dissatisfied", "1,200", "1,190"]


def test_survival_alone() -> None:
    ax = plot_survival(small_survival(), adjusted=None, at_risk=False)
    assert [line.get_label() for line in ax.lines] == list(cx.BANDS)
    assert len(written(ax)) == 3
    assert "circles" not in ax.get_title(loc="left")


def test_labels_of_survival_do_not_overlap() -> None:
    ax = plot_survival(small_survival())
    figure = ax.get_figure(root=True)
    assert figure is not None
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = (*ax.texts, *ax.get_xticklabels(), ax.xaxis.label)
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in texts]
    for at, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[at + 1 :])
        assert one.x0 >= 0
        assert one.y0 >= 0
        assert one.x1 <= figure.bbox.x1 + 1  # a pixel, for rounding


def test_where_customers_answer_next() -> None:
    ax = plot_migration(small_migration())
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["3 months later", "9 months later"]
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(3, 2)  # by band of the second answer, then gap
    np.testing.assert_allclose(widths, [[0.5, 0.5], [0.3, 0.3], [0.2, 0.2]])
    assert {"50\u00a0%", "10 pairs", "20 pairs"} <= set(written(ax))
    assert len(plot_migration(small_migration(), from_band="neutral").get_yticklabels()) == 1
    nobody = replace(small_migration(), counts=np.zeros((2, 3, 3), dtype=np.int64))
    with pytest.raises(CxValueError, match="nobody who answered dissatisfied was asked again"):
        plot_migration(nobody)


def test_correlations_by_gap_with_the_fit() -> None:
    ax = plot_reliability(small_reliability())
    fit = next(line for line in ax.lines if line.get_label() == "fit")
    assert fit.get_ydata()[0] == pytest.approx(0.7)
    assert any("noise 30\u00a0%" in text for text in written(ax))


def test_survey_noise_shows_what_there_is() -> None:
    why = NotEstimable("asked once")
    full = SurveyNoise(small_migration(), small_reliability(), why, why, 0.95)
    assert plot(full).get_title(loc="left") == "How two answers of a customer agree"
    assert plot(replace(full, reliability=why)).get_title(loc="left") == "Where the dissatisfied answer next"
    with pytest.raises(CxValueError, match="survey noise is not estimable: asked once"):
        plot(replace(full, migration=why, reliability=why))


def test_report_starts_without_matplotlib_and_draws_without_pyplot() -> None:
    code = (
        "import sys, cxvalue.report\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from cxvalue.report.canvas import new_axes, svg_text\n"
        "svg_text(new_axes())\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
