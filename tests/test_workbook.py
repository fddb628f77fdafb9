"""The workbook: recalculated by a spreadsheet program it equals Python, before and after its inputs are changed."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl.formula import Tokenizer
from openpyxl.workbook import Workbook

from cxvalue.estimate.replicate import group_draws
from cxvalue.report import StudyResults
from cxvalue.report.workbook import workbook_bytes
from cxvalue.report.workbook.book_model import model_of
from cxvalue.report.workbook.result_rows import by_name, result_rows
from cxvalue.value import AssumptionSettings, Economics, Frame, Move, Projection, Shift, make_register
from cxvalue.value.project import project
from cxvalue.value.vary.sensitivity import analyse_sensitivity
from cxvalue.vocabulary import GROSS_PROFIT, SHARE_METRICS, STANDARD_METRICS, Metric
from report_results import CUSTOMER_ID, HOSTILE, all_ids, first_row, small_results, with_segments
from spreadsheet import differing, formulas, named, opened, recalculate, relative, texts, with_cells

GROUPS, MONTHS = 10, 18
OWN = {"=1+1, calls": -2.0}
COUNTED = tuple(STANDARD_METRICS[name] for name in ("revenue", "cost_to_serve", "upgrades"))
RANGES = {
    "gross_margin": AssumptionSettings(low=0.5, high=0.7, source="accounts", owner="finance", note="audited"),
    "ramp_up_months": AssumptionSettings(low=1, high=6),
    "discount_rate_annual": AssumptionSettings(low=0.05, high=0.12),
    "programme_cost_upfront": AssumptionSettings(low=1000.0, high=2500.0),
}


@dataclass(frozen=True)
class Scenario:
    """A study whose workbook is recalculated: as it is, and with other inputs in the file and in Python."""

    results: StudyResults
    inputs: Mapping[str, object]
    changed: Projection


def rich_move(*more: Metric, contractual: bool = True) -> Move:
    """Return a move over 18 months. Of the dissatisfied hardly anybody is left at the end; amounts are uneven."""
    rng, month = np.random.default_rng(11), np.arange(1, MONTHS + 1)
    base = []
    for stay, level in ((0.76, 1.0), (0.93, 1.1)):
        share = stay**month
        uneven = 1 + 0.05 * np.sin(month * level)
        base.append([share, 40 * level * share * uneven, 6 / level * share * uneven, 0.02 * level * share])
    curves = np.array([[*each, *(0.3 * each[0] * rng.random(MONTHS) for _ in more)] for each in base])
    every = np.repeat(curves[None], 1 + GROUPS, axis=0)
    every[1:] *= 1 + 0.02 * rng.normal(size=(GROUPS, 1, curves.shape[1], 1))
    first = SHARE_METRICS["contractual" if contractual else "noncontractual"]
    prob = 0.25 * (1 + 0.02 * np.r_[0.0, rng.normal(size=GROUPS)])
    return Move(Shift(share=0.08), (first, *COUNTED, *more), OWN, every, prob, 5000.0, answered_in_band=400)


def frame_of(move: Move) -> Frame:
    """Return what projections of a move share."""
    weights = group_draws(GROUPS, 50, seed=1)
    return Frame(move.metrics, move.own_values, "EUR", "per moved customer", 0.95, weights)


def projected(move: Move, **economics: Any) -> Projection:
    """Return the value of a move."""
    chosen: dict[str, Any] = {"gross_margin": 0.6, "discount_rate_annual": 0.1, "upgrade_value": 12.0} | economics
    return project(move, Economics(**chosen), frame_of(move))


def with_projection(value: Projection, stated: Mapping[str, AssumptionSettings] | None = None) -> StudyResults:
    """Return the results of the small base with another headline and what follows from it."""
    results, register = small_results(), make_register(value, stated or {})
    assert results.valuation is not None
    sensitivity = analyse_sensitivity(value, register, draws=200)
    valuation = replace(results.valuation, value=value, register=register, sensitivity=sensitivity)
    economics, shift = value.economics, value.shift
    return replace(
        results, value=value, economics=economics, shift=shift, register=register, valuation=valuation
    )  # fmt: skip


def with_share(move: Move, share: float) -> Move:
    """Return a move of another share."""
    return replace(move, shift=replace(move.shift, share=share))


def programme() -> dict[str, Any]:
    """Return the economics of a programme in which every term counts."""
    return {
        "programme_cost_upfront": 1500.0, "programme_cost_monthly": 60.0, "programme_months": 10, "ramp_up_months": 4,
        "effect_months": 15, "optimism_adjustment": 0.15, "cashable_share": 0.3, "value_horizon_months": 24,
        "discount_timing": "mid_month",
    }  # fmt: skip


def with_programme() -> Scenario:
    """Return a programme with costs, ramp-up and extrapolated months, and a metric whose name is a formula."""
    move, terms = rich_move(Metric("=1+1, calls", "count")), programme()
    other = terms | {"programme_cost_upfront": 2400.0, "ramp_up_months": 2, "discount_rate_annual": 0.07}
    changes = {"gross_margin": 0.45, "programme_cost_monthly": 90.0, "value_horizon_months": 20}
    inputs = {name: other[name] for name in ("programme_cost_upfront", "ramp_up_months", "discount_rate_annual")}
    changed = projected(with_share(move, 0.03), **(other | changes))
    return Scenario(
        with_projection(projected(move, **terms), RANGES), inputs | changes | {"share": 0.03}, changed
    )  # fmt: skip


def with_margin_by_month() -> Scenario:
    """Return a shift without a cost whose margin goes by month, ramped up; then one that costs more than it brings."""
    move, by_month = rich_move(), (0.1, 0.1, 0.2, 0.5, 0.5, 0.6)
    scaled = tuple(0.9 * margin for margin in by_month)
    inputs = {
        "gross_margin_factor": 0.9, "programme_cost_upfront": 90000.0, "discount_timing": "month_end", "share": 0.2,
        "ramp_up_months": 3,
    }  # fmt: skip
    terms = {"effect_months": 15, "value_horizon_months": 24}
    other = with_share(move, 0.2)
    changed = projected(other, gross_margin=scaled, programme_cost_upfront=90000.0, ramp_up_months=3, **terms)
    value = projected(move, gross_margin=by_month, discount_timing="month_start", ramp_up_months=5, **terms)
    return Scenario(with_projection(value), inputs, changed)


def with_margin_by_segment() -> Scenario:
    """Return a base where leaving is not seen and the margin goes by segment, so gross profit is a metric."""
    margin = {"by": "segment", "values": {"private": 0.5}, "other": 0.7}
    move = rich_move(Metric(GROSS_PROFIT, "money"), contractual=False)
    terms = {"programme_cost_monthly": 100.0, "effect_months": 6, "discount_rate_annual": 0.0}
    inputs = {"gross_margin_factor": 1.2, "effect_months": 9, "customers": 7000.0, "cashable_share": 1.0}
    scaled = move.curves.copy()
    scaled[:, :, -1] *= 1.2
    other = replace(move, curves=scaled, active_customers=7000.0)
    value = projected(move, gross_margin=margin, **terms)
    return Scenario(
        with_projection(value), inputs,
        projected(other, gross_margin=margin, **(terms | {"effect_months": 9, "cashable_share": 1.0})),
    )  # fmt: skip


def with_loss() -> Scenario:
    """Return a move that makes customers worse, so that the waterfall runs below 0."""
    move = rich_move()
    turned = replace(move, curves=move.curves[:, ::-1])
    terms = {"programme_cost_upfront": 500.0, "optimism_adjustment": 0.1}
    changed = projected(turned, **(terms | {"ramp_up_months": 12, "gross_margin": 0.0}))
    return Scenario(with_projection(projected(turned, **terms)), {"ramp_up_months": 12, "gross_margin": 0.0}, changed)


@cache
def scenarios() -> dict[str, Scenario]:
    """Return all scenarios by name."""
    return {
        "programme": with_programme(), "by_month": with_margin_by_month(), "by_segment": with_margin_by_segment(),
        "loss": with_loss(),
    }  # fmt: skip


@cache
def book(name: str) -> bytes:
    """Return the workbook of a scenario."""
    return workbook_bytes(scenarios()[name].results)


def figures_of(value: Projection) -> dict[str, object]:
    """Return Python's figures under the names of their cells."""
    rows = by_name(result_rows(model_of(value, "2024-03")))
    return {f"result_{name}": row.value for name, row in rows.items() if row.formula}


