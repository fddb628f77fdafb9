"""Writing: all or nothing, never over what is not ours, the same bytes again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxvalue.errors import OutputError
from cxvalue.report import refuse_output, write, write_report
from cxvalue.report.tables import report_tables
from report_results import (
    CREATED,
    CUSTOMER_ID,
    HOSTILE,
    all_ids,
    small_figures,
    small_results,
    with_value,
)


def content_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("written") / "out"
    assert write_report(small_results(), out, created=CREATED) == out / "report.html"
    return out


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Writes a report of two small files in the place of a real one."""

    def use(content: bytes) -> None:
        monkeypatch.setattr(
            write, "report_files", lambda results: {"report.html": content, "tables/bands.csv": content}
        )

    use(b"one")
    return use


def test_every_file_is_there(written: Path) -> None:
    names = set(content_of(written))
    tables = report_tables(small_results())
    figures = [figure.name for figure in small_figures()]
    assert len(tables) == 25
    assert names == {
        "report.html", "workbook.xlsx", "results.json", "manifest.json",
        *(f"tables/{name}.{kind}" for name in tables for kind in ("csv", "parquet")),
        *(f"figures/{name}.svg" for name in figures),
    }  # fmt: skip
    assert entries(written.parent) == ["out"]


def test_manifest_lists_what_was_read_and_written(written: Path) -> None:
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["written_by"] == "cxvalue"
    assert manifest["created"] == "2026-01-02T03:04:05+00:00"
    assert manifest["seed"] == 1
    assert manifest["settings"]["study"]["horizon_months"] == 6
    assert {source["table"] for source in manifest["sources"]} >= {"surveys", "customers"}
    files = content_of(written)
    del files["manifest.json"]
    listed = {entry["path"]: entry for entry in manifest["files"]}
    assert listed.keys() == files.keys()
    for path, content in files.items():
        assert listed[path]["sha256"] == hashlib.sha256(content).hexdigest()
        assert listed[path]["bytes"] == len(content)


def test_same_bytes_again_but_for_the_time(written: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    write_report(small_results(), out, created=datetime(2027, 1, 1, tzinfo=UTC))
    first, second = content_of(written), content_of(out)
    one, other = json.loads(first.pop("manifest.json")), json.loads(second.pop("manifest.json"))
    assert first == second
    assert one.pop("created") != other.pop("created")
    assert one == other


def test_page_names_and_links_what_lies_beside_it(written: Path) -> None:
    page = (written / "report.html").read_text(encoding="utf-8")
    links = {link for link in re.findall(r'<a href="([^"]*)"', page) if not link.startswith("#")}
    assert {"workbook.xlsx", "tables/", "results.json", "tables/bands.csv", "tables/exclusions.csv"} <= links
    assert [link for link in links if not (written / link).exists()] == []


def test_no_customer_id_leaves(written: Path) -> None:
    for path, content in content_of(written).items():
        found = set(CUSTOMER_ID.findall(content.decode("utf-8", errors="replace")))
        assert not found & all_ids(), path


def test_page_and_json_say_the_same(written: Path) -> None:
    content = json.loads((written / "results.json").read_text(encoding="utf-8"))
    page = (written / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert f"EUR {content['value']['per_customer']['estimate']:.2f}" in page


def test_hostile_names_reach_the_disk_as_text(tmp_path: Path) -> None:
    results = replace(with_value(small_results(), currency=HOSTILE), name=HOSTILE, currency=HOSTILE)
    out = write_report(results, tmp_path / "out", created=CREATED).parent
    assert b"<script>alert" not in (out / "report.html").read_bytes()
    assert b"<script" not in (out / "figures" / "levers.svg").read_bytes()
    assert "'=<script" in (out / "tables" / "levers.csv").read_text(encoding="utf-8-sig")
    assert json.loads((out / "results.json").read_text())["study"]["name"] == HOSTILE


@pytest.mark.usefixtures("quick")
def test_missing_parents_are_made(tmp_path: Path) -> None:
    assert write_report(small_results(), tmp_path / "a" / "b" / "out").is_file()


@pytest.mark.usefixtures("quick")
def test_empty_folder_is_used(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write_report(small_results(), out)
    assert (out / "manifest.json").is_file()
    assert entries(tmp_path) == ["out"]


def test_report_of_ours_is_replaced(quick: Callable[[bytes], None], tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report(small_results(), out)
    quick(b"two")
    write_report(small_results(), out)
    assert (out / "report.html").read_bytes() == b"two"
    assert entries(tmp_path) == ["out"]


def test_folder_behind_a_link_is_replaced(quick: Callable[[bytes], None], tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    write_report(small_results(), real)
    link.symlink_to(real)
    quick(b"two")
    write_report(small_results(), link)
    assert link.is_symlink()
    assert (real / "report.html").read_bytes() == b"two"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("foreign", ["notes.txt", "tables/mine.csv", "deep/er/file", "empty/"])
def test_report_with_something_of_the_user_is_refused(foreign: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report(small_results(), out)
    path = out / foreign
    if foreign.endswith("/"):
        path.mkdir()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    with pytest.raises(OutputError, match=f"beside our report, such as '{foreign.split('/')[0]}") as error:
        write_report(small_results(), out)
    assert "Hint: move them elsewhere" in str(error.value)
    assert path.exists()


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        "not json",
        "[]",
        '{"written_by": "somebody"}',
        '{"written_by": "cxvalue"}',
        '{"written_by": "cxvalue", "files": [3]}',
    ],
)
def test_folder_that_is_not_ours_is_refused(manifest: str | None, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    before = content_of(tmp_path)
    with pytest.raises(OutputError, match="such as 'm") as error:
        write_report(small_results(), tmp_path)
    assert "Allowed: a folder that does not exist, is empty, or holds a report written by cxvalue" in str(error.value)
    assert content_of(tmp_path) == before


def test_file_in_the_place_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("mine")
    with pytest.raises(OutputError, match="is not a folder"):
        write_report(small_results(), out)
    assert out.read_text() == "mine"


def test_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written") as error:
        refuse_output(tmp_path / "file" / "out")
    assert "Hint: give another --out" in str(error.value)


def test_read_only_parent_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(OutputError, match="is not a folder of yours to write in"):
        refuse_output(tmp_path / "out")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError("odd")])
@pytest.mark.parametrize("is_there", [False, True])
def test_failure_midway_leaves_nothing_new(
    failure: BaseException, is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a" / "out"
    if is_there:
        write_report(small_results(), out)
    before = content_of(tmp_path)
    write_bytes = Path.write_bytes

    def fail(path: Path, content: bytes) -> int:
        if path.name == "manifest.json":
            raise failure
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    expected = OutputError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected):
        write_report(small_results(), out)
    assert content_of(tmp_path) == before
    assert entries(tmp_path) == (["a"] if is_there else [])


@pytest.mark.parametrize("failing", [1, 2])
def test_failed_rename_keeps_the_old_report(
    failing: int, quick: Callable[[bytes], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_report(small_results(), out)
    before = content_of(tmp_path)
    quick(b"two")
    rename, calls = Path.rename, []

    def fail(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == failing:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(KeyboardInterrupt):
        write_report(small_results(), out)
    assert content_of(tmp_path) == before
    assert entries(tmp_path) == ["out"]
