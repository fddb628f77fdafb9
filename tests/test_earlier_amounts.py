"""Amounts that end before the baseline: their months by hand, and what they mend."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import cxvalue as cx
from builders import FIRST, N_CUSTOMERS, WAVES, Base, customer_id, without_rows
from cxvalue.estimate.replicate import Interval
from cxvalue.link.timeline import Timeline
from cxvalue.link.window import active_months, earlier_months
from cxvalue.study.stages import Stages
from cxvalue.tables import Calendar, CleanPanel, Panel
from cxvalue.value import value_earlier_amounts, value_placebo
from cxvalue.value.question import Question
from cxvalue.vocabulary import month_label, parse_month

OpenStudy = Callable[[Base], cx.Study]


def month_number(frame: pd.DataFrame) -> pd.Series:
    """Return the months of a panel, counted from the first: 0, 1, …"""
    return frame["month"].map(parse_month) - FIRST


@pytest.fixture(scope="module")
def counting(base: Base) -> Base:
    """The small base in which everybody pays 10, 11, 12, … and makes 0, 1, 2, … contacts in the months from 2023-01."""
    paid = base.changed("revenue", lambda rows: rows.assign(value=10.0 + month_number(rows)))
    counted = paid.changed("cost_to_serve", lambda rows: rows.assign(contacts=month_number(rows)))
    return counted.with_settings("study", amounts_lag_months=4)


class TestMonths:
    def test_by_hand(self, counting: Base, open_study: OpenStudy) -> None:
        # Waves in months 5 and 14. The baseline is 3 to 5 and 12 to 14; the amounts end four months earlier: −1 to 1,
        # of which 0 and 1 have rows (10 and 11), and 8 to 10 (18, 19, 20). Who joined in month 2 has no row in −1 to 1
        # and keeps 3 to 5 (13, 14, 15). Contacts stay those of the baseline.
        answers = open_study(counting)._stages.bands.linked.answers
        numbers = dict(zip(answers.covariates.number_names, answers.covariates.numbers.T, strict=True))
        first_wave = answers.m0 == WAVES[0]
        joined_late = first_wave & (numbers["tenure_months"] == 3)
        assert (first_wave.sum(), joined_late.sum()) == (450, 30)
        expected = np.where(joined_late, 14.0, np.where(first_wave, 10.5, 19.0))
        np.testing.assert_allclose(numbers["revenue"], expected, rtol=1e-12)  # means of two or three whole numbers
        np.testing.assert_allclose(numbers["contacts"], np.where(first_wave, 4.0, 13.0), rtol=1e-12)

    def test_what_falls_back_is_counted(self, counting: Base, open_study: OpenStudy) -> None:
        # 30 of the 600 customers joined in month 2, and all of them answered in the first wave.
        episodes = open_study(counting).episodes()
        assert episodes.n_recent_amounts == 30
        assert episodes.baseline == (
            "means over 3 months ending with the month of the answer; of amounts, ending 4 months before that "
            "(30 answers, without such months, have the amounts of the baseline)"
        )
        assert episodes.baseline in episodes.summary()

    def test_nothing_falls_back_without_a_lag(self, counting: Base, open_study: OpenStudy) -> None:
        episodes = open_study(counting.with_settings("study", amounts_lag_months=0)).episodes()
        assert episodes.n_recent_amounts == 0
        assert episodes.baseline == "means over 3 months ending with the month of the answer"

    def test_a_panel_that_begins_late(self, counting: Base, open_study: OpenStudy) -> None:
        # Revenue from month 3 on: none of the 450 answers of the first wave has it earlier, though costs are known.
        late = counting.changed("revenue", without_rows(lambda rows: month_number(rows) < 3))
        assert open_study(late).episodes().n_recent_amounts == 450

    @pytest.mark.parametrize(("only_while_active", "months"), [(True, [1, 0, 1]), (False, [3, 0, 2])])
    def test_of_a_panel(self, only_while_active: bool, months: list[int]) -> None:
        # Answers in months 110, 110 and 107; amounts end six months before: 102 to 104 and 99 to 101. The panel begins
        # in month 100. The first customer is active in 104, the second only after these months, the third in 100.
        panel = CleanPanel(Panel("revenue", "panel_0", (), (), "zero", "error", False, only_while_active), 100, 120)
        active = np.array([[1 << 4, 0], [1 << 8, 0], [1, 0]])
        timeline = Timeline(110, (110,), 120, 10, 3, 0, 6)
        m0 = np.array([110, 110, 107])
        assert earlier_months(Calendar(100, 120), m0, active, panel, timeline).tolist() == months
        assert active_months(Calendar(100, 120), m0, active, panel, timeline.baseline).tolist() == (
            [0, 1, 0] if only_while_active else [3, 3, 3]
        )

    def test_windows(self) -> None:
        timeline = Timeline(110, (110,), 120, 10, 3, 1, 0)
        assert (timeline.baseline, timeline.amounts) == (range(1, 4), range(1, 4))
        earlier = timeline.with_other_amounts()
        assert (earlier.baseline, earlier.amounts) == (range(1, 4), range(7, 10))
        assert earlier.with_other_amounts() == timeline


# A base without noise. Everybody pays a lasting amount of their own and, from month 10 on, 15 more unless dissatisfied.
# They answer in month 14 and stay. The baseline, months 12 to 14, already holds the 15; months 6 to 8 do not.

EXTRA = 15.0
WAVE = WAVES[1]
UNIT = 0.6 / 1.1 ** (np.arange(1, 7) / 12)
"""Margin and discount of the six months after the answer."""


@pytest.fixture(scope="module")
def persistent(lean: Base) -> Base:
    """A lasting amount and a lasting effect, without noise; answers of one wave only."""
    stays = {customer_id(n) for n in range(N_CUSTOMERS) if n % 10 != 1}
    kept = lean
    for name in ("surveys", "customers", "retention", "revenue"):
        kept = kept.changed(name, without_rows(lambda rows: ~rows["customer_id"].isin(stays)))
    kept = kept.changed("surveys", without_rows(lambda rows: rows["survey_date"] < month_label(WAVE)))
    kept = kept.changed("revenue", pay_what_lasts)
    return kept.with_settings("adjust", covariates=["revenue"], response=False)


def pay_what_lasts(frame: pd.DataFrame) -> pd.DataFrame:
    """Let customers pay an amount of their own, and more from month 10 on unless they are dissatisfied."""
    number = frame["customer_id"].str[1:].astype(int)
    content = (number + 1) % 3 != 0
    return frame.assign(value=20.0 + number % 7 + EXTRA * (content & (month_number(frame) >= 10)))


def question_of(stages: Stages) -> Question:
    """Return the question of a study's settings."""
    return stages.question(*stages.defaults(None, None))


