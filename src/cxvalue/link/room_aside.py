"""Room for what waits in files: a temporary folder that is full is said to be full."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from cxvalue.errors import OutputError


@contextmanager
def room_aside() -> Iterator[None]:
    """Turn what the system says of a temporary folder that cannot be written into an error with a hint.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    OutputError
        When rows cannot be put aside.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"rows cannot be put aside in the temporary folder '{tempfile.gettempdir()}': {error.strerror or error}",
            allowed="a folder on a disk with room, yours to write in",
            hint="make room there, or name another folder in the environment variable TMPDIR",
        ) from error
