"""The sums of earlier runs over the same tables: what they depend on, and where they are kept."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from threadpoolctl import threadpool_info

import cxvalue
from cxvalue.engine import Source
from cxvalue.engine.cache import ArrayEntry, Store, code_hash, key_of
from cxvalue.estimate.keep import ArrayForm, Made
from cxvalue.settings import Settings
from cxvalue.value.economics import SegmentMargin

LAYOUT: Final = 1
"""Of the arrays within an entry."""
LIBRARIES: Final = ("cxvalue", "duckdb", "formulaic", "numpy", "pandas", "pyarrow", "scipy")
"""Other versions of these may sum in another order."""
NOT_SUMMED: Final[Mapping[str, tuple[str, ...]]] = {
    "study": ("name", "currency", "draws", "seed", "confidence"),
    "adjust": ("outcome_learner", "propensity", "weight_cap", "trim", "negative_controls"),
    "shift": ("from", "to", "share", "customers"),
    "run": ("engine", "spark", "cache", "disclosure_min"),
    "report": ("language",),
}
"""Keys that no sum depends on: they are used after the sums, or say where things are. All others count."""


@dataclass(frozen=True, slots=True)
class KeptSums:
    """Sums in a store, one entry a kind: a :class:`~cxvalue.estimate.keep.Keep`.

    Parameters
    ----------
    store : Store
        Keeps them.
    key : str
        Hash of all that they depend on.
    settled : callable
        Tells whether the files are still those that the key is of.
    """

    store: Store
    key: str
    settled: Callable[[], bool]

    def __call__(self, kind: str, make: Callable[[], Made], form: ArrayForm[Made]) -> Made:
        """Return sums of an earlier run; make and keep them where there are none.

        Parameters
        ----------
        kind : str
            What they are.
        make : callable
            Makes them.
        form : ArrayForm
            Writes and reads them.

        Returns
        -------
        object
            The sums.

        Raises
        ------
        OutputError
            When they cannot be written.

        Warns
        -----
        CxValueWarning
            When an entry was damaged; it is made again.
        """
        entry = ArrayEntry(self.store, kind, self.key)
        found = entry.read(form.from_arrays)
        if found is not None:
            return found
        made = make()
        if self.settled():
            entry.write(form.to_arrays(made))
        return made


def sums_key(
    settings: Settings,
    sources: Mapping[str, Source],
    *,
    hashes: Mapping[str, str],
    software: Sequence[object],
    **further: str,
) -> str:
    """Return the key of the sums of a study.

    Parameters
    ----------
    settings : Settings
        The settings; those that no sum depends on are left out.
    sources : mapping of str to Source
        The tables; each :func:`is_fixed`.
    hashes : mapping of str to str
        Hash of each table's content.
    software : sequence
        What sums, as :func:`summing_software` gives it.
    **further : str
        What else they depend on.

    Returns
    -------
    str
        The key: of the tables' content, of the settings, and of what sums.
    """
    return key_of(
        layout=LAYOUT,
        tables=json.dumps({name: identity(source, hashes[name]) for name, source in sources.items()}),
        settings=json.dumps(summed_settings(settings), sort_keys=True),
        software=json.dumps(software),
        threads=settings.run.threads or f"all of {os.cpu_count()}",
        **further,
    )


def is_fixed(source: Source) -> bool:
    """Return whether the hash of a table tells all of its content.

    Parameters
    ----------
    source : Source
        The table.

    Returns
    -------
    bool
        False for a table of a database, which may be a view of other files or have a log beside it, and for a frame on
        Spark, whose hash leaves out the order of its rows.
    """
    return source.kind not in ("database", "spark")


def identity(source: Source, content: str) -> list[object]:
    """Return what tells a table from all others.

    Parameters
    ----------
    source : Source
        The table.
    content : str
        Hash of its content.

    Returns
    -------
    list
        How it is read, its content, where each file ends, and the folders above it that name a value, such as
        ``year=2024``: these are columns, too.
    """
    files = [
        [Path(path).stat().st_size, *(part for part in Path(path).parent.parts if "=" in part)] for path in source.paths
    ]
    return [source.kind, source.typed, content, files]


def summed_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that sums depend on.

    Parameters
    ----------
    settings : Settings
        All settings.

    Returns
    -------
    dict
        Sections as plain values. Of the economics only a gross margin by segment takes part in sums; of a metric of the
        user's own all but what it is worth.

    Examples
    --------
    >>> summed_settings(Settings(shift={"share": 0.1})) == summed_settings(Settings(study={"currency": "CHF"}))
    True
    >>> summed_settings(Settings()) == summed_settings(Settings(study={"groups": 50}))
    False
    """
    plain: dict[str, Any] = settings.model_dump(mode="json", by_alias=True, exclude={"economics", "assumptions"})
    for section, keys in NOT_SUMMED.items():
        for key in keys:
            del plain[section][key]
    metrics = [*plain["panels"].values(), *(plain["panel"] or {"metrics": {}})["metrics"].values()]
    for metric in metrics:
        metric.pop("unit_value", None)
    economics = settings.economics
    if economics is not None and isinstance(economics.gross_margin, SegmentMargin):
        plain["gross_margin"] = economics.gross_margin.model_dump(mode="json")
    return plain


def summing_software() -> list[object]:
    """Return what may change the last digit of a sum.

    Returns
    -------
    list
        The library's own code, versions of the libraries, of Python and of the linear algebra, and for which processor
        that was chosen.
    """
    package = Path(cxvalue.__file__).parent
    algebra = {(pool["internal_api"], pool["version"], pool.get("architecture")) for pool in threadpool_info()}
    return [
        code_hash(package),
        [version(name) for name in LIBRARIES],
        platform.python_version(),
        platform.machine(),
        sorted(map(repr, algebra)),
    ]
