"""Where rows are worked on: one portable SQL text over canonical names, on the engine of the user's choice."""

from cxvalue.engine.duckdb_engine import DuckDBEngine
from cxvalue.engine.installed import engine_names
from cxvalue.engine.open_engine import open_engine
from cxvalue.engine.protocol import ClusterEngine, Column, ColumnKind, Engine, RestingEngine
from cxvalue.engine.run_settings import RunSettings
from cxvalue.engine.source import Source, open_source

__all__ = [
    "ClusterEngine",
    "Column",
    "ColumnKind",
    "DuckDBEngine",
    "Engine",
    "RestingEngine",
    "RunSettings",
    "Source",
    "engine_names",
    "open_engine",
    "open_source",
]
