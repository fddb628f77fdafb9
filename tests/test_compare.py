"""``compare``: what changed between two runs, figure by figure, and why."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, strategies as st

import cxvalue as cx
from builders import Base, small_base
from command_line import run
from cxvalue.report import StudyResults, results_dict, write_report
from cxvalue.report.changes import Changes, ReportedRun, compare_runs, read_run, run_of, with_changes
from cxvalue.report.changes.cause import Cause, list_causes, routes_of
from cxvalue.report.changes.conclusion import RAN_APART
from cxvalue.report.changes.figure_change import FigureChange
from cxvalue.report.changes.routes import split_npv, split_product
from cxvalue.report.page.changes import changes_section
from cxvalue.report.results_json import SCHEMA_PATH
from report_results import CREATED

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


def results_of(base: Base) -> StudyResults:
    """The value of a base and what ``--only value`` gives with it."""
    with closing(cx.Study(tables=base.given(), settings=base.read_settings())) as study:
        return study.results("value")


@cache
def first() -> StudyResults:
    """The small base's results, computed once."""
    return results_of(small_base())


@cache
def with_margin() -> StudyResults:
    """The same with another margin."""
    return results_of(small_base().with_settings("economics", gross_margin=0.7))


@cache
def with_margin_share_and_cost() -> StudyResults:
    """The same with another margin, share and programme cost."""
    base = small_base().with_settings("economics", gross_margin=0.7, programme_cost_upfront=100.0)
    return results_of(base.with_settings("shift", share=0.1))


@cache
def with_other_answers() -> StudyResults:
    """The same without the answers of the first hundred customers, and with another share."""
    base = small_base().changed("surveys", lambda table: table[table["customer_id"] >= "C0100"])
    return results_of(base.with_settings("shift", share=0.1))


def changes(before: StudyResults, after: StudyResults) -> Changes:
    return compare_runs(run_of(before), run_of(after))


def figure(found: Changes, part: str, name: str) -> FigureChange:
    return next(figure for figure in found.figures if (figure.part, figure.name) == (part, name))


class TestOneCause:
    def test_a_changed_margin_is_the_only_cause(self) -> None:
        found = changes(first(), with_margin())
        assert [(cause.kind, cause.name, cause.before, cause.after) for cause in found.causes] == [
            ("settings", "economics.gross_margin", "0.6", "0.7")
        ]
        assert found.conclusion == (
            "The only cause: economics.gross_margin, 0.6 → 0.7. The same: data, version and seed.",
        )

    def test_figures_before_and_after(self) -> None:
        found = changes(first(), with_margin())
        npv = figure(found, "value", "npv")
        old, new = first().value.npv, with_margin().value.npv
        assert (npv.before, npv.after) == (old.estimate, new.estimate)
        assert (npv.ci_before, npv.ci_after) == ((old.ci_low, old.ci_high), (new.ci_low, new.ci_high))
        assert npv.difference == new.estimate - old.estimate
        assert npv.changed

    def test_what_a_margin_cannot_reach_is_the_same(self) -> None:
        found = changes(first(), with_margin())
        assert {figure.part for figure in found.changed} <= {
            "value",
            "lever",
            "estimate",
            "segment",
            "verdict",
            "warning",
        }
        assert not figure(found, "value", "customers_moved").changed
        assert not any(figure.changed for figure in found.figures if figure.part in ("curve", "band", "data"))

    def test_all_of_it_came_through_the_value_per_customer(self) -> None:
        found = changes(first(), with_margin())
        assert [name for name, _ in found.routes] == ["value per moved customer"]
        # Each value is a product of four factors, so the part is the change to rounding.
        assert found.routes[0][1] == pytest.approx(
            with_margin().value.npv.estimate - first().value.npv.estimate, rel=1e-9
        )

    def test_changed_data_are_one_cause_however_many_tables(self) -> None:
        manifest = dict(run_of(first()).manifest or {})
        sources = [{**source, "sha256": "0" * 64} for source in manifest["sources"][:2]] + manifest["sources"][2:]
        after = ReportedRun("B", run_of(first()).results, {**manifest, "sources": sources})
        found = compare_runs(run_of(first()), after)
        assert len(found.causes) == 2
        assert found.conclusion[0].startswith("The only cause: the data (table surveys, ")
        assert found.conclusion[0].endswith(" The same: settings, version and seed. No figure differs.")

    def test_the_value_alone_lacks_what_it_was_not_asked_for(self) -> None:
        whole = run_of(first())
        parts = ("outcomes", "links", "diagnosis", "valuation")
        alone = replace(whole, results={**whole.results, **dict.fromkeys(parts)})
        full = replace(whole, results={**whole.results, "diagnosis": {}})
        assert compare_runs(full, alone).conclusion == (
            "The only cause: --only, not set → value. The same: data, version and seed. No figure differs.",
        )
        assert compare_runs(alone, alone).causes == ()


