"""The pages: every setting and every rule stands in them."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

import cxvalue as cx
from builders import Base
from cxvalue.engine import RunSettings
from cxvalue.estimate import AdjustSettings
from cxvalue.link import StudySettings
from cxvalue.section import Section, known_keys
from cxvalue.tables import (
    CustomerSettings,
    InvitationSettings,
    LedgerTotal,
    PanelSettings,
    RetentionSettings,
    StatedCount,
    SurveySettings,
    WidePanelSettings,
)
from cxvalue.value import AssumptionSettings, ShiftSettings

DOCS = Path(__file__).parents[1] / "docs"
EVERY_TABLE = {"path", "table", "date_format", "columns"}


def page(name: str) -> str:
    """Return the text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def keys_in(heading: str) -> set[str]:
    """Return the keys that the page on settings lists under a heading."""
    section = re.search(rf"(?ms)^## {re.escape(heading)}$(.*?)(?=^## |\Z)", page("settings.md"))
    assert section is not None, heading
    cells = re.findall(r"(?m)^\| (`[^|]*`) \|", section[1])
    return {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("`[study]`", StudySettings),
        ("`[surveys]`", SurveySettings),
        ("`[customers]`", CustomerSettings),
        ("`[panels.retention]`", RetentionSettings),
        ("`[panels.NAME]`", PanelSettings),
        ("`[panel]`", WidePanelSettings),
        ("`[reconciliation.METRIC]`", LedgerTotal),
        ("`[reconciliation.customers]`", StatedCount),
        ("`[adjust]`", AdjustSettings),
        ("`[shift]`", ShiftSettings),
        ("`[economics]`", cx.Economics),
        ("`[assumptions.NAME]`", AssumptionSettings),
        ("`[run]`", RunSettings),
    ],
)
def test_every_setting_is_described(heading: str, section: type[Section]) -> None:
    known, shared = set(known_keys(section)), keys_in("Keys of every table")
    assert shared == EVERY_TABLE
    assert keys_in(heading) - {"nps", "csat5", "ces7"} == (known - shared if shared < known else known)


def test_invitations_have_no_keys_of_their_own() -> None:
    assert set(known_keys(InvitationSettings)) == EVERY_TABLE


def test_every_rule_is_described(base: Base) -> None:
    active = base.tables["retention"]
    flags = base.changed("retention", lambda frame: frame.assign(value=1))
    left = active[["customer_id"]].drop_duplicates().assign(churn_date=None).astype({"churn_date": "datetime64[us]"})
    kinds = [
        base,
        flags.with_settings("panels.retention", kind="flag"),
        base.with_table("retention", left).with_settings("panels.retention", kind="churn_date"),
        base.with_table("retention", None)
        .without_settings("panels.retention")
        .with_settings("study", relationship="noncontractual", active_months=3)
        .with_settings("panels.revenue", missing="zero"),
    ]
    found = set()
    for kind in kinds:
        with closing(cx.Study(tables=kind.given(), settings=kind.read_settings())) as study:
            found |= {general_name(finding.rule) for finding in study.check().findings}
    assert set(re.findall(r"(?m)^\| `([\w.]+)` \|", page("data.md").split("## Every rule")[1])) == found


def general_name(rule: str) -> str:
    """Return a rule's name without the names of panels, columns and segments."""
    table, _, name = rule.rpartition(".")
    if table == "customers":
        return re.sub(r"\.blank_(?!id$).*", ".blank_SEGMENT", rule)
    if table.startswith("panels.") and table != "panels.retention":
        name = re.sub(r"^(bad|blank|negative)_(?!month$|id$).*", r"\1_COLUMN", name)
        return f"panels.NAME.{name}"
    return rule
