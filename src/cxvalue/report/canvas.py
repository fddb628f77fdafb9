"""The canvas: axes without global state, and their SVG text. Nothing else imports matplotlib."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Final

from cxvalue.errors import CxValueError
from cxvalue.report.control_signs import visible
from cxvalue.report.languages.say import lines_in_direction

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_INCHES: Final = 5.8
MOST_SIGNS, MOST_LINES = 120, 8
"""Of a text of a figure: signs of a line, and lines."""
SALT: Final = "cxvalue"
"""Makes the ids inside an SVG the same in every run."""


def new_axes(*, height_inches: float = 3.6) -> Axes:
    """Return axes of a figure of their own, which no global state holds.

    Parameters
    ----------
    height_inches : float
        Height of the figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; a notebook shows them where they are a cell's last line.
    """
    # Loaded here because `cxvalue check` has to start without it.
    from matplotlib.figure import Figure

    axes = Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained", facecolor="white").add_subplot()
    # Figures made without pyplot are not shown by notebooks unless what a cell returns bears this method.
    axes._repr_svg_ = lambda: svg_text(axes)  # type: ignore[attr-defined]  # a hook of notebooks that no stub knows
    return axes


def svg_text(axes: Axes, *, title: str = "") -> str:
    """Return the figure of axes as SVG: the same text in every run, text as text, no date.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The axes.
    title : str
        What the figure shows, kept in the file.

    Returns
    -------
    str
        SVG.
    """
    # Loaded here because `cxvalue check` has to start without it.
    from matplotlib import rc_context
    from matplotlib.text import Text

    sink = io.StringIO()
    metadata = {"Date": None, "Creator": None} | ({"Title": title} if title else {})
    for text in figure_of(axes).findobj(Text):
        text.set_parse_math(False)  # a name with two dollar signs is a name
        text.set_text(lines_in_direction(fitting(text.get_text())))
    with (
        rc_context({"svg.hashsalt": SALT, "svg.fonttype": "none", "text.parse_math": False}),
        warnings.catch_warnings(),
    ):
        # Text is written as text and the reader's fonts show it: that the measuring font lacks a sign is no matter.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        # A name as long as the figure is wide leaves no room for the axes; the tables have it in full.
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        figure_of(axes).savefig(sink, format="svg", metadata=metadata)
    return visible(sink.getvalue())


def fitting(text: str) -> str:
    """Return a text as it fits a figure.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The first lines, each cut where it is longer than any of ours; what is cut ends with an ellipsis.

    Examples
    --------
    >>> fitting("short"), len(fitting("x" * 400))
    ('short', 120)
    """
    lines = [line if len(line) <= MOST_SIGNS else f"{line[: MOST_SIGNS - 1]}…" for line in text.split("\n")]
    return "\n".join(lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "…"])


def figure_of(axes: Axes) -> Figure:
    """Return the figure that axes belong to.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The axes.

    Returns
    -------
    matplotlib.figure.Figure
        The outermost figure.

    Raises
    ------
    CxValueError
        When the axes were removed from theirs.
    """
    figure = axes.get_figure(root=True)
    if figure is None:
        raise CxValueError("axes without a figure", hint="draw on axes of a figure that still holds them")
    return figure
