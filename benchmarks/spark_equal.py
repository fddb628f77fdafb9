"""Whether a study has the same moments and the same results on Spark as on DuckDB: the greatest difference.

A base is written, or a study is named, and worked through on both engines, each in a process of its own::

    python -m benchmarks.spark_equal --customers 100000
    python -m benchmarks.spark_equal --study data/sample/study.toml

What differs between two arrays is told relative to each entry, or to a millionth of the largest entry where that is
more: standardised columns make sums that are 0 but for their last digit. Numbers of ``results.json`` are compared
one by one in the same way, with 1e-12 instead; all else in it has to be the same.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

import cxvalue as cx
from benchmarks.scale.base import BigBase, write_base
from cxvalue.engine import RunSettings
from cxvalue.report.results_json import results_dict
from cxvalue.settings import read_settings

SMALL = 1e-6
"""Of an array's largest entry: below it an entry counts as this much."""
SMALLEST = 1e-12
"""The same of a number by itself."""


def results_on(engine: str, study: Path, spark: dict[str, str], *, value_only: bool) -> dict[str, Any]:
    """Work a study through, and return its moments, its targets and what ``results.json`` holds."""
    settings = read_settings(study)
    run = RunSettings(engine=engine, spark=spark if engine == "spark" else {})
    opened = cx.Study(settings=settings.model_copy(update={"run": run}), folder=study.parent)
    with closing(opened), warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        results = opened.results("value" if value_only else None)
        bands = opened._stages.bands
        arrays = {}
        for partition, moments, target in zip(bands.partitions, bands.moments, bands.targets, strict=True):
            for name in ("gram", "cross", "counts", "squares"):
                arrays[f"{name} of {partition.name}"] = getattr(moments, name)
            for name in ("mean", "prob_band", "n_records"):
                arrays[f"target's {name} of {partition.name}"] = getattr(target, name)
        return {
            "arrays": arrays,
            "columns": bands.basis.labels(),
            "results": json.loads(json.dumps(results_dict(results))),
        }


def differences(one: Any, two: Any, place: str = "") -> Iterator[tuple[float, str]]:
    """Give every difference of two results: relative of numbers, infinite of all else."""
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        for key in one:
            yield from differences(one[key], two[key], f"{place}.{key}")
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for at, pair in enumerate(zip(one, two, strict=True)):
            yield from differences(*pair, f"{place}[{at}]")
    elif isinstance(one, float) and isinstance(two, float):
        yield abs(one - two) / max(abs(two), SMALLEST), place
    else:
        yield 0.0 if one == two else math.inf, place


def array_difference(one: Any, two: Any) -> float:
    """Return the greatest relative difference of two arrays."""
    if one.shape != two.shape or not np.array_equal(np.isnan(one), np.isnan(two)):
        return math.inf
    size = np.abs(two)
    least = SMALL * float(np.nanmax(size, initial=0.0))
    return float(np.nanmax(np.abs(one - two) / np.maximum(size, least if least > 0 else 1.0), initial=0.0))


def compare(duckdb: dict[str, Any], spark: dict[str, Any]) -> None:
    """Print how far two results differ."""
    arrays = {name: array_difference(spark["arrays"][name], each) for name, each in duckdb["arrays"].items()}
    largest = max(arrays, key=lambda name: arrays[name])
    numbers = sum(each.size for each in duckdb["arrays"].values())
    print(f"moments and targets: {numbers:,} numbers; greatest relative difference {arrays[largest]:.1e} ({largest})")
    found = list(differences(spark["results"], duckdb["results"]))
    difference, place = max(found)
    print(f"results.json: {len(found):,} entries; greatest relative difference {difference:.1e} ({place.lstrip('.')})")
    same = "the same" if spark["columns"] == duckdb["columns"] else "others"
    print(f"columns of the design: {same}")


def run_each(study: Path, given: list[str]) -> dict[str, dict[str, Any]]:
    """Work a study through on both engines, each in a new process."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="cxvalue-equal-") as folder:
        for engine in ("duckdb", "spark"):
            out, start = Path(folder, engine), time.perf_counter()
            command = [sys.executable, "-m", "benchmarks.spark_equal", "--study", str(study), *given]
            subprocess.run([*command, "--engine", engine, "--out", str(out)], check=True)
            found[engine] = pickle.loads(out.read_bytes())
            data = found[engine]["results"]["data"]
            counts = ", ".join(f"{data[name]:,} {name}" for name in ("customers", "answers", "episodes"))
            print(f"{engine}: {counts}, {time.perf_counter() - start:.0f} s by the clock", flush=True)
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000, help="size of the base that is written")
    parser.add_argument("--study", type=Path, help="a study.toml instead")
    parser.add_argument("--whole", action="store_true", help="all results, not those of --only value")
    parser.add_argument("--spark", nargs="*", default=["spark.driver.memory=4g"], help="Spark's own settings")
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.engine is not None:
        spark = dict(each.split("=", 1) for each in chosen.spark)
        found = results_on(chosen.engine, chosen.study, spark, value_only=not chosen.whole)
        chosen.out.write_bytes(pickle.dumps(found))
        return
    given = ["--spark", *chosen.spark, *(["--whole"] if chosen.whole else [])]
    with tempfile.TemporaryDirectory(prefix="cxvalue-base-") as folder:
        study = chosen.study
        if study is None:
            study = write_base(BigBase(chosen.customers), Path(folder))
        both = run_each(study, given)
    compare(both["duckdb"], both["spark"])


if __name__ == "__main__":
    main()
