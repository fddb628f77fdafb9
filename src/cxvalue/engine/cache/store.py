"""The store: a private folder of entries that a run can trust or make again."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cxvalue.engine.cache.content_hash import content_hash
from cxvalue.errors import CxValueWarning, OutputError, SettingsError

MARKER: Final = "cxvalue-cache.json"
LAYOUT: Final = 1
"""Of names and entries; another one is not read but made again."""
PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
ENTRY: Final = re.compile(r"[a-z_]+-[0-9a-f]{32}-[0-9a-f]{64}\.[a-z]+")
PART: Final = re.compile(r"\.[a-z_]+-[0-9a-f]{32}-.*\.part")
MARKER_PART: Final = re.compile(r"\.cxvalue-cache-.*\.part")
UNUSED_DAYS: Final = 90
"""An entry that no run has used for so long is removed."""
PART_DAYS: Final = 1
"""A half-written entry of a run that was killed is removed after so long; no run takes longer."""
SECONDS_A_DAY: Final = 86_400
REFUSED: Final = "a new or empty folder, or a cache of ours"


@dataclass(frozen=True, slots=True)
class Store:
    """Entries by key, each a file whose name holds the hash of its own content.

    An entry is written beside and renamed when it is complete, so that runs at the same time, and those that are broken
    off, never leave half of one. Whether its content is what its name says is looked at before it is used.

    Parameters
    ----------
    folder : Path
        Holds the entries, and nothing else.
    """

    folder: Path

    def fetch(self, kind: str, key: str, make: Callable[[Path], None], *, suffix: str) -> Path:
        """Return an entry; make it where there is none.

        Parameters
        ----------
        kind : str
            What it holds, a word of lower-case letters.
        key : str
            Hash of all that it depends on.
        make : callable
            Writes the content to a path.
        suffix : str
            Of the file, without a dot.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OutputError
            When it cannot be written.

        Warns
        -----
        CxValueWarning
            When an entry was damaged; it is made again.
        """
        found = self.find(kind, key)
        return found if found is not None else self._add(kind, key, make, suffix)

    def find(self, kind: str, key: str) -> Path | None:
        """Return an entry if there is one and its content is what it was.

        Parameters
        ----------
        kind : str
            What it holds.
        key : str
            Hash of all that it depends on.

        Returns
        -------
        Path or None
            The file.

        Warns
        -----
        CxValueWarning
            When an entry was damaged; it is removed.
        """
        try:
            names = sorted(os.listdir(self.folder))
        except OSError:
            return None  # gone or not to be read: no entry, and writing one says why
        for name in names:
            if not (name.startswith(f"{kind}-{key}-") and ENTRY.fullmatch(name)):
                continue
            path = self.folder / name
            try:
                if content_hash(path) == path.stem.rpartition("-")[2]:
                    os.utime(path)
                    return path
            except OSError:
                pass  # gone or unreadable: as good as damaged
            self.remove_damaged(path)
        return None

    def remove_damaged(self, path: Path) -> None:
        """Remove an entry that cannot be used, and say so.

        Parameters
        ----------
        path : Path
            The entry.

        Warns
        -----
        CxValueWarning
            That it is made again.
        """
        warnings.warn(f"cache: the entry {path.name[:24]}… was damaged; it is made again", CxValueWarning, stacklevel=3)
        path.unlink(missing_ok=True)

    def _add(self, kind: str, key: str, make: Callable[[Path], None], suffix: str) -> Path:
        try:
            with tempfile.NamedTemporaryFile(
                dir=self.folder, prefix=f".{kind}-{key}-", suffix=".part", delete=False
            ) as file:
                part = Path(file.name)
            try:
                make(part)
                part.chmod(PRIVATE_FILE)  # what writes it may have put another file in its place
                return part.replace(self.folder / f"{kind}-{key}-{content_hash(part)}.{suffix}")
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def tidy(self, now: float) -> None:
        """Remove what no run has used for long, and what killed runs have left.

        Parameters
        ----------
        now : float
            Seconds since 1970.
        """
        for path in self.folder.iterdir():
            if ENTRY.fullmatch(path.name):
                days = UNUSED_DAYS
            elif PART.fullmatch(path.name) or MARKER_PART.fullmatch(path.name):
                days = PART_DAYS
            else:
                continue
            try:
                if now - path.stat().st_mtime > days * SECONDS_A_DAY:
                    path.unlink(missing_ok=True)
            except FileNotFoundError:
                continue  # another run was faster


def open_store(folder: Path) -> Store:
    """Return the store in a folder, which is made, for nobody else to read, where there is none.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Store
        The store.

    Raises
    ------
    SettingsError
        When the folder holds something else.
    OutputError
        When it cannot be made or written.

    Warns
    -----
    CxValueWarning
        When it was written by a version with another layout; its entries are made again.
    """
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        # Listed before the marker is read: an entry of this layout is only ever made after its marker, so that whatever
        # another run does meanwhile, none of its entries is among those that are taken for old ones.
        names = [name for name in os.listdir(folder) if not MARKER_PART.fullmatch(name)]
        marker = read_marker(folder)
        if marker is None and names:
            raise foreign(folder)
        store = Store(folder)
        if marker is None:
            write_marker(folder)
        elif marker.get("layout") != LAYOUT:
            begin_again(store, [name for name in names if ENTRY.fullmatch(name)])
        store.tidy(time.time())
    except FileExistsError:
        raise foreign(folder) from None
    except OSError as error:
        raise unwritable(folder, error) from error
    return store


def read_marker(folder: Path) -> dict[str, object] | None:
    """Return what the marker of a cache says.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    dict of str to object or None
        None where there is no marker; empty where it cannot be understood.
    """
    try:
        content = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def begin_again(store: Store, old: list[str]) -> None:
    """Remove the entries of another layout.

    Parameters
    ----------
    store : Store
        The store.
    old : list of str
        Names of its entries before its marker was read.

    Warns
    -----
    CxValueWarning
        That they are made again.
    """
    warnings.warn(
        f"cache: '{store.folder.name}' is of another version or damaged; its {len(old)} entries are made again",
        CxValueWarning, stacklevel=3,
    )  # fmt: skip
    for name in old:
        (store.folder / name).unlink(missing_ok=True)
    write_marker(store.folder)


def write_marker(folder: Path) -> None:
    """Write the marker of this layout, for nobody else to read; of two runs at once, both write the same.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    folder.chmod(PRIVATE_FOLDER)
    with tempfile.NamedTemporaryFile(
        "w", dir=folder, prefix=".cxvalue-cache-", suffix=".part", delete=False, encoding="utf-8"
    ) as file:
        json.dump({"written_by": "cxvalue", "layout": LAYOUT}, file)
    Path(file.name).replace(folder / MARKER)


