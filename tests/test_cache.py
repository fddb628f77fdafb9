"""The cache: the same figures as without it, only what changed is read again, and nothing of it is taken on trust."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

import cxvalue as cx
from cxvalue.cli import main
from cxvalue.engine import DuckDBEngine, Source
from cxvalue.engine.cache import Store, key_of, open_store, store as store_module
from cxvalue.engine.cache.store import MARKER
from cxvalue.report import json_text
from processes import ENVIRONMENT

KEY = key_of(what="a test")
DAY = 86_400


def write(text: str) -> Callable[[Path], None]:
    """A way to make an entry."""
    return lambda path: path.write_text(text, encoding="utf-8") and None


def never(path: Path) -> None:
    """A way to make an entry that is not wanted."""
    raise AssertionError("made again")


def entries(folder: Path) -> list[Path]:
    """The entries of a cache."""
    return sorted(path for path in folder.iterdir() if path.name != MARKER)


class TestStore:
    def test_is_for_nobody_else_to_read(self, tmp_path: Path) -> None:
        store = open_store(tmp_path / "deep" / "cache")
        entry = store.fetch("rows", KEY, write("a"), suffix="txt")
        assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(entry.stat().st_mode) == 0o600

    def test_makes_an_entry_once(self, tmp_path: Path) -> None:
        first = open_store(tmp_path / "c").fetch("rows", KEY, write("a"), suffix="txt")
        assert open_store(tmp_path / "c").fetch("rows", KEY, never, suffix="txt") == first
        assert first.read_text(encoding="utf-8") == "a"

    def test_kinds_and_keys_are_apart(self, tmp_path: Path) -> None:
        store = open_store(tmp_path / "c")
        paths = {
            store.fetch(kind, key_of(what=what), write(kind + what), suffix="txt")
            for kind in ("rows", "sums")
            for what in ("a", "b")
        }
        assert len(paths) == 4

    @pytest.mark.parametrize("damage", [b"", b"b", b"aa", b"a\x00"])
    def test_a_damaged_entry_is_made_again(self, damage: bytes, tmp_path: Path) -> None:
        store = open_store(tmp_path / "c")
        store.fetch("rows", KEY, write("a"), suffix="txt").write_bytes(damage)
        with pytest.warns(cx.CxValueWarning, match=r"cache: the entry rows-.*… was damaged; it is made again"):
            again = store.fetch("rows", KEY, write("a"), suffix="txt")
        assert again.read_bytes() == b"a"
        assert entries(store.folder) == [again]

    def test_what_is_broken_off_leaves_nothing(self, tmp_path: Path) -> None:
        def broken_off(path: Path) -> None:
            path.write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

        store = open_store(tmp_path / "c")
        with pytest.raises(KeyboardInterrupt):
            store.fetch("rows", KEY, broken_off, suffix="txt")
        assert entries(store.folder) == []

    def test_two_runs_at_once(self, tmp_path: Path) -> None:
        """The second makes the entry while the first is at it: both have it, and a third finds it whole."""
        folder = tmp_path / "c"

        def meanwhile(path: Path) -> None:
            open_store(folder).fetch("rows", KEY, write("a"), suffix="txt")
            path.write_text("a", encoding="utf-8")

        first = open_store(folder).fetch("rows", KEY, meanwhile, suffix="txt")
        assert entries(folder) == [first]
        assert open_store(folder).fetch("rows", KEY, never, suffix="txt") == first

    def test_processes_at_once(self, tmp_path: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from cxvalue.engine.cache import open_store, key_of\n"
            "store = open_store(Path(sys.argv[1]))\n"
            "for n in range(50):\n"
            "    text = str(n) * 20_000\n"
            "    path = store.fetch('rows', key_of(n=n), lambda p: p.write_text(text) and None, suffix='txt')\n"
            "    assert path.read_text() == text\n"
        )
        words = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "c")]
        runs = [subprocess.Popen(words, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        assert [run.communicate()[1] for run in runs] == [""] * 3
        assert len(entries(tmp_path / "c")) == 50

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("step", ["os.listdir", "read_marker", "write_marker"])
    @pytest.mark.parametrize("before", ["none", "empty", "another version"])
    def test_opened_by_another_run_meanwhile(
        self, before: str, step: str, after: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before or after any step of ours another run opens the folder and adds an entry: that one stays."""
        folder, waiting = tmp_path / "c", [step]
        if before != "none":
            folder.mkdir()
        if before == "another version":
            open_store(folder).fetch("rows", key_of(n=1), write("old"), suffix="txt")
            (folder / MARKER).write_text('{"layout": 0}', encoding="utf-8")
        holder, name = (os, "listdir") if step == "os.listdir" else (store_module, step)
        ours = getattr(holder, name)

        def with_another(place: Path) -> Any:
            said = ours(place) if after else None
            if waiting:
                waiting.clear()
                open_store(folder).fetch("rows", KEY, write("theirs"), suffix="txt")
            return said if after else ours(place)

        monkeypatch.setattr(holder, name, with_another)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore" if before == "another version" else "error")
            open_store(folder)
        assert waiting == []
        assert [path.read_text(encoding="utf-8") for path in entries(folder)] == ["theirs"]

    def test_a_marker_half_written_by_another_run(self, tmp_path: Path) -> None:
        part = tmp_path / ".cxvalue-cache-x.part"
        part.write_text('{"lay', encoding="utf-8")
        store = open_store(tmp_path)
        store.tidy(part.stat().st_mtime + 2 * DAY)
        assert [path.name for path in store.folder.iterdir()] == [MARKER]

    def test_a_foreign_folder_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "letters.txt").write_text("dear", encoding="utf-8")
        with pytest.raises(cx.SettingsError, match="is no cache of ours, so nothing in it is touched"):
            open_store(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "cache").write_text("", encoding="utf-8")
        with pytest.raises(cx.SettingsError, match="is no cache of ours"):
            open_store(tmp_path / "cache")

    def test_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        with pytest.raises(cx.OutputError, match="cannot be kept in"):
            open_store(tmp_path / "file" / "cache")

    @pytest.mark.parametrize("marker", ['{"layout": 999}', '{"layout": "1"}', "[]", "nonsense", ""])
    def test_another_version_is_made_again(self, marker: str, tmp_path: Path) -> None:
        store = open_store(tmp_path / "c")
        store.fetch("rows", KEY, write("old"), suffix="txt")
        (store.folder / MARKER).write_text(marker, encoding="utf-8")
        with pytest.warns(cx.CxValueWarning, match="'c' is of another version or damaged; its 1 entries"):
            again = open_store(store.folder)
        assert entries(again.folder) == []
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            open_store(store.folder)

    def test_tidies_up_what_is_old_and_ours(self, tmp_path: Path) -> None:
        store = open_store(tmp_path / "c")
        old = store.fetch("rows", key_of(n=1), write("old"), suffix="txt")
        new = store.fetch("rows", key_of(n=2), write("new"), suffix="txt")
        part, note = store.folder / f".rows-{KEY}-x.part", store.folder / "note.txt"
        part.write_text("half", encoding="utf-8")
        note.write_text("mine", encoding="utf-8")
        now = new.stat().st_mtime
        for path in (old, note):
            os.utime(path, (now, now - 91 * DAY))
        os.utime(part, (now, now - 2 * DAY))
        store.tidy(now)
        assert entries(store.folder) == sorted([new, note])

    def test_use_keeps_an_entry(self, tmp_path: Path) -> None:
        store = open_store(tmp_path / "c")
        entry = store.fetch("rows", KEY, write("a"), suffix="txt")
        os.utime(entry, (0, 0))
        store.fetch("rows", KEY, never, suffix="txt")
        assert entry.stat().st_mtime > DAY


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the text files that are read, as they are read."""
    names: list[str] = []
    copy = DuckDBEngine._copy

    def counted(self: DuckDBEngine, path: str, part: Path) -> None:
        names.append(Path(path).name)
        copy(self, path, part)

    monkeypatch.setattr(DuckDBEngine, "_copy", counted)
    return names


class TestTextRows:
    TEXTS = (
        "id,month,amount\n1,2024-01,10\n2,2024-01,\n",
        "id;amount;month;note\n1;7,5;2024-02;a\n",  # another delimiter and a further column
        'id,month,amount\n"1","2024-03","1,000"\n',  # quoted
        "id,month,amount\n",  # nothing but names
    )

    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        paths = []
        for at, text in enumerate(self.TEXTS):
            folder = tmp_path / "panel" / f"year={2024 + at % 2}"
            folder.mkdir(parents=True, exist_ok=True)
            paths.append(folder / f"{at}.csv")
            paths[-1].write_text(text, encoding="utf-8")
        return Source("panel", "csv", tuple(map(str, paths)), typed=False)

    @staticmethod
    def rows(engine: DuckDBEngine, source: Source) -> list[tuple[object, ...]]:
        """Rows of a source as the engine has them, columns in the order of their names."""
        found = engine._open(source)
        return sorted(found.project(", ".join(sorted(found.columns))).fetchall(), key=repr)

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[DuckDBEngine]:
        with closing(DuckDBEngine(threads=1, cache=tmp_path / "cache")) as engine:
            yield engine

    def test_is_for_nobody_else_to_read(self, engine: DuckDBEngine, source: Source, tmp_path: Path) -> None:
        self.rows(engine, source)
        assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "cache").iterdir()} == {0o600}

    def test_the_same_rows_as_in_the_text(self, engine: DuckDBEngine, source: Source) -> None:
        files: Any = list(source.paths)  # the stub of from_csv_auto says one path
        text = duckdb.from_csv_auto(files, header=True, all_varchar=True, union_by_name=True)
        names = sorted(text.columns)
        kept = engine.describe(source)
        assert {name: kept[name] for name in names} == dict(zip(text.columns, map(str, text.types), strict=True))
        assert self.rows(engine, source) == sorted(text.project(", ".join(names)).fetchall(), key=repr)

    def test_without_a_cache_they_go_with_the_engine(
        self, source: Source, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "temporary").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
        with closing(DuckDBEngine(threads=1)) as plain:
            self.rows(plain, source)
            self.rows(plain, source)
        assert made == [f"{at}.csv" for at in range(4)]
        assert list((tmp_path / "temporary").iterdir()) == []

    def test_each_file_is_read_once(self, engine: DuckDBEngine, source: Source, made: list[str]) -> None:
        self.rows(engine, source)
        assert made == ["0.csv", "1.csv", "2.csv", "3.csv"]

    def test_only_what_changed_is_read_again(
        self, engine: DuckDBEngine, source: Source, made: list[str], tmp_path: Path
    ) -> None:
        self.rows(engine, source)
        made.clear()
        Path(source.paths[1]).write_text("id,month,amount\n1,2024-02,8\n", encoding="utf-8")
        with closing(DuckDBEngine(threads=1, cache=tmp_path / "cache")) as later:
            rows = self.rows(later, source)
        assert made == ["1.csv"]
        assert any("8" in row for row in rows)

    def test_the_folder_is_part_of_the_content(self, engine: DuckDBEngine, source: Source, made: list[str]) -> None:
        """The same bytes below another ``year=`` are other rows."""
        first = Path(source.paths[0])
        twin = first.parents[1] / "year=2030" / first.name
        twin.parent.mkdir()
        twin.write_bytes(first.read_bytes())
        rows = self.rows(engine, Source("panel", "csv", (str(first), str(twin)), typed=False))
        assert {row[-1] for row in rows} == {2024, 2030}

    def test_a_file_that_changes_while_it_is_read(
        self, engine: DuckDBEngine, source: Source, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        copy = DuckDBEngine._copy

        def meanwhile(self: DuckDBEngine, path: str, part: Path) -> None:
            copy(self, path, part)
            Path(path).write_text("id,month,amount\n", encoding="utf-8")

        monkeypatch.setattr(DuckDBEngine, "_copy", meanwhile)
        with pytest.raises(cx.DataError, match=r"table 'panel': '0.csv' changed while it was read"):
            engine.describe(source)
        assert entries(tmp_path / "cache") == []

    def test_a_file_that_cannot_be_read(self, engine: DuckDBEngine, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_bytes(b"\xff\xfe\x00garbage\x00\n\x80\x81")
        source = Source("panel", "csv", (str(path),), typed=False)
        with pytest.raises(cx.DataError, match="table 'panel': cannot be read"):
            self.rows(engine, source)
        assert entries(tmp_path / "cache") == []


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated base as CSV, a file for each month of every panel."""
    folder = tmp_path_factory.mktemp("cache") / "base"
    words = ["--scenario", "recovery", "--customers", "2000", "--months", "16", "--horizon", "6"]
    assert main(["simulate", str(folder), *words]) == 0
    text = (folder / "study.toml").read_text(encoding="utf-8")
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path).to_pandas()
        if "month" in table:
            (folder / path.stem).mkdir()
            for month, rows in table.groupby("month"):
                rows.to_csv(folder / path.stem / f"{str(month)[:7]}.csv", index=False)
            text = text.replace(f'"{path.name}"', f'"{path.stem}"')
        else:
            table.to_csv(folder / f"{path.stem}.csv", index=False)
            text = text.replace(path.name, f"{path.stem}.csv")
        path.unlink()
    text = re.sub(r"(?m)^seed = 1", "seed = 1\ngroups = 20\ndraws = 100", text)
    (folder / "study.toml").write_text(f"{text}\n[run]\nthreads = 1\n", encoding="utf-8")
    return folder


