"""The sample base in the repository is what the simulator writes, value by value."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cxvalue.simulate import SCENARIOS, SimulatedBase, simulate

SAMPLE = Path(__file__).parent.parent / "data" / "sample"


@pytest.fixture(scope="module")
def again() -> SimulatedBase:
    """Return the sample base, simulated anew."""
    return simulate(SCENARIOS["sample"], seed=1)


def test_every_table_is_reproduced(again: SimulatedBase) -> None:
    assert {path.stem for path in SAMPLE.glob("*.parquet")} == set(again.tables)
    for name, table in again.tables.items():
        stored = pq.read_table(SAMPLE / f"{name}.parquet")
        assert stored.column_names == table.column_names
        for column in stored.column_names:
            assert stored[column].to_pylist() == table[column].to_pylist(), f"{name}.{column}"


def test_the_truth_is_reproduced(again: SimulatedBase) -> None:
    assert json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8")) == again.truth.to_dict()


def test_the_study_file_is_reproduced(again: SimulatedBase, tmp_path: Path) -> None:
    written = again.write(tmp_path)
    assert written.read_text(encoding="utf-8") == (SAMPLE / "study.toml").read_text(encoding="utf-8")
