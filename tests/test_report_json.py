"""results.json: valid under its schema, null for what is missing, the same figures as in Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pytest

from cxvalue.errors import NotEstimable
from cxvalue.report import StudyResults, json_text, results_dict
from cxvalue.report.results_json import SCHEMA_PATH
from cxvalue.value import AssumptionSettings
from report_results import (
    known_interval,
    small_results,
    value_only,
    with_assumptions,
    with_cost,
    with_finding,
    with_segments,
    with_truth,
)

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


def refuse_constant(text: str) -> None:
    raise AssertionError(f"{text} is not JSON")


def checked(results: StudyResults) -> dict[str, Any]:
    """Return what the text of results.json says, once held against the schema."""
    content: dict[str, Any] = json.loads(json_text(results), parse_constant=refuse_constant)
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    return content


def objects(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


def test_schema_is_strict() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    found = list(objects(SCHEMA))
    assert len(found) > 10
    assert all("additionalProperties" in each for each in found)
    assert all(set(each.get("required", ())) == set(each.get("properties", ())) for each in found)


def test_text_is_valid_and_says_what_python_says() -> None:
    results = small_results()
    content = checked(results)
    assert content == json.loads(json.dumps(results_dict(results)))
    assert content["value"]["per_customer"]["estimate"] == results.value.per_customer.estimate
    assert content["value"]["npv"]["ci_low"] == results.value.npv.ci_low
    assert content["study"]["as_of"] == "2024-03"
    assert content["data"]["months"] == ["2023-01", "2024-12"]
    assert content["data"]["customers"] == 600
    assert [band["band"] for band in content["bands"]] == ["dissatisfied", "neutral", "satisfied"]
    # 3 bands × 5 metrics × 6 months, adjusted and unadjusted
    assert len(content["curves"]) == 3 * 5 * 6 * 2
    assert len(content["curves_complete_cohorts"]) == 3 * 5 * 6
    assert {row["method"] for row in content["estimates"]} >= {"unadjusted", "standardised", "complete_cohorts"}
    assert content["truth"] is None


def test_customers_of_estimates() -> None:
    # 6 × 50 dissatisfied or neutral in the first wave, 4 × 50 more in the second, less 2 who had left: 498.
    content = checked(small_results())
    rows = {row["method"]: (row["n_episodes"], row["n_customers"]) for row in content["estimates"]}
    assert rows["standardised"] == rows["unadjusted"] == rows["weighted"] == (594, 498)
    assert rows["near_boundary"] == (0, None)  # not estimable


def test_levers_add_up_and_cash_flow_ends_at_the_value() -> None:
    value = checked(small_results())["value"]
    assert sum(lever["estimate"] for lever in value["levers"]) == pytest.approx(value["per_customer"]["estimate"])
    assert value["cash_flow"][-1]["cumulative_discounted"] == pytest.approx(value["npv"]["estimate"])
    last, npv = value["cash_flow"][-1], value["npv"]
    for end in ("ci_low", "ci_high"):
        assert last[f"cumulative_discounted_{end}"] == pytest.approx(npv[end])
    month = value["cash_flow"][1]
    assert sum(month["levers"].values()) == pytest.approx(month["gross"])


def test_only_value_leaves_null() -> None:
    content = checked(value_only(small_results()))
    assert content["outcomes"] is None
    assert content["links"] is None
    assert content["curves"]


def test_missing_numbers_are_null() -> None:
    results = small_results()
    curves = results.curves
    assert not isinstance(curves, NotEstimable)
    holes = np.where(np.isfinite(curves.estimate), np.nan, np.nan)
    content = checked(replace(results, curves=replace(curves, estimate=holes, se=holes)))
    assert all(row["estimate"] is None for row in content["curves"] if row["adjusted"])
    assert "NaN" not in json_text(results)


def test_what_cannot_be_estimated_keeps_its_place() -> None:
    results = with_segments(small_results(), {"big": (575.0, 150), "tiny": None})
    results = replace(results, curves_complete=NotEstimable("too short"))
    content = checked(results)
    assert content["curves_complete_cohorts"] is None
    row = next(row for row in content["segments"] if row["group"] == "tiny")
    assert row["status"] == "not_estimable"
    assert row["per_customer"] is None
    assert row["cash_flow"] is None


def test_truth_of_the_same_move_only() -> None:
    results = with_truth(small_results(), 2.0)
    assert checked(results)["truth"]["per_customer"] == {"value": 2.0, "se": 0.5}
    assert results.truth is not None
    other = replace(results, truth={**results.truth, "to": "satisfied"})
    assert checked(other)["truth"] is None


def test_no_return_without_a_cost() -> None:
    value = checked(small_results())["value"]
    assert value["programme_cost"] == 0
    assert value["roi"] is None


def test_never_paid_back_is_null() -> None:
    assert checked(with_cost(small_results(), roi=known_interval(1.5)))["value"]["payback_months"] is None


def test_assumptions_say_how_sure_they_are() -> None:
    stated = AssumptionSettings(low=0.0, high=20.0, distribution="normal", source="study of 2024", note="=1+1")
    rows = checked(with_assumptions(small_results(), upgrade_value=stated))["assumptions"]
    assert next(row for row in rows if row["name"] == "upgrade_value") == {
        "name": "upgrade_value", "value": 0.0, "unit": "EUR per upgrade", "low": 0.0, "high": 20.0,
        "distribution": "normal", "source": "study of 2024", "owner": None, "date": None, "note": "=1+1",
    }  # fmt: skip


def test_exclusions_are_named_and_counted() -> None:
    results = with_finding(small_results(), "surveys.off_scale", 40, "answers with a score off the scale")
    row = {"reason": "surveys: answers with a score off the scale", "n": 40, "note": None}
    assert row in checked(results)["data"]["excluded"]
