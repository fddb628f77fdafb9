"""Sums kept from one run to the next: taken where nothing that they depend on has changed, and to the last digit."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import cxvalue as cx
from cxvalue.cli import main
from cxvalue.engine import Source
from cxvalue.engine.cache import ArrayEntry, Store, code_hash, content_hash, key_of, open_store, touched_since
from cxvalue.errors import NotEstimable
from cxvalue.estimate import BandStudy, weighed
from cxvalue.estimate.keep import Arrays
from cxvalue.estimate.kept_moments import KeptMoments
from cxvalue.estimate.moments import Moments
from cxvalue.estimate.response import AnswerProbabilities
from cxvalue.estimate.weighed import KeptWeighed, Weighed
from cxvalue.report import json_text
from cxvalue.settings import Settings
from cxvalue.study import kept_sums
from cxvalue.study.kept_sums import KeptSums, summed_settings, sums_key

KEY = key_of(what="a test")
SOURCES = {"surveys": Source("surveys", "arrow"), "panels.revenue": Source("panels.revenue", "arrow")}
FIRST = ["moments", "response_and_targets"]


@pytest.fixture(scope="module", autouse=True)
def fixed_code() -> Iterator[None]:
    """The code does not count as changed while the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_sums, "code_hash", lambda package: "this code")
        yield


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated base."""
    folder = tmp_path_factory.mktemp("sums") / "base"
    words = ["--scenario", "recovery", "--customers", "1500", "--months", "16", "--horizon", "6"]
    assert main(["simulate", str(folder), *words]) == 0
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.partition("# What is not known")[0]  # ranges, which other values may leave
    text = re.sub(r"(?m)^seed = 1", "seed = 1\ngroups = 20\ndraws = 100", text)
    (folder / "study.toml").write_text(f'{text}\n[run]\nthreads = 1\ncache = "kept"\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def filled(made_once: Path) -> Path:
    """The same with a cache that a run has filled."""
    value(made_once)
    return made_once


@pytest.fixture
def base(filled: Path, tmp_path: Path) -> Path:
    """A copy of the base and its cache, for one test."""
    return Path(shutil.copytree(filled, tmp_path / "base"))


@pytest.fixture
def summed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Kinds of the sums that are made, as they are made."""
    kinds: list[str] = []
    call = KeptSums.__call__

    def counted(self: KeptSums, kind: str, make: Any, form: Any) -> Any:
        return call(self, kind, lambda: kinds.append(kind) or make(), form)

    monkeypatch.setattr(KeptSums, "__call__", counted)
    return kinds


def settle() -> None:
    """Let the clock of the file system go on, so that files are older than a run."""
    time.sleep(0.02)  # its steps are of 4 or 10 ms


def value(base: Path, *changes: tuple[str, str], plain: bool = False) -> str:
    """``results.json`` of the value alone, with changes to the settings."""
    text = (base / "study.toml").read_text(encoding="utf-8")
    for old, new in (*changes, *([('cache = "kept"', "")] if plain else [])):
        assert old in text, old
        text = text.replace(old, new)
    settings = base / "changed.toml"
    settings.write_text(text, encoding="utf-8")
    settle()
    with closing(cx.Study.from_toml(settings)) as study:
        return json_text(study.results(only="value"))


def entry_of(base: Path, kind: str) -> Path:
    """The entry of a kind."""
    (found,) = (base / "kept").glob(f"{kind}-*")
    return found


def replace_entry(old: Path, content: bytes) -> None:
    """Put other content in the place of an entry, under a name that holds the content's own hash."""
    new = old.with_name("other")
    new.write_bytes(content)
    head = old.name.rpartition("-")[0]
    old.unlink()
    new.rename(old.with_name(f"{head}-{content_hash(new)}.npz"))


