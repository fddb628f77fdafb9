"""What went into two runs and differs: data, settings, version, seed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from cxvalue.report.changes.reported_run import ReportedRun
from cxvalue.result import Brief

Kind = Literal["data", "settings", "version", "seed"]

PER_CUSTOMER: Final = "value per moved customer"
SHARE: Final = "share moved"
ACTIVE: Final = "customers"
IN_BAND: Final = "share of them in the from-band"
OPTIMISM: Final = "optimism adjustment"
COST: Final = "programme cost"
ROUTES: Final = (PER_CUSTOMER, SHARE, ACTIVE, IN_BAND, OPTIMISM, COST)
"""Routes by which something reaches the net present value."""
MEASURED: Final = frozenset({PER_CUSTOMER, ACTIVE, IN_BAND, OPTIMISM})
"""Routes of whatever changes the measurement: the optimism adjustment is a share of the value."""
NOWHERE: Final[frozenset[str]] = frozenset()

SETTING_ROUTES: Final[dict[str, frozenset[str]]] = {
    "study.name": NOWHERE, "study.currency": NOWHERE, "study.seed": NOWHERE, "study.draws": NOWHERE,
    "study.confidence": NOWHERE, "study.groups": NOWHERE, "study.horizon_months": MEASURED | {COST},
    "run": NOWHERE,
    "report": NOWHERE, "reconciliation": NOWHERE, "assumptions": NOWHERE, "adjust.negative_controls": NOWHERE,
    "adjust.outcome_learner": NOWHERE, "adjust.propensity": NOWHERE,
    "shift.share": frozenset({SHARE, OPTIMISM}), "shift.customers": frozenset({ACTIVE, OPTIMISM}),
    "shift.from": MEASURED, "shift.to": MEASURED,
    "economics.programme_cost_upfront": frozenset({COST}), "economics.programme_cost_monthly": frozenset({COST}),
    "economics.programme_months": frozenset({COST}), "economics.cashable_share": NOWHERE,
    "economics.optimism_adjustment": frozenset({OPTIMISM}),
    "economics.discount_rate_annual": frozenset({PER_CUSTOMER, OPTIMISM, COST}),
    "economics.discount_timing": frozenset({PER_CUSTOMER, OPTIMISM, COST}),
    "economics.value_horizon_months": frozenset({PER_CUSTOMER, OPTIMISM, COST}),
    "economics": frozenset({PER_CUSTOMER, OPTIMISM}),
}  # fmt: skip
"""Routes of a setting, by the longest beginning of its name that stands here; of all others, the measurement's."""
SHOWN: Final = ("run.disclosure_min",)
"""Of ``[run]``, what decides which figures are shown; all else there says where and how fast."""
TEXTS: Final = ("source", "owner", "date", "note", "unit")


@dataclass(frozen=True, slots=True, repr=False)
class Cause(Brief):
    """Something that went into two runs and differs.

    Parameters
    ----------
    kind : {"data", "settings", "version", "seed"}
        What it is.
    name : str
        A table, a setting, or the kind itself.
    before, after : str or None
        As text; None where it was not there.
    routes : frozenset of str
        Ways by which it reaches the net present value, of ``ROUTES``; empty where it does not.
    silent : bool
        Whether no figure of the report depends on it.
    """

    kind: Kind
    name: str
    before: str | None
    after: str | None
    routes: frozenset[str] = MEASURED
    silent: bool = False

    def text(self) -> str:
        """Return the cause in words.

        Returns
        -------
        str
            Such as ``economics.gross_margin, 0.6 → 0.65``.
        """
        nothing = "not there" if self.kind == "data" else "not set"
        what = f"table {self.name}" if self.kind == "data" else self.name
        return f"{what}, {self.before or nothing} → {self.after or nothing}"


def list_causes(before: ReportedRun, after: ReportedRun) -> tuple[Cause, ...]:
    """Return what went into two runs and differs.

    Parameters
    ----------
    before, after : ReportedRun
        The runs.

    Returns
    -------
    tuple of Cause
        Data, settings, seed, whether ``--only value`` was asked for, version.
        Where a manifest is missing, what results alone tell of the settings.
    """
    found: list[Cause] = []
    if before.manifest is not None and after.manifest is not None:
        found += source_causes(before.manifest, after.manifest)
    known = [run.settings if before.manifest and after.manifest else told_settings(run) for run in (before, after)]
    old, new = (dict(flat_settings(settings or {})) for settings in known)
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            texts = (json_text(old[name]) if name in old else None, json_text(new[name]) if name in new else None)
            kind: Kind = "seed" if name == "study.seed" else "settings"
            found.append(Cause(kind, name, *texts, routes_of(name), is_silent(name)))
    old_part, new_part = (None if is_whole(run) else "value" for run in (before, after))
    if old_part != new_part:
        found.append(Cause("settings", "--only", old_part, new_part, NOWHERE))
    versions = tuple(str(run.results["study"]["version"]) for run in (before, after))
    if versions[0] != versions[1]:
        found.append(Cause("version", "version", versions[0], versions[1], frozenset(ROUTES)))
    return tuple(found)


