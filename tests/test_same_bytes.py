"""Two runs of ``report`` with one thread write the same bytes, but for the time in the manifest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from builders import SETTINGS, small_base
from command_line import tree
from cxvalue.cli.study_text import toml_value

SUFFIXES = {".html", ".json", ".xlsx", ".csv", ".parquet", ".svg"}


def write_study(folder: Path) -> Path:
    """Write the small base with a table of each kind of file, and its study.toml."""
    base = small_base()
    settings = {name: dict(section) for name, section in SETTINGS.items()}
    suffixes = {"surveys": "xlsx", "customers": "csv", "retention": "parquet", "revenue": "csv"}
    for name, table in base.tables.items():
        suffix = suffixes.get(name, "parquet")
        path = folder / f"{name}.{suffix}"
        if suffix == "xlsx":
            table.to_excel(path, index=False)
        elif suffix == "csv":
            table.to_csv(path, index=False)
        else:
            table.to_parquet(path, index=False)
        target = (
            settings.setdefault(name, {})
            if name in ("surveys", "customers")
            else settings["panels"].setdefault(name, {})
        )
        target["path"] = path.name
    settings["economics"] |= {"programme_cost_upfront": 500.0}
    lines = []
    for name, section in settings.items():
        lines += [f"[{name}]", *(f"{key} = {toml_value(value)}" for key, value in section.items()), ""]
    study = folder / "study.toml"
    study.write_text("\n".join(lines), encoding="utf-8")
    return study


def report(study: Path, out: Path, *, hash_seed: int) -> dict[str, bytes]:
    """Write a report in a process of its own, in which sets come in an order of their own."""
    script = "import sys; from cxvalue.cli import main; sys.exit(main(sys.argv[1:]))"
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": str(hash_seed)}
    words = ["report", str(study), "--out", str(out), "--quiet"]
    subprocess.run([sys.executable, "-c", script, *words], check=True, env=environment)
    return tree(out)


@pytest.mark.slow
def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    one, other = (report(study, tmp_path / f"out{seed}", hash_seed=seed) for seed in (1, 2))
    manifests = [json.loads(files.pop("manifest.json")) for files in (one, other)]
    assert {Path(name).suffix for name in one} == SUFFIXES
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
    times = [manifest.pop("created") for manifest in manifests]
    assert manifests[0] == manifests[1]
    assert all(pd.Timestamp(time).tzinfo is not None for time in times)