class TestRuns:
    def test_the_bytes_are_the_same(self, base: Path, summed: list[str]) -> None:
        changes = [("gross_margin = 0.6", "gross_margin = 0.55"), ("share = 0.05", "share = 0.08")]
        warm = value(base, *changes)
        assert summed == []
        shutil.rmtree(base / "kept")
        cold = value(base, *changes)
        assert summed == FIRST
        assert warm == cold == value(base, *changes, plain=True)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("discount_rate_annual = 0.1", "discount_rate_annual = 0.05"),
            ('currency = "EUR"', 'currency = "CHF"\nconfidence = 0.9'),
            ('to = "neutral"', 'to = "satisfied"'),
            ("seed = 1", "seed = 2"),
            ("[shift]", '[report]\nlanguage = "ar"\n[adjust]\nweight_cap = 10\ntrim = 0.01\n[shift]'),
        ],
    )
    def test_what_comes_after_the_sums_takes_them_as_they_are(
        self, old: str, new: str, base: Path, summed: list[str]
    ) -> None:
        value(base, (old, new))
        assert summed == []

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("groups = 20", "groups = 25"),
            ("horizon_months = 6", "horizon_months = 5"),
            ("[shift]", '[adjust]\ncovariates = ["plan_price"]\n[shift]'),
            (
                "gross_margin = 0.6 ",
                'gross_margin = { by = "segment", values = {}, other = 0.6 } ',
            ),
        ],
    )
    def test_what_sums_depend_on_has_them_made_again(self, old: str, new: str, base: Path, summed: list[str]) -> None:
        found = value(base, (old, new))
        assert summed == FIRST
        assert found == value(base, (old, new), plain=True)

    def test_a_changed_file_has_them_made_again(self, base: Path, summed: list[str]) -> None:
        path = base / "revenue.parquet"
        table = pq.read_table(path).to_pandas()
        table.loc[7, "value"] += 1
        table.to_parquet(path)
        found = value(base)
        assert summed == FIRST
        assert found == value(base, plain=True)
        shutil.copy(base / "revenue.parquet", base / "copy.parquet")
        value(base)
        assert summed == FIRST, "and then they are there"

    def test_other_code_has_them_made_again(
        self, base: Path, summed: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kept_sums, "code_hash", lambda package: "other code")
        value(base)
        assert summed == FIRST

    @pytest.mark.parametrize("kind", FIRST)
    @pytest.mark.parametrize("damage", ["a byte", "other shapes"])
    def test_a_damaged_entry_is_made_again(self, kind: str, damage: str, base: Path, summed: list[str]) -> None:
        path = entry_of(base, kind)
        whole = path.read_bytes()
        if damage == "a byte":
            path.write_bytes(whole[:999] + bytes([whole[999] ^ 1]) + whole[1000:])
        else:
            arrays = {name: array[..., :1] if array.ndim else array for name, array in np.load(path).items()}
            np.savez(base / "other.npz", **arrays)
            replace_entry(path, (base / "other.npz").read_bytes())
        settle()
        with (
            pytest.warns(cx.CxValueWarning, match=f"cache: the entry {kind[:20]}.*… was damaged; it is made") as told,
            closing(cx.Study.from_toml(base / "study.toml")) as study,
        ):
            study.episodes()
        assert len(told) == 1
        assert summed == [kind]
        assert entry_of(base, kind).read_bytes() == whole

    def test_nothing_is_kept_of_files_that_change_meanwhile(self, base: Path, summed: list[str]) -> None:
        shutil.rmtree(base / "kept")
        with closing(cx.Study.from_toml(base / "study.toml")) as study:
            study.check()
            os.utime(base / "customers.parquet")
            study.episodes()
        assert summed == []
        assert [path.name for path in (base / "kept").iterdir()] == ["cxvalue-cache.json"]

    def test_without_a_cache_nothing_is_kept(self, base: Path, summed: list[str]) -> None:
        shutil.rmtree(base / "kept")
        value(base, plain=True)
        assert summed == []
        assert not (base / "kept").exists()


class TestTables:
    """Tables that are not files."""

    @staticmethod
    def study(base: Path, **given: Any) -> cx.Study:
        """A study of which some tables are given from Python."""
        settings = cx.Settings(**plain_settings(base))
        settle()
        return cx.Study(cx.Tables(**given), settings, folder=base)

    def test_frames_are_known_by_their_content(self, base: Path, summed: list[str]) -> None:
        frame = pd.read_parquet(base / "customers.parquet")
        for expected in (FIRST, []):
            with closing(self.study(base, customers=frame)) as study:
                study.episodes()
            assert summed == expected
            summed.clear()
        frame.loc[0, "plan_price"] += 1
        with closing(self.study(base, customers=frame)) as study:
            study.episodes()
        assert summed == FIRST

    def test_of_databases_nothing_is_kept(self, base: Path, summed: list[str]) -> None:
        with duckdb.connect(str(base / "base.duckdb")) as database:
            database.execute(f"CREATE TABLE customers AS FROM '{base / 'customers.parquet'}'")
        value(base, ('path = "customers.parquet"', 'path = "base.duckdb"\ntable = "customers"'))
        assert summed == []


def plain_settings(base: Path) -> dict[str, Any]:
    """The settings as a dict of sections."""
    return cx.Study.from_toml(base / "study.toml").settings.model_dump(by_alias=True)