def refuse_cache_within(out: Path, cache: Path | None) -> None:
    """Refuse a report folder that holds the cache, or lies in it.

    Parameters
    ----------
    out : Path
        Folder of the report, which is handed on.
    cache : Path, optional
        Folder of the cache, which holds rows of customers.

    Raises
    ------
    SettingsError
        When one is within the other.
    """
    if cache is None:
        return
    place, store = out.resolve(), cache.resolve()
    if place == store or place in store.parents or store in place.parents:
        raise SettingsError(
            f"[run] cache = '{cache.name}' and the report folder '{out}' lie in each other",
            allowed="a cache apart from reports: it holds rows of customers",
            hint="name another folder for one of them",
        )


def foreign(folder: Path) -> SettingsError:
    """Return the error for a folder that is not a cache.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    SettingsError
        To be raised.
    """
    return SettingsError(
        f"[run] cache: '{folder}' is no cache of ours, so nothing in it is touched", allowed=REFUSED,
        hint="name another folder",
    )  # fmt: skip


def unwritable(folder: Path, error: OSError) -> OutputError:
    """Return what the system said of the cache as an error with a hint.

    Parameters
    ----------
    folder : Path
        The cache.
    error : OSError
        Why it cannot be written.

    Returns
    -------
    OutputError
        To be raised.
    """
    return OutputError(
        f"what a run keeps for the next one cannot be kept in '{folder}': {error.strerror or error}",
        allowed="a folder on a disk with room, yours to write in", hint="make room there, or name one in [run] cache",
    )  # fmt: skip
