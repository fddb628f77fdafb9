"""Two-way table: the net present value over a grid of two assumptions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxvalue.errors import SettingsError
from cxvalue.link.columns import Floats
from cxvalue.result import TableResult, html_table
from cxvalue.value.project import Projection
from cxvalue.value.vary.assumption import Assumption, number_text
from cxvalue.value.vary.assumptions import SHARE, Register
from cxvalue.value.vary.margin import GROSS_MARGIN
from cxvalue.value.vary.tornado import base_value, span_of
from cxvalue.value.vary.varied import varied_flow


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TwoWay(TableResult):
    """The net present value over a grid of two assumptions, all others as they are.

    Parameters
    ----------
    currency : str
        Of all money.
    rows, columns : str
        Names of the two assumptions.
    row_values : ndarray of shape (R,)
        Values of the first.
    column_values : ndarray of shape (C,)
        Values of the second.
    npv : ndarray of shape (R, C)
        Net present value.
    spans : tuple of str
        For each of the two: ``given``; ``no range given: ±10 % shown``, or in its place the value that a range was
        given for.
    """

    currency: str
    rows: str
    columns: str
    row_values: Floats
    column_values: Floats
    npv: Floats
    spans: tuple[str, str]

    def to_frame(self) -> pd.DataFrame:
        """Return the grid as a table.

        Returns
        -------
        pandas.DataFrame
            A row a value of the first assumption, which is the index; a column a value of the second.
        """
        return pd.DataFrame(
            self.npv, index=pd.Index(self.row_values, name=self.rows),
            columns=pd.Index(self.column_values, name=self.columns),
        )  # fmt: skip

    def summary(self) -> str:
        """Return the grid as plain text.

        Returns
        -------
        str
            A line a row.
        """
        lines = [f"net present value, {self.currency}: {self.rows} down, {self.columns} across"]
        lines.append(" " * 12 + "".join(f"{number_text(value):>14}" for value in self.column_values))
        for value, cells in zip(self.row_values, self.npv, strict=True):
            lines.append(f"{number_text(value):>12}" + "".join(f"{cell:>14,.0f}" for cell in cells))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        frame.index, frame.columns = (axis.map(number_text) for axis in (frame.index, frame.columns))
        return html_table(
            frame.rename_axis(index=None, columns=None).reset_index(names=f"{self.rows} \\ {self.columns}")
        )


def make_two_way(
    projection: Projection, register: Register, *, rows: str = SHARE, columns: str = GROSS_MARGIN
) -> TwoWay:
    """Return the net present value over a grid of two assumptions.

    Parameters
    ----------
    projection : Projection
        The value.
    register : Register
        Its assumptions.
    rows, columns : str
        Names of the two.

    Returns
    -------
    TwoWay
        At the low end, the value, the high end and half-way between of each; without a range 10 % to either side.

    Raises
    ------
    SettingsError
        When there is no such assumption, it has nothing to move, or both are the same.
    """
    if rows == columns:
        raise SettingsError(f"a table of '{rows}' against itself", allowed="two different assumptions")
    pair = (register[rows], register[columns])
    down, across = (grid_values(each) for each in pair)
    at_row, at_column = (grid.ravel() for grid in np.meshgrid(down, across, indexing="ij"))
    values = {rows: at_row, columns: at_column}
    flow = varied_flow(projection.move, projection.economics, values, draws=len(at_row))
    first, second = (span_of(each) for each in pair)
    npv = flow.npv.reshape(len(down), len(across))
    return TwoWay(projection.currency, rows, columns, down, across, npv, (first, second))


def grid_values(each: Assumption) -> Floats:
    """Return the values of an assumption along a grid.

    Parameters
    ----------
    each : Assumption
        From a register.

    Returns
    -------
    ndarray of shape (5,) or fewer
        In order, without repeats.

    Raises
    ------
    SettingsError
        When it has no range and cannot be moved by 10 % either.
    """
    low, high = each.shown_range()
    if not low < high:
        raise SettingsError(
            f"'{each.name}' has nothing to be moved by",
            allowed="an assumption with low and high, or one that is set and not 0",
            hint=f"add [assumptions.{each.name}] with low and high",
        )
    base = base_value(each)
    points = np.array([low, (low + base) / 2, base, (base + high) / 2, high])
    return np.unique(np.rint(points) if each.whole else points)
