"""What an analyst would write today: pandas merges, statsmodels by band and month, lifelines curves, a bootstrap.

It answers the headline's question for a base of ``benchmarks.scale``, with the headline's design and target and without
weights for response, so that the two answers have to be the same. It is written as such a script would be written with
care: the tables are merged once, the contribution is the only outcome (no levers, no curves of the metrics), and a
replicate of the bootstrap only draws customers and fits the regressions of the two bands again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from lifelines import KaplanMeierFitter
from numpy.typing import NDArray

from cxvalue.estimate.design import BasisColumn

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HORIZON, BASELINE, WINDOW = 24, 3, 12
MARGIN, DISCOUNT_ANNUAL = 0.6, 0.1
METRICS = ("retained", "revenue", "cost_to_serve", "upgrades", "referrals")
BANDS = ("dissatisfied", "neutral", "satisfied")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Answers with what was known then and what happened after.

    Parameters
    ----------
    answers : pandas.DataFrame
        One row an answer: customer, month, band, covariates, last observed month, duration, whether the customer left.
    design : ndarray of shape (n, p)
        The headline's design.
    contribution : ndarray of shape (n, H)
        Money that each month brought; 0 after leaving.
    in_target : ndarray of shape (n,)
        The latest answers, of the twelve months before the last wave, of dissatisfied customers who are still there.
    """

    answers: pd.DataFrame
    design: Floats
    contribution: Floats
    in_target: NDArray[np.bool_]


def month_number(dates: pd.Series) -> pd.Series:
    """Return months as whole numbers."""
    dates = pd.to_datetime(dates)
    return dates.dt.year * 12 + dates.dt.month - 1


def prepare(folder: Path, basis: Sequence[BasisColumn]) -> Prepared:
    """Read and merge the tables."""
    panel = pd.read_parquet(folder / "panel.parquet")
    panel["number"] = month_number(panel["month"])
    panel["retained"] = 1.0
    answers = pd.read_parquet(folder / "surveys.parquet").sort_values(["customer_id", "survey_date"], ignore_index=True)
    answers["m0"] = month_number(answers["survey_date"])
    answers["band"] = np.select([answers["score"] <= 6, answers["score"] <= 8], [0, 1], default=2)
    customers = pd.read_parquet(folder / "customers.parquet")
    answers = answers.merge(customers, on="customer_id", how="left")
    answers["tenure_months"] = (answers["m0"] - month_number(answers["joined_date"])).clip(lower=0)
    previous = answers.groupby("customer_id")["band"].shift()
    answers["previous_band"] = previous.map(dict(enumerate(BANDS))).fillna("none")
    answers["answer"] = answers.index
    last_month = int(panel["number"].max())
    answers["last_k"] = (last_month - answers["m0"]).clip(upper=HORIZON)

    around = answers[["answer", "customer_id", "m0"]].merge(panel, on="customer_id")
    around["k"] = around["number"] - around["m0"]
    before = around[(around["k"] <= 0) & (around["k"] > -BASELINE)]
    answers = answers.join(before.groupby("answer")[["revenue", "contacts"]].mean())
    after = around[(around["k"] >= 1) & (around["k"] <= HORIZON)]
    outcomes = np.zeros((len(answers), HORIZON, len(METRICS)))
    outcomes[after["answer"], after["k"] - 1] = after[list(METRICS)]
    answers["duration"] = outcomes[:, :, 0].sum(axis=1) + 1
    answers["left"] = answers["duration"] <= answers["last_k"]
    answers["duration"] = answers["duration"].clip(upper=answers["last_k"])

    contribution = MARGIN * outcomes[:, :, 1] - outcomes[:, :, 2]

    last_wave = int(answers["m0"].max())
    there = set(panel.loc[panel["number"] == last_wave, "customer_id"])
    recent = answers[(answers["m0"] > last_wave - WINDOW) & answers["customer_id"].isin(there)]
    latest = recent.drop_duplicates("customer_id", keep="last")
    in_target = answers.index.isin(latest.index[latest["band"] == 0])
    return Prepared(answers, make_design(answers, basis), contribution, in_target)


def make_design(answers: pd.DataFrame, basis: Sequence[BasisColumn]) -> Floats:
    """Return the design whose columns the study names."""
    columns: list[Floats] = []
    for column in basis:
        if column.kind == "intercept":
            columns.append(np.ones(len(answers)))
        elif column.kind == "level":
            columns.append(answers[column.name].eq(column.label.split(" = ")[1]).to_numpy().astype(np.float64))
        else:
            number = (answers[column.name].clip(column.low, column.high).to_numpy(float) - column.centre) / column.scale
            columns.append(np.maximum(number - column.knot, 0.0) if column.kind == "hinge" else number)
    return np.column_stack(columns)


def value(prepared: Prepared, rows: Integers) -> float:
    """Return the discounted contribution that one moved customer adds: a regression a band and month."""
    design, contribution = prepared.design[rows], prepared.contribution[rows]
    band, last_k = (prepared.answers[name].to_numpy()[rows] for name in ("band", "last_k"))
    target = design[prepared.in_target[rows]].mean(axis=0)
    total = 0.0
    for k in range(1, HORIZON + 1):
        means = []
        for b in range(2):
            used = np.flatnonzero((band == b) & (last_k >= k))
            means.append(sm.OLS(contribution[used, k - 1], design[used]).fit().params @ target)
        total += (1 + DISCOUNT_ANNUAL) ** (-k / 12) * (means[1] - means[0])
    return float(total)


def survival(prepared: Prepared) -> list[pd.DataFrame]:
    """Return the share of each band that is still there, month by month."""
    answers = prepared.answers[prepared.answers["last_k"] >= 1]
    return [
        KaplanMeierFitter().fit(own["duration"], own["left"]).survival_function_
        for _, own in answers.groupby("band", sort=True)
    ]


def resample(prepared: Prepared, rng: np.random.Generator) -> Integers:
    """Return the answers of customers drawn with replacement."""
    customer = prepared.answers["customer_id"].to_numpy()
    first = np.flatnonzero(np.r_[True, customer[1:] != customer[:-1]])
    counts = np.diff(np.r_[first, len(customer)])
    drawn = rng.integers(len(first), size=len(first))
    starts, sizes = first[drawn], counts[drawn]
    return np.repeat(starts - np.r_[0, sizes.cumsum()[:-1]], sizes) + np.arange(sizes.sum())


def replicate(prepared: Prepared, rng: np.random.Generator) -> float:
    """Return the value in one replicate of the bootstrap."""
    return value(prepared, resample(prepared, rng))
