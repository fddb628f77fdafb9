"""Who was active, and who bought, in which month: as bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxvalue.link.columns import Integers


@dataclass(frozen=True, slots=True, eq=False)
class ActiveWords:
    """Months as bits, by customer; :class:`~cxvalue.tables.Calendar` reads them.

    Parameters
    ----------
    active : ndarray of shape (c, 2)
        Words of the months in which the customer was active.
    bought : ndarray of shape (c, 2), optional
        Words of the months in which the customer bought, where leaving is not seen.
    """

    active: Integers
    bought: Integers | None = None


def nobody() -> ActiveWords:
    """Return the words of no customer.

    Returns
    -------
    ActiveWords
        Of shape (0, 2).
    """
    return ActiveWords(np.empty((0, 2), dtype=np.int64))
