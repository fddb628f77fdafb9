"""Messages on what changed between two runs: what they say in English, with places in braces."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark

CHANGE_MESSAGES: Final = (
    # What changed between two runs.
    mark("data"), mark("settings"), mark("version"), mark("seed"),
    mark("value per moved customer"), mark("share moved"), mark("share of them in the from-band"),
    mark("optimism adjustment"), mark("programme cost"), mark("net present value"),
    mark("Verdict"), mark("The value"), mark("Levers, per moved customer"), mark("Bands"),
    mark("Estimates, per moved customer"), mark("Curves, each added up over its months"),
    mark("Segments, per moved customer"), mark("Moves, per moved customer"), mark("Data"), mark("Left out"),
    mark("Warnings"), mark("first month"), mark("last month of follow-up"), mark("month that the value refers to"),
    mark("answers"), mark("episodes"),
    mark(
        "A manifest is missing: whether the data are the same is not known, and of the settings only what results tell."
    ),
    mark("Nothing that went in is known to have changed, and no figure differs."),
    mark("Data, settings, version and seed are the same, and so is every figure."),
    mark(
        "Data, settings, version and seed are the same, yet {count} figures differ: look at threads and engine, and at "
        "the libraries that the two ran on."
    ),
    mark("The only cause: {cause}."),
    mark("The only cause: {cause}. The same: {same}."),
    mark("The only cause: {cause}. The same: {same}. No figure differs."),
    mark("The only cause that is known: {cause}."),
    mark("{count} things changed: {names}."),
    mark("{count} things changed: {names}. The same: {same}."),
    mark("What came through the {route} is due to {cause} alone."),
    mark("What came through the {routes} is due to {causes} together."),
    mark("The net present value does not depend on {names}."),
    mark(
        "What each of them contributed cannot be told from results alone: run the study once for each, changing one at "
        "a time."
    ),
    mark("{name}, {before} → {after}"),
    mark("the data ({detail})"), mark("the data"), mark("not set"), mark("not there"),
)  # fmt: skip
"""Causes and figures, as a comparison of two runs names them."""
