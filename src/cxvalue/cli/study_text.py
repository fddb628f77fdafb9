"""The text of a study.toml: the commented skeleton with what was guessed from a folder put in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cxvalue.tables.guess import Guess, SectionGuess

SKELETON: Final = "study_skeleton.toml"
HEADER: Final = re.compile(r"(?m)^#?\[(surveys|customers|invitations|panel|panels\.\w+)\]$")
SETTING: Final = re.compile(r"^(?P<off>#?)(?P<key>\w+) = (?P<value>.*?)(?P<comment>\s+# .*)?$")
OWN_METRIC: Final = "panels.escalations"
NEEDED: Final = ("surveys", "customers")
COMMENT_COLUMN: Final = 36


def skeleton_text() -> str:
    """Return the commented skeleton of a ``study.toml``.

    Returns
    -------
    str
        TOML. A line that begins with ``#`` and a word, without a space, is a setting that is off.
    """
    return files("cxvalue.cli").joinpath(SKELETON).read_text(encoding="utf-8")


def study_text(guess: Guess, *, name: str) -> str:
    """Return the text of a ``study.toml`` with what was guessed.

    Parameters
    ----------
    guess : Guess
        What a folder seems to hold.
    name : str
        The study's name.

    Returns
    -------
    str
        The skeleton; sections that were guessed hold the guess and its reasons, the others are off.
    """
    paragraphs = skeleton_text().split("\n\n")
    template = next(text for text in paragraphs if section_of(text) == OWN_METRIC)
    found = {section.section: section for section in guess.sections}
    written = []
    for text in paragraphs:
        section = section_of(text)
        if text.startswith("[study]"):
            written.append(filled(text, {"name": name, **guess.study}, {}))
        elif section is None:
            written.append(text)
        elif section in found:
            written.append(section_text(text, found.pop(section)))
        else:
            written.append(text if section in NEEDED and section not in found else switched_off(text))
        if section == OWN_METRIC:
            own = [name for name in found if name.startswith("panels.")
                   and not any(section_of(other) == name for other in paragraphs)]  # fmt: skip
            written += [section_text(template, found.pop(name)) for name in own]
    notes = guess.notes()
    head = "".join(f"# {plain_comment(note)}\n" for note in ("Guessed from the files beside it.", *notes))
    return f"{head}#\n" + "\n\n".join(written)


def section_of(paragraph: str) -> str | None:
    """Return the section of a table that a paragraph of the skeleton holds.

    Parameters
    ----------
    paragraph : str
        Lines without a blank one.

    Returns
    -------
    str or None
        None for other sections and for comments.
    """
    header = HEADER.search(paragraph)
    return header[1] if header is not None else None


def section_text(paragraph: str, section: SectionGuess) -> str:
    """Return a paragraph of the skeleton with a guessed section put in.

    Parameters
    ----------
    paragraph : str
        The paragraph.
    section : SectionGuess
        The section.

    Returns
    -------
    str
        TOML.
    """
    values: dict[str, Any] = {"path": section.group.path}
    if section.group.table is not None:
        values["table"] = section.group.table
    values |= {**section.keys, "columns": dict(section.columns)}
    header = HEADER.search(paragraph)
    above = "" if header is None or section.section != header[1] else paragraph[: header.start()]
    body = paragraph[header.end() :].lstrip("\n") if header is not None else paragraph
    notes = "".join(f"# {plain_comment(text)}\n" for text in (section.why, *section.unsure))
    return f"{above}[{section.section}]\n{notes}{filled(body, values, section.reasons)}"


def filled(paragraph: str, values: Mapping[str, Any], reasons: Mapping[str, str]) -> str:
    """Return lines of settings with values put in, those without a value switched off.

    Parameters
    ----------
    paragraph : str
        Lines of the skeleton.
    values : mapping of str to Any
        By setting.
    reasons : mapping of str to str
        Comments that take the place of the skeleton's.

    Returns
    -------
    str
        The lines; settings that the skeleton does not show stand before ``columns``.
    """
    left, lines = dict(values), []
    study, has_reason = paragraph.startswith("[study]"), False
    for line in paragraph.splitlines():
        setting = SETTING.match(line)
        if setting is None:
            if not (has_reason and line.startswith(" ")):  # the rest of a comment that a reason has replaced
                lines.append(line)
            continue
        key = setting["key"]
        has_reason = bool(reasons.get(key)) and key in left
        if key == "columns":
            lines += [setting_line(name, left.pop(name), reasons.get(name, "")) for name in list(left) if name != key]
        if key in left:
            comment = reasons.get(key) or (setting["comment"] or "").strip().removeprefix("# ")
            lines.append(setting_line(key, left.pop(key), comment))
        elif key in values or study or setting["off"]:
            lines += [line] if key not in values or setting["off"] else []
        else:
            lines.append(f"#{line}")
    return "\n".join([*lines, *(setting_line(key, value, reasons.get(key, "")) for key, value in left.items())])


def setting_line(key: str, value: Any, comment: str) -> str:
    """Return the line of a setting.

    Parameters
    ----------
    key : str
        The setting.
    value : Any
        Its value.
    comment : str
        What stands behind it; empty for nothing.

    Returns
    -------
    str
        TOML.

    Examples
    --------
    >>> setting_line("missing", "zero", "sparse")
    'missing = "zero"                    # sparse'
    """
    text = f"{key} = {toml_value(value)}"
    return f"{text:<{COMMENT_COLUMN - 1}} # {plain_comment(comment)}" if comment else text


def switched_off(paragraph: str) -> str:
    """Return a paragraph with every setting off.

    Parameters
    ----------
    paragraph : str
        The paragraph.

    Returns
    -------
    str
        Lines that begin with ``#``.
    """
    return "\n".join(line if line.lstrip().startswith("#") else f"#{line}" for line in paragraph.splitlines())


def plain_comment(text: str) -> str:
    """Return a text that may stand in a comment.

    Parameters
    ----------
    text : str
        Any text, with names from the user's files.

    Returns
    -------
    str
        One line without control characters.
    """
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def toml_value(value: Any) -> str:
    """Return a value as TOML.

    Parameters
    ----------
    value : str, bool, int, float, list or mapping
        The value.

    Returns
    -------
    str
        TOML on one line.

    Examples
    --------
    >>> print(toml_value({"value": "Net \\"EUR\\"", "month": "Period"}), toml_value([1.0, True]))
    { value = "Net \\"EUR\\"", month = "Period" } [1.0, true]
    """
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(part) for part in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def toml_key(key: str) -> str:
    """Return a key as TOML.

    Parameters
    ----------
    key : str
        The key.

    Returns
    -------
    str
        In quotes where it has to be.
    """
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml_value(key)
