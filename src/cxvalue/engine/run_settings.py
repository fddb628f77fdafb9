"""The settings of a run: which engine, how many threads, how much memory."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cxvalue.section import Section


class RunSettings(Section):
    """Section ``[run]``.

    Parameters
    ----------
    engine : {"duckdb"}
        Where row work happens.
    threads : int, optional
        Threads of the engine; default all. With 1, the same input gives the same bytes.
    memory_limit : str
        Most memory that the engine takes before it spills to the system's temporary folder, such as ``"1GB"``.
    disclosure_min : int
        Smallest number of customers that a cell of any output may stand for.

    Examples
    --------
    >>> RunSettings(threads=1).memory_limit
    '1GB'
    """

    section_name: ClassVar[str] = "run"

    engine: Literal["duckdb"] = "duckdb"
    threads: int | None = Field(default=None, ge=1)
    memory_limit: str = Field(default="1GB", pattern=r"^\d+(\.\d+)?\s?(MB|GB|TB|MiB|GiB|TiB)$")
    disclosure_min: int = Field(default=10, ge=1)
