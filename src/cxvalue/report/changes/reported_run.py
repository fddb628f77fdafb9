"""A run as its report tells it: its results, and what they were made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cxvalue.errors import DataError
from cxvalue.report.manifest import MANIFEST_NAME, WRITTEN_BY, make_manifest
from cxvalue.report.plain_values import Json
from cxvalue.report.results_json import SCHEMA_VERSION, results_dict
from cxvalue.report.study_results import StudyResults
from cxvalue.result import Brief

RESULTS_NAME: Final = "results.json"
NEEDED: Final = (
    "study",
    "verdict",
    "data",
    "bands",
    "curves",
    "value",
    "estimates",
    "segments",
    "assumptions",
    "warnings",
)


@dataclass(frozen=True, slots=True, repr=False)
class ReportedRun(Brief):
    """A run as its report tells it.

    Parameters
    ----------
    label : str
        What the two sides of a comparison are called.
    results : mapping
        What ``results.json`` holds.
    manifest : mapping or None
        What ``manifest.json`` holds; None where there is none, and settings and inputs are not known.
    """

    label: str
    results: Mapping[str, Any]
    manifest: Mapping[str, Any] | None

    @property
    def created(self) -> str:
        """Day on which the report was written, ``YYYY-MM-DD``; empty where that is not known."""
        return str((self.manifest or {}).get("created") or "")[:10]

    @property
    def settings(self) -> Json | None:
        """All settings; None where they are not known."""
        return dict(self.manifest["settings"]) if self.manifest is not None else None


def read_run(path: Path) -> ReportedRun:
    """Read a report.

    Parameters
    ----------
    path : Path
        Folder of a report, or its ``results.json``.

    Returns
    -------
    ReportedRun
        The run. The manifest is read where it lies beside ``results.json``.

    Raises
    ------
    DataError
        When there are no results of ours, or those of another version of their layout.
    """
    file = path / RESULTS_NAME if path.is_dir() else path
    results = read_json(file)
    if results.get("schema_version") != SCHEMA_VERSION or not all(key in results for key in NEEDED):
        raise DataError(
            f"'{file}' does not hold results of cxvalue", allowed=f"results.json with schema_version {SCHEMA_VERSION}",
            hint="name the folder of a report; one of another version has to be written again",
        )  # fmt: skip
    beside = file.with_name(MANIFEST_NAME)
    manifest = read_json(beside) if beside.is_file() else None
    if manifest is not None and (manifest.get("written_by") != WRITTEN_BY or "settings" not in manifest):
        manifest = None
    return ReportedRun(str(path), results, manifest)


def read_json(file: Path) -> Json:
    """Read a file that holds an object.

    Parameters
    ----------
    file : Path
        The file.

    Returns
    -------
    dict
        What it holds.

    Raises
    ------
    DataError
        When it cannot be read.
    """
    allowed = "the folder of a report, or its results.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"no results at '{file}'", allowed=allowed, hint="cxvalue report writes them") from None
    except OSError as error:
        raise DataError(f"'{file}' cannot be read: {error.strerror or error}", allowed=allowed) from None
    except ValueError:
        raise DataError(f"'{file}' is not JSON", allowed=allowed, hint="write the report again") from None
    if not isinstance(content, dict):
        raise DataError(f"'{file}' holds no object", allowed=allowed, hint="write the report again")
    return content


def run_of(results: StudyResults) -> ReportedRun:
    """Return results that are not written yet as a run.

    Parameters
    ----------
    results : StudyResults
        The results.

    Returns
    -------
    ReportedRun
        The run, labelled ``this report``; the same as if it had been written and read.
    """
    bare = replace(results, changes=None)
    manifest = make_manifest(bare, {}, created=datetime.fromtimestamp(0, UTC))
    told = json.loads(json.dumps({"results": results_dict(bare), "manifest": {**manifest, "created": None}}))
    return ReportedRun("this report", told["results"], told["manifest"])
