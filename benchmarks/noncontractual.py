"""How near the truth is the value where no leaving event is seen? The tables of docs/noncontractual.md.

    python -m benchmarks.noncontractual            # 12 bases of 8,000 customers in each of two scenarios
    python -m benchmarks.noncontractual --table    # the tables alone

Each base is a row of ``docs/validation/noncontractual_<scenario>.csv``; a run goes on where the file ends. The true
levers are those of the true curves, split as the library splits its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

import cxvalue as cx
from benchmarks.coverage import FOLDER
from benchmarks.rows import Row, holds, measure_seeds, number
from cxvalue.simulate import SCENARIOS, SimulatedBase, simulate
from cxvalue.value.levers import split_levers

SEEDS = range(1, 13)
STUDIED = ("retail", "retail_habits")
LEVERS = ("frequency", "amount", "cost_to_serve")


def true_levers(base: SimulatedBase) -> dict[str, float]:
    """Return the levers of the true curves, discounted money per moved customer."""
    truth, scenario = base.truth, base.scenario
    worth = {"revenue": scenario.gross_margin, "cost_to_serve": -1.0}
    units = np.array([[worth.get(name, 0.0)] for name in truth.metrics])
    months = np.arange(1, truth.horizon_months + 1)
    shared = np.array([name == "revenue" for name in truth.metrics[1:]])
    by_month = split_levers(truth.stayed, truth.moved, units, shared=shared)
    levers = by_month @ (1 + scenario.discount_rate_annual) ** (-months / 12)
    return dict(zip(LEVERS, levers.tolist(), strict=True))


def measure(seed: int, scenario: str) -> Iterator[Row]:
    """Simulate one base and yield the value and its levers beside what is true."""
    base = simulate(SCENARIOS[scenario], seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        study = cx.Study.from_toml(base.write(Path(folder)))
        value, estimates = study.value(), study.results(only="value").estimates
        study.close()
    truth, levers = base.truth, true_levers(base)
    each, heads = value.per_customer, value.heads.customers_from_band
    row: dict[str, object] = {
        "seed": seed, "truth": truth.per_customer, "raw": number(estimates.get("unadjusted").per_customer),
        "estimate": each.estimate, "se": each.se, "value holds": holds(each, truth.per_customer),
        "true heads": truth.n_from_band, "heads": heads.estimate, "heads hold": holds(heads, truth.n_from_band),
    }  # fmt: skip
    for name, part in value.levers:
        row |= {f"true {name}": levers[name], name: part.estimate, f"{name} holds": holds(part, levers[name])}
    yield row


def summarise(scenario: str) -> pd.Series:
    """Return means and counts over the bases of a scenario."""
    rows = pd.read_csv(FOLDER / f"noncontractual_{scenario}.csv")
    held = [name for name in rows if name.endswith(("holds", "hold"))]
    means = rows.drop(columns=["seed", *held]).astype(float).mean()
    miss = rows["estimate"] - rows["truth"]
    bias = {"bias": miss.mean(), "standard error of the bias": miss.std(ddof=1) / len(rows) ** 0.5}
    return pd.Series({"bases": len(rows), **means, **bias, **rows[held].sum()})


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", action="store_true")
    if not parser.parse_args(arguments).table:
        for scenario in STUDIED:
            measure_seeds(SEEDS, FOLDER / f"noncontractual_{scenario}.csv", partial(measure, scenario=scenario))
    print(pd.DataFrame({name: summarise(name) for name in STUDIED}).to_string(float_format="{:,.2f}".format))


if __name__ == "__main__":
    main(sys.argv[1:])
