"""Bases without a leaving event: who is active, what counts, what is refused, and a retail base from end to end."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stdout
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import cxvalue as cx
from builders import Base
from cxvalue.errors import NotEstimable
from cxvalue.estimate.beside.negative_control import fit_negative_control
from cxvalue.estimate.beside.within_customer import per_active_month
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.link.covariates import MONTHS_BOUGHT, MONTHS_SINCE_PURCHASE
from cxvalue.simulate import SCENARIOS, SimulatedBase, simulate
from cxvalue.value.extend import extend_curves
from cxvalue.value.levers import lever_names, split_by_share, split_levers
from cxvalue.vocabulary import GROSS_PROFIT, SHARE_METRICS, STANDARD_METRICS, Metric, month_label, parse_month

ROOT = Path(__file__).parents[1]
SHOP_SETTINGS: dict[str, Any] = {
    "study": {
        "name": "shop", "relationship": "noncontractual", "active_months": 3, "horizon_months": 4, "groups": 10,
    },
    "panels": {"revenue": {"missing": "zero", "duplicates": "sum"}, "cost_to_serve": {"missing": "zero"}},
    "economics": {"gross_margin": 0.5, "discount_rate_annual": 0.1},
    "run": {"threads": 1},
}  # fmt: skip


def shop() -> Base:
    """A shop with three customers from 2024-01 to 2024-08; who bought within three months is active.

    A buys in January and May: active January to March and May to July. B buys in March, takes back what was bought in
    April, and buys in August: active March to May, and August. C only brings something back: never active.
    """
    revenue = pd.DataFrame(
        [
            ("A", "2024-01", 40.0), ("A", "2024-05", 60.0), ("B", "2024-03", 50.0), ("B", "2024-04", 100.0),
            ("B", "2024-04", -100.0), ("B", "2024-08", 30.0), ("C", "2024-02", -20.0),
        ],
        columns=["customer_id", "month", "value"],
    )  # fmt: skip
    cost = pd.DataFrame(
        [("A", "2024-04", 5.0), ("A", "2024-06", 7.0), ("B", "2024-07", 3.0), ("A", "2024-08", 2.0)],
        columns=["customer_id", "month", "value"],
    )
    answers = [
        ("A", "2024-02-10", 9), ("A", "2024-04-10", 8), ("A", "2024-06-10", 3), ("B", "2024-04-05", 7),
        ("B", "2024-06-01", 6), ("C", "2024-03-01", 2),
    ]  # fmt: skip
    tables = {
        "customers": pd.DataFrame({"customer_id": ["A", "B", "C"]}),
        "surveys": pd.DataFrame(answers, columns=["customer_id", "survey_date", "score"]),
        "revenue": revenue,
        "cost_to_serve": cost,
    }
    return Base(tables, SHOP_SETTINGS)


class TestActivityByHand:
    """The shop, worked out with a pencil."""

    def test_a_purchase_makes_active_for_three_months(self, open_study: Callable[[Base], cx.Study]) -> None:
        stages = open_study(shop())._stages
        calendar = stages.clean.activity.calendar
        found = stages.engine.query("SELECT * FROM activity ORDER BY customer_id").to_pylist()
        months = np.arange(parse_month("2024-01"), parse_month("2024-09"))
        words = np.array([[row["active_0"], row["active_1"]] for row in found])
        active = calendar.unpack(words, np.tile(months, (len(found), 1)))
        named = {
            row["customer_id"]: [month_label(m)[5:] for m in months[on]] for row, on in zip(found, active, strict=True)
        }
        assert named == {"A": ["01", "02", "03", "05", "06", "07"], "B": ["03", "04", "05", "08"]}

    def test_answers_count_only_of_the_active(self, open_study: Callable[[Base], cx.Study]) -> None:
        check = open_study(shop()).check()
        away, early = check.rows("surveys.not_active"), check.rows("surveys.outside_months")
        assert set(zip(away["customer_id"], away["score"], strict=True)) == {("A", 8), ("B", 6), ("C", 2)}
        assert list(early["score"]) == [9], "before March it is not known who bought within three months"
        found = {finding.rule: finding for finding in check.findings}
        assert found["surveys.not_active"].what.endswith("without a purchase in the 3 months up to the answer")
        assert found["customers.never_bought"].n_rows == 1
        assert not any("retention" in finding.what + finding.action for finding in check.findings)
        assert not {rule for rule in found if "leaving" in rule}

    def test_every_month_after_the_answer_counts(self, open_study: Callable[[Base], cx.Study]) -> None:
        # B answers in April and counts as active until May. July's cost and August's purchase count all the same.
        stages = open_study(shop())._stages
        _, outcomes = stages._link(stages.timeline)
        assert [metric.name for metric in outcomes.metrics] == ["purchased", "revenue", "cost_to_serve"]
        (batch,) = outcomes.batches()
        of_b = int(np.flatnonzero(outcomes.answers.m0 == parse_month("2024-04"))[0])
        np.testing.assert_array_equal(batch.outcomes[of_b], [[0, 0, 0, 1], [0, 0, 0, 30], [0, 0, 3, 0]])

    def test_what_was_known_at_the_answer(self, open_study: Callable[[Base], cx.Study]) -> None:
        # Baselines of three months: A in June had 60 in May, costs of 5 and 7, one purchase, a month ago; B in April
        # had 50 in March, and April came to 0: one purchase, a month ago.
        stages = open_study(shop())._stages
        linked, _ = stages._link(stages.timeline)
        known = linked.answers.covariates.take(np.argsort(-linked.answers.m0))
        at = {name: known.numbers[:, known.number_names.index(name)] for name in known.number_names}
        np.testing.assert_allclose(at["revenue"], [20.0, 50 / 3])
        np.testing.assert_allclose(at["cost_to_serve"], [4.0, 0.0])
        np.testing.assert_array_equal(at[MONTHS_BOUGHT], [1.0, 1.0])
        np.testing.assert_array_equal(at[MONTHS_SINCE_PURCHASE], [1.0, 1.0])

    def test_who_is_active_now(self, open_study: Callable[[Base], cx.Study]) -> None:
        stages = open_study(shop())._stages
        linked, _ = stages._link(stages.timeline)
        assert month_label(stages.timeline.as_of) == "2024-06"
        assert linked.active_customers == 1, "A, who bought in May"
        assert linked.answers.m0[linked.candidates].tolist() == [parse_month("2024-06")]

    def test_a_last_month_that_looks_cut_short_is_a_warning(self, open_study: Callable[[Base], cx.Study]) -> None:
        more = [(name, "2024-07", 1.0) for name in "AB"]
        base = shop().changed(
            "revenue", lambda t: pd.concat([t, pd.DataFrame(more, columns=t.columns)], ignore_index=True)
        )
        found = {finding.rule: finding for finding in open_study(base).check().findings}
        assert found["panels.revenue.last_month"].level == "warning", "one row in August after two in July"


class TestRefusals:
    """What does not go with purchases, and what purchases need."""

    def test_a_retention_panel(self, open_study: Callable[[Base], cx.Study]) -> None:
        rows = shop().tables["revenue"][["customer_id", "month"]]
        with pytest.raises(cx.SettingsError) as refused:
            open_study(shop().with_table("retention", rows)).check()
        assert refused.value.what == "[panels.retention] is given, and relationship is noncontractual"
        assert 'set relationship = "contractual" if leaving is seen' in refused.value.hint

    def test_a_column_that_says_who_stayed(self, open_study: Callable[[Base], cx.Study]) -> None:
        wide = shop().tables["revenue"].rename(columns={"value": "revenue"}).assign(retained=1)
        base = shop().without_settings("panels").with_settings("panel", missing="zero", duplicates="sum")
        base = base.with_table("panel", wide).with_table("revenue", None).with_table("cost_to_serve", None)
        with pytest.raises(cx.SettingsError, match=r"\[panel\] has a column 'retained' \(retained\)"):
            open_study(base).check()
        without = base.with_table("panel", wide.drop(columns="retained"))
        assert open_study(without).check().ok, "one wide table with revenue is enough"

    @pytest.mark.parametrize("missing", ["error", "fill"])
    def test_months_without_a_row_that_are_not_zero(self, missing: str, open_study: Callable[[Base], cx.Study]) -> None:
        with pytest.raises(cx.SettingsError) as refused:
            open_study(shop().with_settings("panels.revenue", missing=missing)).check()
        assert refused.value.what == f'[panels.revenue] missing = "{missing}", and relationship is noncontractual'
        assert refused.value.hint == 'set missing = "zero"'

    def test_no_revenue(self, open_study: Callable[[Base], cx.Study]) -> None:
        base = shop().with_table("revenue", None).without_settings("panels.revenue")
        with pytest.raises(cx.SettingsError, match="no revenue is given, so nothing says who bought"):
            open_study(base).check()

    def test_a_panel_shorter_than_the_window(self, open_study: Callable[[Base], cx.Study]) -> None:
        with pytest.raises(cx.DataError, match="2024-01 to 2024-08, and a purchase within 8 months") as refused:
            open_study(shop().with_settings("study", active_months=8)).check()
        assert refused.value.hint == "give earlier months, or lower active_months"

    def test_nobody_bought(self, open_study: Callable[[Base], cx.Study]) -> None:
        with pytest.raises(cx.DataError, match="no customer of table 'customers' ever bought"):
            open_study(shop().changed("revenue", lambda table: table.assign(value=-1.0))).check()

    @pytest.mark.parametrize("name", ["amount", "frequency"])
    def test_a_metric_that_bears_the_name_of_a_lever(self, name: str, open_study: Callable[[Base], cx.Study]) -> None:
        base = shop().with_settings(f"panels.{name}", kind="count", missing="zero")
        with pytest.raises(cx.SettingsError, match=f"the metric '{name}' bears the name of a lever"):
            open_study(base.with_table(name, shop().tables["cost_to_serve"])).check()

    @pytest.mark.parametrize("name", ["purchased", "retained"])
    def test_a_panel_of_a_share(self, name: str) -> None:
        with pytest.raises(cx.SettingsError, match=f"'{name}' is a metric that has no panel of its own"):
            shop().with_settings(f"panels.{name}", missing="zero").read_settings()

    def test_a_window_without_purchases(self) -> None:
        with pytest.raises(cx.SettingsError) as refused:
            shop().with_settings("study", relationship="contractual").read_settings()
        assert refused.value.what == '[study] active_months = 3 does not go with relationship = "contractual"'

    def test_no_retention_points_to_the_other_relationship(self, open_study: Callable[[Base], cx.Study]) -> None:
        base = shop().with_settings("study", relationship="contractual", active_months=12)
        with pytest.raises(cx.SettingsError, match="nothing says who was active") as refused:
            open_study(base).check()
        assert 'relationship = "noncontractual"' in refused.value.hint


METRICS = (SHARE_METRICS["noncontractual"], STANDARD_METRICS["revenue"], STANDARD_METRICS["cost_to_serve"])


class TestLevers:
    """Frequency and amount split revenue; the rest is whole."""

    def test_by_hand(self) -> None:
        # 40 % buy for 50 each, so 20; 50 % for 60 each, so 30. Frequency: 0.1 × 55 = 5.5; amount: 0.45 × 10 = 4.5.
        # The cost rises by 1, whoever buys.
        before, after = np.array([[0.4], [20.0], [5.0]]), np.array([[0.5], [30.0], [6.0]])
        units = np.array([[0.0], [1.0], [-1.0]])
        levers = split_levers(before, after, units, shared=split_by_share(METRICS))
        np.testing.assert_allclose(levers.ravel(), [5.5, 4.5, -1.0])
        assert lever_names(METRICS) == ("frequency", "amount", "cost_to_serve")

    def test_where_the_margin_goes_by_segment_gross_profit_is_split(self) -> None:
        metrics = (*METRICS, Metric(GROSS_PROFIT, "money"))
        assert lever_names(metrics) == ("frequency", "revenue", "cost_to_serve", "amount")
        assert split_by_share(metrics).tolist() == [True, False, True]

    @given(seed=st.integers(0, 10_000))
    @settings(max_examples=40, deadline=None)
    def test_they_add_up(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        before, after = rng.uniform(0.02, 1.0, (2, 3, 5)) * np.array([1.0, 40.0, 10.0])[:, None]
        units = np.array([[0.0], [0.4], [-1.0]])
        levers = split_levers(before, after, units, shared=split_by_share(METRICS))
        np.testing.assert_allclose(levers.sum(axis=0), ((after - before) * units).sum(axis=0), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(levers[2], before[2] - after[2], rtol=1e-12)

    def test_beyond_the_follow_up_the_last_six_months_go_on(self) -> None:
        # Months 2 to 7 of the seven are 3, 4, 5, 6, 7, 8: their mean is 5.5.
        found = extend_curves(np.array([[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]), 9, leaving_is_seen=False)
        np.testing.assert_allclose(found, [[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 5.5, 5.5]])


def test_within_customer_counts_months_without_a_purchase() -> None:
    # One customer answers in months 100 and 103. Between them lie months 101 and 102: 30 in one of two is 15 a month,
    # and 30 a purchase. After the second answer three months are followed, without a purchase: 0.
    outcomes = np.array([[[0, 1, 0], [0, 30, 0]], [[0, 0, 0], [0, 0, 0]]], dtype=float)
    rows = SimpleNamespace(
        customer=np.array([7, 7]), m0=np.array([100, 103]), last_k=np.array([3, 3]), outcomes=outcomes
    )
    weights = np.array([[0.0] * 3, [1.0] * 3])
    each, used = per_active_month(cast(EpisodeRows, rows), weights, only_while_active=False)
    np.testing.assert_allclose(each, [15.0, 0.0])
    assert used.tolist() == [True, True]
    bought, some = per_active_month(cast(EpisodeRows, rows), weights)
    np.testing.assert_allclose(bought, [30.0, 0.0])
    assert some.tolist() == [True, False]


def test_a_negative_control_is_per_month() -> None:
    # 2 + 1 + 0 over three months is 1 a month, whoever bought; the other band has 2 a month.
    one = np.array([[[0.5, 0.5, 0.5], [2.0, 1.0, 0.0]], [[0.9, 0.9, 0.9], [2.0, 2.0, 2.0]]])
    curves = BandReplicates(one, np.stack([one, one]), np.full((2, 3), 100.0), (0,))
    found = fit_negative_control(curves, 1, from_band=0, to_band=1, confidence=0.95, per_active_month=False)
    assert found.estimate == pytest.approx(1.0)


@pytest.fixture(scope="module")
def shoppers() -> SimulatedBase:
    """A small retail base."""
    return simulate(replace(SCENARIOS["retail"], n_customers=1_500), seed=3)


class TestSimulatedRetail:
    """The simulated base keeps to what the tables can tell."""

    def test_no_table_tells_who_left(self, shoppers: SimulatedBase) -> None:
        assert set(shoppers.tables) == {"surveys", "customers", "revenue", "cost_to_serve"}
        assert shoppers.tables["revenue"].to_pandas()["value"].min() > 0

    def test_who_is_active_follows_from_the_purchases(self, shoppers: SimulatedBase) -> None:
        revenue, as_of = shoppers.tables["revenue"].to_pandas(), parse_month(shoppers.truth.as_of)
        window = {month_label(month) for month in range(as_of - 11, as_of + 1)}
        assert revenue.loc[revenue["month"].isin(window), "customer_id"].nunique() == shoppers.truth.n_active

    def test_all_buy_in_the_month_of_joining(self, shoppers: SimulatedBase) -> None:
        customers, revenue = shoppers.tables["customers"].to_pandas(), shoppers.tables["revenue"].to_pandas()
        first = revenue.groupby("customer_id")["month"].min()
        joined = pd.to_datetime(customers["joined_date"]).dt.strftime("%Y-%m")
        late = joined >= shoppers.scenario.first_month
        bought = customers.loc[late, "customer_id"].map(first)
        assert (bought == joined[late]).all()
        assert late.sum() > 300

    def test_answers_come_from_the_active_only(self, shoppers: SimulatedBase) -> None:
        revenue = shoppers.tables["revenue"].to_pandas()
        month = revenue["month"].map(parse_month)
        answers = shoppers.tables["surveys"].to_pandas()
        answers["m0"] = pd.to_datetime(answers["survey_date"]).dt.strftime("%Y-%m").map(parse_month)
        both = answers.merge(revenue.assign(bought=month)[["customer_id", "bought"]], on="customer_id")
        recent = both[(both["bought"] <= both["m0"]) & (both["bought"] > both["m0"] - 12)]
        assert len(recent.drop_duplicates(["customer_id", "m0"])) == len(answers)

    def test_no_effect_is_worth_nothing(self) -> None:
        truth = simulate(replace(SCENARIOS["retail"], n_customers=500, effect_scale=0.0), seed=3).truth
        assert truth.per_customer == 0.0
        assert truth.metrics == ("purchased", "revenue", "cost_to_serve")
        np.testing.assert_array_equal(truth.moved, truth.stayed)


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SimulatedBase, cx.Study]]:
    """A retail base as the command line writes it, and its study."""
    base = simulate(replace(SCENARIOS["retail"], n_customers=3_000), seed=2)
    path = base.write(tmp_path_factory.mktemp("retail"))
    with closing(cx.Study.from_toml(path)) as study:
        yield base, study


@pytest.mark.slow
@pytest.mark.filterwarnings("default::cxvalue.CxValueWarning")
class TestEndToEnd:
    """From the folder that is simulated to the report."""

    def test_the_value_by_lever(self, retail: tuple[SimulatedBase, cx.Study]) -> None:
        base, study = retail
        value = study.value()
        assert [name for name, _ in value.levers] == ["frequency", "amount", "cost_to_serve"]
        total = sum(part.estimate for _, part in value.levers)
        assert total == pytest.approx(value.per_customer.estimate, rel=1e-9)
        assert value.heads.active_customers == base.truth.n_active
        assert value.heads.customers_from_band.holds(base.truth.n_from_band)
        # One base of 3,000 customers: the truth within three standard errors says that nothing is off by a factor.
        assert abs(value.per_customer.estimate - base.truth.per_customer) < 3 * value.per_customer.se

    def test_curves_are_shares_of_buyers(self, retail: tuple[SimulatedBase, cx.Study]) -> None:
        _, study = retail
        curves = study.curves()
        assert curves.metrics[0].name == "purchased"
        assert 0.1 < curves.estimate[:, 0].min() < curves.estimate[:, 0].max() < 0.8
        table = study.outcomes().to_frame()
        assert set(table.loc[table["metric"] == "purchased", "unit"]) == {"months"}

    def test_a_longer_value_carries_the_last_months_on(self, retail: tuple[SimulatedBase, cx.Study]) -> None:
        _, study = retail
        settings = study.settings.require_economics()
        longer = study.value(economics=settings.model_copy(update={"value_horizon_months": 30}))
        beyond = longer.cash_flow.loc[longer.cash_flow["month"] > 24, "gross"]
        np.testing.assert_allclose(beyond, beyond.iloc[0], rtol=1e-9)

    @pytest.mark.parametrize("tail", ["constant_hazard", "sbg"])
    def test_a_tail_is_refused(self, retail: tuple[SimulatedBase, cx.Study], tail: str) -> None:
        _, study = retail
        terms = study.settings.require_economics().model_dump(exclude_unset=True) | {"tail": tail}
        with pytest.raises(cx.SettingsError, match="nobody leaves by a model") as refused:
            study.value(economics=cx.Economics(**terms))
        assert "leave tail out" in refused.value.hint
        with pytest.raises(cx.SettingsError, match=rf'tail = "{tail}" is set, and relationship is noncontractual'):
            cx.Settings(study={"relationship": "noncontractual"}, economics=terms)
        with pytest.raises(cx.SettingsError, match=r"unknown key 'tail' in \[assumptions\]"):
            cx.Settings(study={"relationship": "noncontractual"}, assumptions={"tail": {"source": "board"}})

    def test_what_needs_a_leaving_event_says_so(self, retail: tuple[SimulatedBase, cx.Study]) -> None:
        _, study = retail
        with pytest.raises(cx.DataError, match="nobody is seen to leave") as refused:
            study.survival()
        assert "study.curves()" in refused.value.hint
        e_value = study.diagnose().confounding.e_value
        assert isinstance(e_value, NotEstimable)
        assert "no risk of leaving" in e_value.reason

    def test_models_count_months_with_a_purchase(self, retail: tuple[SimulatedBase, cx.Study]) -> None:
        _, study = retail
        models = study.models(["purchased", "revenue"])
        table = models.to_frame()
        assert set(table["metric"]) == {"purchased", "revenue"}
        assert not table["unit"].str.contains("active").any()
        assert table.loc[table["metric"] == "purchased", "estimate"].between(0.1, 0.8).all()

    def test_the_report_speaks_of_purchases(self, retail: tuple[SimulatedBase, cx.Study], tmp_path: Path) -> None:
        _, study = retail
        page = study.report(tmp_path / "out").read_text(encoding="utf-8")
        text = re.sub(r"(?s)<style.*?</style>|<pre>.*?</pre>|<[^>]+>", " ", page)
        wrong = r"(?i)\bretain\w*|\bretention|still there|has left|\bstayed\b|leaving included|left within"
        assert not re.findall(wrong, text)
        assert "Customers who buy in the month" in text
        assert "bought within the 12 months that end with it" in text
        assert (tmp_path / "out" / "figures" / "purchases.svg").is_file()
        results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
        assert [lever["lever"] for lever in results["value"]["levers"]] == ["frequency", "amount", "cost_to_serve"]
        assert {curve["metric"] for curve in results["curves"]} == {"purchased", "revenue", "cost_to_serve"}
        methods = {row["method"]: row for row in results["estimates"]}
        assert methods["weighted"]["status"] == methods["doubly_robust"]["status"] == "ok"
        assert not any("retention" in json.dumps(row) for row in results["estimates"])


PAGE = (ROOT / "docs" / "noncontractual.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.filterwarnings("default::cxvalue.CxValueWarning")
def test_the_page_runs_and_shows_what_it_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with redirect_stdout(printed):
        for block in re.findall(r"(?s)```python\n(.*?)```", PAGE):
            exec(compile(block, "docs/noncontractual.md", "exec"), names)
    names["study"].close()
    lines = {re.sub(r"\s+", " ", line).strip() for line in printed.getvalue().splitlines()}
    shown = "\n".join(re.findall(r"(?s)```text\n(.*?)```", PAGE))
    for line in shown.splitlines():
        assert re.sub(r"\s+", " ", line).strip() in lines
