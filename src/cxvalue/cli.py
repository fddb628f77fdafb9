"""The command line: thin, one function a command.

Exit codes: 0 done; 1 data or settings refused; 2 wrong usage; 3 internal error; 4 verdict below ``--require``;
130 interrupted.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup
from typer.main import get_command

from cxvalue import __version__
from cxvalue.errors import CxValueError, NotEstimable, OutputError

if TYPE_CHECKING:
    from cxvalue.report import StudyResults
    from cxvalue.settings import Settings
    from cxvalue.simulate import Scenario, SimulatedBase
    from cxvalue.tables import CheckReport

# The commands import Study, reports and simulation themselves: these bring pandas and DuckDB, and `cxvalue --help`
# has to answer at once.
# ruff: noqa: PLC0415

REFUSED: Final = 1
INTERNAL: Final = 3
BELOW_REQUIRED: Final = 4
INTERRUPTED: Final = 130
STUDY_FILE: Final = "study.toml"
TRUTH_FILE: Final = "truth.json"
SAMPLE: Final = Path("data/sample") / STUDY_FILE


class Part(StrEnum):
    """What ``--only`` may ask for."""

    VALUE = "value"


class Least(StrEnum):
    """What ``--require`` may ask for."""

    WEAK = "weak"
    SUPPORTED = "supported"


@dataclass(slots=True)
class Run:
    """One run of the command line.

    Parameters
    ----------
    debug : bool
        Whether an internal error shows its traceback.
    """

    debug: bool = False


class Commands(TyperGroup):
    """The commands, with errors in plain words and an exit code for each kind."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # typer's own context in all versions
        """Run a command.

        Parameters
        ----------
        ctx : typer.Context
            Arguments.

        Returns
        -------
        object
            What the command returns.

        Raises
        ------
        typer.Exit
            With the code of what went wrong.
        """
        try:
            return super().invoke(ctx)
        except CxValueError as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(REFUSED) from None
        except KeyboardInterrupt:
            typer.echo("Interrupted: nothing was written.", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="What satisfaction is worth: from survey answers and monthly panels to money, with its interval.",
)

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help="The study.toml.", show_default=False)]


def show_version(wanted: bool) -> None:
    """Print the version and leave.

    Parameters
    ----------
    wanted : bool
        Whether it was asked for.
    """
    if wanted:
        typer.echo(f"cxvalue {__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="CXVALUE_DEBUG", help="Show the traceback of an internal error.")
    ] = False,
) -> None:
    """Read the options that stand before the command.

    Parameters
    ----------
    ctx : typer.Context
        Holds the run.
    version : bool
        Print the version and leave.
    debug : bool
        Show the traceback of an internal error.
    """
    ctx.obj.debug = debug


@app.command(help="Report on the sample base, whose true value is known.")
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the report.")] = Path("cxvalue-demo"),
) -> None:
    """Report on the sample base, whose true value is known.

    Parameters
    ----------
    out : Path
        Folder of the report.
    """
    from cxvalue.report import write_report

    with sample_study(beside=out) as study:
        results = compute(study)
        page = write_report(results, out)
    typer.echo("\n".join([*answer_lines(results), f"Report: {page}"]))


