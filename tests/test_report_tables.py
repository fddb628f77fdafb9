"""The tables and their files."""

from __future__ import annotations

import csv
import io
import re

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cxvalue.report.table_files import cell_text, csv_bytes, parquet_bytes
from cxvalue.report.tables import COLUMNS, report_tables
from cxvalue.value import AssumptionSettings
from report_results import (
    HOSTILE,
    first_row,
    small_results,
    value_only,
    with_assumptions,
    with_finding,
    with_value,
)

NAMES = [
    "bands", "curves", "outcomes", "links", "levers", "cash_flow", "segments", "segment_totals", "estimates",
    "exclusions", "assumptions", "appraisal", "moves", "points", "sustained", "outlook", "sustained_chain",
    "sustained_sweep", "sustained_for_ever", "cohort_changes", "sensitivity", "two_way", "cases", "probabilistic",
    "reconciliation",
]  # fmt: skip


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_all_are_there() -> None:
    assert list(report_tables(small_results())) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_files_hold_the_table(name: str) -> None:
    table = report_tables(small_results())[name]
    content = csv_bytes(table)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = read_csv(content)
    assert rows[0] == list(table.columns)
    assert len(rows) == len(table) + 1
    stored = pq.read_table(io.BytesIO(parquet_bytes(table)))
    assert stored.column_names == list(table.columns)
    assert stored.num_rows == len(table)
    assert not any(str(field.type) == "null" for field in stored.schema)
    assert stored.schema.metadata is None


@pytest.mark.parametrize(
    "name",
    ["curves", "outcomes", "links", "levers", "cash_flow", "segments", "segment_totals", "estimates", "assumptions"],
)
def test_units_stand_in_a_column_of_their_own(name: str) -> None:
    table = report_tables(small_results())[name]
    assert "unit" in table
    known = table if "status" not in table else table[table["status"] == "ok"]
    assert known["unit"].notna().all()


def test_tables_that_were_not_asked_for_keep_their_columns() -> None:
    full, lean = report_tables(small_results()), report_tables(value_only(small_results()))
    for name in ("outcomes", "links"):
        assert lean[name].empty
        assert lean[name].dtypes.equals(full[name].dtypes)


def test_csv_holds_the_same_numbers() -> None:
    table = report_tables(small_results())["levers"]
    read = pd.read_csv(io.BytesIO(csv_bytes(table)), float_precision="round_trip")
    assert read["estimate"].tolist() == table["estimate"].tolist()


def test_numbers_are_plain_decimals() -> None:
    for table in report_tables(small_results()).values():
        for row in read_csv(csv_bytes(table))[1:]:
            for cell in row:
                assert "nan" not in cell.lower() or not cell.isalpha()
                assert re.fullmatch(r"[-+]?[\d.]+[eE][-+]?\d+", cell) is None, "no powers of ten"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", HOSTILE])
def test_no_text_is_a_formula(text: str) -> None:
    table = pd.DataFrame({text: [text, "plain"], "n": [-1.5, 2.0]})
    rows = read_csv(csv_bytes(table))
    assert rows == [[f"'{text}", "n"], [f"'{text}", "-1.5"], ["plain", "2"]]
    assert pq.read_table(io.BytesIO(parquet_bytes(table))).column(text)[0].as_py() == text


def test_hostile_metric_in_the_cash_flow() -> None:
    results = small_results()
    flow = results.value.cash_flow.rename(columns={"upgrades": HOSTILE})
    header = read_csv(csv_bytes(report_tables(with_value(results, cash_flow=flow))["cash_flow"]))[0]
    assert f"'{HOSTILE}" in header


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-7, "0.0000001"), (1e20, "100000000000000000000"), (float("inf"), ""), (pd.NA, ""), (False, "false")],
)
def test_cells(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_cash_flow_names_calendar_months() -> None:
    table = report_tables(small_results())["cash_flow"]
    assert table["calendar_month"].tolist()[:2] == ["2024-03", "2024-04"]


def test_assumptions_say_where_they_come_from() -> None:
    table = report_tables(small_results())["assumptions"]
    margin, upgrade = first_row(table, name="gross_margin"), first_row(table, name="upgrade_value")
    assert (margin["value"], margin["source"]) == (0.6, "settings")
    assert (upgrade["value"], upgrade["source"]) == (0.0, "default")
    assert table.columns.tolist() == list(COLUMNS["assumptions"])


def test_assumptions_have_a_range_and_an_owner() -> None:
    stated = {"low": 0.5, "high": 0.7, "source": "accounts", "owner": HOSTILE, "date": "2025-06-30"}
    results = with_assumptions(small_results(), gross_margin=AssumptionSettings(**stated))
    row = first_row(report_tables(results)["assumptions"], name="gross_margin")
    assert {key: row[key] for key in stated} == stated
    assert row["distribution"] == "pert"
    assert pd.isna(row["note"])


def test_amounts_have_a_unit() -> None:
    results = with_finding(small_results(), "panels.revenue.not_active", 30, "rows after leaving", amount=99.5)
    row = first_row(report_tables(results)["exclusions"], rule="panels.revenue.not_active")
    assert (row["n"], row["amount"], row["amount_unit"]) == (30, 99.5, "EUR")
