"""The sheet ``Checks``: what must hold, and the master check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from cxvalue.report.workbook.book_model import ROUNDING, BookModel
from cxvalue.report.workbook.constant_block import AGREEMENT, SLACK
from cxvalue.report.workbook.lines import TimeRows, every_reference
from cxvalue.report.workbook.result_rows import known_rate, lever_cells
from cxvalue.report.workbook.sheet import FINE, TOP_ROWS, Printing, Sheet
from cxvalue.report.workbook.styles import ASIDE, BAD, GOOD, Kind
from cxvalue.report.workbook.table_block import places, width_of, write_tables

LABEL, VALUE, UNIT, LIMIT, STATUS, FAILS, NOTE = range(7)
SKIPPED: Final = "not compared"
KINDS: Final[dict[str, Kind]] = {
    "relative": "tiny", "share of the flows": "tiny", "factor": "tiny", "as in the books": "amount",
}  # fmt: skip
"""How numbers of a unit are written, where they are no counts."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold.

    Parameters
    ----------
    label : str
        What.
    formula : str
        How far it is from holding, 0 or more; a text where it cannot be asked.
    unit : str
        Of that.
    limit : str
        How far it may be: a formula.
    note : str
        How it is computed.
    value : float or str
        What the formula comes to before anybody changes an input.
    limit_value : float
        What the limit comes to.
    """

    label: str
    formula: str
    unit: str
    limit: str
    note: str
    value: float | str = 0.0
    limit_value: float = 0.0


def write_checks(
    sheet: Sheet, model: BookModel, sources: Sequence[TimeRows], figures: tuple[str, str],
    tables: Mapping[str, pd.DataFrame],
) -> Printing:  # fmt: skip
    """Write the sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    model : BookModel
        The model.
    sources : sequence of TimeRows
        Lines that formulas refer to.
    figures : tuple of str
        Ranges of the live results and of their relative differences from the run.
    tables : mapping of str to pandas.DataFrame
        The reconciliation with the ledger, where there is one.

    Returns
    -------
    Printing
        How it prints.
    """
    sheet.top("Checks", "Every line must be OK; the master check counts those that are not and stands on every sheet.")
    sheet.widths(50, 14, 16, 14, 14, 9, 70)
    checks = live_checks(model, figures)
    head = TOP_ROWS + 2
    first = head + 1
    ledger = tables.get("reconciliation")
    n_rows = len(checks) + (0 if ledger is None else len(ledger))
    starts = write_tables(sheet, first + n_rows + 2, tables)
    if ledger is not None:
        checks = (*checks, *ledger_checks(ledger, starts["reconciliation"], places(ledger, tables)))
    sheet.head(head, ("Check", "Found", "Unit", "Allowed", "Status", "Fails", "How it is computed"))
    for offset, check in enumerate(checks):
        write_check(sheet, first + offset, check, sources)
    last = first + len(checks) - 1
    write_master(sheet, TOP_ROWS, xl_range_abs(first, FAILS, last, FAILS), checks)
    status = (first, STATUS, last, STATUS)
    for text, looks in ((FINE, GOOD), ("CHECK", BAD), (SKIPPED, ASIDE)):
        sheet.mark(status, {"type": "cell", "criteria": "==", "value": f'"{text}"'}, looks)
    sheet.inner.freeze_panes(first, 1)
    return Printing(max(NOTE + 1, width_of(tables)))


def write_master(sheet: Sheet, row: int, fails: str, checks: Sequence[Check]) -> None:
    """Write the master check.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    fails : str
        Range that counts the checks that fail.
    checks : sequence of Check
        The checks.
    """
    failing = sum(status_of(check) == "CHECK" for check in checks)
    value = FINE if failing == 0 else f"CHECK: {failing} of the checks"
    sheet.text(row, LABEL, "Master check", "label")
    sheet.formula(row, VALUE, f'=IF(SUM({fails})=0,"{FINE}","CHECK: "&SUM({fails})&" of the checks")', value, "check")
    sheet.define("master_check", row, VALUE)


def write_check(sheet: Sheet, row: int, check: Check, sources: Sequence[TimeRows]) -> None:
    """Write a check.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    row : int
        Where, from 0.
    check : Check
        The check.
    sources : sequence of TimeRows
        Lines that its formula refers to.
    """
    found, limit, status = (xl_rowcol_to_cell(row, column) for column in (VALUE, LIMIT, STATUS))
    sheet.text(row, LABEL, check.label, "label")
    formula = check.formula.format_map(every_reference(sources, VALUE, sheet.name))
    kind = KINDS.get(check.unit, "whole")
    sheet.formula(row, VALUE, formula, check.value, "calc", kind)
    sheet.text(row, UNIT, check.unit, "note")
    sheet.formula(row, LIMIT, check.limit, check.limit_value, "calc", kind)
    judged = f'=IF(ISERROR({found}),"CHECK",IF(ISNUMBER({found}),IF({found}<={limit},"{FINE}","CHECK"),"{SKIPPED}"))'
    sheet.formula(row, STATUS, judged, status_of(check), "check")
    fails = 1.0 if status_of(check) == "CHECK" else 0.0
    sheet.formula(row, FAILS, f'=IF({status}="CHECK",1,0)', fails, "calc", "whole")
    sheet.text(row, NOTE, check.note, "note")


def status_of(check: Check) -> str:
    """Return the status that a check has before anybody changes an input.

    Parameters
    ----------
    check : Check
        The check.

    Returns
    -------
    str
        As the sheet's own formula finds it.
    """
    if isinstance(check.value, str):
        return SKIPPED
    return FINE if check.value <= check.limit_value else "CHECK"


def live_checks(model: BookModel, figures: tuple[str, str]) -> tuple[Check, ...]:
    """Return what must hold whatever the inputs are.

    Parameters
    ----------
    model : BookModel
        The model.
    figures : tuple of str
        Ranges of the live results and of their relative differences from the run.

    Returns
    -------
    tuple of Check
        The checks.
    """
    levers = ",".join(f"result_{name}" for name in lever_cells(model))
    flows = "+".join(f"SUMPRODUCT({{flow_{m}:all}},{{discount:all}})" for m in range(len(model.levers)))
    return (
        relative(
            "Levers add up to the value per moved customer", f"SUM({levers})", "result_value_per_customer",
            "Sum of the levers in Results against the value.",
        ),
        relative(
            "The value is the same straight from the curves", "SUMPRODUCT({direct:all},{discount:all})",
            "result_value_per_customer", "Σ money per unit × difference between the curves, not split into levers.",
        ),
        relative(
            "Levers of the whole shift, less optimism and cost, are the net present value",
            f"{flows}-result_optimism_adjustment-result_programme_cost", "result_npv", "As in the waterfall.",
        ),
        relative(
            "The last cumulative discounted sum is the net present value", "{sum_net_discounted:end}", "result_npv",
            "Workings against Results.",
        ),
        Check("The discount factor is 1 at time 0", "=ABS(1-{discount:start})", "factor", "=0", "Not discounted."),
        Check(
            "Discount factors never rise", "=SUMPRODUCT(({discount:all}>{discount:early})*1)", "months", "=0",
            "Months whose factor is larger than that of the month before.",
        ),
        Check(
            "Shares in the curves lie between 0 and 1",
            "=SUMPRODUCT(({from_0:all}<-share_slack)+({from_0:all}>1+share_slack)"
            "+({to_0:all}<-share_slack)+({to_0:all}>1+share_slack))",
            "months", "=0", "With the leeway of Inputs.", shares_outside(model),
        ),
        Check(
            "The from-band's share lies between 0 and 1", "=(prob_from_band<0)+(prob_from_band>1)", "number", "=0",
            "In Inputs, from the data.",
        ),
        Check("Inputs are within what is allowed", "=inputs_outside", "inputs", "=0", "Counted in Inputs."),
        Check(
            "The ramp-up lies within the months valued", "=MAX(ramp_up_months-value_horizon_months,0)", "months", "=0",
            "Otherwise some customers would never be moved.",
        ),
        Check(
            "Nobody moves twice", "=MAX(MAX({so_far:from0})-customers_moved,0)/MAX(customers_moved,1)", "relative",
            "=rounding_tolerance", "Moved so far is never above customers moved.", limit_value=ROUNDING,
        ),
        Check("No result is an error", f"=SUMPRODUCT(ISERROR({figures[0]})*1)", "results", "=0", "Results."),
        Check(
            "The net present value at the internal rate of return is 0",
            "=IF(ISNUMBER(result_irr_annual),ABS(SUMPRODUCT({net:from0},"
            f'1/(1+result_irr_annual)^({{month:from0}}/months_a_year)))/SUMPRODUCT(ABS({{net:from0}})),"{SKIPPED}")',
            "share of the flows", "=agreement_tolerance", "Net cash flow discounted at that rate.",
            SKIPPED if known_rate(model) is None else 0.0, AGREEMENT,
        ),
        Check(
            "Live figures equal those of the run", f'=IF(inputs_changed=0,MAX({figures[1]}),"{SKIPPED}")', "relative",
            "=agreement_tolerance", "The largest relative difference in Results, while inputs are those of the run.",
            limit_value=AGREEMENT,
        ),
        Check(
            "The live cash flow equals that of the run, month by month",
            "=IF(inputs_changed=0,SUMPRODUCT(ABS({net:from0}-{net_run:from0}))"
            f'/MAX(SUMPRODUCT(ABS({{net_run:from0}})),comparison_floor),"{SKIPPED}")',
            "share of the flows", "=agreement_tolerance", "While inputs are those of the run.", limit_value=AGREEMENT,
        ),
    )  # fmt: skip


def relative(label: str, found: str, figure: str, note: str) -> Check:
    """Return the check that two figures agree.

    Parameters
    ----------
    label : str
        What.
    found : str
        One of them, as a formula without an equals sign.
    figure : str
        The name of the other.
    note : str
        How they are computed.

    Returns
    -------
    Check
        Their difference, relative to the second.
    """
    formula = f"=ABS({found}-{figure})/MAX(ABS({figure}),comparison_floor)"
    return Check(label, formula, "relative", "=agreement_tolerance", note, limit_value=AGREEMENT)


def shares_outside(model: BookModel) -> float:
    """Return in how many months the share of a band is not one.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    float
        Months, of both bands.
    """
    shares = model.curves[:, 0]
    return float(((shares < -SLACK) | (shares > 1 + SLACK)).sum())


def ledger_checks(ledger: pd.DataFrame, first: int, columns: Mapping[str, int]) -> tuple[Check, ...]:
    """Return the checks against the ledger.

    Parameters
    ----------
    ledger : pandas.DataFrame
        Columns name, from, to, counted, ledger, tolerance.
    first : int
        Row of its first line on the sheet, from 0.
    columns : mapping of str to int
        Where each of its columns stands.

    Returns
    -------
    tuple of Check
        One a figure.
    """
    checks = []
    for offset, row in enumerate(ledger.to_dict("records")):
        counted, books, share = (
            xl_rowcol_to_cell(first + offset, columns[name]) for name in ("counted", "ledger", "tolerance")
        )
        checks.append(Check(
            f"{row['name']}, {row['from']} to {row['to']}: tables against the ledger", f"=ABS({counted}-{books})",
            "as in the books", f"={share}*ABS({books})", "Table below; values of the run.",
            abs(float(row["counted"]) - float(row["ledger"])), float(row["tolerance"]) * abs(float(row["ledger"])),
        ))  # fmt: skip
    return tuple(checks)
