"""What DuckDB raises, in the library's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from cxvalue.errors import CxValueError, DataError


@contextmanager
def system_errors() -> Iterator[None]:
    """Turn what DuckDB raises while it writes a file into the system's error.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    try:
        yield
    except duckdb.IOException as error:
        raise OSError(str(error).splitlines()[0]) from error


@contextmanager
def worded_errors() -> Iterator[None]:
    """Turn what DuckDB raises into the library's errors, and its word for Ctrl-C into Python's.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    CxValueError
        For an error of the engine.
    KeyboardInterrupt
        When a statement was interrupted.
    """
    try:
        with heard_interruptions():
            yield
    except duckdb.Error as error:
        raise engine_error(error) from error


@contextmanager
def heard_interruptions() -> Iterator[None]:
    """Turn DuckDB's words for Ctrl-C into Python's.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    KeyboardInterrupt
        When a statement was interrupted.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


def engine_error(error: duckdb.Error) -> CxValueError:
    """Return an engine's error in the library's wording.

    Parameters
    ----------
    error : duckdb.Error
        What DuckDB raised.

    Returns
    -------
    CxValueError
        To be raised.
    """
    first = str(error).splitlines()[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return CxValueError(f"the engine ran out of memory: {first}", hint="raise memory_limit in [run]")
    return DataError(f"a table could not be read through: {first}", hint="look for damaged files or rows")
