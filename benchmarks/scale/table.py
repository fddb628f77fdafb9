"""What the measurements of a run say: a row a base, a row a stage, and the exponent of time in the customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.scale.clock import RENDERING
from benchmarks.scale.run import TOTAL

BASE = ["customers", "order", "layout", "panels", "every"]
FITTED_FROM = 100_000
"""Smallest base that the exponent is fitted on: below it what does not depend on the customers shows."""


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a base: medians and ranges over the repeats, and the ratios of the same run.

    The ratio is that of the medians; its range is over the repeats, each report held against the scan just before it.
    """
    found = []
    for key, own in rows[rows["stage"] == TOTAL].groupby(BASE, sort=False):
        scan, value = (own[own["what"] == what].set_index("repeat") for what in ("scan", "value"))
        each = value["wall_seconds"] / scan["wall_seconds"]
        cpu = value["cpu_seconds"].median() / scan["cpu_seconds"].median()
        found.append({
            **dict(zip(BASE, key, strict=True)), "panel_rows": int(own["panel_rows"].iloc[0]),
            "answers": int(own["answers"].iloc[0]), "file_bytes": int(own["file_bytes"].iloc[0]),
            "columns": int(value["columns"].iloc[0]), "repeats": len(value),
            **spread(scan["wall_seconds"], "scan"), **spread(value["wall_seconds"], "value"),
            "value_cpu": value["cpu_seconds"].median(),
            "ratio": value["wall_seconds"].median() / scan["wall_seconds"].median(),
            "ratio_low": each.min(), "ratio_high": each.max(), "cpu_ratio": cpu,
            "peak_bytes": int(value["peak_bytes"].max()), "temporary_bytes": int(value["temporary_bytes"].max()),
            "rendering": rendering(rows, key),
        })  # fmt: skip
    return pd.DataFrame(found)


def spread(values: pd.Series, name: str) -> dict[str, float]:
    """Return median, smallest and largest of some values."""
    return {name: values.median(), f"{name}_low": values.min(), f"{name}_high": values.max()}


def rendering(rows: pd.DataFrame, key: tuple[object, ...]) -> float:
    """Return the seconds in which figures and pages are written, which the ratio leaves out."""
    same = (rows[BASE] == list(key)).all(axis=1) & (rows["stage"] == RENDERING)
    return float(rows.loc[same, "wall_seconds"].median())


def stage_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a base and stage: seconds, processor seconds and multiples of the scan, in the order they ran."""
    scans = rows[rows["what"] == "scan"].groupby(BASE)["wall_seconds"].median()
    stages = rows[(rows["what"] == "value") & (rows["stage"] != TOTAL)]
    table = stages.groupby([*BASE, "stage"], sort=False).agg(
        wall_seconds=("wall_seconds", "median"), cpu_seconds=("cpu_seconds", "median"), peak_bytes=("peak_bytes", "max")
    )
    table["scans"] = table["wall_seconds"] / scans
    return table.reset_index()


def same_layout(table: pd.DataFrame) -> pd.DataFrame:
    """Return the bases that are laid out as the first one is, smallest first: the ones that a line may join."""
    layout = [name for name in BASE if name != "customers"]
    return table[(table[layout] == table[layout].iloc[0]).all(axis=1)].sort_values("customers")


def exponent(table: pd.DataFrame, column: str = "value") -> float | None:
    """Return a of time ~ customers^a, by least squares of the logarithms; None with fewer than two sizes."""
    fitted = same_layout(table)
    fitted = fitted[fitted["customers"] >= FITTED_FROM]
    if len(fitted) < 2:
        return None
    slope, _ = np.polyfit(np.log(fitted["customers"]), np.log(fitted[column]), 1)
    return float(slope)
