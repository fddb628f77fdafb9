"""The manifest: what a report was made from, and what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cxvalue.report.source_rows import shown_rows
from cxvalue.report.study_results import StudyResults

MANIFEST_NAME: Final = "manifest.json"
WRITTEN_BY: Final = "cxvalue"


def make_manifest(results: StudyResults, files: Mapping[str, bytes], *, created: datetime) -> dict[str, Any]:
    """Return the manifest of a report.

    Parameters
    ----------
    results : StudyResults
        What the report shows.
    files : mapping of str to bytes
        Content of every file of the report, by its path within the folder.
    created : datetime
        When it was written.

    Returns
    -------
    dict
        written_by, version, created (UTC; nothing else differs between two reports on the same input), study, seed,
        settings, sources with their hashes and rows (None where a small count would follow from them), files with their
        hashes.
    """
    return {
        "written_by": WRITTEN_BY,
        "version": results.version,
        "created": created.astimezone(UTC).isoformat(timespec="seconds"),
        "study": results.name,
        "seed": results.seed,
        "settings": dict(results.settings),
        "sources": [
            {
                "table": source.table,
                "files": list(source.files),
                "sha256": source.sha256,
                "rows": shown_rows(source, results),
            }
            for source in results.sources
        ],
        "files": [
            {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for path, content in sorted(files.items())
        ],
    }


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return the content of ``manifest.json``.

    Parameters
    ----------
    manifest : mapping
        From :func:`make_manifest`.

    Returns
    -------
    bytes
        UTF-8 JSON.
    """
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
