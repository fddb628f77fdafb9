"""Packed numbers: an array as text that a script can read, in as many bytes a number as its precision needs."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxvalue.link.columns import Floats

MOST_BYTES: Final = 6
"""A script's numbers hold whole numbers of 53 bits exactly; 6 bytes are 48."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Numbers in fixed point.

    Parameters
    ----------
    step : float
        What one unit of the whole numbers stands for.
    n_bytes : int
        Bytes a number, 1 to 6.
    data : str
        The whole numbers, two's complement, least byte first, in base64.
    """

    step: float
    n_bytes: int
    data: str


def pack(values: Floats, step: float) -> Packed:
    """Return numbers in fixed point.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite numbers.
    step : float
        The widest step that may be taken, above 0; a wider one is taken only where 6 bytes do not reach.

    Returns
    -------
    Packed
        Each number is off by at most half a step.

    Examples
    --------
    >>> pack(np.array([0.0, 1.5, -0.5]), 0.5)
    Packed(step=0.5, n_bytes=1, data='AAP/')
    """
    largest = float(np.abs(values).max(initial=0.0))
    step = max(step, largest / 2.0 ** (8 * MOST_BYTES - 2))
    whole = np.rint(values / step).astype("<i8")
    reach = int(np.abs(whole).max(initial=0))
    n_bytes = next(n for n in range(1, MOST_BYTES + 1) if reach < 2 ** (8 * n - 1))
    raw = np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 8)[:, :n_bytes].tobytes()
    return Packed(step, n_bytes, b64encode(raw).decode("ascii"))
