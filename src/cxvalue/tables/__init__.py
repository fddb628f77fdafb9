"""What comes in: schemas, reading, checking, scales."""

from cxvalue.tables.activity import Activity
from cxvalue.tables.calendar import Calendar
from cxvalue.tables.check import CheckReport, CleanTables, check_tables
from cxvalue.tables.findings import Finding
from cxvalue.tables.given import Tables
from cxvalue.tables.ledger import LedgerTotal, StatedCount
from cxvalue.tables.panels import CleanPanel
from cxvalue.tables.read import read_tables
from cxvalue.tables.reconcile import reconcile
from cxvalue.tables.reconciliation import Reconciliation, ReconciliationRow
from cxvalue.tables.scales import Scale, read_scale
from cxvalue.tables.schema import Attribute, MetricColumn, Panel, TableSet
from cxvalue.tables.settings import (
    CustomerSettings,
    InputSettings,
    InvitationSettings,
    OwnMetric,
    PanelSettings,
    RetentionSettings,
    SurveySettings,
    WidePanelSettings,
)

__all__ = [
    "Activity",
    "Attribute",
    "Calendar",
    "CheckReport",
    "CleanPanel",
    "CleanTables",
    "CustomerSettings",
    "Finding",
    "InputSettings",
    "InvitationSettings",
    "LedgerTotal",
    "MetricColumn",
    "OwnMetric",
    "Panel",
    "PanelSettings",
    "Reconciliation",
    "ReconciliationRow",
    "RetentionSettings",
    "Scale",
    "StatedCount",
    "SurveySettings",
    "TableSet",
    "Tables",
    "WidePanelSettings",
    "check_tables",
    "read_scale",
    "read_tables",
    "reconcile",
]
