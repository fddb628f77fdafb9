"""What does a run cost after one more month, with a cache and without? The table of docs/monthly_run.md.

    python -m benchmarks.monthly_run --customers 20000 --write csv
    python -m benchmarks.monthly_run --customers 20000 --write parquet

A base is written as a file for each month of the panel. Each figure is of a run in a process of its own: all months but
the last, then all months, then the same months with another gross margin. Seconds are those of the processor, of the
value alone, after imports.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.scale.base import BigBase, write_base

TIMED = (
    "import sys, time; from contextlib import closing; from cxvalue.study import Study\n"
    "begun = time.process_time()\n"
    "with closing(Study.from_toml(sys.argv[1])) as study:\n"
    "    study.results('value')\n"
    "print(time.process_time() - begun)"
)


MARGIN = "gross_margin = 0.6"
OTHER_MARGIN = "gross_margin = 0.5"


def as_text(folder: Path) -> None:
    """Write every Parquet file as CSV in its place."""
    for path in sorted(folder.rglob("*.parquet")):
        rows = duckdb.read_parquet(str(path), hive_partitioning=False)
        rows.write_csv(str(path.with_suffix(".csv")), header=True)
        path.unlink()
    study = folder / "study.toml"
    study.write_text(study.read_text(encoding="utf-8").replace(".parquet", ".csv"), encoding="utf-8")


def settings_with(study: Path, cache: str | None, *, margin: str = MARGIN) -> Path:
    """Write the settings with or without a cache beside them."""
    text = study.read_text(encoding="utf-8")
    if MARGIN not in text:
        raise ValueError(f"no line '{MARGIN}' in the settings")
    text = text.replace(MARGIN, margin)
    if cache is not None:
        text = text.replace("[run]\n", f'[run]\ncache = "{cache}"\n')
    path = study.with_name("cached.toml" if cache is not None else "plain.toml")
    path.write_text(text, encoding="utf-8")
    return path


def seconds(settings: Path) -> float:
    """Run a study in a process of its own."""
    done = subprocess.run([sys.executable, "-c", TIMED, str(settings)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def measure(study: Path, cache: str | None) -> tuple[float, float, float]:
    """Return what the run of all months but the last costs, then that of all months, then that with another margin."""
    settings = settings_with(study, cache)
    last = sorted(path for path in (study.parent / "panel").rglob("month_*"))[-1]
    aside = last.rename(study.with_name(last.name))
    try:
        first = seconds(settings)
    finally:
        aside.rename(last)
    return first, seconds(settings), seconds(settings_with(study, cache, margin=OTHER_MARGIN))


def main(words: Sequence[str] | None = None) -> int:
    """Write a base, run it and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.monthly_run", description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--write", choices=("csv", "parquet"), default="csv")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="monthly-run-") as folder:
        study = write_base(BigBase(given.customers, layout="many"), Path(folder))
        if given.write == "csv":
            as_text(study.parent)
        print(f"{given.customers:,} customers, {given.write}, processor seconds")
        print(f"{'':16}{'first run':>12}{'one more month':>16}{'ratio':>8}{'another margin':>16}{'ratio':>8}")
        for name, cache in (("without a cache", None), ("with a cache", "kept")):
            first, second, third = measure(study, cache)
            more = f"{second:16.1f}{second / first:8.2f}{third:16.1f}{third / second:8.2f}"
            print(f"{name:16}{first:12.1f}{more}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
