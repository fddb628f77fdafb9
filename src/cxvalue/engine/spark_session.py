"""The Spark session that an engine works in: made for it, or found, and apart from what the user does in it."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import duckdb
import pyarrow as pa

from cxvalue.errors import CxValueError, DataError, SettingsError

REFUSED: Final = "[run.spark] {key} = '{wanted}' cannot be set: a Spark session is running, and it has '{found}'"
PYTHON_VARIABLE: Final = "PYSPARK_PYTHON"
PYTHON_ERROR: Final = re.compile(r"^[A-Za-z_.]*(Error|Exception): .")
ALONE: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
}
"""Settings of a session that we make on one machine: no page is served, nothing listens to other machines."""
WORKING: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # what overflows fails, and is not wrapped around
    "spark.sql.caseSensitive": "true",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.legacy.parquet.nanosAsLong": "true",  # else Parquet as pandas writes it is refused
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # else rows cut short pass unseen
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
}
"""Settings of the session in which statements run; the user's own session keeps its own."""


class SparkHome:
    """A session that is the user's or ours, and within it one that the engine has to itself.

    Parameters
    ----------
    session : SparkSession, optional
        The user's; default the one that runs in this process, or a new one.
    settings : mapping of str to str
        Spark's own settings. Those that are fixed once a session runs are refused when it runs with others.
    threads : int, optional
        Threads of a new session on this machine; default all.

    Raises
    ------
    SettingsError
        When a setting cannot be set, or PySpark is not installed.

    Notes
    -----
    The inner session (``SparkSession.newSession``) has temporary views and SQL settings of its own, so that two
    studies do not meet and the user's views and settings stay as they are.
    """

    def __init__(
        self, session: Any | None = None, *, settings: Mapping[str, str] | None = None, threads: int | None = None
    ) -> None:
        wanted = dict(settings or {})
        found = session if session is not None else running_session()
        self._folder = ""
        if found is None:
            self._folder = tempfile.mkdtemp(prefix="cxvalue-")
            found = new_session(wanted, folder=self._folder, threads=threads)
            self.outer, self.is_ours = found, True
        else:
            self.outer, self.is_ours = found, False
        with worded_errors():
            self.inner = inner_session(self.outer, wanted if not self.is_ours else {})

    def close(self) -> None:
        """Stop the session if it is ours."""
        if self.is_ours:
            self.outer.stop()
            shutil.rmtree(self._folder, ignore_errors=True)


