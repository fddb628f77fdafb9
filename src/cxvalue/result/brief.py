"""Parts of results in one line: figures in few digits, arrays by their shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

MOST_ITEMS: Final = 6
"""Items of a list that are written out; of longer ones the number is."""


class Brief:
    """A dataclass that prints itself in one line."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = [field.name for field in fields(self) if field.repr]  # type: ignore[arg-type]  # every heir is a dataclass
        told = ", ".join(f"{name}={brief_text(getattr(self, name))}" for name in shown)
        return f"{type(self).__name__}({told})"


def brief_text(value: Any) -> str:
    """Return a value in a few words.

    Parameters
    ----------
    value : object
        The value.

    Returns
    -------
    str
        Numbers in few digits; arrays by their shape, tables by their rows, results by their type.

    Examples
    --------
    >>> brief_text(0.594444), brief_text("neutral"), brief_text((1.23456, 2)), brief_text({"a": 1})
    ('0.5944', "'neutral'", '(1.235, 2)', '1 entry')
    """
    if isinstance(value, float):
        return few_digits(value)
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    if hasattr(value, "shape"):
        return shape_text(value)
    if isinstance(value, Mapping):
        return f"{len(value)} {'entry' if len(value) == 1 else 'entries'}"
    if isinstance(value, (tuple, list)):
        items = [brief_text(item) for item in value[:MOST_ITEMS]]
        return f"({', '.join(items)})" if len(value) <= MOST_ITEMS else f"{len(value)} items"
    if callable(value):
        return getattr(value, "__name__", "a function")
    text = repr(value)
    return text if "\n" not in text and not hasattr(value, "summary") else type(value).__name__


def few_digits(value: float) -> str:
    """Return a number in four significant digits, whole from a thousand on.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> few_digits(13526.1), few_digits(0.05), few_digits(float("nan"))
    ('13,526', '0.05', 'nan')
    """
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.4g}"


def shape_text(value: Any) -> str:
    """Return what an array or table is.

    Parameters
    ----------
    value : ndarray or table
        Something with a shape.

    Returns
    -------
    str
        A scalar's figure, else the shape.
    """
    shape = tuple(value.shape)
    if not shape:
        return few_digits(float(value))
    if hasattr(value, "columns"):
        return f"table of {shape[0]:,} rows × {shape[1]:,} columns"
    return f"array of shape ({' × '.join(f'{n:,}' for n in shape)})"
