"""Parts that stand within messages of other layers: amounts, intervals, covariates."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark

FIELD_MESSAGES: Final = (
    mark("{currency} {n}"),
    mark("{currency} {n} ({n_low} to {n_high})"),
    mark("{n} ({n_low} to {n_high})"),
    mark("{n} ({n_low} to {n_high}) {currency}"),
    mark("{name} {n} ({n_low} to {n_high}) {currency}"),
    mark("{n_low} to {n_high} ({text})"),
    mark("{n_low} to {n_high}"),
    mark("{n} months"), mark("{n} month"), mark("{n} rows"),
    mark("{n} active customer"), mark("{n} points"),
    mark("months {n_first} to {n_last}"), mark("month {n}"),
    mark("{column} = {value}"), mark("{column} above {n}"), mark("{column} not known"),
    mark("over {n}"), mark("none or up to {n}"), mark("none"),
    mark("previous_band"), mark("months_since_previous"), mark("tenure_months"), mark("revenue"),
    mark("cost_to_serve"), mark("upgrades"), mark("referrals"),
    mark("gross_margin"), mark("discount_rate_annual"), mark("discount rate annual"), mark("gross margin"),
    mark("upgrade value"), mark("referral value"), mark("programme cost upfront"), mark("programme cost monthly"),
    mark("programme months"), mark("ramp up months"), mark("effect months"), mark("optimism adjustment"),
    mark("cashable share"), mark("value horizon months"), mark("horizon months"), mark("share"), mark("customers"),
    mark("discount timing"), mark("retention"), mark("cost to serve"),
    mark("pert"), mark("triangular"), mark("uniform"), mark("normal"), mark("lognormal"), mark("default"),
    mark("settings"), mark("example"),
    mark("dissatisfied"), mark("neutral"), mark("satisfied"), mark("supported"), mark("weak"), mark("not supported"),
    mark("unadjusted"), mark("standardised"), mark("complete cohorts"), mark("near boundary"), mark("weighted"),
    mark("doubly robust"), mark("within customer"), mark("lasting move"), mark("placebo"), mark("other baseline"),
    mark("earlier amounts"), mark("optimism"), mark("programme cost"), mark("together"),
    mark("{name} {n}%"), mark("more than {n}"), mark("less than {n}"),
)  # fmt: skip
"""Amounts and words as the layers below write them."""
