"""Measurements that go on where their file ends: one row, or some, for each simulated base."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

import cxvalue as cx

Row = Mapping[str, object]


def measure_seeds(seeds: Iterable[int], path: Path, measure: Callable[[int], Iterable[Row]]) -> None:
    """Append the rows of every seed that the file does not hold yet."""
    done = set(pd.read_csv(path)["seed"]) if path.exists() else set()
    path.parent.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if seed in done:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", cx.CxValueWarning)
            rows = list(measure(seed))
        fresh = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerows({name: plain(value) for name, value in row.items()} for row in rows)


def plain(value: object) -> object:
    """Return a number in its shortest exact form, anything else as it is."""
    return repr(float(value)) if isinstance(value, float | np.floating) else value


def number(interval: object, name: str = "estimate") -> float:
    """Return a figure of an interval; NaN where it could not be estimated."""
    return float(getattr(interval, name, float("nan")))


def holds(interval: object, truth: float) -> object:
    """Return whether an interval holds a value; None where it could not be estimated."""
    return bool(interval.holds(truth)) if isinstance(interval, cx.Interval) else None
