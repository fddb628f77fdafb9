"""The base on which estimators are tried: simulated, small, held in memory, and open to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from cxvalue.engine import DuckDBEngine
from cxvalue.errors import NotEstimable, SettingsError
from cxvalue.estimate import BandStudy, EpisodeSource, estimate_bands
from cxvalue.estimate.moments import accumulate
from cxvalue.estimate.rows import collect_rows
from cxvalue.link import EpisodeOutcomes, link, make_timeline
from cxvalue.link.columns import Floats, Integers
from cxvalue.link.outcomes import OutcomeBatch
from cxvalue.settings import Settings
from cxvalue.simulate import Scenario, simulate
from cxvalue.tables import Tables, check_tables, read_tables
from cxvalue.vocabulary import DISSATISFIED, NEUTRAL

GROUPS: Final = 10
HORIZON: Final = 12
MONTHS_BEFORE: Final = 24
"""Months before each answer that the contract's base holds."""
SCENARIO: Final = Scenario(
    name="contract",
    n_customers=1_200,
    n_months=32,
    waves=(5, 12, 22),
    response_prob=0.6,
    horizon_months=HORIZON,
)
SETTINGS: Final[dict[str, Any]] = {
    "study": {"name": "contract", "horizon_months": HORIZON, "groups": GROUPS, "draws": 100},
    "customers": {"segments": ["segment"], "covariates": ["plan_price"]},
    "panels": {
        "retention": {"kind": "rows"},
        "revenue": {"missing": "error"},
        "cost_to_serve": {"missing": "error", "covariates": ["incidents"]},
    },
    "run": {"threads": 1},
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HeldOutcomes(EpisodeOutcomes):
    """Outcomes held in memory, so that they can be changed.

    Parameters
    ----------
    values : ndarray of shape (n, M, MONTHS_BEFORE + 1 + H)
        Metric by month, from :data:`MONTHS_BEFORE` months before the answer on.
    """

    values: Floats

    def around(self, first_k: int, last_k: int) -> Iterator[OutcomeBatch]:
        """Give what happened in some months before or after the answers, in one batch.

        Parameters
        ----------
        first_k, last_k : int
            Months counted from that of the answer, both included.

        Yields
        ------
        OutcomeBatch
            Of all answers.
        """
        yield OutcomeBatch(0, self.values[:, :, first_k + MONTHS_BEFORE : last_k + MONTHS_BEFORE + 1].copy())


@cache  # drawn once; what is tried on it works on changed copies
def contract_study() -> BandStudy:
    """Return the study on which estimators are tried: a simulated base, held in memory.

    Returns
    -------
    BandStudy
        About 1,900 episodes of three waves, the last one followed over nine of twelve months; ten customer groups.
    """
    drawn = simulate(SCENARIO, seed=11).tables
    wanted = ("surveys", "customers", *SETTINGS["panels"])
    given, settings, engine = Tables(**{name: drawn[name] for name in wanted}), Settings(**SETTINGS), DuckDBEngine()
    try:
        clean = check_tables(engine, read_tables(engine, settings, given=given, folder=Path()))
        timeline = make_timeline(engine, clean, settings.study)
        linked = link(engine, clean, timeline, groups=GROUPS)
        outcomes = EpisodeOutcomes(linked.months, clean, timeline, linked.answers)
        values = np.concatenate([batch.outcomes for batch in outcomes.around(-MONTHS_BEFORE, HORIZON)])
        held = HeldOutcomes(linked.months, clean, timeline, linked.answers, values=values)
        return estimate_bands(
            linked, held, timeline, groups=GROUPS, adjust=settings.adjust, seed=1, only_everybody=True
        )
    finally:
        engine.close()


def changed_study(study: BandStudy, *, values: Floats | None = None, bins: Integers | None = None) -> BandStudy:
    """Return a study in which other things happened, or fewer answers open an episode.

    Parameters
    ----------
    study : BandStudy
        From :func:`contract_study`.
    values : ndarray of shape (n, M, MONTHS_BEFORE + 1 + H), optional
        Outcomes; default the study's.
    bins : ndarray of shape (n,), optional
        Censoring class of each answer, −1 for those that open no episode; default the study's.

    Returns
    -------
    BandStudy
        With its own sums and rows.
    """
    old, answers = study.outcomes, study.linked.answers
    kept = np.concatenate([batch.outcomes for batch in old.around(-MONTHS_BEFORE, HORIZON)])
    outcomes = HeldOutcomes(old.months, old.clean, old.timeline, answers, values=kept if values is None else values)
    classes, last_k = study.bins if bins is None else bins, study.moments[0].last_k
    moments = accumulate(
        outcomes.batches(),
        study.design,
        study.partitions,
        band=answers.band,
        group=answers.group,
        bins=classes,
        last_k=last_k,
        groups=study.groups,
        columns=[study.design.shape[1]],
    )
    rows = cache(lambda: collect_rows(outcomes, study.design, classes, last_k, covariates=study.covariates, seed=1))
    return replace(study, outcomes=outcomes, bins=classes, moments=tuple(moments), read_rows=rows)


def renumbered_study(study: BandStudy, *, seed: int) -> BandStudy:
    """Return a study in which the same customers bear other numbers, and so stand in another order.

    Parameters
    ----------
    study : BandStudy
        From :func:`contract_study`.
    seed : int
        Seed of the numbers.

    Returns
    -------
    BandStudy
        The same study to any estimator that takes a customer's number for a name.
    """
    answers, linked = study.linked.answers, study.linked
    number = np.random.default_rng(seed).permutation(int(np.max(answers.customer)) + 1)[answers.customer[:]]
    order = np.lexsort((answers.m0, number))
    moved = replace(
        answers,
        m0=answers.m0[order],
        band=answers.band[order],
        score=answers.score[order],
        customer=number[order],
        group=answers.group[order],
        active=answers.active[order],
        covariates=answers.covariates.take(order),
        segments=answers.segments[order],
    )
    (held,) = study.outcomes.around(-MONTHS_BEFORE, HORIZON)
    (everybody,) = study.partitions
    other = replace(
        study,
        linked=replace(linked, answers=moved, candidates=np.argsort(order)[linked.candidates]),
        read_design=cache(lambda: study.design[order]),
        bins=study.bins[order],
        partitions=(replace(everybody, codes=everybody.codes[order]),),
    )
    return changed_study(other, values=held.outcomes[order])


def contract_source(study: BandStudy, horizon: int = HORIZON) -> EpisodeSource:
    """Return what an estimator is given: the move from dissatisfied to neutral, for everybody.

    Parameters
    ----------
    study : BandStudy
        The study.
    horizon : int
        Months.

    Returns
    -------
    EpisodeSource
        A new one at every call.

    Raises
    ------
    SettingsError
        When nobody is dissatisfied.
    """
    found = study.source(from_band=DISSATISFIED, to_band=NEUTRAL, horizon=horizon)
    if isinstance(found, NotEstimable):
        raise SettingsError(found.reason)
    return found


def contract_weights(source: EpisodeSource) -> Floats:
    """Return weights as a study would give them: a margin of revenue, less cost, discounted.

    Parameters
    ----------
    source : EpisodeSource
        Names the metrics and the horizon.

    Returns
    -------
    ndarray of shape (M, H)
        Weights; 0 for months kept.
    """
    unit = {"revenue": 0.6, "cost_to_serve": -1.0}
    units = np.array([unit.get(metric.name, 0.0) for metric in source.metrics])
    return np.asarray(units[:, None] * 1.1 ** (-np.arange(1, source.horizon + 1) / 12))
