"""``cxvalue init``: a commented study.toml to fill in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import typer

from cxvalue.cli.folder import unwritable
from cxvalue.errors import OutputError

STUDY_FILE: Final = "study.toml"
SKELETON: Final = "study_skeleton.toml"


def skeleton_text() -> str:
    """Return the commented skeleton of a ``study.toml``.

    Returns
    -------
    str
        TOML. A line that begins with ``#`` and a word, without a space, is a setting that is off.
    """
    return files("cxvalue.cli").joinpath(SKELETON).read_text(encoding="utf-8")


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made if it does not exist.", show_default=False)],
) -> None:
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
    if path.exists():
        raise OutputError(
            f"'{path}' exists already and is left as it is", allowed=f"a folder without a {STUDY_FILE}",
            hint="name another folder, or move the file away",
        )  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(skeleton_text(), encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error) from None
    typer.echo(f"Wrote {path}. Fill in its paths and columns, then run: cxvalue check {path}")
