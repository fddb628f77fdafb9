"""``cxvalue check``: every rule of the data contract, what it found and what is done about it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cxvalue.cli.interruption import heeding
from cxvalue.cli.warning_lines import warning_lines
from cxvalue.progress import ProgressBar

if TYPE_CHECKING:
    from cxvalue.tables import CheckReport
    from cxvalue.value import Economics

BROKEN: Final = 1
STYLES: Final = {
    "error": "bold red", "warning": "yellow", "excluded": "magenta", "repaired": "blue", "note": "cyan", "ok": "dim",
}  # fmt: skip
"""Levels of a finding in the order in which they are shown."""


def check(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study.toml.", show_default=False)],
) -> None:
    """Hold the tables of a study against every rule, and say what a report would refuse.

    Parameters
    ----------
    study : Path
        The ``study.toml``.

    Raises
    ------
    typer.Exit
        With 1 when a rule was broken that has no repair, or a report would refuse the months or the few answers.
    """
    from cxvalue.cli.foreseen import list_foreseen  # noqa: PLC0415  brings numpy; --help has to answer at once
    from cxvalue.settings import read_settings  # noqa: PLC0415  brings DuckDB; --help has to answer at once
    from cxvalue.study.inputs import Inputs  # noqa: PLC0415  brings DuckDB; --help has to answer at once
    from cxvalue.tables import Tables  # noqa: PLC0415  brings DuckDB; --help has to answer at once

    settings = read_settings(study)
    with (
        warning_lines(),
        ProgressBar() as progress,
        closing(Inputs(Tables(), settings, folder=study.parent, progress=heeding(progress))) as opened,
    ):
        found = opened.check()
        if found.ok:  # what broken rules leave tells nothing yet
            found = replace(found, findings=(*found.findings, *list_foreseen(opened)))
    console = Console()
    if console.is_terminal:
        console.print(findings_table(found))
    else:
        typer.echo(found.summary())
    for line in hint_lines(found):
        typer.echo(line)
    typer.echo(margin_note(settings.economics))
    if not found.ok:
        broken = [finding.rule for finding in found.findings if finding.level == "error"]
        typer.echo(f"cxvalue check: broken: {', '.join(broken)}", err=True)
        raise typer.Exit(BROKEN)


def hint_lines(report: CheckReport) -> list[str]:
    """Return one thing to do about each rule that was broken or is in doubt.

    Parameters
    ----------
    report : CheckReport
        The findings.

    Returns
    -------
    list of str
        A line each, errors first; empty where no rule has a hint.
    """
    return [
        f"Hint: {finding.rule}: {finding.hint}"
        for level in ("error", "warning")
        for finding in report.findings
        if finding.level == level and finding.hint
    ]


def findings_table(report: CheckReport) -> Table:
    """Return the findings as a table for a terminal; the rules that found nothing are counted, not listed.

    Parameters
    ----------
    report : CheckReport
        The findings.

    Returns
    -------
    rich.table.Table
        The worst first.
    """
    quiet = sum(finding.level == "ok" for finding in report.findings)
    table = Table(caption=f"{len(report.findings)} rules, {quiet} of them found nothing", caption_justify="left")
    for name in ("", "rows", "rule", "what was found", "what is done"):
        table.add_column(name, justify="right" if name == "rows" else "left", overflow="fold")
    for level, style in STYLES.items():
        for finding in report.findings:
            if finding.level != level or level == "ok":
                continue
            amount = f", sum {finding.amount:,.2f}" if finding.amount is not None else ""
            rows = f"{finding.n_rows:,}" if finding.n_rows else ""
            cells = (level, rows, finding.rule, f"{finding.what}{amount}", finding.action)
            table.add_row(*(Text(cell) for cell in cells), style=style, end_section=False)
    return table


def margin_note(economics: Economics | None) -> str:
    """Return the question whose answer no table holds: whether the margin is before cost to serve.

    Parameters
    ----------
    economics : Economics, optional
        Section ``[economics]``.

    Returns
    -------
    str
        A line.
    """
    if economics is None:
        return (
            "note: no section [economics] yet; a report needs gross_margin (before cost to serve) and a discount rate"
        )
    margin = economics.gross_margin
    shown = f" = {margin:g}" if isinstance(margin, float) else ""
    return f"note: is gross_margin{shown} before cost to serve? A margin after it would count that cost twice"
