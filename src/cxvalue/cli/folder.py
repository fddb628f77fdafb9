"""Folders that commands write to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cxvalue.errors import OutputError


def unwritable(path: Path, error: OSError) -> OutputError:
    """Return what the system said as an error with a hint.

    Parameters
    ----------
    path : Path
        What was to be written.
    error : OSError
        Why it was not.

    Returns
    -------
    OutputError
        To be raised.
    """
    return OutputError(
        f"'{path}' cannot be written: {error.strerror or error}", allowed="a folder with room that you may write to",
        hint="name another folder",
    )  # fmt: skip


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Give a new folder beside another path, gone in the end, whatever happens.

    Parameters
    ----------
    target : Path
        The other path; missing parents are made.

    Yields
    ------
    Path
        The new folder.

    Raises
    ------
    OutputError
        When none can be made there.
    """
    place = target.resolve()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent)
    except OSError as error:
        raise unwritable(target, error) from None
    with fresh as name:
        yield Path(name)
