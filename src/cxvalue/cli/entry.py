"""The way in: from the words of a command line to its exit code, however the run ends."""

from __future__ import annotations

import os
import sys

from cxvalue.cli.interruption import Interruption, Stopped

INTERRUPTED_TEXT = "Interrupted: nothing half-written is left."


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Words after ``cxvalue``; default those of the process.

    Returns
    -------
    int
        0 done; 1 data or settings refused; 2 wrong usage; 3 internal error; 4 verdict below ``--require``;
        130 interrupted, 143 told to end.
    """
    with Interruption() as interruption:
        try:
            from cxvalue.cli.app import run_app  # noqa: PLC0415  takes a moment, in which a Ctrl-C has to be heard

            return run_app(arguments, debug=os.environ.get("CXVALUE_DEBUG") == "1", interruption=interruption)
        except (KeyboardInterrupt, Stopped):
            sys.stderr.write(f"{INTERRUPTED_TEXT}\n")
            return interruption.exit_code