class TestSeveralCauses:
    def test_routes_tell_apart_what_they_can(self) -> None:
        found = changes(first(), with_margin_share_and_cost())
        assert {cause.name for cause in found.causes} == {
            "economics.gross_margin", "economics.programme_cost_upfront", "shift.share",
        }  # fmt: skip
        assert found.conclusion == (
            "3 things changed: shift.share, economics.gross_margin, economics.programme_cost_upfront. "
            "The same: data, version and seed.",
            "What came through the value per moved customer is due to economics.gross_margin alone.",
            "What came through the share moved is due to shift.share alone.",
            "What came through the programme cost is due to economics.programme_cost_upfront alone.",
        )

    def test_parts_add_up(self) -> None:
        found = changes(first(), with_margin_share_and_cost())
        total = figure(found, "value", "npv").difference
        # The parts are exact but for rounding.
        assert sum(part for _, part in found.routes) == pytest.approx(total, rel=1e-9)
        assert dict(found.routes)["programme cost"] == -100.0

    def test_data_and_a_setting(self) -> None:
        found = changes(first(), with_other_answers())
        assert {cause.kind for cause in found.causes} == {"data", "settings"}
        assert found.conclusion[0] == "2 things changed: the data, shift.share. The same: version and seed."
        assert "What came through the share moved is due to shift.share alone." in found.conclusion
        data = next(cause for cause in found.causes if cause.kind == "data")
        assert data.name == "surveys"
        assert data.before is not None
        assert data.before.split(" rows")[0] == f"{len(small_base().tables['surveys']):,}"

    def test_what_cannot_be_told_apart_is_said(self) -> None:
        before, after = run_of(first()), run_of(with_margin())
        settings = {**(after.manifest or {})["settings"]}
        settings["economics"] = {**settings["economics"], "upgrade_value": 5.0}
        found = compare_runs(before, ReportedRun("B", after.results, {**(after.manifest or {}), "settings": settings}))
        together = "economics.gross_margin and economics.upgrade_value together."
        assert found.conclusion[1] == f"What came through the value per moved customer is due to {together}"
        assert found.conclusion[-1] == RAN_APART

    def test_another_version_reaches_everything(self) -> None:
        before, after = run_of(first()), run_of(with_margin())
        study = {**after.results["study"], "version": "9.9"}
        found = compare_runs(before, ReportedRun("B", {**after.results, "study": study}, after.manifest))
        assert found.causes[-1] == Cause("version", "version", first().version, "9.9", found.causes[-1].routes)
        assert found.conclusion[-1] == RAN_APART


