"""Links: the share of the value that each metric carries is the value's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cxvalue as cx
from builders import Base

TERMS: tuple[dict[str, Any], ...] = (
    {},
    {"effect_months": 3},
    {"value_horizon_months": 4},
    {"effect_months": 2, "discount_timing": "month_start"},
    {"gross_margin": [0.0, 0.6, 0.3]},
)


OpenStudy = Callable[[Base], cx.Study]


@pytest.mark.parametrize("terms", TERMS, ids=lambda terms: ",".join(terms) or "plain")
def test_shares_are_those_of_the_levers(terms: dict[str, Any], base: Base, open_study: OpenStudy) -> None:
    study = open_study(base.with_settings("economics", **terms))
    value, table = study.value(), study.links().to_frame().set_index("metric")
    whole = value.per_customer.estimate
    for name, part in value.levers:
        metric = "retained" if name == "retention" else name
        share = table.loc[metric, "share_of_value"]
        # What is worth nothing has no share; sums in another order differ by rounding.
        expected = np.nan if part.estimate == 0.0 else part.estimate / whole
        np.testing.assert_allclose(share, expected, rtol=1e-9)


def test_a_margin_that_begins_at_nothing_is_valued(base: Base, open_study: OpenStudy) -> None:
    study = open_study(base.with_settings("economics", gross_margin=[0.0, 0.6]))
    shares = study.links().to_frame().set_index("metric")["share_of_value"]
    assert np.isfinite(shares["revenue"])
    assert np.isnan(shares["upgrades"])


@pytest.mark.parametrize("margin", [[0.0, 0.6], [0.0] * 5 + [0.6]])
def test_revenue_valued_later_is_no_negative_control(margin: list[float], base: Base, open_study: OpenStudy) -> None:
    later = base.with_settings("economics", gross_margin=margin)
    study = open_study(later.with_settings("adjust", negative_controls=["revenue"]))
    with pytest.raises(cx.SettingsError, match="names 'revenue', which carries money"):
        study.results(only="value")
