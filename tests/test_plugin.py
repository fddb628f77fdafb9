"""An estimator that another package brings: found by its entry point, tried, shown; and what is refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import cxvalue as cx
from cxvalue.simulate import Scenario, simulate

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "tests" / "plugin"
PAGE = (ROOT / "docs" / "estimators.md").read_text(encoding="utf-8")
EXAMPLE, CONTRACT, USE = re.findall(r"(?s)```python\n(.*?)```", PAGE)
SMALL = Scenario(name="plugin", n_customers=1_200, n_months=34, waves=(8, 14, 20), response_prob=0.6, horizon_months=12)

pytestmark = pytest.mark.slow

TABLE = """
import json
import cxvalue as cx
from cxvalue.testing import check_estimator
from cxvalue_toy import TrimmedMean

check_estimator(TrimmedMean())
study = cx.Study.from_toml("data/sample/study.toml")
table = study.estimates()
row = table.get("trimmed_mean")
print(json.dumps({
    "methods": [row.method for row in table.rows], "role": row.role, "what": row.what, "n_episodes": row.n_episodes,
    "estimate": row.per_customer.estimate, "se": row.per_customer.se, "difference": row.difference.estimate,
    "headline": table.get("standardised").per_customer.estimate, "reasons": table.verdict.reasons,
}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the plug-in."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(folder), str(PLUGIN)], check=True, capture_output=True, timeout=600)
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a small base lies where the sample lies in the repository."""
    folder = tmp_path_factory.mktemp("place")
    study = simulate(SMALL, seed=4).write(folder / "data" / "sample")
    text = study.read_text(encoding="utf-8").replace("seed = 1 ", "groups = 20\nseed = 1 ")
    study.write_text(text, encoding="utf-8")
    return folder


def python(*words: str, site: Path, place: Path) -> subprocess.CompletedProcess[str]:
    """Run Python where the packages of a folder are installed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT / "src")])}
    return subprocess.run(
        [sys.executable, *words], check=False, capture_output=True, text=True, cwd=place, env=environment, timeout=900
    )


def test_it_stands_in_the_table_and_keeps_the_contract(site: Path, place: Path) -> None:
    done = python("-c", TABLE, site=site, place=place)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["methods"].count("trimmed_mean") == 1
    assert found["role"] == "shown"
    assert found["what"] == "Trimmed means of the fully followed episodes: no single large customer moves them"
    assert found["se"] > 0.0
    assert found["n_episodes"] > 500
    assert found["difference"] == pytest.approx(found["estimate"] - found["headline"], abs=1e-9)
    assert not any("trimmed" in reason for reason in found["reasons"]), "an installed estimator enters no verdict"


def broken(folder: Path, value: str) -> Path:
    """Write what pip leaves behind of a package whose entry point names something else."""
    info = folder / "broken-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[cxvalue.estimators]\nmine = {value}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("nowhere:Mine", "the installed estimator 'mine' (nowhere:Mine) cannot be loaded: No module named 'nowhere'"),
        ("json:Mine", "the installed estimator 'mine' (json:Mine) cannot be loaded"),
        ("pathlib:Path", "PosixPath is no estimator"),
        ("cxvalue:Weighted", "an estimator calls itself 'weighted', and that name is in use"),
    ],
)
def test_a_broken_package_is_named(value: str, said: str, place: Path, tmp_path: Path) -> None:
    words = ["report", "data/sample/study.toml", "--json"]
    code = f"import sys; from cxvalue.cli import main; sys.exit(main({words!r}))"
    done = python("-c", code, site=broken(tmp_path / "site", value), place=place)
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"Error: {said}" in done.stderr
    assert "Hint: " in done.stderr


def test_the_page_shows_the_package() -> None:
    source = (PLUGIN / "src" / "cxvalue_toy" / "trimmed_mean.py").read_text(encoding="utf-8")
    assert source.split() == EXAMPLE.split()


def test_the_page_runs(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(place)
    page = ModuleType("page")
    for block in (EXAMPLE, CONTRACT, USE):
        exec(compile(block, "estimators.md", "exec"), vars(page))
    assert re.search(r"^\d+\.\d\d \(\d+\.\d\d to \d+\.\d\d\)$", capsys.readouterr().out, re.MULTILINE)
    with pytest.raises(cx.SettingsError, match="'trimmed_mean', and that name is in use"):
        page.study.estimates(also=[page.TrimmedMean(), page.TrimmedMean()])
