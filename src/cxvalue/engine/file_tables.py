"""Which tables a file with several of them holds: the sheets of a spreadsheet, the tables of a database."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
from python_calamine import CalamineError, load_workbook

from cxvalue.engine.source import DATABASE_SUFFIXES
from cxvalue.errors import DataError


def file_tables(path: Path) -> tuple[str, ...]:
    """Return the names of the tables within a file.

    Parameters
    ----------
    path : Path
        A spreadsheet, a DuckDB database, or a file that is one table.

    Returns
    -------
    tuple of str
        Sheets in their order, or tables by name; empty where the file is one table.

    Raises
    ------
    DataError
        When the file is not what its name says.
    """
    suffix = path.suffix.lower()
    try:
        if suffix == ".xlsx":
            return tuple(load_workbook(str(path)).sheet_names)
        if suffix in DATABASE_SUFFIXES:
            with closing(duckdb.connect(str(path), read_only=True)) as connection:
                listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
                return tuple(str(name) for (name,) in connection.execute(listed).fetchall())
    except (CalamineError, duckdb.Error) as error:
        raise DataError(
            f"'{path.name}' cannot be opened ({str(error).splitlines()[0]})",
            allowed="an .xlsx workbook without a password, or a DuckDB database", hint="open the file and look at it",
        ) from error  # fmt: skip
    return ()
