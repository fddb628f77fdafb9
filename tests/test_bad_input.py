"""Input that no study can be made from: what is wrong, where, what is allowed, and one thing to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

import cxvalue as cx
from builders import Base, emptied, with_values, without_column

OpenStudy = Callable[[Base], cx.Study]

READABLE = (
    "a .parquet or .csv file, a glob or folder of them, .xlsx, a DuckDB database with table = …, "
    "or a pandas, polars, Arrow or Spark data frame"
)


# Files


@pytest.mark.parametrize("path", ["nowhere/revenue.parquet", "nowhere/*.parquet"])
def test_a_missing_file(path: str, lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_table("revenue", path)).check()
    assert refused.value.what == f"table 'panels.revenue': no file at '{path}'"
    assert refused.value.allowed == (
        "an existing file, folder or glob; relative paths start at the folder of study.toml"
    )
    assert refused.value.hint == "check the spelling of the path"


@pytest.mark.parametrize("name", ["revenue.parquet", "revenue.xlsx", "revenue.duckdb"])
def test_a_file_that_is_not_what_its_name_says(name: str, lean: Base, open_study: OpenStudy, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("customer_id,month,value\nC0001,2023-01,20\n", encoding="utf-8")
    base = lean.with_table("revenue", str(path)).with_settings("panels.revenue", table="revenue")
    with pytest.raises(cx.DataError) as refused:
        open_study(base).check()
    assert refused.value.what.startswith("table 'panels.revenue'")
    assert refused.value.allowed != ""
    assert refused.value.hint != ""


def test_a_file_of_no_known_kind(lean: Base, open_study: OpenStudy, tmp_path: Path) -> None:
    path = tmp_path / "revenue.sav"
    path.write_bytes(b"")
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_table("revenue", path)).check()
    assert refused.value.what == f"table 'panels.revenue': cannot read '{path}'"
    assert refused.value.allowed == READABLE


def test_an_object_that_is_no_table(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_table("revenue", [1, 2, 3])).check()
    assert refused.value.what == "table 'panels.revenue': cannot read a list"
    assert refused.value.allowed == READABLE


def test_an_empty_folder(lean: Base, open_study: OpenStudy, tmp_path: Path) -> None:
    with pytest.raises(cx.DataError, match=r"table 'panels\.revenue': no file at"):
        open_study(lean.with_table("revenue", tmp_path)).check()


def test_a_file_without_a_byte(lean: Base, open_study: OpenStudy, tmp_path: Path) -> None:
    path = tmp_path / "revenue.csv"
    path.write_bytes(b"")
    with pytest.raises(cx.DataError, match=r"table 'panels\.revenue': 'revenue\.csv' is empty \(0 bytes\)"):
        open_study(lean.with_table("revenue", path)).check()


TEXT = "customer_id;month;value\nC1;2024-01;1\nJosé;2024-01;1\n"


@pytest.mark.parametrize(
    ("name", "content", "what", "hint"),
    [
        ("revenue.csv", TEXT.encode("utf-16"), "'revenue.csv' is UTF-16, by its first two bytes", "CSV in UTF-8"),
        ("revenue.csv", TEXT.encode("latin-1"), "'revenue.csv' is not UTF-8: byte 0xE9 in line 3", "CSV UTF-8"),
        ("revenue.parquet", TEXT.encode(), "no Parquet file, whatever its name says", "name it after what it is"),
        ("revenue.parquet", b"PAR1" + bytes(60), "the Parquet file is cut short", "copy it again"),
    ],
)
def test_a_file_whose_bytes_tell_what_is_wrong(
    name: str, content: bytes, what: str, hint: str, lean: Base, open_study: OpenStudy, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_table("revenue", path)).check()
    assert refused.value.what.startswith("table 'panels.revenue': cannot be read (")
    assert what in refused.value.what
    assert hint in refused.value.hint


def test_a_database_without_a_table_named(lean: Base, open_study: OpenStudy, tmp_path: Path) -> None:
    path = tmp_path / "dwh.duckdb"
    duckdb.connect(path).close()
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_table("revenue", path)).check()
    assert refused.value.what == f"table 'panels.revenue': '{path}' is a database and no table is named"
    assert refused.value.hint == 'add table = "your table"'


def test_a_table_that_the_database_does_not_hold(lean: Base, open_study: OpenStudy, tmp_path: Path) -> None:
    path = tmp_path / "dwh.duckdb"
    duckdb.connect(path).close()
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_table("revenue", path).with_settings("panels.revenue", table="billing")).check()
    assert refused.value.what.startswith("table 'panels.revenue': cannot be read")
    assert "billing" in refused.value.what


# Columns


def test_a_missing_column(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("revenue", without_column("value"))).check()
    assert refused.value.what == "table 'panels.revenue': no column 'value' (wanted as value)"
    assert refused.value.allowed == "one of customer_id, month"
    assert refused.value.hint == 'map it in the settings: columns = { value = "your name" }'


def test_a_missing_column_with_one_of_a_similar_name(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("surveys", lambda rows: rows.rename(columns={"score": "Score"}))).check()
    assert refused.value.what == "table 'surveys': no column 'score' (wanted as score)"
    assert refused.value.allowed == "one of customer_id, survey_date, Score"
    assert refused.value.hint == "did you mean 'Score'? map it in the settings: columns = { score = \"your name\" }"


def test_a_mapped_column_that_is_not_there(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_settings("customers", columns={"joined_date": "since"})).check()
    assert refused.value.what == "table 'customers': no column 'since' (wanted as joined_date)"
    assert "joined_date" in refused.value.allowed


@pytest.mark.parametrize(
    ("section", "key", "table"),
    [
        ("customers", "segments", "customers"),
        ("customers", "covariates", "customers"),
        ("panels.revenue", "covariates", "panels.revenue"),
    ],
)
def test_a_segment_or_covariate_that_is_not_there(
    section: str, key: str, table: str, lean: Base, open_study: OpenStudy
) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_settings(section, **{key: ["regoin"]})).check()
    assert refused.value.what.startswith(f"table '{table}': no column 'regoin'")
    assert key in refused.value.hint
    assert "_0" not in str(refused.value)


def test_a_wide_table_without_a_metric(lean: Base, open_study: OpenStudy) -> None:
    base = lean.with_table("revenue", None).without_settings("panels.revenue")
    with pytest.raises(cx.DataError) as refused:
        open_study(base.with_table("panel", lean.tables["retention"])).check()
    assert refused.value.what == "table 'panel' holds no metric"
    assert refused.value.allowed == "columns revenue, cost_to_serve, upgrades, referrals, or [panel.metrics.NAME]"
    assert refused.value.hint == 'map them: columns = { revenue = "your name" }'


# Types


def test_scores_that_are_words(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("surveys", lambda rows: rows.assign(score="good"))).check()
    assert refused.value.what == (
        "table 'surveys': no answer can be used; most (891) are answers whose score is no number"
    )
    assert refused.value.allowed == "answers on the scale, of customers that the tables hold"
    assert refused.value.hint == "look for 'good'; [surveys] scale says which scores there are"


def test_dates_that_are_numbers(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("surveys", lambda rows: rows.assign(survey_date=45_000))).check()
    assert refused.value.what == "table 'surveys': 891 answers whose date cannot be read"
    assert refused.value.allowed == "ISO dates (2024-03-01), or date_format"


def test_months_that_are_truth_values(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("revenue", lambda rows: rows.assign(month=True))).check()
    assert refused.value.what == "table 'panels.revenue': 13,854 months that cannot be read"
    assert refused.value.allowed == "a date, a time stamp or YYYY-MM"


def test_amounts_that_are_words(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("revenue", lambda rows: rows.assign(value="a lot"))).value()
    assert refused.value.what.startswith(
        "table 'panels.revenue': 13,854 values of 'revenue' that are not finite numbers"
    )


def test_a_column_of_lists(lean: Base, open_study: OpenStudy) -> None:
    nested = pa.Table.from_pandas(lean.tables["revenue"]).set_column(2, "value", pa.array([[1.0]] * 13_854))
    with pytest.raises(cx.DataError, match="not finite numbers"):
        open_study(lean.with_table("revenue", nested)).value()


def test_a_date_format_that_is_none(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.with_settings("surveys", date_format="%Q")).check()
    assert refused.value.what.startswith("table 'surveys'")
    assert "%Q" in refused.value.what
    assert refused.value.hint == "look at date_format in the table's settings"


def integer_ids(lean: Base) -> Base:
    tables = {
        name: rows.assign(customer_id=rows["customer_id"].str[1:].astype(int)) for name, rows in lean.tables.items()
    }
    return Base(tables, lean.settings)


def test_ids_of_two_types(lean: Base, open_study: OpenStudy) -> None:
    base = integer_ids(lean).changed("surveys", lambda rows: rows.assign(customer_id=rows["customer_id"].astype(str)))
    with pytest.raises(cx.DataError) as refused:
        open_study(base).check()
    assert refused.value.what == "table 'surveys' holds text customer ids, table 'customers' integers"
    assert refused.value.allowed == "ids of one type in all tables"
    assert refused.value.hint == "export them alike; leading zeros make an id text"


def test_integer_ids_that_a_blank_turned_into_decimals(lean: Base, open_study: OpenStudy) -> None:
    base = integer_ids(lean).changed("surveys", lambda rows: rows.assign(customer_id=rows["customer_id"].astype(float)))
    with pytest.raises(cx.DataError) as refused:
        open_study(base).check()
    assert refused.value.what == "table 'surveys' holds decimal customer ids, table 'customers' integers"


# Tables that are empty, not given, or of other customers or months


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("surveys", "a row for each answer"), ("customers", "a row for each customer"),
        ("retention", "a row for each customer and month"), ("revenue", "a row for each customer and month"),
    ],
)  # fmt: skip
def test_an_empty_table(name: str, allowed: str, lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed(name, emptied)).check()
    table = name if name in ("surveys", "customers") else f"panels.{name}"
    assert refused.value.what == f"table '{table}' is empty"
    assert refused.value.allowed == allowed


def test_an_empty_table_of_integer_ids(lean: Base, open_study: OpenStudy) -> None:
    # Without a row, pandas does not know that the ids are integers.
    base = integer_ids(lean)
    base = base.with_table("surveys", pd.DataFrame({name: [] for name in base.tables["surveys"]}, dtype=object))
    with pytest.raises(cx.DataError, match="table 'surveys' is empty"):
        open_study(base).check()


def test_a_frame_without_columns(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError, match="table 'surveys': the data frame has no columns"):
        open_study(lean.with_table("surveys", pd.DataFrame())).check()


def test_surveys_that_are_not_given(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_table("surveys", None)).check()
    assert refused.value.what == "[surveys] has no path and no table 'surveys' was given from Python"
    assert refused.value.allowed == "a path in the settings, or cx.Tables(…)"


def test_nothing_that_says_who_was_active(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_table("retention", None).without_settings("panels.retention")).check()
    assert refused.value.what == "nothing says who was active in which month, and relationship is contractual"
    assert refused.value.allowed == "[panels.retention] with kind rows, flag or churn_date; or one wide [panel]"


def test_nothing_to_value(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_table("revenue", None).without_settings("panels.revenue")).check()
    assert refused.value.what == "no panel with money or counts is given, so there is nothing to value"


def test_a_panel_beside_the_wide_table(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_table("panel", lean.tables["revenue"])).check()
    assert refused.value.what == "both [panel] and [panels.revenue] are given"
    assert "beside [panel] only [panels.retention]" in refused.value.allowed


def test_a_further_panel_that_the_settings_do_not_name(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_table("escalations", lean.tables["revenue"])).check()
    assert refused.value.what == "[panels.escalations] is not in the settings"
    assert refused.value.hint == 'add it with kind = "count" or "money"'


def test_answers_of_other_months(lean: Base, open_study: OpenStudy) -> None:
    later = lean.changed("surveys", lambda rows: rows.assign(survey_date=rows["survey_date"] + pd.DateOffset(years=5)))
    with pytest.raises(cx.DataError) as refused:
        open_study(later).check()
    assert refused.value.what == ("table 'surveys': all usable answers lie outside the months that the panels cover")
    assert refused.value.allowed == "answers in months that the panels cover"
    said = r"the answers run from 20\d\d-\d\d to 20\d\d-\d\d, the panels from 2023-01 to 20\d\d-\d\d: is date_format"
    assert re.match(said, refused.value.hint or "")


def test_answers_in_the_last_month_only(lean: Base, open_study: OpenStudy) -> None:
    late = lean.changed("surveys", lambda rows: rows.assign(survey_date=pd.Timestamp("2024-12-05")))
    with pytest.raises(cx.DataError) as refused:
        open_study(late).value()
    assert refused.value.what == (
        "the first answer counts in 2024-12 and follow-up ends in 2024-12, so no month of follow-up is left"
    )
    assert refused.value.allowed == "answers before the last month of the panels"


def test_a_panel_of_other_months(lean: Base, open_study: OpenStudy) -> None:
    earlier = lean.changed("revenue", lambda rows: rows.assign(month=rows["month"].str.replace("202", "201")))
    with pytest.raises(cx.DataError) as refused:
        open_study(earlier).check()
    assert refused.value.what == "table 'panels.revenue' shares no customer and month with the retention panel"
    assert refused.value.allowed == "the same customer ids and overlapping months"
    assert refused.value.hint == "compare a few ids and the first and last month"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("revenue", "table 'panels.revenue' shares no customer and month with the retention panel"),
        ("retention", "table 'panels.retention': no customer id is also in table 'customers'"),
        ("surveys", "most (891) are answers of customers that table 'customers' does not hold"),
    ],
)
def test_a_table_of_other_customers(name: str, what: str, lean: Base, open_study: OpenStudy) -> None:
    others = lean.changed(name, lambda rows: rows.assign(customer_id="X" + rows["customer_id"]))
    with pytest.raises(cx.DataError) as refused:
        open_study(others).check()
    assert what in refused.value.what
    assert refused.value.allowed != ""
    assert refused.value.hint != ""


# Too little to estimate from


@pytest.mark.parametrize("n_neutral", [0, 49])
def test_a_band_that_is_empty_or_nearly_so(n_neutral: int, lean: Base, open_study: OpenStudy) -> None:
    def thin(rows: pd.DataFrame) -> pd.DataFrame:
        neutral = rows["score"].between(7, 8)
        return pd.concat([rows[~neutral], rows[neutral].head(n_neutral)])

    with pytest.raises(cx.DataError) as refused:
        open_study(lean.changed("surveys", thin)).value()
    assert refused.value.what == (f"{n_neutral} episodes in band neutral observed 1 month on; at least 50 are needed")
    assert refused.value.allowed == "at least 50 episodes in every band and follow-up month"
    assert refused.value.hint == "collect more answers, or check the scale"


def test_a_segment_with_too_few_episodes_is_not_estimable_and_says_why(lean: Base, open_study: OpenStudy) -> None:
    rare = lean.changed("customers", with_values("segment", dict.fromkeys(range(1, 61, 2), "rare")))
    frame = open_study(rare).outcomes("segment").to_frame()
    status = frame.groupby("group")["status"].unique().map(list).to_dict()
    assert status == {"business": ["ok"], "private": ["ok"], "rare": ["not_estimable"]}
    assert frame.loc[frame["group"] == "rare", "reason"].str.contains("at least 50 are needed").all()


def test_a_horizon_beyond_the_follow_up(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_settings("study", horizon_months=24)).value()
    assert refused.value.what == "[study] horizon_months = 24 exceeds the longest follow-up of 18 months"
    assert (refused.value.allowed, refused.value.hint) == ("1 to 18", "set horizon_months = 18 or less")


def test_a_month_of_value_without_answers(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_settings("study", as_of="2023-02")).value()
    assert refused.value.what == (
        "[study] as_of = '2023-02' has no answer in the 12 months up to it, "
        "or is not a complete month of the retention panel"
    )
    assert refused.value.allowed == "2023-06 to 2024-03"
    assert refused.value.hint == "leave as_of out to take the last wave"


def test_a_covariate_that_the_study_does_not_have(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean.with_settings("adjust", covariates=["revenu"])).value()
    assert refused.value.what == "unknown key 'revenu' in [adjust] covariates"
    assert refused.value.hint == "did you mean 'revenue'?"


def test_results_by_something_that_is_no_segment(lean: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.SettingsError) as refused:
        open_study(lean).outcomes("region")
    assert refused.value.what == "by = 'region' is no segment of this study"
    assert "segment" in refused.value.allowed.split(", ")


# Invitations


@pytest.mark.parametrize(
    ("invitations", "rule"),
    [
        (pd.DataFrame({"customer_id": ["C0002", "C0003"], "invited_date": ["2024-03-01", "01/03/2024"]}), "bad_date"),
        (pd.DataFrame({"customer_id": ["C0002", "C9999"], "invited_date": ["2024-03-01"] * 2}), "unknown_customer"),
    ],
)
def test_invitations_that_cannot_be_used_are_counted(
    invitations: pd.DataFrame, rule: str, lean: Base, open_study: OpenStudy
) -> None:
    report = open_study(lean.with_table("invitations", invitations)).check()
    found = report.to_frame().set_index("rule")
    assert f"invitations.{rule}" in found.index
    assert found.loc[f"invitations.{rule}", "n_rows"] == 1


# User text never enters a statement


def test_names_with_quotes_and_statements_in_them_are_names(lean: Base, open_study: OpenStudy) -> None:
    name = """va"l'ue; DROP TABLE customers -- {0}"""
    base = lean.changed("revenue", lambda rows: rows.rename(columns={"value": name}))
    base = base.changed("customers", lambda rows: rows.rename(columns={"segment": name}))
    base = base.changed("customers", lambda rows: rows.assign(**{name: rows[name] + "'; --"}))
    study = open_study(
        base.with_settings("panels.revenue", columns={"value": name}).with_settings("customers", segments=[name])
    )
    assert study.check().ok
    assert set(study.outcomes(name).to_frame()["group"]) == {"business'; --", "private'; --"}
