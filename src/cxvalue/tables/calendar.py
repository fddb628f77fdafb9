"""Months as bits: what a customer did in up to 124 months fits into two integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.errors import DataError
from cxvalue.tables.number_table import number_table
from cxvalue.vocabulary import month_label

BITS = 62
WORDS = 2


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of a study and their bits; table ``calendar`` (month, bit_0, bit_1) in the engine.

    Parameters
    ----------
    first : int
        First month integer.
    last : int
        Last month integer.
    """

    first: int
    last: int

    @property
    def n_months(self) -> int:
        """How many they are."""
        return self.last - self.first + 1

    def put(self, engine: Engine) -> None:
        """Bring the table ``calendar`` into the engine.

        Parameters
        ----------
        engine : Engine
            Where to.
        """
        months = np.arange(self.first, self.last + 1)
        words = [[self.window(int(month), int(month))[word] for month in months] for word in range(WORDS)]
        columns: dict[str, NDArray[Any]] = {"month": months.astype(np.int32)}
        columns |= {f"bit_{word}": np.array(bits, dtype=np.int64) for word, bits in enumerate(words)}
        engine.put("calendar", number_table(columns))

    def window(self, first: int, last: int) -> tuple[int, int]:
        """Return the bits of the months from ``first`` to ``last``, both included.

        Parameters
        ----------
        first, last : int
            Month integers; what lies outside the calendar is left out.

        Returns
        -------
        tuple of int
            Two words.

        Examples
        --------
        >>> Calendar(100, 110).window(101, 102)
        (6, 0)
        """
        low, high = max(first, self.first) - self.first, min(last, self.last) - self.first
        if high < low:
            return (0, 0)
        bits = (1 << (high + 1)) - (1 << low)
        return (bits & ((1 << BITS) - 1), bits >> BITS)

    def unpack(self, words: NDArray[np.int64], months: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of the given months are set in each customer's words.

        Parameters
        ----------
        words : ndarray of shape (n, 2)
            Bits of each customer.
        months : ndarray of shape (n, k)
            Month integers; those outside the calendar are False.

        Returns
        -------
        ndarray of shape (n, k)
            True where the month is set.
        """
        offset = months - self.first
        inside = (offset >= 0) & (offset <= self.last - self.first)
        offset = np.where(inside, offset, 0)
        word = np.where(offset < BITS, words[:, [0]], words[:, [1]])
        return np.asarray(inside & ((word >> (offset % BITS)) & 1).astype(bool))

    def in_month(self, words: NDArray[np.int64], month: int) -> NDArray[np.bool_]:
        """Return whose bit of a month is set.

        Parameters
        ----------
        words : ndarray of shape (n, 2)
            Bits of each customer.
        month : int
            Month integer; one outside the calendar is set for nobody.

        Returns
        -------
        ndarray of shape (n,)
            True where the month is set.

        Examples
        --------
        >>> Calendar(100, 102).in_month(np.array([[0b101, 0]]), 102).tolist()
        [True]
        """
        if not self.first <= month <= self.last:
            return np.zeros(len(words), dtype=bool)
        word, bit = divmod(month - self.first, BITS)
        return np.asarray((words[:, word] & (1 << bit)) != 0)

    def count_months(
        self, words: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return how many bits of consecutive months are set.

        Parameters
        ----------
        words : ndarray of shape (n, 2)
            Bits of each customer.
        first, last : ndarray of shape (n,)
            Months of each customer, both included; none where the last comes before the first. Those outside the
            calendar are not set.

        Returns
        -------
        ndarray of shape (n,)
            Months.

        Examples
        --------
        >>> Calendar(100, 110).count_months(np.array([[0b1011, 0]]), np.array([99]), np.array([102])).tolist()
        [2]
        """
        total = np.zeros(len(words), dtype=np.int64)
        end = np.minimum(last, self.last) - self.first + 1
        begin = np.maximum(first, self.first) - self.first
        for word in range((self.last - self.first) // BITS + 1):
            low = np.clip(begin - word * BITS, 0, BITS)
            length = np.maximum(np.clip(end - word * BITS, 0, BITS) - low, 0)
            total += np.bitwise_count((words[:, word] >> low) & ((1 << length) - 1))
        return total

    def every_month(self, words: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return in which months of the calendar each customer's bits are set.

        Parameters
        ----------
        words : ndarray of shape (n, 2)
            Bits of each customer.

        Returns
        -------
        ndarray of shape (n, months)
            True where the month is set.

        Examples
        --------
        >>> Calendar(100, 102).every_month(np.array([[0b101, 0]])).tolist()
        [[True, False, True]]
        """
        octets = np.ascontiguousarray(words, dtype="<i8").view(np.uint8).reshape(-1, WORDS, 8)
        bits = np.unpackbits(octets, axis=2, bitorder="little")[:, :, :BITS]
        return bits.reshape(len(words), WORDS * BITS)[:, : self.n_months].astype(bool)


def make_calendar(first: int, last: int, table: str) -> Calendar:
    """Return the calendar of a study, refusing spans that are too long.

    Parameters
    ----------
    first, last : int
        Month integers.
    table : str
        The table that spans them, for the message.

    Returns
    -------
    Calendar
        The calendar.

    Raises
    ------
    DataError
        When there are more than 124 months.
    """
    if last - first + 1 > BITS * WORDS:
        raise DataError(
            f"table '{table}' spans {month_label(first)} to {month_label(last)}, {last - first + 1} months",
            allowed=f"at most {BITS * WORDS} months",
            hint="leave out old months, and look for a mistyped year",
        )
    return Calendar(first, last)
