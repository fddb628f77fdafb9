"""Say a message in the language that is spoken: translated, its places filled, its parts in the right order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

from cxvalue.report.languages.language import NUMBER, spoken

FROM_LEFT, FROM_RIGHT, END = "\u2066", "\u2067", "\u2069"
"""Marks around a part that is read from the left or from the right whatever stands beside it."""
STARTS: Final = "\u2066\u2067\u2068"
STRONG_RIGHT: Final = frozenset({"R", "AL", "AN"})

Field = str | int | float


def mark(message: str) -> str:
    """Return a message as it is: it is said later, and stands here so that catalogues hold it.

    Parameters
    ----------
    message : str
        In English.

    Returns
    -------
    str
        The same.
    """
    return message


def mark_as(context: str, message: str) -> str:
    """Return a message as it is, for the catalogues to hold in a context.

    Parameters
    ----------
    context : str
        The place, as the catalogue names it.
    message : str
        In English.

    Returns
    -------
    str
        The same.
    """
    del context  # read by what gathers the messages
    return message


def say(message: str, /, **fields: Field) -> str:
    """Return a message in the language that is spoken.

    Parameters
    ----------
    message : str
        In English, with places in braces.
    **fields : str, int or float
        What fills the places. Numbers are written in the digits of the language; text stands as it is.

    Returns
    -------
    str
        Markup where a field is markup.

    Examples
    --------
    >>> say("{n} rules", n=3)
    '3 rules'
    """
    language = spoken()
    return filled(message if language.is_english else language.messages.gettext(message), fields)


def say_as(context: str, message: str, /, **fields: Field) -> str:
    """Return a message that means different things in different places.

    Parameters
    ----------
    context : str
        The place, as the catalogue names it.
    message : str
        In English, with places in braces.
    **fields : str, int or float
        What fills the places.

    Returns
    -------
    str
        The message.

    Examples
    --------
    >>> say_as("number", "−{number}", number="3")
    '−3'
    """
    language = spoken()
    return filled(message if language.is_english else language.messages.pgettext(context, message), fields)


def say_count(one: str, many: str, n: float, /, **fields: Field) -> str:
    """Return a message in the form that goes with a number.

    Parameters
    ----------
    one, many : str
        In English, with places in braces.
    n : float
        The number, rounded to the nearest whole one.
    **fields : str, int or float
        What fills the places; ``n`` is filled with the number.

    Returns
    -------
    str
        The message.

    Examples
    --------
    >>> say_count("{n} month", "{n} months", 1), say_count("{n} month", "{n} months", 24)
    ('1 month', '24 months')
    """
    language, whole = spoken(), round(abs(n))
    chosen = (one if whole == 1 else many) if language.is_english else language.messages.ngettext(one, many, whole)
    return filled(chosen, {"n": round(n)} | fields)


def filled(message: str, fields: dict[str, Field]) -> str:
    """Return a message with its places filled.

    Parameters
    ----------
    message : str
        With places in braces.
    fields : dict of str to str, int or float
        What fills them.

    Returns
    -------
    str
        Markup where a field is markup: then all else is escaped.
    """
    if not fields:
        return message
    parts = {name: isolated(value if isinstance(value, str) else digits(value)) for name, value in fields.items()}
    if any(isinstance(value, Markup) for value in parts.values()):
        return Markup(page_text(message)).format(**parts)  # escaped by page_text, fields by Markup
    return message.format(**parts)


def page_text(message: str) -> Markup:
    """Return a message as the page's text: what would be markup is escaped, an apostrophe is not.

    Parameters
    ----------
    message : str
        From a catalogue.

    Returns
    -------
    Markup
        The text.

    Examples
    --------
    >>> print(page_text("the report's <b>"))
    the report's &lt;b&gt;
    """
    return Markup(str(escape(message)).replace("&#39;", "'"))  # escaped on this line


def digits(number: float) -> str:
    """Return a number as it is, in the digits of the language.

    Parameters
    ----------
    number : float
        A whole number, or one that is written as Python writes it.

    Returns
    -------
    str
        Without separators between thousands.
    """
    return spoken().number(str(number))


def isolated(text: str) -> str:
    """Return a part of a sentence so that it cannot change the order of what stands around it.

    Parameters
    ----------
    text : str
        The part.

    Returns
    -------
    str
        The same where the language is read from the left; marked otherwise.

    Notes
    -----
    The bidirectional algorithm (Unicode Standard Annex 9) orders neutral signs by their neighbours. Between the marks
    of an isolate they have only those within it.
    """
    if not spoken().is_right_to_left or not text or is_isolate(text):
        return text
    start = FROM_LEFT if is_from_left(text.striptags() if isinstance(text, Markup) else text) else FROM_RIGHT
    if isinstance(text, Markup):
        return Markup(start) + text + Markup(END)
    return f"{start}{text}{END}"


def lines_in_direction(text: str) -> str:
    """Return the lines of a text of a figure, each in its own direction.

    Parameters
    ----------
    text : str
        One line or several.

    Returns
    -------
    str
        The same where the language is read from the left. A figure has no direction of its own that a line could take.
    """
    if not spoken().is_right_to_left:
        return text
    return "\n".join(isolated(line) if line.strip() else line for line in text.split("\n"))


def unmarked(text: str) -> str:
    """Return a text without the marks around its parts.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        What a reader sees.
    """
    return "".join(sign for sign in text if sign not in STARTS and sign != END)


def is_isolate(text: str) -> bool:
    """Return whether a text is one isolate already.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    bool
        True where its first mark ends with its last sign.
    """
    if text[0] not in STARTS or text[-1] != END:
        return False
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign in STARTS) - (sign == END)
        if depth == 0:
            return at == len(text) - 1
    return False


def is_from_left(text: str) -> bool:
    """Return whether a part is read from the left.

    Parameters
    ----------
    text : str
        The part.

    Returns
    -------
    bool
        True where it holds letters of a script read from the left and none of one read from the right; true also where
        its first letter is of the former, unless it is a message that begins with such a word.

    Examples
    --------
    >>> is_from_left("Brand A (2024)"), is_from_left("١٢"), is_from_left("NPS من ٣")
    (True, False, False)
    """
    kinds = {unicodedata.bidirectional(sign) for sign in text}
    return "L" in kinds and not kinds & STRONG_RIGHT


def say_list(parts: Iterable[str], joint: str = "; ") -> str:
    """Return parts as a list.

    Parameters
    ----------
    parts : iterable of str
        Already said.
    joint : {"; ", ", "}
        What stands between them in English.

    Returns
    -------
    str
        One text.

    Examples
    --------
    >>> say_list(["a", "b"])
    'a; b'
    """
    language = spoken()
    sign = joint if language.is_english else language.messages.pgettext("list", joint)
    return sign.join(isolated(part) for part in parts)


def number_as(pattern: str, **parts: str) -> str:
    """Return a number written by a pattern of the language: with a sign, a unit, an interval.

    Parameters
    ----------
    pattern : str
        In English, with places in braces; the catalogue has it in the context ``number``.
    **parts : str
        What fills the places: numbers that are already in the digits of the language.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> number_as("{number}\u00a0%", number="95")
    '95\xa0%'
    """
    return number_pattern(pattern).format(**parts)


def number_pattern(pattern: str) -> str:
    """Return a pattern of numbers as the language has it.

    Parameters
    ----------
    pattern : str
        In English, with places in braces.

    Returns
    -------
    str
        With the same places.
    """
    language = spoken()
    return pattern if language.is_english else language.messages.pgettext(NUMBER, pattern)


def number_text(text: str) -> str:
    """Return a number that may be negative, in the language that is spoken.

    Parameters
    ----------
    text : str
        English digits and separators, ``-`` in front where it is negative.

    Returns
    -------
    str
        With a true minus sign.
    """
    number = spoken().number
    return number_as("−{number}", number=number(text[1:])) if text.startswith("-") else number(text)
