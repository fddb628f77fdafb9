"""Survival of a simulated base: it agrees with the headline's curves, with lifelines, and with itself."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from benchmarks.coverage import settings_for

from cxvalue.engine import DuckDBEngine
from cxvalue.errors import SettingsError
from cxvalue.estimate import (
    COMPLETE_COHORTS,
    AdjustSettings,
    BandReplicates,
    BandStudy,
    Standardised,
    Unadjusted,
    estimate_bands,
)
from cxvalue.estimate.survival import CoxTable, LogRank, ShiftedBetaGeometric, Survival, fit_survival
from cxvalue.estimate.survival.band_counts import count_bands, take_durations
from cxvalue.link import EpisodeOutcomes, link, make_timeline
from cxvalue.simulate import SCENARIOS, simulate
from cxvalue.tables import Tables, check_tables, read_tables
from cxvalue.vocabulary import BANDS, EVERYBODY

GROUPS = 100


@pytest.fixture(scope="module")
def bands() -> Iterator[BandStudy]:
    """The moments and rows of a simulated base with observed confounding."""
    base = simulate(SCENARIOS["recovery"], seed=41)
    chosen = settings_for(base)
    engine = DuckDBEngine(threads=1)
    clean = check_tables(engine, read_tables(engine, chosen, given=Tables(**base.tables), folder=Path()))
    timeline = make_timeline(engine, clean, chosen.study)
    linked = link(engine, clean, timeline, groups=GROUPS)
    outcomes = EpisodeOutcomes(linked.months, clean, timeline, linked.answers)
    yield estimate_bands(linked, outcomes, timeline, groups=GROUPS, adjust=AdjustSettings(), seed=1)
    engine.close()


@pytest.fixture(scope="module")
def survival(bands: BandStudy) -> Survival:
    """Its survival."""
    return fit_survival(bands, bands.read_rows(), confidence=0.95)


def headline_months(bands: BandStudy, estimator: Standardised | Unadjusted, by: str) -> np.ndarray:
    """Return the retained curves of the bands, from moments."""
    found = bands.fit(estimator, by=by, label=by, from_band="dissatisfied", horizon=bands.timeline.horizon)
    assert isinstance(found, BandReplicates)
    return found.estimate[:, 0]


def test_with_equal_follow_up_kaplan_meier_is_the_unadjusted_curve(bands: BandStudy) -> None:
    # The simulated customers do not come back, so that the first leaving is the only one.
    rows = bands.read_rows()
    episodes = take_durations(rows, horizon=bands.timeline.horizon, groups=bands.groups)
    whole = np.flatnonzero(rows.last_k == bands.timeline.horizon)
    found = count_bands(episodes, time=episodes.months, keep=whole).survival()[0]
    np.testing.assert_allclose(found, headline_months(bands, Unadjusted(), COMPLETE_COHORTS), atol=1e-9)


def test_adjusted_curves_agree_with_the_headline(bands: BandStudy, survival: Survival) -> None:
    headline = headline_months(bands, Standardised(), EVERYBODY).sum(axis=1)
    table = survival.restricted_means.set_index(["method", "band", "versus"])
    assert (table["status"] == "ok").all()
    for method in ("weighted", "standardised"):
        for b, band in enumerate(BANDS):
            row = table.loc[(method, band, "")]
            # The same customers by another model: they differ by less than one of their own standard errors or two,
            # also because the headline gives each month to its own cohorts.
            assert row["months"] == pytest.approx(headline[b], abs=2 * row["se"])
    gaps = table.xs(("neutral", "dissatisfied"), level=("band", "versus"))["months"]
    assert gaps["unadjusted"] > gaps["weighted"] > 0  # the raw gap overstates
    assert gaps["unadjusted"] > gaps["standardised"] > 0


def test_months_kept_are_the_area_under_the_curve(survival: Survival) -> None:
    curves = survival.to_frame()
    months = curves.groupby(["method", "band"])["survival"].sum()
    means = survival.restricted_means
    for row in means[means["versus"] == ""].to_dict("records"):
        assert row["months"] == pytest.approx(months[row["method"], row["band"]], rel=1e-12)
    assert (curves["ci_low"] <= curves["survival"]).all()
    assert (curves["survival"] <= curves["ci_high"]).all()


def test_lifelines_gets_the_same_curve(survival: Survival) -> None:
    curves = survival.to_frame()
    for band in BANDS:
        ours = curves[(curves["method"] == "unadjusted") & (curves["band"] == band)]
        theirs = survival.to_lifelines(band)
        np.testing.assert_allclose(theirs.predict(ours["month"]), ours["survival"], rtol=1e-9)
        at_risk = theirs.event_table["at_risk"].loc[1:]
        np.testing.assert_array_equal(at_risk, ours["at_risk"].to_numpy()[: len(at_risk)])
    with pytest.raises(SettingsError, match="unknown band"):
        survival.to_lifelines("happy")


def test_hazard_ratios_fall_with_satisfaction_and_shrink_with_adjustment(survival: Survival) -> None:
    for table in (survival.cox, survival.cox_varying):
        assert isinstance(table, CoxTable)
        ratios = table.to_frame().set_index(["adjusted", "term"])["hazard_ratio"]
        for adjusted in (False, True):
            assert 1 > ratios[adjusted, "band = neutral"] > ratios[adjusted, "band = satisfied"] > 0
        assert ratios[True, "band = satisfied"] > ratios[False, "band = satisfied"]
        assert "study.models()" in table.advice or "No sign" in table.advice
    assert survival.cox_varying.clock == "months of tenure"
    assert not any("tenure" in term for term in survival.cox_varying.table["term"])
    # Each leaving counts once for the customer, not once for every episode that it ends.
    assert survival.cox_varying.n_events < survival.cox.n_events


def test_log_rank_of_overlapping_episodes_is_smaller_when_clustered(survival: Survival) -> None:
    assert isinstance(survival.log_rank, LogRank)
    assert isinstance(survival.log_rank_rows, LogRank)
    assert survival.log_rank.clustered
    assert 0 < survival.log_rank.statistic < survival.log_rank_rows.statistic


def test_tails_continue_the_curves(survival: Survival) -> None:
    observed = survival.to_frame().set_index(["method", "band", "month"])
    tails = survival.tail_curves
    assert tails["extrapolated"].eq(tails["month"] > survival.horizon_months).all()
    for row in tails[tails["month"] == survival.horizon_months].to_dict("records"):
        # Two parameters fit the whole curve, not its end: a few points of survival may lie between.
        seen = observed.loc[("unadjusted", row["band"], row["month"]), "survival"]
        assert row["survival"] == pytest.approx(seen, abs=0.05)
    assert isinstance(survival.tail("neutral").model, ShiftedBetaGeometric)
    with pytest.raises(SettingsError, match="no tail"):
        survival.tail("neutral", "gompertz")


def test_the_summary_says_what_the_event_is(survival: Survival) -> None:
    text = survival.summary()
    assert "first leaving" in text
    assert "clustered by customer" in text
    assert survival.sample in text
    assert "<table" in survival._repr_html_()
