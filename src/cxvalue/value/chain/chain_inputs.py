"""Chain inputs: what the chain of a shift is made of, and the chain of every replicate."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.chain import (
    CurrentBand,
    Dynamics,
    LevelChain,
    RepeatStudy,
    answered_amounts,
    make_level_chain,
    mix_bands,
    study_repeat_answers,
    true_amounts,
)
from cxvalue.estimate.chain.current_band import MOST_MONTHS
from cxvalue.estimate.noise import SurveyNoise
from cxvalue.estimate.noise.latent_scale import LatentScale
from cxvalue.estimate.noise.reliability import Reliability
from cxvalue.link.columns import Floats
from cxvalue.value.chain.band_chain import BandChain
from cxvalue.value.question import Question
from cxvalue.vocabulary import BANDS, leaving_is_seen


@dataclass(frozen=True, slots=True, eq=False)
class ChainInputs:
    """What the chain of a shift is made of, in every replicate.

    Parameters
    ----------
    repeat : RepeatStudy
        Pairs of answers, and the latent scale.
    scale : LatentScale
        The customers active now and their weights.
    reliability : Reliability
        Dynamics of satisfaction, with each group left out.
    drift : ndarray of shape (1 + G, H + 1)
        Rise of the satisfaction expected from covariates.
    curves : ndarray of shape (1 + G, B, M, H)
        The headline's curves.
    leaving : bool
        Whether leaving is seen.
    from_band, to_band : int
        Codes of the bands of the shift.
    by_true_band : bool
        Whether answered bands are turned into true ones.
    """

    repeat: RepeatStudy
    scale: LatentScale
    reliability: Reliability
    drift: Floats
    curves: Floats
    leaving: bool
    from_band: int
    to_band: int
    by_true_band: bool = True

    def dynamics(self, replicate: int) -> Dynamics:
        """Return what becomes of satisfaction, in a replicate.

        Parameters
        ----------
        replicate : int
            0 for all customers, 1 + g with group g left out.

        Returns
        -------
        Dynamics
            Stable and drifting part, persistence.
        """
        fit = self.reliability
        if replicate == 0:
            return Dynamics(fit.stable, fit.drifting, fit.persistence)
        return Dynamics(*(float(each) for each in fit.leave_one_group_out[replicate - 1]))

    def levels(self, replicate: int, dynamics: Dynamics, *, fall: float = 0.0) -> LevelChain:
        """Return the chain of levels of a replicate.

        Parameters
        ----------
        replicate : int
            0 for all customers, 1 + g with group g left out.
        dynamics : Dynamics
            What becomes of satisfaction.
        fall : float
            By how much satisfaction lies lower than answers tell.

        Returns
        -------
        LevelChain
            At the covariates of the customers who answered in the from-band.
        """
        index = self.repeat.latent.index[self.scale.candidates]
        weights = self.scale.weights[replicate] * (self.scale.band == self.from_band)
        mean = float(np.average(index, weights=weights))
        return make_level_chain(
            dynamics,
            self.repeat.latent.band_limits,
            index_mean=mean - fall,
            index_sd=float(np.sqrt(np.average((index - mean) ** 2, weights=weights))),
            drift=self.drift[replicate],
        )

    def current(self, replicate: int, levels: LevelChain) -> CurrentBand:
        """Return what customers of each band do in a month, in a replicate.

        Parameters
        ----------
        replicate : int
            0 for all customers, 1 + g with group g left out.
        levels : LevelChain
            The chain of levels.

        Returns
        -------
        CurrentBand
            By true band, or by answered band where C is ill-conditioned.
        """
        answered = answered_amounts(self.curves[replicate], leaving=self.leaving)
        if not self.by_true_band:
            return answered
        return true_amounts(answered, mix_bands(levels, months=min(MOST_MONTHS, self.curves.shape[-1])))

    def chain(self, replicate: int) -> BandChain:
        """Return the chain of a replicate.

        Parameters
        ----------
        replicate : int
            0 for all customers, 1 + g with group g left out.

        Returns
        -------
        BandChain
            The chain.
        """
        levels = self.levels(replicate, self.dynamics(replicate))
        return BandChain(levels, self.current(replicate, levels), self.from_band, self.to_band)

    def tilted(self, tilt: float) -> BandChain:
        """Return the chain if answering again depends on satisfaction.

        Parameters
        ----------
        tilt : float
            By how much the log odds of answering again rise with each band.

        Returns
        -------
        BandChain
            On all customers.
        """
        levels = self.levels(0, self.repeat.dynamics(tilt=tilt), fall=self.repeat.fall(tilt))
        return BandChain(levels, self.current(0, levels), self.from_band, self.to_band)


def gather_inputs(question: Question, noise: SurveyNoise) -> ChainInputs | NotEstimable:
    """Return what the chain of a shift is made of.

    Parameters
    ----------
    question : Question
        Study and shift.
    noise : SurveyNoise
        What customers who were asked twice tell.

    Returns
    -------
    ChainInputs or NotEstimable
        Not estimable where one of its parts is not.
    """
    study, shift = question.study, question.shift
    leave, reach = BANDS.index(shift.from_band), BANDS.index(shift.to_band)
    if reach < leave:
        return NotEstimable("a sustained move is one to a better band")
    if isinstance(noise.scale, NotEstimable):
        return noise.scale
    fitted = question.standardised
    if isinstance(fitted, NotEstimable):
        return fitted
    repeat = study_repeat_answers(study, confidence=question.frame.confidence)
    if isinstance(repeat, NotEstimable):
        return repeat
    reliability = repeat.reliability()
    if isinstance(reliability, NotEstimable):
        return reliability
    inputs = ChainInputs(
        repeat,
        noise.scale,
        reliability,
        repeat.drift(leave, study.timeline.horizon),
        np.concatenate([fitted.estimate[None], fitted.leave_one_group_out]),
        leaving_is_seen(study.metrics),
        leave,
        reach,
    )
    mixture = mix_bands(inputs.levels(0, inputs.dynamics(0)), months=min(MOST_MONTHS, study.timeline.horizon))
    return replace(inputs, by_true_band=mixture.is_well_conditioned)
