"""Does the interval cover as often as it says? Many bases with a known answer, in eleven scenarios.

    python -m benchmarks.coverage --bases 400                       # the headline, every scenario of the study
    python -m benchmarks.coverage --scenario recovery --bases 1000  # the headline, one scenario
    python -m benchmarks.coverage --estimators all --bases 100      # every estimator and the verdict
    python -m benchmarks.coverage --scenario null --leave-out previous_band --leave-out months_since_previous
    python -m benchmarks.coverage --scenario heavy_tails --amounts-lag 6     # amounts of months that end earlier
    python -m benchmarks.coverage --merge FOLDER                    # take in what another run has written

Every base is a row of ``docs/validation/coverage_<scenario>.csv`` or ``estimates_<scenario>.csv``; a run goes on where
the file ends (rows from before an estimate was added keep empty cells for it), and several runs may share the work
(``--share 1/2 --folder A`` and ``--share 2/2 --folder B``, then ``--merge``). The truth that bias and
coverage are measured against is the mean over the bases of the moved customers' true value; each base's own truth is
kept beside it.
"""

from __future__ import annotations

import argparse
import csv
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

import cxvalue as cx
from cxvalue.simulate import SCENARIOS, SimulatedBase, simulate

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "validation"
FIRST_SEED = 1000
STUDIED = (
    "recovery", "null", "heavy_tails", "small", "response_on_covariates", "response_on_satisfaction", "survey_noise",
    "fading", "segment_effects", "disposition", "hidden_confounding",
)  # fmt: skip
"""The scenarios of the study, in the order of its table."""
COVARIATES = (
    "revenue", "cost_to_serve", "incidents", "plan_price", "segment", "region", "tenure_months", "previous_band",
    "months_since_previous",
)  # fmt: skip
"""All baseline covariates of a simulated base."""
LAGGED = "_amounts_lag_"
"""In the name of a file: the months before the end of the baseline at which its amounts end."""
METHODS = (
    "unadjusted", "standardised", "complete_cohorts", "near_boundary", "weighted", "doubly_robust", "within_customer",
    "placebo", "other_baseline", "earlier_amounts", "lasting_move",
)  # fmt: skip


def settings_for(base: SimulatedBase, leave_out: Collection[str] = (), *, amounts_lag: int = 0) -> cx.Settings:
    """Return settings that fit a simulated base, without some covariates, or with amounts of earlier months."""
    tables = {name for name in base.tables if name not in ("surveys", "customers", "invitations")}
    panels = {name: {"missing": "zero"} for name in ("upgrades", "referrals") if name in tables}
    return cx.Settings(
        study={"horizon_months": base.scenario.horizon_months, "amounts_lag_months": amounts_lag},
        customers={"covariates": ["plan_price", "segment", "region"]},
        panels={"cost_to_serve": {"covariates": ["incidents"]}, **panels},
        economics={
            "gross_margin": base.scenario.gross_margin, "discount_rate_annual": base.scenario.discount_rate_annual,
        },
        adjust={"covariates": [name for name in COVARIATES if name not in leave_out]},
        run={"threads": 1},
    )  # fmt: skip


def with_dates(table: pa.Table) -> pa.Table:
    """Return a table whose months are dates: the same months, read four times as fast as text."""
    if "month" not in table.column_names:
        return table
    months = table["month"].combine_chunks().dictionary_encode()
    days = pa.array([f"{text}-01" for text in months.dictionary.to_pylist()]).cast(pa.date32())
    return table.set_column(table.column_names.index("month"), "month", days.take(months.indices))


def study_of(base: SimulatedBase, leave_out: Collection[str] = (), *, amounts_lag: int = 0) -> cx.Study:
    """Return the study of a simulated base, without some covariates, or with amounts of earlier months."""
    tables = {name: with_dates(table) for name, table in base.tables.items()}
    return cx.Study(cx.Tables(**tables), settings_for(base, leave_out, amounts_lag=amounts_lag))


def measure(scenario: str, seed: int, leave_out: Collection[str] = (), *, amounts_lag: int = 0) -> dict[str, float]:
    """Simulate one base and return what was estimated beside what is true."""
    base = simulate(SCENARIOS[scenario], seed=seed)
    study = study_of(base, leave_out, amounts_lag=amounts_lag)
    estimates = study.results(only="value").estimates
    headline, raw = estimates.headline, estimates.get("unadjusted").per_customer
    complete = estimates.get("complete_cohorts").per_customer
    if isinstance(headline, cx.NotEstimable) or isinstance(raw, cx.NotEstimable):
        raise SystemExit(f"{scenario}, seed {seed}: {headline}")
    each, truth = headline.per_customer, base.truth
    known = isinstance(complete, cx.Interval)
    row = {
        "seed": seed, "truth": truth.per_customer, "estimate": each.estimate, "se": each.se,
        "ci_low": each.ci_low, "ci_high": each.ci_high, "unadjusted": raw.estimate,
        "complete_cohorts": complete.estimate if known else float("nan"),
        "complete_se": complete.se if known else float("nan"),
        "prob_from": headline.heads.customers_from_band.estimate / headline.heads.active_customers,
        "true_prob_from": truth.prob_from_band,
    }  # fmt: skip
    study.close()
    return row