def is_whole(run: ReportedRun) -> bool:
    """Return whether a report holds more than the value, which is all that ``--only value`` gives.

    Parameters
    ----------
    run : ReportedRun
        The run.

    Returns
    -------
    bool
        Whether any of the other parts is there.
    """
    return any(run.results.get(part) is not None for part in ("outcomes", "links", "diagnosis", "valuation"))


def source_causes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Cause]:
    """Return the tables whose content differs.

    Parameters
    ----------
    before, after : mapping
        The manifests.

    Returns
    -------
    list of Cause
        One a table; compared by the hash of its content, not by its file's name.
    """
    old, new = ({source["table"]: source for source in manifest["sources"]} for manifest in (before, after))
    return [
        Cause("data", table, source_text(old.get(table)), source_text(new.get(table)))
        for table in dict.fromkeys([*old, *new])
        if table not in old or table not in new or old[table]["sha256"] != new[table]["sha256"]
    ]


def source_text(source: Mapping[str, Any] | None) -> str | None:
    """Return what is known of a table.

    Parameters
    ----------
    source : mapping or None
        Entry of the manifest.

    Returns
    -------
    str or None
        Rows and the beginning of the hash.
    """
    if source is None:
        return None
    rows = source.get("rows")
    return (f"{rows:,} rows, " if rows is not None else "") + f"sha256 {source['sha256'][:8]}…"


def flat_settings(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Give settings one by one.

    Parameters
    ----------
    settings : mapping
        Sections and keys.
    above : str
        Where they stand.

    Yields
    ------
    tuple of str and Any
        Such as ``economics.gross_margin`` and 0.6; a section that is not there gives nothing, nor does a key without
        a value.
    """
    for key, value in settings.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from flat_settings(value, f"{name}.")
        elif value is not None and value != []:
            yield name, value


def told_settings(run: ReportedRun) -> dict[str, Any]:
    """Return the settings that results alone tell.

    Parameters
    ----------
    run : ReportedRun
        The run.

    Returns
    -------
    dict
        Sections ``study`` and, of the assumptions, ``economics`` and ``shift``.
    """
    study, value = run.results["study"], run.results["value"]
    told = {row["name"]: row["value"] for row in run.results["assumptions"]}
    shift = {"from": value["from"], "to": value["to"], "share": value["share"]}
    kept = ("name", "currency", "horizon_months", "confidence", "seed")
    return {
        "study": {key: study[key] for key in kept}, "shift": shift,
        "economics": {name: number for name, number in told.items() if name not in (*shift, "customers")},
    }  # fmt: skip


def json_text(value: Any) -> str:
    """Return a setting as text.

    Parameters
    ----------
    value : Any
        The setting.

    Returns
    -------
    str
        JSON; texts as they are.
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def routes_of(name: str) -> frozenset[str]:
    """Return the routes by which a setting reaches the net present value.

    Parameters
    ----------
    name : str
        Such as ``economics.gross_margin``.

    Returns
    -------
    frozenset of str
        Of ``ROUTES``.

    Examples
    --------
    >>> sorted(routes_of("shift.share")), sorted(routes_of("assumptions.share.low"))
    (['optimism adjustment', 'share moved'], [])
    """
    parts = name.split(".")
    if parts[0] in ("panels", "panel") and parts[-1] == "unit_value":
        return frozenset({PER_CUSTOMER, OPTIMISM})
    if parts[-1] == "path":
        return NOWHERE
    beginnings = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((SETTING_ROUTES[start] for start in beginnings if start in SETTING_ROUTES), MEASURED)


def is_silent(name: str) -> bool:
    """Return whether no figure depends on a setting.

    Parameters
    ----------
    name : str
        Such as ``study.name``.

    Returns
    -------
    bool
        True for names, notes, and the names of files, whose content is compared by itself.
    """
    parts = name.split(".")
    where = parts[0] in ("run", "report") and name not in SHOWN
    return name == "study.name" or where or parts[-1] == "path" or (parts[0] == "assumptions" and parts[-1] in TEXTS)
