"""Spark data frames as tables, in a real local session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cxvalue as cx
from builders import Base, answer, with_rows

# Spark is an extra of its own size and needs Java: without `pip install cxvalue[spark]` there is nothing to test.
pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")

OpenStudy = Callable[[Base], cx.Study]

pytestmark = [
    pytest.mark.slow,
    # Spark's own sockets and its use of pandas are not this library's.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*:FutureWarning:pyspark"),
    pytest.mark.filterwarnings("ignore:.*:UserWarning:pyspark"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession  # noqa: PLC0415  # an optional extra

    session = (
        SparkSession.builder.master("local[1]")
        .appName("cxvalue tests")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    yield session
    session.stop()


def test_spark_data_frames_tell_the_same_as_pandas(lean: Base, spark: Any, open_study: OpenStudy) -> None:
    base = lean.changed("surveys", with_rows(answer(2, pd.Timestamp("2023-07-01"), 11)))
    in_spark = Base({name: spark.createDataFrame(rows) for name, rows in base.tables.items()}, base.settings)
    given, expected = open_study(in_spark), open_study(base)
    columns = ["rule", "level", "n_rows", "amount"]
    pd.testing.assert_frame_equal(given.check().to_frame()[columns], expected.check().to_frame()[columns])
    values = [(study.value().per_customer.estimate, study.value().per_customer.se) for study in (given, expected)]
    # Rows may come in another order, so sums differ in their last digits.
    assert np.array(values[0]) == pytest.approx(np.array(values[1]), rel=1e-9)
