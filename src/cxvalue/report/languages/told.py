"""Say again what the library has said in English: a finished sentence is read back into message and fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from cxvalue.report.languages.language import Language, spoken
from cxvalue.report.languages.say import END, FROM_LEFT, filled, number_text, say_list
from cxvalue.report.languages.told_caveats import CAVEAT_MESSAGES
from cxvalue.report.languages.told_changes import CHANGE_MESSAGES
from cxvalue.report.languages.told_checks import CHECK_MESSAGES
from cxvalue.report.languages.told_fields import FIELD_MESSAGES
from cxvalue.report.languages.told_finance import FINANCE_MESSAGES
from cxvalue.report.languages.told_reasons import REASON_MESSAGES
from cxvalue.report.languages.told_verdict import VERDICT_MESSAGES

PLACE: Final = re.compile(r"\{(\w+)\}")
NUMBER_LIKE: Final = re.compile(r"([-−+±]?)(\d[\d,]*(?:\.\d+)?)((?:[\u00a0 ]?%)?)")
MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
QUARTER: Final = re.compile(r"(\d{4})-Q(\d)")
SINGLE: Final = re.compile(r"(?<![\d.,-])(1 (?:episode|month))\b")
STRONG_LENGTH: Final = 12
"""Letters besides its places from which on a message is told by them."""
Known = tuple[str, re.Pattern[str], tuple[str, ...]]
"""A message, what recognises it, and the names of its places."""
MOST_DEPTH: Final = 6
"""A field of a sentence may be a sentence again, so often at most."""
MOST_WORDS: Final = 4
"""A field of more words that no message says is a sentence, not a name: then the whole stays English."""


def told(text: str) -> str:
    """Return a sentence of another layer in the language that is spoken.

    Parameters
    ----------
    text : str
        In English, as the library gave it; small counts are hidden before.

    Returns
    -------
    str
        Translated where a catalogue holds its message. Otherwise the English text, as markup that names its language.

    Notes
    -----
    The layers below the report give finished English sentences: reasons, caveats, findings. Their messages stand in
    the files ``told_*.py`` with places in braces. A sentence is held against them, the most literal first, and what
    stands in the places is said in turn: numbers in the digits of the language, the library's own words translated,
    names of the user as they are.
    """
    if spoken().is_english or not text:
        return text
    found = told_number(text) or retold(text)
    if found is None and len(text.split()) == 1:
        return text  # a name or a currency
    return foreign(text) if found is None else found


def told_plain(text: str) -> str:
    """Return a sentence of another layer for a place that takes no markup.

    Parameters
    ----------
    text : str
        In English.

    Returns
    -------
    str
        Translated, or the English text set apart by signs that cannot be seen.
    """
    if spoken().is_english or not text:
        return text
    found = told_number(text) or retold(text)
    if found is not None:
        return found
    return f"{FROM_LEFT}{text}{END}" if spoken().is_right_to_left else text


def foreign(text: str) -> Markup:
    """Return English text within a page of another language.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    Markup
        Read from the left, its language named.
    """
    return Markup(f'<span lang="en" dir="ltr">{escape(text)}</span>')  # escaped on this line


def retold(text: str, depth: int = 0) -> str | None:
    """Return a sentence translated, or None where no catalogue holds its message.

    Parameters
    ----------
    text : str
        In English.
    depth : int
        How many sentences it stands within.

    Returns
    -------
    str or None
        The translation.
    """
    language = spoken()
    exact = translation(language, text) if text in known_messages() else None
    if exact is not None:
        return exact
    if depth >= MOST_DEPTH:
        return None
    strong, weak = patterns()
    found = matched(text, strong, depth) or listed(text, "; ", depth) or matched(text, weak, depth)
    if found is None and text.endswith("."):
        inner = retold(text[:-1], depth + 1)
        found = None if inner is None else f"{inner}."
    # Catalogues hold one message for one episode and for several.
    small = SINGLE.sub(r"\1s", text[:1].lower() + text[1:])
    return retold(small, depth + 1) if found is None and small != text else found


def matched(text: str, known: Sequence[Known], depth: int) -> str | None:
    """Return a sentence by the first message that it is an instance of.

    Parameters
    ----------
    text : str
        In English.
    known : sequence of Known
        Messages, in the order in which they are tried.
    depth : int
        How many sentences it stands within.

    Returns
    -------
    str or None
        The translation; None where there is no message, or a place holds a sentence that none says.
    """
    for message, pattern, names in known:
        found = pattern.fullmatch(text)
        said = translation(spoken(), message) if found else None
        if found is None or said is None:
            continue
        fields = {name: value for name in names if (value := said_field(name, found[name], depth + 1)) is not None}
        if len(fields) == len(names):
            return filled(said, dict(fields))
    return None


def listed(text: str, joint: str, depth: int) -> str | None:
    """Return a list of sentences or names, each of them said.

    Parameters
    ----------
    text : str
        In English.
    joint : {"; ", ", "}
        What stands between them.
    depth : int
        How many sentences it stands within.

    Returns
    -------
    str or None
        None where it is no list, or holds a sentence that no message says.
    """
    parts = text.split(joint)
    said = [said_field("", part, depth + 1) for part in parts] if len(parts) > 1 else []
    found = [part for part in said if part is not None]
    return say_list(found, joint) if found and len(found) == len(parts) else None


def said_field(name: str, text: str, depth: int) -> str | None:
    """Return what stands in a place, or None where it is a sentence that no message says.

    Parameters
    ----------
    name : str
        Of the place: what stands in ``value`` is the user's, save bands and what the library fills in.
    text : str
        What stands there.
    depth : int
        How many sentences it stands within.

    Returns
    -------
    str or None
        The text.
    """
    if name == "value" and not (text in VALUES or text.startswith(VALUE_STARTS) or told_number(text) is not None):
        return text
    said = listed(text, ", ", depth) if name in LISTS else None
    said = told_field(text, depth) if said is None else said
    return None if said == text and len(text.split()) > MOST_WORDS else said


INSIDE: Final = {"currency": r"[^\d()=,;:]+?", "column": r"[^=;]+?"}
"""What some places take."""
LISTS: Final = frozenset({"names", "parts"})
"""Places that hold a list."""
VALUES: Final = frozenset({"dissatisfied", "neutral", "satisfied", "none"})
VALUE_STARTS: Final = ("over ", "none or up to ")
"""Values of covariates that are the library's own."""


