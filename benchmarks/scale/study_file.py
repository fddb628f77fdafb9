"""The ``study.toml`` of a big base: 16 design columns, 5 metrics, 24 months, 100 groups, 1,000 draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.scale.base import BigBase

TEXT = """\
[study]
name = "{customers:,} customers"
currency = "EUR"
horizon_months = 24
groups = 100
draws = 1000
seed = 1

[surveys]
path = "surveys.parquet"
scale = "nps"

[customers]
path = "customers.parquet"
segments = ["segment", "region"]
covariates = ["autopay"]

{panels}
[adjust]
covariates = ["revenue", "contacts", "tenure_months", "segment", "autopay", "previous_band"]

[shift]
from = "dissatisfied"
to = "neutral"
share = 0.05

[economics]
gross_margin = 0.6
discount_rate_annual = 0.1

[run]
engine = "{engine}"
memory_limit = "1GB"
"""
WIDE = """\
[panel]
path = "{path}"
covariates = ["contacts"]
"""
SEVERAL = """\
[panels.retention]
kind = "rows"
path = "{retention}"

[panels.revenue]
path = "{revenue}"

[panels.cost_to_serve]
path = "{cost_to_serve}"
covariates = ["contacts"]

[panels.upgrades]
path = "{upgrades}"
missing = "zero"

[panels.referrals]
path = "{referrals}"
missing = "zero"
"""


def study_text(base: BigBase, engine: str = "duckdb") -> str:
    """Return the study of a base."""
    end = ".parquet" if base.layout == "one" else ""
    if base.panels == "wide":
        panels = WIDE.format(path=f"panel{end}")
    else:
        names = ("retention", "revenue", "cost_to_serve", "upgrades", "referrals")
        panels = SEVERAL.format(**{name: f"{name}{end}" for name in names})
    return TEXT.format(customers=base.customers, panels=panels, engine=engine)
