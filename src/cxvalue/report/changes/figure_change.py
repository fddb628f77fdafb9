"""A figure before and after, for every figure that two runs report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cxvalue.result import Brief

Span = tuple[float, float]
Figure = tuple[tuple[str, str], tuple[str, float | str | None, Span | None]]
SAME_TO: Final = 1e-9
"""Two figures that differ by a smaller part of themselves differ in the order of a sum only."""
SHARES: Final = ("share", "prob", "roi", "irr", "confidence")
COUNTS: Final = (
    "active_customers",
    "customers_moved",
    "answered_in_band",
    "answered_moved",
    "months",
    "payback_months",
)
PLAIN: Final = ("benefit_cost_ratio",)


@dataclass(frozen=True, slots=True, repr=False)
class FigureChange(Brief):
    """A figure before and after.

    Parameters
    ----------
    part : str
        Part of the results, such as ``value``, ``lever``, ``band`` or ``curve``.
    name : str
        The figure.
    unit : str
        ``money``, ``share``, ``count`` or empty.
    before, after : float, str or None
        The figure; None where there is none.
    ci_before, ci_after : tuple of float or None
        Its interval.
    """

    part: str
    name: str
    unit: str
    before: float | str | None
    after: float | str | None
    ci_before: Span | None = None
    ci_after: Span | None = None

    @property
    def difference(self) -> float | None:
        """After less before; None for what is no number."""
        if isinstance(self.before, str) or isinstance(self.after, str) or self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def changed(self) -> bool:
        """Whether the figure or its interval differs by more than the order of a sum."""
        if not alike(self.before, self.after) or (self.ci_before is None) != (self.ci_after is None):
            return True
        return any(not alike(*pair) for pair in zip(self.ci_before or (), self.ci_after or (), strict=True))


def alike(before: float | str | None, after: float | str | None) -> bool:
    """Return whether two figures are the same but for the order of a sum.

    Parameters
    ----------
    before, after : float, str or None
        The figures.

    Returns
    -------
    bool
        Numbers may differ by a part in 10⁹.

    Examples
    --------
    >>> alike(1.0, 1.0 + 1e-12), alike(1.0, 1.001), alike(None, None), alike("weak", 1.0)
    (True, False, True, False)
    """
    if isinstance(before, str) or isinstance(after, str) or before is None or after is None:
        return before == after
    return abs(after - before) <= SAME_TO * max(abs(before), abs(after))


def unit_of(name: str) -> str:
    """Return the unit of a figure of the value.

    Parameters
    ----------
    name : str
        Its key.

    Returns
    -------
    str
        ``share``, ``count``, ``money`` or empty.

    Examples
    --------
    >>> unit_of("npv"), unit_of("break_even_share"), unit_of("customers_moved"), unit_of("payback.ci_low")
    ('money', 'share', 'count', 'count')
    """
    is_month = name.startswith("payback") and "share" not in name and "prob" not in name
    if name in COUNTS or is_month or name.endswith(".month"):
        return "count"
    if any(word in name for word in SHARES):
        return "share"
    return "" if name in PLAIN else "money"


def figure_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FigureChange, ...]:
    """Return every figure of two results.

    Parameters
    ----------
    before, after : mapping
        What ``results.json`` holds.

    Returns
    -------
    tuple of FigureChange
        In the order of a report; figures that stand in one of the two only have None on the other side.
    """
    sides = [dict(figures(results)) for results in (before, after)]
    units = {key: found[0] for side in sides for key, found in side.items()}
    nothing = ("", None, None)
    found = []
    for key in dict.fromkeys([*sides[1], *sides[0]]):
        (_, old, ci_old), (_, new, ci_new) = (side.get(key, nothing) for side in sides)
        found.append(FigureChange(*key, units[key], old, new, ci_old, ci_new))
    order = {part: at for at, part in reversed(list(enumerate(part for part, _ in sides[1])))}
    return tuple(sorted(found, key=lambda change: order.get(change.part, len(order))))


def figures(results: Mapping[str, Any]) -> Iterator[Figure]:
    """Give every figure of a run.

    Parameters
    ----------
    results : mapping
        What ``results.json`` holds.

    Yields
    ------
    tuple
        Part and name; unit, figure and interval.
    """
    value = results["value"]
    yield ("verdict", "verdict"), ("", results["verdict"]["label"], None)
    for name in ("from", "to", "unit"):
        yield ("value", name), ("", value[name], None)
    for name, found in value.items():
        if name not in ("from", "to", "unit", "levers", "cash_flow"):
            yield from flat("value", name, found)
    for lever in value["levers"]:
        yield ("lever", lever["lever"]), ("money", *interval(lever))
    for band in results["bands"]:
        for name in ("episodes", "share", "share_response_weighted", "customers"):
            yield ("band", f"{band['band']}: {name}"), ("share" if "share" in name else "count", band[name], None)
    for row in results["estimates"]:
        yield ("estimate", row["method"]), ("money", *interval(row["per_customer"]))
    yield from curve_totals(results["curves"])
    for row in results["segments"]:
        yield ("segment", f"{row['by']}: {row['group']}"), ("money", *interval(row["per_customer"]))
    for row in (results.get("valuation") or {}).get("moves", ()):
        span = (row["ci_low"], row["ci_high"]) if row["ci_low"] is not None else None
        yield ("move", row["move"]), ("money", row["per_customer"], span)
    yield from data_figures(results)


def flat(part: str, name: str, found: Any) -> Iterator[Figure]:
    """Give the figures of a key of the value.

    Parameters
    ----------
    part, name : str
        Part of the results, and key.
    found : number, mapping or None
        What stands there.

    Yields
    ------
    tuple
        Part and name; unit, figure and interval.
    """
    if isinstance(found, Mapping) and "estimate" in found:
        yield (part, name), (unit_of(name), *interval(found))
    elif isinstance(found, Mapping):
        for inner, single in found.items():
            yield (part, f"{name}.{inner}"), (unit_of(f"{name}.{inner}"), single, None)
    else:
        yield (part, name), (unit_of(name), found, None)


def interval(found: Mapping[str, Any] | None) -> tuple[float | None, Span | None]:
    """Return an estimate and its interval.

    Parameters
    ----------
    found : mapping or None
        Keys estimate, ci_low and ci_high.

    Returns
    -------
    tuple of float or None, and tuple of float or None
        None where there is no figure.
    """
    if found is None or found["estimate"] is None:
        return None, None
    known = found["ci_low"] is not None and found["ci_high"] is not None
    return found["estimate"], (found["ci_low"], found["ci_high"]) if known else None


def curve_totals(curves: Iterable[Mapping[str, Any]]) -> Iterator[Figure]:
    """Give the adjusted curves, each added up over its months.

    Parameters
    ----------
    curves : iterable of mapping
        Rows of the key ``curves``.

    Yields
    ------
    tuple
        Part and name; unit, figure and interval. A total has no interval: those of its months do not add up.
    """
    totals: dict[tuple[str, str], float | None] = {}
    for row in curves:
        if row["adjusted"]:
            key, value = (row["band"], row["metric"]), row["estimate"]
            so_far = totals.get(key, 0.0)
            totals[key] = None if so_far is None or value is None else so_far + value
    for (band, metric), total in totals.items():
        unit = "money" if metric in ("revenue", "cost_to_serve") else "months" if metric == "retained" else ""
        yield ("curve", f"{band}: {metric}, all months"), (unit, total, None)


def data_figures(results: Mapping[str, Any]) -> Iterator[Figure]:
    """Give the head counts of the data.

    Parameters
    ----------
    results : mapping
        What ``results.json`` holds.

    Yields
    ------
    tuple
        Part and name; unit, figure and interval.
    """
    data = results["data"]
    for name in ("customers", "answers", "episodes"):
        yield ("data", name), ("count", data[name], None)
    yield ("data", "first month"), ("", data["months"][0], None)
    yield ("data", "last month of follow-up"), ("", data["months"][1], None)
    yield ("data", "month that the value refers to"), ("", results["study"]["as_of"], None)
    for row in data["excluded"]:
        yield ("excluded", row["reason"]), ("count", row["n"] if row["n"] is not None else row["note"], None)
    for text in results["warnings"]:
        yield ("warning", text), ("", "given", None)
