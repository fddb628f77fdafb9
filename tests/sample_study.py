"""The study of the sample base and what comes out of it, computed once for the tests that look at all of it."""

from __future__ import annotations

import warnings
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import cxvalue as cx

SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "study.toml"


@cache
def sample_study() -> cx.Study:
    """Return the study of the sample; it stays open until the tests end."""
    return cx.Study.from_toml(SAMPLE)


@cache
def sample_results() -> dict[str, object]:
    """Return what each method of the study gives; the valuation is that of a programme, so that every line is there."""
    study = sample_study()
    programme = study.settings.require_economics().model_copy(
        update={"programme_cost_upfront": 1500.0, "programme_cost_monthly": 40.0, "optimism_adjustment": 0.1}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        return {
            "check": study.check(), "episodes": study.episodes(), "curves": study.curves(),
            "outcomes": study.outcomes(), "links": study.links(), "value": study.value(),
            "valuation": study.valuation(economics=programme), "estimates": study.estimates(),
            "models": study.models(["retained", "upgrades"]), "survival": study.survival(),
            "diagnose": study.diagnose(),
        }  # fmt: skip


def parts_of(result: object) -> list[object]:
    """Return a result and every dataclass of the library that it holds, one of each type."""
    found: dict[type, object] = {}

    def look(value: object) -> None:
        if isinstance(value, (tuple, list)):
            for item in value:
                look(item)
        elif is_dataclass(value) and not isinstance(value, type) and type(value) not in found:
            found[type(value)] = value
            for field in fields(value):
                look(getattr(value, field.name))

    look(result)
    return list(found.values())
