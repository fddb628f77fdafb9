"""``cxvalue init``: look at a folder of files, guess which is which, and write a commented study.toml."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cxvalue.cli.folder import unwritable
from cxvalue.cli.study_text import skeleton_text, study_text
from cxvalue.errors import OutputError
from cxvalue.progress import ProgressBar

if TYPE_CHECKING:
    from rich.table import Table

    from cxvalue.tables.guess import Guess

STUDY_FILE: Final = "study.toml"


def init(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="The folder of an export; made if it does not exist.", show_default=False
        ),
    ],
) -> None:
    """Look at a folder of files, guess which is which, and write a commented ``study.toml``.

    Parameters
    ----------
    folder : Path
        The folder of an export; made if it does not exist. Without tables in it the skeleton is written.

    Raises
    ------
    OutputError
        When there is one already, or the folder cannot be written.
    """
    path = folder / STUDY_FILE
    if path.exists():
        raise OutputError(
            f"'{path}' exists already and is left as it is", allowed=f"a folder without a {STUDY_FILE}",
            hint="name another folder, or move the file away",
        )  # fmt: skip
    try:
        guess = guess_tables(folder)
    except OSError as error:
        raise unwritable(folder, error) from None
    text = skeleton_text() if guess is None else study_text(guess, name=folder.resolve().name)
    write_whole(path, text)
    if guess is None:
        typer.echo(f"Wrote {path}. Fill in its paths and columns, then run: cxvalue check {path}")
        return
    show(guess)
    typer.echo(f"Wrote {path}. Look at what was guessed, then run: cxvalue check {path}")


def guess_tables(folder: Path) -> Guess | None:
    """Return what the files of a folder seem to be.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Guess or None
        None for a folder without files.
    """
    if not folder.is_dir() or not any(not path.name.startswith(".") for path in folder.iterdir()):
        return None
    from cxvalue.engine import DuckDBEngine  # noqa: PLC0415  brings DuckDB and Arrow; --help has to answer at once
    from cxvalue.tables.guess import guess_folder  # noqa: PLC0415  brings DuckDB and Arrow; --help has to answer at once

    with ProgressBar() as progress, closing(DuckDBEngine()) as engine:
        progress("looking at the files")
        guess = guess_folder(engine, folder)
    return guess if guess.sections or guess.left_out else None


def write_whole(path: Path, text: str) -> None:
    """Write a file, all of it or nothing.

    Parameters
    ----------
    path : Path
        The file; missing folders are made.
    text : str
        Its content.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            aside.write_text(text, encoding="utf-8")
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None


def show(guess: Guess) -> None:
    """Print a guess: a table on a terminal, else plain text.

    Parameters
    ----------
    guess : Guess
        The guess.
    """
    from rich.console import Console  # noqa: PLC0415  --help has to answer at once

    console = Console()
    if not console.is_terminal:
        typer.echo(guess.summary())
        return
    console.print(guess_table(guess))
    for note in guess.notes():
        console.print(note, markup=False, highlight=False)


def guess_table(guess: Guess) -> Table:
    """Return a guess as a table for a terminal.

    Parameters
    ----------
    guess : Guess
        The guess.

    Returns
    -------
    rich.table.Table
        A line for each table, column and setting.
    """
    from rich.table import Table  # noqa: PLC0415  --help has to answer at once
    from rich.text import Text  # noqa: PLC0415  --help has to answer at once

    table = Table()
    for name in ("table", "column", "read as", "why"):
        table.add_column(name, overflow="fold")
    label = ""
    for line in guess.rows():
        first = line[0] if line[0] != label else ""
        label = line[0]
        style = "dim" if line[2] == "not used" else "bold" if line[2].startswith("[") else ""
        table.add_row(*(Text(cell) for cell in (first, *line[1:])), style=style)
    return table
