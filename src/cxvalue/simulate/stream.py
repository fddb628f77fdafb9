"""Where random numbers come from: one stream for each purpose and month, so that two worlds can share it."""

from __future__ import annotations

from typing import Final

import numpy as np

CUSTOMERS: Final = 0
MONTH: Final = 1
WAVE: Final = 2
MOVE: Final = 3
SETTLING: Final = 4
LASTING_MOVE: Final = 5
SUSTAINED_MOVE: Final = 6
PURCHASE: Final = 7


def random_stream(seed: int, purpose: int, index: int = 0) -> np.random.Generator:
    """Return the generator of one purpose and month.

    Parameters
    ----------
    seed : int
        Seed of the base, 0 or more.
    purpose : int
        One of the constants of this module.
    index : int, default 0
        Month or wave, 0 or more.

    Returns
    -------
    numpy.random.Generator
        A generator that depends on the three numbers alone.

    Examples
    --------
    >>> bool(random_stream(1, MONTH, 5).random() == random_stream(1, MONTH, 5).random())
    True
    """
    return np.random.default_rng([seed, purpose, index])
