"""What can be said about why two runs differ, and what cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cxvalue.report.changes.cause import Cause

RAN_APART: Final = (
    "What each of them contributed cannot be told from results alone: run the study once for each, changing one at a "
    "time."
)


def groups_of(causes: Sequence[Cause]) -> dict[str, list[Cause]]:
    """Return causes one by one, those of the data together.

    Parameters
    ----------
    causes : sequence of Cause
        The causes.

    Returns
    -------
    dict of str to list of Cause
        By what they are called. A change of the data is one, however many tables it touches.
    """
    found: dict[str, list[Cause]] = {}
    for cause in causes:
        found.setdefault("the data" if cause.kind == "data" else cause.name, []).append(cause)
    return found


def conclude(
    causes: Sequence[Cause], *, n_changed: int, routes: Mapping[str, float] | None, known: bool
) -> tuple[str, ...]:
    """Return what can be said about why two runs differ.

    Parameters
    ----------
    causes : sequence of Cause
        What differs in what went in.
    n_changed : int
        Figures that differ.
    routes : mapping of str to float, or None
        The change of the net present value by route.
    known : bool
        Whether both manifests are there, so that settings and data are known.

    Returns
    -------
    tuple of str
        Sentences.
    """
    groups = groups_of([cause for cause in causes if not cause.silent])
    told = [] if known else [
        "A manifest is missing: whether the data are the same is not known, and of the settings only what results tell."
    ]  # fmt: skip
    rest = unchanged(causes) if known else ""
    if not groups:
        what = (
            "nothing that went in is known to have changed"
            if not known
            else "data, settings, version and seed are the same"
        )
        end = "and so is every figure" if not n_changed and known else (
            f"yet {n_changed:,} figures differ: look at threads and engine, and at the libraries that the two ran on"
            if n_changed else "and no figure differs")  # fmt: skip
        return (*told, f"{what[0].upper()}{what[1:]}, {end}.")
    if len(groups) == 1:
        ((name, found),) = groups.items()
        detail = "; ".join(cause.text() for cause in found)
        only = "The only cause" if known else "The only cause that is known"
        effect = "" if n_changed else " No figure differs."
        return (*told, f"{only}: {detail if name != 'the data' else f'the data ({detail})'}.{rest}{effect}")
    sentences = [f"{len(groups)} things changed: {', '.join(groups)}.{rest}"]
    return (*told, *sentences, *by_route(groups, routes or {}))


def unchanged(causes: Sequence[Cause]) -> str:
    """Return which of data, settings, version and seed are the same.

    Parameters
    ----------
    causes : sequence of Cause
        What differs.

    Returns
    -------
    str
        A sentence that begins with a blank; empty where all differ.
    """
    differ = {cause.kind for cause in causes if not cause.silent}
    same = [kind for kind in ("data", "settings", "version", "seed") if kind not in differ]
    if "settings" not in same and "data" in same:
        same = [kind if kind != "data" else "data" for kind in same]
    if not same:
        return ""
    listed = same[0] if len(same) == 1 else f"{', '.join(same[:-1])} and {same[-1]}"
    return f" The same: {listed}."


def by_route(groups: Mapping[str, Sequence[Cause]], routes: Mapping[str, float]) -> list[str]:
    """Return which of several causes a route's part belongs to.

    Parameters
    ----------
    groups : mapping of str to sequence of Cause
        The causes.
    routes : mapping of str to float
        The change of the net present value by route; empty where it cannot be split.

    Returns
    -------
    list of str
        A sentence for each cause that has routes to itself; one for those that share a route.
    """
    feeds = {route: [name for name, causes in groups.items() if any(route in cause.routes for cause in causes)]
             for route, part in routes.items() if part}  # fmt: skip
    sentences = [f"What came through the {route} is due to {names[0]} alone." for route, names in feeds.items()
                 if len(names) == 1]  # fmt: skip
    for shared in dict.fromkeys(tuple(names) for names in feeds.values() if len(names) > 1):
        through = [route for route, names in feeds.items() if tuple(names) == shared]
        sentences.append(
            f"What came through the {' and the '.join(through)} is due to {' and '.join(shared)} together."
        )
    none = [name for name, causes in groups.items() if not any(cause.routes for cause in causes)]
    if none:
        sentences.append(f"The net present value does not depend on {' or '.join(none)}.")
    separate = routes and all(len(names) == 1 for names in feeds.values())
    return sentences if separate else [*sentences, RAN_APART]
