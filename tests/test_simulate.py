"""The simulated base: its months add up, its truth is the truth, and the same seed gives the same files."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, strategies as st

from cxvalue.errors import SettingsError
from cxvalue.simulate import SCENARIOS, Effects, Loadings, Scenario, Segment, SimulatedBase, simulate
from cxvalue.simulate.customers import Customers, customer_ids, draw_customers, heavy_tailed_usage
from cxvalue.simulate.month import NEVER, MonthDraws, State, close_month, draw_month, initial_state, live_month
from cxvalue.simulate.outcomes import count_from_uniform, effect_scale, prob_leaving
from cxvalue.simulate.settling import SETTLING_MONTHS
from cxvalue.simulate.survey import prob_answering, wave_of
from cxvalue.vocabulary import parse_month

ONE_KIND = (Segment("all", 1.0, plan_price_median=40.0, cost_base_monthly=10.0),)
SMALL = Scenario(name="small", n_customers=1_500, n_months=30, waves=(4, 10, 16), fieldwork_months=2)


@pytest.fixture(scope="module")
def small() -> SimulatedBase:
    return simulate(SMALL, seed=11)


@pytest.fixture(scope="module")
def panels(small: SimulatedBase) -> dict[str, pd.DataFrame]:
    return {name: table.to_pandas() for name, table in small.tables.items()}


def one_customer(**changes: Any) -> Customers:
    """A customer who joined in month 0, pays 40 and has nothing special about them."""
    columns: dict[str, Any] = {
        "joined": 0, "joined_day": 1, "segment": 0, "region": 0, "plan_price": 40.0, "price_score": 0.0,
        "incident_rate": 0.0, "usage": 1.0, "disposition": 0.0, "hidden": 0.0,
    } | changes  # fmt: skip
    return Customers(**{name: np.atleast_1d(value) for name, value in columns.items()})


def draws(**changes: Any) -> MonthDraws:
    """A month in which nothing happens by chance."""
    columns: dict[str, Any] = {
        "incidents": 0, "innovation": 0.0, "revenue": 0.0, "cost": 1.0, "upgrades": 0.0, "referrals": 0.0,
        "leaving": 0.99, "purchase": 0.0,
    } | changes  # fmt: skip
    return MonthDraws(**{name: np.atleast_1d(value) for name, value in columns.items()})


def nobody_yet(*, active: bool = False, error: float = 0.0) -> State:
    """The state of one customer, by default before joining."""
    none = np.zeros(1, dtype=np.int64)
    return State(np.array([active]), np.array([error]), np.zeros((3, 1), dtype=np.int64), none, np.array([NEVER]))


def plain(**changes: Any) -> Scenario:
    """A scenario in which satisfaction is the drifting part alone, and revenue has no noise."""
    settings: dict[str, Any] = {
        "n_customers": 1, "segments": ONE_KIND, "satisfaction_mean": 0.0, "satisfaction": Loadings(),
        "churn": Loadings(), "revenue_noise_sd_log": 0.0, "plan_price_sd_log": 0.0,
    }  # fmt: skip
    return Scenario(**(settings | changes))


class TestMonthByHand:
    """One customer, one month, worked out with a pencil."""

    def test_outcomes(self) -> None:
        # Satisfaction 1 in the month of joining. Revenue 40 × e^0.1 = 44.21. Cost (10 + 2 × 3) × e^-0.2 = 13.10.
        # Upgrades: rate 0.5 × e^0.4 = 0.7459; P(0) = .4743, P(≤ 1) = .8281, so a draw of 0.5 is one upgrade.
        effects = Effects(churn=0.0, revenue=0.1, cost_to_serve=-0.2, upgrades=0.4, referrals=0.0)
        scenario = plain(effects=effects, upgrades_per_month=0.5, referrals_per_month=0.0, cost_per_incident=3.0)
        chance = draws(innovation=1.0, incidents=2, upgrades=0.5, referrals=0.5)
        month = live_month(scenario, one_customer(), nobody_yet(), draws=chance, offset=0)
        assert month.satisfaction.tolist() == [1.0]
        assert month.outcomes.revenue.tolist() == [44.21]
        assert month.outcomes.cost_to_serve.tolist() == [13.10]
        assert month.outcomes.upgrades.tolist() == [1]
        assert month.outcomes.referrals.tolist() == [0]

    def test_an_upgrade_raises_later_revenue_only(self) -> None:
        # Two upgrades at 5 %: 40 × 1.05² = 44.10, from the month after.
        scenario = plain(effects=Effects(0, 0, 0, 0, 0), upgrades_per_month=1.0, upgrade_revenue_step=0.05)
        # Poisson with mean 1: P(≤ 1) = .736, P(≤ 2) = .920.
        first = live_month(scenario, one_customer(), nobody_yet(), draws=draws(upgrades=0.8), offset=0)
        state = close_month(scenario, one_customer(), first, draws=draws())
        second = live_month(scenario, one_customer(), state, draws=draws(), offset=1)
        assert (first.outcomes.revenue.tolist(), second.outcomes.revenue.tolist()) == ([40.0], [44.10])

    def test_satisfaction_drifts_back(self) -> None:
        # 0.8 × 2 + sqrt(1 − 0.64) × 0.5 = 1.9
        state = nobody_yet(active=True, error=2.0)
        month = live_month(
            plain(persistence_monthly=0.8), one_customer(joined=-5), state, draws=draws(innovation=0.5), offset=1
        )
        assert month.satisfaction == pytest.approx([1.9])

    def test_trailing_incidents_start_at_joining(self) -> None:
        # Joined in month 5; incidents 4, 1, 0, 2 in months 5 to 8, and 9 before joining that do not count.
        scenario, customer, state = plain(), one_customer(joined=5), nobody_yet()
        trailing = []
        for offset, incidents in ((4, 9), (5, 4), (6, 1), (7, 0), (8, 2)):
            month = live_month(scenario, customer, state, draws=draws(incidents=incidents), offset=offset)
            state = close_month(scenario, customer, month, draws=draws())
            trailing.append(month.trailing_incidents[0])
        assert trailing[1:] == pytest.approx([4, 5 / 2, 5 / 3, 3 / 3])

    def test_leaving(self) -> None:
        # Odds of 2 % are 0.020408; satisfaction 1 at −0.7 makes them 0.020408 × e^-0.7 = 0.010134: 1.0033 %.
        scenario = plain(churn_monthly=0.02, effects=Effects(churn=-0.7))
        chance = prob_leaving(scenario, one_customer(), np.array([1.0]), index=np.zeros(1), offset=0)
        assert chance == pytest.approx([0.010033], abs=1e-6)
        month = live_month(scenario, one_customer(), nobody_yet(), draws=draws(innovation=1.0), offset=0)
        stays = [
            close_month(scenario, one_customer(), month, draws=draws(leaving=u)).alive[0] for u in (0.0100, 0.0101)
        ]
        assert stays == [False, True]

    def test_effects_fade_and_differ_by_segment(self) -> None:
        kinds = (replace(ONE_KIND[0], share=0.5), replace(ONE_KIND[0], name="big", share=0.5, effect_multiplier=2.0))
        scenario = plain(segments=kinds, effect_scale=0.5, effect_fade_per_year=0.2)
        both = one_customer(segment=[0, 1])
        assert effect_scale(scenario, both, offset=24) == pytest.approx([0.32, 0.64])  # 0.5 × 0.8² × multiplier

    def test_the_reference_customer_answers_as_often_as_stated(self) -> None:
        # Average incidents and price, two years of tenure.
        scenario = plain(response=Loadings(0.5, 0.2, 0.3), response_prob=0.4, incidents_per_month=1.0)
        month = live_month(
            scenario, one_customer(joined=-24), nobody_yet(active=True), draws=draws(incidents=1), offset=0
        )
        assert prob_answering(scenario, one_customer(), month) == pytest.approx([0.4])


class TestTruth:
    """The true value of the move."""

    def test_by_hand(self) -> None:
        # One month, no persistence, and satisfaction below 0 leaves for certain at its end while above 0 stays for
        # certain; 0 is also where neutral begins. So every dissatisfied customer leaves, and every moved one is there a
        # month later and pays 40 at a cost of nothing: 0.6 × 40 / 1.1^(1/12) = 23.8101.
        scenario = plain(
            n_customers=60, n_months=1, waves=(0,), horizon_months=1, share_joining=0.0, persistence_monthly=0.0,
            churn_monthly=0.5, satisfaction_clip=1e-3, effects=Effects(-1e5, 0, 0, 0, 0), cost_per_incident=0.0,
            segments=(replace(ONE_KIND[0], cost_base_monthly=0.0),), upgrades_per_month=0.0, referrals_per_month=0.0,
            cut_points=(-7, -6, -5, -4, -3, -2, 0, 0.5, 1, 2), gross_margin=0.6, discount_rate_annual=0.1,
        )  # fmt: skip
        truth = simulate(scenario, seed=5).truth
        assert truth.stayed.ravel().tolist() == [0, 0, 0, 0, 0]
        assert truth.moved.ravel() == pytest.approx([1, 40, 0, 0, 0])
        assert truth.per_customer == pytest.approx(23.8101, abs=1e-4)
        assert (truth.n_active, truth.n_from_band) == (60, truth.n_moved)

    def test_no_effect_is_worth_exactly_nothing(self) -> None:
        truth = simulate(replace(SMALL, effect_scale=0.0), seed=4).truth
        assert truth.per_customer == 0.0
        assert not truth.difference.any()

    def test_from_a_band_to_itself_is_worth_nothing_but_chance(self) -> None:
        truth = simulate(replace(SMALL, n_customers=6_000), seed=4, from_band="neutral", to_band="neutral").truth
        assert abs(truth.per_customer) < 4 * truth.se  # customers swap satisfaction within the band

    def test_further_is_worth_more(self, small: SimulatedBase) -> None:
        further = simulate(SMALL, seed=11, to_band="satisfied").truth
        assert further.per_customer > small.truth.per_customer > 0

    def test_value_is_the_discounted_sum_of_the_curves(self, small: SimulatedBase) -> None:
        truth, scenario = small.truth, small.scenario
        discount = (1 + scenario.discount_rate_annual) ** (-np.arange(1, truth.horizon_months + 1) / 12)
        revenue, cost = (
            truth.difference[truth.metrics.index("revenue")],
            truth.difference[truth.metrics.index("cost_to_serve")],
        )
        assert truth.per_customer == pytest.approx(discount @ (scenario.gross_margin * revenue - cost), rel=1e-12)

    def test_groups_add_up(self, small: SimulatedBase) -> None:
        for by in ("segment", "region"):
            groups = [group for group in small.truth.groups if group.by == by]
            assert sum(group.n_moved for group in groups) == small.truth.n_moved
            total = sum(group.n_moved * (group.per_customer or 0.0) for group in groups)
            assert total / small.truth.n_moved == pytest.approx(small.truth.per_customer, rel=1e-12)

    def test_the_world_without_the_move_is_the_panel(
        self, small: SimulatedBase, panels: dict[str, pd.DataFrame]
    ) -> None:
        # Those who leave at the end of as_of without the move are among all who leave then in the panel.
        truth = small.truth
        active = panels["retention"]["month"].value_counts()
        as_of = parse_month(truth.as_of)
        assert active[truth.as_of] == truth.n_active
        left = truth.n_moved * (1 - truth.stayed[0, 0])
        joined = (
            small.tables["customers"]["joined_date"].to_numpy().astype("datetime64[M]").astype(int) + 1970 * 12
        ) == as_of + 1
        assert left <= active[truth.as_of] + joined.sum() - active[f"{(as_of + 1) // 12}-{(as_of + 1) % 12 + 1:02d}"]

    def test_plain_types(self, small: SimulatedBase) -> None:
        truth = small.truth.to_dict()
        assert json.loads(json.dumps(truth)) == truth
        assert [curve["metric"] for curve in truth["curves"]] == list(small.truth.metrics)
        assert {len(curve["difference"]) for curve in truth["curves"]} == {24}

    def test_arrays_cannot_be_written_to(self, small: SimulatedBase) -> None:
        with pytest.raises(ValueError, match="read-only"):
            small.truth.stayed[0, 0] = 0.0

    def test_the_raw_gap_overstates_it(self) -> None:
        base = simulate(replace(SCENARIOS["recovery"], n_customers=20_000), seed=101)
        # About two-fold over many bases; 1.3 leaves room for one base.
        assert raw_gap(base) > 1.3 * base.truth.per_customer


class TestTables:
    """The tables hang together."""

    def test_active_months_have_no_hole(self, panels: dict[str, pd.DataFrame]) -> None:
        month = panels["retention"].assign(month=panels["retention"]["month"].map(parse_month))
        spells = month.groupby("customer_id")["month"].agg(["min", "max", "size"])
        assert (spells["max"] - spells["min"] + 1 == spells["size"]).all()
        joined = (
            panels["customers"].set_index("customer_id")["joined_date"].map(lambda day: day.year * 12 + day.month - 1)
        )
        assert len(spells) == SMALL.n_customers
        assert (spells["min"] == np.maximum(joined.loc[spells.index], SMALL.first_month_index)).all()

    def test_dense_panels_have_a_row_for_each_active_month(self, small: SimulatedBase) -> None:
        keys = small.tables["retention"].select(["customer_id", "month"])
        for name in ("revenue", "cost_to_serve"):
            assert small.tables[name].select(["customer_id", "month"]).equals(keys)

    def test_sparse_panels_hold_only_what_happened(self, panels: dict[str, pd.DataFrame]) -> None:
        active = pd.MultiIndex.from_frame(panels["retention"])
        for name in ("upgrades", "referrals"):
            assert (panels[name]["value"] > 0).all()
            assert pd.MultiIndex.from_frame(panels[name][["customer_id", "month"]]).isin(active).all()

    def test_answers_are_of_active_customers_once_a_wave(self, panels: dict[str, pd.DataFrame]) -> None:
        answers = panels["surveys"].merge(panels["customers"], on="customer_id")
        month = answers["survey_date"].map(lambda day: f"{day.year}-{day.month:02d}")
        keys = pd.MultiIndex.from_arrays([answers["customer_id"], month])
        assert keys.isin(pd.MultiIndex.from_frame(panels["retention"])).all()
        assert (answers["survey_date"] >= answers["joined_date"]).all()
        assert answers["score"].between(0, 10).all()
        offset = month.map(parse_month) - SMALL.first_month_index
        assert sorted(offset.unique()) == [4, 5, 10, 11, 16, 17]
        assert not answers.assign(wave=offset // 6).duplicated(["customer_id", "wave"]).any()

    def test_types(self, small: SimulatedBase) -> None:
        schema = {
            name: dict(zip(table.schema.names, table.schema.types, strict=True)) for name, table in small.tables.items()
        }
        assert schema["surveys"] == {
            "customer_id": pa.string(), "survey_date": pa.date32(), "score": pa.int32(), "channel": pa.string(),
        }  # fmt: skip
        assert schema["cost_to_serve"] == {
            "customer_id": pa.string(), "month": pa.string(), "value": pa.float64(), "incidents": pa.int32(),
        }  # fmt: skip
        assert "invitations" not in schema

    def test_invitations(self) -> None:
        base = simulate(replace(SMALL, share_invited=0.5), seed=6)
        asked, answers = base.tables["invitations"].to_pandas(), base.tables["surveys"].to_pandas()
        asked["wave"] = pd.to_datetime(asked["invited_date"]).dt.to_period("M")
        answers["wave"] = pd.to_datetime(answers["survey_date"]).dt.to_period("M")
        both = answers.merge(asked, on=["customer_id", "wave"], how="left", validate="one_to_one")
        assert both["invited_date"].notna().all()
        assert (both["survey_date"] >= both["invited_date"]).all()
        active = base.tables["retention"].to_pandas()["month"].value_counts()
        first = asked["wave"].astype(str).isin(["2023-05", "2023-06"]).sum() / active[["2023-05", "2023-06"]].mean()
        assert first == pytest.approx(0.5, abs=0.06)  # four standard errors at about 1,100 customers

    def test_ids(self) -> None:
        assert customer_ids(12)[-1].as_py() == "C0000012"


class TestSeedsAndFiles:
    """The same seed gives the same base, in memory and on disk."""

    def test_same_seed_same_base(self, small: SimulatedBase) -> None:
        again = simulate(SMALL, seed=11)
        assert all(again.tables[name].equals(table) for name, table in small.tables.items())
        assert again.truth.to_dict() == small.truth.to_dict()

    def test_other_seed_other_base(self, small: SimulatedBase) -> None:
        assert not simulate(SMALL, seed=12).tables["revenue"].equals(small.tables["revenue"])

    def test_the_future_does_not_change_the_past(self, small: SimulatedBase) -> None:
        # A longer horizon draws further months; those before them stay as they were.
        longer = simulate(replace(SMALL, horizon_months=30), seed=11)
        assert longer.tables["revenue"].equals(small.tables["revenue"])
        assert longer.truth.stayed[:, :24] == pytest.approx(small.truth.stayed, rel=1e-12)

    def test_round_trip(self, small: SimulatedBase, tmp_path: Path) -> None:
        study = small.write(tmp_path / "new" / "folder")
        for name, table in small.tables.items():
            assert pq.read_table(study.parent / f"{name}.parquet").equals(table.combine_chunks())
        assert json.loads((study.parent / "truth.json").read_text(encoding="utf-8")) == small.truth.to_dict()

    def test_study_file(self, tmp_path: Path) -> None:
        base = simulate(replace(SMALL, share_invited=0.5, horizon_months=12, gross_margin=0.45), seed=6)
        study = base.write(tmp_path)
        text = tomllib.loads(study.read_text(encoding="utf-8"))
        assert text["study"]["horizon_months"] == 12
        assert text["economics"] == {"gross_margin": 0.45, "discount_rate_annual": 0.10}
        assert text["shift"] == {"from": "dissatisfied", "to": "neutral", "share": 0.05}
        assert {name: panel["path"] for name, panel in text["panels"].items()} == {
            name: f"{name}.parquet" for name in ("retention", "revenue", "cost_to_serve", "upgrades", "referrals")
        }
        for section in (text["surveys"], text["customers"], text["invitations"], *text["panels"].values()):
            present = pq.read_schema(tmp_path / section["path"]).names
            assert set(section["columns"].values()) <= set(present)


class TestScenarios:
    """Named scenarios run, and impossible ones are refused."""

    @pytest.mark.parametrize("name", sorted(SCENARIOS))
    def test_runs(self, name: str) -> None:
        base = simulate(replace(SCENARIOS[name], n_customers=600), seed=2)
        assert base.truth.n_moved > 0
        assert base.tables["surveys"].num_rows > 300

    @pytest.mark.parametrize("name", ["sample", "recovery"])
    def test_shares_are_ordinary(self, name: str) -> None:
        base = simulate(SCENARIOS[name], seed=103)
        share = np.bincount(np.digitize(base.tables["surveys"]["score"], [7, 9])) / base.tables["surveys"].num_rows
        assert share == pytest.approx([0.25, 0.34, 0.41], abs=0.04)
        n_waves = len(base.scenario.waves)
        rows = base.tables["retention"]["month"].value_counts().to_pylist()
        active = {row["values"]: row["counts"] for row in rows}
        assert base.tables["surveys"].num_rows / (n_waves * active[base.truth.as_of]) == pytest.approx(0.35, abs=0.04)

    @pytest.mark.parametrize(
        ("parameter", "value", "allowed"),
        [
            ("n_customers", 0, "1 or more"),
            ("first_month", "2023", "YYYY-MM"),
            ("waves", (), "one wave or more"),
            ("waves", (30,), "within the months"),
            ("waves", (4, 5), "not overlapping"),
            ("segments", (replace(ONE_KIND[0], share=0.9),), "sum to 1"),
            ("cut_points", (0.0, 1.0), "ten increasing"),
            ("share_invited", 0.0, "None or a share"),
            ("usage_tail_index", 1.0, "above 1"),
            ("persistence_monthly", 1.0, r"\[0, 1\)"),
            ("gross_margin", 1.2, r"\[0, 1\]"),
            ("churn_monthly", 0.0, "between 0 and 1"),
            ("incidents_shape", 0.0, "above 0"),
            ("disposition_sd", -1.0, "0 or more"),
        ],
    )
    def test_out_of_range(self, parameter: str, value: object, allowed: str) -> None:
        with pytest.raises(SettingsError, match=f"(?s){parameter} = .*{allowed}"):
            replace(SMALL, **{parameter: value})

    def test_negative_seed(self) -> None:
        with pytest.raises(SettingsError, match="seed = -1"):
            simulate(SMALL, seed=-1)

    def test_unknown_band(self) -> None:
        with pytest.raises(SettingsError, match="unknown band 'detractor'"):
            simulate(SMALL, seed=1, from_band="detractor")  # type: ignore[arg-type]

    def test_empty_band(self) -> None:
        nobody = tuple(float(cut) for cut in range(-60, -50))
        with pytest.raises(SettingsError, match="no customer is dissatisfied in 2024-06"):
            simulate(replace(SMALL, cut_points=nobody), seed=1)

    def test_heavy_tails_leave_the_mean(self) -> None:
        # The mean of a Pareto variable of tail index 4 over 200,000 draws has a standard error of 0.001.
        usage = heavy_tailed_usage(np.random.default_rng(3).random(200_000), tail_index=4.0)
        assert usage.mean() == pytest.approx(1.0, abs=0.005)
        assert usage.min() >= 0.75

    def test_satisfaction_is_settled_when_the_tables_begin(self) -> None:
        # Nobody joins and nothing but satisfaction matters: without settling, those who stay would grow more satisfied.
        scenario = replace(
            SMALL, n_customers=40_000, share_joining=0.0, satisfaction=Loadings(), churn=Loadings(), churn_monthly=0.03
        )
        customers = draw_customers(scenario, seed=8)
        state, means = initial_state(scenario, customers, seed=8), []
        assert state.error[customers.joined < -SETTLING_MONTHS].mean() > 0.1  # fresh draws would have mean 0
        for offset in range(13):
            chance = draw_month(scenario, customers, seed=8, offset=offset)
            month = live_month(scenario, customers, state, draws=chance, offset=offset)
            state = close_month(scenario, customers, month, draws=chance)
            means.append(month.error[month.active & (customers.joined < -SETTLING_MONTHS)].mean())
        assert means[12] == pytest.approx(means[0], abs=0.03)  # four standard errors at 20,000 customers

    def test_some_join_later(self) -> None:
        customers = draw_customers(replace(SMALL, n_customers=20_000, share_joining=0.4), seed=1)
        assert (customers.joined >= 0).mean() == pytest.approx(0.4, abs=0.015)  # four standard errors
        assert customers.joined.max() == SMALL.n_months - 1

    def test_waves(self) -> None:
        found = [wave_of(SMALL, offset) for offset in (3, 4, 5, 6, 17)]
        assert found == [None, 0, 0, None, 2]


@given(rate=st.floats(0, 5), more=st.floats(1e-6, 5), uniform=st.floats(0, 1, exclude_max=True))
@example(rate=0.0, more=5.0, uniform=float(np.nextafter(1.0, 0.0)))
def test_a_higher_rate_never_lowers_a_count(rate: float, more: float, uniform: float) -> None:
    counts = count_from_uniform(np.array([rate, rate + more]), np.full(2, uniform))
    assert counts[0] <= counts[1] < 60


def raw_gap(base: SimulatedBase) -> float:
    """Discounted contribution of the neutral less the dissatisfied of the first wave, nothing adjusted."""
    scenario, first = base.scenario, base.scenario.first_month_index
    revenue, cost = (base.tables[name].to_pandas() for name in ("revenue", "cost_to_serve"))
    k = revenue["month"].map({f"{(first + t) // 12}-{(first + t) % 12 + 1:02d}": t for t in range(scenario.n_months)})
    k = k - scenario.waves[0]
    value = (scenario.gross_margin * revenue["value"] - cost["value"]) * (1 + scenario.discount_rate_annual) ** (
        -k / 12
    )
    total = value.where(k.between(1, scenario.horizon_months), 0.0).groupby(revenue["customer_id"]).sum()
    answers = base.tables["surveys"].to_pandas()
    month = pd.to_datetime(answers["survey_date"]).dt.to_period("M")
    wave = answers[month == month.min()].set_index("customer_id")["score"]
    means = total.loc[wave.index].groupby(np.digitize(wave, [7, 9])).mean()
    return float(means[1] - means[0])
