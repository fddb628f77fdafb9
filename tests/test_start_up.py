"""Start-up: what is loaded before the first answer. Times depend on the machine; what is loaded does not."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import cxvalue
from cxvalue.cli import main

ROOT = Path(__file__).parents[1]
STATISTICS = (
    "cxvalue.estimate.bands", "cxvalue.report.plots", "cxvalue.value.valuation", "formulaic", "lifelines", "matplotlib",
    "pandas", "pyspark", "pyxirr", "scipy", "sklearn", "statsmodels",
)  # fmt: skip
ROWS = ("duckdb", "numpy", "pyarrow")
PACKAGES = ("cxvalue", "cxvalue.estimate", "cxvalue.link", "cxvalue.report", "cxvalue.study", "cxvalue.value")


def loaded(code: str, *words: object) -> set[str]:
    """Which of the slow modules some code loads in a process of its own."""
    told = f"import sys\n{code}\nprint(*(set({STATISTICS + ROWS!r}) & set(sys.modules)), sep=',')"
    done = subprocess.run(
        [sys.executable, "-c", told, *map(str, words)], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )  # fmt: skip
    return set(done.stdout.splitlines()[-1].split(",")) - {""}


def command(*words: object) -> set[str]:
    """Which of the slow modules a command loads."""
    return loaded("from cxvalue.cli import main\nassert main(sys.argv[1:]) == 0", *words)


@pytest.fixture(scope="module")
def study_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated base, with episodes enough for a report over six months."""
    folder = tmp_path_factory.mktemp("start") / "base"
    size = ["--customers", "3000", "--months", "16", "--horizon", "6"]
    assert main(["simulate", str(folder), "--scenario", "recovery", *size]) == 0
    return folder / "study.toml"


def test_the_package_loads_nothing() -> None:
    assert loaded("import cxvalue") == set()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["check", "--help"], ["report", "--help"]])
def test_help_loads_nothing(words: list[str]) -> None:
    assert command(*words) == set()


def test_check_loads_what_reads_rows_and_no_statistics(study_file: Path) -> None:
    assert command("check", study_file) == set(ROWS)


def test_settings_are_read_without_statistics(study_file: Path) -> None:
    code = "from pathlib import Path\nfrom cxvalue.settings import read_settings\nread_settings(Path(sys.argv[1]))"
    assert loaded(code, study_file) == set(ROWS)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_can_be_had(package: str) -> None:
    """The names stand in a stub, so that only asking for each shows that it is there."""
    module = import_module(package)
    assert module.__all__
    missing = [name for name in module.__all__ if not hasattr(module, name)]
    assert missing == []
    assert set(module.__all__) <= set(dir(module))


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="studdy"):
        cxvalue.studdy  # noqa: B018  the access is what is tested


def test_a_function_is_not_hidden_by_the_file_of_its_name() -> None:
    import_module("cxvalue.estimate.estimate_bands")
    assert callable(import_module("cxvalue.estimate").estimate_bands)


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "cxvalue", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "cxvalue"
    wrong = subprocess.run([sys.executable, "-m", "cxvalue", "nothing"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2, "the exit code of the command is that of the module"
