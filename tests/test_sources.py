"""Every kind of source, and every way of writing ids and months, gives the same check and the same answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cxvalue as cx
from builders import KEYS, Base, answer, finding, panel_row, with_rows, with_values, without_rows

OpenStudy = Callable[[Base], cx.Study]
Told = tuple[pd.DataFrame, np.ndarray]

SECTIONS = {
    "surveys": "surveys",
    "customers": "customers",
    "retention": "panels.retention",
    "revenue": "panels.revenue",
}


def told(study: cx.Study) -> Told:
    """What a study says: rows found by each rule, and the value with its standard error."""
    found = study.check().to_frame()[["rule", "level", "n_rows", "amount"]]
    value = study.value().per_customer
    return found, np.array([value.estimate, value.se])


def assert_same(study: cx.Study, expected: Told) -> None:
    found, value = told(study)
    pd.testing.assert_frame_equal(found, expected[0], check_dtype=False, rtol=1e-9)
    # Sums are added in another order: nine digits are what is left of sixteen in the worst case.
    assert value == pytest.approx(expected[1], rel=1e-9)


@pytest.fixture(scope="module")
def messy(lean: Base) -> Base:
    """A base with something for most rules to find, so that equal checks mean something."""
    answers = [answer(2, "2023-07-01", 11), answer(9999, "2023-07-01", 3), answer(2, "2023-06-20", 3)]
    answers = [rows.assign(survey_date=pd.to_datetime(rows["survey_date"])) for rows in answers]
    base = lean.changed("surveys", with_rows(*answers, answer(3, pd.Timestamp("2023-07-02"), None)))
    base = base.changed("revenue", with_values("value", {6: -5.0}))
    base = base.changed("revenue", lambda rows: rows.assign(value=rows["value"].astype(float)))
    late = panel_row(1, "2024-03", value=12.5)
    return base.changed("revenue", with_rows(late, base.tables["revenue"].iloc[[10]]))


@pytest.fixture(scope="module")
def expected(messy: Base) -> Told:
    study = cx.Study(tables=messy.given(), settings=messy.read_settings())
    answer_of_study = told(study)
    study.close()
    return answer_of_study


# Kinds of source


def arrow_tables(base: Base) -> dict[str, pa.Table]:
    """The tables with time stamps in microseconds, as engines other than pandas write them."""
    tables = {}
    for name, rows in base.tables.items():
        table = pa.Table.from_pandas(rows, preserve_index=False)
        for at, field in enumerate(table.schema):
            if pa.types.is_timestamp(field.type):
                table = table.set_column(at, field.name, table[field.name].cast(pa.timestamp("us")))
        tables[name] = table
    return tables


def as_arrow(base: Base, folder: Path) -> Base:
    return Base(arrow_tables(base), base.settings)


def as_record_batches(base: Base, folder: Path) -> Base:
    return Base(
        {name: table.to_reader(max_chunksize=1000) for name, table in arrow_tables(base).items()}, base.settings
    )


def as_polars(base: Base, folder: Path) -> Base:
    return Base({name: pl.from_arrow(table) for name, table in arrow_tables(base).items()}, base.settings)


def as_parquet_files(base: Base, folder: Path) -> Base:
    for name, table in arrow_tables(base).items():
        pq.write_table(table, folder / f"{name}.parquet")
    return Base({name: str(folder / f"{name}.parquet") for name in base.tables}, base.settings)


def as_parquet_globs(base: Base, folder: Path) -> Base:
    for name, table in arrow_tables(base).items():
        for part, start in enumerate(range(0, table.num_rows, 5000)):
            pq.write_table(table.slice(start, 5000), folder / f"{name}-{part}.parquet")
    return Base({name: str(folder / f"{name}-*.parquet") for name in base.tables}, base.settings)


def as_hive_folders(base: Base, folder: Path) -> Base:
    files = as_parquet_files(base, folder)
    for name in ("retention", "revenue"):
        for month, rows in base.tables[name].groupby("month"):
            place = folder / name / f"month={month}"
            place.mkdir(parents=True)
            pq.write_table(pa.Table.from_pandas(rows.drop(columns="month"), preserve_index=False), place / "0.parquet")
        files = files.with_table(name, folder / name)
    return files


def as_csv_files(base: Base, folder: Path) -> Base:
    for name, rows in base.tables.items():
        rows.to_csv(folder / f"{name}.csv", index=False)
    return Base({name: str(folder / f"{name}.csv") for name in base.tables}, base.settings)


def as_one_semicolon_csv_with_bom(base: Base, folder: Path) -> Base:
    base.tables["revenue"].to_csv(folder / "revenue.csv", index=False, sep=";", encoding="utf-8-sig")
    return base.with_table("revenue", folder / "revenue.csv")


def as_workbook(base: Base, folder: Path) -> Base:
    book, named = openpyxl.Workbook(write_only=True), base
    for name in ("surveys", "customers", "revenue"):
        rows = base.tables[name]
        sheet = book.create_sheet(name)
        sheet.append(list(rows.columns))
        for row in rows.astype(object).where(rows.notna(), None).itertuples(index=False):
            sheet.append(list(row))
        named = named.with_table(name, folder / "export.xlsx").with_settings(SECTIONS[name], table=name)
    book.save(folder / "export.xlsx")
    return named


def as_database(base: Base, folder: Path) -> Base:
    with duckdb.connect(folder / "dwh.duckdb") as connection:
        connection.execute("CREATE SCHEMA mart")
        for name, table in arrow_tables(base).items():
            schema = "mart" if name == "revenue" else "main"
            connection.register("incoming", table)
            connection.execute(f"CREATE TABLE {schema}.{name} AS SELECT * FROM incoming")
            connection.unregister("incoming")
    named = Base({name: str(folder / "dwh.duckdb") for name in base.tables}, base.settings)
    for name, section in SECTIONS.items():
        named = named.with_settings(section, table="mart.revenue" if name == "revenue" else name)
    return named


KINDS = (
    as_arrow, as_record_batches, as_polars, as_parquet_files, as_parquet_globs, as_hive_folders, as_csv_files,
    as_one_semicolon_csv_with_bom, as_workbook, as_database,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_every_kind_of_source_tells_the_same_as_pandas(
    kind: Callable[[Base, Path], Base], messy: Base, expected: Told, open_study: OpenStudy, tmp_path: Path
) -> None:
    assert_same(open_study(kind(messy, tmp_path)), expected)


def test_paths_in_the_study_file_start_at_its_folder(messy: Base, expected: Told, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    as_parquet_files(messy, tmp_path / "data")
    sections = [f"[{section}]\npath = 'data/{name}.parquet'" for name, section in SECTIONS.items()]
    sections[1] += "\nsegments = ['segment']\ncovariates = ['plan_price']"
    text = "[study]\nname = 'small'\nhorizon_months = 6\ngroups = 10\ndraws = 100\n" + "\n".join(sections)
    text += "\n[economics]\ngross_margin = 0.6\ndiscount_rate_annual = 0.1\n[run]\nthreads = 1\n"
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    study = cx.Study.from_toml(tmp_path / "study.toml")
    assert_same(study, expected)
    study.close()


def test_csv_files_of_one_table_may_order_their_columns_differently(
    messy: Base, expected: Told, open_study: OpenStudy, tmp_path: Path
) -> None:
    rows = messy.tables["revenue"]
    rows.iloc[:7000].to_csv(tmp_path / "a.csv", index=False)
    rows.iloc[7000:][["value", "month", "customer_id"]].to_csv(tmp_path / "b.csv", index=False)
    assert_same(open_study(messy.with_table("revenue", tmp_path / "*.csv")), expected)


def test_a_column_that_one_of_several_files_lacks_is_refused_or_missing_but_never_another(
    messy: Base, open_study: OpenStudy, tmp_path: Path
) -> None:
    rows = messy.tables["revenue"]
    pq.write_table(pa.Table.from_pandas(rows.iloc[:7000], preserve_index=False), tmp_path / "a.parquet")
    without = pa.Table.from_pandas(rows.iloc[7000:][KEYS], preserve_index=False)
    pq.write_table(without, tmp_path / "b.parquet")
    found = finding(open_study(messy.with_table("revenue", tmp_path)), "panels.revenue.missing")
    assert found.level == "error"
    assert found.n_rows > 6000


# One wide table


def wide_table(base: Base) -> pd.DataFrame:
    """The panels side by side, blank where a sparse one has no row."""
    wide = base.tables["retention"]
    for name in ("revenue", "cost_to_serve", "upgrades", "referrals"):
        wide = wide.merge(base.tables[name].rename(columns={"value": name}), on=KEYS, how="left")
    return wide


def test_one_wide_table_tells_the_same_as_separate_panels(base: Base, open_study: OpenStudy) -> None:
    panels = [name for name in base.tables if name not in ("surveys", "customers")]
    wide = base.with_table("panel", wide_table(base)).without_settings("panels")
    for name in panels:
        wide = wide.with_table(name, None)
    study = open_study(wide.with_settings("panel", missing="zero", covariates=["contacts"]))
    separate = open_study(base)
    expected = separate.curves().to_frame()
    pd.testing.assert_frame_equal(study.curves().to_frame(), expected, rtol=1e-9)
    assert study.value().per_customer.estimate == pytest.approx(separate.value().per_customer.estimate, rel=1e-9)


def test_a_wide_table_may_tell_activity_by_a_flag(lean: Base, open_study: OpenStudy) -> None:
    # A full grid: rows of customers who are not there have a blank amount, and that is no row after leaving.
    months = sorted(lean.tables["retention"]["month"].unique())
    grid = pd.MultiIndex.from_product([lean.tables["customers"]["customer_id"], months], names=KEYS).to_frame(
        index=False
    )
    grid = grid.merge(lean.tables["revenue"].rename(columns={"value": "billed"}), on=KEYS, how="left")
    grid["here"] = grid["billed"].notna().astype(int)
    base = lean.without_settings("panels").with_table("retention", None).with_table("revenue", None)
    base = base.with_table("panel", grid).with_settings("panel", columns={"revenue": "billed", "retained": "here"})
    study = open_study(base)
    assert finding(study, "panel.not_active").n_rows == 0
    pd.testing.assert_frame_equal(study.curves().to_frame(), open_study(lean).curves().to_frame(), rtol=1e-9)


# Months


MONTHS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "date": lambda months: pd.to_datetime(months + "-15").dt.date,
    "time stamp": lambda months: pd.to_datetime(months + "-28 23:59:59"),
    "YYYYMM": lambda months: months.str.replace("-", "").astype(int),
    "ISO date as text": lambda months: months + "-01",
    "ISO time stamp as text": lambda months: months + "-01T00:00:00",
}


@pytest.mark.parametrize("form", MONTHS)
def test_a_month_may_be_written_in_several_ways(form: str, messy: Base, expected: Told, open_study: OpenStudy) -> None:
    base = messy
    for name in ("retention", "revenue"):
        base = base.changed(name, lambda rows: rows.assign(month=MONTHS[form](rows["month"])))
    assert_same(open_study(base), expected)


def test_day_first_dates_are_read_where_that_is_declared(messy: Base, expected: Told, open_study: OpenStudy) -> None:
    def day_first(dates: pd.Series) -> pd.Series:
        return pd.to_datetime(dates).dt.strftime("%d.%m.%Y")

    base = messy.changed("surveys", lambda rows: rows.assign(survey_date=day_first(rows["survey_date"])))
    base = base.changed("customers", lambda rows: rows.assign(joined_date=day_first(rows["joined_date"])))
    base = base.changed("revenue", lambda rows: rows.assign(month=day_first(rows["month"])))
    undeclared = open_study(base)
    with pytest.raises(cx.DataError, match="joining dates that cannot be read"):
        undeclared.check()
    for section in ("surveys", "customers", "panels.revenue"):
        base = base.with_settings(section, date_format="%d.%m.%Y")
    assert_same(open_study(base), expected)


STAMPS: dict[str, Callable[[int], object]] = {
    "text with Z": lambda n: ["2023-06-30T22:30:00Z"] * n,
    "text with minutes": lambda n: ["2023-06-30 22:30:00+00:00"] * n,
    "text with hours": lambda n: ["2023-06-30 17:30:00-05"] * n,
    "time stamp with a zone": lambda n: pd.Series([pd.Timestamp("2023-06-30 22:30", tz="UTC")] * n),
}


@pytest.mark.parametrize("form", STAMPS)
@pytest.mark.parametrize(("zone", "cohort"), [("UTC", "2023-06"), ("Europe/Berlin", "2023-07")])
def test_a_stamp_with_an_offset_falls_into_the_month_of_the_zone(
    form: str, zone: str, cohort: str, lean: Base, open_study: OpenStudy
) -> None:
    # Half past midnight on the first of July in Berlin is still June in UTC.
    base = lean.changed("surveys", without_rows(lambda rows: rows["survey_date"] > "2023-12"))
    base = base.changed("surveys", lambda rows: rows.assign(survey_date=STAMPS[form](len(rows))))
    assert open_study(base.with_settings("surveys", timezone=zone)).episodes().cohorts == (cohort, cohort)


# Ids


def with_ids(base: Base, change: Callable[[pd.Series], pd.Series]) -> Base:
    return Base(
        {name: rows.assign(customer_id=change(rows["customer_id"])) for name, rows in base.tables.items()},
        base.settings,
    )


def as_integers(ids: pd.Series) -> pd.Series:
    return ids.str[1:].astype(int)


def test_integer_ids_tell_the_same_as_the_same_ids_as_text(messy: Base, open_study: OpenStudy) -> None:
    integers = told(open_study(with_ids(messy, as_integers)))
    assert_same(open_study(with_ids(messy, lambda ids: as_integers(ids).astype(str))), integers)


def test_spaces_around_text_ids_are_no_part_of_them(messy: Base, expected: Told, open_study: OpenStudy) -> None:
    padded = messy.changed("surveys", lambda rows: rows.assign(customer_id=rows["customer_id"] + "  "))
    assert_same(open_study(padded), expected)


def test_whole_numbers_in_csv_are_integer_ids_beside_integers(
    messy: Base, open_study: OpenStudy, tmp_path: Path
) -> None:
    base = with_ids(messy, as_integers)
    expected = told(open_study(base))
    base.tables["surveys"].to_csv(tmp_path / "surveys.csv", index=False)
    assert_same(open_study(base.with_table("surveys", tmp_path / "surveys.csv")), expected)


def test_leading_zeros_in_csv_are_refused_beside_integers(messy: Base, open_study: OpenStudy, tmp_path: Path) -> None:
    base = with_ids(messy, as_integers)
    messy.tables["surveys"].assign(customer_id=messy.tables["surveys"]["customer_id"].str[1:]).to_csv(
        tmp_path / "surveys.csv", index=False
    )
    with pytest.raises(cx.DataError) as refused:
        open_study(base.with_table("surveys", tmp_path / "surveys.csv")).check()
    assert refused.value.what == "table 'surveys' holds text customer ids, table 'customers' integers"
    assert refused.value.allowed == "ids of one type in all tables"
    assert refused.value.hint == "export them alike; leading zeros make an id text"


def test_columns_are_mapped_by_the_settings(messy: Base, expected: Told, open_study: OpenStudy) -> None:
    base = messy.changed("surveys", lambda rows: rows.set_axis(["Kunde", "Datum", "Note 0–10"], axis=1))
    base = base.changed("revenue", lambda rows: rows.set_axis(["Kunde", "Monat", "Umsatz €"], axis=1))
    base = base.with_settings("surveys", columns={"customer_id": "Kunde", "survey_date": "Datum", "score": "Note 0–10"})
    base = base.with_settings("panels.revenue", columns={"customer_id": "Kunde", "month": "Monat", "value": "Umsatz €"})
    assert_same(open_study(base), expected)
