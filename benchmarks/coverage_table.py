"""The table and the figure of the coverage study, from the rows that ``benchmarks.coverage`` has written.

    python -m benchmarks.coverage_table

Writes ``docs/validation/coverage.csv`` (the headline, a row a scenario and, where it was tried, one with amounts of
earlier months), ``docs/validation/estimates.csv`` (every estimate, a row a scenario and method), both once more in the
form that the docs show (``…_page.csv``) and ``docs/validation/coverage.svg``, and prints the two tables.
"""

from __future__ import annotations

import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from benchmarks.coverage import FOLDER, LAGGED, METHODS, STUDIED

WHOLE = (
    "unadjusted", "standardised", "complete_cohorts", "weighted", "doubly_robust", "other_baseline", "earlier_amounts",
)  # fmt: skip
"""Estimates of the same quantity as the headline: held against the truth of the move of answers."""
OF_THE_TRUTH = ("truth", "bias", "bias_error", "coverage", "coverage_error", "own_coverage")


def summarise(rows: pd.DataFrame, prefix: str, truth: str = "truth") -> dict[str, float]:
    """Return bias, spread, standard error and coverage of one estimator over the bases."""
    known = rows.dropna(subset=[f"{prefix}estimate"])
    mean_truth, n = float(known[truth].mean()), len(known)
    estimate, se = known[f"{prefix}estimate"], known[f"{prefix}se"]
    low, high = known[f"{prefix}ci_low"], known[f"{prefix}ci_high"]
    covered = float(((low <= mean_truth) & (mean_truth <= high)).mean())
    spread = float(estimate.std(ddof=1))
    return {
        "bases": n, "not_estimable": len(rows) - n, "truth": mean_truth, "estimate": float(estimate.mean()),
        "bias": float(estimate.mean()) - mean_truth, "bias_error": spread / np.sqrt(n), "spread": spread,
        "mean_se": float(se.mean()), "coverage": covered,
        "coverage_error": 1.96 * np.sqrt(max(covered * (1 - covered), 0.05 * 0.95 / 4) / n),
        "own_coverage": float(((low <= known[truth]) & (known[truth] <= high)).mean()),
        "excludes_zero": float(((low > 0) | (high < 0)).mean()), "above_zero": float((low > 0).mean()),
    }  # fmt: skip


def headline_table() -> pd.DataFrame:
    """Return the headline, a row a scenario, and one for each number of months that its amounts end earlier."""
    found = []
    for scenario in STUDIED:
        paths = {scenario: FOLDER / f"coverage_{scenario}.csv"}
        lagged = {int(path.stem.rpartition("_")[2]): path for path in FOLDER.glob(f"coverage_{scenario}{LAGGED}*.csv")}
        paths |= {f"{scenario}, amounts {lag} months before": lagged[lag] for lag in sorted(lagged)}
        for name, path in paths.items():
            if path.exists():
                rows = pd.read_csv(path)
                found.append({"scenario": name, **summarise(rows, ""), "unadjusted": rows["unadjusted"].mean()})
    return pd.DataFrame(found)


def estimates_table() -> pd.DataFrame:
    """Return every estimate, a row a scenario and method, with the share of each verdict."""
    found = []
    for scenario in STUDIED:
        path = FOLDER / f"estimates_{scenario}.csv"
        if not path.exists():
            continue
        rows = pd.read_csv(path)
        labels = rows["label"].value_counts(normalize=True)
        shares = {name.replace(" ", "_"): labels.get(name, 0.0) for name in ("not supported", "weak", "supported")}
        for method in METHODS:
            if f"{method}_estimate" not in rows or rows[f"{method}_estimate"].notna().sum() < 2:
                continue  # not estimable, or not among the estimates yet when the bases were run
            truth = "truth_lasting" if method == "lasting_move" else "truth"
            figures = summarise(rows, f"{method}_", truth)
            if method not in (*WHOLE, "lasting_move"):
                figures |= dict.fromkeys(OF_THE_TRUTH, float("nan"))
            found.append({"scenario": scenario, "method": method, **figures, **shares})
    return pd.DataFrame(found)


