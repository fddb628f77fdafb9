"""A run: every measurement in a fresh process, scan and report by turns, memory and temporary files watched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from benchmarks.scale.base import BigBase, write_base
from benchmarks.scale.clock import RENDERING

Row = dict[str, Any]
What = Literal["scan", "value"]

TOTAL = "total"
SAMPLE_SECONDS = 0.02
"""Time between two looks at the memory of the process tree."""
LOOKS = 10
"""Looks at the memory for one at the temporary files, which takes longer."""
ROOT = Path(__file__).resolve().parents[2]
COLUMNS = (
    "run", "customers", "order", "layout", "panels", "every", "panel_rows", "answers", "file_bytes", "repeat", "what",
    "stage", "wall_seconds", "cpu_seconds", "peak_bytes", "temporary_bytes", "columns", "estimate", "se",
)  # fmt: skip
"""Columns of the rows that are kept: one row a stage, and one for the whole of each measurement."""


def measure_base(base: BigBase, folder: Path, *, repeats: int, run: str, engine: str = "duckdb") -> Iterator[Row]:
    """Write a base unless the folder holds it, and give the rows of its measurements, scan and report by turns."""
    study = folder / base.name / "study.toml"
    if not study.exists():
        write_base(base, study.parent, engine=engine)
    fixed: Row = {
        "run": run, "customers": base.customers, "order": base.order, "layout": base.layout, "panels": base.panels,
        "every": base.every,
    }  # fmt: skip
    for repeat in range(1, repeats + 1):
        for what in ("scan", "value"):
            found, peaks = measure(what, study)
            fixed |= {name: found[name] for name in ("panel_rows", "answers", "file_bytes") if name in found}
            about = {name: found.get(name) for name in ("columns", "estimate", "se")}
            stages = found["stages"]
            counted = [stage for stage in stages if stage["name"] != RENDERING]
            most = max(peaks.memory, *(stage["peak_bytes"] for stage in stages))
            whole: Row = {"stage": TOTAL, "peak_bytes": most, "temporary_bytes": peaks.temporary}
            whole |= {name: sum(stage[name] for stage in counted) for name in ("wall_seconds", "cpu_seconds")}
            yield {**fixed, "repeat": repeat, "what": what, **about, **whole}
            if what == "value":
                for stage in stages:
                    yield {**fixed, "repeat": repeat, "what": what, **about, "stage": stage.pop("name"), **stage}


@dataclass
class Peaks:
    """The most bytes that a measurement held at a time, in memory and in temporary files."""

    memory: int = 0
    temporary: int = 0


def measure(what: What, study: Path) -> tuple[dict[str, Any], Peaks]:
    """Run one measurement in a process of its own; return what it printed, and what its process tree held at most."""
    command = [sys.executable, "-m", "benchmarks.scale.measure", what, str(study)]
    with tempfile.TemporaryDirectory(prefix="cxvalue-scale-") as folder:
        own = os.environ | {"TMPDIR": folder}
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True, env=own) as process:
            try:
                peaks = watch(process, Path(folder))
            except BaseException:
                process.terminate()
                raise
            printed = process.stdout.read() if process.stdout is not None else ""
    if process.returncode != 0:
        raise SystemExit(f"the measurement '{what}' of {study} failed with code {process.returncode}")
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found, peaks


def watch(process: subprocess.Popen[str], folder: Path) -> Peaks:
    """Return what a process and its children hold at most while it runs; their temporary files are in a folder."""
    peaks, root, looks = Peaks(), psutil.Process(process.pid), 0
    while process.poll() is None:
        peaks.memory = max(peaks.memory, tree_memory(root))
        if looks % LOOKS == 0:
            peaks.temporary = max(peaks.temporary, file_bytes(folder))
        looks += 1
        time.sleep(SAMPLE_SECONDS)
    return peaks


def file_bytes(folder: Path) -> int:
    """Return the bytes of the files in a folder and those below it; files come and go meanwhile."""
    held = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                held += os.stat(os.path.join(path, name)).st_size
    return held


def tree_memory(root: psutil.Process) -> int:
    """Return the memory, in bytes, that a process and its children hold now."""
    held = 0
    with suppress(psutil.NoSuchProcess):
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                held += process.memory_info().rss
    return held
