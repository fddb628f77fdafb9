"""The Spark engine in a real local session: the sample to nine digits, and nothing left behind."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import cxvalue as cx
from cxvalue.engine import Column, RunSettings, open_engine, open_source
from cxvalue.engine.spark_engine import SparkEngine
from cxvalue.errors import CxValueError, DataError, SettingsError
from cxvalue.link import customer_months
from cxvalue.report.results_json import results_dict
from cxvalue.settings import read_settings
from spark_marks import SPARK

pytestmark = SPARK

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample" / "study.toml"
TELECOM = ROOT / "docs" / "examples" / "telecom_export.toml"
TELECOM_DATA = ROOT.parent / "shared" / "data" / "telecom_export"
COLUMNS = (Column("customer_id", "Id", "integer_id"), Column("seen", "seen", "date", None, "Europe/Berlin"))


class CountingEngine(SparkEngine):
    """Spark, with a count of what comes to this machine."""

    came: ClassVar[Counter[str]] = Counter()

    def query(self, sql: str) -> pa.Table:
        found = super().query(sql)
        self.came["rows"] += found.num_rows
        return found

    def stream(self, sql: str, batch_rows: int = 1_000_000) -> Iterator[pa.RecordBatch]:
        for batch in super().stream(sql, batch_rows):
            self.came["rows in batches"] += batch.num_rows
            yield batch

    def fold(self, statements: Any, function: Any, *, by: str, given: Iterable[Any]) -> Iterator[Any]:
        for found in super().fold(statements, function, by=by, given=given):
            self.came["results of blocks"] += 1
            yield found


def worked_through(engine: str, path: Path, only: Literal["value"] | None) -> dict[str, Any]:
    """A study's moments and targets, what came to this machine for its value, and what ``results.json`` holds."""
    settings = read_settings(path)
    run = RunSettings(engine=engine, threads=1)
    study = cx.Study(settings=settings.model_copy(update={"run": run}), folder=path.parent)
    CountingEngine.came.clear()
    with closing(study), warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        study.value()
        came, bands, arrays = dict(CountingEngine.came), study._stages.bands, {}
        for partition, moments, target in zip(bands.partitions, bands.moments, bands.targets, strict=True):
            for name in ("gram", "cross", "counts", "squares"):
                arrays[f"{partition.name}: {name}"] = getattr(moments, name)
            for name in ("mean", "prob_band", "n_records", "n_effective"):
                arrays[f"{partition.name}: {name}"] = getattr(target, name)
        results = json.loads(json.dumps(results_dict(study.results(only))))
        blocks = len(study._stages.gathered.months.edges) - 1
        people = len(study._stages.gathered.people.group)
    return {"arrays": arrays, "came": came, "results": results, "blocks": blocks, "people": people}


def differences(one: Any, two: Any, place: str = "") -> Iterator[str]:
    """Every place at which two results differ: numbers by more than their last digits, all else at all."""
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        for key in one:
            yield from differences(one[key], two[key], f"{place}.{key}")
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for at, pair in enumerate(zip(one, two, strict=True)):
            yield from differences(*pair, f"{place}[{at}]")
    elif isinstance(one, float) and isinstance(two, float):
        # Sums in another order keep nine of sixteen digits; below 1e-12 they are 0 on both.
        if not math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-12):
            yield f"{place}: {one} and {two}"
    elif one != two:
        yield f"{place}: {one!r} and {two!r}"


@pytest.mark.spark_whole
@pytest.mark.parametrize(
    ("path", "only"),
    [
        (SAMPLE, None),
        pytest.param(
            TELECOM,
            "value",
            # It may not be copied into the repository.
            marks=pytest.mark.skipif(not TELECOM_DATA.is_dir(), reason="the export does not lie beside the repository"),
        ),
    ],
    ids=["sample", "telecom"],
)
def test_the_same_moments_and_results_and_no_row_of_a_panel_comes_here(
    spark: Any, monkeypatch: pytest.MonkeyPatch, path: Path, only: Literal["value"] | None
) -> None:
    monkeypatch.setattr("cxvalue.engine.spark_engine.SparkEngine", CountingEngine)
    monkeypatch.setattr(customer_months, "BLOCK_BYTES", 4_000_000)
    found, expected = worked_through("spark", path, only), worked_through("duckdb", path, only)
    assert found["arrays"].keys() == expected["arrays"].keys()
    for name, each in found["arrays"].items():
        # Sums in another order keep nine of sixteen digits; standardised columns sum to 0 but for the last of them.
        least = 1e-9 * np.abs(np.nan_to_num(expected["arrays"][name])).max()
        np.testing.assert_allclose(each, expected["arrays"][name], rtol=1e-9, atol=least, err_msg=name)
    assert list(differences(found["results"], expected["results"])) == []
    came, blocks, counts = found["came"], found["blocks"], found["results"]["data"]
    assert (blocks > 1, came["results of blocks"]) == (True, 3 * blocks)  # trailing means, moments, response weights
    assert "rows in batches" not in came
    few = 5_000  # what checks count, by month or by rule
    assert came["rows"] <= found["people"] + counts["answers"] + few


