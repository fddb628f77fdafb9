"""The figures of sensitivity show what the results hold."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxvalue.report.canvas import figure_of, new_axes, svg_text
from cxvalue.report.plot_sensitivity import plot_distribution, plot_tornado
from cxvalue.value import AssumptionSettings, make_register
from cxvalue.value.vary.sensitivity import Sensitivity, analyse_sensitivity
from projections import project_simple


def small_sensitivity() -> Sensitivity:
    """Return the sensitivity of the simple projection, with a range for the margin."""
    value = project_simple(noise=4.0, programme_cost_upfront=800.0)
    stated = {"gross_margin": AssumptionSettings(low=0.4, high=0.8)}
    return analyse_sensitivity(value, make_register(value, stated), draws=400)


def texts(ax: Axes) -> list[str]:
    """Return the texts beside the rows, without hard spaces."""
    return [text.get_text().replace("\u00a0", " ") for text in ax.texts]


def bars(ax: Axes) -> list[Rectangle]:
    """Return the bars."""
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def test_tornado_runs_from_end_to_end() -> None:
    found = small_sensitivity().tornado
    ax = plot_tornado(found)
    names = [label.get_text().replace("\u00a0", " ").replace("\n", " ") for label in ax.get_yticklabels()]
    moving = [bar for bar in found.bars if bar.swing > 1e-6]
    assert names[0].startswith(moving[0].name.replace("_", " "))
    assert "gross margin (0.4 to 0.8)" in names
    assert "share (0.45 to 0.55, ±10 %)" in names
    assert "unit value calls" not in " ".join(names), "what moves nothing is left out"
    drawn = bars(ax)
    assert len(drawn) == 2 * len(moving)
    for row, bar in enumerate(moving):
        reach = [patch.get_x() + patch.get_width() for patch in drawn[2 * row : 2 * row + 2]]
        np.testing.assert_allclose(reach, [bar.npv_low, bar.npv_high])
    assert texts(ax)[names.index("gross margin (0.4 to 0.8)")] == "400 to 1,200"
    assert "EUR" in ax.get_xlabel()
    legend = figure_of(ax).legends[0]
    assert [text.get_text() for text in legend.get_texts()][-1] == "no range given: ±10 % shown"


def test_tornado_shows_the_widest_and_says_what_is_missing() -> None:
    ax = plot_tornado(small_sensitivity().tornado, most_rows=1)
    assert len(bars(ax)) == 2
    assert "narrower bars not shown" in ax.get_title(loc="left")


def test_distribution_marks_percentiles_and_zero() -> None:
    run = small_sensitivity().probabilistic
    ax = plot_distribution(run)
    heights = [patch.get_height() for patch in bars(ax)]
    assert sum(heights) == pytest.approx(1.0)
    assert [text.split(" ")[0] for text in texts(ax)] == ["P10", "P50", "P90"]
    lines = [float(np.asarray(line.get_xdata())[0]) for line in ax.lines]
    np.testing.assert_allclose(lines[:3], [run.p10, run.p50, run.p90])
    assert lines[3:] == [0.0]
    assert f"{run.draws:,} draws" in ax.get_title(loc="left")
    assert "EUR" in ax.get_xlabel()


def test_figures_go_where_they_are_told_and_are_the_same_in_every_run() -> None:
    found = small_sensitivity()
    for draw, part in ((plot_tornado, found.tornado), (plot_distribution, found.probabilistic)):
        ax = new_axes()
        assert draw(part, ax) is ax
        assert svg_text(draw(part)) == svg_text(draw(part))
