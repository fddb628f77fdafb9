"""``cxvalue report``: from a study.toml to its report."""

from __future__ import annotations

from contextlib import closing, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cxvalue.cli.interruption import heeding
from cxvalue.cli.warning_lines import warning_lines
from cxvalue.errors import NotEstimable
from cxvalue.progress import ProgressBar, silent

if TYPE_CHECKING:
    from cxvalue.report import StudyResults

BELOW_REQUIRED: Final = 4


ONLY_HELP: Final = (
    "Takes 'value': the value alone, without outcomes, links, second estimates and what stands beside the value."
)


class Part(StrEnum):
    """What ``--only`` may ask for."""

    VALUE = "value"


class Least(StrEnum):
    """What ``--require`` may ask for."""

    WEAK = "weak"
    SUPPORTED = "supported"


def report(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study.toml.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the report: new, empty, or holding a report of ours."),
    ] = None,
    only: Annotated[Part | None, typer.Option("--only", help=ONLY_HELP)] = None,
    require: Annotated[
        Least | None, typer.Option("--require", help="Leave with code 4 when the verdict is below this.")
    ] = None,
    require_npv: Annotated[
        bool,
        typer.Option("--require-npv", help="Leave with code 4 unless the net value's interval lies above 0."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json, and nothing else, to stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print neither answer, warnings nor progress.")] = False,
    compare_with: Annotated[
        Path | None,
        typer.Option("--compare-with", metavar="OLD", help="Say in the report what changed since the one in OLD."),
    ] = None,
) -> None:
    """Write the report on a study.

    Parameters
    ----------
    study : Path
        The ``study.toml``.
    out : Path, optional
        Folder of the report; may be left out with ``--json``.
    only : Part, optional
        The value alone, without outcomes, links, second estimates and what stands beside the value.
    require : Least, optional
        The least verdict; it is on the value per moved customer, before the programme's cost.
    require_npv : bool
        Demand that the interval of the net present value lies above 0.
    as_json : bool
        Print ``results.json``, and nothing else, to standard output.
    quiet : bool
        Print neither answer, warnings nor progress.
    compare_with : Path, optional
        An earlier report; may be the folder that is replaced.

    Raises
    ------
    typer.BadParameter
        When there is nowhere to write to, and when ``--only value`` leaves out what ``--require supported`` asks for.
    typer.Exit
        With 4 when the verdict is below the required one, or the net present value not shown to be above 0.
    """
    from cxvalue.report import json_text  # noqa: PLC0415  brings pandas; --help has to answer at once
    from cxvalue.report.disclosure import hide_in_text  # noqa: PLC0415  brings pandas; --help has to answer at once

    if out is None and not as_json:
        raise typer.BadParameter("give --out DIR, the folder of the report; only --json does without")
    if only is Part.VALUE and require is Least.SUPPORTED:
        raise typer.BadParameter(
            "--require supported does not go with --only value: that leaves out the second estimates, the sensitivity "
            "analysis and the placebo, and without these checks no value is called supported"
        )
    results, page = compute(study, out=out, only=only, quiet=quiet, compare_with=compare_with)
    if as_json:
        typer.echo(json_text(results), nl=False)
    if not quiet:
        for text in results.warnings:
            typer.echo(f"Warning: {hide_in_text(text, results.disclosure_min)}", err=True)
    if not quiet and not as_json:
        reasons = [f"  {hide_in_text(reason, results.disclosure_min)}" for reason in results.verdict.reasons]
        about = " (value per moved customer, before the programme's cost)" if results.value.programme_cost > 0 else ""
        lines = [*answer_lines(results), f"Verdict{about}: {results.verdict.label}", *reasons, f"Report: {page}"]
        typer.echo("\n".join(lines))
    if require is not None and not results.verdict.reaches(require.value):
        typer.echo(f"The verdict is '{results.verdict.label}'; '{require.value}' is required.", err=True)
        raise typer.Exit(BELOW_REQUIRED)
    net = results.value.npv
    if require_npv and not net.ci_low > 0:
        ends = f"{net.estimate:,.0f} ({net.ci_low:,.0f} to {net.ci_high:,.0f})"
        typer.echo(f"The net present value is {ends}; an interval above 0 is required.", err=True)
        raise typer.Exit(BELOW_REQUIRED)


def compute(
    study: Path,
    *,
    out: Path | None,
    only: Part | None = None,
    quiet: bool = False,
    compare_with: Path | None = None,
) -> tuple[StudyResults, Path | None]:
    """Return the results of a study, and write its report.

    Parameters
    ----------
    study : Path
        The ``study.toml``.
    out : Path, optional
        Folder of the report; without it nothing is written.
    only : Part, optional
        Leave out outcomes and links.
    quiet : bool
        Show no progress.
    compare_with : Path, optional
        An earlier report.

    Returns
    -------
    tuple of StudyResults and Path or None
        The results, and the report's page if one was written, its folder named as it was given.
    """
    from cxvalue.engine.cache import refuse_cache_within  # noqa: PLC0415  brings DuckDB; --help answers at once
    from cxvalue.report import refuse_output, write_report  # noqa: PLC0415  brings pandas; --help answers at once
    from cxvalue.report.changes import read_run, with_changes  # noqa: PLC0415  brings pandas; --help answers at once
    from cxvalue.study import Study  # noqa: PLC0415  brings pandas and DuckDB; --help answers at once

    if out is not None:
        refuse_output(out)  # now, not after minutes of work
    earlier = read_run(compare_with) if compare_with is not None else None
    with (
        warning_lines(quiet),
        ProgressBar() if not quiet else nullcontext(silent) as progress,
        closing(Study.from_toml(study, progress=(heeded := heeding(progress)))) as opened,
    ):
        if out is not None:
            refuse_cache_within(out, opened.settings.run.cache_folder(study.parent))
        results = opened.results("value" if only is not None else None)
        results = results if earlier is None else with_changes(results, earlier)
        if out is None:
            return results, None
        return results, out / write_report(results, out, progress=heeded).name


def answer_lines(results: StudyResults) -> list[str]:
    """Return the answer: the headline, then the value per customer beside what it has to be compared with.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    list of str
        Two lines. Of a simulated base, the second names the true value.
    """
    from cxvalue.report.truth import known_truth  # noqa: PLC0415  brings pandas; --help has to answer at once

    value, currency = results.value, results.currency
    each = value.per_customer
    parts = [f"{currency} {each.estimate:,.2f} ({each.ci_low:,.2f} to {each.ci_high:,.2f})"]
    unadjusted = results.estimates.get("unadjusted").per_customer
    if not isinstance(unadjusted, NotEstimable):
        parts.append(f"unadjusted {unadjusted.estimate:,.2f}")
    truth = known_truth(results)
    if truth is not None:
        parts.append(f"true {truth['per_customer']['value']:,.2f}")
    return [f"{value.headline()}.", f"{value.unit.capitalize()}: {'; '.join(parts)}."]