def persisted(spark: Any) -> int:
    """How many results the cluster holds in its cache."""
    return len(spark.sparkContext._jsc.getPersistentRDDs())


def test_the_users_session_stays_as_it_was(spark: Any) -> None:
    rows = pd.DataFrame({"Id": [1, 2], "seen": pd.to_datetime(["2024-01-31T23:30:00Z"] * 2)})
    frame = spark.createDataFrame(rows).cache()
    frame.count()
    before, settings = persisted(spark), dict(spark.conf.getAll)
    engine, other = SparkEngine(spark), SparkEngine()
    source = open_source(frame, table="t", folder=Path())
    for each in (engine, other):
        each.register("rows_in", source, COLUMNS)
        each.put("calendar", pa.table({"m": [1]}))
        each.keep("kept", "SELECT customer_id, seen FROM rows_in")
        found = each.query("SELECT * FROM kept ORDER BY customer_id").to_pylist()
        assert found == [{"customer_id": at, "seen": pd.Timestamp("2024-02-01 00:30")} for at in (1, 2)]
    assert spark.catalog.listTables() == spark.catalog.listTables("global_temp") == []
    assert dict(spark.conf.getAll) == settings
    assert type(spark).getActiveSession() is spark
    assert "arrow" not in vars(source.spark)  # its rows did not come to this machine
    engine.close()
    other.close()
    engine.close()
    assert persisted(spark) == before
    assert frame.storageLevel.useMemory  # what the user cached is still cached
    frame.unpersist()
    assert spark.range(3).count() == 3  # a session that is not ours is not stopped


def test_frames_name_the_session(spark: Any) -> None:
    beside = spark.newSession()
    with closing(open_engine(RunSettings(engine="spark"), {"revenue": beside.range(1), "surveys": "a.csv"})) as engine:
        assert isinstance(engine, SparkEngine)
        assert engine._home.outer is beside


def test_a_session_of_another_thread_is_the_users(spark: Any) -> None:
    found = []

    def work() -> None:
        with closing(open_engine(RunSettings(engine="spark"), {})) as engine:
            assert isinstance(engine, SparkEngine)
            found.append((engine._home.outer.sparkContext, engine._home.is_ours))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(spark.sparkContext, False)]
    assert spark.range(3).count() == 3


def test_settings_that_come_too_late_are_refused(spark: Any) -> None:
    said = r"\[run.spark\] spark.executor.memory = '8g' cannot be set: a Spark session is running"
    with pytest.raises(SettingsError, match=said):
        SparkEngine(spark, settings={"spark.executor.memory": "8g"})
    settings = {"spark.sql.shuffle.partitions": "3", "spark.master": "local[2]"}
    with closing(SparkEngine(spark, settings=settings)) as engine:
        assert engine._session.conf.get("spark.sql.shuffle.partitions") == "3"
    assert spark.conf.get("spark.sql.shuffle.partitions") == "2"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT nothing FROM nowhere", "TABLE_OR_VIEW_NOT_FOUND"),
        ("SELECT CAST(9223372036854775807 AS BIGINT) + 1 AS x", "overflow"),
    ],
)
def test_errors_of_spark_are_worded(spark: Any, sql: str, said: str) -> None:
    message = rf"(?i)could not be read through: .*{said}"
    with closing(SparkEngine(spark)) as engine, pytest.raises(CxValueError, match=message):
        engine.query(sql)


def test_a_format_that_is_not_read_is_refused(spark: Any) -> None:
    source = open_source(pa.table({"Id": [1], "seen": ["1"]}), table="surveys", folder=Path())
    with closing(SparkEngine(spark)) as engine, pytest.raises(DataError, match="'%z' is not read on this engine"):
        engine.register("rows_in", source, [Column("seen", "seen", "date", "%d/%m/%Y %z")])


OWN_SESSION = """
from contextlib import closing
from pyspark.sql import SparkSession
from cxvalue.engine import RunSettings, open_engine

run = RunSettings(engine="spark", threads=1, spark={"spark.sql.shuffle.partitions": 3})
with closing(open_engine(run, {})) as engine:
    session = SparkSession.getActiveSession()
    print(session.sparkContext.master, session.conf.get("spark.sql.shuffle.partitions"))
    batches = engine.stream("SELECT id AS x FROM range(10)", batch_rows=4)  # needs the same Python on the other side
    print(sum(sum(batch.column("x").to_pylist()) for batch in batches))
print(SparkSession.getActiveSession())
"""


def test_a_session_of_ours_is_made_and_stopped(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYSPARK_PYTHON"}
    done = subprocess.run(
        [sys.executable, "-c", OWN_SESSION], cwd=tmp_path, env=environment, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["local[1] 3", "45", "None"], done.stderr
    assert list(tmp_path.iterdir()) == []  # no warehouse, no artifacts
