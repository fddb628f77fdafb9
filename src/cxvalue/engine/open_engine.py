"""The engine that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cxvalue.engine.duckdb_engine import DuckDBEngine
from cxvalue.engine.installed import ENTRY_POINTS, OWN, installed_engines
from cxvalue.engine.protocol import Engine
from cxvalue.engine.run_settings import RunSettings
from cxvalue.engine.source import is_spark_frame
from cxvalue.errors import SettingsError

EngineMaker = Callable[[RunSettings, Mapping[str, Any]], Engine]
"""Makes an engine of the settings and the tables given from Python (by name; a path or a data frame)."""


def open_engine(run: RunSettings, given: Mapping[str, Any]) -> Engine:
    """Return the engine that ``[run] engine`` names.

    Parameters
    ----------
    run : RunSettings
        Section ``[run]``.
    given : mapping of str to Any
        Tables given from Python; on Spark, their session is the one to work in.

    Returns
    -------
    Engine
        A new one.

    Raises
    ------
    SettingsError
        When it is not known, or cannot be started.

    Examples
    --------
    >>> engine = open_engine(RunSettings(threads=1), {})
    >>> engine.name
    'duckdb'
    >>> engine.close()
    """
    return engine_maker(run.engine)(run, given)


def engine_maker(name: str) -> EngineMaker:
    """Return what makes the engine of a name.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    callable
        Takes the section ``[run]`` and the tables given from Python.

    Raises
    ------
    SettingsError
        When there is none, or the package that brings it cannot be loaded.
    """
    own: dict[str, EngineMaker] = {"duckdb": make_duckdb, "spark": make_spark}
    if name in own:
        return own[name]
    installed = installed_engines()
    if name not in installed:
        raise SettingsError(
            f"[run] engine = '{name}' is not known",
            allowed=", ".join((*OWN, *installed)),
            hint="install the package that brings it",
        )
    point = installed[name]
    try:
        maker: EngineMaker = point.load()
    except (ImportError, AttributeError) as error:
        raise SettingsError(
            f"the installed engine '{name}' ({point.value}) cannot be loaded: {error}",
            allowed=f"an entry point of the group '{ENTRY_POINTS}' that names a function of (run, given)",
            hint="update or remove the package that brings it",
        ) from error
    return maker


def make_duckdb(run: RunSettings, given: Mapping[str, Any]) -> Engine:
    """Return DuckDB within the process.

    Parameters
    ----------
    run : RunSettings
        Threads, memory and cache.
    given : mapping of str to Any
        Not looked at.

    Returns
    -------
    Engine
        A new one.
    """
    cache = Path(run.cache) if run.cache is not None else None
    return DuckDBEngine(threads=run.threads, memory_limit=run.memory_limit, cache=cache)


def make_spark(run: RunSettings, given: Mapping[str, Any]) -> Engine:
    """Return Spark, in the session of the data frames given, in the one that runs, or in a new one.

    Parameters
    ----------
    run : RunSettings
        Threads, and Spark's own settings.
    given : mapping of str to Any
        Tables given from Python.

    Returns
    -------
    Engine
        A new one.
    """
    from cxvalue.engine.spark_engine import SparkEngine  # noqa: PLC0415  `cxvalue check` starts faster without

    session = next((table.sparkSession for table in given.values() if is_spark_frame(table)), None)
    return SparkEngine(session, settings=run.spark, threads=run.threads)
