"""Named scenarios: a sample to look at, bases to test recovery on, and one for each way in which data can mislead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from cxvalue.simulate.scenario import SEGMENTS, Effects, Hidden, Loadings, Scenario, Segment

RECOVERY: Final = Scenario(name="recovery", n_customers=8_000, waves=(2, 8, 14, 20, 26))
"""Observed confounding, joiners, censoring, repeated waves and response that depends on covariates; nothing else."""

_EFFECT_MULTIPLIERS: Final = (0.6, 1.6, 2.2)
_SEGMENT_EFFECTS: Final = tuple(
    replace(segment, effect_multiplier=multiplier)
    for segment, multiplier in zip(SEGMENTS, _EFFECT_MULTIPLIERS, strict=True)
)

_SHOPPERS: Final = (
    Segment("online", 0.50, plan_price_median=45.0, cost_base_monthly=4.0),
    Segment("store", 0.35, 32.0, 2.5, satisfaction=0.10, response_log_odds=-0.30),
    Segment("both", 0.15, 60.0, 5.0, satisfaction=0.20, churn_log_odds=-0.20, purchase_log_odds=0.40),
)

RETAIL: Final = Scenario(
    name="retail",
    n_customers=8_000,
    n_months=48,
    segments=_SHOPPERS,
    plan_price_sd_log=0.30,
    effects=Effects(churn=-0.50, revenue=0.04, cost_to_serve=-0.08, upgrades=0.0, referrals=0.0, purchase=0.35),
    churn_monthly=0.008,
    churn=Loadings(incidents=0.30, tenure=-0.10),
    purchase_monthly=0.35,
    purchase=Loadings(incidents=-0.35, tenure=0.08, price=-0.10),
    hidden=Hidden(satisfaction=0.3, purchase=0.6),
    revenue_noise_sd_log=0.50,
    upgrades_per_month=0.0,
    referrals_per_month=0.0,
    waves=(12, 18, 24, 30, 36),
    gross_margin=0.40,
)
"""No leaving event: customers buy in some months, some silently never again. How often one buys differs lastingly from
customer to customer, and those who buy often like the shop better."""

_ALL: Final = (
    Scenario(name="sample", n_customers=12_000, waves=(8, 17, 26)),
    RECOVERY,
    replace(RECOVERY, name="null", effect_scale=0.0),
    replace(RECOVERY, name="small", n_customers=1_500),
    replace(RECOVERY, name="no_confounding", satisfaction=Loadings(), response=Loadings()),
    replace(RECOVERY, name="hidden_confounding", hidden=Hidden(0.5, -0.35, 0.05, -0.05)),
    replace(RECOVERY, name="fading", effect_fade_per_year=0.30),
    replace(RECOVERY, name="segment_effects", segments=_SEGMENT_EFFECTS),
    replace(RECOVERY, name="response_at_random", response=Loadings()),
    replace(RECOVERY, name="response_on_covariates", response=Loadings(incidents=0.80, tenure=0.20, price=-0.35)),
    replace(RECOVERY, name="response_on_satisfaction", response_satisfaction=0.4),
    replace(RECOVERY, name="disposition", disposition_sd=0.8),
    replace(RECOVERY, name="survey_noise", survey_noise_sd=0.7),
    replace(RECOVERY, name="heavy_tails", usage_tail_index=2.5),
    replace(RECOVERY, name="trend", churn_trend_per_year=-0.30),
    replace(RECOVERY, name="invitations", share_invited=0.6, response_prob=0.5),
    replace(RECOVERY, name="fieldwork", fieldwork_months=3, waves=(2, 8, 14, 20, 25)),
    RETAIL,
    replace(RETAIL, name="retail_habits", hidden=Hidden(purchase=0.6)),
)

SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType({scenario.name: scenario for scenario in _ALL})
"""Scenarios by name; ``sample`` is the one to look at first."""
