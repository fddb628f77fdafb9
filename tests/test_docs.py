"""The pages: every setting and every rule stands in them, and every block of code in them runs."""

from __future__ import annotations

import importlib.util
import io
import re
import shlex
import subprocess
import tomllib
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import cxvalue as cx
from builders import Base
from cxvalue.cli import main
from cxvalue.engine import RunSettings
from cxvalue.estimate import AdjustSettings
from cxvalue.link import StudySettings
from cxvalue.report.settings import ReportSettings
from cxvalue.section import Section, known_keys
from cxvalue.tables import (
    CustomerSettings,
    InvitationSettings,
    LedgerTotal,
    PanelSettings,
    RetentionSettings,
    StatedCount,
    SurveySettings,
    WidePanelSettings,
)
from cxvalue.value import AssumptionSettings, ShiftSettings
from sample_study import SAMPLE, sample_study

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXTERNAL = ROOT.parent / "shared" / "data"
"""Exports that some pages are about; they are no part of the repository."""
NEEDS = {"examples.md": EXTERNAL / "telecom_export", "time_order.md": EXTERNAL / "medicare_stars"}
FENCE = re.compile(r"(?ms)^```(python|toml|bash|console|text)\n(.*?)^```$")
EVERY_TABLE = {"path", "table", "date_format", "columns"}


def page(name: str) -> str:
    """Return the text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def keys_in(heading: str) -> set[str]:
    """Return the keys that the page on settings lists under a heading."""
    section = re.search(rf"(?ms)^## {re.escape(heading)}$(.*?)(?=^## |\Z)", page("settings.md"))
    assert section is not None, heading
    cells = re.findall(r"(?m)^\| (`[^|]*`) \|", section[1])
    return {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("`[study]`", StudySettings),
        ("`[surveys]`", SurveySettings),
        ("`[customers]`", CustomerSettings),
        ("`[panels.retention]`", RetentionSettings),
        ("`[panels.NAME]`", PanelSettings),
        ("`[panel]`", WidePanelSettings),
        ("`[reconciliation.METRIC]`", LedgerTotal),
        ("`[reconciliation.customers]`", StatedCount),
        ("`[adjust]`", AdjustSettings),
        ("`[shift]`", ShiftSettings),
        ("`[economics]`", cx.Economics),
        ("`[assumptions.NAME]`", AssumptionSettings),
        ("`[run]`", RunSettings),
        ("`[report]`", ReportSettings),
    ],
)
def test_every_setting_is_described(heading: str, section: type[Section]) -> None:
    known, shared = set(known_keys(section)), keys_in("Keys of every table")
    assert shared == EVERY_TABLE
    assert keys_in(heading) - {"nps", "csat5", "ces7"} == (known - shared if shared < known else known)


def test_invitations_have_no_keys_of_their_own() -> None:
    assert set(known_keys(InvitationSettings)) == EVERY_TABLE


def test_every_rule_is_described(base: Base) -> None:
    active = base.tables["retention"]
    flags = base.changed("retention", lambda frame: frame.assign(value=1))
    left = active[["customer_id"]].drop_duplicates().assign(churn_date=None).astype({"churn_date": "datetime64[us]"})
    kinds = [
        base,
        flags.with_settings("panels.retention", kind="flag"),
        base.with_table("retention", left).with_settings("panels.retention", kind="churn_date"),
        base.with_table("retention", None)
        .without_settings("panels.retention")
        .with_settings("study", relationship="noncontractual", active_months=3)
        .with_settings("panels.revenue", missing="zero"),
    ]
    found = set()
    for kind in kinds:
        with closing(cx.Study(tables=kind.given(), settings=kind.read_settings())) as study:
            found |= {general_name(finding.rule) for finding in study.check().findings}
    assert set(re.findall(r"(?m)^\| `([\w.]+)` \|", page("data.md").split("## Every rule")[1])) == found


def general_name(rule: str) -> str:
    """Return a rule's name without the names of panels, columns and segments."""
    table, _, name = rule.rpartition(".")
    if table == "customers":
        return re.sub(r"\.blank_(?!id$).*", ".blank_SEGMENT", rule)
    if table.startswith("panels.") and table != "panels.retention":
        name = re.sub(r"^(bad|blank|negative)_(?!month$|id$).*", r"\1_COLUMN", name)
        return f"panels.NAME.{name}"
    return rule


def blocks(name: str) -> list[tuple[str, str]]:
    """Return the language and text of the blocks of a page, in their order."""
    return FENCE.findall(page(name))


def is_built(name: str) -> bool:
    """Return whether the cells of a page are run while the pages are built."""
    return "file_format: mystnb" in page(name)


def pages_with(*languages: str) -> list[str]:
    """Return the pages that hold blocks of some languages."""
    names = sorted(path.name for path in DOCS.glob("*.md"))
    return [name for name in names if any(language in languages for language, _ in blocks(name))]


