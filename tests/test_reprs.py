"""What notebooks and terminals show: text and tables with figures in few digits, and a figure of every result."""

from __future__ import annotations

import html
import inspect
import re
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import cxvalue as cx
from cxvalue.report.plots import DRAWINGS, FIRST_PARTS
from cxvalue.result import Brief, Drawable, Result, TableResult, html_table
from sample_study import parts_of, sample_results, sample_study

MOST_DIGITS = 6
ANSWERS = (
    "check", "episodes", "curves", "outcomes", "links", "value", "valuation", "estimates", "models", "survival",
    "diagnose",
)  # fmt: skip
"""The methods of a study that answer a question."""
NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])")


def heirs(kind: type) -> set[type]:
    """Return all classes that inherit from one, itself left out, and what slots were added to."""
    found = {heir for child in kind.__subclasses__() for heir in {child} | heirs(child)}
    return {heir for heir in found if getattr(sys.modules[heir.__module__], heir.__name__) is heir}


def long_numbers(text: str) -> list[str]:
    """Return the numbers with too many significant digits."""
    return [number for number in NUMBER.findall(text) if len(re.sub(r"[,.]", "", number).lstrip("0")) > MOST_DIGITS]


def test_long_numbers_are_seen() -> None:
    # 0.0043210987 has eight significant digits, 0.000123 three, 1,234,567.5 eight.
    assert long_numbers("54.81 (0.0043210987 to 67.76), 0.000123, 1,234,567.5") == ["0.0043210987", "1,234,567.5"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_no_raw_floats(name: str) -> None:
    for part in parts_of(sample_results()[name]):
        kind = type(part).__name__
        assert long_numbers(repr(part)) == [], kind
        if isinstance(part, Result):
            shown = html.unescape(re.sub(r"<[^>]+>", " ", part._repr_html_()))
            assert long_numbers(shown) == [], kind
            assert len(shown) > 10, kind


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_every_study_result_has_a_figure(name: str) -> None:
    result = sample_results()[name]
    assert isinstance(result, Drawable)
    ax = result.plot()
    assert isinstance(ax, Axes)
    assert ax.get_title(loc="left")
    assert result.plot(ax) is ax


def test_answers_are_those_of_the_study() -> None:
    own = {name for name, _ in inspect.getmembers(cx.Study, inspect.isfunction) if not name.startswith("_")}
    assert own - set(ANSWERS) == {"close", "report", "results"}


def test_what_can_be_drawn_is_what_has_plot() -> None:
    assert {*DRAWINGS, *FIRST_PARTS} == heirs(Drawable)


@pytest.mark.parametrize("kind", sorted(heirs(Result), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_results_print_their_summary(kind: type) -> None:
    assert kind.__repr__ is Result.__repr__ or kind is TableResult
    assert hasattr(kind, "__slots__")


def test_interval_reads_as_a_sentence_would() -> None:
    assert repr(cx.Interval(54.8123, 6.5, 41.8611, 67.7634)) == "54.81 (41.86 to 67.76)"


def test_brief_gives_shapes_and_few_digits() -> None:
    replicates = cx.ContrastReplicates(1.23456789, np.zeros(100), 4823, ("a note",))
    assert isinstance(replicates, Brief)
    told = "estimate=1.235, leave_one_group_out=array of shape (100), n_episodes=4823, notes=('a note'), months=None"
    assert repr(replicates) == f"ContrastReplicates({told}, n_customers=None)"


def test_table_joins_intervals_and_writes_units() -> None:
    frame = pd.DataFrame(
        {
            "figure": ["value <each>", "part", "nothing"], "unit": ["EUR per customer", "share", "EUR"],
            "estimate": [54.8123, 0.01421, np.nan], "se": [6.5, 0.0007, np.nan],
            "ci_low": [41.8611, 0.013, np.nan], "ci_high": [67.7634, 0.0154, np.nan],
        }
    )  # fmt: skip
    shown = html_table(frame, currency="EUR")
    cells = [html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", shown)]
    assert cells == [
        "value <each>", "EUR per customer", "54.81 (41.86 to 67.76)",
        "part", "share", "1.4 % (1.3 to 1.5)",
        "nothing", "EUR", "–",
    ]  # fmt: skip


def test_study_says_its_name() -> None:
    assert repr(sample_study()) == "cxvalue study \"Simulated base 'sample', seed 1\""
