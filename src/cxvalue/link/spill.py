"""Where what is known of the answers is kept: in memory where they are few, in files where they are many."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import DTypeLike

from cxvalue.link.room_aside import room_aside
from cxvalue.link.spill_columns import SpillColumn, SpillFolder, SpillMatrix, Values, write_values

MOST_IN_MEMORY: Final = 500_000
"""Rows of a column up to which it stays in memory."""


class Spill:
    """Where the columns of so many rows are kept: in memory, or in files of a folder that goes when they do.

    Parameters
    ----------
    n : int
        Rows in all.
    """

    def __init__(self, n: int) -> None:
        self._folder: SpillFolder | None = None
        if n > MOST_IN_MEMORY:
            self._folder = SpillFolder()

    def keep(self, values: Values, narrow: DTypeLike, wide: DTypeLike) -> SpillColumn:
        """Keep a column that is there whole.

        Parameters
        ----------
        values : ndarray of shape (n,)
            The values.
        narrow, wide : dtype
            As they are kept, and as they are read.

        Returns
        -------
        SpillColumn
            The column.
        """
        narrowed = values.astype(narrow, copy=False)
        if self._folder is None:
            return SpillColumn(narrowed, narrow, wide)
        return SpillColumn(write_values(narrowed, self._folder), narrow, wide, folder=self._folder)

    def column(self, narrow: DTypeLike, wide: DTypeLike) -> GrowingColumn:
        """Begin a column that comes part by part.

        Parameters
        ----------
        narrow, wide : dtype
            As its values are kept, and as they are read.

        Returns
        -------
        GrowingColumn
            Without a row.
        """
        return GrowingColumn(self._folder, narrow, wide)

    def matrix(self, narrow: DTypeLike, wide: DTypeLike) -> GrowingMatrix:
        """Begin columns side by side that come part by part.

        Parameters
        ----------
        narrow, wide : dtype
            As their values are kept, and as they are read.

        Returns
        -------
        GrowingMatrix
            Without a row.
        """
        return GrowingMatrix(self._folder, narrow, wide)

    def close(self) -> None:
        """Remove the files; columns in them can no longer be read."""
        if self._folder is not None:
            self._folder.remove()


class GrowingColumn:
    """A column that comes part by part.

    Parameters
    ----------
    folder : SpillFolder, optional
        Where its file lies; in memory without one.
    narrow, wide : dtype
        As its values are kept, and as they are read.
    """

    def __init__(self, folder: SpillFolder | None, narrow: DTypeLike, wide: DTypeLike) -> None:
        self._folder, self._narrow, self._wide = folder, np.dtype(narrow), np.dtype(wide)
        self._parts: list[Values] = [np.empty(0, dtype=self._narrow)]
        self._path = None if folder is None else write_values(self._parts[0], folder)

    def append(self, values: Values) -> None:
        """Add rows.

        Parameters
        ----------
        values : ndarray of shape (r,)
            Their values.
        """
        narrowed = values.astype(self._narrow)
        if self._path is None:
            self._parts.append(narrowed)
            return
        with room_aside(), self._path.open("ab") as file:
            file.write(np.ascontiguousarray(narrowed).data)

    def end(self) -> SpillColumn:
        """Return the column.

        Returns
        -------
        SpillColumn
            All rows that were added.
        """
        values = np.concatenate(self._parts) if self._path is None else self._path
        return SpillColumn(values, self._narrow, self._wide, folder=self._folder)


class GrowingMatrix:
    """Columns side by side that come part by part.

    Parameters
    ----------
    folder : SpillFolder, optional
        Where their files lie; in memory without one.
    narrow, wide : dtype
        As values are kept, and as they are read.
    """

    def __init__(self, folder: SpillFolder | None, narrow: DTypeLike, wide: DTypeLike) -> None:
        self._folder, self._narrow, self._wide = folder, narrow, wide
        self._columns: list[GrowingColumn] = []
        self._n = 0

    def append(self, values: Values) -> None:
        """Add rows.

        Parameters
        ----------
        values : ndarray of shape (r, columns)
            Their values; as many columns each time.
        """
        if not self._columns:
            self._columns = [GrowingColumn(self._folder, self._narrow, self._wide) for _ in values.T]
        self._n += len(values)
        for column, part in zip(self._columns, values.T, strict=True):
            column.append(part)

    def end(self) -> SpillMatrix:
        """Return the columns.

        Returns
        -------
        SpillMatrix
            All rows that were added.
        """
        return SpillMatrix([column.end() for column in self._columns], self._n, self._wide)
