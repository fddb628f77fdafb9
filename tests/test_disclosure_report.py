"""A report on a base full of small groups: no file of it names a customer, or gives a small number away."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

import html5lib
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import cxvalue as cx
from builders import LAST, Base, answer, panel_row, small_base, with_rows
from cxvalue.estimate import Balance
from cxvalue.report import StudyResults
from cxvalue.report.held_back import held_back_sentence
from cxvalue.report.html import render_html
from cxvalue.report.manifest import make_manifest
from cxvalue.report.shown_balance import shown_balance
from cxvalue.report.tables import report_tables
from cxvalue.report.workbook import workbook_bytes
from cxvalue.report.write import report_files
from cxvalue.vocabulary import month_label
from report_results import CREATED, no_rows, small_results, with_bands

MINIMUM = 10
SECRET = "secret"
COUNT_KEYS = {
    "n", "n_episodes", "n_customers", "episodes", "answers", "answered", "customers", "active_customers",
    "answered_in_band",
}  # fmt: skip
NOUNS = r"(?:episode|answer|customer|row|leaving|score|dissatisfied|neutral|satisfied)"
SMALL_COUNT = re.compile(rf"(?<![\d.,/–-])[1-9] (?:(?:effective|active|fully|followed|pairs|of) )*{NOUNS}")


def crowded_with_few() -> Base:
    """Return the small base with small groups of every kind, each of which a total could give away.

    * segment ``tiny``: 3 customers; ``region``: ``islet`` 6 and two that are large; ``kind``: 5 against all others;
    * a wave of 4 answers in 2023-10; 3 answers of nobody known and 2 without a score;
    * 2 customers that were never there; 4 rows of revenue of one who had left, 777 each.
    """

    def grouped(customers: pd.DataFrame) -> pd.DataFrame:
        n = np.arange(len(customers))
        customers["segment"] = np.where(n < 3, "tiny", np.where(n % 4 == 0, "business", "private"))
        customers["region"] = np.where(n < 7, "islet", np.where(n % 2 == 0, "east", "west"))
        customers["kind"] = np.where(n % 120 == 7, "rare", "usual")
        away = customers.iloc[:2].assign(customer_id=["C9001", "C9002"])
        return pd.concat([customers, away], ignore_index=True)

    few = [answer(n, "2023-10-05", score) for n, score in ((12, 2), (13, 3), (14, 1), (15, 7))]
    unknown = [answer(7000 + n, "2023-06-05", 9) for n in range(3)]
    blank = [answer(20 + n, "2023-06-05", None) for n in range(2)]
    left = [panel_row(1, month_label(LAST - k), value=777.0) for k in range(4)]
    base = small_base().changed("customers", grouped).changed("surveys", with_rows(*few, *unknown, *blank))
    base = base.changed("revenue", with_rows(*left))
    for name in base.tables:
        base = base.changed(name, lambda t: t.assign(customer_id=SECRET + t["customer_id"].astype(str)))
    return base.with_settings("customers", segments=["segment", "region", "kind"])


@cache
def crowded_results() -> StudyResults:
    base = crowded_with_few()
    study = cx.Study(tables=base.given(), settings=base.read_settings())
    results = study.results()
    study.close()
    return replace(results, check=replace(results.check, fetch=no_rows))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    results = crowded_results()
    written = report_files(results)
    manifest = make_manifest(results, written, created=CREATED)
    return written | {"manifest.json": json.dumps(manifest).encode()}


@pytest.fixture(scope="module")
def told(files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files["results.json"])
    return found


def texts(name: str, content: bytes) -> str:
    """Return all that a file holds as text."""
    if name.endswith(".xlsx"):
        book = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(book.read(part).decode() for part in book.namelist())
    if name.endswith(".parquet"):
        return pq.read_table(io.BytesIO(content)).to_pandas().to_csv()
    return content.decode()


def words(name: str, content: bytes) -> str:
    """Return what a reader sees of a file."""
    if name.endswith(".html"):
        page = html5lib.parse(content.decode(), treebuilder="etree", namespaceHTMLElements=False)
        for unread in [*page.iter("style"), *page.iter("script")]:
            unread.text = ""
        return "\n".join(" ".join(part.split()) for part in page.itertext())
    return texts(name, content)


def every_count(found: object, path: str = "") -> list[tuple[str, float]]:
    """Return the numbers of a JSON object that count customers, answers or rows, with where they stand."""
    if isinstance(found, dict):
        inside = [(f"{path}.{key}", value) for key, value in found.items()]
        own = [(at, float(value)) for (at, value), key in zip(inside, found, strict=True)
               if key in COUNT_KEYS and isinstance(value, int | float)]  # fmt: skip
        return own + [count for at, value in inside for count in every_count(value, at)]
    if isinstance(found, list):
        return [count for at, value in enumerate(found) for count in every_count(value, f"{path}[{at}]")]
    return []


def test_the_base_is_what_it_claims_to_be() -> None:
    rules = {finding.rule: finding.n_rows for finding in crowded_results().check.findings}
    assert rules["surveys.unknown_customer"] == 3
    assert rules["surveys.blank_score"] == 2
    assert rules["customers.never_active"] == 2
    assert rules["panels.revenue.not_active"] == 4


def test_no_customer_is_named(files: dict[str, bytes]) -> None:
    named = [name for name, content in files.items() if SECRET.encode() in content or SECRET in texts(name, content)]
    assert not named
    assert not [name for name, content in files.items() if re.search(r"\bC0[0-5]\d\d\b", words(name, content))]


def test_no_sentence_holds_a_small_count(files: dict[str, bytes]) -> None:
    found = {
        name: SMALL_COUNT.findall(words(name, content))
        for name, content in files.items() if not name.endswith((".svg", ".xlsx"))
    }  # fmt: skip
    assert not {name: counts for name, counts in found.items() if counts}


def test_no_count_is_small(files: dict[str, bytes], told: dict[str, Any]) -> None:
    # Customers moved and points of the base are left out: a share of a band, not a number of anybody.
    assert not [(at, n) for at, n in every_count(told) if 0 < n < MINIMUM]
    manifest = json.loads(files["manifest.json"])
    assert not [(at, n) for at, n in every_count(manifest) if 0 < n < MINIMUM]
    for name, table in report_tables(crowded_results()).items():
        for column in COUNT_KEYS & set(table.columns):
            counts = table[column].dropna().astype(float)
            assert not ((counts > 0) & (counts < MINIMUM)).any(), (name, column)


def test_counts_of_estimates_differ_by_no_few(told: dict[str, Any]) -> None:
    rows = [row for row in told["estimates"] if row["n_customers"] is not None]
    assert {"unadjusted", "standardised"} <= {row["method"] for row in rows}
    customers = {told["data"]["customers"], *(row["n_customers"] for row in rows)}
    episodes = {told["data"]["episodes"], *(row["n_episodes"] for row in rows)}
    apart = [abs(a - b) for counts in (customers, episodes) for a in counts for b in counts]
    apart += [row["n_episodes"] - row["n_customers"] for row in rows]
    assert not [n for n in apart if 0 < n < MINIMUM]


def test_rows_less_what_counts_give_nothing_away(files: dict[str, bytes], told: dict[str, Any]) -> None:
    rows = {source["table"]: source["rows"] for source in json.loads(files["manifest.json"])["sources"]}
    # 602 customers came, 600 were ever there: the difference is the 2 that the report holds back. So too for answers.
    assert told["data"]["customers"] == 600
    assert rows["customers"] is rows["surveys"] is rows["panels.revenue"] is None
    assert rows["panels.retention"] > 10_000
    held = [row for row in told["data"]["excluded"] if row["note"] == "<10"]
    assert len(held) == 3  # the 2 who were never there are a note, and stand on the page
    assert all(row["n"] is None for row in held)
    for name in ("report.html", "tables/exclusions.csv"):
        assert "3,108" not in words(name, files[name])  # what 4 rows of 777 come to
        assert "3108" not in words(name, files[name])


@pytest.mark.parametrize("by", ["segment", "region", "kind"])
def test_segments_do_not_give_a_small_one_away(by: str, told: dict[str, Any]) -> None:
    rows = [row for row in told["segments"] if row["by"] == by]
    totals = {row["line"]: row["active_customers"] for row in told["segment_totals"] if row["by"] == by}
    assert totals["whole"] == told["value"]["active_customers"]
    shown = [row["active_customers"] for row in rows if row["active_customers"] is not None]
    unseen = totals["whole"] - sum(shown)
    # tiny 3, islet 6 and rare 5 are active; nobody can tell from what is left over.
    assert unseen >= 2 * MINIMUM
    answered = told["value"]["answered_in_band"] - sum(row["answered_in_band"] or 0 for row in rows)
    assert answered >= 2 * MINIMUM
    small = next(row for row in rows if row["group"] in ("tiny", "islet", "rare"))
    assert small["status"] != "ok"
    assert all(small[key] is None for key in ("per_customer", "gross", "active_customers", "shrunken"))
    assert not SMALL_COUNT.search(small["reason"])


def test_strata_of_few_have_no_figure() -> None:
    tables = report_tables(crowded_results())
    for name in ("outcomes", "links"):
        table = tables[name]
        few = table[table["group"].isin(["tiny", "islet", "rare", "2023-Q4"])]
        assert len(few), name
        assert not (few["status"] == "ok").any(), name


def test_balance_leaves_out_categories_of_few() -> None:
    results = crowded_results()
    shown, found = shown_balance(results), results.diagnosis
    assert found is not None
    assert isinstance(shown, Balance)
    assert isinstance(found.balance, Balance)
    gone = set(found.balance.columns) - set(shown.columns)
    assert gone
    assert all(name.rpartition(" = ")[2] in ("tiny", "islet", "rare") for name in gone)
    kept = found.balance.to_frame().set_index(["column", "band"])["smd_raw"].loc[list(shown.columns)]
    assert shown.to_frame().set_index(["column", "band"])["smd_raw"].sort_index().equals(kept.sort_index())


def test_the_plain_share_of_those_still_there_counts_no_few() -> None:
    results = crowded_results()
    curves = results.curves_unadjusted
    assert isinstance(curves, cx.estimate.Curves)
    shares = curves.to_frame()
    shares = shares[shares["metric"] == "retained"]
    gone = (shares["episodes"] * (1 - shares["estimate"])).round().to_numpy()
    assert ((gone > 0) & (gone < MINIMUM)).any()  # few leave in the first months
    table = report_tables(results)["curves"]
    shown = table[~table["adjusted"] & (table["metric"] == "retained")]["estimate"].notna().to_numpy()
    assert not shown[(gone > 0) & (gone < MINIMUM)].any()
    assert shown[(gone == 0) | (gone >= MINIMUM)].all()


def test_what_is_held_back_is_said(files: dict[str, bytes], told: dict[str, Any]) -> None:
    page = words("report.html", files["report.html"])
    assert "fewer than 10 customers are held back" in page
    reasons = {row["reason"] for row in told["segments"] if row["active_customers"] is None}
    assert all(reasons)
    counted = re.search(r"give such a number away: (.*)", told["warnings"][-1])
    assert counted is not None
    n_points = int(report_tables(crowded_results())["curves"]["estimate"].isna().sum())
    assert f"{n_points} points of the curves" in counted[1]
    assert "3 numbers of rows left out or repaired" in counted[1]
    assert counted[1] in page


def test_nothing_is_said_where_nothing_is_held_back() -> None:
    tables = report_tables(small_results())
    shown = {name: table for name, table in tables.items() if name != "curves"}
    assert held_back_sentence(shown, MINIMUM) == ""


def test_a_small_band_is_held_back_wherever_it_stands() -> None:
    results = with_bands(small_results(), answered=[100, 90, 4])
    tables = report_tables(results)
    # 4 satisfied answered, so the neutral are held back too; what the dissatisfied are worth is the headline's.
    assert tables["bands"]["status"].tolist() == ["ok", "suppressed", "suppressed"]
    moves = tables["moves"].set_index("from_band")
    counts = ["customers_in_band", "customers_in_band_ci_low", "per_percent", "per_percent_se"]
    assert moves.loc[["neutral", "satisfied"], counts].isna().all().all()
    assert moves.loc["dissatisfied", counts].notna().all().all()
    assert moves["per_customer"].notna().all()
    page = words("report.html", render_html(results, ()).encode())
    assert "head counts held back" in page
    assert "2 bands" in page
    assert "nan" not in page.lower().split()
    assert workbook_bytes(results)
