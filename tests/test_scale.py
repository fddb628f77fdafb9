"""Big bases for the benchmark: the same wherever they are written; and what a run says about the promises."""

from __future__ import annotations

import csv
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from benchmarks.analyst import prepare, value as analyst_value
from benchmarks.comparison import Comparison, Time, held
from benchmarks.peers import default_design, load, without_response
from benchmarks.scale.base import BigBase, write_base
from benchmarks.scale.clock import RENDERING, Clock, Stage, merged
from benchmarks.scale.command import main
from benchmarks.scale.draws import PRIME, coefficients, polynomial
from benchmarks.scale.page import ROWS, write_page
from benchmarks.scale.promises import judge_run
from benchmarks.scale.run import COLUMNS, TOTAL
from benchmarks.scale.table import exponent, stage_table, summarise

import cxvalue as cx

SMALL = BigBase(1500)


def read(study: Path, name: str, columns: str = "*") -> pd.DataFrame:
    """Return a table of a base, in the order of its rows."""
    path = study.parent / f"{name}.parquet"
    files = str(path if path.exists() else study.parent / name / "*" / "*.parquet")
    with duckdb.connect() as connection:
        return connection.sql(f"SELECT {columns} FROM read_parquet('{files}', hive_partitioning = false)").df()


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows sorted by all columns."""
    return table.sort_values(list(table.columns), ignore_index=True)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(SMALL, tmp_path_factory.mktemp("base"))


def test_a_draw_is_the_polynomial_modulo_the_prime() -> None:
    # By hand: the md5 of a name gives the four coefficients, Python's whole numbers never overflow.
    first, *others = coefficients("1/life", 4)
    value = first
    for other in others:
        value = (value * 19_999_999 + other) % PRIME
    with duckdb.connect() as connection:
        (row,) = connection.sql(f"SELECT {polynomial('CAST(19999999 AS BIGINT)', '1/life')}").fetchall()
    assert row == (value,)


def test_the_same_base_twice(written: Path, tmp_path: Path) -> None:
    again = write_base(SMALL, tmp_path)
    for path in sorted(written.parent.rglob("*")):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "customers.parquet", "panel.parquet", "study.toml", "surveys.parquet",
    ]  # fmt: skip
    assert again.name == "study.toml"


@pytest.mark.parametrize(("order", "layout"), [("shuffled", "one"), ("shuffled", "many"), ("sorted", "many")])
def test_the_layout_changes_no_row(written: Path, tmp_path: Path, order: Any, layout: Any) -> None:
    other = write_base(replace(SMALL, order=order, layout=layout), tmp_path)
    for name in ("customers", "surveys", "panel"):
        ours, theirs = read(written, name), read(other, name)
        assert ours["customer_id"].is_monotonic_increasing
        if order == "shuffled":
            assert not theirs["customer_id"].is_monotonic_increasing
        pd.testing.assert_frame_equal(in_order(ours), in_order(theirs))


def test_several_panels_hold_what_the_wide_one_does(written: Path, tmp_path: Path) -> None:
    several = write_base(replace(SMALL, panels="several"), tmp_path)
    wide = read(written, "panel")
    for name in ("retention", "revenue", "cost_to_serve", "upgrades", "referrals"):
        table = read(several, name)
        if name in ("upgrades", "referrals"):
            assert len(table) == (wide[name] > 0).sum()
        else:
            assert len(table) == len(wide)
        if name != "retention":
            assert table["value"].sum() == pytest.approx(wide[name].sum(), rel=1e-12)  # the same terms, another order


def test_a_base_is_as_large_as_it_says(written: Path) -> None:
    # About 21 panel rows and 2 answers a customer. Of 1,500 customers the means lie within 4 % and 6 % of that (rows
    # of a customer have a spread of 12, answers one of 1.5: three standard errors are 0.9 and 0.12).
    panel, surveys, customers = (read(written, name) for name in ("panel", "surveys", "customers"))
    assert len(customers) == customers["customer_id"].nunique() == SMALL.customers
    assert len(panel) / SMALL.customers == pytest.approx(21.3, abs=0.9)
    assert len(surveys) / SMALL.customers == pytest.approx(2.13, abs=0.13)
    assert not panel.duplicated(["customer_id", "month"]).any()
    joined = panel.groupby("customer_id")["month"].agg(["min", "max", "size"])
    assert (
        joined["size"] == (joined["max"].dt.to_period("M") - joined["min"].dt.to_period("M")).map(lambda d: d.n) + 1
    ).all()
    assert (joined["min"] > panel["month"].min()).sum() > 300  # joiners
    assert (joined["max"] < panel["month"].max()).sum() > 300  # leavers


def test_a_base_goes_through_the_study_and_an_analyst_finds_the_same(tmp_path: Path) -> None:
    path = write_base(BigBase(5000), tmp_path)
    with closing(without_response(path)) as study, warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        value = study.value().per_customer
        gap = study.results("value").estimates.get("unadjusted").per_customer
        prepared = prepare(path.parent, default_design(study._stages.bands))
        again = analyst_value(prepared, np.arange(len(prepared.answers)))
    assert isinstance(gap, cx.Interval)
    # The dissatisfied leave sooner, pay less and cost more; trouble and segment make the raw gap look larger.
    assert 0 < value.ci_low < value.ci_high < gap.ci_low
    # The same regressions by another road (pandas, pseudo-inverse): rounding of sums over some thousand rows.
    assert again == pytest.approx(value.estimate, rel=1e-9)


def test_an_answer_that_is_another_stops_the_comparison() -> None:
    assert held("a peer", [1.0, 2.0000001], [1.0, 2.0]) == pytest.approx(5e-8, rel=1e-6)  # digits of 2.0000001
    with pytest.raises(SystemExit, match="a peer gives another answer than ours"):
        held("a peer", [1.0, 2.001], [1.0, 2.0])
    with pytest.raises(SystemExit, match="a peer gives another answer than ours"):
        held("a peer", [float("nan")], [1.0])


def test_a_promise_against_a_peer() -> None:
    slow, fast = Comparison("a", "b", Time(300.0, 2.0), Time(2.0, 2.0), 0.0, "", 200.0), Time(1.0, 1.0)
    assert slow.missed()
    assert not replace(slow, ours=fast).missed()
    assert not replace(slow, least=0.0).missed()


def test_a_library_that_is_missing_is_named() -> None:
    with pytest.raises(SystemExit, match=r"needs no_such_library: pip install \"cxvalue\[bench\]\""):
        load("no_such_library")


def made_up(sizes: dict[int, tuple[float, float, int]], repeats: int = 2) -> pd.DataFrame:
    """Return the rows of a run: seconds of the scan, seconds of the value and peak memory by size."""
    rows = []
    for customers, (scan, value, peak) in sizes.items():
        for repeat in range(1, repeats + 1):
            fixed = {
                "run": "made up", "customers": customers, "order": "sorted", "layout": "one", "panels": "wide",
                "every": 3, "panel_rows": 21 * customers, "answers": 2 * customers, "file_bytes": 90 * customers,
                "repeat": repeat, "columns": 16,
            }  # fmt: skip
            stages = [("value", TOTAL, value * repeat), ("value", "moments", value), ("value", RENDERING, 5.0)]
            for what, stage, seconds in [("scan", TOTAL, scan), *stages]:
                times = {"wall_seconds": seconds, "cpu_seconds": 2 * seconds}
                held = {"peak_bytes": peak, "temporary_bytes": repeat * customers}
                rows.append({**fixed, "what": what, "stage": stage, **times, **held})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_ratios_are_of_medians_and_ranges_of_repeats() -> None:
    (row,) = summarise(made_up({1000: (0.5, 4.0, 7)})).to_dict("records")
    # Values of 4 and 8 seconds: median 6, twelve scans of half a second; the repeats on their own give 8 and 16.
    assert (row["value"], row["ratio"], row["ratio_low"], row["ratio_high"]) == (6.0, 12.0, 8.0, 16.0)
    assert (row["cpu_ratio"], row["rendering"], row["peak_bytes"]) == (12.0, 5.0, 7)
    assert row["temporary_bytes"] == 2000, "the most of the repeats"
    stages = stage_table(made_up({1000: (0.5, 4.0, 7)})).set_index("stage")
    assert stages["scans"].to_dict() == {"moments": 8.0, RENDERING: 10.0}


def test_the_exponent_is_that_of_a_power() -> None:
    table = summarise(made_up({n: (n / 1e6, 3e-6 * n**1.05, 10**9) for n in (20_000, 10**5, 10**6, 10**7)}))
    assert exponent(table) == pytest.approx(1.05, abs=1e-9)  # rounding of logarithms alone
    assert exponent(table, "scan") == pytest.approx(1.0, abs=1e-9)
    assert exponent(table[table["customers"] <= 10**5]) is None  # below 100,000 what is fixed shows


def test_the_layout_that_was_asked_for_first_is_the_one_that_is_judged() -> None:
    rows = made_up({10**6: (0.5, 5.0, 10**9)}, repeats=1)
    slower = rows.assign(order="shuffled", wall_seconds=rows["wall_seconds"] * [1, 9, 9, 9])
    first, *_ = judge_run(summarise(pd.concat([rows, slower])))
    assert (first.measured, first.kept) == ("10.0 scans", True)


def test_promises_that_are_kept() -> None:
    sizes = {10**5: (0.1, 0.5, 8 * 10**8), 10**6: (0.5, 5.0, 10**9), 10**7: (5.0, 50.0, 15 * 10**8)}
    verdicts = judge_run(summarise(made_up(sizes, repeats=1)))
    assert [verdict.kept for verdict in verdicts] == [True] * 7


def test_promises_that_are_missed_are_named() -> None:
    sizes = {10**5: (0.1, 0.2, 4 * 10**8), 10**6: (0.5, 8.0, 16 * 10**8), 10**7: (5.0, 100.0, 31 * 10**8)}
    lines = [verdict.line() for verdict in judge_run(summarise(made_up(sizes, repeats=1))) if verdict.kept is False]
    assert lines == [
        "MISSED        1 million customers within 15 scans: 16.0 scans",
        "MISSED        1 million customers under 1.5 GB: 1.60 GB",
        "MISSED        10 million customers under 3 GB: 3.10 GB",
        "MISSED        10 million customers within 11 times the time of 1 million: 12.5 times",
        # log10(100 / 0.2) / 2 = 1.349, the slope through points that are equally far apart
        "MISSED        time against customers has an exponent between 0.9 and 1.1: 1.35",
        "MISSED        memory flat within a factor of two: a factor of 7.75",
    ]


def test_what_was_not_run_is_neither_kept_nor_missed() -> None:
    verdicts = judge_run(summarise(made_up({20_000: (0.1, 9.0, 10**9)})))
    assert {verdict.kept for verdict in verdicts} == {None}


def test_the_page_is_made_of_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_up({10**5: (0.1, 0.5, 8 * 10**8), 10**6: (0.5, 8.0, 16 * 10**8)}).to_csv(tmp_path / ROWS, index=False)
    assert main(["--page", "--check", "--folder", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "MISSED        1 million customers under 1.5 GB: 1.60 GB" in printed
    with (tmp_path / "scale_page.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["customers"] for row in rows] == ["100,000", "1,000,000"]
    assert rows[1]["times the scan"] == "24.0 (16.0–32.0)"
    first = (tmp_path / "scale.svg").read_bytes()
    write_page(tmp_path)
    assert (tmp_path / "scale.svg").read_bytes() == first


def test_the_tables_of_the_docs_are_those_of_the_rows(tmp_path: Path) -> None:
    docs = Path(__file__).parent.parent / "docs" / "benchmarks"
    (tmp_path / ROWS).write_bytes((docs / ROWS).read_bytes())
    write_page(tmp_path)
    for name in ("scale_page.csv", "scale_stages_page.csv", "scale_promises.csv"):
        assert (docs / name).read_text(encoding="utf-8") == (tmp_path / name).read_text(encoding="utf-8")


def test_stages_of_one_name_are_added_up() -> None:
    stages = [Stage("a", 1.0, 2.0, 5), Stage("b", 0.0, 0.0, 6), Stage("a", 0.5, 0.5, 7)]
    assert merged(stages) == [Stage("a", 1.5, 2.5, 7)]


def test_the_clock_hears_of_progress_within_a_stage() -> None:
    clock = Clock()
    for done in range(3):
        clock.begin("reading", done, 3, "rows")
    clock.begin("moments")
    clock.end()
    clock.end()
    assert [stage.name for stage in clock.stages] == ["reading", "moments"]
