"""Bring the catalogues of the report's page up to date: ``python .ci/catalogues.py [--check] [CODE]``.

Writes ``messages.pot``, the messages without translations, and every ``CODE.po`` with the messages that there are now,
the translations that it had, and nothing for what is new. With a CODE that has no catalogue yet, begins one.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from cxvalue.report.languages.gather import gather_messages
from cxvalue.report.languages.language import CATALOGUES

TEMPLATE = "messages.pot"
HEADER = "# Messages of report.html and its figures."


def template() -> Catalog:
    """Return the messages without translations."""
    made = Catalog(project="cxvalue", header_comment=HEADER, fuzzy=False)
    for message, places in gather_messages().items():
        text = (message.text, message.plural) if message.plural else message.text
        flags = ("python-brace-format",) if "{" in message.text else ()
        made.add(text, context=message.context or None, locations=[(place, None) for place in places], flags=flags)
    return made


def written(catalogue: Catalog) -> str:
    """Return a catalogue as text: the same in every run, whatever the day."""
    sink = io.BytesIO()
    write_po(sink, catalogue, width=110, include_lineno=False, omit_header=False)
    dated = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Report-Msgid-Bugs-To")
    lines = sink.getvalue().decode("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith(tuple(f'"{name}:' for name in dated))) + "\n"


def updated(path: Path, messages: Catalog) -> str:
    """Return a language's catalogue with the messages that there are now."""
    code = path.stem
    if path.is_file():
        with path.open("rb") as file:
            found = read_po(file, locale=code)
        found.update(messages, no_fuzzy_matching=True)
        found.obsolete.clear()
    else:
        found = Catalog(locale=code, project="cxvalue", header_comment=HEADER, fuzzy=False)
        found.update(messages)
    return written(found)


def differences(path: Path, messages: Catalog) -> list[str]:
    """Return the messages that a catalogue lacks, and those that it has in vain."""
    with path.open("rb") as file:
        there = {(each.context or "", each.id) for each in read_po(file) if each.id}
    wanted = {(each.context or "", each.id) for each in messages if each.id}
    return [f"missing: {each}" for each in sorted(wanted - there, key=str)] + [
        f"no longer said: {each}" for each in sorted(there - wanted, key=str)
    ]


def main(arguments: list[str]) -> int:
    """Write the files, or say what is missing in them."""
    messages = template()
    codes = {path.stem for path in CATALOGUES.glob("*.po")} | {each for each in arguments if not each.startswith("-")}
    paths = [CATALOGUES / TEMPLATE, *(CATALOGUES / f"{code}.po" for code in sorted(codes))]
    if "--check" in arguments:
        found = [f"{path.name}: {text}" for path in paths for text in differences(path, messages)]
        print("\n".join(found) or "Catalogues: nothing to mend.")
        return int(bool(found))
    for path in paths:
        path.write_text(written(messages) if path.name == TEMPLATE else updated(path, messages), encoding="utf-8")
        print(f"{path.name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
