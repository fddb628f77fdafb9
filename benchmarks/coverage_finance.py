"""Do the figures that finance reads cover as often as they say? Once, sustained, each lever, each segment.

    python -m benchmarks.coverage_finance --bases 100                          # every scenario of the study
    python -m benchmarks.coverage_finance --scenario recovery --bases 100      # one scenario
    python -m benchmarks.coverage_finance --table                              # the table that the docs show

Every figure of every base is a row of ``docs/validation/finance_<scenario>.csv``: its truth, estimate, standard error
and interval; a run goes on where the file ends. Bias and coverage are measured against the mean over the bases of the
moved customers' true value. The true levers are those of the true curves, split as the library splits its own.

The bases are those of the scenarios with twice the customers and larger segments, so that each segment can be
estimated, and with a value for each upgrade and each referral, so that each lever has one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

import cxvalue as cx
from benchmarks.coverage import FIRST_SEED, FOLDER, settings_for, with_dates
from benchmarks.rows import Row, measure_seeds, number
from cxvalue.simulate import SCENARIOS, Scenario, SimulatedBase, simulate, worlds
from cxvalue.simulate.outcomes import Outcomes
from cxvalue.value.levers import split_levers

STUDIED = ("recovery", "survey_noise", "segment_effects")
N_CUSTOMERS = 16_000
SEGMENT_SHARES = (0.50, 0.25, 0.25)
"""Of consumer, smb and enterprise: the dissatisfied of each are enough to be adjusted."""
UPGRADE_VALUE = 60.0
REFERRAL_VALUE = 40.0
"""Money for each that the revenue of the tables does not show."""

without_counts = worlds.discounted_contribution


def scenario_for(name: str) -> Scenario:
    """Return a scenario with more customers and with segments that are large enough."""
    found = SCENARIOS[name]
    pairs = zip(found.segments, SEGMENT_SHARES, strict=True)
    segments = tuple(replace(segment, share=share) for segment, share in pairs)
    return replace(found, n_customers=N_CUSTOMERS, segments=segments)


def with_counts(scenario: Scenario, outcomes: Outcomes, *, months_ahead: int) -> np.ndarray:
    """Return what each customer contributes in a month, upgrades and referrals included, discounted to now."""
    counts = UPGRADE_VALUE * outcomes.upgrades + REFERRAL_VALUE * outcomes.referrals
    discount = (1 + scenario.discount_rate_annual) ** (-months_ahead / 12)
    return np.asarray(without_counts(scenario, outcomes, months_ahead=months_ahead) + discount * counts)


def simulate_with_counts(name: str, seed: int) -> SimulatedBase:
    """Simulate a base whose truth holds the value of upgrades and referrals, which the simulation leaves out."""
    with patch.object(worlds, "discounted_contribution", with_counts):
        return simulate(scenario_for(name), seed=seed)


def study_with_segments(base: SimulatedBase) -> cx.Study:
    """Return the study of a simulated base whose segment columns are segments and whose counts are valued."""
    settings = settings_for(base)
    customers = settings.customers.model_copy(update={"segments": ["segment", "region"], "covariates": ["plan_price"]})
    valued = {"upgrade_value": UPGRADE_VALUE, "referral_value": REFERRAL_VALUE}
    economics = settings.economics.model_copy(update=valued)
    tables = {name: with_dates(table) for name, table in base.tables.items()}
    return cx.Study(cx.Tables(**tables), settings.model_copy(update={"customers": customers, "economics": economics}))


def true_levers(base: SimulatedBase) -> dict[str, float]:
    """Return the levers of the true curves, discounted money per moved customer."""
    truth, scenario = base.truth, base.scenario
    worth = {
        "revenue": scenario.gross_margin, "cost_to_serve": -1.0, "upgrades": UPGRADE_VALUE, "referrals": REFERRAL_VALUE,
    }  # fmt: skip
    units = np.array([[worth.get(name, 0.0)] for name in truth.metrics])
    months = np.arange(1, truth.horizon_months + 1)
    levers = split_levers(truth.stayed, truth.moved, units) @ (1 + scenario.discount_rate_annual) ** (-months / 12)
    if not np.isclose(levers.sum(), truth.per_customer):
        raise SystemExit(f"seed {base.seed}: the true levers add up to {levers.sum()}, not to {truth.per_customer}")
    return dict(zip(("retention", *truth.metrics[1:]), levers.tolist(), strict=True))


def measure(seed: int, scenario: str) -> Iterator[Row]:
    """Simulate one base and yield every figure beside its truth."""
    base = simulate_with_counts(scenario, seed)
    study = study_with_segments(base)
    found, truth = study.valuation(), base.truth
    known: list[tuple[str, float | None, object]] = [("once", truth.per_customer, found.value.per_customer)]
    levers = true_levers(base)
    known += [(f"lever {name}", levers[name], part) for name, part in found.value.levers]
    groups = {(group.by, group.group): group.per_customer for group in truth.groups}
    for by, label, value in found.segments.values:
        each = value if isinstance(value, cx.NotEstimable) else value.per_customer
        known.append((f"{by} {label}", groups[by, label], each))
    sustained = found.sustained
    each = sustained if isinstance(sustained, cx.NotEstimable) else sustained.value
    known.append(("sustained", truth.per_sustained_move.per_customer, each))
    study.close()
    for figure, true, each in known:
        found_in = {name: number(each, name) for name in ("estimate", "se", "ci_low", "ci_high")}
        yield {"seed": seed, "figure": figure, "truth": true, **found_in}


def page_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as the docs show it."""

    def percent(each: pd.Series) -> str:
        return f"{100 * each['coverage']:.0f} ± {100 * each['coverage_error']:.0f} %"

    def bias(each: pd.Series) -> str:
        return f"{round(each['bias'], 1) + 0.0:+.1f} ± {1.96 * each['bias_error']:.1f}"  # no minus before 0.0

    return pd.DataFrame({
        "scenario": table["scenario"], "figure": table["figure"].str.replace("_", " "), "bases": table["bases"],
        "truth": table["truth"].map("{:.1f}".format),
        "bias": table.apply(bias, axis=1),
        "spread": table["spread"].map("{:.1f}".format), "mean standard error": table["mean_se"].map("{:.1f}".format),
        "coverage": table.apply(percent, axis=1),
    })  # fmt: skip


