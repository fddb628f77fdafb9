"""What becomes of a panel's rows: missing, repeated, unreadable or out of place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import cxvalue as cx
from builders import (
    KEYS,
    Base,
    customer_id,
    finding,
    in_months,
    of_customer,
    panel_row,
    with_rows,
    with_values,
    without_rows,
)

OpenStudy = Callable[[Base], cx.Study]
CleanRows = Callable[[Base, str], pd.DataFrame]

N_EXPECTED = 13_854
"""Active customer-months of the small base."""


def in_rows(number: int, *months: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: of_customer(number)(rows) & in_months(*months)(rows)


def value_of(rows: pd.DataFrame, number: int, month: str, column: str = "value") -> float:
    return float(rows.loc[in_rows(number, month)(rows), column].item())


def clean_value(rows: pd.DataFrame, number: int, month: str, column: str = "revenue") -> float:
    year, month_of_year = month.split("-")
    at = (rows["customer_id"] == customer_id(number)) & (rows["month"] == int(year) * 12 + int(month_of_year) - 1)
    return float(rows.loc[at, column].item())


def curves_of(study: cx.Study) -> np.ndarray:
    return study.curves(adjusted=False).to_frame()["estimate"].to_numpy()


@pytest.fixture(scope="module")
def lean_curves(lean: Base) -> np.ndarray:
    study = cx.Study(tables=lean.given(), settings=lean.read_settings())
    curves = curves_of(study)
    study.close()
    return curves


# Missing customer-months


def test_missing_customer_months_are_refused_by_default(lean: Base, open_study: OpenStudy) -> None:
    base = lean.changed("revenue", without_rows(in_rows(2, "2023-05", "2023-06", "2023-09")))
    study = open_study(base)
    assert finding(study, "panels.revenue.missing").level == "error"
    assert study.check().rows("panels.revenue.missing").to_dict("list") == {
        "customer_id": [customer_id(2)], "n_missing": [3],
    }  # fmt: skip
    with pytest.raises(cx.DataError) as refused:
        study.value()
    assert refused.value.what == (
        f"table 'panels.revenue': 3 active customer-months without a value (0.0% of {N_EXPECTED:,})"
    )
    assert refused.value.allowed == 'missing = "zero" or "fill"'
    assert refused.value.hint == (
        'a sparse export, with rows only where something happened, is "zero"; lost rows are "fill"'
    )


def test_missing_customer_months_are_zero_where_that_is_said(lean: Base, open_study: OpenStudy) -> None:
    lost = in_rows(2, "2023-07", "2023-08")
    sparse = lean.changed("revenue", without_rows(lost)).with_settings("panels.revenue", missing="zero")
    written_out = lean.changed("revenue", lambda rows: rows.assign(value=rows["value"].mask(lost(rows), 0.0)))
    found = finding(open_study(sparse), "panels.revenue.missing")
    assert (found.level, found.n_rows, found.action) == ("note", 2, "taken as 0")
    assert curves_of(open_study(sparse)) == pytest.approx(curves_of(open_study(written_out)), rel=1e-12)


def test_blank_values_are_missing_customer_months(lean: Base, open_study: OpenStudy) -> None:
    base = lean.changed("revenue", with_values("value", {0: None, 7: None}))
    study = open_study(base)
    blank, missing = finding(study, "panels.revenue.blank_revenue"), finding(study, "panels.revenue.missing")
    assert (blank.level, blank.n_rows) == ("note", 2)
    assert blank.action == 'taken as missing customer-months (missing = "error")'
    assert (missing.level, missing.n_rows) == ("error", 2)


def test_lost_rows_are_filled_from_neighbouring_months(
    lean: Base, open_study: OpenStudy, clean_rows: CleanRows
) -> None:
    # Customer 2 loses a month, customer 3 two in a row, customer 4 the first and customer 6 the last one.
    gaps = {2: ["2023-07"], 3: ["2023-07", "2023-08"], 4: ["2023-01"], 6: ["2024-12"]}
    given = lean.tables["revenue"]
    base = lean.with_settings("panels.revenue", missing="fill")
    for number, months in gaps.items():
        base = base.changed("revenue", without_rows(in_rows(number, *months)))
    found = finding(open_study(base), "panels.revenue.missing")
    assert (found.level, found.n_rows) == ("repaired", 5)
    assert found.action == "filled from the customer's neighbouring months"
    rows = clean_rows(base, "revenue")
    assert len(rows) == len(given)
    for number, month, *neighbours in (
        (2, "2023-07", "2023-06", "2023-08"),
        (3, "2023-07", "2023-06", "2023-09"),
        (3, "2023-08", "2023-06", "2023-09"),
        (4, "2023-01", "2023-02"),
        (6, "2024-12", "2024-11"),
    ):
        mean = np.mean([value_of(given, number, neighbour) for neighbour in neighbours])
        assert clean_value(rows, number, month) == pytest.approx(mean, rel=1e-12)
    # What was not lost stays as it was.
    assert clean_value(rows, 2, "2023-06") == value_of(given, 2, "2023-06")
    assert clean_value(rows, 10, "2023-07") == value_of(given, 10, "2023-07")


def test_blank_values_are_filled_too(lean: Base, clean_rows: CleanRows) -> None:
    given = lean.tables["revenue"]
    blank = given["value"].mask(in_rows(2, "2023-07")(given))
    base = lean.with_table("revenue", given.assign(value=blank)).with_settings("panels.revenue", missing="fill")
    expected = (value_of(given, 2, "2023-06") + value_of(given, 2, "2023-08")) / 2
    assert clean_value(clean_rows(base, "revenue"), 2, "2023-07") == pytest.approx(expected, rel=1e-12)


def test_rows_that_are_left_out_fill_nothing(lean: Base, clean_rows: CleanRows) -> None:
    # Customer 1 is last active in 2024-01, which is lost. A final bill of 2024-02 comes after leaving.
    given = lean.tables["revenue"]
    base = lean.changed("revenue", without_rows(in_rows(1, "2024-01"))).with_settings("panels.revenue", missing="fill")
    rows = clean_rows(base.changed("revenue", with_rows(panel_row(1, "2024-02", value=5000.0))), "revenue")
    assert clean_value(rows, 1, "2024-01") == value_of(given, 1, "2023-12")


def test_a_customer_with_no_value_at_all_cannot_be_filled(lean: Base, open_study: OpenStudy) -> None:
    # No neighbouring month exists, so the 24 months of customer 2 stay missing and are refused.
    base = lean.changed("revenue", without_rows(of_customer(2))).with_settings("panels.revenue", missing="fill")
    study = open_study(base)
    assert not study.check().ok
    with pytest.raises(cx.DataError) as refused:
        study.value()
    assert "table 'panels.revenue': 24 " in refused.value.what


def test_filling_more_than_five_percent_is_refused(lean: Base, open_study: OpenStudy) -> None:
    # Every twelfth row goes: 8.3 % of the customer-months.
    base = lean.changed("revenue", lambda rows: rows[np.arange(len(rows)) % 12 != 5])
    with pytest.raises(cx.DataError) as refused:
        open_study(base.with_settings("panels.revenue", missing="fill")).value()
    assert refused.value.what == (
        f"table 'panels.revenue': 1,155 active customer-months without a value (8.3% of {N_EXPECTED:,})"
    )
    assert refused.value.allowed == 'missing = "fill" fills at most 5 %'
    assert refused.value.hint != ""


def test_a_whole_month_empty_under_zero_is_a_warning(base: Base, open_study: OpenStudy) -> None:
    study = open_study(base.changed("upgrades", without_rows(in_months("2023-10"))))
    found = finding(study, "panels.upgrades.empty_month")
    assert (found.level, found.n_rows, found.action) == ("warning", 1, "zero for everybody")
    assert found.what == "months without a single row: 2023-10"
    assert found.hint == "look whether the export lost a month"
    with pytest.warns(cx.CxValueWarning, match="panels.upgrades: months without a single row: 2023-10"):
        study.value()
    assert any("2023-10" in text for text in study.results(only="value").warnings)


def test_a_panel_that_is_not_given_is_not_measured(lean: Base, open_study: OpenStudy) -> None:
    metrics = open_study(lean).curves().to_frame()["metric"].unique()
    assert metrics.tolist() == ["retained", "revenue"]


# Repeated customer-months


def test_exact_copies_are_dropped_and_counted(lean: Base, open_study: OpenStudy, lean_curves: np.ndarray) -> None:
    given = lean.tables["revenue"]
    study = open_study(lean.changed("revenue", with_rows(given.iloc[[10]], given.iloc[[10]], given.iloc[[500]])))
    copies, repeated = finding(study, "panels.revenue.exact_copies"), finding(study, "panels.revenue.repeated")
    assert (copies.level, copies.n_rows, copies.action) == ("repaired", 3, "dropped")
    assert repeated.level == "ok"
    assert curves_of(study) == pytest.approx(lean_curves, rel=1e-12)


def test_other_repeats_are_refused_by_default(lean: Base, open_study: OpenStudy) -> None:
    again = [panel_row(2, "2023-07", value=1.0), panel_row(2, "2023-07", value=2.0), panel_row(3, "2023-07", value=1.0)]
    study = open_study(lean.changed("revenue", with_rows(*again)))
    assert len(study.check().rows("panels.revenue.repeated")) == 5
    with pytest.raises(cx.DataError) as refused:
        study.value()
    assert refused.value.what == "table 'panels.revenue': 3 rows that repeat a customer-month with other values"
    assert refused.value.allowed == 'duplicates = "sum" or "last"'
    assert refused.value.hint == "say in the settings what they mean"


def test_repeats_are_added_up_where_that_is_said(lean: Base, open_study: OpenStudy) -> None:
    # Two invoices of 12 and −2 on top of a customer-month are one with 10 more. The exact copy is dropped first.
    invoice = panel_row(2, "2023-07", value=12.0)
    parts = lean.changed("revenue", with_rows(invoice, invoice, panel_row(2, "2023-07", value=-2.0)))
    at = in_rows(2, "2023-07")
    whole = lean.changed("revenue", lambda rows: rows.assign(value=rows["value"].mask(at(rows), rows["value"] + 10.0)))
    study = open_study(parts.with_settings("panels.revenue", duplicates="sum"))
    found = finding(study, "panels.revenue.repeated")
    assert (found.level, found.n_rows, found.action) == ("repaired", 2, "added up")
    assert finding(study, "panels.revenue.exact_copies").n_rows == 1
    assert curves_of(study) == pytest.approx(curves_of(open_study(whole)), rel=1e-12)


def test_the_last_of_repeats_counts_where_that_is_said(
    lean: Base, open_study: OpenStudy, lean_curves: np.ndarray
) -> None:
    # The correction comes first in the file and an outdated row last: the column decides, not the order.
    stamped = lean.changed("revenue", lambda rows: rows.assign(booked="2025-01-10"))
    stale = panel_row(2, "2023-07", value=999.0).assign(booked="2025-01-09")
    older = panel_row(2, "2023-07", value=1.0).assign(booked="2025-01-08")
    base = stamped.changed("revenue", with_rows(stale, older)).changed("revenue", lambda rows: rows.iloc[::-1])
    study = open_study(base.with_settings("panels.revenue", duplicates="last", columns={"updated_at": "booked"}))
    found = finding(study, "panels.revenue.repeated")
    assert (found.level, found.n_rows, found.action) == ("repaired", 2, "the latest by updated_at is kept")
    assert curves_of(study) == pytest.approx(lean_curves, rel=1e-12)


def test_the_last_of_repeats_needs_a_column_that_says_which_it_is(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_settings("panels.revenue", duplicates="last")).check()
    assert refused.value.what == (
        '[panels.revenue] duplicates = "last" needs a column that says which row is the later'
    )
    assert refused.value.hint == (
        'map one: columns = { updated_at = "your name" }; files have no order that one could rely on'
    )


# Rows out of place


def test_rows_after_leaving_are_left_out_with_count_and_amount(
    lean: Base, open_study: OpenStudy, lean_curves: np.ndarray
) -> None:
    # Customer 1 is last active in 2024-01, customer 5 joins in 2023-03.
    late = [
        panel_row(1, "2024-02", value=30.0),
        panel_row(1, "2024-03", value=12.5),
        panel_row(5, "2023-02", value=4.0),
    ]
    study = open_study(lean.changed("revenue", with_rows(*late)))
    found = finding(study, "panels.revenue.not_active")
    assert (found.level, found.n_rows, found.amount, found.action) == ("excluded", 3, 46.5, "left out")
    assert "although the customer was not active (after leaving, before joining)" in found.what
    assert sorted(study.check().rows(found.rule)["value_0"]) == [4.0, 12.5, 30.0]
    assert curves_of(study) == pytest.approx(lean_curves, rel=1e-12)


def test_rows_of_unknown_customers_outside_the_months_or_without_id_are_left_out(
    lean: Base, open_study: OpenStudy, lean_curves: np.ndarray
) -> None:
    strange = [
        panel_row(9999, "2023-07", value=1.0), panel_row(9999, "2023-08", value=1.0),
        panel_row(2, "2022-12", value=1.0), panel_row(2, "2023-07", value=1.0).assign(customer_id=None),
    ]  # fmt: skip
    study = open_study(lean.changed("revenue", with_rows(*strange)))
    for rule, n_rows in (("unknown_customer", 2), ("outside_months", 1), ("blank_id", 1)):
        found = finding(study, f"panels.revenue.{rule}")
        assert (found.level, found.n_rows, found.action) == ("excluded", n_rows, "left out")
        assert len(study.check().rows(found.rule)) == n_rows
    assert finding(study, "panels.revenue.outside_months").what == "rows outside 2023-01 to 2024-12"
    assert curves_of(study) == pytest.approx(lean_curves, rel=1e-12)


def test_a_panel_that_ends_early_ends_the_follow_up_with_a_warning(base: Base, open_study: OpenStudy) -> None:
    late = [f"2024-{month:02d}" for month in (10, 11, 12)]
    study = open_study(base.changed("revenue", without_rows(in_months(*late))))
    found = finding(study, "panels.follow_up_end")
    assert found.level == "warning"
    assert found.what == ("follow-up ends in 2024-09: panels.revenue ends well before the retention panel (2024-12)")
    assert found.action == "later months are not used"
    assert finding(study, "panels.revenue.missing").level == "ok"


def test_a_last_month_cut_short_does_not_count(lean: Base, open_study: OpenStudy) -> None:
    # An export drawn in the middle of 2024-12: two thirds of its rows are not there yet.
    cut = lean.changed("revenue", without_rows(lambda rows: in_months("2024-12")(rows) & (rows.index % 3 != 0)))
    study = open_study(cut)
    assert finding(study, "panels.follow_up_end").what == "follow-up ends in 2024-11"
    assert finding(study, "panels.revenue.missing").level == "ok"


def test_a_panel_that_begins_after_time_zero_is_not_zero_before(base: Base, open_study: OpenStudy) -> None:
    # Cost to serve is kept from 2023-09 on: months 1 and 2 after the first wave, 2023-06, were not measured.
    early = [f"2023-{month:02d}" for month in range(1, 9)]
    study = open_study(base.changed("cost_to_serve", without_rows(in_months(*early))))
    n_first = int((base.tables["surveys"]["survey_date"] < "2023-09").sum())
    found = finding(study, "surveys.outside_months")
    assert (found.level, found.n_rows) == ("excluded", n_first)
    assert study.episodes().n_episodes == len(base.tables["surveys"]) - n_first


def test_a_sparse_panel_that_begins_late_is_noted(base: Base, open_study: OpenStudy) -> None:
    # Its first row may be the first event, or the month in which somebody began to count.
    early = [f"2023-{month:02d}" for month in range(1, 9)]
    study = open_study(base.changed("upgrades", without_rows(in_months(*early))))
    found = finding(study, "panels.upgrades.late_start")
    assert (found.level, found.n_rows) == ("note", 8)
    assert "2023-09" in found.what
    assert found.action == "taken as 0: if the panel did not exist yet, cut the retention panel to its months"


# Values


def test_negative_revenue_is_a_refund_kept_and_reported(
    lean: Base, open_study: OpenStudy, clean_rows: CleanRows
) -> None:
    base = lean.changed("revenue", with_values("value", {6: -5.0, 30: -2.5}))
    found = finding(open_study(base), "panels.revenue.negative_revenue")
    assert (found.level, found.n_rows, found.amount, found.action) == ("note", 2, -7.5, "kept")
    assert found.what == "negative values of 'revenue' (refunds)"
    assert clean_rows(base, "revenue")["revenue"].nsmallest(3).tolist()[:2] == [-5.0, -2.5]


def test_a_negative_count_is_an_error(base: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(base.changed("upgrades", with_values("value", {0: -1}))).value()
    assert refused.value.what == "table 'panels.upgrades': 1 negative counts of 'upgrades'"
    assert refused.value.allowed == "0 or more"


@pytest.mark.parametrize("value", ["n/a", "12,50", float("inf")])
def test_a_value_that_is_no_finite_number_is_an_error(value: object, lean: Base, open_study: OpenStudy) -> None:
    study = open_study(lean.changed("revenue", with_values("value", {3: value})))
    with pytest.raises(cx.DataError) as refused:
        study.value()
    assert refused.value.what == (
        "table 'panels.revenue': 1 values of 'revenue' that are not finite numbers; 1 further error(s), see check"
    )
    assert refused.value.allowed == "numbers, with a decimal point"
    assert refused.value.hint == (
        f"look for '{value}'; study.check().rows('panels.revenue.bad_revenue') in Python gives the rows"
    )
    assert study.check().rows("panels.revenue.bad_revenue")["value_0_raw"].tolist() == [str(value)]


def test_a_month_that_cannot_be_read_is_an_error(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("revenue", with_values("month", {3: "03/2023"}))).value()
    assert refused.value.what.startswith("table 'panels.revenue': 1 months that cannot be read")
    assert refused.value.allowed == "a date, a time stamp or YYYY-MM"
    assert refused.value.hint == "look for '03/2023'; date_format says how months are written"


# Covariates and metrics of the user's own


def test_a_constant_or_wholly_missing_covariate_is_left_out_and_reported(base: Base, open_study: OpenStudy) -> None:
    spoilt = base.changed("customers", lambda rows: rows.assign(plan_price=20.0, region=None, age=np.nan))
    spoilt = spoilt.changed("cost_to_serve", lambda rows: rows.assign(contacts=np.nan))
    covariates = ["plan_price", "region", "age"]
    study = open_study(spoilt.with_settings("customers", covariates=covariates))
    # No answer follows another by more than a year, so that its age is constant too.
    assert set(study.episodes().covariates_dropped) == {*covariates, "contacts", "months_since_previous"}
    assert not any(name in " ".join(study.episodes().covariates) for name in (*covariates, "contacts"))
    assert np.isfinite(study.value().per_customer.estimate)


def test_a_segment_that_is_blank_everywhere_has_no_groups(lean: Base, open_study: OpenStudy) -> None:
    study = open_study(lean.changed("customers", lambda rows: rows.assign(segment=None)))
    found = next(found for found in study.check().findings if found.what == "customers with a blank segment")
    assert (found.rule, found.level, found.n_rows) == ("customers.blank_segment", "note", 600)
    assert study.outcomes("segment").to_frame().empty


def test_a_metric_of_the_users_own_is_measured_and_valued(lean: Base, open_study: OpenStudy) -> None:
    keys = lean.tables["retention"][KEYS]
    base = lean.with_table("escalations", keys.assign(value=2)).with_settings("panels.escalations", kind="count")
    frame = open_study(base).curves(adjusted=False).to_frame()
    own = frame.query("metric == 'escalations'")["estimate"].to_numpy()
    assert own == pytest.approx(2 * frame.query("metric == 'retained'")["estimate"].to_numpy(), rel=1e-12)
    valued = open_study(base.with_settings("panels.escalations", unit_value=-3.0))
    assert valued.settings.own_values() == {"revenue": 0.0, "escalations": -3.0}
    assert "escalations" in dict(valued.value().levers)
