"""What is promised of time and memory, and whether a run keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from benchmarks.scale.table import FITTED_FROM, exponent, same_layout

MILLION = 1_000_000
GB = 10**9
MOST_SCANS = 15.0
MOST_AT_ONE_MILLION = 1.5 * GB
MOST_TIMES_AT_TEN = 11.0
MOST_AT_TEN_MILLION = 3.0 * GB
EXPONENTS = (0.9, 1.1)
FLAT_WITHIN = 2.0
DESIGN_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class Verdict:
    """One promise, and what a run says about it.

    Parameters
    ----------
    promise : str
        What is promised.
    measured : str
        What was measured; why not, where it could not be.
    kept : bool or None
        None where the run does not tell.
    """

    promise: str
    measured: str
    kept: bool | None

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        return {True: "kept", False: "MISSED", None: "not measured"}[self.kept]

    def line(self) -> str:
        """Return the verdict as one line."""
        return f"{self.word:<13} {self.promise}: {self.measured}"


def judge_run(table: pd.DataFrame) -> list[Verdict]:
    """Hold the rows of a run, a row a base, against every promise."""
    bases = same_layout(table)
    sizes = {int(row["customers"]): row for _, row in bases.iterrows()}
    one, ten = sizes.get(MILLION), sizes.get(10 * MILLION)
    found = [
        judge("1 million customers within 15 scans", one, lambda row: row["ratio"], "{:.1f} scans", MOST_SCANS),
        judge("1 million customers under 1.5 GB", one, peak, "{:.2f} GB", MOST_AT_ONE_MILLION / GB),
        judge("1 million customers with 16 columns", one, lambda row: -row["columns"], "{:.0f}", -DESIGN_COLUMNS),
        judge("10 million customers under 3 GB", ten, peak, "{:.2f} GB", MOST_AT_TEN_MILLION / GB),
    ]  # fmt: skip
    promise = "10 million customers within 11 times the time of 1 million"
    if one is None or ten is None:
        found.append(Verdict(promise, "needs both sizes in one run", None))
    else:
        times = float(ten["value"] / one["value"])
        found.append(Verdict(promise, f"{times:.1f} times", times <= MOST_TIMES_AT_TEN))
    return [*found, *judge_growth(bases)]


def peak(row: pd.Series) -> float:
    """Return the peak memory of a base in GB."""
    return float(row["peak_bytes"]) / GB


def judge(
    promise: str, row: pd.Series | None, measure: Callable[[pd.Series], float], form: str, most: float
) -> Verdict:
    """Hold one figure of one base against the most that is promised."""
    if row is None:
        return Verdict(promise, "this size was not run", None)
    measured = float(measure(row))
    return Verdict(promise, form.format(abs(measured)), measured <= most)


def judge_growth(bases: pd.DataFrame) -> list[Verdict]:
    """Say whether time grows as the customers do, and whether memory stays flat."""
    slope, fitted = exponent(bases), bases[bases["customers"] >= FITTED_FROM]
    linear = "time against customers has an exponent between 0.9 and 1.1"
    flat = "memory flat within a factor of two"
    if slope is None:
        return [Verdict(name, f"needs two sizes of at least {FITTED_FROM:,}", None) for name in (linear, flat)]
    growth = float(fitted["peak_bytes"].max() / fitted["peak_bytes"].min())
    return [
        Verdict(linear, f"{slope:.2f}", EXPONENTS[0] <= slope <= EXPONENTS[1]),
        Verdict(flat, f"a factor of {growth:.2f}", growth <= FLAT_WITHIN),
    ]
