"""Disclosure: no cell that leaves the library stands for fewer customers than the settings allow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

SUPPRESSED: Final = "suppressed"
"""Status of figures that are held back."""

COUNTED: Final = re.compile(
    r"(?<![\d.,])(\d+)(?= (?:effective )?(?:active )?(?:episodes|answers|customer|rows|weights))"
)
SHARE_IN_BRACKETS: Final = re.compile(r"\s*\([^()]*%[^()]*\)")


def is_small(n: float, minimum: int) -> bool:
    """Return whether a count stands for somebody, but for too few.

    Parameters
    ----------
    n : float
        A number of customers, answers or rows.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    bool
        True above 0 and below the minimum.

    Examples
    --------
    >>> [is_small(n, 10) for n in (0, 3, 10)]
    [False, True, False]
    """
    return 0 < n < minimum


def hide_cells(counts: Sequence[float], minimum: int, *, elsewhere: float = 0.0) -> tuple[bool, ...]:
    """Return which cells of a partition are held back when its total is known.

    Parameters
    ----------
    counts : sequence of float
        What each cell stands for.
    minimum : int
        Smallest number that may be shown.
    elsewhere : float
        What the total holds besides these cells.

    Returns
    -------
    tuple of bool
        True for cells that are too small and, as long as what is not shown would be too small in all, for the next
        smallest: the total less the cells shown must not give away a small one.

    Examples
    --------
    >>> hide_cells([4, 60, 35], 10)
    (True, False, True)
    >>> hide_cells([4, 7, 60], 10)
    (True, True, False)
    """
    hidden = [is_small(n, minimum) for n in counts]
    while is_small(elsewhere + sum(n for n, hide in zip(counts, hidden, strict=True) if hide), minimum):
        shown = [at for at, (n, hide) in enumerate(zip(counts, hidden, strict=True)) if not hide and n > 0]
        if not shown:
            break
        hidden[min(shown, key=lambda at: counts[at])] = True
    return tuple(hidden)


def at_least(minimum: int) -> str:
    """Return what stands in the place of a count that is held back.

    Parameters
    ----------
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    str
        Such as ``<10``.
    """
    return f"<{minimum}"


def hide_in_text(text: str, minimum: int) -> str:
    """Return a sentence without the small counts that it names.

    Parameters
    ----------
    text : str
        Such as the reason why something is not estimable.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    str
        The sentence, with ``fewer than 10`` in the place of small counts.

    Examples
    --------
    >>> hide_in_text("3 episodes in band neutral; at least 50 are needed", 10)
    'fewer than 10 episodes in band neutral; at least 50 are needed'
    """

    def replace(found: re.Match[str]) -> str:
        return f"fewer than {minimum}" if is_small(int(found[1]), minimum) else found[1]

    hidden = COUNTED.sub(replace, text)
    return SHARE_IN_BRACKETS.sub("", hidden) if hidden != text else text
