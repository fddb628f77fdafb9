"""The tables and figures of the page on scale, from the rows of a run."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from benchmarks.scale.promises import judge_run
from benchmarks.scale.table import FITTED_FROM, exponent, same_layout, stage_table, summarise

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "benchmarks"
ROWS = "scale_runs.csv"
BLUE, GREY = "#1f4e79", "#888888"


def write_page(folder: Path) -> None:
    """Write tables and figures beside the rows that they are made of."""
    rows = pd.read_csv(folder / ROWS)
    table = summarise(rows)
    table.to_csv(folder / "scale.csv", index=False, float_format="%.8g", lineterminator="\n")
    size_page(table).to_csv(folder / "scale_page.csv", index=False, lineterminator="\n")
    stage_page(rows).to_csv(folder / "scale_stages_page.csv", index=False, lineterminator="\n")
    verdicts = [(each.promise, each.measured, each.word.lower()) for each in judge_run(table)]
    promises = pd.DataFrame(verdicts, columns=["promise", "measured", "verdict"])
    promises.to_csv(folder / "scale_promises.csv", index=False, lineterminator="\n")
    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "cxvalue", "font.size": 9})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 4.2), layout="constrained")
    draw_time(left, table)
    draw_memory(right, table)
    figure.savefig(folder / "scale.svg", metadata={"Date": None})
    plt.close(figure)


def size_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return the bases as the docs show them; the range over the repeats stands in brackets."""
    return pd.DataFrame({
        "customers": table["customers"].map("{:,}".format), "rows": table["order"]
        + np.where(table["layout"] == "one", ", one file", ", a file a month")
        + np.where(table["panels"] == "wide", "", ", a panel a metric"),
        "panel rows": table["panel_rows"].map("{:,}".format), "answers": table["answers"].map("{:,}".format),
        "scan, s": bracketed(table, "scan", 2), "value, s": bracketed(table, "value", 1),
        "times the scan": bracketed(table, "ratio", 1),
        "the same in processor time": table["cpu_ratio"].map("{:.1f}".format),
        "peak memory, MB": (table["peak_bytes"] / 1e6).map("{:,.0f}".format),
        "temporary files, MB": (table["temporary_bytes"] / 1e6).map("{:,.0f}".format),
        "repeats": table["repeats"],
    })  # fmt: skip


def bracketed(table: pd.DataFrame, name: str, digits: int) -> list[str]:
    """Return medians with their ranges."""
    columns = (table[name], table[f"{name}_low"], table[f"{name}_high"])
    return [
        f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"
        for middle, low, high in zip(*columns, strict=True)
    ]


def stage_page(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the stages in multiples of the scan, a column a size."""
    table = same_layout(stage_table(rows))
    wide = table.pivot_table(index="stage", columns="customers", values="scans", sort=False)
    wide = wide[sorted(wide.columns)]
    wide.columns = [f"{size:,} customers" for size in wide.columns]
    return wide.map(lambda times: "" if np.isnan(times) else f"{times:.2f}").reset_index()


def draw_time(axes: Axes, table: pd.DataFrame) -> None:
    """Draw seconds against customers, both on a logarithmic scale, with the fitted powers."""
    bases = same_layout(table)
    size = bases["customers"].to_numpy(float)
    for name, label, colour in (("value", "report --only value", BLUE), ("scan", "scan of the same files", GREY)):
        middle = bases[name].to_numpy(float)
        reach = np.abs(bases[[f"{name}_low", f"{name}_high"]].to_numpy(float).T - middle)
        slope = exponent(table, name)
        text = label if slope is None else f"{label}: exponent {slope:.2f}"
        if slope is not None and name == "value":
            text += f" ({exponent(table, 'value_cpu'):.2f} in processor time)"
        axes.errorbar(size, middle, yerr=reach, fmt="o", color=colour, capsize=2, label=text)
        if slope is not None:
            fitted = size >= FITTED_FROM
            level = np.exp(np.mean(np.log(middle[fitted]) - slope * np.log(size[fitted])))
            axes.plot(size, level * size**slope, color=colour, linewidth=0.8)
    axes.set(xscale="log", yscale="log", xlabel="customers", ylabel="seconds")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.15))


def draw_memory(axes: Axes, table: pd.DataFrame) -> None:
    """Draw peak memory against customers, both on a logarithmic scale."""
    bases = same_layout(table)
    axes.plot(bases["customers"], bases["peak_bytes"] / 1e6, "o-", color=BLUE, linewidth=0.8)
    axes.plot([1e6, 1e7], [1500, 3000], "_", color="#b03030", markersize=14, label="promised at most")
    axes.set(xscale="log", yscale="log", xlabel="customers", ylabel="peak memory of the process tree, MB")
    ticks = [250, 500, 1000, 2000, 4000, 8000]
    axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks], minor=False)
    axes.set_yticks([], minor=True)
    axes.set_ylim(min(250.0, 0.8 * axes.get_ylim()[0]), max(4000.0, axes.get_ylim()[1]))
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.15))
