"""Entries that hold named arrays: numbers and text, never Python objects."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from cxvalue.engine.cache.store import Store

SUFFIX: Final = "npz"
UNREADABLE: Final = (KeyError, TypeError, ValueError, OSError, EOFError, zipfile.BadZipFile)
"""What reading raises where an entry is not what its name says."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class ArrayEntry:
    """Where arrays are kept.

    Parameters
    ----------
    store : Store
        Keeps them.
    kind : str
        What they hold, a word of lower-case letters.
    key : str
        Hash of all that they depend on.
    """

    store: Store
    kind: str
    key: str

    def read(self, understand: Callable[[dict[str, NDArray[Any]]], Read]) -> Read | None:
        """Return what the arrays say.

        Parameters
        ----------
        understand : callable
            Makes something of the arrays. It raises ``KeyError`` or ``ValueError`` where they are not what they should
            be.

        Returns
        -------
        object or None
            None where there is no entry, or none that can be understood.

        Warns
        -----
        CxValueWarning
            When the entry was damaged; it is removed.
        """
        path = self.store.find(self.kind, self.key)
        if path is None:
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return understand({name: arrays[name] for name in arrays.files})
        except FileNotFoundError:
            return None  # another run found it damaged, and removed it
        except UNREADABLE:
            self.store.remove_damaged(path)
            return None

    def write(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays.

        Parameters
        ----------
        arrays : mapping of str to ndarray
            The arrays.

        Raises
        ------
        OutputError
            When they cannot be written.
        """

        named: dict[str, Any] = {name: plain(name, array) for name, array in arrays.items()}

        def make(part: Path) -> None:
            with part.open("wb") as file:
                np.savez(file, **named)

        self.store.fetch(self.kind, self.key, make, suffix=SUFFIX)


def plain(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Return an array that holds numbers or text.

    Parameters
    ----------
    name : str
        What it is called.
    array : ndarray
        The array.

    Returns
    -------
    ndarray
        The same.

    Raises
    ------
    TypeError
        When it holds Python objects, which would be read as code.
    """
    if array.dtype.hasobject:
        raise TypeError(f"'{name}' holds Python objects")
    return array
