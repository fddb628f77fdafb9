"""Warnings of a run, a line each on standard error."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from cxvalue.errors import CxValueWarning


@contextmanager
def warning_lines(quiet: bool = False) -> Iterator[None]:
    """Show the library's warnings as plain lines while it is open; Python's own way names files of ours.

    Parameters
    ----------
    quiet : bool
        Show none of them.

    Yields
    ------
    None
        Nothing.
    """
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, CxValueWarning):
                typer.echo(f"Warning: {message}", err=True)
            else:
                shown(message, category, *place, **more)

        warnings.showwarning = show
        if quiet:
            warnings.simplefilter("ignore", CxValueWarning)
        yield
