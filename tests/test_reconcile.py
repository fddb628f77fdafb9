"""The books against the tables: by hand on the small base, whose rows are known one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import cxvalue as cx
from builders import Base, panel_row, with_rows, without_rows
from cxvalue.engine import DuckDBEngine
from cxvalue.errors import DataError, SettingsError
from cxvalue.report.reconciliation_table import RECONCILIATION_COLUMNS, reconciliation_rows
from cxvalue.tables import Reconciliation, check_tables, read_tables, reconcile

YEAR = {"from": "2024-01", "to": "2024-12"}
Compare = Callable[..., Reconciliation]


@pytest.fixture
def compare() -> Iterator[Compare]:
    """Holds a base against the books."""
    engines: list[DuckDBEngine] = []

    def run(base: Base, **ledger: object) -> Reconciliation:
        settings = base.with_settings("reconciliation", **ledger).read_settings()
        engines.append(DuckDBEngine(threads=1))
        tables = read_tables(
            engines[-1], settings, given=base.given(), folder=Path(), purchase_window=settings.study.purchase_window
        )
        return reconcile(engines[-1], check_tables(engines[-1], tables), settings.reconciliation)

    yield run
    for engine in engines:
        engine.close()


def total_of(base: Base, panel: str, year: str = "2024") -> float:
    table = base.tables[panel]
    return float(table.loc[table["month"].str.startswith(year), "value"].sum())


def lines_of(found: Reconciliation) -> dict[str, float]:
    """Return the walk of the first figure."""
    walk = found.walk()
    return dict(zip(walk["line"], walk["amount"], strict=True))


def test_total_of_the_year(lean: Base, compare: Compare) -> None:
    total = total_of(lean, "revenue")
    (row,) = compare(lean, revenue={"total": total, **YEAR}).rows
    assert (row.read, row.counted, row.left_out) == pytest.approx((total, total, 0.0))
    assert row.within_tolerance
    assert row.finding().level == "ok"


def test_out_of_tolerance_is_a_warning(lean: Base, compare: Compare) -> None:
    total = total_of(lean, "revenue")
    found = compare(lean, revenue={"total": total / 0.98, **YEAR})
    (row,) = found.rows
    assert row.difference_share == pytest.approx(-0.02)
    assert not found.within_tolerance
    (finding,) = found.findings()
    assert (finding.rule, finding.table, finding.level) == ("reconciliation.revenue", "panels.revenue", "warning")
    assert "-2.0%; 1.0% tolerated" in finding.what
    assert compare(lean, revenue={"total": total / 0.98, "tolerance": 0.021, **YEAR}).within_tolerance
    assert "WARNING revenue 2024-01 to 2024-12" in found.summary()


def test_months_are_those_asked_for(lean: Base, compare: Compare) -> None:
    table = lean.tables["revenue"]
    total = float(table.loc[table["month"] == "2024-02", "value"].sum())
    (row,) = compare(lean, revenue={"total": total, "from": "2024-02", "to": "2024-02"}).rows
    assert row.counted == pytest.approx(total)


def test_every_row_that_does_not_count_has_its_line(lean: Base, compare: Compare) -> None:
    clean = total_of(lean, "revenue")
    table = lean.tables["revenue"]
    again = table[(table["customer_id"] == "C0002") & (table["month"] == "2024-05")]
    # C0001 leaves in 2024-01; C7777 is nobody's; C0002 has one month twice; one row has no id.
    added = with_rows(
        panel_row(1, "2024-12", value=1000.0),
        panel_row(7777, "2024-06", value=50.0),
        again,
        pd.DataFrame({"customer_id": [None], "month": ["2024-03"], "value": [7.0]}),
    )
    found = compare(lean.changed("revenue", added), revenue={"total": clean, **YEAR})
    lines = lines_of(found)
    copy = float(again["value"].iloc[0])
    assert lines == pytest.approx({
        "read": clean + 1057.0 + copy, "blank_id": -7.0, "unknown_customer": -50.0, "not_active": -1000.0,
        "repeated": -copy, "counted": clean,
    })  # fmt: skip
    assert lines.pop("counted") == pytest.approx(sum(lines.values()))
    (row,) = found.rows
    assert (row.left_out, row.n_left_out) == (pytest.approx(1057.0 + copy), 4)
    assert row.within_tolerance
    assert "by them" in found.summary()


def test_repeats_that_are_added_up_stay(lean: Base, compare: Compare) -> None:
    more = lean.changed("revenue", with_rows(panel_row(2, "2024-05", value=3.0)))
    base = more.with_settings("panels.revenue", duplicates="sum")
    lines = lines_of(compare(base, revenue={"total": 1.0, **YEAR}))
    assert lines["repeated"] == pytest.approx(0.0, abs=1e-6)  # sums of 6,715 amounts, added in another order
    assert lines["counted"] == pytest.approx(total_of(lean, "revenue") + 3.0)


def test_filled_gaps_are_a_line(lean: Base, compare: Compare) -> None:
    gap = lean.changed(
        "revenue", without_rows(lambda frame: (frame["customer_id"] == "C0002") & (frame["month"] == "2024-05"))
    ).with_settings("panels.revenue", missing="fill")
    table = lean.tables["revenue"]
    own = table[table["customer_id"] == "C0002"].set_index("month")["value"]
    beside = float(own["2024-04"] + own["2024-06"]) / 2
    lines = lines_of(compare(gap, revenue={"total": 1.0, **YEAR}))
    assert lines["filled"] == pytest.approx(beside)
    assert lines["counted"] == pytest.approx(total_of(gap, "revenue") + beside)


def test_any_metric_of_a_panel(base: Base, compare: Compare) -> None:
    cost, referrals = total_of(base, "cost_to_serve"), total_of(base, "referrals")
    found = compare(base, cost_to_serve={"total": cost, **YEAR}, referrals={"total": referrals + 5, **YEAR})
    by_name = {row.name: row for row in found.rows}
    assert by_name["cost_to_serve"].within_tolerance
    assert by_name["referrals"].difference == pytest.approx(-5.0)
    assert by_name["referrals"].kind == "count"


def test_customers_of_a_month(lean: Base, compare: Compare) -> None:
    # Of 600 one in ten leaves, the last of them in 2024-07.
    (row,) = compare(lean, customers={"count": 545, "month": "2024-12"}).rows
    assert row.counted == 540
    assert row.within_tolerance
    (row,) = compare(lean, customers={"count": 600, "month": "2024-12", "tolerance": 0.05}).rows
    assert not row.within_tolerance


def test_customers_that_nobody_knows_are_left_out(lean: Base, compare: Compare) -> None:
    more = lean.changed("retention", with_rows(panel_row(7777, "2024-12")))
    (row,) = compare(more, customers={"count": 540, "month": "2024-12"}).rows
    assert (row.read, row.left_out, row.counted) == (541, 1, 540)


def test_ledger_of_nothing(lean: Base, compare: Compare) -> None:
    (row,) = compare(lean, revenue={"total": 0, **YEAR}).rows
    assert row.difference_share == float("inf")
    assert not row.within_tolerance


@pytest.mark.parametrize(
    ("ledger", "error", "message"),
    [
        ({"revenu": {"total": 1, **YEAR}}, SettingsError, "did you mean 'revenue'"),
        ({"revenue": {"total": 1, "from": "2022-12", "to": "2024-12"}}, DataError, "complete from 2023-01 to 2024-12"),
        ({"customers": {"count": 1, "month": "2025-01"}}, DataError, "months within 2023-01 to 2024-12"),
        ({"revenue": {"totl": 1, **YEAR}}, SettingsError, r"in \[reconciliation.revenue\]"),
        ({"revenue": {"total": 1, "from": "2024-02", "to": "2024-01"}}, SettingsError, "lies after"),
        ({"revenue": {"total": 1, "from": "2024", "to": "2024-01"}}, SettingsError, "YYYY-MM"),
        ({"revenue": 5}, SettingsError, "total = .., from"),
        ({"customers": {"count": 0, "month": "2024-01"}}, SettingsError, "a number above 0"),
        ({"customers": {"count": 9, "month": "2024-01", "tolerance": 2}}, SettingsError, "tolerance = 2"),
    ],
)
def test_refused(lean: Base, compare: Compare, ledger: dict[str, object], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        compare(lean, **ledger)


def test_small_amounts_are_held_back(lean: Base, compare: Compare) -> None:
    more = lean.changed("revenue", with_rows(panel_row(1, "2024-12", value=1000.0)))
    found = compare(more, revenue={"total": 100_000.0, **YEAR}, customers={"count": 540, "month": "2024-12"})
    revenue, customers = reconciliation_rows(found, currency="EUR", minimum=10)
    assert set(revenue) == set(RECONCILIATION_COLUMNS)
    assert (revenue["read"], revenue["left_out"], revenue["unit"]) == (None, None, "EUR")
    assert "fewer than 10 rows" in revenue["note"]
    assert (customers["read"], customers["unit"], customers["note"]) == (540, "count", "")
    assert "1,000" not in found.findings()[0].what


def test_no_books_no_rows() -> None:
    found = Reconciliation()
    assert found.within_tolerance
    assert found.to_frame().empty
    assert found.summary() == "no totals were given to reconcile with"
    assert cx.Settings().reconciliation == {}


def test_without_a_contract_purchases_say_who_is_active(lean: Base, compare: Compare) -> None:
    bought = lean.with_table("retention", None).without_settings("panels.retention")
    bought = bought.with_settings("panels.revenue", missing="zero")
    bought = bought.with_settings("study", relationship="noncontractual", active_months=3)
    # Nobody is seen to leave, so a purchase counts whenever it is. 2024-07 is the last purchase of C0061 and of one in
    # seven of those who leave; within three months they count to 2024-09.
    added = bought.changed("revenue", with_rows(panel_row(1, "2024-12", value=1000.0)))
    total = total_of(added, "revenue")
    found = compare(added, revenue={"total": total, **YEAR}, customers={"count": 541, "month": "2024-12"})
    assert [row.counted for row in found.rows] == pytest.approx([total, 541.0])
    with pytest.raises(DataError, match="2023-03 to 2024-12"):
        compare(bought, customers={"count": 1, "month": "2023-02"})
