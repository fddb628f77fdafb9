"""The verdict: one hand-made case for every branch of its rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest

from cxvalue.errors import NotEstimable
from cxvalue.estimate.diagnose.confounding import Confounding
from cxvalue.estimate.diagnose.robustness import Benchmark, Robustness
from cxvalue.estimate.replicate import Interval
from cxvalue.value import EstimateRow, Estimates, Evidence, Shift, Verdict, judge
from cxvalue.value.beside.judge import NOT_TRIED, RULE
from report_results import estimate_row, known_interval, small_results

ENOUGH = {"dissatisfied": 50.0, "neutral": 400.0, "satisfied": 3.0}  # the third band takes no part
VALUE = known_interval(100.0, 40.0)


def robust(value: float = 0.3, benchmark: float = 0.2) -> Confounding:
    """An analysis in which a confounder needs one strength, and the strongest covariate has another."""
    strongest = Benchmark("tenure", r2_outcome=benchmark, r2_exposure=benchmark, equivalent=benchmark)
    found = Robustness(100.0, 20.0, 900, 0.02, value, value / 2, 0.95, (strongest,))
    return Confounding(NotEstimable("nobody left"), found)


def second(method: str = "weighted", *, gap: Interval | None = None, estimate: float = 110.0) -> EstimateRow:
    """A second estimate that agrees, unless its difference is given."""
    difference = known_interval(10.0, 30.0) if gap is None else gap
    return estimate_row(method, known_interval(estimate), role="verdict", difference=difference)


def placebo(ratio: float | None = 0.1) -> EstimateRow:
    """A placebo of so much of the effect after the answer."""
    return estimate_row("placebo", known_interval(1.0), role="verdict", ratio=ratio)


def raw(gap: float, half: float) -> EstimateRow:
    """The raw gap, so far from the value."""
    return estimate_row("unadjusted", known_interval(110.0), role="never", difference=known_interval(gap, half))


SOUND = robust()
PLAIN = cast("Robustness", SOUND.robustness)


@dataclass(frozen=True)
class Case:
    """Evidence that supports the value, but for what is changed."""

    value: Interval | NotEstimable = VALUE
    rows: Sequence[EstimateRow] = (second("weighted"), second("doubly_robust"), placebo())
    effective: float = 50.0
    confounding: Confounding | None = SOUND
    controls: tuple[tuple[str, Interval | NotEstimable], ...] = ()

    def verdict(self) -> Verdict:
        projection = None
        if isinstance(self.value, Interval):
            projection = replace(small_results().value, per_customer=self.value)
        headline = estimate_row("standardised", self.value, role="headline", projection=projection)
        table = Estimates((headline, *self.rows), "EUR", "per moved customer")
        effective = ENOUGH | {"dissatisfied": self.effective}
        return judge(Evidence(table, effective, Shift(), self.confounding, self.controls))


NONE_LEFT = NotEstimable("4 episodes")


@pytest.mark.parametrize(
    ("case", "label", "reason"),
    [
        (Case(), "supported", "the 95% interval excludes 0 (60.00 to 140.00)"),
        # The value itself.
        (Case(value=NONE_LEFT), "not supported", "4 episodes"),
        (Case(value=known_interval(30.0, 40.0)), "not supported", "the 95% interval of the value per customer holds 0"),
        (Case(value=known_interval(40.0, 40.0)), "not supported", "holds 0 (0.00 to 80.00)"),
        (Case(value=known_interval(-60.0, 40.0)), "not supported", "the value per customer is below 0"),
        (Case(effective=49.0), "not supported", "49 effective episodes in band dissatisfied; at least 50 are needed"),
        # Negative controls refute, agree, or say nothing.
        (Case(controls=(("weather", known_interval(2.0)),)), "not supported", "weather, which cannot differ, does"),
        (Case(controls=(("weather", known_interval(0.5)),)), "supported", "weather does not differ"),
        (Case(controls=(("weather", NONE_LEFT),)), "supported", "negative control weather: not estimable: 4 episodes"),
        # Second estimates: far apart is more than a quarter of 100 and told from 0; either alone is not enough.
        (Case(rows=(second(gap=known_interval(26.0, 5.0)), placebo())), "weak", "more than 25% of the value"),
        (Case(rows=(second(gap=known_interval(-26.0, 5.0)), placebo())), "weak", "differs by -26.00"),
        (Case(rows=(second(gap=known_interval(25.0, 5.0)), placebo())), "supported", "differs by +25.00"),
        (Case(rows=(second(gap=known_interval(60.0, 61.0)), placebo())), "supported", "differs by +60.00"),
        (
            Case(rows=(second("weighted"), second("doubly_robust", gap=known_interval(-80.0, 5.0)), placebo())),
            "weak", "doubly robust 110.00, differs by -80.00",
        ),
        (Case(rows=(estimate_row("weighted", NONE_LEFT, role="verdict"), second("doubly_robust"), placebo())),
         "supported", "weighted: not estimable: 4 episodes"),
        (Case(rows=(estimate_row("weighted", NONE_LEFT, role="verdict"), placebo())),
         "weak", "no second estimate stands beside the value"),
        (Case(rows=(replace(second(), role="shown"), replace(second("doubly_robust"), role="shown"), placebo())),
         "weak", "the part of the target that trimming leaves; with trim = 0 they would enter the verdict"),
        # Whatever is only shown says nothing.
        (Case(rows=(second(), replace(second("mine", gap=known_interval(-90.0, 5.0)), role="shown"), placebo())),
         "supported", "weighted 110.00"),
        # Unrecorded confounding: at the benchmark is not beyond it.
        (Case(confounding=robust(0.2, 0.2)), "weak", "tenure"),
        (Case(confounding=Confounding(NONE_LEFT, NONE_LEFT)), "supported", "robustness value: not estimable"),
        (Case(confounding=None), "weak", NOT_TRIED),
        # The placebo: below half.
        (Case(rows=(second(), placebo(0.5))), "weak", "placebo 50% of the effect"),
        (Case(rows=(second(), placebo(0.49))), "supported", "placebo 49% of the effect"),
        (Case(rows=(second(), placebo(None))), "supported", "neither it nor the effect"),
        (
            Case(rows=(second(), estimate_row("placebo", known_interval(20.0, 5.0), role="verdict"))),
            "weak",
            "placebo (15.00 to 25.00) is told from 0",
        ),
        (Case(rows=(second(), estimate_row("placebo", NONE_LEFT))), "supported", "placebo: not estimable"),
        # Nothing to adjust for, and nothing that adjusting changes where no placebo is there.
        (Case(confounding=Confounding(NONE_LEFT, replace(PLAIN, benchmarks=()))), "weak", "the value is the raw gap"),
        (Case(rows=(raw(5.0, 9.0), second(), placebo(None))), "weak", "nothing here tells an effect from a cause"),
        (Case(rows=(raw(10.0, 9.0), second(), placebo(None))), "supported", "neither it nor the effect"),
        (Case(rows=(raw(5.0, 9.0), second(), placebo())), "supported", "placebo 10% of the effect"),
    ],
)  # fmt: skip
def test_rule(case: Case, label: str, reason: str) -> None:
    verdict = case.verdict()
    assert verdict.label == label
    assert reason in "; ".join(verdict.reasons)


def test_what_refutes_stands_alone_and_what_doubts_stands_first() -> None:
    case = Case(effective=3.0, controls=(("weather", known_interval(2.0)),), rows=(second(), placebo(0.9)))
    assert [reason.split()[0] for reason in case.verdict().reasons] == ["3", "negative"]
    doubted = Case(rows=(second(), placebo(0.9))).verdict()
    assert doubted.reasons[0].startswith("placebo 90%")
    assert len(doubted.reasons) == 4


def test_what_is_worth_a_look_changes_no_label() -> None:
    together = Benchmark("all", r2_outcome=0.5, r2_exposure=0.1, equivalent=0.31)
    shown = Case(
        confounding=Confounding(NONE_LEFT, replace(PLAIN, together=together)),
        rows=(second(), replace(placebo(), ratio_staying=0.5)),
    ).verdict()
    assert shown.label == "supported"
    assert "all recorded covariates together (31.0%) would bring the value to zero" in shown.reasons[0]
    assert "the placebo is 50% of the effect after the answer on those who are still there" in shown.reasons[1]
    weaker = replace(PLAIN, together=replace(together, equivalent=0.29))
    apart = Case(confounding=Confounding(NONE_LEFT, replace(PLAIN, estimate=30.0, se=10.0, n_episodes=812))).verdict()
    assert apart.label == "supported"
    assert "812 fully followed episodes" in apart.reasons[0]
    assert "gives 30.00, more than 25% apart" in apart.reasons[0]
    near = Case(confounding=Confounding(NONE_LEFT, replace(PLAIN, estimate=30.0, se=60.0)))
    assert not [reason for reason in near.verdict().reasons if "look at" in reason]
    calm = Case(confounding=Confounding(NONE_LEFT, weaker), rows=(second(), replace(placebo(), ratio_staying=0.49)))
    assert not [reason for reason in calm.verdict().reasons if "look at" in reason]


def test_not_tried_doubts_what_is_refuted_all_the_same() -> None:
    assert Case(value=known_interval(-60.0, 40.0), confounding=None).verdict().label == "not supported"


def test_the_rule_that_is_printed_names_its_limits() -> None:
    assert "fewer than 50 effective episodes" in RULE
    assert "at most 25% of the value" in RULE
    assert "below 50% of the effect" in RULE
