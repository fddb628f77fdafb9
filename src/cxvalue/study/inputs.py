"""The inputs of a study: its engine and its checked tables. Nothing here needs the estimation."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from cxvalue.engine import Engine, open_engine
from cxvalue.engine.cache import Store, open_store
from cxvalue.progress import Progress, silent
from cxvalue.settings import Settings
from cxvalue.tables import CheckReport, CleanTables, Reconciliation, Tables, check_tables, read_tables, reconcile
from cxvalue.tables.check import READING


class Inputs:
    """What a study reads once and keeps.

    Parameters
    ----------
    tables : Tables
        Tables from Python.
    settings : Settings
        The settings.
    folder : Path
        Folder at which relative paths start.
    progress : Progress
        Told how far a run has come.

    Attributes
    ----------
    began : int
        When the engine was opened, before anything was read: nanoseconds since 1970.
    """

    def __init__(self, tables: Tables, settings: Settings, *, folder: Path, progress: Progress = silent) -> None:
        self.tables = tables
        self.settings = settings
        self.folder = folder
        self.progress = progress
        self.began = time.time_ns()

    @cached_property
    def engine(self) -> Engine:
        """Where rows are worked on."""
        self.began = time.time_ns()
        run, cache = self.settings.run, self.cache
        placed = run if cache is None else run.model_copy(update={"cache": str(cache)})
        return open_engine(placed, self.tables.by_name())

    @property
    def cache(self) -> Path | None:
        """Where the cache is, if there is one."""
        return self.settings.run.cache_folder(self.folder)

    @cached_property
    def store(self) -> Store | None:
        """The cache itself, if there is one; the engine opens it first, and says what is wrong with it."""
        return open_store(self.cache) if self.cache is not None else None

    @cached_property
    def source_hashes(self) -> dict[str, str]:
        """Hash of each table's content, by its name in the settings."""
        return {name: source.sha256() for name, source in self.clean.tables.sources.items()}

    @cached_property
    def checked(self) -> CleanTables:
        """The checked tables, before they are held against the books."""
        self.progress(READING)
        window = self.settings.study.purchase_window
        registered = read_tables(
            self.engine, self.settings, given=self.tables, folder=self.folder, purchase_window=window
        )
        return check_tables(self.engine, registered, progress=self.progress)

    @cached_property
    def reconciliation(self) -> Reconciliation:
        """The tables against the books."""
        return reconcile(self.engine, self.checked, self.settings.reconciliation)

    @cached_property
    def clean(self) -> CleanTables:
        """The checked tables, with what the books say about them."""
        return replace(self.checked, findings=(*self.checked.findings, *self.reconciliation.findings()))

    def check(self) -> CheckReport:
        """Hold every table against the contract.

        Returns
        -------
        CheckReport
            Every rule, rows affected, what is done.
        """
        return CheckReport(self.clean.findings, lambda sql: self.engine.query(sql).to_pandas())

    def close(self) -> None:
        """Give back the engine's memory and temporary files."""
        if "engine" in self.__dict__:
            self.engine.close()
