"""What a result has: a summary as its text, a table in notebooks, a figure."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Protocol

from cxvalue.result.html_table import html_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


class HasSummary(Protocol):
    """What can say itself in plain text."""

    def summary(self) -> str:
        """Return the result as plain text.

        Returns
        -------
        str
            A few lines.
        """


class HasTable(Protocol):
    """What can give itself as a table."""

    def to_frame(self) -> pd.DataFrame:
        """Return the result as a table.

        Returns
        -------
        pandas.DataFrame
            Documented columns.
        """

    def _title(self) -> str: ...


# Protocols and no abstract methods: a class of abstract methods bears a name `register`, and so do fields of results.
class Result:
    """A result that prints its summary."""

    __slots__ = ()

    def __repr__(self: HasSummary) -> str:
        return self.summary()

    def _repr_html_(self: HasSummary) -> str:
        return f"<pre>{html.escape(self.summary())}</pre>"


class TableResult(Result):
    """A result that notebooks show as a table."""

    __slots__ = ()

    def _title(self) -> str:
        """Return what stands above the table; empty for nothing."""
        return ""

    def _repr_html_(self: HasTable) -> str:
        title = self._title()
        head = f"<p><b>{html.escape(title)}</b></p>" if title else ""
        return head + html_table(self.to_frame(), currency=getattr(self, "currency", ""))


class Drawable:
    """A result that has a figure."""

    __slots__ = ()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the result.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; default a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            The axes; :func:`cxvalue.plot` says what is on them.
        """
        # Loaded when asked for: figures lie above all results, and matplotlib is slow to load.
        from cxvalue.report.plots import plot  # noqa: PLC0415  a result knows of its figure, and of nothing else there

        return plot(self, ax)
