"""The application: its commands, and an exit code for whatever becomes of them."""

from __future__ import annotations

import tempfile
import traceback
from dataclasses import dataclass
from typing import Annotated, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cxvalue import __version__
from cxvalue.cli.check import check
from cxvalue.cli.compare import compare
from cxvalue.cli.demo import demo
from cxvalue.cli.init import init
from cxvalue.cli.interruption import Interruption, Stopped
from cxvalue.cli.report import report
from cxvalue.cli.simulate import simulate
from cxvalue.errors import CxValueError

REFUSED: Final = 1
INTERNAL: Final = 3


@dataclass(slots=True)
class Run:
    """One run of the command line.

    Parameters
    ----------
    debug : bool
        Whether an internal error shows its traceback.
    interruption : Interruption
        Knows whether the run was asked to end.
    """

    debug: bool
    interruption: Interruption


class Commands(TyperGroup):
    """The commands, with refusals in plain words."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # the context's own type is not exported
        """Run a command.

        Parameters
        ----------
        ctx : typer.Context
            What was asked for.

        Returns
        -------
        object
            What the command returns.

        Raises
        ------
        typer.Exit
            With 1 for what the library refuses.
        Stopped
            When the run was asked to end, whatever the interrupted step made of that.
        """
        run: Run = ctx.obj
        tempfile.gettempdir()  # tries the folder with a file, once; a Ctrl-C within would leave that file
        try:
            return super().invoke(ctx)
        except CxValueError as error:
            if run.interruption.number is not None:
                raise Stopped from None
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(REFUSED) from None
        except KeyboardInterrupt:
            raise Stopped from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What satisfaction is worth: from survey answers and monthly panels to money, with its interval.",
)
app.command(help="Report on the sample base, whose true value is known.")(demo)
app.command(help="Look at the files in FOLDER, guess which is which, and write a commented study.toml.")(init)
app.command(help="Hold the tables of a study against every rule: what was found, how many rows, what is done.")(check)
app.command(help="Write the report on a study.")(report)
app.command(help="Say what changed between two reports, figure by figure, and why.")(compare)
app.command(help="Write a simulated customer base with the true value of its move.")(simulate)


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
        bool, typer.Option("--debug", help="Show the traceback of an internal error, as CXVALUE_DEBUG=1 does.")
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
    run: Run = ctx.obj
    run.debug = run.debug or debug


def run_app(arguments: list[str] | None, *, debug: bool, interruption: Interruption) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : list of str, optional
        Words after ``cxvalue``; default those of the process.
    debug : bool
        Whether an internal error shows its traceback.
    interruption : Interruption
        Knows whether the run was asked to end.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    Stopped
        When the run was asked to end.
    """
    run = Run(debug=debug, interruption=interruption)
    try:
        get_command(app)(args=arguments, prog_name="cxvalue", obj=run)
    except SystemExit as end:
        if interruption.number is not None:
            raise Stopped from None
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:  # noqa: BLE001  the last line of defence: whatever comes, one line and code 3
        if interruption.number is not None:
            raise Stopped from None
        if run.debug:
            traceback.print_exc()
        kind = f"{type(error).__name__}: {error}".splitlines()[0]
        hint = "" if run.debug else "\nHint: CXVALUE_DEBUG=1, or --debug before the command, shows where"
        typer.echo(f"Internal error: {kind}{hint}", err=True)
        return INTERNAL
    return 0
