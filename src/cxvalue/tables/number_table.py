"""Small tables of numbers, made without pandas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def number_table(columns: Mapping[str, NDArray[Any]]) -> pa.Table:
    """Return columns of numbers as a table.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n,)
        Numbers by name; none is missing.

    Returns
    -------
    pyarrow.Table
        The same numbers, of the arrays' own types.

    Notes
    -----
    ``pyarrow.array`` loads pandas where that is installed, which takes longer than to check a small study.

    Examples
    --------
    >>> number_table({"month": np.array([24289, 24290], dtype=np.int32)})["month"].to_pylist()
    [24289, 24290]
    """
    return pa.table({name: number_array(np.ascontiguousarray(values)) for name, values in columns.items()})


def number_array(values: NDArray[Any]) -> pa.Array:
    """Return numbers as an Arrow array that shares their memory.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Contiguous numbers; none is missing.

    Returns
    -------
    pyarrow.Array
        The same numbers.
    """
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)])
