"""The command line: what each command prints and writes, its exit codes, and that it equals Python."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import cxvalue as cx
from command_line import ROOT, TELECOM_DATA, Outcome, run, tree
from cxvalue.cli.check import findings_table, margin_note
from cxvalue.cli.foreseen import FEWEST_EPISODES
from cxvalue.estimate.standardise import MIN_EPISODES
from cxvalue.report import StudyResults, json_text, results_dict
from cxvalue.simulate import SCENARIOS
from cxvalue.value import Verdict

TELECOM = ROOT / "docs" / "examples" / "telecom_export.toml"
LOSING = cx.Interval(-10.0, 5.0, -20.0, 0.0)
EXAMPLES = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def study_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated base with a short horizon, so that a report takes seconds."""
    folder = tmp_path_factory.mktemp("cli") / "base"
    done = run("simulate", folder, "--scenario", "recovery", "--customers", 3000, "--months", 16, "--horizon", 6)
    assert done.code == 0, done.err
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^seed = 1", "seed = 1\ngroups = 20\ndraws = 100", text)
    text = re.sub(r"(?m)^segments = .*", 'segments = ["segment"]', text)
    path.write_text(f"{text}\n[run]\nthreads = 1\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def results(study_file: Path) -> StudyResults:
    """What Python finds in that base."""
    with closing(cx.Study.from_toml(study_file)) as study:
        return study.results()


@pytest.fixture(scope="module")
def reported(study_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """What the command line printed about that base, and the folder that it wrote."""
    out = tmp_path_factory.mktemp("report") / "out"
    return run("report", study_file, "--out", out), out


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch, results: StudyResults) -> StudyResults:
    """Lets the command line find what Python found, at once."""
    monkeypatch.setattr(cx.Study, "results", lambda self, only=None: results)
    return results


class TestUsage:
    def test_version(self) -> None:
        assert run("--version") == Outcome(0, f"cxvalue {cx.__version__}\n", "")

    def test_help_names_every_command(self) -> None:
        done = run("--help")
        assert done.code == 0
        assert all(f" {name} " in done.out for name in ("demo", "init", "check", "report", "simulate"))

    @pytest.mark.parametrize("command", ["demo", "init", "check", "report", "simulate"])
    def test_help_of_a_command_is_in_plain_words(self, command: str) -> None:
        done = run(command, "--help")
        assert done == run(command, "-h")
        assert done.code == 0
        assert "Parameters" not in done.out

    def test_wrong_usage(self) -> None:
        assert run().code == 2
        assert "No such command 'rapport'" in run("rapport").usage()
        assert run("rapport").code == 2

    def test_report_wants_a_place(self, study_file: Path) -> None:
        done = run("report", study_file)
        assert done.code == 2
        assert "give --out DIR, the folder of the report" in done.usage()

    def test_requirements_are_two(self, study_file: Path) -> None:
        assert run("report", study_file, "--json", "--require", "strong").code == 2

    def test_the_value_alone_is_never_supported(self, study_file: Path) -> None:
        done = run("report", study_file, "--json", "--only", "value", "--require", "supported")
        assert (done.code, done.out) == (2, "")
        assert "--require supported does not go with --only value" in done.usage()
        assert "without these checks no value is called supported" in done.usage()


class TestCheck:
    def test_lists_every_rule_and_asks_for_the_margin(self, study_file: Path) -> None:
        done = run("check", study_file)
        with closing(cx.Study.from_toml(study_file)) as study:
            summary = study.check().summary()
        question = "note: is gross_margin = 0.6 before cost to serve? A margin after it would count that cost twice\n"
        assert done == Outcome(0, f"{summary}\n{question}", "")

    def test_asks_for_economics(self) -> None:
        assert margin_note(None).startswith("note: no section [economics] yet; a report needs gross_margin")

    def test_a_broken_rule_is_code_1(self, study_file: Path) -> None:
        path = study_file.with_name("sparse.toml")
        text = study_file.read_text(encoding="utf-8")
        path.write_text(text.replace('missing = "zero"', 'missing = "error"', 1), encoding="utf-8")
        done = run("check", path)
        assert done.code == 1
        assert done.out.startswith("ERROR")
        assert "panels.upgrades.missing" in done.out.splitlines()[0]
        refused = run("report", path, "--out", study_file.with_name("out"))
        assert refused.code == 1
        assert "active customer-months without a value" in refused.err
        assert 'Allowed: missing = "zero" or "fill"' in refused.err
        assert not study_file.with_name("out").exists()

    @pytest.mark.parametrize(
        ("changed", "rules"),
        [
            ({"horizon_months = 6": "horizon_months = 40"}, ["study.horizon_months"]),
            ({"horizon_months = 6": 'horizon_months = 6\nas_of = "2031-01"'}, ["study.as_of"]),
            ({"horizon_months = 6": 'horizon_months = 40\nas_of = "2031-01"'}, ["study.as_of", "study.horizon_months"]),
            ({'scale = "nps"': "scale = {dissatisfied = [0], neutral = [1], satisfied = [2, 3, 4, 5, 6, 7, 8, 9, 10]}"},
             ["study.episodes"]),
        ],
    )  # fmt: skip
    def test_says_what_a_report_would_refuse(self, study_file: Path, changed: dict[str, str], rules: list[str]) -> None:
        path = study_file.with_name("refused.toml")
        text = study_file.read_text(encoding="utf-8")
        for old, new in changed.items():
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        done = run("check", path)
        errors = [line.partition("study.")[2] for line in done.out.splitlines() if line.startswith("ERROR")]
        assert done.code == 1
        assert [f"study.{line.partition(':')[0]}" for line in errors] == rules
        refused = run("report", path, "--json")
        what, _, rest = refused.err.removeprefix("Error: ").partition("\nAllowed: ")
        allowed, _, hint = rest.strip().partition("\nHint: ")
        assert refused.code == 1
        assert any(line.endswith(f": {what} — {allowed}") for line in errors), "in the words of the report"
        assert any(line.endswith(f": {hint}") for line in done.out.splitlines() if line.startswith("Hint: study."))

    def test_few_episodes_are_as_few_as_the_estimators_say(self) -> None:
        assert FEWEST_EPISODES == MIN_EPISODES

    def test_a_table_on_a_terminal(self, study_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", "200")
        done = run("check", study_file)
        assert done.code == 0
        assert "rules, " in done.out
        assert "of them found nothing" in done.out
        assert "surveys.off_scale" not in done.out, "rules that found nothing are counted, not listed"
        assert done.err == "", "colour may be forced into a file; progress never"

    def test_the_table_shows_user_text_as_text(self, study_file: Path) -> None:
        with closing(cx.Study.from_toml(study_file)) as study:
            report = study.check()
        finding = replace(report.findings[0], level="warning", what="[bold]blank[/bold] segments", n_rows=1234)
        console = Console(file=io.StringIO(), width=200)
        console.print(findings_table(replace(report, findings=(finding,))))
        text = console.file.getvalue()  # type: ignore[attr-defined]
        assert "[bold]blank[/bold] segments" in text
        assert "1,234" in text


class TestReport:
    def test_prints_the_answer(self, reported: tuple[Outcome, Path], results: StudyResults) -> None:
        outcome, out = reported
        lines = outcome.out.splitlines()
        each = results.value.per_customer
        unadjusted = results.estimates.get("unadjusted")
        assert not isinstance(unadjusted, cx.NotEstimable)
        truth = json.loads((out / "results.json").read_text(encoding="utf-8"))["truth"]
        assert outcome.code == 0
        assert lines[0] == f"{results.value.headline()}."
        assert lines[1] == (
            f"Per moved customer: EUR {each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f}); "
            f"unadjusted {unadjusted.per_customer.estimate:,.2f}; true {truth['per_customer']['value']:,.2f}."
        )
        assert lines[2] == f"Verdict: {results.verdict.label}"
        assert lines[-1] == f"Report: {out / 'report.html'}"
        assert outcome.err.splitlines() == [f"Warning: {text}" for text in results.warnings]

    def test_equals_python(self, reported: tuple[Outcome, Path], results: StudyResults) -> None:
        written = (reported[1] / "results.json").read_text(encoding="utf-8")
        assert written == json_text(results)
        assert json.loads(written)["value"]["npv"]["estimate"] == results.value.npv.estimate

    def test_only_value_gives_the_same_value(self, study_file: Path, results: StudyResults, tmp_path: Path) -> None:
        done = run("report", study_file, "--only", "value", "--json")
        found, everything = json.loads(done.out), results_dict(results)
        assert done.code == 0
        assert found["outcomes"] is None
        assert found["links"] is None
        assert found["value"] == everything["value"]

    def test_json_is_all_on_standard_output(self, study_file: Path, computed: StudyResults, tmp_path: Path) -> None:
        done = run("report", study_file, "--out", tmp_path / "out", "--json")
        assert done.code == 0
        assert done.out == json_text(computed) == (tmp_path / "out" / "results.json").read_text(encoding="utf-8")

    def test_quiet(self, study_file: Path, computed: StudyResults, tmp_path: Path) -> None:
        assert run("report", study_file, "--out", tmp_path / "out", "--quiet") == Outcome(0, "", "")
        assert (tmp_path / "out" / "report.html").is_file()

    def test_below_the_required_verdict(
        self, study_file: Path, results: StudyResults, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        weak = replace(results, verdict=Verdict("weak", ("the placebo is large",)))
        monkeypatch.setattr(cx.Study, "results", lambda self, only=None: weak)
        done = run("report", study_file, "--out", tmp_path / "out", "--require", "supported")
        assert done.code == 4
        assert done.err.endswith("The verdict is 'weak'; 'supported' is required.\n")
        assert (tmp_path / "out" / "report.html").is_file(), "the report is written all the same"
        assert run("report", study_file, "--json", "--require", "weak").code == 0

    def test_below_the_required_net_value(
        self, study_file: Path, results: StudyResults, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A value that is supported, and a programme that costs more than it."""
        losing = replace(results.value, programme_cost=20.0, appraisal=replace(results.value.appraisal, npv=LOSING))
        wanted = replace(results, value=losing, verdict=Verdict("supported", ("both agree",)))
        monkeypatch.setattr(cx.Study, "results", lambda self, only=None: wanted)
        done = run("report", study_file, "--out", tmp_path / "out", "--require", "supported")
        assert done.code == 0
        assert "Verdict (value per moved customer, before the programme's cost): supported" in done.out
        done = run("report", study_file, "--out", tmp_path / "out", "--require", "supported", "--require-npv")
        assert done.code == 4
        assert done.err.endswith("The net present value is -10 (-20 to 0); an interval above 0 is required.\n")

    def test_refused_settings(self, study_file: Path, tmp_path: Path) -> None:
        path = study_file.with_name("mistyped.toml")
        text = study_file.read_text(encoding="utf-8")
        path.write_text(text.replace("horizon_months", "horizon_month"), encoding="utf-8")
        done = run("report", path, "--out", tmp_path / "out")
        assert done.code == 1
        assert done.out == ""
        assert done.err.startswith("Error: unknown key 'horizon_month' in [study]\nAllowed: ")
        assert done.err.endswith("Hint: did you mean 'horizon_months'?\n")
        assert list(tmp_path.iterdir()) == []

    def test_no_settings(self, tmp_path: Path) -> None:
        done = run("report", tmp_path / "study.toml", "--out", tmp_path / "out")
        assert done.code == 1
        assert done.err.startswith(f"Error: no settings at '{tmp_path / 'study.toml'}'")
        assert done.err.endswith("Hint: cxvalue init FOLDER writes a commented one\n")

    def test_no_economics(self, study_file: Path, tmp_path: Path) -> None:
        path = study_file.with_name("no_money.toml")
        text = study_file.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?s)\[economics\].*?(?=\[run\])", "", text), encoding="utf-8")
        done = run("report", path, "--out", tmp_path / "out")
        assert done.code == 1
        assert done.err.startswith("Error: no section [economics]")


class TestOutputFolder:
    @pytest.mark.parametrize("what", ["a foreign folder", "a file", "below a file"])
    def test_not_ours(self, what: str, study_file: Path, tmp_path: Path, computed: StudyResults) -> None:
        out, mine = tmp_path / "out", tmp_path / "out" / "mine.txt"
        if what == "a foreign folder":
            out.mkdir()
            mine.write_text("mine", encoding="utf-8")
        else:
            out.write_text("mine", encoding="utf-8")
        before = tree(tmp_path)
        done = run("report", study_file, "--out", out / "report" if what == "below a file" else out)
        assert done.code == 1
        assert done.out == ""
        assert re.match(r"Error: '.*' (holds files that|is not a folder|cannot be written)", done.err)
        assert "Hint: " in done.err
        assert tree(tmp_path) == before

    def test_a_foreign_folder_is_refused_before_any_work(
        self, study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
        monkeypatch.setattr(cx.Study, "results", lambda self, only=None: pytest.fail("worked for nothing"))
        assert run("report", study_file, "--out", tmp_path).code == 1

    def test_our_own_report_is_replaced(self, study_file: Path, tmp_path: Path, computed: StudyResults) -> None:
        out = tmp_path / "out"
        assert run("report", study_file, "--out", out).code == 0
        before = tree(out)
        assert run("report", study_file, "--out", out).code == 0
        after = tree(out)
        assert after.keys() == before.keys()
        assert [name for name in after if after[name] != before[name]] in ([], ["manifest.json"])
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_interrupted_while_writing(
        self, study_file: Path, tmp_path: Path, computed: StudyResults,
        interrupted_writing: Callable[[str, int], None],
    ) -> None:  # fmt: skip
        out = tmp_path / "out"
        assert run("report", study_file, "--out", out).code == 0
        before = tree(tmp_path)
        interrupted_writing("write_bytes", 3)
        for place in (out, tmp_path / "new"):
            done = run("report", study_file, "--out", place)
            assert done == Outcome(130, "", "Interrupted: nothing half-written is left.\n")
            assert tree(tmp_path) == before

    def test_interrupted_while_computing(
        self, study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(self: cx.Study, only: str | None = None) -> StudyResults:
            raise KeyboardInterrupt

        monkeypatch.setattr(cx.Study, "results", stop)
        done = run("report", study_file, "--out", tmp_path / "out")
        assert done == Outcome(130, "", "Interrupted: nothing half-written is left.\n")
        assert list(tmp_path.iterdir()) == []


class TestInternalError:
    @pytest.fixture(autouse=True)
    def _broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(self: cx.Study, only: str | None = None) -> StudyResults:
            raise ZeroDivisionError("something\nbroke")

        monkeypatch.setattr(cx.Study, "results", fail)
        monkeypatch.delenv("CXVALUE_DEBUG", raising=False)

    def test_one_line_and_a_hint(self, study_file: Path, tmp_path: Path) -> None:
        done = run("report", study_file, "--out", tmp_path / "out")
        assert done == Outcome(
            3, "",
            "Internal error: ZeroDivisionError: something\n"
            "Hint: CXVALUE_DEBUG=1, or --debug before the command, shows where\n",
        )  # fmt: skip
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("how", ["option", "environment"])
    def test_debug_shows_where(self, how: str, study_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        if how == "environment":
            monkeypatch.setenv("CXVALUE_DEBUG", "1")
        done = run(*(["--debug"] if how == "option" else []), "report", study_file, "--json")
        assert done.code == 3
        assert done.err.startswith("Traceback (most recent call last)")
        assert done.err.endswith("Internal error: ZeroDivisionError: something\n")


class TestDemo:
    def test_reports_on_the_sample(
        self, study_file: Path, computed: StudyResults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "sample").symlink_to(study_file.parent)
        done = run("demo")
        lines = done.out.splitlines()
        assert done.code == 0
        assert lines[0] == f"{computed.value.headline()}."
        assert "; true " in lines[1]
        assert lines[2] == "Report: cxvalue-demo/report.html"
        assert (tmp_path / "cxvalue-demo" / "report.html").is_file()

    def test_simulates_the_sample_where_there_is_none(
        self, computed: StudyResults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = replace(SCENARIOS["sample"], n_customers=400)
        monkeypatch.setattr("cxvalue.simulate.SCENARIOS", {"sample": small})
        monkeypatch.chdir(tmp_path)
        done = run("demo", "--out", "one/two")
        assert done.code == 0
        assert done.out.endswith("Report: one/two/report.html\n")
        assert [path.name for path in (tmp_path / "one").iterdir()] == ["two"], "the simulated base is gone"

    def test_a_foreign_folder_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
        assert run("demo", "--out", tmp_path).code == 1
        assert tree(tmp_path) == {"mine.txt": b"mine"}


# The export is no part of the repository: it may not be copied into it.
@pytest.mark.slow
@pytest.mark.skipif(not TELECOM_DATA.is_dir(), reason="the telecom export does not lie beside the repository")
def test_telecom_export(tmp_path: Path) -> None:
    checked = run("check", TELECOM)
    assert checked.code == 0
    for rule, n_rows in {
        "surveys.blank_score": 60, "surveys.off_scale": 40, "surveys.unknown_customer": 30,
        "surveys.after_leaving": 80, "surveys.superseded": 120, "panels.revenue.exact_copies": 250,
        "panels.revenue.missing": 400, "panels.revenue.negative_revenue": 300,
    }.items():  # fmt: skip
        line = next(line for line in checked.out.splitlines() if f" {rule}: " in line)
        assert f" {n_rows:,}  {rule}: " in line
    done = run("report", TELECOM, "--out", tmp_path / "out", "--only", "value")
    assert done.code == 0
    printed = re.search(r"(?s)telecom_export.toml --out out -->\n```text\n(.*?)```", EXAMPLES)
    assert printed is not None
    assert printed[1].split() == " ".join(done.out.splitlines()[:2]).split(), "as docs/examples.md has it"
    found = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    each = found["value"]["per_customer"]
    raw = next(row for row in found["estimates"] if row["method"] == "unadjusted")["per_customer"]["estimate"]
    assert 0 < each["ci_low"] < each["estimate"] < raw, "the raw gap overstates the value"
    assert "the latest wave (2023-09) lies 27 months before the end of the panels" in done.err
