"""What finance reads covers: the record of the long run, and its table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.coverage_finance import STUDIED, page_of, summarise

VALIDATION = Path(__file__).parent.parent / "docs" / "validation"
LEVEL = 0.95
FIGURES = 14
"""Once, sustained, five levers, three segments and four regions."""


@pytest.mark.parametrize("scenario", STUDIED)
def test_every_figure_was_estimated_in_every_base_and_covers(scenario: str) -> None:
    rows = pd.read_csv(VALIDATION / f"finance_{scenario}.csv")
    assert rows.groupby("seed")["figure"].nunique().eq(FIGURES).all()
    assert rows["estimate"].notna().all()
    held = (rows["ci_low"] <= rows.groupby("figure")["truth"].transform("mean")) & (
        rows["ci_high"] >= rows.groupby("figure")["truth"].transform("mean")
    )
    shares = held.groupby(rows["figure"]).mean()
    chance = np.sqrt(LEVEL * (1 - LEVEL) / rows["seed"].nunique())
    assert (shares - LEVEL).abs().max() <= 3 * chance, shares.to_dict()  # three binomial standard errors


def test_the_page_is_that_of_the_rows() -> None:
    table = pd.concat([summarise(VALIDATION / f"finance_{scenario}.csv") for scenario in STUDIED], ignore_index=True)
    shown = pd.read_csv(VALIDATION / "finance_page.csv", dtype=str)
    assert page_of(table).astype(str).to_numpy().tolist() == shown.to_numpy().tolist()