SCENARIOS = ("programme", "by_month", "by_segment", "loss")


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_recalculated_book_equals_python_before_and_after_inputs_change(name: str, tmp_path: Path) -> None:
    scenario, inputs = scenarios()[name], {f"input_{key}": value for key, value in scenarios()[name].inputs.items()}
    # One book is the file itself; the others have lost charts and stored values, so that everything is computed anew.
    given = book(name) if name == "programme" else with_cells(book(name), {})
    live = recalculate({"run": given, "changed": with_cells(book(name), inputs)}, tmp_path)
    before, after = figures_of(scenario.results.value), figures_of(scenario.changed)
    assert len(before) >= 23
    assert before["result_npv"] != pytest.approx(after["result_npv"], rel=0.01)
    for key, expected in (("run", before), ("changed", after)):
        # What the workbook promises.
        found = [(each, named(live[key], each).value, value) for each, value in expected.items()]
        assert not differing(found, tolerance=1e-6), key
        assert named(live[key], "master_check").value == "OK"
    assert named(live["changed"], "inputs_changed").value == len(inputs)
    assert_stored_values(book(name), live["run"])


def assert_stored_values(content: bytes, live: Workbook) -> None:
    """Assert that what is stored with every formula is what the formula gives."""
    stored, found = opened(content, values=True), []
    for cell in formulas(opened(content)):
        sheet, at = cell.parent.title, cell.coordinate
        found.append((f"{sheet}!{at}", live[sheet][at].value, stored[sheet][at].value))
    assert len(found) > 500
    # Two programs add up a few hundred numbers in another order; what is near 0 is compared as if it were 1e-6.
    assert not differing(found, tolerance=1e-7)


