"""A chance as a reader wants it: in per cent, and never quite certain."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import say
from cxvalue.report.numbers import as_number, format_share, is_number

LEAST_CHANCE: Final = 0.001
"""Nearer to 0, or to 1 by as much, a chance is not given in figures."""


def format_chance(chance: float | None) -> str:
    r"""Return a chance in per cent: what draws or an interval show is never quite certain.

    Parameters
    ----------
    chance : float or None
        0 to 1.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> [format_chance(chance).replace("\u00a0", " ") for chance in (0.412, 1.0, 0.0)]
    ['41.2 %', '> 99.9 %', '< 0.1 %']
    """
    if not is_number(chance) or LEAST_CHANCE <= as_number(chance) <= 1 - LEAST_CHANCE:
        return format_share(chance)
    if as_number(chance) < LEAST_CHANCE:
        return say("< {share}", share=format_share(LEAST_CHANCE))
    return say("> {share}", share=format_share(1 - LEAST_CHANCE))
