"""Signs that no reader sees and some files cannot hold, made visible."""

from __future__ import annotations

from typing import Final

KEPT: Final = frozenset("\t\n\r")
"""Control characters that XML, HTML and spreadsheets know."""
PICTURES: Final = {code: 0x2400 + code for code in range(0x20) if chr(code) not in KEPT} | {0x7F: 0x2421}
"""Control characters that Unicode has pictures of, such as ␀ for the one of code 0."""
REPLACED: Final = dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD)
"""Further codes that are no signs: second controls, halves of pairs, what is no character."""
VISIBLE: Final = PICTURES | REPLACED


def visible(text: str) -> str:
    """Return a text with control characters made visible.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        With the picture of each control character in its place (␀ to ␟, ␡), and with � in the place of codes that
        stand for no sign. Tabs and new lines stay.

    Examples
    --------
    >>> visible("a" + chr(0) + "b" + chr(27) + "[31m")
    'a␀b␛[31m'
    """
    return text.translate(VISIBLE)
