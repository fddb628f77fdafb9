"""The engines by name: the library's own, and those that installed packages bring."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Final

from cxvalue.errors import SettingsError

ENTRY_POINTS: Final = "cxvalue.engines"
"""Group of entry points under which packages offer engines."""
OWN: Final = ("duckdb", "spark")
"""Names of the library's own engines."""


def installed_engines() -> dict[str, EntryPoint]:
    """Return the engines that installed packages offer.

    Returns
    -------
    dict of str to EntryPoint
        By name, sorted; nothing is loaded.

    Raises
    ------
    SettingsError
        When one takes a name that is in use.
    """
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        if point.name in OWN or point.name in found:
            raise SettingsError(
                f"an installed engine ({point.value}) calls itself '{point.name}', and that name is in use",
                allowed="a name of its own",
                hint="update or remove the package that brings it",
            )
        found[point.name] = point
    return found


def engine_names() -> tuple[str, ...]:
    """Return the names that ``[run] engine`` may bear.

    Returns
    -------
    tuple of str
        The library's own first.
    """
    return (*OWN, *installed_engines())
