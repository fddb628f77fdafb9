"""The gallery: no figure function is missing from it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import cxvalue.report
from cxvalue.report.plots import DRAWINGS

GALLERY = (Path(__file__).parents[1] / "docs" / "gallery.md").read_text(encoding="utf-8")
HELPERS = {"plot", "plot_part"}
"""They choose a figure function, and draw nothing themselves."""


def figure_functions() -> dict[str, str]:
    """Return every public function that draws a figure, and its module."""
    found = {}
    for module in pkgutil.iter_modules(cxvalue.report.__path__):
        if module.name.startswith("plot"):
            loaded = importlib.import_module(f"cxvalue.report.{module.name}")
            for name, function in inspect.getmembers(loaded, inspect.isfunction):
                if name.startswith("plot") and function.__module__ == loaded.__name__:
                    found[name] = loaded.__name__
    return {name: where for name, where in found.items() if name not in HELPERS}


def test_every_figure_function_is_in_the_gallery() -> None:
    named = dict(re.findall(r"`(plot_\w+)`[^`]*\(in `([\w.]+)`\)", GALLERY))
    named |= {"plot_survey_noise": named["plot_reliability"]}  # the two stand together
    assert named == figure_functions()


def test_every_drawing_is_a_figure_function() -> None:
    assert {draw.__name__ for draw in DRAWINGS.values()} <= set(figure_functions())


def test_every_figure_has_a_sentence_and_a_cell() -> None:
    for block in re.split(r"(?m)^(?=`plot_)", GALLERY)[1:]:
        said = block.split("```", 1)[0]
        assert re.search(r"\. [A-Z].{20,}[.?]", said.replace("\n", " ")), said
        assert "{code-cell}" in block, said