def measure_all(scenario: str, seed: int) -> dict[str, float | str]:
    """Simulate one base and return every estimate and the verdict beside what is true."""
    base = simulate(SCENARIOS[scenario], seed=seed)
    study = study_of(base)
    estimates = study.estimates()
    robustness = study.diagnose().confounding.robustness
    row: dict[str, float | str] = {
        "seed": seed, "truth": base.truth.per_customer, "truth_lasting": base.truth.per_lasting_move.per_customer,
        "label": estimates.verdict.label if estimates.verdict is not None else "",
        "robustness_value": float("nan") if isinstance(robustness, cx.NotEstimable) else robustness.value,
        "strongest_benchmark": float("nan")
        if isinstance(robustness, cx.NotEstimable) or robustness.strongest is None
        else robustness.strongest.equivalent,
    }  # fmt: skip
    for method in METHODS:
        each = estimates.get(method)
        known = isinstance(each.per_customer, cx.Interval)
        for name in ("estimate", "se", "ci_low", "ci_high"):
            row[f"{method}_{name}"] = getattr(each.per_customer, name) if known else float("nan")
        if method == "placebo":
            row["placebo_ratio"] = float("nan") if each.ratio is None else each.ratio
    study.close()
    return row


def run(scenario: str, seeds: Iterable[int], path: Path, measure: Callable[[str, int], Mapping[str, object]]) -> None:
    """Measure the seeds that the file does not hold yet."""
    done = set(pd.read_csv(path)["seed"]) if path.exists() else set()
    path.parent.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if seed in done:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", cx.CxValueWarning)
            row = measure(scenario, seed)
        columns = prepare(path, list(row))
        with path.open("a", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, columns, lineterminator="\n")
            writer.writerow({name: repr(value) if isinstance(value, float) else value for name, value in row.items()})


def prepare(path: Path, columns: list[str]) -> list[str]:
    """Let a file have these columns, and return all of its columns; in rows that are there new ones stay empty."""
    rows = []
    there: list[str] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as handle:
            reader = csv.DictReader(handle)
            there, rows = list(reader.fieldnames or ()), list(reader)
    missing = [name for name in columns if name not in there]
    if missing:
        whole = path.with_suffix(".part")
        with whole.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, [*there, *missing], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        whole.replace(path)
    return [*there, *missing]


def merge(folder: Path) -> None:
    """Take the rows of another run's files into those of the docs."""
    for path in sorted(folder.glob("*.csv")):
        if "seed" not in pd.read_csv(path, nrows=0).columns:
            continue  # a table made of the rows
        mine = FOLDER / path.name
        parts = [pd.read_csv(each, dtype=str) for each in (mine, path) if each.exists()]
        rows = pd.concat(parts).drop_duplicates("seed").sort_values("seed", key=lambda column: column.astype(int))
        rows.to_csv(mine, index=False, lineterminator="\n")


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", action="append", choices=sorted(SCENARIOS))
    parser.add_argument("--estimators", choices=("headline", "all"), default="headline")
    parser.add_argument("--leave-out", action="append", default=[], choices=COVARIATES)
    parser.add_argument("--amounts-lag", type=int, default=0)
    parser.add_argument("--bases", type=int, default=400)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--share", default="1/1")
    parser.add_argument("--merge", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.merge is not None:
        merge(chosen.merge)
        return
    part, parts = (int(text) for text in chosen.share.split("/"))
    changed = "".join(f"_without_{name}" for name in chosen.leave_out)
    changed += f"{LAGGED}{chosen.amounts_lag}" if chosen.amounts_lag else ""
    if changed and chosen.estimators == "all":
        parser.error("--leave-out and --amounts-lag are of the headline: leave --estimators out")
    name, each = "estimates", measure_all
    if chosen.estimators == "headline":
        name, each = "coverage", partial(measure, leave_out=chosen.leave_out, amounts_lag=chosen.amounts_lag)
    for scenario in chosen.scenario or STUDIED:
        seeds = range(chosen.first_seed + part - 1, chosen.first_seed + chosen.bases, parts)
        run(scenario, seeds, chosen.folder / f"{name}_{scenario}{changed}.csv", each)


if __name__ == "__main__":
    main(sys.argv[1:])
