"""What changed between two runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cxvalue.report.changes.cause import Cause
from cxvalue.report.changes.figure_change import FigureChange, Span
from cxvalue.report.numbers import NBSP, NOTHING, format_count, format_money, format_number, format_share
from cxvalue.report.plain_values import Json
from cxvalue.result import TableResult

if TYPE_CHECKING:
    import pandas as pd

PART_TITLES: Final = {
    "verdict": "Verdict", "value": "The value", "lever": "Levers, per moved customer", "band": "Bands",
    "estimate": "Estimates, per moved customer", "curve": "Curves, each added up over its months",
    "segment": "Segments, per moved customer", "move": "Moves, per moved customer", "data": "Data",
    "excluded": "Left out", "warning": "Warnings",
}  # fmt: skip
COLUMNS: Final = (
    "part", "name", "unit", "before", "before_ci_low", "before_ci_high", "after", "after_ci_low", "after_ci_high",
    "difference",
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Changes(TableResult):
    """What changed between two runs, and why.

    Parameters
    ----------
    before, after : str
        What the two runs are called.
    created : str
        Day on which the earlier report was written; empty where that is not known.
    currency : str
        Of the later run.
    causes : tuple of Cause
        What went in and differs.
    conclusion : tuple of str
        What can be said about why, in sentences.
    routes : tuple of tuple of str and float
        The change of the net present value by route, in money; empty where it did not change or cannot be split.
    figures : tuple of FigureChange
        Every figure, changed or not.
    """

    before: str
    after: str
    created: str
    currency: str
    causes: tuple[Cause, ...]
    conclusion: tuple[str, ...]
    routes: tuple[tuple[str, float], ...]
    figures: tuple[FigureChange, ...]

    @property
    def changed(self) -> tuple[FigureChange, ...]:
        """The figures that differ."""
        return tuple(figure for figure in self.figures if figure.changed)

    def to_frame(self) -> pd.DataFrame:
        """Return every figure as a table.

        Returns
        -------
        pandas.DataFrame
            Columns part, name, unit, before, before_ci_low, before_ci_high, after, after_ci_low, after_ci_high,
            difference; before and after are numbers or texts.
        """
        import pandas as pd  # noqa: PLC0415  slow to load

        rows = [
            (figure.part, figure.name, figure.unit, figure.before, *(figure.ci_before or (None, None)), figure.after,
             *(figure.ci_after or (None, None)), figure.difference)
            for figure in self.figures
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def to_dict(self) -> Json:
        """Return the changes as plain Python: what ``--json`` prints and the key ``changes`` holds.

        Returns
        -------
        dict
            Keys since, causes, conclusion, routes and figures; of the figures, those that differ.
        """
        return {
            "since": self.created or None,
            "causes": [
                {"kind": cause.kind, "name": cause.name, "before": cause.before, "after": cause.after,
                 "reaches_npv": bool(cause.routes), "reaches_figures": not cause.silent}
                for cause in self.causes
            ],
            "conclusion": list(self.conclusion),
            "routes": [{"route": name, "npv": part} for name, part in self.routes],
            "figures": [
                {"part": figure.part, "name": figure.name, "unit": figure.unit, "before": figure.before,
                 "before_ci": span_list(figure.ci_before), "after": figure.after,
                 "after_ci": span_list(figure.ci_after), "difference": figure.difference}
                for figure in self.changed
            ],
        }  # fmt: skip

    def summary(self) -> str:
        """Return the changes as plain text.

        Returns
        -------
        str
            Why, then what.
        """
        lines = ["Why", *(f"  {text}" for text in self.conclusion)]
        if len(self.causes) > 1:
            lines += [
                f"  - {cause.text()}{'; no figure depends on it' if cause.silent else ''}" for cause in self.causes
            ]
        if self.routes:
            lines += ["", "Net present value: what came through"]
            lines += [f"  {name:<44} {self.money(part, sign=True)}" for name, part in self.routes]
        for part, rows in self.by_part().items():
            lines += ["", PART_TITLES.get(part, part)]
            lines += [f"  {name:<44} {before} → {after}{f'  ({difference})' if difference else ''}"
                      for name, before, after, difference in rows]  # fmt: skip
        same = len(self.figures) - len(self.changed)
        tail = f"{len(self.changed):,} of {len(self.figures):,} figures differ, {same:,} are the same."
        return "\n".join([*lines, "", tail]).replace(NBSP, " ")

    def by_part(self) -> dict[str, list[tuple[str, str, str, str]]]:
        """Return the figures that differ as text.

        Returns
        -------
        dict of str to list of tuple of str
            By part: name, before, after, difference.
        """
        found: dict[str, list[tuple[str, str, str, str]]] = {}
        for figure in self.changed:
            texts = (
                self.side(figure, figure.before, figure.ci_before),
                self.side(figure, figure.after, figure.ci_after),
            )
            difference = figure.difference
            told = "" if difference is None else self.single(figure.unit, difference, sign=True)
            found.setdefault(figure.part, []).append((figure.name.replace("_", " "), *texts, told))
        return found

    def side(self, figure: FigureChange, value: float | str | None, span: Span | None) -> str:
        """Return a figure of one run as text.

        Parameters
        ----------
        figure : FigureChange
            The figure.
        value : float, str or None
            What it was in that run.
        span : tuple of float or None
            Its interval.

        Returns
        -------
        str
            A dash where there was none.
        """
        if value is None:
            return NOTHING
        if isinstance(value, str):
            return value
        text = self.single(figure.unit, value)
        if span is None:
            return text
        ends = (self.single(figure.unit, end).replace(f"{self.currency}{NBSP}", "") for end in span)
        return f"{text} ({' to '.join(ends)})"

    def single(self, unit: str, value: float, *, sign: bool = False) -> str:
        """Return a number as text.

        Parameters
        ----------
        unit : str
            ``money``, ``share``, ``count``, ``months`` or empty.
        value : float
            The number.
        sign : bool
            Whether a plus stands before a gain.

        Returns
        -------
        str
            The text.
        """
        if unit == "money":
            return self.money(value, sign=sign)
        write = {"share": format_share, "count": format_count}.get(unit, format_number)
        text = write(value)
        return f"+{text}" if sign and value > 0 else text

    def money(self, value: float, *, sign: bool = False) -> str:
        """Return an amount as text.

        Parameters
        ----------
        value : float
            The amount.
        sign : bool
            Whether a plus stands before a gain.

        Returns
        -------
        str
            The text.
        """
        text = format_money(value, self.currency)
        return f"+{text}" if sign and value > 0 else text

    def _title(self) -> str:
        return " ".join(self.conclusion)


def span_list(span: Span | None) -> list[float] | None:
    """Return an interval as a list.

    Parameters
    ----------
    span : tuple of float or None
        The interval.

    Returns
    -------
    list of float or None
        Its ends.
    """
    return None if span is None else list(span)


def listed_rows(rows: Sequence[tuple[str, str, str, str]]) -> tuple[tuple[str, ...], ...]:
    """Return rows for a table of the page, with dashes where there is no difference.

    Parameters
    ----------
    rows : sequence of tuple of str
        Name, before, after, difference.

    Returns
    -------
    tuple of tuple of str
        The rows.
    """
    return tuple((name, before, after, difference or NOTHING) for name, before, after, difference in rows)
