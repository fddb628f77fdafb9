"""Which table says who was active, where customers are seen to leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cxvalue.engine import Engine
from cxvalue.errors import SettingsError
from cxvalue.tables.open import OpenTable
from cxvalue.tables.schema import IdKind, Panel, ToldKind
from cxvalue.tables.settings import RETENTION_PANEL, RetentionSettings
from cxvalue.vocabulary import RETAINED

RETENTION_VIEW: Final = "retention_in"


def read_retention(engine: Engine, opened: Mapping[str, OpenTable], id_kind: IdKind) -> ToldKind:
    """Register the table that says who was active as ``retention_in``, unless it is the one wide panel.

    Parameters
    ----------
    engine : Engine
        Where to.
    opened : mapping of str to OpenTable
        The tables.
    id_kind : {"text_id", "integer_id"}
        Type of the ids.

    Returns
    -------
    {"rows", "flag", "churn_date"}
        What its rows say.

    Raises
    ------
    SettingsError
        When nothing says who was active.
    """
    table = opened.get(f"panels.{RETENTION_PANEL}")
    if table is None or not isinstance(table.settings, RetentionSettings):
        if "panel" not in opened:
            raise SettingsError(
                "nothing says who was active in which month, and relationship is contractual",
                allowed="[panels.retention] with kind rows, flag or churn_date; or one wide [panel]",
                hint='where leaving is not seen, as in retail, set [study] relationship = "noncontractual"',
            )
        return "flag" if opened["panel"].has(RETAINED) else "rows"
    kind = table.settings.kind
    columns = [table.column("customer_id", id_kind)]
    if kind == "churn_date":
        columns.append(table.column("churn_date", "date"))
    else:
        columns.append(table.column("month", "month"))
    if kind == "flag":
        columns.append(table.column("value", "number"))
    engine.register(RETENTION_VIEW, table.source, columns)
    return kind


def tell_retention(engine: Engine, wide: Panel, kind: ToldKind) -> None:
    """Give ``retention_in`` its meaning where the one wide panel says who was active: its rows are read once.

    Parameters
    ----------
    engine : Engine
        Where to.
    wide : Panel
        The panel, which is registered.
    kind : {"rows", "flag"}
        What its rows say.
    """
    flag = f", {RETAINED} AS value, {RETAINED}_raw AS value_raw" if kind == "flag" else ""
    engine.define(RETENTION_VIEW, f"SELECT customer_id, customer_id_raw, month, month_raw{flag} FROM {wide.view}")
