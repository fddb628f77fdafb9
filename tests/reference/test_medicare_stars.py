"""Medicare star ratings, 2008 to 2022: members' rating of their plan, and the members who chose to leave.

Source: US Centers for Medicare & Medicaid Services, Part C and D performance data (public domain). The files lie
beside the repository, or where ``CXVALUE_SHARED_DATA`` says. Known, in percentage points of leaving per point of
rating: joined on the same row −1.02 (0.08); survey first, leaving in the next year −0.56 (0.06); the same with
contract and year effects −0.05 (0.05).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxvalue.estimate.beside.within import within_unit

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDER = Path(os.environ.get("CXVALUE_SHARED_DATA", BESIDE)) / "medicare_stars"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the star ratings do not lie beside the repository")

LAST_DIGIT = 0.005
"""Two digits are published."""


def between(outcome: pd.Series, exposure: pd.Series, unit: pd.Series) -> tuple[float, float]:
    """Slope across all rows, and its standard error clustered by unit."""
    x = (exposure - exposure.mean()).to_numpy()
    slope = float(x @ outcome / (x @ x))
    residual = outcome.to_numpy() - outcome.mean() - slope * x
    scores = pd.Series(x * residual).groupby(unit.to_numpy()).sum().to_numpy()
    n = len(scores)
    return slope, float(np.sqrt(n / (n - 1) * (scores @ scores)) / (x @ x))


def test_the_same_row_puts_the_leaving_before_the_survey() -> None:
    """−1.02 (0.08). The ratings of 2021 repeat those of 2020, and are left out."""
    panel = pd.read_csv(FOLDER / "contract_year_panel.csv")
    panel = panel[panel["star_year"] != 2021].dropna(subset=["members_choosing_to_leave", "rating_of_health_plan"])
    slope, se = between(panel["members_choosing_to_leave"], panel["rating_of_health_plan"], panel["contract_id"])
    # Which of the two equal years is left out moves the slope from −1.015 to −1.021.
    assert slope == pytest.approx(-1.02, abs=0.01)
    assert se == pytest.approx(0.08, abs=LAST_DIGIT)
    windows = pd.read_csv(FOLDER / "measure_windows.csv", parse_dates=["data_start_date", "data_end_date"])
    left = windows[windows["measure"] == "members_choosing_to_leave"].set_index("star_year")
    asked = windows[windows["measure"] == "rating_of_health_plan"].set_index("star_year")
    both = left.join(asked, lsuffix="_left", rsuffix="_asked", how="inner")
    both = both.drop(index=2021)
    assert len(both) == 11
    assert (both["data_end_date_left"] < both["data_start_date_asked"]).all()


def test_survey_first_halves_it() -> None:
    """−0.56 (0.06)."""
    panel = pd.read_csv(FOLDER / "aligned_survey_then_leave_next_year.csv")
    slope, se = between(panel["leave_next_year_pct"], panel["rating_pct"], panel["contract_id"])
    assert slope == pytest.approx(-0.56, abs=LAST_DIGIT)
    assert se == pytest.approx(0.06, abs=LAST_DIGIT)


def test_within_contracts_almost_nothing_is_left() -> None:
    """−0.05 (0.05)."""
    panel = pd.read_csv(FOLDER / "aligned_survey_then_leave_next_year.csv")
    found = within_unit(panel["leave_next_year_pct"], panel["rating_pct"], panel["contract_id"], panel["survey_year"])
    assert found.coefficients[0] == pytest.approx(-0.05, abs=LAST_DIGIT)
    assert found.se[0] == pytest.approx(0.05, abs=LAST_DIGIT)
    assert found.ci_low[0] < 0 < found.ci_high[0]
    assert (found.n_rows, found.n_units, found.n_periods, found.n_dropped) == (4038, 553, 12, 77)


def test_the_page_on_time_order_prints_what_it_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "time_order.md").read_text(encoding="utf-8")
    code, printed = (re.search(rf"(?s)```{kind}\n(.*?)```", page) for kind in ("python", "text"))
    assert code is not None
    assert printed is not None
    monkeypatch.chdir(FOLDER)
    exec(compile(code[1], "docs/time_order.md", "exec"), {})
    assert capsys.readouterr().out == printed[1]
