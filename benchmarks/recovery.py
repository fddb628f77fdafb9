"""Is the value right, and is its interval? Bases with a known answer, many of them.

    python -m benchmarks.recovery --scenario recovery --bases 200
    python -m benchmarks.recovery --scenario null --bases 200

Every base is a row of ``docs/validation/recovery_<scenario>.csv``; a run goes on where the file ends. The table that
it prints takes as truth the mean over the bases of the moved customers' true value; each base's own truth is kept
beside it.
"""

from __future__ import annotations

import argparse
import csv
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import cxvalue as cx
from cxvalue.simulate import SCENARIOS, SimulatedBase, simulate

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "validation"
FIELDS = (
    "seed", "truth", "estimate", "se", "ci_low", "ci_high", "unadjusted", "complete_cohorts", "complete_se",
    "prob_from", "true_prob_from",
)  # fmt: skip


def settings_for(base: SimulatedBase) -> cx.Settings:
    """Return settings that fit a simulated base."""
    tables = {name for name in base.tables if name not in ("surveys", "customers", "invitations")}
    panels = {name: {"missing": "zero"} for name in ("upgrades", "referrals") if name in tables}
    return cx.Settings(
        study={"horizon_months": base.scenario.horizon_months},
        customers={"covariates": ["plan_price", "segment", "region"]},
        panels={"cost_to_serve": {"covariates": ["incidents"]}, **panels},
        economics={
            "gross_margin": base.scenario.gross_margin, "discount_rate_annual": base.scenario.discount_rate_annual,
        },
        run={"threads": 1},
    )  # fmt: skip


def measure(scenario: str, seed: int) -> dict[str, float]:
    """Simulate one base and return what was estimated beside what is true."""
    base = simulate(SCENARIOS[scenario], seed=seed)
    study = cx.Study(cx.Tables(**base.tables), settings_for(base))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        estimates = study.results(only="value").estimates
    headline, unadjusted = estimates.get("standardised"), estimates.get("unadjusted")
    complete = estimates.get("complete_cohorts")
    if isinstance(headline, cx.NotEstimable) or isinstance(unadjusted, cx.NotEstimable):
        raise SystemExit(f"seed {seed}: {headline}")
    each, truth = headline.per_customer, base.truth
    known = not isinstance(complete, cx.NotEstimable)
    row = {
        "seed": seed, "truth": truth.per_customer, "estimate": each.estimate, "se": each.se,
        "ci_low": each.ci_low, "ci_high": each.ci_high, "unadjusted": unadjusted.per_customer.estimate,
        "complete_cohorts": complete.per_customer.estimate if known else float("nan"),
        "complete_se": complete.per_customer.se if known else float("nan"),
        "prob_from": headline.heads.customers_from_band.estimate / headline.heads.active_customers,
        "true_prob_from": truth.prob_from_band,
    }  # fmt: skip
    study.close()
    return row


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return bias, spread, standard error and coverage over the bases."""
    truth = rows["truth"].mean()
    spread, se = rows["estimate"].std(ddof=1), rows["se"].mean()
    figures = {
        "bases": len(rows), "truth": truth, "truth_se": rows["truth"].std(ddof=1) / np.sqrt(len(rows)),
        "estimate": rows["estimate"].mean(), "bias": rows["estimate"].mean() - truth,
        "bias_simulation_error": spread / np.sqrt(len(rows)), "mean_se": se, "spread": spread,
        "bias_over_se": (rows["estimate"].mean() - truth) / se, "se_over_spread": se / spread,
        "coverage_of_mean_truth": ((rows["ci_low"] <= truth) & (truth <= rows["ci_high"])).mean(),
        "coverage_of_own_truth": ((rows["ci_low"] <= rows["truth"]) & (rows["truth"] <= rows["ci_high"])).mean(),
        "holds_zero": ((rows["ci_low"] <= 0) & (rows["ci_high"] >= 0)).mean(),
        "unadjusted": rows["unadjusted"].mean(), "complete_cohorts": rows["complete_cohorts"].mean(),
        "prob_from": rows["prob_from"].mean(), "true_prob_from": rows["true_prob_from"].mean(),
    }  # fmt: skip
    return pd.DataFrame({"figure": list(figures), "value": list(figures.values())})


def run(scenario: str, seeds: range, path: Path) -> pd.DataFrame:
    """Measure the seeds that the file does not hold yet and return all rows asked for."""
    done = set(pd.read_csv(path)["seed"]) if path.exists() else set()
    path.parent.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if seed in done:
            continue
        row = measure(scenario, seed)
        fresh = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, FIELDS, lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerow({name: repr(value) if isinstance(value, float) else value for name, value in row.items()})
    rows = pd.read_csv(path)
    return rows[rows["seed"].isin(list(seeds))]


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="recovery", choices=sorted(SCENARIOS))
    parser.add_argument("--bases", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--csv", type=Path)
    chosen = parser.parse_args(arguments)
    path = chosen.csv or FOLDER / f"recovery_{chosen.scenario}.csv"
    warnings.simplefilter("ignore", cx.CxValueWarning)
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.bases)
    found = table(run(chosen.scenario, seeds, path))
    sys.stdout.write(found.to_string(index=False, float_format="{:.4f}".format) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
