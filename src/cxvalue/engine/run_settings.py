"""The settings of a run: which engine, how many threads, how much memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import Field, field_validator, model_validator

from cxvalue.engine.installed import engine_names
from cxvalue.errors import SettingsError
from cxvalue.section import Section

MEMORY: Final = r"^\d+(\.\d+)?\s?(MB|GB|TB|MiB|GiB|TiB)$"


class RunSettings(Section):
    """Section ``[run]``.

    Parameters
    ----------
    engine : str
        Where row work happens: ``duckdb``, ``spark``, or the name of an engine that an installed package brings.
    threads : int, optional
        Threads of the engine; default all. With 1, the same input gives the same bytes.
    memory_limit : str
        Most memory that the engine takes before it spills to the system's temporary folder, such as ``"1GB"``.
    spark : dict of str to str
        Section ``[run.spark]``: Spark's own settings, such as ``"spark.executor.memory" = "8g"``; read when the engine
        is ``spark``.
    cache : str, optional
        Folder that keeps what was read of text files, and summed over the answers, for the next run, by the hash of
        all that it depends on; it holds rows of customers. Default none. It goes with DuckDB.
    disclosure_min : int
        Smallest number of customers that a cell of any output may stand for.

    Examples
    --------
    >>> RunSettings(threads=1).memory_limit
    '1GB'
    """

    section_name: ClassVar[str] = "run"

    engine: str = "duckdb"
    threads: int | None = Field(default=None, ge=1)
    memory_limit: str = Field(default="1GB", pattern=MEMORY, examples=["1GB", "500MB"])
    spark: dict[str, str] = Field(default_factory=dict)
    cache: str | None = Field(default=None, min_length=1)
    disclosure_min: int = Field(default=10, ge=1)

    @field_validator("engine")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in (known := engine_names()):
            raise ValueError(" or ".join(f"'{each}'" for each in known))
        return name

    @model_validator(mode="after")
    def _cache_is_of_duckdb(self) -> RunSettings:
        if self.cache is not None and self.engine != "duckdb":
            raise SettingsError(
                f"[run] cache = '{self.cache}' does not go with engine = '{self.engine}'",
                allowed="a cache with engine = 'duckdb'", hint="leave out one of the two",
            )  # fmt: skip
        return self

    def cache_folder(self, folder: Path) -> Path | None:
        """Return where the cache is.

        Parameters
        ----------
        folder : Path
            Folder at which relative paths start.

        Returns
        -------
        Path or None
            None without a cache.
        """
        return folder / self.cache if self.cache is not None else None

    @field_validator("spark", mode="before")
    @classmethod
    def _as_spark_writes(cls, given: object) -> object:
        return spark_texts(given) if isinstance(given, Mapping) else given


def spark_texts(given: Mapping[str, Any], under: str = "") -> dict[str, Any]:
    """Return Spark's settings as flat names and text, however TOML wrote them.

    Parameters
    ----------
    given : mapping of str to Any
        Names without quotes come nested: ``spark.master = ..`` is a table ``spark`` with a key ``master``.
    under : str
        Name of the table that holds them.

    Returns
    -------
    dict of str to Any
        Such as ``spark.master``; numbers, true and false are text as Spark writes them.

    Examples
    --------
    >>> spark_texts({"spark": {"master": "local[2]", "sql": {"ansi.enabled": True}}, "spark.cores.max": 8})
    {'spark.master': 'local[2]', 'spark.sql.ansi.enabled': 'true', 'spark.cores.max': '8'}
    """
    flat: dict[str, Any] = {}
    for key, value in given.items():
        name = f"{under}{key}"
        if isinstance(value, Mapping):
            flat |= spark_texts(value, f"{name}.")
        else:
            flat[name] = str(value).lower() if isinstance(value, bool | int | float) else value
    return flat
