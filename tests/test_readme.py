"""The README: its code runs, and its figures are those of the sample base."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from cxvalue.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"(?s)```python\n(.*?)```", README)
METHODS = (
    "unadjusted", "standardised", "complete_cohorts", "near_boundary", "weighted", "doubly_robust", "within_customer",
    "placebo", "other_baseline", "earlier_amounts", "lasting_move",
)  # fmt: skip
"""The rows of the table beside the headline."""

pytestmark = pytest.mark.slow


def cells_under(heading: str) -> list[str]:
    """Return the last cells of the rows with a figure in the tables under a heading."""
    section = re.search(rf"(?ms)^## {re.escape(heading)}$(.*?)(?=^## )", README)
    assert section is not None
    return re.findall(r"(?m)^\| [^|]+ \| ([^|]*\d[^|]*|not estimable[^|]*) \|$", section[1])


@pytest.fixture
def at_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the sample lies as it does at the root of the repository; what runs there writes there."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


@pytest.mark.filterwarnings("default::cxvalue.CxValueWarning")
@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_code_runs(number: int, at_the_root: Path) -> None:
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(PYTHON[number], f"README.md, block {number}", "exec"), {})
    assert "Moving 5 % of the dissatisfied to neutral" in printed.getvalue()


def test_figures_are_those_of_the_sample(at_the_root: Path) -> None:
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main(["demo"]) == 0
    shown = re.search(r"(?s)<!-- cxvalue demo -->\n```text\n(.*?)```", README)
    assert shown is not None
    assert shown[1].split() == printed.getvalue().split()
    results = json.loads((at_the_root / "cxvalue-demo" / "results.json").read_text(encoding="utf-8"))
    value = results["value"]
    each, gross = value["per_customer"], value["gross"]
    dissatisfied = value["customers_moved"] / value["share"]
    assert cells_under("What the number means") == [
        f"{value['active_customers']:,.0f}",
        f"{dissatisfied:,.0f}",
        f"{value['customers_moved']:,.0f}",
        f"{value['share_of_base']:.1%}".replace("%", " %"),
        f"{value['answered_moved']:,.0f}",
        f"EUR {each['estimate']:,.2f} ({each['ci_low']:,.2f} to {each['ci_high']:,.2f})",
        f"EUR {gross['estimate']:,.0f} ({gross['ci_low']:,.0f} to {gross['ci_high']:,.0f})",
    ]
    found = {row["method"]: row["per_customer"] for row in results["estimates"]}
    for method, cell in zip(METHODS, cells_under("Beside the headline"), strict=True):
        row = found[method]
        told = f"{row['estimate']:,.2f} ({row['ci_low']:,.2f} to {row['ci_high']:,.2f})" if row else "not estimable"
        assert cell.split("; ")[0].split(": ")[0] == told, method
    assert f"Here it is `{results['verdict']['label']}`" in README