def running_session() -> Any | None:
    """Return the Spark session that runs in this process.

    Returns
    -------
    SparkSession or None
        None when there is none. A session that another thread has started counts: Spark would give it to a new
        builder too, and it is not ours to stop.

    Raises
    ------
    SettingsError
        When PySpark is not installed.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise SettingsError(
            "[run] engine = 'spark', and PySpark is not installed",
            allowed="PySpark 4 and Java 17 or later",
            hint="pip install 'cxvalue[spark]'",
        ) from None
    try:
        return SparkSession.active()
    except PySparkRuntimeError:
        return None


def new_session(settings: Mapping[str, str], *, folder: str, threads: int | None) -> Any:
    """Return a session that is started for one engine.

    Parameters
    ----------
    settings : mapping of str to str
        Spark's own settings.
    folder : str
        Temporary folder, where Spark would otherwise write into the current one.
    threads : int, optional
        Threads on this machine; default all.

    Returns
    -------
    SparkSession
        The session.

    Raises
    ------
    SettingsError
        When it cannot be started.
    """
    from pyspark.sql import SparkSession

    chosen = {"spark.sql.warehouse.dir": folder}
    if settings.get("spark.master", "local").startswith("local"):
        chosen |= ALONE | {"spark.sql.shuffle.partitions": str(2 * (threads or os.cpu_count() or 1))}
        chosen |= {"spark.master": f"local[{threads}]"} if threads is not None else {}
    builder = SparkSession.builder.appName("cxvalue")
    for key, value in (chosen | dict(settings)).items():
        builder = builder.config(key, value)
    try:
        with same_python():
            session = builder.getOrCreate()
    except spark_errors() as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise SettingsError(
            f"Spark cannot be started ({first_line(error)})",
            allowed="Java 17 or later on the path or in JAVA_HOME, and settings that Spark knows",
            hint="look at [run.spark] and at what `java -version` says",
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def same_python() -> Iterator[None]:
    """Let a session that is started meanwhile run this Python, where the user has not named another.

    Yields
    ------
    None
        Nothing; the environment is as it was afterwards.
    """
    is_named = PYTHON_VARIABLE in os.environ
    os.environ.setdefault(PYTHON_VARIABLE, sys.executable)
    try:
        yield
    finally:
        if not is_named:
            del os.environ[PYTHON_VARIABLE]


def inner_session(outer: Any, wanted: Mapping[str, str]) -> Any:
    """Return a session beside another: its own views and SQL settings, the same cluster.

    Parameters
    ----------
    outer : SparkSession
        The user's session, or ours.
    wanted : mapping of str to str
        Settings asked for.

    Returns
    -------
    SparkSession
        The session.

    Raises
    ------
    SettingsError
        For a setting that is fixed once a session runs.
    """
    inner = outer.newSession()
    for key, value in wanted.items():
        if not outer.conf.isModifiable(key) and outer.conf.get(key, "") != value:
            raise SettingsError(
                REFUSED.format(key=key, wanted=value, found=outer.conf.get(key, "")),
                allowed="settings that may change while a session runs",
                hint="set it where the session is started, or leave it out",
            )
    # A new session starts from what the cluster was started with: what the user set since is carried along.
    carried = {key: value for key, value in outer.conf.getAll.items() if inner.conf.get(key, None) != value}
    for key, value in (carried | dict(wanted) | WORKING).items():
        if inner.conf.isModifiable(key):
            inner.conf.set(key, value)
    return inner


def spark_errors() -> tuple[type[Exception], ...]:
    """Return what PySpark raises.

    Returns
    -------
    tuple of type
        Its own errors, and those of the bridge to Java that it lets through.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415  comes with the extra
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError)


@contextmanager
def worded_errors() -> Iterator[None]:
    """Turn what Spark raises into the library's errors.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    CxValueError
        For an error of the engine.
    """
    try:
        yield
    except spark_errors() as error:
        raise engine_error(error) from error


@contextmanager
def errors_naming(table: str) -> Iterator[None]:
    """Turn what Spark and Arrow raise while a source is opened into an error that names its table.

    Parameters
    ----------
    table : str
        The table's role.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    DataError
        When it cannot be read.
    """
    try:
        yield
    except (*spark_errors(), OSError, pa.ArrowException, duckdb.Error) as error:
        raise DataError(
            f"table '{table}': cannot be read ({first_line(error)})",
            allowed="Parquet, CSV with a header row, .xlsx, a DuckDB database or a Spark data frame",
            hint="open the file and look at its first lines",
        ) from error


def engine_error(error: Exception) -> CxValueError:
    """Return an error of Spark in the library's wording.

    Parameters
    ----------
    error : Exception
        What PySpark raised.

    Returns
    -------
    CxValueError
        To be raised.
    """
    text, first = str(error), first_line(error)
    if "OutOfMemoryError" in text or "maxResultSize" in text:
        return CxValueError(
            f"the engine ran out of memory: {first}",
            hint="raise spark.driver.memory, spark.executor.memory or spark.driver.maxResultSize in [run.spark]",
        )
    if "ModuleNotFoundError" in text:
        return CxValueError(
            f"Python on the executors lacks a package: {first}",
            allowed="cxvalue and what it needs on every executor, in the Python that PYSPARK_PYTHON names",
            hint="install cxvalue there, or set PYSPARK_PYTHON before the session is started",
        )
    return DataError(f"a table could not be read through: {first}", hint="look for damaged files or rows")


def first_line(error: Exception) -> str:
    """Return what an error says, in one line: of a chain of causes the last one.

    Parameters
    ----------
    error : Exception
        The error.

    Returns
    -------
    str
        300 characters at most.
    """
    lines = [line.strip().removeprefix(": ") for line in str(error).splitlines() if line.strip()]
    python = [line for line in lines if PYTHON_ERROR.match(line) and not line.startswith(("org.", "java.", "py4j."))]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    told = [line for line in lines if not line.startswith(("An error occurred while calling", "JVM stacktrace"))]
    return (python[-1:] or causes[-1:] or told[:1] or [type(error).__name__])[0][:300]
