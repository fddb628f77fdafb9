"""Who was active when: the rules on the retention panel and on table ``customers``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import cxvalue as cx
from builders import (
    LAST,
    N_CUSTOMERS,
    Base,
    customer_id,
    finding,
    first_month,
    in_months,
    last_month,
    of_customer,
    panel_row,
    with_rows,
    with_values,
    without_column,
    without_rows,
)
from cxvalue.vocabulary import month_label, parse_month

OpenStudy = Callable[[Base], cx.Study]


def retained(study: cx.Study) -> pd.DataFrame:
    frame = study.curves(adjusted=False).to_frame()
    return frame[frame["metric"] == "retained"].set_index(["band", "month"])["estimate"].unstack()


@pytest.fixture(scope="module")
def lean_retained(lean: Base) -> pd.DataFrame:
    """The retained share of the base as it is."""
    study = cx.Study(tables=lean.given(), settings=lean.read_settings())
    frame = retained(study)
    study.close()
    return frame


def with_flags(lean: Base) -> Base:
    """The same activity told by a 0/1 column that goes on after leaving."""
    months = range(parse_month("2023-01"), LAST + 1)
    flags = pd.DataFrame([
        {"customer_id": customer_id(n), "month": month_label(m), "value": int(first_month(n) <= m <= last_month(n))}
        for n in range(N_CUSTOMERS) for m in months
    ])  # fmt: skip
    return lean.with_table("retention", flags).with_settings("panels.retention", kind="flag")


def with_churn_dates(lean: Base) -> Base:
    """The same activity told by a date of leaving, blank for those who stay."""
    ends = [last_month(n) for n in range(N_CUSTOMERS)]
    dates = pd.DataFrame({
        "customer_id": [customer_id(n) for n in range(N_CUSTOMERS)],
        "churn_date": [None if end == LAST else f"{month_label(end)}-28" for end in ends],
    })  # fmt: skip
    return lean.with_table("retention", dates).with_settings("panels.retention", kind="churn_date")


@pytest.mark.parametrize("told", [with_flags, with_churn_dates])
def test_rows_flags_and_churn_dates_tell_the_same_activity(
    told: Callable[[Base], Base], lean: Base, open_study: OpenStudy, lean_retained: pd.DataFrame
) -> None:
    study = open_study(told(lean))
    assert study.check().ok
    assert {found.rule for found in study.check().findings if found.level != "ok"} == {"panels.follow_up_end"}
    pd.testing.assert_frame_equal(retained(study), lean_retained, rtol=1e-12)


def test_customers_who_come_back_count_again(lean: Base, open_study: OpenStudy, lean_retained: pd.DataFrame) -> None:
    # Customer 2 answered 9 in 2023-06 (one of the satisfied) and is away from 2023-08 to 2023-10, k = 2, 3 and 4.
    # Back in 2023-11 it counts again, and its answer of 2024-03 opens a second episode.
    away = without_rows(lambda rows: of_customer(2)(rows) & in_months("2023-08", "2023-09", "2023-10")(rows))
    study = open_study(lean.changed("retention", away).changed("revenue", away))
    assert finding(study, "panels.revenue.missing").level == "ok"
    n_satisfied = int((lean.tables["surveys"]["score"] >= 9).sum())
    loss = lean_retained - retained(study)
    expected = pd.DataFrame(0.0, index=loss.index, columns=loss.columns)
    expected.loc["satisfied", [2, 3, 4]] = 1 / n_satisfied
    assert loss.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-12)


def test_an_empty_month_of_the_retention_panel_is_a_warning(lean: Base, open_study: OpenStudy) -> None:
    # A lost month reads as if everybody had left and come back.
    study = open_study(lean.changed("retention", without_rows(in_months("2023-10"))))
    found = finding(study, "panels.retention.empty_month")
    assert (found.level, found.n_rows) == ("warning", 1)
    assert "2023-10" in found.what


def test_rows_without_id_of_unknown_customers_and_repeats_are_counted(
    lean: Base, open_study: OpenStudy, lean_retained: pd.DataFrame
) -> None:
    again = lean.tables["retention"].iloc[[3]]
    strange = [panel_row(9999, "2023-07"), panel_row(2, "2023-07").assign(customer_id=None), again, again]
    study = open_study(lean.changed("retention", with_rows(*strange)))
    for rule, level, n_rows, action in (
        ("unknown_customer", "excluded", 1, "left out"), ("blank_id", "excluded", 1, "left out"),
        ("repeated", "repaired", 2, "counted once"),
    ):  # fmt: skip
        found = finding(study, f"panels.retention.{rule}")
        assert (found.level, found.n_rows, found.action) == (level, n_rows, action)
    pd.testing.assert_frame_equal(retained(study), lean_retained, rtol=1e-12)


def test_unknown_customers_among_churn_dates_are_counted_too(lean: Base, open_study: OpenStudy) -> None:
    base = with_churn_dates(lean)
    stranger = pd.DataFrame({"customer_id": [customer_id(9999)], "churn_date": ["2024-01-31"]})
    found = finding(open_study(base.changed("retention", with_rows(stranger))), "panels.retention.unknown_customer")
    assert (found.level, found.n_rows, found.action) == ("excluded", 1, "left out")


def test_a_list_of_leavers_alone_does_not_pass_for_the_whole_base(lean: Base, open_study: OpenStudy) -> None:
    # Customers who stay belong into the table with a blank date; without them 540 of 600 would never have been active.
    leavers = with_churn_dates(lean).changed("retention", lambda rows: rows[rows["churn_date"].notna()])
    study = open_study(leavers)
    levels = {found.level for found in study.check().findings if found.n_rows == 540}
    assert levels & {"warning", "error"}


def test_a_month_that_cannot_be_read_is_an_error(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("retention", with_values("month", {0: "Jan 2023", 1: "2023-13"}))).value()
    assert refused.value.what.startswith("table 'panels.retention': 2 months that cannot be read")
    assert refused.value.allowed == "a date, a time stamp or YYYY-MM"
    assert refused.value.hint == "look for '2023-13', 'Jan 2023'; date_format says how months are written"


def test_a_flag_other_than_0_and_1_is_an_error(lean: Base, open_study: OpenStudy) -> None:
    base = with_flags(lean).changed("retention", with_values("value", {0: 2, 1: None, 2: "yes"}))
    with pytest.raises(cx.DataError) as refused:
        open_study(base).value()
    assert refused.value.what.startswith("table 'panels.retention': 3 flags that are not 0 or 1")
    assert refused.value.allowed == "1 while active, 0 otherwise"


def test_a_churn_date_that_cannot_be_read_is_an_error(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(with_churn_dates(lean).changed("retention", with_values("churn_date", {0: "31.01.2024"}))).value()
    assert refused.value.what == "table 'panels.retention': 1 churn dates that cannot be read"
    assert refused.value.allowed == "ISO dates or date_format; blank for those who stay"


def test_two_churn_dates_of_a_customer_are_an_error(lean: Base, open_study: OpenStudy) -> None:
    second = pd.DataFrame({"customer_id": [customer_id(1)], "churn_date": ["2024-06-30"]})
    with pytest.raises(cx.DataError) as refused:
        open_study(with_churn_dates(lean).changed("retention", with_rows(second))).value()
    assert refused.value.what == "table 'panels.retention': 1 customers with more than one row, or none"
    assert refused.value.allowed == "one churn date a customer"


def test_churn_dates_need_joining_dates(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(with_churn_dates(lean).changed("customers", without_column("joined_date"))).check()
    assert refused.value.what == "retention is told by churn dates, and table 'customers' has no joining date"
    assert refused.value.allowed == "joined_date in table 'customers'"
    assert refused.value.hint == 'map it: columns = { joined_date = "your name" }'


def test_a_last_month_cut_short_ends_the_follow_up_a_month_earlier(lean: Base, open_study: OpenStudy) -> None:
    cut = without_rows(lambda rows: in_months("2024-12")(rows) & (np.arange(len(rows)) % 3 != 0))
    study = open_study(lean.changed("retention", cut))
    assert finding(study, "panels.follow_up_end").what.startswith("follow-up ends in 2024-11")
    # Where revenue goes on, nobody has left in 2024-12: the month is not known, and its rows are not "after leaving".
    assert study.episodes().follow_up_end == "2024-11"


def test_more_months_than_the_library_holds_are_refused(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("retention", with_rows(panel_row(2, "2013-01")))).check()
    assert refused.value.what == "table 'panels.retention' spans 2013-01 to 2024-12, 144 months"
    assert refused.value.allowed == "at most 124 months"
    assert refused.value.hint == "leave out old months, and look for a mistyped year"


# Customers


def test_customers_without_id_are_left_out_and_copies_dropped(lean: Base, open_study: OpenStudy) -> None:
    rows = lean.tables["customers"].iloc[[7]]
    study = open_study(lean.changed("customers", with_rows(rows, rows.assign(customer_id=None))))
    blank, copies = finding(study, "customers.blank_id"), finding(study, "customers.repeated")
    assert (blank.level, blank.n_rows, blank.action) == ("excluded", 1, "left out")
    assert (copies.level, copies.n_rows, copies.action) == ("repaired", 1, "dropped")


def test_a_customer_that_stands_twice_with_different_columns_is_refused(lean: Base, open_study: OpenStudy) -> None:
    other = lean.tables["customers"].iloc[[7]].assign(segment="business")
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("customers", with_rows(other))).check()
    assert refused.value.what == "table 'customers': 1 customers that stand twice with different columns"
    assert refused.value.allowed == "one row a customer"
    assert refused.value.hint == (
        'keep the row that holds; in pandas, table[table.duplicated("customer_id", keep=False)] lists them'
    )


def test_a_joining_date_that_cannot_be_read_is_refused(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("customers", with_values("joined_date", {0: "15/03/2023", 4: "03/04/21"}))).check()
    assert refused.value.what == "table 'customers': 2 joining dates that cannot be read"
    assert refused.value.allowed == "ISO dates (2024-03-01), or date_format"
    assert refused.value.hint == (
        """look for '03/04/21', '15/03/2023'; set date_format = "%d/%m/%Y" if days come first"""
    )


def test_a_blank_segment_and_a_customer_never_active_are_noted(lean: Base, open_study: OpenStudy) -> None:
    stranger = lean.tables["customers"].iloc[[7]].assign(customer_id=customer_id(9999))
    base = lean.changed("customers", with_rows(stranger)).changed("customers", with_values("segment", {3: None, 6: ""}))
    study = open_study(base)
    blank, never = finding(study, "customers.blank_segment"), finding(study, "customers.never_active")
    assert (blank.level, blank.n_rows) == ("note", 2)
    assert (blank.what, blank.action) == ("customers with a blank segment", "kept, in no group of that segment")
    assert (never.level, never.n_rows) == ("note", 1)
    assert (never.what, never.action) == ("customers that were active in no month", "kept, and part of nothing")
    assert set(study.outcomes("segment").to_frame()["group"]) == {"business", "private"}


def test_most_rows_of_unknown_customers_are_a_warning(base: Base, open_study: OpenStudy) -> None:
    """Half of the customers table is missing: nothing is wrong with any row, and much is lost."""
    cut = base.changed("customers", lambda frame: frame.iloc[: len(frame) // 2])
    report = open_study(cut).check()
    lost = {found.rule: found for found in report.findings if found.level == "warning"}
    for rule in ("panels.retention.unknown_customer", "panels.revenue.unknown_customer", "surveys.unknown_customer"):
        n_all = len(base.tables[rule.split(".")[-2]])
        assert lost[rule].what.endswith(f", {100 * lost[rule].n_rows / n_all:.0f} % of {n_all:,}")
        assert "is table 'customers' complete" in lost[rule].hint
