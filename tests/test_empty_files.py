"""Files of a table without a row: found, named and told, in text and in Parquet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from command_line import run
from cxvalue.engine import Source
from cxvalue.tables.empty_files import LOOKED_AT, empty_files

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
HEADER = "id,month,amount\n"


def source(tmp_path: Path, *texts: str) -> Source:
    """A table in several text files."""
    for at, text in enumerate(texts):
        (tmp_path / f"{at}.csv").write_text(text, encoding="utf-8")
    paths = tuple(str(tmp_path / f"{at}.csv") for at in range(len(texts)))
    return Source("panel", "csv", paths, typed=False)


@pytest.mark.parametrize(
    "empty", [HEADER, HEADER.rstrip(), HEADER + "\n \n", "\ufeff" + HEADER, HEADER.replace("\n", "\r\n")]
)
def test_a_text_file_with_a_header_only(empty: str, tmp_path: Path) -> None:
    (finding,) = empty_files(source(tmp_path, HEADER + "1,2024-01,10\n", empty, empty))
    assert (finding.rule, finding.level, finding.n_rows) == ("panel.empty_file", "warning", 2)
    assert finding.hint == "look whether the export was complete: 1.csv, 2.csv"
    assert not finding.is_of_customers


def test_many_are_not_all_named(tmp_path: Path) -> None:
    (finding,) = empty_files(source(tmp_path, HEADER + "1,2024-01,10", *[HEADER] * 5))
    assert finding.hint == "look whether the export was complete: 1.csv, 2.csv, 3.csv, …"


def test_rows_are_rows(tmp_path: Path) -> None:
    long = "id," + "m" * LOOKED_AT + "\n1,2\n"
    assert empty_files(source(tmp_path, HEADER + "1,2024-01,10", long)) == []


def test_one_file_has_a_rule_of_its_own(tmp_path: Path) -> None:
    assert empty_files(source(tmp_path, HEADER)) == []


def test_the_newest_month_of_an_export_is_empty(tmp_path: Path) -> None:
    """A Parquet file without a row beside one with rows: the check says so, and the study goes on."""
    study = shutil.copytree(SAMPLE, tmp_path / "sample") / "study.toml"
    folder = study.parent / "billing"
    folder.mkdir()
    whole = (study.parent / "revenue.parquet").rename(folder / "2023.parquet")
    pq.write_table(pq.read_table(whole).slice(0, 0), folder / "2026.parquet")
    study.write_text(study.read_text(encoding="utf-8").replace("revenue.parquet", "billing"), encoding="utf-8")
    done = run("check", study)
    assert done.code == 0
    assert "warning           1  panels.revenue.empty_file: files without a row — as if they were not there" in done.out
    assert "Hint: panels.revenue.empty_file: look whether the export was complete: 2026.parquet" in done.out
