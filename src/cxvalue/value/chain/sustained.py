"""Sustained: what a move is worth after which customers do not fall back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise import SurveyNoise
from cxvalue.link.columns import Floats
from cxvalue.value.ahead.months_covered import cover_months
from cxvalue.value.chain.band_chain import BandChain
from cxvalue.value.chain.chain_inputs import ChainInputs, gather_inputs
from cxvalue.value.chain.sustained_value import BEFORE_COST, MOST_APART, SustainedValue
from cxvalue.value.question import Question

RECOVERY_MONTHS: Final = (1, 3, 6, 12)
ODDS_PER_BAND: Final = (0.5, 0.7, 1.0, 1.4, 2.0)
"""Factors on the odds of answering again per band, over which the sweep goes."""


def value_sustained(question: Question, noise: SurveyNoise) -> SustainedValue | NotEstimable:
    r"""Return the value of a move after which customers never fall below the to-band again.

    Parameters
    ----------
    question : Question
        Study, shift, economics.
    noise : SurveyNoise
        What customers who were asked twice tell.

    Returns
    -------
    SustainedValue or NotEstimable
        Not estimable where survey noise or the headline is not, or for a move to a worse band.

    Notes
    -----
    The value is the headline and, from a chain, what keeping adds: sustained less once. In the chain *true*
    satisfaction moves month by month as correlations of two answers by the months between say, weighted for answering
    again, among customers who stay; so noise in answers is no movement. Its index follows the covariates. Customers
    leave and pay by the true band they are in, as the headline's curves show in months 1 to 3 after an answer; leaving
    absorbs. *Sustained* means that whoever would come below the to-band, at the move or later, is held in the to-band,
    spread as its customers are; rising is free. The same hazards and amounts serve all months.

    Every replicate leaves a customer group out of curves, weights, correlations and index alike. The weights for
    answering again and the latent scale are kept as on all customers.

    What keeping adds rests on the first three months after an answer, which speak for all months. How far the values
    lie from the truth in simulated bases stands on the validation page (``python -m benchmarks.coverage_finance``).

    References
    ----------
    Briggs, A., Claxton, K. and Sculpher, M. (2006), Decision Modelling for Health Economic Evaluation, chapter 2,
    Oxford University Press, ISBN 978-0-19-852662-9.
    """
    inputs = gather_inputs(question, noise)
    if isinstance(inputs, NotEstimable):
        return inputs
    measured = question.headline
    if isinstance(measured, NotEstimable):
        return measured
    weights, chains = question.weights(), [inputs.chain(r) for r in range(len(inputs.curves))]
    worlds = np.array([chain.curves(weights) for chain in chains])
    nothing, once, kept = worlds.sum(axis=2).T
    found = describe(question, inputs, chains, measured=measured, added=kept - once)
    leave, reach = inputs.from_band, inputs.to_band
    found = replace(
        found,
        apart=question.interval(once - nothing - measured),
        measured_once=np.asarray(((inputs.curves[0, reach] - inputs.curves[0, leave]) * weights).sum(axis=0)),
        chain_once=worlds[0, 1] - worlds[0, 0],
        chain_sustained=worlds[0, 2] - worlds[0, 0],
        sweep=sweep_answering(inputs, weights, once=float(measured[0])),
    )
    return replace(found, warnings=warn(question, inputs, found))


def describe(
    question: Question, inputs: ChainInputs, chains: list[BandChain], *, measured: Floats, added: Floats
) -> SustainedValue:
    """Return the result without its curves.

    Parameters
    ----------
    question : Question
        Frame, economics.
    inputs : ChainInputs
        What the chain is made of.
    chains : list of BandChain
        The chain in every replicate.
    measured : ndarray of shape (1 + G,)
        The headline.
    added : ndarray of shape (1 + G,)
        What keeping adds.

    Returns
    -------
    SustainedValue
        Nothing yet of what is measured against the chain: curves, ``apart``, sweep, warnings.
    """
    frame, horizon, nothing = question.frame, question.study.timeline.horizon, np.empty(0)
    months = tuple(each for each in RECOVERY_MONTHS if each <= horizon)
    recovered = np.array([chain.natural_recovery(months) for chain in chains])
    return SustainedValue(
        shift=question.shift,
        currency=frame.currency,
        unit=frame.unit,
        covered=cover_months(
            question.economics, figure=int((question.weights() != 0).any(axis=0).sum()), follow_up=horizon
        ),
        value=question.interval(measured + added),
        once=question.interval(measured),
        difference=question.interval(added),
        apart=question.interval(np.zeros_like(added)),
        replicates=measured + added,
        transitions=chains[0].levels.band_moves(),
        hazards=chains[0].hazards(),
        steady_state=chains[0].steady_mix(sustained=False),
        steady_state_sustained=chains[0].steady_mix(sustained=True),
        natural_recovery=tuple((each, question.interval(recovered[:, at])) for at, each in enumerate(months)),
        measured_once=nothing,
        chain_once=nothing,
        chain_sustained=nothing,
        lifetime=lifetime_of(question, chains[0]),
        sweep=pd.DataFrame(),
        warnings=(),
        notes=(
            BEFORE_COST,
            "sustained: who would fall below the to-band is held in it; rising is free",
            f"moves between true bands come from {len(inputs.repeat.pairs.first):,} pairs of answers, weighted for "
            f"answering again, of customers who stayed",
            "hazards and amounts by "
            + ("true band" if inputs.by_true_band else "answered band")
            + ", from months 1 to 3 after an answer",
        ),
    )


def lifetime_of(question: Question, chain: BandChain) -> tuple[float, float] | NotEstimable:
    """Return the chain's value for ever of a move once and of a sustained one.

    Parameters
    ----------
    question : Question
        Economics.
    chain : BandChain
        The chain.

    Returns
    -------
    tuple of float or NotEstimable
        Not estimable without discounting, where the effect is said to end, and where the margin goes by month.
    """
    economics, frame = question.economics, question.frame
    if economics.effect_months is not None:
        return NotEstimable(f"an effect that ends after {economics.effect_months} months has no value for ever")
    if isinstance(economics.gross_margin, tuple) and len(set(economics.gross_margin)) > 1:
        return NotEstimable("a value for ever needs one gross margin, not one by month")
    first, second = (float(each) for each in economics.discount(np.array([1, 2])))
    if not first > second:
        return NotEstimable("a value for ever needs a discount rate above 0")
    monthly = economics.unit_values(frame.metrics, frame.own_values)
    rate = first / second - 1
    worlds = chain.lifetime(monthly, discount_rate=rate) * (first * (1 + rate))
    return float(worlds[1] - worlds[0]), float(worlds[2] - worlds[0])


def sweep_answering(inputs: ChainInputs, weights: Floats, *, once: float) -> pd.DataFrame:
    """Return what a sustained move comes to if answering again depends on satisfaction.

    Parameters
    ----------
    inputs : ChainInputs
        What the chain is made of.
    weights : ndarray of shape (M, H)
        What one unit of each metric counts in each month.
    once : float
        The headline, which stays as it is.

    Returns
    -------
    pandas.DataFrame
        Columns odds_per_band (factor on the odds of answering again with each band up; 1 is the estimate), difference,
        value. Both the moves and the level of satisfaction are taken from answers weighted for it.
    """
    rows = []
    for odds in ODDS_PER_BAND:
        chain = inputs.chain(0) if odds == 1.0 else inputs.tilted(float(np.log(odds)))
        worlds = chain.curves(weights).sum(axis=1)
        added = float(worlds[2] - worlds[1])
        rows.append((odds, added, once + added))
    return pd.DataFrame(rows, columns=["odds_per_band", "difference", "value"])


def warn(question: Question, inputs: ChainInputs, found: SustainedValue) -> tuple[str, ...]:
    """Return what is doubtful about the value of a sustained move.

    Parameters
    ----------
    question : Question
        Economics.
    inputs : ChainInputs
        What the chain is made of.
    found : SustainedValue
        The value.

    Returns
    -------
    tuple of str
        Sentences.
    """
    chain, measured = found.chain_once.sum(), found.measured_once.sum()
    told = []
    if abs(chain - measured) > MOST_APART * abs(measured):
        chance = "chance alone could explain it" if found.apart.holds(0.0) else "not by chance alone"
        told.append(
            f"moved once, the chain comes to {chain:,.2f} and the curves to {measured:,.2f}, more than "
            f"{MOST_APART:.0%} apart, {chance}: what keeping adds is as doubtful"
        )
    if not inputs.by_true_band:
        told.append("answers tell too little of the true band, so hazards and amounts are by answered band")
    if found.covered.follow_up_only:
        told.append(
            f"all values here, also that of a move once, are {found.covered.text}; the study's value is over "
            f"{found.covered.study} months, the later ones extrapolated"
        )
    if not inputs.leaving:
        told.append(
            "leaving is not seen, so nobody is gone in the chain; what dropping out costs is in the curves only"
        )
    if not inputs.reliability.is_told:
        noise = inputs.reliability.noise
        told.append(
            f"how much of an answer is noise is not told ({noise.ci_low:.0%} to {noise.ci_high:.0%} fit as well), and "
            "the interval of what keeping adds leaves that out: it is too short"
        )
    shortest = int(inputs.reliability.gaps.min())
    if shortest > 3:
        told.append(f"the shortest time between two answers is {shortest} months; monthly moves are inferred from it")
    return tuple(told)
