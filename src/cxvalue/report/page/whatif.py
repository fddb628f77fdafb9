"""The what-if panel: settings that a reader may change, and the figures that follow, computed in the page itself."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
from markupsafe import Markup

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Interval
from cxvalue.report.languages.say import say
from cxvalue.report.numbers import format_count
from cxvalue.report.page.whatif_fields import Field, whatif_fields
from cxvalue.report.page.whatif_model import model_data, months_of
from cxvalue.report.page.whatif_rows import FigureRow, lever_rows, whatif_rows
from cxvalue.report.page.whatif_texts import HELD, never_texts, panel_notes, panel_numbers, panel_texts
from cxvalue.report.plain_values import Json
from cxvalue.report.study_results import StudyResults
from cxvalue.value import Projection
from cxvalue.vocabulary import BANDS

SCRIPTS: Final = Path(__file__).parents[1] / "templates" / "whatif"
PARTS: Final = ("model.js", "numbers.js", "charts.js", "panel.js")
"""The script, in this order one text."""
NO_TEXT: Final = Markup("")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The panel as the template shows it.

    Parameters
    ----------
    reason : str
        Why there is no panel; empty when there is one.
    fields : tuple of Field
        What can be changed.
    rows : tuple of FigureRow
        What follows, beside what the report says.
    levers : tuple of FigureRow
        The levers, likewise.
    notes : tuple of str
        What the panel obeys and does not change.
    held : str
        What stands there when an interval cannot be given.
    data : Markup
        JSON for the script, safe within the page.
    script : Markup
        The script.
    script_hash : str
        Its SHA-256 as a page's policy names it; no other script may run.
    """

    reason: str
    fields: tuple[Field, ...] = ()
    rows: tuple[FigureRow, ...] = ()
    levers: tuple[FigureRow, ...] = ()
    notes: tuple[str, ...] = ()
    held: str = ""
    data: Markup = NO_TEXT
    script: Markup = NO_TEXT
    script_hash: str = ""


def whatif_panel(results: StudyResults) -> WhatIf:
    """Return the what-if panel of a report.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    WhatIf
        The panel, or why there is none: the curves that it computes from stand for too few customers.
    """
    reason = reason_to_leave_out(results)
    if reason:
        return WhatIf(reason)
    value = results.value
    fields, script = whatif_fields(value), script_text()
    content = model_data(value) | {
        "settings": {field.name: field.setting for field in fields}, "texts": panel_texts(value),
        "numbers": panel_numbers(),
        "never": never_texts(months_of(value)),
    }  # fmt: skip
    return WhatIf(
        reason="",
        fields=fields,
        rows=whatif_rows(value),
        levers=lever_rows(value),
        notes=panel_notes(value),
        held=say(HELD),
        data=json_in_page(content),
        script=Markup(script),  # our own files, no text of the user
        script_hash=f"sha256-{b64encode(sha256(script.encode('utf-8')).digest()).decode('ascii')}",
    )


def reason_to_leave_out(results: StudyResults) -> str:
    """Return why the panel is left out.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    str
        A sentence; empty when the panel can stand.
    """
    if isinstance(results.curves, NotEstimable):
        return say("The panel is left out: the curves that it would compute from cannot be estimated.")
    if not is_finite(results.value):
        return say("The panel is left out: the value cannot be computed.")
    shift, minimum = results.value.shift, results.disclosure_min
    chosen = [BANDS.index(band) for band in (shift.from_band, shift.to_band)]
    if (results.curves.episodes[chosen] < minimum).any():
        return say(
            "The panel is left out: the curves that it would compute from stand for fewer than {minimum} customers in "
            "some months.",
            minimum=format_count(minimum),
        )
    return ""


def is_finite(value: Projection) -> bool:
    """Return whether all that the panel starts from are numbers.

    Parameters
    ----------
    value : Projection
        The headline.

    Returns
    -------
    bool
        False where a curve, a head count or a figure is missing or infinite.
    """

    def ends(found: Interval) -> tuple[float, ...]:
        return found.estimate, found.ci_low, found.ci_high

    numbers = (
        value.move.extended(months_of(value), tail=value.economics.tail),
        value.move.prob_from,
        ends(value.per_customer),
        ends(value.npv),
    )
    return all(bool(np.isfinite(each).all()) for each in numbers)


def json_in_page(content: Json) -> Markup:
    """Return data as JSON that cannot end the element that it stands in.

    Parameters
    ----------
    content : dict
        Plain values.

    Returns
    -------
    Markup
        JSON in ASCII, with ``<``, ``>`` and ``&`` written as escapes.

    Examples
    --------
    >>> print(json_in_page({"name": "</script>"}))
    {"name":"\\u003c/script\\u003e"}
    """
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def script_text() -> str:
    """Return the panel's script.

    Returns
    -------
    str
        Its parts within one function, so that nothing of it is visible outside.
    """
    parts = "\n".join((SCRIPTS / name).read_text(encoding="utf-8") for name in PARTS)
    return f'(function () {{\n"use strict";\n{parts}}}());\n'
