"""A clock for stages that only tell when they begin."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import psutil

RENDERING = "figures and report"
"""The stage that writes the report: timed apart."""
NO_TIME = 0.01
"""Seconds below which a stage is not worth a line."""


@dataclass(slots=True)
class Stage:
    """One stage: how long it took, and the most memory that the process had held by its end."""

    name: str
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(slots=True)
class Clock:
    """Times stages that only tell when they begin."""

    stages: list[Stage] = field(default_factory=list)
    begun: tuple[str, float, float] | None = None

    def begin(self, stage: str, done: int = 0, total: int | None = None, unit: str = "") -> None:
        """End the stage that runs and begin another; how far a stage has come is not looked at."""
        if self.begun is not None and self.begun[0] == stage:
            return
        self.end()
        self.begun = (stage, perf_counter(), cpu_time())

    def end(self) -> None:
        """End the stage that runs."""
        if self.begun is None:
            return
        name, wall, cpu = self.begun
        self.stages.append(Stage(name, perf_counter() - wall, cpu_time() - cpu, peak_memory()))
        self.begun = None


def cpu_time() -> float:
    """Return processor seconds of this process, its threads and its children that have ended."""
    times = psutil.Process().cpu_times()
    return float(process_time() + times.children_user + times.children_system)


def peak_memory() -> int:
    """Return the most memory that this process has held so far, or holds now where the system does not keep that."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024
    return int(psutil.Process().memory_info().rss)


def merged(stages: list[Stage]) -> list[Stage]:
    """Return the stages without those that took no time, each once; the time of one that came back is added up."""
    found: dict[str, Stage] = {}
    for stage in stages:
        if stage.wall_seconds < NO_TIME:
            continue
        first = found.setdefault(stage.name, Stage(stage.name, 0.0, 0.0, 0))
        first.wall_seconds += stage.wall_seconds
        first.cpu_seconds += stage.cpu_seconds
        first.peak_bytes = max(first.peak_bytes, stage.peak_bytes)
    return list(found.values())