@pytest.mark.slow
def test_case_in_use_and_input_that_is_not_allowed(tmp_path: Path) -> None:
    changes = {"low": {"case_in_use": "low"}, "not allowed": {"input_share": 1.5}}
    live = recalculate({name: with_cells(book("programme"), each) for name, each in changes.items()}, tmp_path)
    valuation = scenarios()["programme"].results.valuation
    assert valuation is not None
    low = valuation.sensitivity.cases.cases[0]
    assert named(live["low"], "result_npv").value == pytest.approx(low.npv, rel=1e-9)
    assert named(live["low"], "result_npv_cash").value == pytest.approx(low.npv_cash, rel=1e-9)
    assert named(live["low"], "result_payback").value == low.payback_months
    assert {name: named(live["low"], name).value for name, _ in low.values} == pytest.approx(dict(low.values))
    assert named(live["not allowed"], "inputs_outside").value == 1
    assert {sheet["A3"].value for sheet in live["not allowed"]} == {"Master check: CHECK: 1 of the checks"}


def test_two_way_table_is_the_model_itself() -> None:
    # The grid is computed from two sums; each cell has to be what the whole model gives for that share and margin.
    sheet = opened(book("programme"), values=True)["Sensitivity"]
    head = next(cell.row for cell in sheet["A"] if cell.value == "Share that moves")
    move, terms = scenarios()["programme"].results.value.move, programme()
    for row, column in ((head + 1, 4), (head + 4, 7), (head + 7, 9)):
        share, margin = sheet.cell(row, 1).value, sheet.cell(head - 1, column).value
        expected = projected(with_share(move, share), **(terms | {"gross_margin": margin})).npv.estimate
        assert sheet.cell(row, column).value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", SCENARIOS)
def test_master_check_stands_on_every_sheet(name: str) -> None:
    stored = opened(book(name), values=True)
    assert {sheet["A3"].value for sheet in stored} == {"Master check: OK"}
    assert stored.sheetnames == [
        "Cover", "Inputs", "Curves", "Workings", "Results", "Sensitivity", "Segments", "Moves", "Outlook", "Estimates",
        "Checks", "Register",
    ]  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_formula_a_line(name: str) -> None:
    written = opened(book(name))
    by_row: dict[int, set[str]] = {}
    for cell in formulas(written, "Workings"):
        if cell.column >= 5:
            by_row.setdefault(cell.row, set()).add(relative(str(cell.value), cell.row, cell.column))
    assert len(by_row) >= 30
    assert [row for row, found in by_row.items() if len(found) > 1] == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_constant_hides_in_a_formula(name: str) -> None:
    hidden = {
        (cell.coordinate, token.value)
        for cell in formulas(opened(book(name)), "Workings", "Results", "Sensitivity", "Checks")
        for token in Tokenizer(str(cell.value)).items
        if token.type == "OPERAND" and token.subtype == "NUMBER" and float(token.value) not in (0.0, 1.0)
    }
    assert hidden == set()


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_formula_that_moves_about(name: str) -> None:
    calls = {
        token.value.upper()
        for cell in formulas(opened(book(name)))
        for token in Tokenizer(str(cell.value)).items
        if token.type == "FUNC"
    }
    assert calls & {"OFFSET(", "INDIRECT(", "NOW(", "TODAY(", "RAND("} == set()
    assert calls >= {"INDEX(", "CHOOSE(", "IRR("}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_name_is_a_cell_that_holds_something(name: str) -> None:
    stored = opened(book(name), values=True)
    assert len(stored.defined_names) > 60
    empty = [each for each in stored.defined_names if named(stored, each).value is None]
    assert empty == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_line_has_a_unit_and_says_how_it_is_computed(name: str) -> None:
    stored = opened(book(name), values=True)
    for sheet, unit, note in (("Inputs", 3, 12), ("Curves", 2, 3), ("Workings", 2, 3), ("Results", 3, 9)):
        lines = [
            row for row in stored[sheet].iter_rows(min_row=8) if any(isinstance(c.value, int | float) for c in row)
        ]
        assert len(lines) >= 9
        assert not [row[0].value for row in lines if not (row[0].value and row[unit - 1].value and row[note - 1].value)]


