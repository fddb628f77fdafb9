"""Spark data frames as tables: read where they are on Spark, brought over on DuckDB, the same answer on both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cxvalue as cx
from builders import Base, answer, with_rows
from cxvalue.engine import open_source
from spark_marks import SPARK

pytestmark = SPARK

OpenStudy = Callable[[Base], cx.Study]


def test_frames_tell_the_same_as_pandas_on_both_engines(lean: Base, spark: Any, open_study: OpenStudy) -> None:
    base = lean.changed("surveys", with_rows(answer(2, pd.Timestamp("2023-07-01"), 11)))
    # Dates as dates: a naive time stamp would be an instant of the session's zone, and so another one in UTC.
    dated = {
        name: rows.assign(**{n: rows[n].dt.date for n in rows if rows[n].dtype.kind == "M"})
        for name, rows in base.tables.items()
    }
    in_spark = Base({name: spark.createDataFrame(rows) for name, rows in dated.items()}, base.settings)
    expected = open_study(base)
    columns = ["rule", "level", "n_rows", "amount"]
    for given in (open_study(in_spark), open_study(in_spark.with_settings("run", engine="spark"))):
        pd.testing.assert_frame_equal(given.check().to_frame()[columns], expected.check().to_frame()[columns])
        values = [(study.value().per_customer.estimate, study.value().per_customer.se) for study in (given, expected)]
        # Rows may come in another order, so sums differ in their last digits.
        assert np.array(values[0]) == pytest.approx(np.array(values[1]), rel=1e-9)


def test_a_frame_is_known_by_its_content(spark: Any) -> None:
    def hashed(rows: list[tuple[int | None, int | None]], names: str = "a INT, b INT") -> str:
        return open_source(spark.createDataFrame(rows, names), table="t", folder=Path()).sha256()

    rows = [(1, None), (2, 5)]
    assert hashed(rows) == hashed(rows[::-1])
    others = [[(1, None), (2, 6)], [(None, 1), (2, 5)], [*rows, (2, 5)], rows[:1]]
    assert len({hashed(rows), hashed(rows, "a INT, c INT"), *map(hashed, others)}) == 6
