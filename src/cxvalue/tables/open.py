"""Opening: which tables the settings and the caller name, where they are and what their columns are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxvalue.engine import Column, ColumnKind, Engine, Source, open_source
from cxvalue.errors import DataError, SettingsError
from cxvalue.tables.settings import (
    RETENTION_PANEL,
    InputSettings,
    PanelSettings,
    RetentionSettings,
    TableSettings,
    WidePanelSettings,
)
from cxvalue.vocabulary import STANDARD_METRICS

INTEGER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")
NUMBER_TYPES = (*INTEGER_TYPES, "FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN")
NO_TYPE = '"NULL"'
"""Type of a column without a single value."""


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A source with its settings and the types of its columns.

    Parameters
    ----------
    name : str
        Name in the settings.
    source : Source
        Where it is.
    settings : TableSettings
        Its section.
    types : dict of str to str
        The user's columns with their types.
    timezone : str
        Zone in whose calendar time stamps with an offset are placed.
    """

    name: str
    source: Source
    settings: TableSettings
    types: dict[str, str]
    timezone: str = "UTC"

    def user_name(self, canonical: str) -> str:
        """Return what the table calls a canonical column.

        Parameters
        ----------
        canonical : str
            Canonical name.

        Returns
        -------
        str
            The mapped name, or the canonical one.
        """
        return self.settings.columns.get(canonical, canonical)

    def has(self, canonical: str) -> bool:
        """Return whether the table has a column for a canonical name; a mapped column that is absent is refused.

        Parameters
        ----------
        canonical : str
            Canonical name.

        Returns
        -------
        bool
            Whether it is there.
        """
        if canonical in self.settings.columns:
            self.require(self.settings.columns[canonical], canonical)
        return self.user_name(canonical) in self.types

    def require_listed(self, name: str, key: str) -> None:
        """Refuse the table when a column that a list in the settings names is absent.

        Parameters
        ----------
        name : str
            The user's name of the column.
        key : str
            The list: ``segments`` or ``covariates``.

        Raises
        ------
        DataError
            When it is absent.
        """
        if name not in self.types:
            raise DataError.missing_listed_column(self.name, name, key, self.types)

    def require(self, name: str, role: str) -> None:
        """Refuse the table when a column is absent.

        Parameters
        ----------
        name : str
            The user's name of the column.
        role : str
            What it is wanted as.

        Raises
        ------
        DataError
            When it is absent.
        """
        if name not in self.types:
            raise DataError.missing_column(self.name, name, role, self.types)

    def column(self, canonical: str, kind: ColumnKind, *, name: str | None = None) -> Column:
        """Return the column to be read, refusing the table when it is absent.

        Parameters
        ----------
        canonical : str
            Canonical name.
        kind : ColumnKind
            What it is read as.
        name : str, optional
            The user's name; default the mapped one.

        Returns
        -------
        Column
            The column.
        """
        user_name = name if name is not None else self.user_name(canonical)
        self.require(user_name, canonical)
        dated = kind in ("date", "month")
        date_format = self.settings.date_format if dated else None
        return Column(canonical, user_name, kind, date_format, self.timezone)

    def is_number(self, name: str) -> bool:
        """Return whether a column of the user's holds numbers by its type.

        Parameters
        ----------
        name : str
            The user's name.

        Returns
        -------
        bool
            True for numeric types; text from CSV and spreadsheets is False.
        """
        return self.types[name].startswith(NUMBER_TYPES)


def open_tables(
    engine: Engine, settings: InputSettings, given: Mapping[str, Any], folder: Path
) -> dict[str, OpenTable]:
    """Open every table that the settings or the caller name, and refuse a set that is not enough.

    Parameters
    ----------
    engine : Engine
        Describes the sources.
    settings : InputSettings
        Paths and column maps.
    given : mapping of str to Any
        Tables from Python by name.
    folder : Path
        Folder at which relative paths start.

    Returns
    -------
    dict of str to OpenTable
        By name: ``surveys``, ``customers``, ``invitations``, ``panel``, ``panels.NAME``.
    """
    sections = wanted_sections(settings, given)
    opened = {}
    for name, section in sections.items():
        value = given.get(name.removeprefix("panels."), section.path)
        if value is None:
            raise SettingsError(
                f"[{name}] has no path and no table '{name.removeprefix('panels.')}' was given from Python",
                allowed="a path in the settings, or cx.Tables(…)",
            )
        source = open_source(value, table=name, folder=folder, database_table=section.table)
        opened[name] = OpenTable(name, source, section, engine.describe(source), settings.surveys.timezone)
    if not any(isinstance(table.settings, PanelSettings | WidePanelSettings) for table in opened.values()):
        raise SettingsError(
            "no panel with money or counts is given, so there is nothing to value",
            allowed="at least one of [panels.revenue], [panels.cost_to_serve], … or one wide [panel]",
        )
    return opened


def wanted_sections(settings: InputSettings, given: Mapping[str, Any]) -> dict[str, TableSettings]:
    """Return the sections of the tables that are to be read.

    Parameters
    ----------
    settings : InputSettings
        The sections in the settings.
    given : mapping of str to Any
        Tables from Python by name; a standard panel given there needs no section.

    Returns
    -------
    dict of str to TableSettings
        By name.

    Raises
    ------
    SettingsError
        When panels are given twice over, or a metric of the user's own has no section.
    """
    sections: dict[str, TableSettings] = {"surveys": settings.surveys, "customers": settings.customers}
    if settings.invitations is not None or "invitations" in given:
        from_settings = settings.invitations
        sections["invitations"] = from_settings if from_settings is not None else default_section("invitations")
    panels: dict[str, TableSettings] = dict(settings.panels)
    for name in given:
        if name not in ("surveys", "customers", "invitations", "panel") and name not in panels:
            panels[name] = default_section(name)
    wide = settings.panel if settings.panel is not None else (WidePanelSettings() if "panel" in given else None)
    if wide is not None:
        doubled = [name for name in panels if name != RETENTION_PANEL]
        if doubled:
            raise SettingsError(
                f"both [panel] and [panels.{doubled[0]}] are given",
                allowed="one wide table, or a table for each metric (beside [panel] only [panels.retention])",
            )
        sections["panel"] = wide
    return sections | {f"panels.{name}": section for name, section in sorted_panels(panels).items()}


def sorted_panels(panels: Mapping[str, TableSettings]) -> dict[str, TableSettings]:
    """Return panels in the order in which reports show their metrics.

    Parameters
    ----------
    panels : mapping of str to TableSettings
        By metric.

    Returns
    -------
    dict of str to TableSettings
        Standard metrics first, then the user's own in the order given.
    """
    order = [RETENTION_PANEL, *STANDARD_METRICS]
    return dict(sorted(panels.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))


def default_section(name: str) -> TableSettings:
    """Return the section of a table that is given from Python and not mentioned in the settings.

    Parameters
    ----------
    name : str
        The table's name.

    Returns
    -------
    TableSettings
        Its defaults.

    Raises
    ------
    SettingsError
        For a metric that the library does not know.
    """
    from_name: dict[str, TableSettings] = {"invitations": TableSettings(), RETENTION_PANEL: RetentionSettings()}
    if name in from_name:
        return from_name[name]
    if name in STANDARD_METRICS:
        return PanelSettings()
    raise SettingsError(f"[panels.{name}] is not in the settings", hint='add it with kind = "count" or "money"')
