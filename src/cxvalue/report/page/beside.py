"""Files beside the page: named on it, and linked where they are there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from markupsafe import Markup, escape

from cxvalue.report.languages.say import say, say_list

NAMED: Final = ("workbook.xlsx", "tables/", "figures/", "results.json", "manifest.json")
"""What the page names, in this order; a folder ends with a slash."""


def link_to(path: str, files: Collection[str]) -> Markup:
    """Return the name of a file beside the page.

    Parameters
    ----------
    path : str
        Within the folder of the report; a folder ends with a slash.
    files : collection of str
        Paths of the files that are there.

    Returns
    -------
    Markup
        A relative link where it is there; its name alone otherwise.

    Examples
    --------
    >>> print(link_to("tables/bands.csv", ["tables/bands.csv"]))
    <a href="tables/bands.csv">tables/bands.csv</a>
    >>> print(link_to("workbook.xlsx", []))
    workbook.xlsx
    """
    is_there = path in files or (path.endswith("/") and any(name.startswith(path) for name in files))
    return Markup('<a href="{0}">{0}</a>').format(path) if is_there else escape(path)


def names_beside(files: Collection[str]) -> Markup:
    """Return the files beside the page as a list of links.

    Parameters
    ----------
    files : collection of str
        Paths of the files that are there.

    Returns
    -------
    Markup
        Empty without any.
    """
    what = {
        "workbook.xlsx": say("the calculation with its formulas"),
        "tables/": say("every figure, unrounded"),
        "results.json": say("the same for programs"),
    }
    parts = []
    for path in NAMED:
        link = link_to(path, files)
        if link != escape(path):
            parts.append(say("{file} ({what})", file=link, what=what[path]) if path in what else link)
    return Markup(say_list(parts, ", "))  # escaped by link_to and say
