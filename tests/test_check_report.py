"""The check report: every rule, what it found, how many rows, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cxvalue as cx
from builders import Base, answer, panel_row, with_rows, with_values, without_rows

OpenStudy = Callable[[Base], cx.Study]


@pytest.fixture
def spoilt(lean: Base) -> Base:
    """One refund, two answers off the scale, a row after leaving, a lost row and an unreadable value."""
    base = lean.changed("surveys", with_rows(answer(2, "2023-07-01", 11), answer(3, "2023-07-01", 12)))
    base = base.changed("revenue", with_values("value", {6: -5.0, 30: "?"}))
    return base.changed("revenue", with_rows(panel_row(1, "2024-03", value=12.5)))


def test_the_report_names_every_rule_also_those_that_found_nothing(spoilt: Base, open_study: OpenStudy) -> None:
    report = open_study(spoilt).check()
    frame = report.to_frame()
    assert frame.columns.tolist() == ["rule", "table", "level", "n_rows", "amount", "what", "action", "hint"]
    assert frame["rule"].is_unique
    assert (frame["action"] != "").all()
    levels = frame.set_index("rule")["level"]
    assert levels["surveys.off_scale"] == "excluded"
    assert levels["surveys.blank_score"] == "ok"
    assert levels["panels.revenue.negative_revenue"] == "note"
    assert levels["panels.revenue.bad_revenue"] == "error"
    assert not report.ok


def test_the_summary_puts_errors_first_and_counts_the_levels(spoilt: Base, open_study: OpenStudy) -> None:
    report = open_study(spoilt).check()
    lines = report.summary().splitlines()
    assert " ".join(lines[0].split()) == (
        "ERROR 1 panels.revenue.bad_revenue: 1 values of 'revenue' that are not finite numbers — "
        "numbers, with a decimal point"
    )
    assert any(
        line.endswith("(after leaving, before joining), sum 12.50 — left out") and line.startswith("left out")
        for line in lines
    )
    # The unreadable value is a missing customer-month too.
    assert lines[-1].startswith(f"{len(report.findings)} rules: 2 ERROR, ")


def test_the_first_error_is_raised_with_the_number_of_others(spoilt: Base, open_study: OpenStudy) -> None:
    with pytest.raises(cx.DataError, match=r"not finite numbers; 1 further error\(s\), see check"):
        open_study(spoilt).value()


def test_rows_of_an_unknown_rule_are_refused_with_the_rules_that_have_rows(lean: Base, open_study: OpenStudy) -> None:
    report = open_study(lean).check()
    with pytest.raises(cx.CxValueError) as refused:
        report.rows("surveys.offscale")
    assert refused.value.what == "no rows for rule 'surveys.offscale'"
    assert "surveys.off_scale" in refused.value.allowed
    assert report.rows("surveys.off_scale").empty


def test_check_changes_none_of_the_tables(spoilt: Base, open_study: OpenStudy) -> None:
    before = {name: table.copy() for name, table in spoilt.tables.items()}
    open_study(spoilt).check()
    for name, table in before.items():
        assert table.equals(spoilt.tables[name])


def test_two_losses_are_counted_together(lean: Base, open_study: OpenStudy) -> None:
    lost = lean.changed("revenue", without_rows(lambda rows: rows.index.isin([40, 41])))
    report = open_study(lost).check()
    assert report.to_frame().set_index("rule").loc["panels.revenue.missing", "n_rows"] == 2
