"""One measurement, in the process that it is started in: the scan of a base's files, or its report.

    python -m benchmarks.scale.measure scan STUDY
    python -m benchmarks.scale.measure value STUDY

Prints one line of JSON. ``benchmarks.scale.run`` starts it, so that every measurement has a process of its own.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import tempfile
import tomllib
import warnings
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import duckdb

import cxvalue as cx
from benchmarks.scale.clock import RENDERING, Clock, merged
from cxvalue.report import write_report


def measure_scan(study: Path) -> dict[str, object]:
    """Read every value of every column of a base's files once, with the engine and threads of its study."""
    run = tomllib.loads(study.read_text(encoding="utf-8"))["run"]
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": run["memory_limit"]}
    if "threads" in run:
        config["threads"] = run["threads"]
    clock, counts = Clock(), {}
    with duckdb.connect(config=config) as connection:
        connection.execute("SET enable_progress_bar = false")
        clock.begin("scan")
        for name, files in tables_of(study.parent).items():
            relation = connection.read_parquet(files)
            sums = ", ".join(
                column_sum(column, str(kind)) for column, kind in zip(relation.columns, relation.types, strict=True)
            )
            counts[name] = relation.aggregate(f"count(*), {sums}").fetchall()[0][0]
        clock.end()
    return {
        "stages": [asdict(stage) for stage in clock.stages], "answers": counts["surveys"],
        "panel_rows": sum(n for name, n in counts.items() if name not in ("surveys", "customers")),
        "file_bytes": sum(path.stat().st_size for path in study.parent.rglob("*.parquet")),
    }  # fmt: skip


def tables_of(folder: Path) -> dict[str, list[str]]:
    """Return the files of every table of a base."""
    tables: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.parquet")):
        tables.setdefault(path.relative_to(folder).parts[0].removesuffix(".parquet"), []).append(str(path))
    return tables


def column_sum(name: str, kind: str) -> str:
    """Return an aggregate that has to look at every value: a maximum may come from the file's statistics."""
    if kind == "DATE":
        return f"sum(date_diff('day', DATE '1970-01-01', {name}))"
    return f"sum(strlen({name}))" if kind == "VARCHAR" else f"sum({name})"


def measure_value(study: Path) -> dict[str, object]:
    """Do what ``cxvalue report STUDY --only value --out FOLDER`` does, stage by stage."""
    load_library()
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="cxvalue-scale-") as out, warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        with closing(cx.Study.from_toml(study, progress=clock.begin)) as opened:
            clock.begin("reading and checking tables")
            opened.check()
            episodes = opened.episodes()
            clock.begin("value and draws")
            value = opened.value().per_customer
            clock.begin("segments and results")
            results = opened.results("value")
            clock.begin(RENDERING)
            write_report(results, Path(out) / "report")
            clock.end()
    return {
        "stages": [asdict(stage) for stage in merged(clock.stages)], "columns": len(episodes.covariates),
        "estimate": value.estimate, "se": value.se,
    }  # fmt: skip


def load_library() -> None:
    """Import what the library imports when it is first asked: the imports are not what is measured."""
    for module in pkgutil.walk_packages(cx.__path__, "cxvalue."):
        if not module.name.startswith(("cxvalue.cli", "cxvalue.testing", "cxvalue.simulate")):
            importlib.import_module(module.name)


def main(arguments: list[str]) -> None:
    """Measure, and print what was found as one line."""
    what, study = arguments
    found = (measure_scan if what == "scan" else measure_value)(Path(study))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
