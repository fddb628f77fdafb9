"""The pages on engines: every block of code in them runs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cxvalue.engine import RunSettings, engine_names, open_engine
from cxvalue.errors import SettingsError
from cxvalue.testing.engine_readings import READINGS
from spark_marks import SPARK

ROOT = Path(__file__).parents[1]


def blocks(page: str) -> list[str]:
    """The Python of a page."""
    return re.findall(r"(?s)```python\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"))


def run(page: str) -> ModuleType:
    """Run the blocks of a page, one after the other, as one module."""
    module = ModuleType("page")
    for block in blocks(page):
        exec(compile(block, page, "exec"), vars(module))
    return module


class Point:
    """An entry point as an installed package would bring it."""

    def __init__(self, name: str, made: Any) -> None:
        self.name, self.value, self.made = name, "my_package:make_logged", made

    def load(self) -> Any:
        """What the entry point names."""
        if self.made is None:
            raise ImportError("no module my_package")
        return self.made


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes engines known as an installed package would."""

    def known(*points: Point) -> None:
        monkeypatch.setattr("cxvalue.engine.installed.entry_points", lambda group: list(points))

    return known


def test_the_engine_of_the_page_is_one(install: Any) -> None:
    page = run("add_an_engine.md")
    assert len(blocks("add_an_engine.md")) == 3
    install(Point("logged", page.make_logged))
    assert engine_names() == ("duckdb", "spark", "logged")
    engine = open_engine(RunSettings(engine="logged", threads=1), {})
    assert engine.query("SELECT 1 AS one").to_pydict() == {"one": [1]}
    assert engine.statements == ["SELECT 1 AS one"]
    engine.close()


def test_engines_that_cannot_be_used_are_refused(install: Any) -> None:
    install(Point("broken", None))
    with pytest.raises(SettingsError, match=r"the installed engine 'broken' .* cannot be loaded: no module"):
        open_engine(RunSettings(engine="broken"), {})
    install(Point("spark", None))
    with pytest.raises(SettingsError, match="calls itself 'spark', and that name is in use"):
        engine_names()
    install()
    with pytest.raises(SettingsError, match="'polars' is refused\nAllowed: 'duckdb' or 'spark'"):
        RunSettings(engine="polars")


def test_the_page_counts_the_readings() -> None:
    count = sum(len(each.expected) for each in READINGS)
    assert f"{count} texts become" in (ROOT / "docs" / "add_an_engine.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("mark", [pytest.param("cluster.md", marks=SPARK)])
def test_the_session_of_the_page_is_used(mark: str, spark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        page = run(mark)
    finally:
        os.chdir(here)
    assert page.spark.sparkContext is spark.sparkContext
    assert "customers" in capsys.readouterr().out
