"""Outcome models of a study: which there are, what can be overridden, what is refused, and whether they are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.coverage import settings_for

import cxvalue as cx
from builders import Base
from cxvalue.errors import SettingsError
from cxvalue.estimate.models.frame import drawn_episodes
from cxvalue.simulate import SCENARIOS, simulate
from cxvalue.vocabulary import BANDS

OpenStudy = Callable[[Base], cx.Study]


@pytest.fixture
def study(base: Base, open_study: OpenStudy) -> cx.Study:
    """The study of the small base."""
    return open_study(base)


def test_every_metric_has_its_models(study: cx.Study) -> None:
    models = study.models()
    names = [(model.metric, model.family) for model in models]
    assert names[:6] == [
        ("retained", "logit"), ("retained", "cloglog"), ("revenue", "log-linear"), ("revenue", "ppml"),
        ("cost_to_serve", "two-part"), ("cost_to_serve", "tweedie"),
    ]  # fmt: skip
    assert [metric for metric, _ in names[6:]] == ["upgrades", "referrals"]
    assert all(model.dispersion is not None for model in list(models)[6:])
    table = models.to_frame()
    assert table["status"].unique().tolist() == ["ok"]
    assert table["band"].tolist() == list(BANDS) * len(names)
    assert (table["se"] > 0).all()
    curve = models.curves()
    assert curve["month"].max() == 6
    assert curve["estimate"].between(0, 1).all()
    # A cell of three bands × 6 months whose sum is the restricted mean.
    logit = curve[(curve["family"] == "logit") & (curve["band"] == "neutral")]["estimate"].sum()
    assert logit == pytest.approx(models.get("retained", "logit").means["estimate"][1])
    assert models.coefficients()["term"].str.startswith("band = neutral").any()
    assert models.sample in models.summary()
    assert "weighted by 1 / P(answered)" in models.target
    assert "<table" in models._repr_html_()


def test_the_same_again(study: cx.Study) -> None:
    first, second = (study.models(metrics=["retained", "upgrades"]).coefficients() for _ in range(2))
    assert first.equals(second)


def test_metrics_formula_and_covariates_can_be_chosen(study: cx.Study) -> None:
    one = study.models(metrics=["revenue"], formula="band * segment + tenure_months")
    assert [model.family for model in one] == ["log-linear", "ppml"]
    terms = one.get("revenue", "ppml").coefficients["term"].tolist()
    assert "band[T.neutral]:segment[T.private]" in terms
    bare = study.models(metrics=["revenue"], covariates=["plan_price"]).get("revenue", "ppml")
    assert bare.formula.startswith("band + plan_price")
    assert not any("tenure" in term for term in bare.coefficients["term"])
    by_metric = study.models(formula={"retained": "band + log_month"}, metrics=["retained", "upgrades"])
    assert by_metric.get("retained", "cloglog").formula == "band + log_month"
    assert by_metric.get("retained", "cloglog").n_cells == 18  # three bands, six months


def test_what_is_unknown_is_refused(study: cx.Study) -> None:
    with pytest.raises(SettingsError, match="did you mean 'revenue'"):
        study.models(metrics=["revenu"])
    with pytest.raises(SettingsError, match="did you mean 'tenure_months'"):
        study.models(metrics=["revenue"], formula="band + tenure_month")
    with pytest.raises(SettingsError, match="did you mean 'plan_price'"):
        study.models(covariates=["plan_prices"])
    with pytest.raises(SettingsError, match="both a formula and covariates"):
        study.models(formula="band", covariates=["plan_price"])
    with pytest.raises(SettingsError, match="known to the model of retained only"):
        study.models(formula="band * month")
    with pytest.raises(SettingsError, match="unknown key 'upgrades'"):
        study.models(metrics=["revenue"], formula={"upgrades": "band"})
    with pytest.raises(SettingsError, match="unknown key 'revenue, logit'"):
        study.models(metrics=["revenue"]).get("revenue", "logit")


def test_few_months_at_risk_are_drawn_by_customer(study: cx.Study) -> None:
    rows = study._stages.bands.read_rows()
    months = rows.months_kept + rows.left
    drawn = drawn_episodes(rows, most=int(months.sum()) // 4)
    assert np.isin(rows.customer, rows.customer[drawn]).sum() == len(drawn)  # all episodes of a customer, or none
    # A quarter of 450 customers: their months spread by about 8 % around a quarter.
    assert months[drawn].sum() == pytest.approx(months.sum() / 4, rel=0.25)
    assert np.array_equal(drawn, drawn_episodes(rows, most=int(months.sum()) // 4))
    assert len(drawn_episodes(rows)) == len(rows.at)


@pytest.mark.slow
def test_the_truth_of_a_simulated_base_is_recovered() -> None:
    # Months kept per customer moved, in a base with ordinary confounding. Four standard errors are exceeded by chance
    # once in 15,000; a contrast of 0 lies outside of them, so the test has power.
    base = simulate(replace(SCENARIOS["recovery"], n_customers=4_000), seed=4)
    study = cx.Study(cx.Tables(**base.tables), settings_for(base))
    models = study.models(metrics=["retained"])
    study.close()
    gained = base.truth.moved[0].sum() - base.truth.stayed[0].sum()
    for model in models:
        row = model.contrasts.iloc[0]
        assert (row["from_band"], row["to_band"]) == ("dissatisfied", "neutral")
        assert abs(row["estimate"] - gained) < 4 * row["se"]
        assert row["estimate"] > 4 * row["se"]
