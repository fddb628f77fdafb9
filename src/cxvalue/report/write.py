"""Write a report: all of it or nothing, and never over what is not ours."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cxvalue.errors import OutputError
from cxvalue.progress import Progress, silent
from cxvalue.report.figures import report_figures
from cxvalue.report.html import render_html
from cxvalue.report.manifest import MANIFEST_NAME, WRITTEN_BY, make_manifest, manifest_bytes
from cxvalue.report.results_json import json_text
from cxvalue.report.study_results import StudyResults
from cxvalue.report.table_files import csv_bytes, parquet_bytes
from cxvalue.report.tables import report_tables
from cxvalue.report.workbook import workbook_bytes

PAGE_NAME = "report.html"


def write_report(
    results: StudyResults, out: Path, *, created: datetime | None = None, progress: Progress = silent
) -> Path:
    """Write a report to a folder, all or nothing.

    Parameters
    ----------
    results : StudyResults
        The results.
    out : Path
        A folder that does not exist, is empty, or holds a report of ours, which is replaced.
    created : datetime, optional
        What the manifest gives as the time of writing; default now.
    progress : Progress
        Told when figures and pages are made, and when all are there and are written.

    Returns
    -------
    Path
        ``report.html`` in the folder, beside ``workbook.xlsx``, ``results.json``, ``manifest.json``, ``tables`` and
        ``figures``.

    Raises
    ------
    OutputError
        When the folder is not ours to replace, or cannot be written. Nothing is left behind then.
    """
    out = out.resolve()
    refuse_output(out)
    progress("figures and report")
    files = report_files(results)
    progress("writing")
    manifest = make_manifest(results, files, created=datetime.now(UTC) if created is None else created)
    with writable(out):
        replace_folder(out, {**files, MANIFEST_NAME: manifest_bytes(manifest)})
    return out / PAGE_NAME


def report_files(results: StudyResults) -> dict[str, bytes]:
    """Return the content of every file of a report but its manifest.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    dict of str to bytes
        By path within the folder.
    """
    figures = report_figures(results)
    files = {PAGE_NAME: b"", "results.json": json_text(results).encode("ascii")}
    files["workbook.xlsx"] = workbook_bytes(results)
    for name, table in report_tables(results).items():
        files[f"tables/{name}.csv"] = csv_bytes(table)
        files[f"tables/{name}.parquet"] = parquet_bytes(table)
    files |= {f"figures/{figure.name}.svg": figure.svg.encode("utf-8") for figure in figures}
    beside = (*files, MANIFEST_NAME)
    return files | {PAGE_NAME: render_html(results, figures, files=beside).encode("utf-8")}


def refuse_output(out: Path) -> None:
    """Refuse a folder that is not ours to replace.

    Parameters
    ----------
    out : Path
        Where a report shall go.

    Raises
    ------
    OutputError
        When it is a file, a folder with something in it that no manifest of ours lists, or not writable.
    """
    refuse_read_only(out)
    if not out.exists():
        return
    allowed = "a folder that does not exist, is empty, or holds a report written by cxvalue and nothing else"
    if not out.is_dir():
        raise OutputError(f"'{out}' is not a folder", allowed=allowed, hint="give another --out")
    with writable(out):
        next(out.iterdir(), None)  # rglob passes over a folder that it may not read
        present = sorted(path.relative_to(out).as_posix() for path in out.rglob("*"))
    if not present:
        return
    listed = files_listed(out / MANIFEST_NAME)
    if listed is None:
        raise OutputError(
            f"'{out}' holds files that cxvalue did not write, such as '{present[0]}'", allowed=allowed,
            hint="give another --out, or empty the folder",
        )  # fmt: skip
    foreign = [path for path in present if path not in listed]
    if foreign:
        raise OutputError(
            f"'{out}' holds {len(foreign):,} entries beside our report, such as '{foreign[0]}', that would be lost",
            allowed=allowed, hint="move them elsewhere, or give another --out",
        )  # fmt: skip


def refuse_read_only(out: Path) -> None:
    """Refuse a place where nothing can be made, before anything is computed.

    Parameters
    ----------
    out : Path
        Where a report shall go.

    Raises
    ------
    OutputError
        When the nearest folder above it that exists is none, or may not be written.
    """
    above = next(parent for parent in out.resolve().parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(
            f"'{out}' cannot be written: '{above}' is not a folder of yours to write in",
            allowed="a folder on a disk with room, yours to write in", hint="give another --out",
        )  # fmt: skip


def files_listed(manifest: Path) -> frozenset[str] | None:
    """Return what a manifest of ours lists.

    Parameters
    ----------
    manifest : Path
        The file.

    Returns
    -------
    frozenset of str or None
        Files and their folders, the manifest among them; None when it is not a manifest of ours.
    """
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("written_by") != WRITTEN_BY:
        return None
    entries = content.get("files")
    if not isinstance(entries, list):
        return None
    paths = {str(entry["path"]) for entry in entries if isinstance(entry, dict) and "path" in entry}
    folders = {parent.as_posix() for path in paths for parent in Path(path).parents}
    return frozenset({MANIFEST_NAME} | paths | folders)


@contextmanager
def writable(out: Path) -> Iterator[None]:
    """Turn what the system says about a folder that cannot be written into an error with a hint.

    Parameters
    ----------
    out : Path
        The folder.

    Yields
    ------
    None
        While it is being written.

    Raises
    ------
    OutputError
        When the system refuses.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"'{out}' cannot be written: {error.strerror or error}",
            allowed="a folder on a disk with room, yours to write in",
            hint="give another --out",
        ) from error  # fmt: skip


def replace_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Write files to a folder that appears only once all of them are there.

    Parameters
    ----------
    out : Path
        The folder; missing parents are made, and removed again if nothing came of it.
    files : mapping of str to bytes
        Content by path within the folder.
    """
    made = [parent for parent in out.parents if not parent.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # Beside the place, so that the renames stay on one disk; gone at the end, whatever happens.
        with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as temporary:
            fresh = Path(temporary) / "new"
            for path, content in files.items():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).write_bytes(content)
            put_in_place(fresh, out, aside=Path(temporary) / "old")
    finally:
        remove_empty(made)


def put_in_place(fresh: Path, out: Path, *, aside: Path) -> None:
    """Put a finished folder in the place of an old one; the old one stays if that fails.

    Parameters
    ----------
    fresh : Path
        The finished folder.
    out : Path
        The place.
    aside : Path
        Where the old folder goes, on the same disk.
    """
    try:
        if out.exists():
            out.rename(aside)
        fresh.rename(out)
    finally:
        if aside.exists() and not out.exists():
            aside.rename(out)


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of the folders that are empty.

    Parameters
    ----------
    folders : iterable of Path
        The innermost first.
    """
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
