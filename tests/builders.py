"""A small, valid customer base in memory, and verbs that each spoil one thing in it.

Customers C0000 to C0599 over 24 months, 2023-01 to 2024-12, with two survey waves, 2023-06 and 2024-03. What depends
on a customer's number n can be worked out by hand:

* n = 5, 25, 45 … (one in 20) join in 2023-03; all others were there before the first month;
* n = 1, 11, 21 … (one in 10) leave, their last active month being 2024-01, 02 … 07 by (n // 10) % 7;
* n divisible by 4 are in segment ``business``, the others in ``private``;
* band at each wave: n + wave by thirds, so the three bands are equally large;
* n + wave not divisible by 4 answer, so three quarters do, on day 1 + n % 28.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

import cxvalue as cx
from cxvalue.tables import Finding
from cxvalue.vocabulary import month_label, parse_month

N_CUSTOMERS = 600
FIRST, LAST = parse_month("2023-01"), parse_month("2024-12")
WAVES = (parse_month("2023-06"), parse_month("2024-03"))
SCORES = ((0, 3, 5, 6), (7, 8, 7, 8), (9, 10, 9, 10))
KEYS = ["customer_id", "month"]

SETTINGS: Mapping[str, Any] = {
    "study": {"name": "small base", "horizon_months": 6, "groups": 10, "draws": 100},
    "customers": {"segments": ["segment"], "covariates": ["plan_price"]},
    "panels": {
        "retention": {"kind": "rows"},
        "revenue": {"missing": "error"},
        "cost_to_serve": {"missing": "error", "covariates": ["contacts"]},
        "upgrades": {"missing": "zero"},
        "referrals": {"missing": "zero"},
    },
    "economics": {"gross_margin": 0.6, "discount_rate_annual": 0.1},
    "run": {"threads": 1},
}


@dataclass(frozen=True)
class Base:
    """Tables and settings of a study; changing one gives a new base and leaves this one as it is."""

    tables: Mapping[str, Any]
    settings: Mapping[str, Any]

    def with_table(self, name: str, table: Any) -> Base:
        """Return the base with a table put in the place of another; None leaves it out."""
        kept = {key: value for key, value in self.tables.items() if key != name}
        return replace(self, tables=kept if table is None else {**kept, name: table})

    def changed(self, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Base:
        """Return the base with a table changed; the function receives a copy."""
        return self.with_table(name, change(self.tables[name].copy()))

    def with_settings(self, section: str, **keys: Any) -> Base:
        """Return the base with keys set in a section such as ``study`` or ``panels.revenue``."""
        settings = deepcopy(dict(self.settings))
        target = settings
        for part in section.split("."):
            target = target.setdefault(part, {})
        target.update(keys)
        return replace(self, settings=settings)

    def without_settings(self, section: str) -> Base:
        """Return the base without a section such as ``economics`` or ``panels.referrals``."""
        settings = deepcopy(dict(self.settings))
        *parents, last = section.split(".")
        target = settings
        for part in parents:
            target = target[part]
        del target[last]
        return replace(self, settings=settings)

    def read_settings(self) -> cx.Settings:
        """Return the settings as the library reads them."""
        return cx.Settings(**deepcopy(dict(self.settings)))

    def given(self) -> cx.Tables:
        """Return the tables as the library takes them."""
        known = {name: table for name, table in self.tables.items() if name in cx.Tables.__dataclass_fields__}
        further = {name: table for name, table in self.tables.items() if name not in known}
        return cx.Tables(**known, further=further)


def small_base() -> Base:
    """Return the base that this module's heading describes; every call gives the same."""
    rng = np.random.default_rng(20230601)
    number = np.arange(N_CUSTOMERS)
    customers = pd.DataFrame({
        "customer_id": [customer_id(n) for n in number],
        "joined_date": pd.to_datetime([joined_date(n) for n in number]),
        "segment": np.where(number % 4 == 0, "business", "private"),
        "plan_price": 20.0 + number % 5,
    })  # fmt: skip
    at = pd.DataFrame({"number": np.repeat(number, LAST - FIRST + 1)})
    at["index"] = np.tile(np.arange(FIRST, LAST + 1), N_CUSTOMERS)
    at = at[[first_month(n) <= m <= last_month(n) for n, m in zip(at["number"], at["index"], strict=True)]]
    keys = pd.DataFrame({
        "customer_id": [customer_id(n) for n in at["number"]], "month": [month_label(m) for m in at["index"]],
    })  # fmt: skip
    contacts = rng.poisson(0.4, len(keys))
    revenue = (20.0 + at["number"].to_numpy() % 5) * np.exp(rng.normal(0.0, 0.1, len(keys)))
    cost = 2.0 + 3.0 * contacts + rng.gamma(2.0, 0.5, len(keys))
    tables = {
        "customers": customers,
        "surveys": pd.concat([wave_answers(wave) for wave in range(len(WAVES))], ignore_index=True),
        "retention": keys,
        "revenue": keys.assign(value=revenue.round(2)),
        "cost_to_serve": keys.assign(value=cost.round(2), contacts=contacts),
        "upgrades": keys.assign(value=1)[rng.random(len(keys)) < 0.03].reset_index(drop=True),
        "referrals": keys.assign(value=1)[rng.random(len(keys)) < 0.04].reset_index(drop=True),
    }
    return Base(tables, SETTINGS)


