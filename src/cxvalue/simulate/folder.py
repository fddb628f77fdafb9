"""A simulated base on disk: Parquet files, the truth, and a study file that runs as it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.truth import Truth

ROW_GROUP_ROWS: Final = 1_000_000
STUDY_FILE: Final = "study.toml"
TRUTH_FILE: Final = "truth.json"


def write_folder(folder: Path, *, scenario: Scenario, seed: int, tables: Mapping[str, pa.Table], truth: Truth) -> Path:
    """Write a base to a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where to; made if it does not exist, files of the same names are replaced.
    scenario : Scenario
        The parameters of the base.
    seed : int
        Its seed.
    tables : mapping of str to pyarrow.Table
        Its tables; each is written to ``<name>.parquet``.
    truth : Truth
        Written to ``truth.json``.

    Returns
    -------
    pathlib.Path
        Path of ``study.toml``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_table(table, folder / f"{name}.parquet")
    (folder / TRUTH_FILE).write_text(json.dumps(truth.to_dict(), indent=1) + "\n", encoding="utf-8")
    study = folder / STUDY_FILE
    study.write_text(study_text(scenario, seed=seed, truth=truth), encoding="utf-8")
    return study


def write_table(table: pa.Table, path: Path) -> None:
    """Write one table as zstd Parquet in row groups of a million rows.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    path : pathlib.Path
        The file.
    """
    pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP_ROWS, store_schema=False)


def study_text(scenario: Scenario, *, seed: int, truth: Truth) -> str:
    """Return the text of the study file of a base.

    Parameters
    ----------
    scenario : Scenario
        Gives name, horizon, margin and discount rate.
    seed : int
        Seed of the base, named in the study's name.
    truth : Truth
        Gives the move.

    Returns
    -------
    str
        TOML with comments.
    """
    invitations = _INVITATIONS_TEXT if scenario.share_invited is not None else ""
    texts = _CONTRACTUAL_TEXT if scenario.leaving_is_seen else _NONCONTRACTUAL_TEXT
    return _STUDY_TEXT.format(
        name=f"Simulated base '{scenario.name}', seed {seed}",
        horizon=scenario.horizon_months,
        margin=scenario.gross_margin,
        margin_low=round(0.9 * scenario.gross_margin, 3),
        margin_high=round(1.1 * scenario.gross_margin, 3),
        discount=scenario.discount_rate_annual,
        from_band=truth.from_band,
        to_band=truth.to_band,
        invitations=invitations,
        relationship=texts["relationship"].replace("{active_months}", str(scenario.active_months)),
        covariates=texts["covariates"],
        panels=texts["panels"],
    )


_STUDY_TEXT: Final = """\
# A simulated customer base. What the move is truly worth stands in truth.json beside this file.
# Paths are relative to this file. `columns` maps the library's name = "the column's name in the file".

[study]
name = "{name}"
currency = "EUR"
{relationship}
horizon_months = {horizon}               # months over which the value is added up
baseline_months = 3               # covariates are means over these months, the answer's month included
seed = 1                          # of the draws that carry uncertainty

[surveys]
path = "surveys.parquet"
scale = "nps"                     # 0-6 dissatisfied, 7-8 neutral, 9-10 satisfied
columns = {{ customer_id = "customer_id", survey_date = "survey_date", score = "score" }}

[customers]
path = "customers.parquet"
segments = ["segment", "region"]  # region has no effect: its values differ by chance only
{covariates}
columns = {{ customer_id = "customer_id", joined_date = "joined_date" }}
{invitations}
{panels}[shift]
from = "{from_band}"
to = "{to_band}"
share = 0.05                      # of the customers now in the from-band

[economics]
gross_margin = {margin}                # of revenue, before cost to serve
discount_rate_annual = {discount}

# What is not known for sure has a range. It moves the cases and the probabilistic run, not the value.
[assumptions.gross_margin]
low = {margin_low}
high = {margin_high}
source = "example"

[assumptions.share]
low = 0.03                        # how many a programme really moves, a pilot would tell
high = 0.06
source = "example"
"""

_CONTRACTUAL_TEXT: Final = {
    "relationship": """relationship = "contractual"      # leaving is seen: a customer has no row once gone""",
    "covariates": """\
covariates = ["plan_price"]       # list price; part of what makes customers differ before the survey""",
    "panels": """\
[panels.retention]
kind = "rows"                     # a row in each month in which the customer was there
path = "retention.parquet"
columns = { customer_id = "customer_id", month = "month" }

[panels.revenue]
path = "revenue.parquet"
missing = "error"                 # a missing customer-month would be a mistake in this export
columns = { customer_id = "customer_id", month = "month", value = "value" }

[panels.cost_to_serve]
path = "cost_to_serve.parquet"
missing = "error"
covariates = ["incidents"]        # trouble makes customers dissatisfied, costs money and drives them away
columns = { customer_id = "customer_id", month = "month", value = "value" }

[panels.upgrades]
path = "upgrades.parquet"
missing = "zero"                  # a row only where there was an upgrade
columns = { customer_id = "customer_id", month = "month", value = "value" }

[panels.referrals]
path = "referrals.parquet"
missing = "zero"
columns = { customer_id = "customer_id", month = "month", value = "value" }

""",
}

_NONCONTRACTUAL_TEXT: Final = {
    "relationship": """\
relationship = "noncontractual"   # nobody is seen to leave: customers buy, or do not
active_months = {active_months}                # who bought within these months, the answer's included, is active""",
    "covariates": """\
covariates = ["usual_basket"]     # what the customer usually spends; part of what makes customers differ""",
    "panels": """\
[panels.revenue]
path = "revenue.parquet"
missing = "zero"                  # a row only in months with a purchase
columns = { customer_id = "customer_id", month = "month", value = "value" }

[panels.cost_to_serve]
path = "cost_to_serve.parquet"
missing = "zero"                  # a row only where there was a purchase or an incident
covariates = ["incidents"]        # trouble makes customers dissatisfied, costs money and keeps them from buying
columns = { customer_id = "customer_id", month = "month", value = "value" }

""",
}

_INVITATIONS_TEXT: Final = """
[invitations]                     # who was asked; response is modelled among these
path = "invitations.parquet"
columns = { customer_id = "customer_id", invited_date = "invited_date" }
"""