class TestNoCause:
    def test_nothing_changed(self) -> None:
        found = changes(first(), first())
        assert (found.causes, found.changed, found.routes) == ((), (), ())
        assert found.conclusion == ("Data, settings, version and seed are the same, and so is every figure.",)

    def test_a_figure_without_a_cause_is_not_explained_away(self) -> None:
        value = {**run_of(first()).results["value"], "months": 7}
        after = ReportedRun("B", {**run_of(first()).results, "value": value}, run_of(first()).manifest)
        found = compare_runs(run_of(first()), after)
        assert found.conclusion[0].startswith(
            "Data, settings, version and seed are the same, yet 1 figures differ: look"
        )

    def test_names_and_threads_are_no_cause(self) -> None:
        manifest = dict(run_of(first()).manifest or {})
        settings = {**manifest["settings"], "run": {**manifest["settings"]["run"], "threads": 7}}
        settings["study"] = {**settings["study"], "name": "another"}
        found = compare_runs(
            run_of(first()), ReportedRun("B", run_of(first()).results, {**manifest, "settings": settings})
        )
        assert {cause.name for cause in found.causes} == {"run.threads", "study.name"}
        assert all(cause.silent for cause in found.causes)
        assert found.conclusion == ("Data, settings, version and seed are the same, and so is every figure.",)

    def test_without_a_manifest_nothing_is_claimed_of_the_data(self) -> None:
        before, after = (ReportedRun(run.label, run.results, None) for run in (run_of(first()), run_of(with_margin())))
        found = compare_runs(before, after)
        assert found.conclusion[0].startswith("A manifest is missing: whether the data are the same is not known")
        assert found.conclusion[1] == "The only cause that is known: economics.gross_margin, 0.6 → 0.7."


