"""A language: its catalogue, its numerals and the direction that it is read in."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final, Literal

from cxvalue.errors import SettingsError

if TYPE_CHECKING:
    from babel.messages.catalog import Message

CATALOGUES: Final = Path(__file__).parent
"""Where the catalogues lie, a file a language: ``ar.po``, ``fa.po``."""
ENGLISH_CODE: Final = "en"
"""The language that the messages are written in; it needs no catalogue."""
DIGITS, GROUP, DECIMAL = "0123456789", ",", "."
"""How English writes numbers."""
NUMBER: Final = "number"
"""Context of the messages that say how numbers are written."""

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """A language that the page can speak.

    Parameters
    ----------
    code : str
        As in the settings and in HTML's ``lang``.
    messages : gettext.NullTranslations
        The catalogue; that of English is empty and gives every message back.
    direction : {"ltr", "rtl"}
        Which way it is read.
    translated : frozenset of str
        The messages that the catalogue has a translation of.
    numerals : mapping of int to str
        What stands for the digits and separators of an English number, as ``str.translate`` takes it.
    """

    code: str
    messages: NullTranslations
    direction: Direction = "ltr"
    translated: frozenset[str] = frozenset()
    numerals: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_english(self) -> bool:
        """Whether messages stand as they are written."""
        return self.code == ENGLISH_CODE

    @property
    def is_right_to_left(self) -> bool:
        """Whether it is read from the right."""
        return self.direction == "rtl"

    def number(self, text: str) -> str:
        """Return an English number in this language's digits and separators.

        Parameters
        ----------
        text : str
            Digits with ``,`` between thousands and ``.`` before decimals, and nothing else that is either.

        Returns
        -------
        str
            The number.

        Examples
        --------
        >>> read_language("fa").number("5") == chr(0x06F5)
        True
        """
        return text.translate(self.numerals) if self.numerals else text


ENGLISH: Final = Language(ENGLISH_CODE, NullTranslations())
_SPOKEN: Final[ContextVar[Language]] = ContextVar("language", default=ENGLISH)
"""As the precision of ``decimal`` is: a matter of the context, so that no figure has to be handed a language."""


def language_codes(folder: Path | None = None) -> tuple[str, ...]:
    """Return the languages that there are.

    Parameters
    ----------
    folder : Path, optional
        Where the catalogues lie; default those of the library.

    Returns
    -------
    tuple of str
        English and every catalogue, by code.

    Examples
    --------
    >>> language_codes()
    ('en', 'ar', 'fa')
    """
    return (ENGLISH_CODE, *sorted(path.stem for path in (folder or CATALOGUES).glob("*.po")))


def read_language(code: str, folder: Path | None = None) -> Language:
    """Return a language by its code.

    Parameters
    ----------
    code : str
        Such as ``fa``.
    folder : Path, optional
        Where the catalogues lie; default those of the library.

    Returns
    -------
    Language
        The language.

    Raises
    ------
    SettingsError
        When there is no catalogue of it.
    """
    if code == ENGLISH_CODE:
        return ENGLISH
    known = language_codes(folder)
    if code not in known:
        raise SettingsError(
            f"no catalogue of the language '{code}'", allowed=", ".join(f"'{each}'" for each in known),
            hint="docs/languages.md says how to add one",
        )  # fmt: skip
    return read_catalogue((folder or CATALOGUES) / f"{code}.po")


@lru_cache(maxsize=16)
def read_catalogue(path: Path) -> Language:
    """Read a language from its catalogue.

    Parameters
    ----------
    path : Path
        A ``.po`` file, named after the language.

    Returns
    -------
    Language
        The language. Messages without a translation stay English, and so do those marked fuzzy and those whose
        translation has a place in braces that the message does not fill.
    """
    # Loaded here because a report in English has no need of it.
    from babel.messages.mofile import write_mo  # noqa: PLC0415  slow to load
    from babel.messages.pofile import read_po  # noqa: PLC0415  slow to load

    compiled = io.BytesIO()
    with path.open("rb") as file:
        catalogue = read_po(file)
    for each in [each for each in catalogue if each.id and not fits(each)]:
        catalogue.delete(each.id, each.context)
    write_mo(compiled, catalogue)
    compiled.seek(0)
    said = [each for each in catalogue if each.string and not (each.context or each.fuzzy)]
    translated = frozenset(each.id if isinstance(each.id, str) else each.id[0] for each in said if each.id)
    messages = GNUTranslations(compiled)
    own = dict(zip(DIGITS, messages.pgettext(NUMBER, DIGITS), strict=True))
    own |= {sign: messages.pgettext(NUMBER, sign) for sign in (GROUP, DECIMAL)}
    numerals = str.maketrans({sign: said for sign, said in own.items() if sign != said})
    is_rtl = messages.pgettext("direction", "ltr") == "rtl"
    return Language(path.stem, messages, "rtl" if is_rtl else "ltr", translated, numerals)


def fits(message: Message) -> bool:
    """Return whether a translation has no places but those that its message fills.

    Parameters
    ----------
    message : babel.messages.Message
        A message of a catalogue, with its translation.

    Returns
    -------
    bool
        False also where its braces do not pair.
    """
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    texts = [message.id] if isinstance(message.id, str) else list(message.id)
    try:
        filled = {name for text in texts for _, name, _, _ in Formatter().parse(text)}
        return all(name in filled for text in forms for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError:
        return False


def spoken() -> Language:
    """Return the language that is spoken now.

    Returns
    -------
    Language
        English unless :func:`speaking` says otherwise.
    """
    return _SPOKEN.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language for a while.

    Parameters
    ----------
    language : Language
        The language.

    Yields
    ------
    None
        While it is spoken.

    Examples
    --------
    >>> with speaking(read_language("ar")):
    ...     spoken().number("95")
    '٩٥'
    """
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)
