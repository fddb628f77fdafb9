"""``cxvalue compare``: what changed between two reports, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def compare(
    before: Annotated[
        Path,
        typer.Argument(metavar="A", help="The earlier report: its folder or its results.json.", show_default=False),
    ],
    after: Annotated[Path, typer.Argument(metavar="B", help="The later report.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the changes as JSON, and nothing else.")] = False,
) -> None:
    """Say what changed between two reports, figure by figure, and why.

    Parameters
    ----------
    before, after : Path
        Folders of reports, or their ``results.json``.
    as_json : bool
        Print the changes as JSON, and nothing else.
    """
    from cxvalue.report.changes import compare_runs, read_run  # noqa: PLC0415  brings pandas; --help answers at once

    runs = [read_run(path) for path in (before, after)]
    changes = compare_runs(*runs)
    if as_json:
        typer.echo(json.dumps(changes.to_dict(), indent=1, allow_nan=False))
        return
    for mark, run in zip("AB", runs, strict=True):
        version, name = run.results["study"]["version"], run.results["study"]["name"]
        day = f", written {run.created}" if run.created else ""
        typer.echo(f"{mark}: {run.label} ({name}, cxvalue {version}{day})")
    typer.echo(f"\n{changes.summary()}")
