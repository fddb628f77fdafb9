"""Reading: the user's tables become views of canonical columns in the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cxvalue.engine import Engine
from cxvalue.errors import DataError, SettingsError
from cxvalue.tables.given import Tables
from cxvalue.tables.open import INTEGER_TYPES, NO_TYPE, OpenTable, open_tables
from cxvalue.tables.purchases import purchase_panel, refuse_retention
from cxvalue.tables.retention import RETENTION_VIEW, read_retention, tell_retention
from cxvalue.tables.schema import Attribute, IdKind, MetricColumn, Panel, TableSet
from cxvalue.tables.settings import (
    RETENTION_PANEL,
    InputSettings,
    PanelSettings,
    WidePanelSettings,
)
from cxvalue.vocabulary import RETAINED, STANDARD_METRICS, Metric

EMPTY = Tables()


def read_tables(
    engine: Engine,
    settings: InputSettings,
    *,
    given: Tables = EMPTY,
    folder: Path,
    purchase_window: int | None = None,
) -> TableSet:
    """Register every table in the engine under canonical names.

    Parameters
    ----------
    engine : Engine
        Where rows are worked on.
    settings : InputSettings
        Paths, column maps, scales.
    given : Tables
        Tables from Python; they take the place of paths.
    folder : Path
        Folder at which relative paths start.
    purchase_window : int, optional
        Months within which a purchase makes a customer active; default that the retention panel tells.

    Returns
    -------
    TableSet
        What is now there.

    Raises
    ------
    DataError
        For a missing file or column, ids of different types, an empty table.
    SettingsError
        When a table that is needed is not given at all, or one is given that the relationship does not take.
    """
    opened = open_tables(engine, settings, given.by_name(), folder)
    if purchase_window is not None:
        refuse_retention(opened)
    id_kind = common_id_kind(engine, opened)
    read_surveys(engine, opened["surveys"], id_kind)
    segments, statics, has_joined = read_customers(engine, opened["customers"], id_kind)
    if "invitations" in opened:
        table = opened["invitations"]
        engine.register(
            "invitations_in",
            table.source,
            [table.column("customer_id", id_kind), table.column("invited_date", "date")],
        )
    told = read_retention(engine, opened, id_kind) if purchase_window is None else None
    by_panel = told is not None and f"panels.{RETENTION_PANEL}" not in opened
    panels = tuple(
        read_panel_table(
            engine, table, view=f"panel_{at}", id_kind=id_kind,
            only_while_active=told is not None, is_flagged=by_panel and told == "flag",
        )
        for at, table in enumerate(
            t for t in opened.values() if isinstance(t.settings, PanelSettings | WidePanelSettings)
        )
    )  # fmt: skip
    if told is not None and by_panel:
        tell_retention(engine, panels[0], told)
    return TableSet(
        id_kind,
        settings.surveys.read_scale(),
        segments,
        statics,
        has_joined,
        "purchases" if told is None else told,
        purchase_panel(panels)[0].view if told is None else RETENTION_VIEW,
        panels,
        "invitations" in opened,
        {name: table.source for name, table in opened.items()},
        purchase_window,
    )


def common_id_kind(engine: Engine, opened: Mapping[str, OpenTable]) -> IdKind:
    """Return the type in which all tables' customer ids are compared.

    Parameters
    ----------
    engine : Engine
        Reads the ids of untyped tables where that decides.
    opened : mapping of str to OpenTable
        The tables.

    Returns
    -------
    {"text_id", "integer_id"}
        The type.

    Raises
    ------
    DataError
        When some tables hold integers and others text that is not all whole numbers.
    """
    integers: list[OpenTable] = []
    texts: list[OpenTable] = []
    for table in opened.values():
        name = table.user_name("customer_id")
        table.require(name, "customer_id")
        if table.types[name] != NO_TYPE:
            (integers if table.types[name] in INTEGER_TYPES else texts).append(table)
    if not integers:
        return "text_id"
    for table in texts:
        if table.source.typed or not all_whole_numbers(engine, table):
            kind = "decimal" if table.is_number(table.user_name("customer_id")) else "text"
            raise DataError(
                f"table '{table.name}' holds {kind} customer ids, table '{integers[0].name}' integers",
                allowed="ids of one type in all tables",
                hint="export them alike; leading zeros make an id text",
            )
    return "integer_id"


def all_whole_numbers(engine: Engine, table: OpenTable) -> bool:
    """Return whether every id of a table can be read as an integer.

    Parameters
    ----------
    engine : Engine
        Reads the ids.
    table : OpenTable
        A table of an untyped format.

    Returns
    -------
    bool
        True when none is lost.
    """
    engine.register("id_probe", table.source, [table.column("customer_id", "integer_id")])
    counts = engine.query("SELECT count(customer_id_raw) AS given, count(customer_id) AS read FROM id_probe")
    return bool(counts["given"][0].as_py() == counts["read"][0].as_py())


def read_surveys(engine: Engine, table: OpenTable, id_kind: IdKind) -> None:
    """Register the answers as ``surveys_in``: customer_id, survey_date, score.

    Parameters
    ----------
    engine : Engine
        Where to.
    table : OpenTable
        The survey table.
    id_kind : {"text_id", "integer_id"}
        Type of the ids.
    """
    columns = [
        table.column("customer_id", id_kind),
        table.column("survey_date", "date"),
        table.column("score", "number"),
    ]
    engine.register("surveys_in", table.source, columns)


def read_customers(
    engine: Engine, table: OpenTable, id_kind: IdKind
) -> tuple[tuple[Attribute, ...], tuple[Attribute, ...], bool]:
    """Register the customers as ``customers_in``: customer_id, joined_date, segment_i, static_i.

    Parameters
    ----------
    engine : Engine
        Where to.
    table : OpenTable
        The customer table.
    id_kind : {"text_id", "integer_id"}
        Type of the ids.

    Returns
    -------
    tuple
        Segments, fixed covariates, and whether there is a joining date.
    """
    settings = table.settings
    segment_names: Sequence[str] = getattr(settings, "segments", ())
    static_names: Sequence[str] = getattr(settings, "covariates", ())
    columns = [table.column("customer_id", id_kind)]
    has_joined = table.has("joined_date")
    if has_joined:
        columns.append(table.column("joined_date", "date"))
    segments = tuple(Attribute(name, f"segment_{at}", False) for at, name in enumerate(segment_names))
    for name in segment_names:
        table.require_listed(name, "segments")
    columns += [table.column(segment.canonical, "text", name=segment.name) for segment in segments]
    statics = []
    for at, name in enumerate(static_names):
        table.require_listed(name, "covariates")
        is_number = table.is_number(name) or (not table.source.typed and numbers_only(engine, table, name))
        statics.append(Attribute(name, f"static_{at}", is_number))
        columns.append(table.column(f"static_{at}", "number" if is_number else "text", name=name))
    engine.register("customers_in", table.source, columns)
    return segments, tuple(statics), has_joined


def numbers_only(engine: Engine, table: OpenTable, name: str) -> bool:
    """Return whether a text column of an untyped format holds only numbers.

    Parameters
    ----------
    engine : Engine
        Reads the column.
    table : OpenTable
        The table.
    name : str
        The user's name of the column.

    Returns
    -------
    bool
        True when every value that is there reads as a number.
    """
    engine.register("number_probe", table.source, [table.column("probe", "number", name=name)])
    counts = engine.query("SELECT count(probe_raw) AS given, count(probe) AS read FROM number_probe")
    return bool(counts["given"][0].as_py() == counts["read"][0].as_py())


def read_panel_table(
    engine: Engine, table: OpenTable, *, view: str, id_kind: IdKind, only_while_active: bool, is_flagged: bool
) -> Panel:
    """Register a monthly table as ``view``: customer_id, month, value_i, covariate_i, updated_at, retained.

    Parameters
    ----------
    engine : Engine
        Where to.
    table : OpenTable
        The table.
    view : str
        Canonical name.
    id_kind : {"text_id", "integer_id"}
        Type of the ids.
    only_while_active : bool
        Whether rows count only in months in which the customer was active.
    is_flagged : bool
        Whether its column ``retained`` says who was active.

    Returns
    -------
    Panel
        What is now there.
    """
    settings = table.settings
    if not isinstance(settings, PanelSettings | WidePanelSettings):
        raise TypeError(f"[{table.name}] is not a panel")
    columns = [table.column("customer_id", id_kind), table.column("month", "month")]
    metrics = []
    for at, (metric, name, unit_value) in enumerate(panel_metrics(table, settings)):
        table.require(name, "value" if isinstance(settings, PanelSettings) else metric.name)
        columns.append(table.column(f"value_{at}", "number", name=name))
        metrics.append(MetricColumn(metric, f"value_{at}", unit_value))
    for name in settings.covariates:
        table.require_listed(name, "covariates")
    covariates = tuple(Attribute(name, f"covariate_{at}", True) for at, name in enumerate(settings.covariates))
    columns += [table.column(covariate.canonical, "number", name=covariate.name) for covariate in covariates]
    has_updated_at = table.has("updated_at")
    if has_updated_at:
        columns.append(table.column("updated_at", "date"))
    if is_flagged:
        columns.append(table.column(RETAINED, "number"))
    if settings.duplicates == "last" and not has_updated_at:
        raise SettingsError(
            f'[{table.name}] duplicates = "last" needs a column that says which row is the later',
            hint='map one: columns = { updated_at = "your name" }; files have no order that one could rely on',
        )
    engine.register(view, table.source, columns)
    return Panel(
        table.name,
        view,
        tuple(metrics),
        covariates,
        settings.missing,
        settings.duplicates,
        has_updated_at,
        only_while_active,
    )


def panel_metrics(table: OpenTable, settings: PanelSettings | WidePanelSettings) -> list[tuple[Metric, str, float]]:
    """Return the metrics that a panel holds, the user's column for each and its unit value.

    Parameters
    ----------
    table : OpenTable
        The table.
    settings : PanelSettings or WidePanelSettings
        Its section.

    Returns
    -------
    list of (Metric, str, float)
        Metric, column, unit value.

    Raises
    ------
    DataError
        When a wide table holds no metric at all.
    """
    if isinstance(settings, PanelSettings):
        name = table.name.removeprefix("panels.")
        metric = STANDARD_METRICS.get(name) or Metric(name, settings.kind or "count")
        return [(metric, table.user_name("value"), settings.unit_value)]
    found = []
    for name, metric in STANDARD_METRICS.items():
        if name != RETAINED and table.has(name):
            found.append((metric, table.user_name(name), 0.0))
    for name, own in settings.metrics.items():
        found.append((Metric(name, own.kind), table.user_name(name), own.unit_value))
    if not found:
        raise DataError(
            f"table '{table.name}' holds no metric",
            allowed="columns revenue, cost_to_serve, upgrades, referrals, or [panel.metrics.NAME]",
            hint='map them: columns = { revenue = "your name" }',
        )
    return found