def translation(language: Language, message: str) -> str | None:
    """Return what a catalogue holds for a message.

    Parameters
    ----------
    language : Language
        The language.
    message : str
        In English.

    Returns
    -------
    str or None
        None where it holds nothing.
    """
    return language.messages.gettext(message) if message in language.translated else None


def told_field(text: str, depth: int = 1) -> str:
    """Return what stands in a place of a sentence.

    Parameters
    ----------
    text : str
        A number, a month, a word of the library, a name of the user, or a sentence again.
    depth : int
        How many sentences it stands within.

    Returns
    -------
    str
        Said in the language that is spoken, or as it is.
    """
    number = told_number(text)
    if number is not None:
        return number
    found = retold(text, depth)
    if found is None and depth < MOST_DEPTH:
        found = listed(text, ", ", depth)
    return text if found is None else found


def told_number(text: str) -> str | None:
    """Return a number or month in the digits of the language.

    Parameters
    ----------
    text : str
        Perhaps a number, with a sign or a sign of per cent.

    Returns
    -------
    str or None
        None where it is neither.
    """
    language = spoken()
    if found := MONTH.fullmatch(text):
        pattern = language.messages.pgettext("number", "{year}-{month}")
        return pattern.format(year=language.number(found[1]), month=language.number(found[2]))
    if found := QUARTER.fullmatch(text):
        pattern = language.messages.pgettext("number", "{year}-Q{quarter}")
        return pattern.format(year=language.number(found[1]), quarter=language.number(found[2]))
    found = NUMBER_LIKE.fullmatch(text)
    if not found:
        return None
    sign, digits, percent = found.groups()
    shown = number_text(f"-{digits}") if sign in ("-", "−") and sign else language.number(digits)
    if sign in ("+", "±"):
        shown = language.messages.pgettext("number", f"{sign}{{number}}").format(number=shown)
    return language.messages.pgettext("number", "{number}\u00a0%").format(number=shown) if percent else shown


@lru_cache(maxsize=1)
def known_messages() -> frozenset[str]:
    """Return the messages of other layers.

    Returns
    -------
    frozenset of str
        The user's words are not held against the report's own messages.
    """
    return frozenset(told_messages())


@lru_cache(maxsize=1)
def patterns() -> tuple[tuple[Known, ...], tuple[Known, ...]]:
    """Return the messages of other layers with what recognises them.

    Returns
    -------
    tuple of tuple of (str, re.Pattern, tuple of str)
        Message, pattern and names of the places, the most literal first: those that a sentence cannot be by chance,
        and those of few letters, which are tried once it is known to be no list.
    """
    lengths = {message: len(PLACE.sub("", message)) for message in told_messages() if PLACE.search(message)}
    ordered = sorted(lengths, key=lambda message: -lengths[message])
    known = [(message, *pattern_of(message)) for message in ordered]
    strong = tuple(each for each in known if lengths[each[0]] >= STRONG_LENGTH)
    return strong, tuple(each for each in known if lengths[each[0]] < STRONG_LENGTH)


def told_messages() -> Iterable[str]:
    """Return the messages of other layers.

    Returns
    -------
    iterable of str
        In English, with places in braces.
    """
    notes = [*CAVEAT_MESSAGES, *VERDICT_MESSAGES, *REASON_MESSAGES, *FINANCE_MESSAGES, *CHANGE_MESSAGES]
    return dict.fromkeys([*notes, *CHECK_MESSAGES, *FIELD_MESSAGES])


def pattern_of(message: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return what recognises the sentences of a message.

    Parameters
    ----------
    message : str
        With places in braces.

    Returns
    -------
    tuple of re.Pattern and tuple of str
        The pattern, and the names of the places.
    """
    names, parts, end = [], [], 0
    for place in PLACE.finditer(message):
        parts.append(re.escape(message[end : place.start()]))
        name = place[1]
        # A place that is named like a number takes nothing but one.
        inside = r"[-−+±]?[\d,.]*\d%?" if name.startswith("n_") or name == "n" else INSIDE.get(name, r".+?")
        parts.append(f"(?P={name})" if name in names else f"(?P<{name}>{inside})")
        if name not in names:
            names.append(name)
        end = place.end()
    parts.append(re.escape(message[end:]))
    return re.compile("".join(parts), re.DOTALL), tuple(names)
