"""What a study refuses to be given, and says instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cxvalue as cx

SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "study.toml"


@pytest.mark.parametrize("tables", [str(SAMPLE), SAMPLE, {"surveys": "surveys.csv"}])
def test_tables_are_tables(tables: Any) -> None:
    with pytest.raises(cx.SettingsError, match=r"is no set of tables[\s\S]*Study.from_toml"):
        cx.Study(tables)


def test_settings_are_settings() -> None:
    with pytest.raises(cx.SettingsError, match=r"settings of type dict[\s\S]*cx.Settings"):
        cx.Study(settings={"study": {}})  # type: ignore[arg-type]  # what is refused


@pytest.mark.parametrize("shift", [0.05, "dissatisfied"])
def test_a_shift_is_a_shift(shift: Any) -> None:
    with pytest.raises(cx.SettingsError, match=r"is no shift[\s\S]*cx.Shift"):
        cx.Study.from_toml(SAMPLE).value(shift)


def test_economics_are_economics() -> None:
    with pytest.raises(cx.SettingsError, match=r"is no economics[\s\S]*gross_margin"):
        cx.Study.from_toml(SAMPLE).value(economics={"gross_margin": 0.6})  # type: ignore[arg-type]  # what is refused
