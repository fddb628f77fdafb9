"""The contract of estimators: ours keep it, and it finds what is wrong with others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB

import cxvalue as cx
import spoiled_estimators as spoiled
from cxvalue.errors import ContractError
from cxvalue.estimate import (
    AdjustSettings,
    EpisodeSource,
    NearBoundary,
    Standardised,
    Unadjusted,
    WithinCustomer,
    own_estimators,
)
from cxvalue.estimate.beside.blocks import balance_blocks
from cxvalue.estimate.beside.weights import Population
from cxvalue.estimate.replicate import BandReplicates
from cxvalue.testing import check_estimator
from cxvalue.testing.contract_base import (
    GROUPS,
    HORIZON,
    MONTHS_BEFORE,
    changed_study,
    contract_source,
    contract_study,
    renumbered_study,
)

OURS = [Standardised(), Unadjusted(), *(each.estimator for each in own_estimators(AdjustSettings(), seed=1))]
SLOW = {"doubly_robust"}


@pytest.mark.parametrize(
    "estimator", [pytest.param(e, id=e.name, marks=[pytest.mark.slow] * (e.name in SLOW)) for e in OURS]
)
def test_ours_keep_the_contract(estimator: cx.Estimator | cx.ContrastEstimator) -> None:
    check_estimator(estimator)


@pytest.mark.parametrize("population", ["everybody", "overlap"])
def test_other_weights_keep_it(population: Any) -> None:
    check_estimator(cx.Weighted(population=population))


def test_notes_speak_of_their_own_weights() -> None:
    source = contract_source(contract_study())
    weights = np.ones((len(source.metrics), source.horizon))
    populations: tuple[Population, ...] = ("target", "everybody", "overlap")
    found = {each: cx.Weighted(population=each).fit(source, weights) for each in populations}
    notes = {name: each.notes for name, each in found.items() if isinstance(each, cx.ContrastReplicates)}
    assert notes["everybody"][0] == "to everybody who answered: it answers another question than the value"
    assert notes["overlap"][0].startswith("to those who could well be in any band")
    assert len(notes["target"]) == len(notes["overlap"]) - 1
    sizes = {name: [note for note in each if "effective" in note] for name, each in notes.items()}
    assert len({tuple(each) for each in sizes.values()}) == 3


def test_blocks_are_shared_and_made_anew_for_another_learner() -> None:
    source = contract_source(contract_study())
    learner = GaussianNB(var_smoothing=0.1)
    first = balance_blocks(source, learner=learner)
    assert balance_blocks(source, learner=GaussianNB(var_smoothing=0.1)) is first
    assert balance_blocks(source, learner=learner.set_params(var_smoothing=0.2)) is not first
    assert balance_blocks(contract_source(contract_study())) is not balance_blocks(source)


def test_any_learner_keeps_it() -> None:
    check_estimator(cx.DoublyRobust(learner=LinearRegression()))


def test_a_plain_one_keeps_it() -> None:
    check_estimator(spoiled.Plain())


@pytest.mark.parametrize(
    ("estimator", "clause", "found"),
    [
        (spoiled.Plain(name=""), "a name", "''"),
        (spoiled.Plain(name="weighted"), "a name of its own", "that name is in use"),
        (spoiled.NoFit(), "the protocol", "no fit"),
        (spoiled.ThreeArguments(), "the protocol", "fit takes 3"),
        (spoiled.GivesAFloat(), "kind of the result", "float"),
        (spoiled.GivesNothing(), "estimable where it should be", "no time"),
        (spoiled.TooShort(), "shapes", r"\(9,\)"),
        (spoiled.NotANumber(), "finite numbers", "10 that are not"),
        (spoiled.ChangesWeights(), "what it is given stays as it is", "1 changed"),
        (spoiled.Unseeded(), "the same source gives the same numbers", "apart"),
        (spoiled.NothingLeftOut(), "a replicate for each group left out", "all are the same"),
        (spoiled.ShiftedReplicates(), "replicates lie around the estimate", "standard errors away"),
        (spoiled.OffByOne(), "a group left out leaves its replicate", "%"),
        (spoiled.Unobserved(), "months after last_k are not observed", "apart"),
        (spoiled.InOrder(), "customers numbered otherwise", "standard errors"),
        (spoiled.Raises(), "too few episodes", "ZeroDivisionError: no episodes"),
        (spoiled.CutInMoney(), "money is a unit", "standard errors"),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "fit") else None,
)
def test_a_broken_clause_is_named(estimator: Any, clause: str, found: str) -> None:
    with pytest.raises(ContractError, match=f"breaks the clause '{clause}': .*{found}"):
        check_estimator(estimator)


class Flat:
    """Curves whose replicates all are the estimate."""

    name = "flat"

    def fit(self, source: EpisodeSource) -> BandReplicates | cx.NotEstimable:
        found = Standardised().fit(source)
        if isinstance(found, cx.NotEstimable):
            return found
        same = np.broadcast_to(found.estimate, found.leave_one_group_out.shape)
        return BandReplicates(found.estimate, same, found.counts, found.columns)


def test_curves_are_held_to_it_too() -> None:
    with pytest.raises(ContractError, match="a replicate for each group left out"):
        check_estimator(Flat())


class TestTheBase:
    def test_has_enough_of_everything(self) -> None:
        study = contract_study()
        answers = study.linked.answers
        counts = np.bincount(answers.band[study.bins >= 0])
        assert counts.min() > 300
        assert set(answers.group) == set(range(GROUPS))
        assert study.moments[0].last_k.tolist() == [HORIZON, 9]  # some months of the last wave are not observed

    def test_unchanged_values_give_the_same_sums(self) -> None:
        study = contract_study()
        again = changed_study(study)
        assert np.array_equal(again.moments[0].cross, study.moments[0].cross)
        assert np.array_equal(again.moments[0].counts, study.moments[0].counts)

    def test_other_numbers_keep_the_sums(self) -> None:
        study = contract_study()
        other = renumbered_study(study, seed=5)
        assert not np.array_equal(other.linked.answers.band, study.linked.answers.band)
        assert (np.diff(other.linked.answers.customer) >= 0).all()
        # The same numbers, added up in another order.
        np.testing.assert_allclose(other.moments[0].cross, study.moments[0].cross, rtol=1e-9, atol=1e-6)
        mine, theirs = contract_source(study).target_rows, contract_source(other).target_rows
        assert np.array_equal(mine.weights(0), theirs.weights(0))
        assert np.array_equal(mine.design, theirs.design)

    def test_months_before_are_held(self) -> None:
        (held,) = contract_study().outcomes.around(-MONTHS_BEFORE, 0)
        assert held.outcomes.shape[2] == MONTHS_BEFORE + 1
        assert held.outcomes[:, 0, -1].mean() == 1.0  # everybody was active in the month of the answer


def test_what_is_compared_within_customers_covers_the_first_months() -> None:
    source = contract_source(contract_study())
    weights = np.ones((source.n_metrics, HORIZON))
    found = WithinCustomer().fit(source, weights)
    assert isinstance(found, cx.ContrastReplicates)
    assert found.months == 3


def test_near_the_boundary_needs_a_cut() -> None:
    study = contract_study()
    source = study.source(from_band="dissatisfied", to_band="satisfied", horizon=HORIZON)
    assert isinstance(source, EpisodeSource)
    found = NearBoundary().fit(source)
    assert isinstance(found, cx.NotEstimable)
    assert found.reason == "dissatisfied and satisfied do not meet at a cut"
