"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pandas as pd

from benchmarks.scale.base import BigBase, write_base
from benchmarks.scale.page import FOLDER, ROWS, size_page, stage_page, write_page
from benchmarks.scale.promises import judge_run
from benchmarks.scale.run import COLUMNS, Row, measure_base
from benchmarks.scale.table import exponent, summarise


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    add = parser.add_argument
    add("--customers", type=int, nargs="+", default=[], metavar="N", help="sizes of the bases")
    add("--order", nargs="+", choices=("sorted", "shuffled"), default=["sorted"])
    add("--layout", nargs="+", choices=("one", "many"), default=["one"], help="one file, or a file a month")
    add("--panels", nargs="+", choices=("wide", "several"), default=["wide"])
    add("--every", type=int, default=3, metavar="MONTHS", help="months between survey waves")
    add("--repeats", type=int, default=3)
    add("--engine", default="duckdb", help="engine of the study")
    add("--keep", type=Path, metavar="FOLDER", help="keep the bases here, and use those that are there")
    add("--write", action="store_true", help="write the bases, and measure nothing")
    add("--check", action="store_true", help="leave with 1 when a promise is missed")
    add("--page", action="store_true", help="write rows, tables and figures of the docs")
    add("--go-on", action="store_true", help="with --page: go on with the run that the docs hold")
    add("--folder", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.write and chosen.keep is None:
        parser.error("--write needs --keep FOLDER")
    if not chosen.customers and not chosen.page:
        parser.error("say how many: --customers 100000")
    return chosen


def main(arguments: list[str]) -> int:
    """Run from the command line; 1 when a promise is missed and that was asked for."""
    chosen = read_arguments(arguments)
    bases = [
        BigBase(n, every=chosen.every, order=order, layout=layout, panels=panels)
        for n, order, layout, panels in product(chosen.customers, chosen.order, chosen.layout, chosen.panels)
    ]
    with room_for(chosen.keep) as folder:
        if chosen.write:
            for base in bases:
                print(write_base(base, folder / base.name, engine=chosen.engine))
            return 0
        rows = measure_all(bases, folder, chosen)
    table = summarise(rows)
    show(rows, table)
    if chosen.page:
        write_page(chosen.folder)
    verdicts = judge_run(table) if chosen.check else []
    print(*(verdict.line() for verdict in verdicts), sep="\n")
    return 1 if any(verdict.kept is False for verdict in verdicts) else 0


@contextmanager
def room_for(keep: Path | None) -> Iterator[Path]:
    """Give the folder that the user named, or one of the system's that goes again."""
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="cxvalue-scale-") as folder:
        yield Path(folder)


def measure_all(bases: list[BigBase], folder: Path, chosen: argparse.Namespace) -> pd.DataFrame:
    """Measure every base that the run does not hold yet, and return all rows of the run."""
    path: Path | None = chosen.folder / ROWS if chosen.page else None
    kept = pd.read_csv(path).to_dict("records") if path and path.exists() and (chosen.go_on or not bases) else []
    label = kept[0]["run"] if kept else datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    rows: list[Row] = [{str(name): value for name, value in row.items()} for row in kept]
    done = {(row["customers"], row["order"], row["layout"], row["panels"], row["every"]) for row in rows}
    for base in bases:
        if (base.customers, base.order, base.layout, base.panels, base.every) in done:
            continue
        measured = []
        for row in measure_base(base, folder, repeats=chosen.repeats, run=label, engine=chosen.engine):
            measured.append(row)
            if row["stage"] == "total":
                print(f"{base.name}, repeat {row['repeat']}, {row['what']}: {row['wall_seconds']:.2f} s", flush=True)
        rows += measured
        if path is not None:
            keep_rows(path, rows)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def keep_rows(path: Path, rows: list[Row]) -> None:
    """Write the rows of a run, all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    with beside.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: shortened(value) for name, value in row.items()} for row in rows)
    beside.replace(path)


def shortened(value: object) -> object:
    """Return a number with the digits that a clock can tell."""
    return f"{value:.6g}" if isinstance(value, float) else value


def show(rows: pd.DataFrame, table: pd.DataFrame) -> None:
    """Print sizes, stages and the fitted exponent."""
    print("\n" + size_page(table).to_string(index=False))
    print("\nStages, in multiples of the scan (figures and report are not in the ratio)")
    print(stage_page(rows).to_string(index=False))
    wall, cpu = exponent(table), exponent(table, "value_cpu")
    if wall is not None and cpu is not None:
        print(f"\ntime ~ customers^{wall:.2f}; processor time ~ customers^{cpu:.2f}")
