"""Freed memory: given back to the system between the stages of a run."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import pyarrow as pa

Item = TypeVar("Item")

GIVEN_BACK_AFTER = 32
"""Blocks of customers after which freed memory is given back."""


def giving_back(items: Iterable[Item]) -> Iterator[Item]:
    """Give items, and freed memory back to the system now and then.

    Parameters
    ----------
    items : iterable
        What was made of blocks of customers, one after the other.

    Yields
    ------
    object
        The items.
    """
    for at, item in enumerate(items, start=1):
        yield item
        if at % GIVEN_BACK_AFTER == 0:
            give_back()


def give_back() -> None:
    """Give memory that was freed back to the system, where the C library holds on to it and can be asked to let go.

    Notes
    -----
    The GNU C library keeps what arrays of a few megabytes leave behind, for the thread that asked for it first: at ten
    million customers about a gigabyte. Elsewhere only Arrow's own memory is given back.
    """
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
