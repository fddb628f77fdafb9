"""Which tables lie in a folder: files, hive folders, files that belong together, sheets, tables of a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cxvalue.engine.file_tables import file_tables
from cxvalue.engine.source import DATABASE_SUFFIXES
from cxvalue.errors import DataError

PLAIN_SUFFIXES: Final = (".parquet", ".csv", ".tsv", ".gz", ".txt")
SUFFIXES: Final = (*PLAIN_SUFFIXES, ".xlsx", *DATABASE_SUFFIXES)
FOREIGN: Final = (".xls", ".xlsm", ".xlsb", ".feather", ".arrow", ".orc", ".avro", ".sav", ".dta", ".sas7bdat", ".zip",
                  ".json", ".jsonl", ".ndjson", ".rds", ".pkl", ".sqlite", ".sqlite3")  # fmt: skip
"""Endings of files that may hold rows and that the library does not read."""
REPORT_MARK: Final = "manifest.json"
MOST_FILES: Final = 2000
MOST_LEVELS: Final = 3
YEAR_AT_THE_END: Final = re.compile(r"(?:19|20)\d\d[-_. ]?$")
"""Of what the names of monthly files share: next year's files are to be found as well."""


@dataclass(frozen=True, slots=True)
class FileGroup:
    """A table on disk, or what may be one.

    Parameters
    ----------
    path : str
        As it stands in ``study.toml``: relative to the folder; a file, a glob or a folder.
    table : str or None
        Sheet of a spreadsheet or table of a database.
    n_files : int
        How many files it is made of.
    """

    path: str
    table: str | None = None
    n_files: int = 1

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.path if self.table is None else f"{self.path} [{self.table}]"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not looked into, or a table that is not used.

    Parameters
    ----------
    label : str
        The file.
    why : str
        Why not.
    is_unread : bool
        Whether it is a table that could not be read.
    """

    label: str
    why: str
    is_unread: bool = False


def find_groups(folder: Path) -> tuple[tuple[FileGroup, ...], tuple[LeftOut, ...]]:
    """Return the tables in a folder, and the files that are passed over.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    tuple of tuple of FileGroup and tuple of LeftOut
        In the order of their paths. Files whose names differ in their digits only are put together; whether their
        columns agree has still to be seen.

    Raises
    ------
    DataError
        When the folder holds more files than an export would.
    """
    groups: list[FileGroup] = []
    passed: list[LeftOut] = []
    n_files = 0
    for place in walk(folder):
        files = sorted(path for path in place.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))
        n_files += len(files)
        if n_files > MOST_FILES:
            raise DataError(
                f"'{folder}' holds more than {MOST_FILES:,} files outside of hive folders",
                allowed="the folder of one export", hint="name the folder that holds the tables, and nothing else",
            )  # fmt: skip
        hives = sorted(path for path in place.iterdir() if path.is_dir() and is_hive(path))
        groups += [FileGroup(relative(path, folder), None, count_files(path)) for path in hives]
        for files_alike in alike(files):
            found, unread = as_groups(files_alike, folder)
            groups += found
            passed += unread
        passed += [LeftOut(relative(path, folder), "of a kind that is not read") for path in files
                   if path.suffix.lower() in FOREIGN]  # fmt: skip
    return tuple(groups), tuple(passed)


def walk(folder: Path, level: int = 0) -> Iterator[Path]:
    """Give a folder and the folders in it that may hold tables.

    Parameters
    ----------
    folder : Path
        The folder.
    level : int
        How deep it lies.

    Yields
    ------
    Path
        Folders; hive folders, hidden ones and reports of ours are passed over.
    """
    yield folder
    if level + 1 >= MOST_LEVELS:
        return
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith((".", "_"))
        if path.is_dir() and not hidden and not is_hive(path) and not (path / REPORT_MARK).is_file():
            yield from walk(path, level + 1)


def is_hive(folder: Path) -> bool:
    """Return whether a folder holds parts in folders such as ``month=2024-03``.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    bool
        True for a hive folder.
    """
    return any(path.is_dir() and "=" in path.name for path in folder.iterdir()) and count_files(folder) > 0


def count_files(folder: Path) -> int:
    """Return how many files a folder holds that would be read as one table.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    int
        Parquet and CSV files at any depth.
    """
    return sum(1 for kind in ("*.parquet", "*.csv") for _ in folder.rglob(kind))


def relative(path: Path, folder: Path) -> str:
    """Return a path as it stands in ``study.toml``.

    Parameters
    ----------
    path, folder : Path
        The path and the folder of the study.

    Returns
    -------
    str
        With slashes.
    """
    return path.relative_to(folder).as_posix()


def alike(files: list[Path]) -> list[list[Path]]:
    """Return files by what is left of their names without digits.

    Parameters
    ----------
    files : list of Path
        Files of one folder, sorted.

    Returns
    -------
    list of list of Path
        Files that the library reads.
    """
    by_name: dict[str, list[Path]] = {}
    for path in files:
        if path.suffix.lower() in SUFFIXES and (path.suffix.lower() != ".gz" or path.name.lower().endswith(".csv.gz")):
            by_name.setdefault(re.sub(r"\d+", "#", path.name), []).append(path)
    return list(by_name.values())


def as_groups(files: list[Path], folder: Path) -> tuple[list[FileGroup], list[LeftOut]]:
    """Return the tables that files of like names hold.

    Parameters
    ----------
    files : list of Path
        The files.
    folder : Path
        The folder of the study.

    Returns
    -------
    tuple of list of FileGroup and list of LeftOut
        One for the files together where a glob names them and no others; files that cannot be opened.
    """
    if files[0].suffix.lower() in PLAIN_SUFFIXES:
        together = common_glob(files)
        if together is not None:
            return [FileGroup(relative(together, folder), None, len(files))], []
        return [FileGroup(relative(path, folder)) for path in files], []
    groups: list[FileGroup] = []
    passed: list[LeftOut] = []
    for path in files:
        try:
            groups += [FileGroup(relative(path, folder), name) for name in file_tables(path)]
        except DataError as error:
            passed.append(LeftOut(relative(path, folder), error.what))
    return groups, passed


def common_glob(files: list[Path]) -> Path | None:
    """Return a glob that names the files and no others.

    Parameters
    ----------
    files : list of Path
        Files of one folder.

    Returns
    -------
    Path or None
        None for a single file, and where there is none.
    """
    if len(files) < 2:
        return None
    names = [path.name for path in files]
    start = next(at for at in range(len(names[0])) if len({name[: at + 1] for name in names}) > 1)
    start = len(names[0][:start].rstrip("0123456789"))
    end = next(at for at in range(1, min(map(len, names)) + 1) if len({name[-at:] for name in names}) > 1) - 1
    tail = names[0][len(names[0]) - end :].lstrip("0123456789") if end else ""
    place, head = files[0].parent, names[0][:start]
    for pattern in (f"{YEAR_AT_THE_END.sub('', head)}*{tail}", f"{head}*{tail}"):
        is_plain = not any(character in pattern.replace("*", "", 1) for character in "*?[")
        if is_plain and sorted(place.glob(pattern)) == files:
            return place / pattern
    return None