class TestIdentity:
    # Solving 3 × 3 systems of sums of some hundred amounts leaves about ten digits.
    EXACT = 1e-8

    def test_what_the_baseline_holds_already_is_lost(self, persistent: Base, open_study: OpenStudy) -> None:
        # Given the amounts of months 12 to 14, all pay the same afterwards: 0. Given those of 6 to 8, 15 more a month.
        stages = open_study(persistent)._stages
        question = question_of(stages)
        assert not isinstance(question.headline, cx.NotEstimable)
        assert question.headline[0] == pytest.approx(0.0, abs=self.EXACT)
        row = value_earlier_amounts(question, lambda: stages.earlier_amounts)
        assert (row.method, row.role) == ("earlier_amounts", "shown")
        assert row.what == "the same with amounts of months that end 6 months before the baseline does"
        assert isinstance(row.per_customer, Interval)
        assert row.difference is not None
        assert row.per_customer.estimate == pytest.approx(EXTRA * UNIT.sum(), abs=self.EXACT)
        assert row.difference.estimate == pytest.approx(EXTRA * UNIT.sum(), abs=self.EXACT)
        assert row.notes == ()

    def test_the_setting_turns_it_round(self, persistent: Base, open_study: OpenStudy) -> None:
        stages = open_study(persistent.with_settings("study", amounts_lag_months=6))._stages
        question = question_of(stages)
        assert not isinstance(question.headline, cx.NotEstimable)
        assert question.headline[0] == pytest.approx(EXTRA * UNIT.sum(), abs=self.EXACT)
        row = value_earlier_amounts(question, lambda: stages.earlier_amounts)
        assert row.what.startswith("the same with the amounts of the baseline")
        assert isinstance(row.per_customer, Interval)
        assert row.per_customer.estimate == pytest.approx(0.0, abs=self.EXACT)

    def test_the_placebo_falls_below_zero(self, persistent: Base, open_study: OpenStudy) -> None:
        # Months 6 to 11 before the baseline: given the amounts of 12 to 14, who was not dissatisfied paid the same in
        # 10 and 11, but 15 less in 6 to 9, which take the weights of the first four months after the answer.
        row = value_placebo(question_of(open_study(persistent)._stages))
        assert isinstance(row.per_customer, Interval)
        assert row.span == "months -8 to -3"
        assert row.per_customer.estimate == pytest.approx(-EXTRA * UNIT[:4].sum(), abs=self.EXACT)

    def test_the_placebo_of_earlier_amounts(self, persistent: Base, open_study: OpenStudy) -> None:
        # Months 0 to 5, before the months 6 to 8 of the amounts: nothing differs yet.
        row = value_placebo(question_of(open_study(persistent.with_settings("study", amounts_lag_months=6))._stages))
        assert isinstance(row.per_customer, Interval)
        assert row.span == "months -14 to -9"
        assert "before the months of the amounts" in row.what
        assert row.per_customer.estimate == pytest.approx(0.0, abs=self.EXACT)


class TestNotEstimable:
    def test_no_answer_has_earlier_amounts(self, persistent: Base, open_study: OpenStudy) -> None:
        # Panels from month 9 on: of the answers in month 14, months 12 to 14 are there and 6 to 8 are not.
        short = persistent
        for name in ("retention", "revenue"):
            short = short.changed(name, without_rows(lambda rows: month_number(rows) < 9))
        stages = open_study(short)._stages
        row = value_earlier_amounts(question_of(stages), lambda: stages.earlier_amounts)
        reason = "no answer has amounts of months that end 6 months before the baseline does"
        assert row.per_customer == cx.NotEstimable(reason)
        assert "earlier_amounts" not in vars(stages)  # nothing was read for it

    def test_no_amount_is_adjusted_for(self, persistent: Base, open_study: OpenStudy) -> None:
        stages = open_study(persistent.with_settings("adjust", covariates=["plan_price"]))._stages
        row = value_earlier_amounts(question_of(stages), lambda: stages.earlier_amounts)
        assert row.per_customer == cx.NotEstimable("no amount of the panels is adjusted for")

    def test_some_answers_have_none(self, counting: Base, open_study: OpenStudy) -> None:
        # Six months before the baseline of the first wave lie months −3 to −1: its 450 answers have no amounts there.
        stages = open_study(counting.with_settings("study", amounts_lag_months=0))._stages
        row = value_earlier_amounts(question_of(stages), lambda: stages.earlier_amounts)
        n = len(stages.bands.linked.answers.m0)
        assert row.notes == (f"450 of {n:,} answers have the amounts of the baseline, for want of such months",)
