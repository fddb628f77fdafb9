"""The true value of a sustained move in a simulated base."""

from dataclasses import replace

import pytest

from cxvalue.simulate import SCENARIOS, simulate

SMALL = replace(SCENARIOS["survey_noise"], n_customers=2_000)


def test_customers_who_are_kept_are_worth_more_and_all_else_is_as_it_was() -> None:
    truth = simulate(SMALL, seed=7).truth
    kept = truth.per_sustained_move
    assert kept.per_customer is not None
    assert kept.per_customer > 1.2 * truth.per_customer
    assert kept.n_from_band == truth.n_moved
    told = truth.to_dict()
    assert told["per_sustained_move"] == {"value": kept.per_customer, "se": kept.se, "n_from_band": kept.n_from_band}


def test_where_satisfaction_does_nothing_keeping_adds_nothing() -> None:
    truth = simulate(replace(SMALL, effect_scale=0.0), seed=7).truth
    assert truth.per_sustained_move.per_customer == pytest.approx(0.0, abs=1e-9)
    assert truth.per_customer == pytest.approx(0.0, abs=1e-9)


def test_moves_to_a_worse_band_are_not_kept() -> None:
    truth = simulate(SMALL, seed=7, from_band="neutral", to_band="dissatisfied").truth
    assert truth.per_sustained_move.per_customer is None


def test_keeping_customers_satisfied() -> None:
    truth = simulate(SMALL, seed=7, from_band="neutral", to_band="satisfied").truth
    assert truth.per_sustained_move.per_customer is not None
    assert truth.per_sustained_move.per_customer > truth.per_customer