def lean_base() -> Base:
    """Return the small base with one panel of money, revenue, and no covariates: quicker to check."""
    base = small_base()
    for name in ("cost_to_serve", "upgrades", "referrals"):
        base = base.with_table(name, None).without_settings(f"panels.{name}")
    return base


def customer_id(number: int) -> str:
    """Return the id of a customer."""
    return f"C{number:04d}"


def joined_date(number: int) -> str:
    """Return the day on which a customer joined."""
    return "2023-03-15" if number % 20 == 5 else f"{2019 + number % 4}-{1 + number % 12:02d}-10"


def first_month(number: int) -> int:
    """Return the first active month of a customer within the panels."""
    return parse_month("2023-03") if number % 20 == 5 else FIRST


def last_month(number: int) -> int:
    """Return the last active month of a customer within the panels."""
    return parse_month("2024-01") + number // 10 % 7 if number % 10 == 1 else LAST


def wave_answers(wave: int) -> pd.DataFrame:
    """Return the answers of a wave."""
    active = [n for n in range(N_CUSTOMERS) if first_month(n) <= WAVES[wave] <= last_month(n)]
    number = np.array([n for n in active if (n + wave) % 4 != 0])
    scores = [SCORES[(n + wave) % 3][n // 3 % 4] for n in number]
    dates = [f"{month_label(WAVES[wave])}-{1 + n % 28:02d}" for n in number]
    return pd.DataFrame({
        "customer_id": [customer_id(n) for n in number], "survey_date": pd.to_datetime(dates), "score": scores,
    })  # fmt: skip


def finding(study: cx.Study, rule: str) -> Finding:
    """Return what check found on one rule."""
    return next(found for found in study.check().findings if found.rule == rule)


def answer(number: int, date: object, score: object) -> pd.DataFrame:
    """Return one answer as a table."""
    return pd.DataFrame({"customer_id": [customer_id(number)], "survey_date": [date], "score": [score]})


def panel_row(number: int, month: str, **values: object) -> pd.DataFrame:
    """Return one row of a panel as a table."""
    columns = {"customer_id": [customer_id(number)], "month": [month]}
    return pd.DataFrame(columns | {name: [value] for name, value in values.items()})


def with_rows(*rows: pd.DataFrame) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a change that adds rows at the end; a column takes the type that holds all its values."""
    return lambda frame: pd.DataFrame({
        name: [*frame[name], *(value for row in rows for value in row.get(name, [None]))] for name in frame.columns
    })  # fmt: skip


def without_rows(wrong: Callable[[pd.DataFrame], pd.Series]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a change that drops the rows for which a condition holds."""
    return lambda frame: frame[~wrong(frame)].reset_index(drop=True)


def with_values(column: str, values: Mapping[int, object]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a change that puts other values into some rows, by position; the column may change its type."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        cells = frame[column].astype(object)
        for position, value in values.items():
            cells.iloc[position] = value
        return frame.assign(**{column: cells})

    return change


def without_column(column: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a change that drops a column."""
    return lambda frame: frame.drop(columns=column)


def emptied(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table's columns without its rows."""
    return frame.iloc[:0]


def in_months(*months: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Return the condition that a row is of one of the months."""
    return lambda frame: frame["month"].isin(months)


def of_customer(number: int) -> Callable[[pd.DataFrame], pd.Series]:
    """Return the condition that a row is of a customer."""
    return lambda frame: frame["customer_id"] == customer_id(number)
