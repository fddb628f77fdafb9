"""Does the outlook come nearer the truth than the headline? The tables of docs/outlook.md.

    python -m benchmarks.outlook            # 20 bases in which the effect fades, 40 in which nothing changes
    python -m benchmarks.outlook --table    # the tables alone

Each base is a row of ``docs/validation/outlook_<scenario>.csv``; a run goes on where the file ends. ``truth`` is the
true value of a move at ``as_of``, ``truth_1`` and ``truth_2`` that of a move one and two years later, in bases of the
same seed that are followed for longer.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

import cxvalue as cx
from benchmarks.coverage import FIRST_SEED, FOLDER, study_of
from benchmarks.rows import Row, holds, measure_seeds, number
from cxvalue.simulate import SCENARIOS, simulate

BASES = {"fading": 20, "recovery": 40}
CASES = ("goes on", "damped", "stops")


def later_truth(scenario: str, seed: int, years: int) -> float:
    """Return the true value of a move that comes some years after that of the scenario."""
    plain = SCENARIOS[scenario]
    more = 12 * years
    longer = replace(plain, n_months=plain.n_months + more, waves=(*plain.waves, plain.waves[-1] + more))
    return float(simulate(longer, seed=seed).truth.per_customer)


def measure(seed: int, scenario: str) -> Iterator[Row]:
    """Simulate one base and yield the outlook beside what is true."""
    base = simulate(SCENARIOS[scenario], seed=seed)
    study = study_of(base)
    found, truth = study.valuation().outlook, base.truth.per_customer
    study.close()
    if isinstance(found, cx.NotEstimable):
        raise SystemExit(f"{scenario}, seed {seed}: {found}")
    row = {
        "seed": seed, "truth": truth, **{f"truth_{years}": later_truth(scenario, seed, years) for years in (1, 2)},
        "headline": number(found.headline), "headline_holds": holds(found.headline, truth),
        "today": number(found.today), "today_holds": holds(found.today, truth),
        "trend": getattr(found.trend, "label", "not estimable"),
    }  # fmt: skip
    for each in found.ahead:
        row |= {f"{case} {each.years:g}": number(getattr(each, case.replace(" ", "_"))) for case in CASES}
    yield row


def summarise(scenario: str) -> pd.Series:
    """Return means, errors and counts over the bases of a scenario."""
    rows = pd.read_csv(FOLDER / f"outlook_{scenario}.csv")
    known = rows.dropna(subset=["today"])
    miss = {name: known[name] - known["truth"] for name in ("headline", "today")}
    means = {name: rows[name].mean() for name in rows if rows[name].dtype == float}
    return pd.Series({
        "bases": len(rows), "with a value as of now": len(known), **means,
        **{f"{name}: root mean square error": (each**2).mean() ** 0.5 for name, each in miss.items()},
        "today nearer than the headline": (miss["today"].abs() < miss["headline"].abs()).sum(),
        "headline holds the truth": rows["headline_holds"].sum(), "today holds the truth": rows["today_holds"].sum(),
        **rows["trend"].value_counts().to_dict(),
    })  # fmt: skip


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", action="store_true")
    if not parser.parse_args(arguments).table:
        for scenario, bases in BASES.items():
            path = FOLDER / f"outlook_{scenario}.csv"
            measure_seeds(range(FIRST_SEED, FIRST_SEED + bases), path, partial(measure, scenario=scenario))
    print(pd.DataFrame({name: summarise(name) for name in BASES}).to_string(float_format="{:,.2f}".format))


if __name__ == "__main__":
    main(sys.argv[1:])