def summarise(path: Path) -> pd.DataFrame:
    """Return bias, spread, mean standard error and coverage of each figure of one scenario."""
    rows = pd.read_csv(path).dropna(subset=["estimate", "truth"])
    found = []
    for figure, own in rows.groupby("figure", sort=False):
        truth, n = own["truth"].mean(), len(own)
        covered = ((own["ci_low"] <= truth) & (truth <= own["ci_high"])).mean()
        found.append({
            "scenario": path.stem.removeprefix("finance_"), "figure": figure, "bases": n, "truth": truth,
            "bias": own["estimate"].mean() - truth, "bias_error": own["estimate"].std(ddof=1) / np.sqrt(n),
            "spread": own["estimate"].std(ddof=1), "mean_se": own["se"].mean(), "coverage": covered,
            "coverage_error": 1.96 * np.sqrt(covered * (1 - covered) / n),
        })  # fmt: skip
    return pd.DataFrame(found)


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", action="append", choices=sorted(SCENARIOS))
    parser.add_argument("--bases", type=int, default=100)
    parser.add_argument("--table", action="store_true")
    chosen = parser.parse_args(arguments)
    if not chosen.table:
        for scenario in chosen.scenario or STUDIED:
            seeds = range(FIRST_SEED, FIRST_SEED + chosen.bases)
            measure_seeds(seeds, FOLDER / f"finance_{scenario}.csv", partial(measure, scenario=scenario))
    files = [FOLDER / f"finance_{scenario}.csv" for scenario in STUDIED]
    table = pd.concat([summarise(path) for path in files if path.exists()], ignore_index=True)
    page_of(table).to_csv(FOLDER / "finance_page.csv", index=False, lineterminator="\n")
    table.to_csv(FOLDER / "finance.csv", index=False, float_format="%.4g", lineterminator="\n")
    print(table.to_string(index=False, float_format="{:,.2f}".format))


if __name__ == "__main__":
    main(sys.argv[1:])
