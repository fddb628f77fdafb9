"""Links between pages, notebooks and files: does each target, and each heading that it names, exist?

Needs no network: addresses of other sites are counted and not followed. ``make linkcheck-online`` follows them.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"(?ms)^(```|:::|~~~).*?^\1\s*$|`[^`\n]*`")


def text_of(path: Path) -> str:
    """Return the prose of a page or notebook.

    Parameters
    ----------
    path : Path
        Markdown or notebook.

    Returns
    -------
    str
        Markdown.
    """
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made from their words.

    Parameters
    ----------
    path : Path
        The page.

    Returns
    -------
    set of str
        Anchors, with ``-1`` and so on for a heading that stands several times.
    """
    found: dict[str, int] = {}
    for heading in re.findall(r"(?m)^#{1,6} +(.+?)\s*$", re.sub(r"(?ms)^```.*?^```\s*$", "", text_of(path))):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return {slug if again == 0 else f"{slug}-{again}" for slug, n in found.items() for again in range(n + 1)}


def broken_links(path: Path) -> tuple[list[str], int]:
    """Return the links of a page that lead nowhere, and how many leave the repository.

    Parameters
    ----------
    path : Path
        Markdown or notebook.

    Returns
    -------
    tuple of list of str and int
        What is wrong, a line each; links to other sites.
    """
    wrong, outside = [], 0
    for target in LINK.findall(CODE.sub("", text_of(path))):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            outside += 1
            continue
        file, _, anchor = unquote(target).partition("#")
        there = (path.parent / file) if file else path
        if not there.exists():
            wrong.append(f"{path.relative_to(ROOT)}: {target}: no such file")
        elif anchor and there.suffix in (".md", ".ipynb") and anchor not in anchors(there):
            wrong.append(f"{path.relative_to(ROOT)}: {target}: no such heading")
    return wrong, outside


def main() -> int:
    """Look at every page and notebook.

    Returns
    -------
    int
        1 when a link leads nowhere.
    """
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    found = [broken_links(page) for page in sorted(pages)]
    wrong = [line for lines, _ in found for line in lines]
    for line in wrong:
        print(line)
    print(
        f"{len(pages)} pages, {len(wrong)} broken links; {sum(n for _, n in found)} links to other sites not followed"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