def words(text: str) -> str:
    """Return a text with single blanks."""
    return " ".join(text.split())


def runs(name: str) -> Any:
    """Return the page as a parameter, left out where the data that it is about are not there."""
    needed = NEEDS.get(name)
    marks = (
        [pytest.mark.skipif(not needed.is_dir(), reason=f"{needed.name} is not beside the repository")]
        if needed
        else []
    )
    return pytest.param(name, marks=marks)


@pytest.fixture
def at_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which data and pages lie as at the root; the sample's study is one for all pages and stays open."""
    (tmp_path / "work").mkdir()
    for name in ("data", "docs"):
        (tmp_path / "work" / name).symlink_to(ROOT / name)
    (tmp_path / "work" / "study.toml").symlink_to(SAMPLE)
    if EXTERNAL.is_dir():
        for path in EXTERNAL.glob("medicare_stars/*.csv"):
            (tmp_path / "work" / path.name).symlink_to(path)
    given = cx.Study.from_toml
    monkeypatch.setattr(sample_study(), "close", lambda: None, raising=False)

    def from_toml(path: Path | str, **more: Any) -> cx.Study:
        return sample_study() if Path(path).resolve() == SAMPLE.resolve() else given(path, **more)

    monkeypatch.setattr(cx.Study, "from_toml", from_toml)
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path / "work"


def run_script(text: str) -> None:
    """Look whether a shell script can be read, and whether the commands of the library in it have these options."""
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)
    for command, given in re.findall(r"(?m)^\s*cxvalue (\w+)([^>|\n]*)", text):
        helped = io.StringIO()
        with redirect_stdout(helped):
            assert main([command, "--help"]) == 0, command
        assert [word for word in given.split() if word.startswith("--") and word not in helped.getvalue()] == [], given


def run_command(line: str) -> None:
    """Run a command of the library; of the others look whether they exist."""
    command, *given = shlex.split(line, comments=True)
    if command == "cxvalue":
        assert main(given) == 0, line
    elif command == "make":
        targets = re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
        assert [word for word in given if "=" not in word and word not in targets] == [], line
    elif [command, *given[:2]] == ["python", "-m", "pip"]:
        assert given[2] == "install", line
    else:
        assert [command, given[0]] == ["python", "-m"], line
        found = importlib.util.find_spec(given[1])
        assert found is not None and found.origin is not None, line
        origin = Path(found.origin)
        sources = origin.parent.glob("*.py") if origin.name == "__init__.py" else [origin]
        known = "".join(source.read_text(encoding="utf-8") for source in sources)
        assert [word for word in given[2:] if word.startswith("--") and f'"{word}"' not in known] == [], line


@pytest.mark.slow
@pytest.mark.filterwarnings("default::cxvalue.CxValueWarning")
@pytest.mark.parametrize("name", [runs(name) for name in pages_with("python", "bash", "console") if not is_built(name)])
def test_blocks_run_and_print_what_the_page_says(name: str, at_the_root: Path) -> None:
    printed, space, before = io.StringIO(), {"__name__": "page"}, ""
    with redirect_stdout(printed):
        for number, (language, text) in enumerate(blocks(name)):
            if "pyspark" in text:
                continue  # it may start a session: tests/test_engine_pages.py runs it in that of the tests
            if language == "python":
                exec(compile(text, f"{name}, block {number}", "exec"), space)
            elif language in ("bash", "console"):
                if text.startswith("#!"):
                    run_script(text)
                    continue
                for line in text.replace("\\\n", " ").splitlines():
                    run_command(line)
            elif language == "text" and before in ("python", "bash", "console"):
                told = words(printed.getvalue())
                assert [line for line in text.splitlines() if words(line) not in told] == []
            before = language


def test_pages_that_are_built_have_no_other_blocks() -> None:
    assert [name for name in pages_with("python", "bash", "console") if is_built(name)] == []


@pytest.mark.parametrize("name", pages_with("toml"))
def test_settings_are_read(name: str) -> None:
    for block in FENCE.finditer(page(name)):
        if block[1] != "toml":
            continue
        found = tomllib.loads(block[2])
        if "project" in found:  # of a package, not of a study
            continue
        if not set(found) <= set(cx.Settings.model_fields):  # keys of the section under whose heading they stand
            headings = re.findall(r"(?m)^## `\[(\w+)\]`$", page(name)[: block.start()])
            found = {headings[-1]: found | {"discount_rate_annual": 0.1}}
        needed = {"economics": {"gross_margin": 0.6, "discount_rate_annual": 0.1}} if "assumptions" in found else {}
        settings = cx.Settings(**(needed | found))
        assert settings.model_fields_set >= set(found), name
