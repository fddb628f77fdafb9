"""Columns of numbers that lie in files, and stand in for arrays."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, SupportsIndex, TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray

from cxvalue.link.room_aside import room_aside

Values: TypeAlias = NDArray[Any]
Method: TypeAlias = Literal["__call__", "reduce", "reduceat", "accumulate", "outer", "at"]
Rows: TypeAlias = "NDArray[Any] | slice"


class SpillFolder:
    """A folder of the system's temporary folder that goes with the last column in it, or with the process."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="cxvalue-")
        self.remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class SpillColumn(NDArrayOperatorsMixin):
    """A column of numbers, narrow where it is kept and wide where it is read.

    Parameters
    ----------
    values : ndarray of shape (n,) or Path
        The values, or the file that holds them.
    narrow : dtype
        As they are kept.
    wide : dtype
        As they are read, so that arithmetic does not overflow.
    folder : SpillFolder, optional
        Where the file lies; removed with the last column that lies in it.

    Notes
    -----
    It stands in for an array: rows are taken from it, and NumPy's functions and operators read it whole. Of a file no
    more is read than from the first row asked for to the last.

    Examples
    --------
    >>> column = narrow_codes(np.array([3, 1, 2]))
    >>> column[1:].tolist(), (column + 1).tolist(), len(column)
    ([1, 2], [4, 2, 3], 3)
    """

    def __init__(
        self,
        values: Values | Path,
        narrow: DTypeLike,
        wide: DTypeLike,
        *,
        folder: SpillFolder | None = None,
    ) -> None:
        self._values, self._narrow, self._wide, self._folder = values, np.dtype(narrow), np.dtype(wide), folder
        size = self._narrow.itemsize
        self._n = values.stat().st_size // size if isinstance(values, Path) else len(values)

    def __len__(self) -> int:
        return self._n

    @property
    def shape(self) -> tuple[int]:
        """Rows."""
        return (self._n,)

    def __getitem__(self, rows: Rows) -> Values:
        """Return the values of some rows.

        Parameters
        ----------
        rows : ndarray or slice
            Positions, a mask or a slice.

        Returns
        -------
        ndarray
            Their values, wide.
        """
        if not isinstance(self._values, Path):
            return self._values[rows].astype(self._wide)
        if isinstance(rows, slice):
            first, end, step = rows.indices(self._n)
            return self._read(first, max(end - first, 0))[::step].astype(self._wide, copy=False)
        low = int(rows.min(initial=self._n))
        if rows.dtype == bool or low < 0:
            return np.asarray(self._kept()[rows], dtype=self._wide)
        part: Values = self._read(low, max(int(rows.max(initial=-1)) - low + 1, 0))
        return np.asarray(part[rows - low], dtype=self._wide)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Values:
        return self._kept().astype(self._wide if dtype is None else dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: Method, *inputs: Any, **kwargs: Any) -> Any:
        arrays = [np.asarray(each) if isinstance(each, SpillColumn) else each for each in inputs]
        return getattr(ufunc, method)(*arrays, **kwargs)

    def only(self, rows: NDArray[np.bool_]) -> SpillColumn:
        """Return the column with some of its rows, kept as this one is.

        Parameters
        ----------
        rows : ndarray of shape (n,)
            Which.

        Returns
        -------
        SpillColumn
            Of these rows.
        """
        values = self._kept()[rows]
        if self._folder is None:
            return SpillColumn(values, self._narrow, self._wide)
        return SpillColumn(write_values(values, self._folder), self._narrow, self._wide, folder=self._folder)

    def _kept(self) -> Values:
        return self._read(0, self._n) if isinstance(self._values, Path) else self._values

    def _read(self, first: int, n: int) -> Values:
        size = self._narrow.itemsize
        return np.fromfile(str(self._values), self._narrow, count=n, offset=first * size)


class SpillMatrix:
    """Columns of the same rows, side by side.

    Parameters
    ----------
    columns : sequence of SpillColumn
        The columns.
    n : int
        Rows, which no column need tell.
    wide : dtype
        As they are read.
    """

    def __init__(self, columns: Sequence[SpillColumn], n: int, wide: DTypeLike) -> None:
        self.columns, self._n, self._wide = tuple(columns), n, np.dtype(wide)

    def __len__(self) -> int:
        return self._n

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._n, len(self.columns)

    @property
    def T(self) -> Iterator[Values]:  # noqa: N802  the name that arrays have for it
        """The columns, one after the other."""
        return (column[:] for column in self.columns)

    def __getitem__(self, at: Rows | tuple[Rows, SupportsIndex]) -> Values:
        """Return the values of some rows, of all columns or of one.

        Parameters
        ----------
        at : ndarray, slice, or tuple of one and int
            Rows, and the column.

        Returns
        -------
        ndarray of shape (r, columns) or (r,)
            Their values, wide.
        """
        if isinstance(at, tuple):
            rows, column = at
            return self.columns[int(column)][rows]
        if not self.columns:
            return np.empty((len(np.empty(self._n, dtype=bool)[at]), 0), dtype=self._wide)
        return np.column_stack([column[at] for column in self.columns])

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Values:
        return self[:].astype(self._wide if dtype is None else dtype)

    def some(self, columns: Sequence[int]) -> SpillMatrix:
        """Return some of the columns; none is read.

        Parameters
        ----------
        columns : sequence of int
            Which.

        Returns
        -------
        SpillMatrix
            Of the same rows.
        """
        return SpillMatrix([self.columns[at] for at in columns], self._n, self._wide)

    def only(self, rows: NDArray[np.bool_]) -> SpillMatrix:
        """Return some of the rows, kept as these are; one column after the other is read.

        Parameters
        ----------
        rows : ndarray of shape (n,)
            Which.

        Returns
        -------
        SpillMatrix
            Of these rows.
        """
        return SpillMatrix([column.only(rows) for column in self.columns], int(rows.sum()), self._wide)


AnyColumn: TypeAlias = "NDArray[Any] | SpillColumn"
AnyMatrix: TypeAlias = "NDArray[Any] | SpillMatrix"


def write_values(values: Values, folder: SpillFolder) -> Path:
    """Write values into a file of their own.

    Parameters
    ----------
    values : ndarray of shape (n,)
        The values.
    folder : SpillFolder
        Where to.

    Returns
    -------
    Path
        The file.
    """
    with room_aside(), tempfile.NamedTemporaryFile(dir=folder.path, prefix="column_", delete=False) as file:
        file.write(np.ascontiguousarray(values).data)  # tofile says nothing of a disk that is full
    return Path(file.name)


def column_of(matrix: AnyMatrix, at: int) -> AnyColumn:
    """Return a column of a matrix; a kept one is not read.

    Parameters
    ----------
    matrix : ndarray or SpillMatrix of shape (n, c)
        The columns.
    at : int
        Which.

    Returns
    -------
    ndarray or SpillColumn of shape (n,)
        The column.
    """
    return matrix.columns[at] if isinstance(matrix, SpillMatrix) else matrix[:, at]


def narrow_codes(codes: NDArray[np.integer[Any]]) -> SpillColumn:
    """Keep whole numbers in memory, as narrow as they fit.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        The numbers.

    Returns
    -------
    SpillColumn
        Read as 64-bit integers.
    """
    ends = int(codes.min(initial=0)), -1 - int(codes.max(initial=0))
    narrow = np.result_type(*(np.min_scalar_type(min(end, -1)) for end in ends))
    return SpillColumn(codes.astype(narrow), narrow, np.int64)