@pytest.fixture
def cached(base: Path) -> Iterator[Path]:
    """Settings of the same study with a cache beside it."""
    path = base / "cached.toml"
    text = (base / "study.toml").read_text(encoding="utf-8")
    path.write_text(f'{text}cache = "kept"\n', encoding="utf-8")
    yield path
    path.unlink()
    for entry in (base / "kept").iterdir():
        entry.unlink()
    (base / "kept").rmdir()


def figures(settings: Path) -> str:
    """``results.json`` of the value alone."""
    with closing(cx.Study.from_toml(settings)) as study:
        return json_text(study.results(only="value"))


@pytest.fixture(scope="module")
def plain(base: Path) -> str:
    """``results.json`` without a cache."""
    return figures(base / "study.toml")


class TestStudy:
    def test_one_more_month_is_all_that_is_read_and_the_bytes_are_the_same(
        self, plain: str, base: Path, cached: Path, made: list[str]
    ) -> None:
        later = sorted(base.glob("*/2024-04.csv"))
        assert later, "the last of sixteen months from 2023-01 on"
        aside = [path.rename(path.with_suffix(".later")) for path in later]
        try:
            assert main(["check", str(cached)]) == 0
            assert "2024-03.csv" in made
            made.clear()
        finally:
            for path in aside:
                path.rename(path.with_suffix(".csv"))
        with closing(cx.Study.from_toml(cached)) as study:
            results = study.results(only="value")
        assert json_text(results) == plain, "while it is filled"
        assert made == ["2024-04.csv"] * len(later)
        assert "cache" not in results.settings["run"], "a folder of this machine"
        made.clear()
        assert figures(cached) == plain, "from it"
        assert made == []

    def test_a_damaged_cache_gives_the_same_and_says_so(
        self, base: Path, cached: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["check", str(cached)]) == 0
        plain = capsys.readouterr()
        damaged = entries(base / "kept")[0]
        damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            assert main(["check", str(cached)]) == 0
        shown = capsys.readouterr()
        assert shown.out == plain.out
        assert re.fullmatch(r"Warning: cache: the entry text_rows-.*… was damaged; it is made again\n", shown.err)

    def test_never_within_the_report(self, base: Path, cached: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for out in (base / "kept", base / "kept" / "out"):
            assert main(["report", str(cached), "--out", str(out)]) == 1
            assert "lie in each other" in capsys.readouterr().err
        open_store(base / "kept")

    def test_settings_refuse_it_for_another_engine(self) -> None:
        with pytest.raises(cx.SettingsError, match="cache = 'kept' does not go with engine = 'spark'"):
            cx.Settings(run={"engine": "spark", "cache": "kept"})


def test_store_is_a_value(tmp_path: Path) -> None:
    assert Store(tmp_path) == Store(tmp_path)