def headline_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return the headline as the docs show it."""
    plus = [f"{bias:+.2f} ± {1.96 * error:.2f}" for bias, error in zip(table["bias"], table["bias_error"], strict=True)]
    return pd.DataFrame({
        "scenario": table["scenario"], "bases": table["bases"], "truth": table["truth"].map("{:.1f}".format),
        "value": table["estimate"].map("{:.1f}".format), "bias": plus, "spread": table["spread"].map("{:.1f}".format),
        "standard error": table["mean_se"].map("{:.1f}".format), "coverage": [
            f"{100 * share:.1f} ± {100 * error:.1f} %"
            for share, error in zip(table["coverage"], table["coverage_error"], strict=True)
        ],
        "of the base's own": (100 * table["own_coverage"]).map("{:.1f} %".format),
        "above 0": (100 * table["above_zero"]).map("{:.0f} %".format),
        "raw gap": table["unadjusted"].map("{:.1f}".format),
    })  # fmt: skip


def estimates_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return every estimate as the docs show it: mean and spread; bias and coverage where the truth is the same."""

    def signed(value: float) -> str:
        return "" if np.isnan(value) else f"{value:+.1f}"

    return pd.DataFrame({
        "scenario": table["scenario"], "estimate": table["method"].str.replace("_", " "), "bases": table["bases"],
        "not estimable in": table["not_estimable"].map(lambda n: str(n) if n else ""),
        "mean": table["estimate"].map("{:.1f}".format), "bias": table["bias"].map(signed),
        "spread": table["spread"].map("{:.1f}".format), "standard error": table["mean_se"].map("{:.1f}".format),
        "coverage": [
            "" if np.isnan(share) else f"{100 * share:.0f} ± {100 * error:.0f} %"
            for share, error in zip(table["coverage"], table["coverage_error"], strict=True)
        ],
        "excludes 0": (100 * table["excludes_zero"]).map("{:.0f} %".format),
        "called supported": [
            f"{100 * share:.0f} %" if method == "standardised" else ""
            for share, method in zip(table["supported"], table["method"], strict=True)
        ],
    })  # fmt: skip


def draw(table: pd.DataFrame) -> None:
    """Draw bias in standard errors and coverage, a row a scenario."""
    mpl.rcParams.update({"svg.hashsalt": "cxvalue", "font.size": 9})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 0.42 * len(table) + 1.4), sharey=True, layout="constrained")
    places = np.arange(len(table))[::-1]
    left.errorbar(
        table["bias"] / table["mean_se"], places, xerr=1.96 * table["bias_error"] / table["mean_se"], fmt="o",
        color="#1f4e79", capsize=2,
    )  # fmt: skip
    left.axvline(0.0, color="#888888", linewidth=0.8)
    left.set_xlabel("bias in mean standard errors, with simulation error")
    left.set_yticks(
        places, [f"{s.replace('_', ' ')} ({n})" for s, n in zip(table["scenario"], table["bases"], strict=True)]
    )
    right.errorbar(
        100 * table["coverage"], places, xerr=100 * table["coverage_error"], fmt="o", color="#1f4e79", capsize=2
    )
    right.axvspan(93, 97, color="#1f4e79", alpha=0.12)
    right.axvline(95, color="#888888", linewidth=0.8)
    right.set_xlabel("intervals that hold the truth, % (shaded: 93 to 97)")
    figure.suptitle("The headline in bases with a known answer (number of bases)", fontsize=10)
    figure.savefig(FOLDER / "coverage.svg", metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Write and print the tables, and draw the figure."""
    mpl.use("Agg")
    headline, every = headline_table(), estimates_table()
    headline.to_csv(FOLDER / "coverage.csv", index=False, float_format="%.8g", lineterminator="\n")
    headline_page(headline).to_csv(FOLDER / "coverage_page.csv", index=False, lineterminator="\n")
    every.to_csv(FOLDER / "estimates.csv", index=False, float_format="%.8g", lineterminator="\n")
    estimates_page(every).to_csv(FOLDER / "estimates_page.csv", index=False, lineterminator="\n")
    draw(headline)
    for table in (headline, every):
        sys.stdout.write(table.to_string(index=False, float_format="{:.3f}".format) + "\n\n")


if __name__ == "__main__":
    main()
