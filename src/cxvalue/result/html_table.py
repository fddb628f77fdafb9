"""A result's table for notebooks: an estimate and its interval in one cell, and no raw float."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final

from cxvalue.result.figure_text import NOTHING, count_text, figure_text, interval_text

if TYPE_CHECKING:
    import pandas as pd

SHARES: Final = ("share", "prob", "shrinkage")
"""Columns whose names begin so hold shares."""
COUNTS: Final = ("n_", "customers", "active_customers", "episodes", "answered", "effective")
"""Columns whose names begin so hold numbers of customers, answers or rows."""
MONEY: Final = ("npv", "swing", "gross", "per_customer", "per_percent", "per_point")
"""Columns whose names begin so are money, whatever the row's unit is."""
P_VALUES: Final = ("p", "p_value", "ph_p_value")
LEAST_P: Final = 0.0001


def html_table(frame: pd.DataFrame, *, currency: str = "", max_rows: int | None = 60) -> str:
    """Return a table as HTML.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table. Where columns ``NAME_ci_low`` and ``NAME_ci_high`` (or ``ci_low`` and ``ci_high``) follow a column,
        the three become one; standard errors beside them are left out. A column ``unit`` says how a row is written.
    currency : str
        Of money; units that begin with it are money.
    max_rows : int, optional
        Rows shown, at most.

    Returns
    -------
    str
        HTML; text is escaped.
    """
    import pandas as pd  # noqa: PLC0415  slow to load, and loaded already where there is a table

    units = [str(unit) for unit in frame["unit"]] if "unit" in frame else [""] * len(frame)
    spans = interval_columns([str(name) for name in frame.columns])
    hidden = {name for _, *others in spans.values() for name in others}
    shown: dict[str, list[str]] = {}
    for name in frame.columns:
        if name in hidden:
            continue
        if name in spans:
            _, low, high, *_ = spans[name]
            rows = zip(frame[name], frame[low], frame[high], units, strict=True)
            shown[name] = [interval_cell(*row, name=str(name), currency=currency) for row in rows]
        else:
            shown[str(name)] = column_texts(list(frame[name]), units, name=str(name), currency=currency)
    with pd.option_context("display.max_colwidth", None):
        return str(pd.DataFrame(shown, dtype=object).to_html(index=False, max_rows=max_rows))


def interval_columns(names: list[str]) -> dict[str, tuple[str, ...]]:
    """Return which columns hold the interval of which.

    Parameters
    ----------
    names : list of str
        Columns, in their order.

    Returns
    -------
    dict of str to tuple of str
        By the column of the estimate: its name, those of the low and the high end and, where there is one, of the
        standard error.

    Examples
    --------
    >>> interval_columns(["band", "estimate", "se", "ci_low", "ci_high", "gross", "gross_ci_low", "gross_ci_high"])
    {'estimate': ('estimate', 'ci_low', 'ci_high', 'se'), 'gross': ('gross', 'gross_ci_low', 'gross_ci_high')}
    """
    found: dict[str, tuple[str, ...]] = {}
    for low in names:
        if not low.endswith("ci_low"):
            continue
        stem = low.removesuffix("ci_low")
        high, se, at = f"{stem}ci_high", f"{stem}se", names.index(low)
        has_se = se in names[:at]
        before = names.index(se) - 1 if has_se else at - 1
        estimate = stem.rstrip("_") if stem.rstrip("_") in names else names[before]
        if high in names and before >= 0:
            found[estimate] = (estimate, low, high, *([se] if has_se else []))
    return found


def interval_cell(estimate: Any, low: Any, high: Any, unit: str, *, name: str, currency: str) -> str:
    """Return a cell with an estimate and its interval.

    Parameters
    ----------
    estimate, low, high : float or missing
        The figures.
    unit : str
        Unit of the row.
    name : str
        The column's name.
    currency : str
        Of money.

    Returns
    -------
    str
        The text; a dash where there is no estimate.
    """
    figures = [number_or_nan(x) for x in (estimate, low, high)]
    if math.isnan(figures[0]):
        return NOTHING
    return interval_text(*figures, unit=unit_of(name, unit), currency=currency)


def column_texts(values: list[Any], units: list[str], *, name: str, currency: str) -> list[str]:
    """Return the cells of a column as text.

    Parameters
    ----------
    values : list
        The cells: text, whole numbers, numbers, or missing.
    units : list of str
        Units by row.
    name : str
        The column's name.
    currency : str
        Of money.

    Returns
    -------
    list of str
        The texts.
    """
    numbers = [number_or_nan(value) for value in values]
    together = max((abs(x) for x in numbers if math.isfinite(x)), default=0.0)
    known = [x for x in numbers if math.isfinite(x)]
    whole = bool(known) and all(x.is_integer() for x in known) and not any(unit.startswith("share") for unit in units)
    texts = []
    for value, number, unit in zip(values, numbers, units, strict=True):
        if isinstance(value, (bool, str)) or not isinstance(value, Real):
            texts.append(NOTHING if is_missing(value) else str(value))
        elif isinstance(value, Integral) or (whole and math.isfinite(number)):
            texts.append(count_text(number))
        elif name in P_VALUES and number < LEAST_P:
            texts.append(f"<{LEAST_P:g}")
        else:
            texts.append(
                figure_text(number, unit=unit_of(name, unit), scale=None if any(units) else together, currency=currency)
            )
    return texts


def unit_of(name: str, unit: str) -> str:
    """Return how the figures of a column are written.

    Parameters
    ----------
    name : str
        The column's name.
    unit : str
        Unit of the row; empty where the table has none.

    Returns
    -------
    str
        ``share`` and ``customers`` by the column's name, nothing for money, else the row's unit.

    Examples
    --------
    >>> unit_of("share_of_value", ""), unit_of("customers", "EUR"), unit_of("estimate", "EUR")
    ('share', 'customers', 'EUR')
    """
    if name.startswith(SHARES):
        return "share"
    if name.startswith(MONEY):
        return ""
    return "customers" if name.startswith(COUNTS) else unit


def is_missing(value: Any) -> bool:
    """Return whether a cell holds nothing.

    Parameters
    ----------
    value : object
        The cell.

    Returns
    -------
    bool
        True for None, NaN and pandas' missing value.
    """
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def number_or_nan(value: Any) -> float:
    """Return a cell as a number.

    Parameters
    ----------
    value : object
        The cell.

    Returns
    -------
    float
        NaN for what is no number.
    """
    return math.nan if isinstance(value, bool) or not isinstance(value, Real) else float(value)
