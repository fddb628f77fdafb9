"""The table of estimates on a small base: its rows, their roles, and what stands beside what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxvalue as cx
from builders import WAVES, Base, last_month
from cxvalue.estimate import EpisodeSource, Standardised
from cxvalue.estimate.beside.blocks import month_blocks
from cxvalue.estimate.beside.negative_control import fit_negative_control
from cxvalue.estimate.replicate import BandReplicates, Interval
from cxvalue.simulate import SCENARIOS, simulate
from cxvalue.value.beside.judge import NOT_TRIED
from report_results import small_results

ROLES = {
    "unadjusted": "never", "standardised": "headline", "complete_cohorts": "shown", "near_boundary": "shown",
    "weighted": "verdict", "doubly_robust": "verdict", "within_customer": "shown", "placebo": "verdict",
    "other_baseline": "shown", "earlier_amounts": "shown", "lasting_move": "shown",
}  # fmt: skip


class TestTable:
    def test_rows_and_roles(self) -> None:
        table = small_results().estimates
        assert {row.method: row.role for row in table.rows} == ROLES
        assert len(table.to_frame()) == len(ROLES)
        assert table.verdict == small_results().verdict

    @pytest.mark.parametrize("method", ["unadjusted", "complete_cohorts", "weighted", "doubly_robust"])
    def test_difference_is_estimate_less_headline(self, method: str) -> None:
        table = small_results().estimates
        row, headline = table.get(method), table.get("standardised").per_customer
        assert isinstance(row.per_customer, Interval)
        assert isinstance(headline, Interval)
        assert row.difference is not None
        # The same sums in another order: a hundred money values of some hundreds.
        assert row.difference.estimate == pytest.approx(row.per_customer.estimate - headline.estimate, abs=1e-8)

    def test_the_headline_has_none(self) -> None:
        assert small_results().estimates.get("standardised").difference is None

    def test_the_pair_is_narrower_than_two_apart(self) -> None:
        # Both stand on the same replicates, so what they share drops out of the difference.
        table = small_results().estimates
        row, headline = table.get("weighted"), table.get("standardised").per_customer
        assert row.difference is not None
        assert isinstance(row.per_customer, Interval)
        assert isinstance(headline, Interval)
        assert row.difference.se < np.hypot(row.per_customer.se, headline.se)

    def test_a_part_says_which_months(self) -> None:
        row = small_results().estimates.get("within_customer")
        assert row.span == "months 1 to 3, without retention"
        assert any("the headline's like part is" in note for note in row.notes)

    def test_every_row_took_some_time(self) -> None:
        assert all(row.seconds > 0.0 for row in small_results().estimates.rows)

    def test_an_unknown_name_was_not_tried(self) -> None:
        assert small_results().estimates.get("mine").per_customer == cx.NotEstimable("not tried")


class EveryEpisode:
    """An estimator from elsewhere that gives curves of all episodes, and counts no customers."""

    name = "every_episode"

    def fit(self, source: EpisodeSource) -> BandReplicates | cx.NotEstimable:
        return Standardised().fit(source)


class FewerEpisodes:
    """Another, which says that it left out one episode of every band."""

    name = "fewer_episodes"

    def fit(self, source: EpisodeSource) -> BandReplicates | cx.NotEstimable:
        found = Standardised().fit(source)
        return found if isinstance(found, cx.NotEstimable) else replace(found, counts=found.counts - 1)


class TestCustomers:
    def test_by_hand(self) -> None:
        # Dissatisfied or neutral, and answered: in the first wave n % 12 in 1, 3, 6, 7, 9, 10; in the second n % 12 in
        # 0, 2, 5, 6, 8, 9, less who had left. The groups of 6 and 9 answered in both and count once: 10 of the 12
        # groups of 50 customers, less n = 221 and 281, whom only the second wave would have had.
        first = {n for n in range(600) if n % 12 in (1, 3, 6, 7, 9, 10)}
        second = {n for n in range(600) if n % 12 in (0, 2, 5, 6, 8, 9) and last_month(n) >= WAVES[1]}
        assert len(first | second) == 10 * 50 - 2
        table = small_results().estimates
        for method in ("unadjusted", "standardised", "complete_cohorts", "weighted", "doubly_robust", "other_baseline",
                       "earlier_amounts"):  # fmt: skip
            row = table.get(method)
            assert (row.n_episodes, row.n_customers) == (len(first) + len(second), len(first | second)), method
        placebo = table.get("placebo")  # of the second wave alone: six months before the first have no panels
        assert (placebo.n_episodes, placebo.n_customers) == (len(second), len(second))
        within = table.get("within_customer")  # of all bands; everybody answered once at least, 286 of them twice
        assert (within.n_episodes, within.n_customers) == (886, 600)

    def test_near_the_cut(self, lean: Base, open_study: Callable[[Base], cx.Study]) -> None:
        # A score of 5 becomes 6, so that customers at the cut are there: those of 6 against those of 7.
        base = lean.changed("surveys", lambda t: t.assign(score=t["score"].replace({5: 6})))
        row = open_study(base).estimates().get("near_boundary")
        surveys = base.tables["surveys"]
        near = surveys.loc[surveys["score"].isin([6, 7]), "customer_id"]
        assert (row.n_episodes, row.n_customers) == (len(near), near.nunique())
        assert near.nunique() < len(near)

    def test_a_lasting_move_and_estimators_of_others(self, tmp_path: Path) -> None:
        # The lasting move wants answers at several gaps. Nobody's answer is left out in this base, so that the counts
        # are those of the survey's rows from 0 to 8.
        scenario = replace(SCENARIOS["small"], survey_noise_sd=0.7)
        study = cx.Study.from_toml(simulate(scenario, seed=3).write(tmp_path))
        table = study.estimates(also=[EveryEpisode(), FewerEpisodes()])
        study.close()
        surveys = pd.read_parquet(tmp_path / "surveys.parquet")
        low = surveys.loc[surveys["score"] <= 8, "customer_id"]
        for method in ("standardised", "lasting_move", "every_episode"):
            row = table.get(method)
            assert (row.n_episodes, row.n_customers) == (len(low), low.nunique()), method
        fewer = table.get("fewer_episodes")
        assert (fewer.n_episodes, fewer.n_customers) == (len(low) - 2, None)  # which of them cannot be told

    def test_those_who_are_not_counted(self) -> None:
        table = small_results().estimates
        frame = table.to_frame()
        assert frame["n_customers"].dtype == "Int64"
        assert frame.set_index("method")["n_customers"].isna().to_dict() == {
            row.method: isinstance(row.per_customer, cx.NotEstimable) for row in table.rows
        }


class TestPlacebo:
    def test_ratio_only_where_there_is_an_effect_after(self) -> None:
        row = small_results().estimates.get("placebo")
        # In the small base the bands do not differ by construction: the months after cannot be told from 0.
        assert row.ratio is None or row.ratio >= 0.0
        assert isinstance(row.per_customer, Interval | cx.NotEstimable)


@pytest.mark.parametrize(
    ("last_k", "horizon", "blocks"),
    [
        ([12], 12, [(1, 12)]),
        ([24, 20], 12, [(1, 12)]),  # all are followed over the horizon
        ([12, 9], 12, [(1, 9), (10, 12)]),
        (list(range(24, 0, -1)), 24, [(1, 1), (2, 6), (7, 10), (11, 15), (16, 19), (20, 24)]),
    ],
)
def test_blocks_of_months(last_k: list[int], horizon: int, blocks: list[tuple[int, int]]) -> None:
    found = month_blocks(np.array(last_k), horizon)
    assert found[0][0] == 1
    assert found[-1][1] == horizon
    assert all(one[1] + 1 == two[0] for one, two in pairwise(found))
    assert found == blocks


class TestNegativeControl:
    def test_by_hand(self) -> None:
        # Band 0 keeps 1, .5, .5 of its customers and has 2, 1, 1 events: 4 / 2 = 2 per active month. Band 1 keeps all
        # and has 1 a month: 1. The contrast is −1, the same without either group; month 4 is not asked.
        one = np.array([[[1, 0.5, 0.5, 0.1], [2, 1, 1, 99]], [[1, 1, 1, 1], [1, 1, 1, -99]]])
        curves = BandReplicates(one, np.stack([one, one]), np.full((2, 4), 100.0), (0,))
        found = fit_negative_control(curves, 1, from_band=0, to_band=1, confidence=0.95)
        assert (found.estimate, found.se) == (-1.0, 0.0)

    def test_one_that_is_not_measured(self, lean: Base, open_study: Callable[[Base], cx.Study]) -> None:
        study = open_study(lean.with_settings("adjust", negative_controls=["wether"]))
        with pytest.raises(cx.SettingsError, match=r"unknown key 'wether' in \[adjust\] negative_controls"):
            study.results(only="value")

    def test_one_that_carries_money(self, base: Base, open_study: Callable[[Base], cx.Study]) -> None:
        valued = with_weather(base, unit_value=2.0)
        with pytest.raises(cx.SettingsError, match="names 'weather', which carries money"):
            open_study(valued).results(only="value")

    def test_one_that_differs_refutes(self, base: Base, open_study: Callable[[Base], cx.Study]) -> None:
        verdict = open_study(with_weather(base, unit_value=0.0)).results(only="value").verdict
        assert verdict.label == "not supported"
        assert any("negative control weather, which cannot differ, does" in reason for reason in verdict.reasons)


def with_weather(base: Base, *, unit_value: float) -> Base:
    """Give every customer who was ever neutral an event a month, and the others none."""
    surveys, months = base.tables["surveys"], base.tables["retention"]
    neutral = set(surveys.loc[surveys["score"].isin([7, 8]), "customer_id"])
    rows = months[months["customer_id"].isin(neutral)].assign(value=1).reset_index(drop=True)
    kept = base
    for name in ("cost_to_serve", "upgrades", "referrals"):
        kept = kept.with_table(name, None).without_settings(f"panels.{name}")
    kept = kept.with_table("weather", rows).with_settings("adjust", negative_controls=["weather"])
    return kept.with_settings("panels.weather", kind="count", missing="zero", unit_value=unit_value)


def pay_by_band(frame: pd.DataFrame) -> pd.DataFrame:
    """Let customers pay 15 more a month after an answer that was not dissatisfied, until the next wave."""
    number = frame["customer_id"].str[1:].astype(int)
    content = (number + (frame["month"] > "2024-03")) % 3 != 0
    return frame.assign(value=frame["value"] + 15.0 * (content & (frame["month"] > "2023-06")))


def test_the_value_alone_is_weak_at_most(lean: Base, open_study: Callable[[Base], cx.Study]) -> None:
    # The interval excludes 0, so that only the checks are missing. What was paid before gives the band away here.
    changed = lean.changed("revenue", pay_by_band).with_settings("adjust", covariates=["plan_price"])
    results = open_study(changed).results(only="value")
    assert results.value.per_customer.ci_low > 0.0
    assert results.verdict.label == "weak"
    assert NOT_TRIED in results.verdict.reasons
    assert [row.method for row in results.estimates.rows] == ["unadjusted", "standardised", "complete_cohorts"]


def test_nothing_to_adjust_for(lean: Base, open_study: Callable[[Base], cx.Study]) -> None:
    # Every estimate is then the raw gap; that all of them agree supports nothing.
    table = open_study(lean.changed("revenue", pay_by_band).with_settings("adjust", covariates=[])).estimates()
    raw, robust = (table.get(method).per_customer for method in ("unadjusted", "doubly_robust"))
    assert isinstance(raw, Interval)
    assert isinstance(robust, Interval)
    assert robust.estimate == pytest.approx(raw.estimate, rel=0.02)  # its means are those of other folds
    assert table.verdict is not None
    assert table.verdict.label == "weak"
    assert "nothing is adjusted for: the value is the raw gap" in table.verdict.reasons
