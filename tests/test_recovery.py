"""The value is right on average and its interval covers: twenty bases again, and the record of the long run."""

import warnings
from pathlib import Path

import pandas as pd
import pytest
from benchmarks.recovery import measure, table

import cxvalue as cx

VALIDATION = Path(__file__).parent.parent / "docs" / "validation"
N_BASES = 20


def figures(rows: pd.DataFrame) -> dict[str, float]:
    """Return the table of a run as a dict."""
    found = table(rows)
    return dict(zip(found["figure"], found["value"], strict=True))


@pytest.mark.slow
def test_twenty_bases_with_a_known_answer() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        found = figures(pd.DataFrame([measure("recovery", seed) for seed in range(2000, 2000 + N_BASES)]))
    # The bound of the long run, 0.3 standard errors, and three times the simulation error of twenty bases.
    assert abs(found["bias"]) <= 0.3 * found["mean_se"] + 3 * found["bias_simulation_error"]
    # Intervals that cover 95 % miss 5 or more of 20 with probability 0.003.
    assert found["coverage_of_mean_truth"] >= 0.8
    # The spread of 20 draws lies within these factors of its expectation in 99.8 % of runs (chi-square, 19 degrees).
    assert 0.65 <= found["se_over_spread"] <= 1.9
    assert found["unadjusted"] > 1.4 * found["truth"]  # the raw gap overstates: that is what the base is made for


def test_the_long_run_keeps_its_bounds() -> None:
    found = figures(pd.read_csv(VALIDATION / "recovery_recovery.csv"))
    assert found["bases"] == 200
    assert abs(found["bias_over_se"]) <= 0.3
    assert 0.90 <= found["coverage_of_mean_truth"] <= 0.99
    assert 0.8 <= found["se_over_spread"] <= 1.5


def test_without_an_effect_most_intervals_hold_zero() -> None:
    found = figures(pd.read_csv(VALIDATION / "recovery_null.csv"))
    assert found["truth"] == 0.0
    assert 0.90 <= found["holds_zero"] <= 0.99


def test_a_first_look_at_the_sample_shows_something() -> None:
    found = figures(pd.read_csv(VALIDATION / "recovery_sample.csv"))
    assert found["bases"] == N_BASES
    assert found["mean_se"] <= found["truth"] / 4