def test_inputs_carry_what_the_register_says() -> None:
    sheet = opened(book("programme"), values=True)["Inputs"]
    row = next(cell.row for cell in sheet["A"] if cell.value == "Gross margin")
    told = [sheet.cell(row, column).value for column in (2, 4, 5, 6, 9, 10)]
    assert told == [0.6, 0.5, 0.7, "low", "accounts", "finance"]
    assert sheet.cell(row, 12).value.endswith("audited")
    upfront = next(cell.row for cell in sheet["A"] if cell.value == "Programme cost, upfront")
    assert sheet.cell(upfront, 6).value == "high"


@pytest.mark.parametrize(("name", "tail"), [("programme", "constant_hazard"), ("loss", None)])
def test_inputs_say_how_later_months_were_made(name: str, tail: str | None) -> None:
    sheet = opened(book(name), values=True)["Inputs"]
    rows = [cell.row for cell in sheet["A"] if str(cell.value).startswith("Curves beyond month ")]
    assert [sheet.cell(row, 7).value for row in rows] == ([] if tail is None else [tail])
    assert all("so it is not live" in sheet.cell(row, 12).value for row in rows)


def test_extended_months_are_marked() -> None:
    sheet = opened(book("programme"), values=True)["Curves"]
    row = next(cell.row for cell in sheet["A"] if cell.value == "Observed")
    observed = [cell.value for cell in sheet[row][5:]]
    assert observed == [1] * MONTHS + [0] * 6


def test_same_results_give_the_same_bytes() -> None:
    assert workbook_bytes(scenarios()["programme"].results) == book("programme")
    with zipfile.ZipFile(BytesIO(book("programme"))) as packed:
        assert b"2000-01-01T00:00:00Z" in packed.read("docProps/core.xml")


def test_hostile_text_stays_text() -> None:
    results = with_segments(
        scenarios()["programme"].results, {HOSTILE: (300.0, 100), "\t=2+2": (200.0, 80), "@x": (82.0, 50)}
    )
    written = opened(workbook_bytes(replace(results, name=HOSTILE)))
    assert written["Cover"]["A1"].value == HOSTILE
    assert {str(cell.value) for cell in texts(written)} >= {HOSTILE, "@x", "per unit of =1+1, calls"}
    assert not [cell.value for cell in formulas(written) if HOSTILE in str(cell.value) or "1+1" in str(cell.value)]
    starting = [cell for cell in texts(written) if str(cell.value).startswith(("=", "+", "@", "\t"))]
    assert starting
    assert all(cell.quotePrefix for cell in starting)


def test_no_customer_id_in_the_book() -> None:
    with zipfile.ZipFile(BytesIO(workbook_bytes(small_results()))) as packed:
        content = "".join(packed.read(name).decode("utf-8", errors="replace") for name in packed.namelist())
    assert not set(CUSTOMER_ID.findall(content)) & all_ids()


def test_small_segments_stay_suppressed() -> None:
    results = with_segments(
        scenarios()["programme"].results, {"few": (6.0, 4), "many": (400.0, 200), "more": (176.0, 90)}
    )
    sheet = opened(workbook_bytes(results), values=True)["Segments"]
    row = next(cell.row for cell in sheet["B"] if cell.value == "few")
    numbers = [cell.value for cell in sheet[row] if isinstance(cell.value, int | float)]
    assert numbers == []


def test_curves_that_must_not_be_shown_leave_the_model_out() -> None:
    results = replace(small_results(), disclosure_min=10_000)
    written = opened(workbook_bytes(results), values=True)
    assert {"Workings", "Curves", "Inputs", "Checks"} & set(written.sheetnames) == set()
    assert "live model is left out" in " ".join(str(cell.value) for cell in texts(written))
    assert list(formulas(opened(workbook_bytes(results)))) == []


def test_study_without_costs_has_no_return() -> None:
    stored = opened(workbook_bytes(small_results()), values=True)
    shown = {
        name: named(stored, f"result_{name}").value for name in ("roi", "irr_annual", "payback", "break_even_share")
    }
    assert set(shown.values()) == {"no programme cost"}
    row = first_row(small_results().value.to_frame(), figure="npv")
    assert named(stored, "result_npv").value == pytest.approx(row["estimate"])


def test_waterfall_below_zero_by_hand() -> None:
    # The first step of a loss starts at 0 and ends below it: all of its bar is a loss below 0.
    sheet = opened(book("loss"), values=True)["Results"]
    first = next(cell.row for cell in sheet["A"] if cell.value == "no programme") + 1
    amount, start, end = (sheet.cell(first, column).value for column in (2, 4, 5))
    assert (start, end) == (0.0, pytest.approx(amount))
    assert amount < 0
    parts = [sheet.cell(first, column).value for column in range(12, 20)]
    assert parts == [0.0] * 6 + [pytest.approx(amount), 0.0]
