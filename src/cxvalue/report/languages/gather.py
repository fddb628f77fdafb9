"""Gather the messages that the page and the figures can say: what a catalogue has to hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, nodes

REPORT: Final = Path(__file__).parents[1]
"""The package whose messages are gathered: Python files and templates."""
PLAIN: Final = frozenset({"say", "said", "mark"})
COUNTED: Final = frozenset({"say_count", "said_count"})
IN_CONTEXT: Final = frozenset({"say_as", "mark_as"})
OF_NUMBERS: Final = frozenset({"number_as", "number_pattern"})


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A message of the page.

    Parameters
    ----------
    text : str
        In English.
    plural : str
        The same for several; empty where it does not go with a number.
    context : str
        Where it is said; empty where that does not matter.
    """

    text: str
    plural: str = ""
    context: str = ""


def gather_messages(folder: Path = REPORT) -> dict[Message, tuple[str, ...]]:
    """Return the messages of the page and the files that say them.

    Parameters
    ----------
    folder : Path
        Where to look: Python files and templates, also in folders within.

    Returns
    -------
    dict of Message to tuple of str
        In the order of files and lines.
    """
    found: dict[Message, list[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        for message in messages_of_python(path.read_text(encoding="utf-8")):
            found.setdefault(message, []).append(path.relative_to(folder).as_posix())
    for path in sorted(folder.rglob("*.j2")):
        for message in messages_of_template(path.read_text(encoding="utf-8")):
            found.setdefault(message, []).append(path.relative_to(folder).as_posix())
    # A message with a plural stands for the same one without: a catalogue holds each text once.
    counted = {message.text for message in found if message.plural}
    return {
        message: tuple(dict.fromkeys(places)) for message, places in found.items()
        if message.plural or message.context or message.text not in counted
    }  # fmt: skip


def messages_of_python(source: str) -> Iterator[Message]:
    """Yield the messages that a Python file says.

    Parameters
    ----------
    source : str
        Its text.

    Yields
    ------
    Message
        One a call whose message is written out.

    Examples
    --------
    >>> list(messages_of_python('say("Curves"); say_count("{n} rule", "{n} rules", 3)'))
    [Message(text='Curves', plural='', context=''), Message(text='{n} rule', plural='{n} rules', context='')]
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if isinstance(call.func, ast.Name):
            texts = [each.value if isinstance(each, ast.Constant) else None for each in call.args]
            yield from message_of(call.func.id, texts)


def messages_of_template(source: str) -> Iterator[Message]:
    """Yield the messages that a template says.

    Parameters
    ----------
    source : str
        Its text.

    Yields
    ------
    Message
        One a call whose message is written out.
    """
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name):
            texts = [each.value if isinstance(each, nodes.Const) else None for each in call.args]
            yield from message_of(call.node.name, texts)


def message_of(name: str, texts: Sequence[object]) -> Iterator[Message]:
    """Yield the message of a call.

    Parameters
    ----------
    name : str
        What is called.
    texts : sequence
        What it is called with, None for what is not written out.

    Yields
    ------
    Message
        None where the call says nothing, or something that is not written out.
    """
    first, second = ([text if isinstance(text, str) else "" for text in texts] + ["", ""])[:2]
    if name in PLAIN and first:
        yield Message(first)
    elif name in COUNTED and first:
        yield Message(first, plural=second)
    elif name in IN_CONTEXT and first and second:
        yield Message(second, context=first)
    elif name in OF_NUMBERS and first:
        yield Message(first, context="number")
