"""Disclosure: no cell that leaves the library stands for fewer customers than the settings allow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

SUPPRESSED: Final = "suppressed"
"""Status of figures that are held back."""

NEARLY_ALL: Final = "nearly all"
"""What stands in the place of a part that leaves few of a total."""

PEOPLE: Final = r"(?:episode|answer|customer|row|weight|leaving|invitation|record|score|dissatisfied|neutral|satisfied)"
"""What counts in sentences are counts of."""
BETWEEN: Final = r"(?:(?:effective|active|fully|followed|repeated|pairs|of|distinct|exact|copies) )*"
"""Words that may stand between a count and what it counts."""
NUMBER: Final = r"(?<!at least )(?<!fewer than )(?<![\d.,/-])(\d{1,3}(?:,\d{3})+|\d+)"
COUNTED: Final = re.compile(rf"{NUMBER}(?= {BETWEEN}{PEOPLE})")
PART_OF: Final = re.compile(rf"{NUMBER} of {NUMBER}(?= {BETWEEN}{PEOPLE})")
PART_IN_BRACKETS: Final = re.compile(rf"{NUMBER}(?= [^()]*\([^()]*% of ([\d,]+)\))")
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


def apart(counts: Iterable[int], minimum: int, *, beside: Iterable[int] = ()) -> frozenset[int]:
    """Return which of several counts of the same people may be shown side by side.

    Parameters
    ----------
    counts : iterable of int
        Such as the episodes that several estimators stand on, one a part of another.
    minimum : int
        Smallest number that may be shown.
    beside : iterable of int
        Counts that are shown whatever comes of this, such as their total.

    Returns
    -------
    frozenset of int
        From the largest down, those that are not small and differ from every one shown by nothing or by the minimum.

    Examples
    --------
    >>> sorted(apart([600, 600, 597, 480, 4], 10))
    [480, 600]
    >>> sorted(apart([600, 600, 597, 480, 4], 10, beside=[602]))
    [480]
    """
    seen, shown = list(beside), set()
    for n in sorted(set(counts), reverse=True):
        if not is_small(n, minimum) and not any(is_small(abs(other - n), minimum) for other in seen):
            seen.append(n)
            shown.add(n)
    return frozenset(shown)


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
    """Return a sentence without the small counts that it names, or that follow from it.

    Parameters
    ----------
    text : str
        Such as the reason why something is not estimable.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    str
        The sentence, with ``fewer than 10`` in the place of small counts, and ``nearly all`` in the place of a part
        that leaves few of a total. Several totals of the same band in one text, such as those of several lengths of
        follow-up, are shown as far as they lie apart by the minimum.

    Examples
    --------
    >>> hide_in_text("3 episodes in band neutral; at least 50 are needed", 10)
    'fewer than 10 episodes in band neutral; at least 50 are needed'
    >>> hide_in_text("597 of 600 answers have them", 10)
    'nearly all of 600 answers have them'
    """
    hidden = PART_OF.sub(lambda found: part_in_words(found[1], found[2], minimum), text)
    hidden = PART_IN_BRACKETS.sub(
        lambda found: NEARLY_ALL if is_small(whole(found[2]) - whole(found[1]), minimum) else found[1], hidden
    )
    hidden = COUNTED.sub(lambda found: few(found[1], minimum), hidden)
    hidden = SHARE_IN_BRACKETS.sub("", hidden) if hidden != text else text
    return hide_steps(hidden, minimum)


def part_in_words(part: str, total: str, minimum: int) -> str:
    """Return a part of a total, neither it nor the rest given where they are small.

    Parameters
    ----------
    part, total : str
        Whole numbers.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    str
        Such as ``40 of 600``, ``fewer than 10 of 600`` or ``nearly all of 600``.
    """
    if is_small(whole(total) - whole(part), minimum) and not is_small(whole(part), minimum):
        return f"{NEARLY_ALL} of {total}"
    return f"{few(part, minimum)} of {few(total, minimum)}"


def hide_steps(text: str, minimum: int) -> str:
    """Return a sentence without totals of a band whose difference from another of them would be a small count.

    Parameters
    ----------
    text : str
        The sentence.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    str
        The first of such totals as it is, the others as ``nearly as many``.

    Examples
    --------
    >>> hide_steps("effective 70 of 90 neutral at first; 60 of 87 neutral later", 10)
    'effective 70 of 90 neutral at first; 60 of nearly as many neutral later'
    """
    seen: dict[str, list[int]] = {}

    def replace(found: re.Match[str]) -> str:
        number, known = whole(found[2]), seen.setdefault(found[3], [])
        if any(is_small(abs(number - other), minimum) for other in known):
            return f"{found[1]}nearly as many {found[3]}"
        known.append(number)
        return found[0]

    return re.sub(r"(\bof )([\d,]*\d) (dissatisfied|neutral|satisfied)\b", replace, text)


def few(number: str, minimum: int) -> str:
    """Return a count, or that it is small.

    Parameters
    ----------
    number : str
        A whole number.
    minimum : int
        Smallest number that may be shown.

    Returns
    -------
    str
        The number as it is, or ``fewer than 10``.
    """
    return f"fewer than {minimum}" if is_small(whole(number), minimum) else number


def whole(number: str) -> int:
    """Return a whole number that is written with separators of thousands.

    Parameters
    ----------
    number : str
        The number.

    Returns
    -------
    int
        Its value.

    Examples
    --------
    >>> whole("1,003")
    1003
    """
    return int(number.replace(",", ""))