class TestArithmetic:
    def test_split_by_hand(self) -> None:
        # 2 × 10 = 20 becomes 3 × 12 = 36. First factor first: (3 − 2) × 10 = 10, second first: (3 − 2) × 12 = 12, mean
        # 11; the second factor: (12 − 10) × 3 = 6 and × 2 = 4, mean 5.
        assert split_product([2.0, 10.0], [3.0, 12.0]) == [11.0, 5.0]

    @given(
        st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=4),
    )
    def test_parts_of_a_product_add_up(self, pairs: list[tuple[float, float]]) -> None:
        before, after = ([pair[side] for pair in pairs] for side in (0, 1))
        total = 1.0
        for factor in after:
            total *= factor
        start = 1.0
        for factor in before:
            start *= factor
        # Products of up to four factors below 100: rounding of sums of size 10⁸.
        assert sum(split_product(before, after)) == pytest.approx(total - start, abs=1e-6)

    def test_no_split_where_the_value_is_no_product(self) -> None:
        value = run_of(first()).results["value"]
        bent = {**value, "npv": {**value["npv"], "estimate": value["npv"]["estimate"] * 1.01}}
        held_back = {**value, "active_customers": None}
        assert split_npv(value, bent) is None
        assert split_npv(value, held_back) is None
        assert set((split_npv(value, value) or {}).values()) == {0.0}

    @pytest.mark.parametrize(
        ("name", "routes"),
        [
            ("economics.programme_cost_monthly", {"programme cost"}),
            ("panels.calls.unit_value", {"value per moved customer", "optimism adjustment"}),
            ("assumptions.share.high", set()),
            ("surveys.path", set()),
            ("study.seed", set()),
        ],
    )
    def test_routes_of_settings(self, name: str, routes: set[str]) -> None:
        assert routes_of(name) == routes


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Reports on the small base with two margins."""
    folder = tmp_path_factory.mktemp("reports")
    for name, results in (("a", first()), ("b", with_margin())):
        write_report(results, folder / name, created=CREATED)
    return folder / "a", folder / "b"


class TestCommand:
    def test_text(self, reports: tuple[Path, Path]) -> None:
        done = run("compare", *reports)
        assert (done.code, done.err) == (0, "")
        lines = done.out.splitlines()
        assert lines[0] == f"A: {reports[0]} (small base, cxvalue {cx.__version__}, written 2026-01-02)"
        assert "  The only cause: economics.gross_margin, 0.6 → 0.7. The same: data, version and seed." in lines
        assert any(line.startswith("  npv ") and " → " in line for line in lines)

    def test_json(self, reports: tuple[Path, Path]) -> None:
        done = run("compare", *reports, "--json")
        found = json.loads(done.out)
        assert done.code == 0
        assert found == compare_runs(*(read_run(path) for path in reports)).to_dict()
        assert found["since"] == "2026-01-02"
        jsonschema.Draft202012Validator({**SCHEMA["properties"]["changes"], "$defs": SCHEMA["$defs"]}).validate(found)

    def test_results_alone(self, reports: tuple[Path, Path], tmp_path: Path) -> None:
        alone = tmp_path / "results.json"
        alone.write_bytes((reports[0] / "results.json").read_bytes())
        done = run("compare", alone, reports[1] / "results.json")
        assert done.code == 0
        assert "A manifest is missing" in done.out

    def test_written_and_read_is_the_same_as_in_memory(self, reports: tuple[Path, Path]) -> None:
        read, live = read_run(reports[0]), run_of(first())
        assert read.results == live.results
        assert read.settings == live.settings
        assert list_causes(read, live) == ()

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (None, "no results at"),
            ("{", "is not JSON"),
            ("[]", "holds no object"),
            ('{"schema_version": 1}', "does not hold results of cxvalue"),
            ('{"schema_version": 99}', "does not hold results of cxvalue"),
        ],
    )
    def test_what_is_no_report_is_refused(
        self, content: str | None, message: str, reports: tuple[Path, Path], tmp_path: Path
    ) -> None:
        if content is not None:
            (tmp_path / "results.json").write_text(content, encoding="utf-8")
        done = run("compare", reports[0], tmp_path)
        assert (done.code, done.out) == (1, "")
        assert message in done.err
        assert "Allowed: " in done.err

    def test_report_compares_with_an_earlier_one(
        self, reports: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = tmp_path / "study.toml"
        settings.write_text("", encoding="utf-8")
        monkeypatch.setattr(cx.Study, "results", lambda self, only=None: with_margin())
        done = run("report", settings, "--out", tmp_path / "out", "--compare-with", reports[0], "--only", "value")
        assert done.code == 0, done.err
        found = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
        assert found["changes"]["conclusion"][0].startswith("The only cause: economics.gross_margin, 0.6 → 0.7.")
        refused = run("report", settings, "--out", tmp_path / "no", "--compare-with", tmp_path / "none")
        assert refused.code == 1
        assert "no results at" in refused.err
        assert not (tmp_path / "no").exists()


class TestSection:
    def test_of_a_report_without_an_earlier_one(self) -> None:
        assert changes_section(first()) is None
        assert results_dict(first())["changes"] is None

    def test_parts(self) -> None:
        earlier = replace(run_of(first()), manifest={**(run_of(first()).manifest or {}), "created": "2026-01-02T00:00"})
        results = with_changes(with_margin(), earlier)
        section = changes_section(results)
        assert section is not None
        assert section["title"] == "What changed since 2026-01-02"
        assert section["why"][0].startswith("The only cause: economics.gross_margin")
        assert section["causes"].rows == (
            ("settings", "economics.gross_margin", "0.6", "0.7", "the net present value"),
        )
        assert [row[0] for row in section["routes"].rows] == ["value per moved customer"]
        assert section["tables"][0].caption in ("Verdict", "The value")
        jsonschema.Draft202012Validator(SCHEMA).validate(results_dict(results))

    def test_an_earlier_comparison_is_not_compared(self) -> None:
        results = with_changes(with_margin(), run_of(first()))
        assert run_of(results).results["changes"] is None


def test_changes_are_a_table() -> None:
    found = changes(first(), with_margin())
    frame = found.to_frame()
    assert len(frame) == len(found.figures)
    row: dict[str, Any] = frame[(frame["part"] == "value") & (frame["name"] == "npv")].iloc[0].to_dict()
    assert row["difference"] == row["after"] - row["before"]
    assert "economics.gross_margin" in found._repr_html_()
    assert "figures differ" in found.summary()


def test_no_customer_is_named() -> None:
    assert "C0" not in json.dumps(changes(first(), with_other_answers()).to_dict())
