"""The command line, run within the process of a test, and what it left behind."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from cxvalue.cli import main

ROOT = Path(__file__).parents[1]
TELECOM_DATA = ROOT.parent / "shared" / "data" / "telecom_export"


@dataclass(frozen=True)
class Outcome:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str

    def usage(self) -> str:
        """What was said about wrong usage, without the frame around it."""
        return " ".join(self.err.replace("│", " ").split())


def run(*words: object) -> Outcome:
    """Run the command line within this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    return Outcome(code, out.getvalue(), err.getvalue())


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
