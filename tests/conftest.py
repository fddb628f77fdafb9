"""Fixtures that tests share: the small base, and studies that are closed when the test ends."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

import cxvalue as cx
from builders import Base, lean_base, small_base
from cxvalue.engine import DuckDBEngine
from cxvalue.tables import check_tables, read_tables

# Whoever starts the first Spark session of this process, its workers run this Python.
os.environ["PYSPARK_PYTHON"] = sys.executable

# How long an example takes is the machine's affair; nothing here is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def base() -> Base:
    """A valid base; its methods give new bases and leave it as it is."""
    return small_base()


@pytest.fixture(scope="session")
def lean() -> Base:
    """The same base with revenue as its only panel."""
    return lean_base()


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A Spark session of the user's, on this machine; one for all tests that are marked ``spark``."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  an extra; its tests fail without it

    session = (
        SparkSession.builder.master("local[2]")
        .appName("cxvalue tests")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.warehouse.dir", tempfile.gettempdir())
        .config("spark.sql.session.timeZone", "America/New_York")  # a user's; the engine works in UTC
        .config("spark.sql.shuffle.partitions", "2")
        # On tables as small as these, compiling and planning anew cost more than they save.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture
def open_study() -> Iterator[Callable[[Base], cx.Study]]:
    """Opens the study of a base."""
    studies: list[cx.Study] = []

    def open_(base: Base) -> cx.Study:
        studies.append(cx.Study(tables=base.given(), settings=base.read_settings()))
        return studies[-1]

    yield open_
    for study in studies:
        study.close()


@pytest.fixture
def clean_rows() -> Iterator[Callable[[Base, str], pd.DataFrame]]:
    """Gives the rows of a panel that count, once checked and repaired, by customer and month."""
    engines: list[DuckDBEngine] = []

    def rows(base: Base, name: str) -> pd.DataFrame:
        engines.append(DuckDBEngine(threads=1))
        settings = base.read_settings()
        clean = check_tables(engines[-1], read_tables(engines[-1], settings, given=base.given(), folder=Path()))
        panel = next(panel for panel in clean.panels if panel.panel.name in (name, f"panels.{name}"))
        found = engines[-1].query(f"SELECT * FROM {panel.view} ORDER BY customer_id, month").to_pandas()
        return found.rename(columns=panel.panel.labels())

    yield rows
    for engine in engines:
        engine.close()


@pytest.fixture
def interrupted_writing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Lets a way to write a file be interrupted after a number of files."""

    def interrupt(method: str, after: int) -> None:
        true_write, n = getattr(Path, method), 0

        def write(self: Path, *arguments: object, **keywords: object) -> int:
            nonlocal n
            n += 1
            if n > after:
                raise KeyboardInterrupt
            return int(true_write(self, *arguments, **keywords))

        monkeypatch.setattr(Path, method, write)

    return interrupt