@app.command(help="Write a commented study.toml into FOLDER.")
def init(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made if it does not exist.")]) -> None:
    """Write a commented ``study.toml``.

    Parameters
    ----------
    folder : Path
        Where to; made if it does not exist.

    Raises
    ------
    OutputError
        When there is one already, or the folder cannot be written.
    """
    path = folder / STUDY_FILE
    skeleton = files("cxvalue").joinpath("study_skeleton.toml").read_text(encoding="utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as handle:
            handle.write(skeleton)
    except FileExistsError:
        what = path if path.exists() else folder
        raise OutputError(
            f"'{what}' exists already and is left as it is", allowed="a folder without a study.toml",
            hint="name another folder, or move the file away",
        ) from None  # fmt: skip
    except OSError as error:
        raise unwritable(folder, error) from None
    typer.echo(f"Wrote {path}. Fill in its paths and columns, then: cxvalue check {path}")


@app.command(help="Hold the tables of a study against every rule: what was found, how many rows, what is done.")
def check(study: StudyFile) -> None:
    """Hold the tables of a study against every rule.

    Parameters
    ----------
    study : Path
        The ``study.toml``.

    Raises
    ------
    typer.Exit
        With code 1 when a rule was broken that has no repair.
    """
    from cxvalue.study import Study

    with progress_shown() as progress, closing(Study.from_toml(study, progress=progress)) as opened:
        found = opened.check()
    show_check(found)
    typer.echo(margin_note(opened.settings))
    if not found.ok:
        raise typer.Exit(REFUSED)


@app.command(help="Write the report on a study.")
def report(
    study: StudyFile,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the report: new, empty, or holding a report of ours."),
    ] = None,
    only: Annotated[Part | None, typer.Option("--only", help="Leave out outcomes and links.")] = None,
    require: Annotated[
        Least | None, typer.Option("--require", help="Leave with code 4 when the verdict is below this.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Write the report on a study.

    Parameters
    ----------
    study : Path
        The ``study.toml``.
    out : Path, optional
        Folder of the report; may be left out with ``--json``.
    only : Part, optional
        Leave out outcomes and links.
    require : Least, optional
        The least verdict.
    as_json : bool
        Print ``results.json`` and nothing else to standard output.
    quiet : bool
        Print nothing but errors.

    Raises
    ------
    typer.BadParameter
        When there is nowhere to write to.
    typer.Exit
        With code 4 when the verdict is below the required one.
    """
    from cxvalue.report import json_text, write_report

    if out is None and not as_json:
        raise typer.BadParameter("say where to write: --out DIR (or --json for standard output)")
    results = compute(study, only=only, quiet=quiet)
    page = None if out is None else write_report(results, out)
    if not quiet:
        for text in results.warnings:
            typer.echo(f"Warning: {text}", err=True)
    if as_json:
        typer.echo(json_text(results), nl=False)
    elif not quiet:
        typer.echo("\n".join([*answer_lines(results), f"Verdict: {results.verdict.summary()}", f"Report: {page}"]))
    if require is not None and not results.verdict.reaches(require.value):
        typer.echo(f"The verdict is '{results.verdict.label}', required is '{require.value}'.", err=True)
        raise typer.Exit(BELOW_REQUIRED)


@app.command(help="Write a simulated customer base and the true value of its move.")
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New, empty, or holding a simulated base.")],
    scenario: Annotated[str, typer.Option(help="A named scenario; an unknown name lists them.")] = "sample",
    seed: Annotated[int, typer.Option(min=0, help="The same scenario and seed give the same base.")] = 1,
    customers: Annotated[int | None, typer.Option(help="Customers ever in the base.")] = None,
    months: Annotated[int | None, typer.Option(help="Months that the tables cover.")] = None,
    waves: Annotated[str | None, typer.Option(help="First months of the survey waves from 0, as 5,11,17.")] = None,
    horizon: Annotated[int | None, typer.Option(help="Months over which the move is valued.")] = None,
    effect_scale: Annotated[float | None, typer.Option(help="Multiplies all effects; 0 is no effect at all.")] = None,
    effect_fade: Annotated[float | None, typer.Option(help="Share of the effects lost per calendar year.")] = None,
    churn_trend: Annotated[float | None, typer.Option(help="Yearly change of the log odds of leaving.")] = None,
    disposition: Annotated[float | None, typer.Option(help="Sd of a stable unobserved disposition.")] = None,
    survey_noise: Annotated[float | None, typer.Option(help="Sd of what an answer adds to satisfaction.")] = None,
    share_invited: Annotated[float | None, typer.Option(help="Share invited to a wave; adds a table.")] = None,
) -> None:
    """Write a simulated customer base and the true value of its move.

    Parameters
    ----------
    folder : Path
        Where to.
    scenario : str
        Name of the scenario that the other options change.
    seed : int
        Seed of the base.
    customers, months, horizon : int, optional
        Size of the base.
    waves : str, optional
        First months of the survey waves, counted from 0.
    effect_scale, effect_fade, churn_trend, disposition, survey_noise, share_invited : float, optional
        Parameters of the scenario.

    Raises
    ------
    typer.BadParameter
        For an unknown scenario or waves that are no months.
    """
    from cxvalue.simulate import SCENARIOS
    from cxvalue.simulate import simulate as draw_base

    if scenario not in SCENARIOS:
        raise typer.BadParameter(f"'{scenario}' is none of {', '.join(SCENARIOS)}", param_hint="--scenario")
    changes = {
        "n_customers": customers, "effect_scale": effect_scale, "effect_fade_per_year": effect_fade,
        "churn_trend_per_year": churn_trend, "disposition_sd": disposition, "survey_noise_sd": survey_noise,
        "share_invited": share_invited,
    }  # fmt: skip
    timed = set_months(SCENARIOS[scenario], months=months, waves=read_waves(waves), horizon=horizon)
    wanted = replace(timed, **{name: value for name, value in changes.items() if value is not None})
    refuse_foreign_base(folder)
    base = draw_base(wanted, seed=seed)
    study = write_base(base, folder)
    truth = base.truth
    typer.echo(
        f"Moving a customer from {truth.from_band} to {truth.to_band} is truly worth EUR {truth.per_customer:,.2f} over "
        f"{truth.horizon_months} months (mean of {truth.n_moved:,} customers; chance in this base ±{truth.se:,.2f}).\n"
        f"Wrote {study}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Words after ``cxvalue``; default those of the process.

    Returns
    -------
    int
        The exit code.
    """
    run = Run(debug=os.environ.get("CXVALUE_DEBUG") == "1")
    try:
        get_command(app)(args=arguments, prog_name="cxvalue", obj=run)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:  # noqa: BLE001  the last line of defence: whatever comes, one line and code 3
        if run.debug:
            traceback.print_exc()
        kind = f"{type(error).__name__}: {error}".splitlines()[0]
        hint = "" if run.debug else "\nHint: CXVALUE_DEBUG=1, or --debug before the command, shows where"
        typer.echo(f"Internal error, nothing was written: {kind}{hint}", err=True)
        return INTERNAL
    return 0


def compute(study: Path, *, only: Part | None = None, quiet: bool = False) -> StudyResults:
    """Return the results of a study.

    Parameters
    ----------
    study : Path
        The ``study.toml``.
    only : Part, optional
        Leave out outcomes and links.
    quiet : bool
        Show no progress.

    Returns
    -------
    StudyResults
        The results.
    """
    from cxvalue.study import Study

    with progress_shown(quiet) as progress, closing(Study.from_toml(study, progress=progress)) as opened:
        return opened.results("value" if only is not None else None)


@contextmanager
def progress_shown(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show on standard error which stage is running, if that is a terminal.

    Parameters
    ----------
    quiet : bool
        Show nothing.

    Yields
    ------
    callable
        Takes the name of the stage that begins.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda stage: None
        return
    with console.status("starting") as status:
        yield status.update


@contextmanager
def sample_study(*, beside: Path) -> Iterator[Path]:
    """Give the study of the sample base: the one in ``data/sample``, or one simulated for the time being.

    Parameters
    ----------
    beside : Path
        A temporary folder is made next to this one.

    Yields
    ------
    Path
        The ``study.toml``.
    """
    if SAMPLE.is_file():
        yield SAMPLE
        return
    from cxvalue.simulate import SCENARIOS
    from cxvalue.simulate import simulate as draw_base

    with temporary_folder(beside) as folder:
        yield draw_base(SCENARIOS["sample"], seed=1).write(folder)


@contextmanager
def temporary_folder(beside: Path) -> Iterator[Path]:
    """Give a folder next to another one and remove it in the end, whatever happens.

    Parameters
    ----------
    beside : Path
        The other folder.

    Yields
    ------
    Path
        The folder.

    Raises
    ------
    OutputError
        When none can be made there.
    """
    parent = beside.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{beside.name}-", dir=parent))
    except OSError as error:
        raise unwritable(beside, error) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
