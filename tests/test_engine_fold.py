"""Moments where the rows are: an engine of a cluster, played within the process, gives what DuckDB gives."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import cxvalue as cx
from builders import Base
from cxvalue.engine import ClusterEngine, DuckDBEngine, RunSettings
from cxvalue.errors import ContractError
from cxvalue.link import customer_months
from cxvalue.link.cluster_months import ClusterMonths
from cxvalue.report.results_json import results_dict
from cxvalue.settings import read_settings
from cxvalue.testing import check_engine

SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "study.toml"
TELECOM = Path(__file__).parents[1] / "docs" / "examples" / "telecom_export.toml"
TELECOM_DATA = Path(__file__).parents[2] / "shared" / "data" / "telecom_export"


class FoldedHere(DuckDBEngine):
    """DuckDB as if it were a cluster: what goes to the rows and what comes back is pickled on the way."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.came: list[int] = []
        self.streamed = 0

    def fold(
        self, statements: Sequence[str], function: Callable[..., Any], *, by: str, given: Iterable[Any]
    ) -> Iterator[Any]:
        """Give what the function makes of each group."""
        tables = [self.query(sql) for sql in statements]
        for at, each in enumerate(given):
            rows = tuple(table.filter(pc.equal(table[by], at)) for table in tables)
            work, own = pickle.loads(pickle.dumps((function, each)))
            packed = pickle.dumps(work(own, rows))
            self.came.append(len(packed))
            yield pickle.loads(packed)

    def stream(self, sql: str, batch_rows: int = 1_000_000) -> Iterator[pa.RecordBatch]:
        """Count the rows that leave by batches."""
        for batch in super().stream(sql, batch_rows):
            self.streamed += batch.num_rows
            yield batch


class Point:
    """An entry point, as an installed package would bring it."""

    name, value = "here", "my_package:make_here"

    def __init__(self, engines: list[FoldedHere]) -> None:
        self.engines = engines

    def load(self) -> Callable[..., FoldedHere]:
        """The function that makes an engine."""

        def make_here(run: RunSettings, given: Any) -> FoldedHere:
            self.engines.append(FoldedHere())
            return self.engines[-1]

        return make_here


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[FoldedHere]:
    """The engines that studies with ``engine = "here"`` opened."""
    made: list[FoldedHere] = []
    monkeypatch.setattr("cxvalue.engine.installed.entry_points", lambda group: [Point(made)])
    return made


def results_on(path: Path, engine: str, only: Any = None) -> Any:
    """What ``results.json`` of a study holds."""
    settings = read_settings(path)
    run = RunSettings(engine=engine, threads=1)
    study = cx.Study(settings=settings.model_copy(update={"run": run}), folder=path.parent)
    with closing(study):
        return json.loads(json.dumps(results_dict(study.results(only))))


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


def test_it_keeps_the_contract() -> None:
    assert isinstance(FoldedHere(), ClusterEngine)
    check_engine(FoldedHere)


class LosesEmptyGroups(FoldedHere):
    def fold(
        self, statements: Sequence[str], function: Callable[..., Any], *, by: str, given: Iterable[Any]
    ) -> Iterator[Any]:
        yield from (each for each in super().fold(statements, function, by=by, given=given) if any(each[1:]))


def test_an_engine_that_loses_groups_breaks_it() -> None:
    with pytest.raises(ContractError, match=r"'groups of rows': (?s:.*)Allowed: .*\('second', \[\], \[\]\)"):
        check_engine(LosesEmptyGroups)


@pytest.mark.slow
def test_the_sample_has_the_same_results_in_many_blocks(
    engines: list[FoldedHere], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = results_on(SAMPLE, "duckdb")
    monkeypatch.setattr(customer_months, "BLOCK_BYTES", 1_000_000)
    assert list(differences(results_on(SAMPLE, "here"), expected)) == []
    assert len(engines) == 1


@pytest.mark.slow
@pytest.mark.skipif(not TELECOM_DATA.exists(), reason="needs the telecom export, which is not in the repository")
def test_the_telecom_export_has_the_same_results(engines: list[FoldedHere]) -> None:
    assert list(differences(results_on(TELECOM, "here", "value"), results_on(TELECOM, "duckdb", "value"))) == []


def arrays_of(study: cx.Study) -> dict[str, Any]:
    """Moments and targets of a study, and its outcomes as rows."""
    bands = study._stages.bands
    found: dict[str, Any] = {}
    for partition, moments, target in zip(bands.partitions, bands.moments, bands.targets, strict=True):
        found |= {f"{partition.name} {name}": getattr(moments, name) for name in ("gram", "cross", "counts", "squares")}
        found |= {f"{partition.name} {name}": getattr(target, name) for name in ("mean", "prob_band", "n_records")}
    found["rows"] = bands.read_rows().outcomes
    found["before"] = np.concatenate([batch.outcomes for batch in bands.outcomes.around(-3, 0)])
    return found


def test_what_comes_from_where_the_rows_are_is_as_large_as_the_groups_and_not_as_the_panel(
    base: Base, open_study: Callable[[Base], cx.Study], engines: list[FoldedHere], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_months, "BLOCK_BYTES", 40_000)
    expected = arrays_of(open_study(base))
    study = open_study(base.with_settings("run", engine="here", threads=1))
    study.value()
    (engine,) = engines
    months = study._stages.gathered.months
    assert isinstance(months, ClusterMonths)
    blocks = len(months.edges) - 1
    assert engine.streamed == 0
    assert (blocks > 5, len(engine.came)) == (True, 3 * blocks)  # means, moments, weights
    found = arrays_of(study)
    assert found.keys() == expected.keys()
    for name, each in found.items():
        # Sums in another order keep nine of sixteen digits.
        np.testing.assert_allclose(
            each, expected[name], rtol=1e-9, atol=1e-9 * np.abs(expected[name]).max(), err_msg=name
        )
