"""The contract of engines: every one that is known keeps it, and it finds what is wrong with others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from cxvalue.engine import Column, DuckDBEngine, Engine, RunSettings, Source, engine_names, open_engine
from cxvalue.errors import ContractError
from cxvalue.testing import check_engine
from spark_marks import SPARK


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=SPARK if name == "spark" else []) for name in engine_names()]
)
def test_every_engine_keeps_it(name: str, request: pytest.FixtureRequest) -> None:
    if name == "spark":
        request.getfixturevalue("spark")  # the session that runs is the one to work in
    check_engine(lambda: open_engine(RunSettings(engine=name, threads=1), {}))


class Nameless(DuckDBEngine):
    name = ""


class OwnWords(DuckDBEngine):
    def describe(self, source: Source) -> dict[str, str]:
        return {name: word.lower() for name, word in super().describe(source).items()}


class AmericanDates(DuckDBEngine):
    def register(self, view: str, source: Source, columns: Sequence[Column]) -> None:
        changed = [
            replace(column, date_format="%m/%d/%Y") if column.date_format == "%d/%m/%Y" else column
            for column in columns
        ]
        super().register(view, source, changed)


class LosesRows(DuckDBEngine):
    def register(self, view: str, source: Source, columns: Sequence[Column]) -> None:
        super().register(view, source, columns)
        if source.kind == "csv":
            self.keep("some", f"SELECT * FROM {view} WHERE value_0 > 0")
            self.define(view, "SELECT * FROM some")


class Trusting(DuckDBEngine):
    def register(self, view: str, source: Source, columns: Sequence[Column]) -> None:
        if "half" in "".join(source.paths):
            self.put(view, pa.table({"note": ["x"], "value_0": [1.0]}))
        else:
            super().register(view, source, columns)

    def describe(self, source: Source) -> dict[str, str]:
        return {} if "half" in "".join(source.paths) else super().describe(source)


class SumsNothingToZero(DuckDBEngine):
    def query(self, sql: str) -> pa.Table:
        return super().query(sql.replace("sum(value)", "COALESCE(sum(value), 0)"))


class KeepsNothing(DuckDBEngine):
    def keep(self, name: str, sql: str) -> None:
        self.define(name, sql)


class OneBatch(DuckDBEngine):
    def stream(self, sql: str, batch_rows: int = 1_000_000) -> Iterator[pa.RecordBatch]:
        yield from self.query(sql).combine_chunks().to_batches()


class Forgets(DuckDBEngine):
    def rest(self) -> None:
        self.put("put_before", pa.table({"x": [0, 1, 2], "y": [0.0, 0.0, 0.0]}))


class OneForAll:
    """Gives the same engine at every call."""

    def __init__(self) -> None:
        self.engine = DuckDBEngine(threads=1)

    def __call__(self) -> Engine:
        return self.engine


class RoundsPanels(DuckDBEngine):
    def stream(self, sql: str, batch_rows: int = 1_000_000) -> Iterator[pa.RecordBatch]:
        yield from super().stream(sql.replace("CAST(p.value_0 AS DOUBLE)", "round(p.value_0)"), batch_rows)


@pytest.mark.parametrize(
    ("make", "clause", "found"),
    [
        (Nameless, "the protocol", "one is missing"),
        (OwnWords, "the words for types", "bigint"),
        (AmericanDates, "what text is read as", "'05/01/2024' as date"),
        (LosesRows, "the same rows from every form", "CSV"),
        (Trusting, "broken files are refused", "half a Parquet file"),
        (SumsNothingToZero, "statements", r"\(0.0, 0, None\)"),
        (KeepsNothing, "what is kept and what is defined", "recursion"),
        (OneBatch, "batches", "2500, 2500"),
        (Forgets, "a rest", r"\(1, 0.0\)"),
        (OneForAll(), "engines do not meet", r"\(2,\), \(2,\)"),
        (RoundsPanels, "the same moments", "'gram' differs"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_broken_clause_is_named(make: Any, clause: str, found: str) -> None:
    with pytest.raises(ContractError, match=f"breaks the clause '{clause}': .*{found}"):
        check_engine(make)


def test_a_rest_without_room_for_the_tables_leaves_them_where_they_are() -> None:
    engine = DuckDBEngine(threads=1, memory_limit="300MB")
    engine.keep("many", "SELECT range * 7919 % 1000003 AS x, range * 104729 % 999983 AS y FROM range(4000000)")
    expected = engine.query("SELECT sum(x) AS x, sum(y) AS y FROM many").to_pylist()
    engine.query("SET max_temp_directory_size = '1MB'")
    engine.rest()
    assert engine.query("SELECT sum(x) AS x, sum(y) AS y FROM many").to_pylist() == expected
    engine.close()


def test_a_rest_while_a_stream_is_read_does_nothing() -> None:
    engine = DuckDBEngine(threads=1)
    stream = engine.stream("SELECT range AS x FROM range(500000)", 1_000)
    n = next(stream).num_rows
    engine.rest()
    assert n + sum(batch.num_rows for batch in stream) == 500_000
    assert engine.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]
    engine.close()
