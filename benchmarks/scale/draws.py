"""Random numbers by integer arithmetic alone: the same on every machine, with any number of threads, in any order."""

from __future__ import annotations

import hashlib

PRIME = 2**31 - 1
"""Everything is worked out modulo this prime: products of two numbers below it fit a 64-bit integer."""
CUBIC = 4
"""Coefficients of a polynomial of degree 3, whose values at any four customers are independent."""


def coefficients(name: str, n: int) -> tuple[int, ...]:
    """Return n numbers below the prime, from the md5 of a name; none is 0."""
    parts = (hashlib.md5(f"{name}/{at}".encode(), usedforsecurity=False).digest() for at in range(n))
    return tuple(1 + int.from_bytes(part[:8], "big") % (PRIME - 1) for part in parts)


def polynomial(variable: str, name: str) -> str:
    """Return the SQL of a whole number from 0 to the prime − 1, drawn for each value of a variable."""
    first, *others = coefficients(name, CUBIC)
    sql = str(first)
    for other in others:
        sql = f"(({sql} * {variable} + {other}) % {PRIME})"
    return sql


def uniform(number: str) -> str:
    """Return the SQL that turns such a number into one between 0 and 1, neither of them included."""
    return f"((CAST({number} AS DOUBLE) + 0.5) / {PRIME}.0)"


def monthly(name: str, customer: str = "p.mixed", month: str = "m") -> str:
    """Return the SQL of a number between 0 and 1 for a customer and a month, from the month's two coefficients."""
    return uniform(f"(({month}.{name}_a * {customer} + {month}.{name}_b) % {PRIME})")


def month_columns(month: int, names: tuple[str, ...], seed: int) -> dict[str, int]:
    """Return the coefficients of one month, by column name."""
    columns = {}
    for name in names:
        columns[f"{name}_a"], columns[f"{name}_b"] = coefficients(f"{seed}/{name}/{month}", 2)
    return columns
