"""Freed memory: given back to the system between the stages of a run."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give memory that was freed back to the system, where the C library holds on to it and can be asked to let go.

    Notes
    -----
    The GNU C library keeps what arrays of a few megabytes leave behind, for the thread that asked for it first: at ten
    million customers about a gigabyte. Elsewhere nothing is done.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