@pytest.fixture(scope="module")
def apart(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base whose cache the two runs below alone fill."""
    folder = tmp_path_factory.mktemp("both") / "base"
    return Path(shutil.copytree(made_once, folder, ignore=shutil.ignore_patterns("kept")))


@pytest.fixture(scope="module")
def both(apart: Path) -> Iterator[tuple[BandStudy, BandStudy]]:
    """What is summed in a run that fills the cache, and what a run after it takes from there."""
    path = apart / "study.toml"
    settle()
    with closing(cx.Study.from_toml(path)) as cold, closing(cx.Study.from_toml(path)) as warm:
        with pytest.MonkeyPatch.context() as patch:  # no longer than it takes: other tests come in between
            patch.setattr(kept_sums, "code_hash", lambda package: "of both")
            list(cold._stages.bands.moments)
            patch.setattr(weighed, "fit_response", None)
            list(warm._stages.bands.moments)
        yield cold._stages.bands, warm._stages.bands


def equal(one: object, other: object, fields: tuple[str, ...]) -> bool:
    """Whether two results agree to the last bit, and in how their arrays lie in memory."""
    pairs = [(getattr(one, field), getattr(other, field)) for field in fields]
    return all(a.tobytes() == b.tobytes() and a.dtype == b.dtype and a.strides == b.strides for a, b in pairs)


class TestArrays:
    MOMENTS = ("gram", "cross", "counts", "squares", "last_k")
    TARGET = ("mean", "prob_band", "n_records", "n_effective")

    def test_moments_of_all_partitions(self, both: tuple[BandStudy, BandStudy]) -> None:
        cold, warm = both
        assert [p.name for p in cold.partitions][-2:] == ["cohort_quarter", "cohort_year"]
        assert all(equal(a, b, self.MOMENTS) for a, b in zip(cold.moments, warm.moments, strict=True))

    def test_targets_and_response(self, both: tuple[BandStudy, BandStudy]) -> None:
        cold, warm = both
        assert all(equal(a, b, self.TARGET) for a, b in zip(cold.targets, warm.targets, strict=True))
        one, other = cold.response, warm.response
        assert isinstance(one, AnswerProbabilities) and isinstance(other, AnswerProbabilities)
        assert asdict(one.design) == asdict(other.design)
        assert equal(one.model, other.model, ("coefficients",))
        assert (one.model.labels, one.model.n_rows, one.model.sample_share) == (
            other.model.labels, other.model.n_rows, other.model.sample_share,
        )  # fmt: skip
        for replicate in (0, 1, 20):
            assert one.weights(replicate).tobytes() == other.weights(replicate).tobytes()

    def test_no_customer_is_named(self, both: tuple[BandStudy, BandStudy], apart: Path) -> None:
        """Text is of columns and settings; arrays as long as there are customers or answers hold weights alone."""
        cold, _ = both
        ids = set(pd.read_parquet(apart / "customers.parquet")["customer_id"].astype(str))
        n, entries = len(cold.linked.candidates), list((apart / "kept").glob("*.npz"))
        assert len(entries) == 3  # moments, those of the cohorts, response and targets
        for path in entries:
            arrays = dict(np.load(path, allow_pickle=False))
            assert {name for name, array in arrays.items() if n in array.shape} <= {"plain"}
            text = " ".join(str(array) for array in arrays.values() if array.dtype.kind == "U")
            assert not ids & set(re.findall(r"\w+", text))

    @pytest.mark.parametrize("response", [None, NotEstimable("3 answers; “50” are needed")])
    def test_no_response_model(
        self, response: NotEstimable | None, both: tuple[BandStudy, BandStudy], tmp_path: Path
    ) -> None:
        cold, _ = both
        form = KeptWeighed(cold.linked.asked, (1,), 20, cold.n_columns)
        entry = ArrayEntry(open_store(tmp_path / "c"), "weighed", KEY)
        entry.write(form.to_arrays(Weighed(response, cold.targets[:1])))
        found = entry.read(form.from_arrays)
        assert found is not None and found.response == response
        assert equal(found.targets[0], cold.targets[0], self.TARGET)

    @pytest.mark.parametrize("field", ["shapes", "groups", "outcomes", "last_k"])
    def test_moments_of_another_study_are_refused(self, field: str) -> None:
        rng = np.random.default_rng(1)
        counts = rng.integers(0, 2, (2, 3, 4, 5))
        gram = np.where((counts > 0)[..., None], rng.normal(size=(2, 3, 4, 5, 6)), 0.0)
        last_k = np.array([9, 8, 7, 6])
        moments = Moments(gram, rng.normal(size=(2, 3, 5, 3, 8)), counts, rng.normal(size=(2, 3, 8)), last_k)
        known: dict[str, Any] = {"shapes": ((2, 3),), "groups": 5, "outcomes": 8, "last_k": last_k}
        arrays = KeptMoments(**known).to_arrays([moments])
        assert equal(KeptMoments(**known).from_arrays(arrays)[0], moments, self.MOMENTS)
        other: dict[str, Any] = {"shapes": ((3, 3),), "groups": 6, "outcomes": 7, "last_k": last_k[:3]}
        with pytest.raises(ValueError, match="has the shape"):
            KeptMoments(**known | {field: other[field]}).from_arrays(arrays)


class TestKey:
    def key(self, settings: Settings | None = None, **changed: str) -> str:
        """The key of a study of two tables."""
        hashes = {"surveys": "a", "panels.revenue": "b", "timeline": "t"} | changed
        timeline, software = hashes.pop("timeline"), kept_sums.summing_software()
        return sums_key(settings or Settings(), SOURCES, hashes=hashes, software=software, timeline=timeline)

    def test_same_for_the_same(self) -> None:
        assert self.key() == self.key()

    @pytest.mark.parametrize("what", ["surveys", "panels.revenue", "timeline"])
    def test_another_for_other_tables_and_months(self, what: str) -> None:
        assert self.key(**{what: "z"}) != self.key()

    @pytest.mark.parametrize("software", ["version", "python_version", "threadpool_info"])
    def test_another_for_other_software(self, software: str, monkeypatch: pytest.MonkeyPatch) -> None:
        before = self.key()
        pool = [{"internal_api": "openblas", "version": "0", "architecture": "none"}]
        found: dict[str, Any] = {"version": lambda name: "0", "threadpool_info": lambda: pool}
        if software in found:
            monkeypatch.setattr(kept_sums, software, found[software])
        else:
            monkeypatch.setattr(kept_sums.platform, software, lambda: "0")
        assert self.key() != before

    SUMMED = (
        {"study": {"as_of": "2024-05"}},
        {"study": {"relationship": "noncontractual", "active_months": 6}},
        {"study": {"baseline_months": 4}},
        {"study": {"amounts_lag_months": 6}},
        {"adjust": {"response": False}},
        {"adjust": {"formula": "tenure_months"}},
        {"surveys": {"scale": "csat5"}},
        {"surveys": {"timezone": "Europe/Berlin"}},
        {"customers": {"segments": ["plan"]}},
        {"panels": {"visits": {"kind": "count"}}},
        {"panel": {"missing": "zero"}},
        {"run": {"threads": 3}},
    )

    @pytest.mark.parametrize("changed", SUMMED, ids=str)
    def test_another_for_settings_that_sums_depend_on(self, changed: dict[str, Any]) -> None:
        assert self.key(Settings(**changed)) != self.key()

    def test_a_margin_counts_only_by_segment(self) -> None:
        worth = {"discount_rate_annual": 0.1, "upgrade_value": 5}
        assert self.key(Settings(economics={"gross_margin": 0.5, **worth})) == self.key()
        margins = [{"by": "plan", "values": {"basic": 0.5, "pro": pro}} for pro in (0.6, 0.7)]
        one, other = (self.key(Settings(economics={"gross_margin": margin, **worth})) for margin in margins)
        assert len({self.key(), one, other}) == 3
        cheaper = Settings(economics={"gross_margin": margins[0], "discount_rate_annual": 0.02})
        assert self.key(cheaper) == one

    @pytest.mark.parametrize("form", ["panels", "panel"])
    def test_what_a_metric_is_worth_does_not_count(self, form: str) -> None:
        def key(worth: float) -> str:
            own = {"visits": {"kind": "count", "unit_value": worth}}
            return self.key(Settings(**{form: own if form == "panels" else {"metrics": own}}))

        assert key(1.0) == key(2.0) != self.key()

    def test_every_other_setting_counts(self) -> None:
        """A setting that is new counts until somebody has looked at what depends on it."""
        plain = summed_settings(Settings())
        whole = Settings().model_dump(mode="json", by_alias=True)
        left_out = {f"{s}.{k}" for s, keys in kept_sums.NOT_SUMMED.items() for k in keys}
        every = {f"{s}.{k}" for s, keys in whole.items() if isinstance(keys, dict) for k in keys}
        assert {f"{s}.{k}" for s, keys in plain.items() if isinstance(keys, dict) for k in keys} == every - left_out

    def test_folders_that_name_a_value_count(self, tmp_path: Path) -> None:
        keys = set()
        for year in ("year=2024", "year=2025"):
            (tmp_path / year).mkdir()
            path = tmp_path / year / "0.csv"
            path.write_text("a\n", encoding="utf-8")
            keys.add(str(kept_sums.identity(Source("panel", "csv", (str(path),), typed=False), "same")))
        assert len(keys) == 2


class TestFiles:
    def test_touched_since(self, tmp_path: Path) -> None:
        path = tmp_path / "a"
        path.write_text("a", encoding="utf-8")
        written = path.stat().st_mtime_ns
        assert not touched_since([str(path)], written + 1)
        assert touched_since([str(path)], written)
        os.utime(path, ns=(0, 0))  # the time of the content is old, that of the change is not
        assert touched_since([str(path)], written)
        assert touched_since([str(tmp_path / "gone")], written + 1)

    def test_code_hash_is_of_places_and_text(self, tmp_path: Path) -> None:
        found = set()
        for name, text in (("a.py", "1"), ("b.py", "1"), ("b.py", "2")):
            shutil.rmtree(tmp_path / "p", ignore_errors=True)
            (tmp_path / "p" / "q").mkdir(parents=True)
            (tmp_path / "p" / "q" / name).write_text(text, encoding="utf-8")
            found.add(code_hash(tmp_path / "p"))
        assert len(found) == 3

    def test_arrays_come_back(self, tmp_path: Path) -> None:
        arrays: Arrays = {
            "floats": np.array([[0.1, np.nan], [-0.0, np.inf]]),
            "turned": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
            "numbers": np.arange(3),
            "text": np.array("Größe “x”"),
            "none": np.empty((0, 4)),
        }
        entry = ArrayEntry(open_store(tmp_path / "c"), "sums", KEY)
        assert entry.read(dict) is None
        entry.write(arrays)
        found = entry.read(dict)
        assert found is not None and list(found) == list(arrays)
        for name, array in arrays.items():
            assert found[name].tobytes() == array.tobytes()
            assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found["turned"].strides == arrays["turned"].strides

    def test_python_objects_are_refused(self, tmp_path: Path) -> None:
        entry = ArrayEntry(open_store(tmp_path / "c"), "sums", KEY)
        with pytest.raises(TypeError, match="'x' holds Python objects"):
            entry.write({"x": np.array([None])})
        assert entry.read(dict) is None

    @pytest.mark.parametrize("damage", ["cut", "empty", "text", "an array", "objects", "other arrays"])
    def test_what_cannot_be_read_is_damaged(self, damage: str, tmp_path: Path) -> None:
        """Even where the name holds the hash of what is there."""
        entry = ArrayEntry(open_store(tmp_path / "c"), "sums", KEY)
        entry.write({"x": np.zeros(3)})
        path = entry.store.find("sums", KEY)
        assert path is not None
        other = tmp_path / "other.npz"
        if damage == "objects":
            np.savez(other, x=np.array([{}], dtype=object))
        elif damage == "other arrays":
            np.savez(other, y=np.zeros(3))
        elif damage == "an array":
            np.save(tmp_path / "other.npy", np.zeros(3))
            other.write_bytes((tmp_path / "other.npy").read_bytes())
        else:
            other.write_bytes({"cut": path.read_bytes()[:-9], "empty": b"", "text": b"not an archive"}[damage])
        replace_entry(path, other.read_bytes())
        with pytest.warns(cx.CxValueWarning, match=r"cache: the entry sums-.*… was damaged; it is made again"):
            assert entry.read(lambda arrays: arrays["x"]) is None
        assert [each.name for each in entry.store.folder.iterdir()] == ["cxvalue-cache.json"]

    def test_no_room(self, tmp_path: Path) -> None:
        store = open_store(tmp_path / "c")
        shutil.rmtree(store.folder)
        with pytest.raises(cx.OutputError, match="what a run keeps for the next one cannot be kept in"):
            ArrayEntry(store, "sums", KEY).write({"x": np.zeros(3)})

    def test_an_entry_that_is_gone_before_it_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another run removes it between the look at its content and the reading."""
        entry = ArrayEntry(open_store(tmp_path / "c"), "sums", KEY)
        entry.write({"x": np.zeros(3)})
        monkeypatch.setattr(Store, "find", lambda self, kind, key: self.folder / "gone.npz")
        assert entry.read(dict) is None
