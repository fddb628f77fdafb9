"""The contract of estimators: what every one has to keep, whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import Any, Final, NoReturn

import numpy as np

from cxvalue.errors import ContractError, CxValueError, NotEstimable, SettingsError
from cxvalue.estimate import (
    BandReplicates,
    BandStudy,
    ContrastEstimator,
    ContrastReplicates,
    DoublyRobust,
    EpisodeSource,
    Estimator,
    NearBoundary,
    Standardised,
    Unadjusted,
    Weighted,
    WithinCustomer,
    is_contrast,
    register,
)
from cxvalue.estimate.replicate import jackknife_se
from cxvalue.link.columns import Floats
from cxvalue.testing.contract_base import (
    GROUPS,
    HORIZON,
    MONTHS_BEFORE,
    changed_study,
    contract_source,
    contract_study,
    contract_weights,
    renumbered_study,
)
from cxvalue.vocabulary import BANDS, NEUTRAL

LEFT_OUT: Final = 3
"""The customer group whose outcomes are changed."""
ROUNDING: Final = 1e-6
"""Share of a standard error within which a contrast in other units is the same."""
LEAST_ERROR: Final = 1e-9
"""Share of the estimate below which a standard error is one of rounding."""
SOLVED: Final = 1e-5
"""How far from 100 a solved system may lie: its columns are nearly collinear, and five digits are left."""
OTHER_ORDER: Final = 0.1
"""Share of a standard error that another order of the customers may cost: learners that draw rows depend on it."""
HELD_FIXED: Final = 0.2
"""Share of the estimate's own move that may reach the replicate without the customers who caused it: regressions that
are learned once and held fixed have seen them."""
OWN: Final = (Standardised, Unadjusted, NearBoundary, Weighted, DoublyRobust, WithinCustomer)


def check_estimator(estimator: Estimator | ContrastEstimator) -> None:
    """Hold an estimator against the contract, on a small simulated base.

    Parameters
    ----------
    estimator : Estimator or ContrastEstimator
        The estimator.

    Raises
    ------
    ContractError
        For the first clause that it breaks, with what was expected and what was found.

    Notes
    -----
    The clauses, in the order in which they are tried:

    * it has a name of its own, and ``fit(source)`` or ``fit(source, weights)``;
    * the shapes are those of the protocol, also over a shorter horizon, and every number is finite;
    * what it is given is not changed, and the same source gives the same numbers;
    * each customer group left out changes its replicate, and the replicates lie around the estimate;
    * what happens to a group's customers moves the estimate, and not the replicate without them: by at most a fifth
      of the estimate's move, for regressions learned once and held fixed have seen them;
    * where every customer stays and brings the same in each observed month, no band differs and curves are flat:
      months after ``last_k`` are not observed, and their 0 is not an outcome;
    * customers numbered and ordered otherwise give the same;
    * ten episodes a band give a ``NotEstimable``, not an exception;
    * a contrast of doubled weights is doubled, and of weights 0 it is 0: money is a unit.

    Examples
    --------
    >>> import cxvalue as cx
    >>> from cxvalue.testing import check_estimator
    >>> class Nothing:
    ...     name = "nothing"
    ...
    ...     def fit(self, source, weights):
    ...         return cx.ContrastReplicates(0.0, np.zeros(source.groups), n_episodes=100)
    >>> check_estimator(Nothing())
    Traceback (most recent call last):
        ...
    cxvalue.errors.ContractError: estimator 'nothing' breaks the clause 'a replicate for each group left out': ...
    """
    _check_protocol(estimator)
    trial = Trial(estimator, estimator.name)
    study = contract_study()
    first = trial.fit(study)
    _check_shapes(trial, first, HORIZON)
    _check_shapes(trial, trial.fit(study, horizon=HORIZON - 4), HORIZON - 4)
    _check_pure(trial, study, first)
    _check_replicates(trial, first)
    _check_left_out(trial, study, first)
    _check_alike(trial, study)
    _check_order(trial, study, first)
    _check_few_episodes(trial, study)
    if is_contrast(estimator):
        _check_unit(trial, study, first)


@dataclass(frozen=True, slots=True)
class Trial:
    """An estimator on trial.

    Parameters
    ----------
    estimator : Estimator or ContrastEstimator
        The estimator.
    name : str
        Its name.
    """

    estimator: Estimator | ContrastEstimator
    name: str

    def fit(self, study: BandStudy, *, horizon: int = HORIZON, scale: float = 1.0) -> Floats:
        """Return the estimate and its replicates on a study.

        Parameters
        ----------
        study : BandStudy
            The study.
        horizon : int
            Months.
        scale : float
            Multiplies the weights of a contrast.

        Returns
        -------
        ndarray of shape (1 + G, …)
            The estimate, then each group left out: of a contrast one figure, of curves shape (B, M, H).
        """
        source = contract_source(study, horizon)
        return self.replicates(source, scale * contract_weights(source))

    def replicates(self, source: EpisodeSource, weights: Floats) -> Floats:
        """Return the estimate and its replicates on a source.

        Parameters
        ----------
        source : EpisodeSource
            The source.
        weights : ndarray of shape (M, H)
            For contrasts.

        Returns
        -------
        ndarray of shape (1 + G, …)
            The estimate, then each group left out.

        Raises
        ------
        ContractError
            When there is no number, or none of the protocol's kind.
        """
        found = self.ask(source, weights)
        if isinstance(found, NotEstimable):
            self.refuse("estimable where it should be", "a number: every band has hundreds of episodes", str(found))
        wanted = ContrastReplicates if is_contrast(self.estimator) else BandReplicates
        if not isinstance(found, wanted):
            self.refuse("kind of the result", f"{wanted.__name__} or NotEstimable", type(found).__name__)
        each, loo = np.asarray(found.estimate), np.asarray(found.leave_one_group_out)
        if loo.shape != (source.groups, *each.shape):
            self.refuse("shapes", f"leave_one_group_out of shape {(source.groups, *each.shape)}", f"{loo.shape}")
        return np.concatenate([each[None], loo])

    def ask(self, source: EpisodeSource, weights: Floats) -> BandReplicates | ContrastReplicates | NotEstimable:
        """Return what the estimator makes of a source.

        Parameters
        ----------
        source : EpisodeSource
            The source.
        weights : ndarray of shape (M, H)
            What one unit of each metric counts in each month; for contrasts.

        Returns
        -------
        BandReplicates or ContrastReplicates or NotEstimable
            The result.
        """
        return self.estimator.fit(source, weights) if is_contrast(self.estimator) else self.estimator.fit(source)

    def refuse(self, clause: str, expected: str, found: str) -> NoReturn:
        """Refuse the estimator.

        Parameters
        ----------
        clause : str
            The clause.
        expected, found : str
            What it asks for, and what came.

        Raises
        ------
        ContractError
            Always.
        """
        raise ContractError.broken(self.name, clause, expected=expected, found=found)


def _check_protocol(estimator: Estimator | ContrastEstimator) -> None:
    name = getattr(estimator, "name", None)
    who = name if isinstance(name, str) and name.strip() else type(estimator).__name__
    if name != who:
        raise ContractError.broken(who, "a name", expected="name: a text that is not empty", found=repr(name))
    fit = getattr(estimator, "fit", None)
    n = len(signature(fit).parameters) if callable(fit) else 0
    if n not in (1, 2):
        wanted, found = "fit(source) or fit(source, weights)", f"fit takes {n}" if callable(fit) else "no fit"
        raise ContractError.broken(who, "the protocol", expected=wanted, found=found)
    if isinstance(estimator, OWN):
        return
    try:
        register([estimator])
    except SettingsError as error:
        raise ContractError.broken(who, "a name of its own", expected=error.allowed, found=error.what) from error


def _check_shapes(trial: Trial, every: Floats, horizon: int) -> None:
    metrics = len(contract_study().metrics)
    wanted = (GROUPS + 1,) if is_contrast(trial.estimator) else (GROUPS + 1, len(BANDS), metrics, horizon)
    if every.shape != wanted:
        over = f"over {horizon} months, the estimate first"
        trial.refuse("shapes", f"replicates of shape {wanted} {over}", f"{every.shape}")
    if not np.isfinite(every).all():
        trial.refuse("finite numbers", "no NaN and no infinity", f"{int((~np.isfinite(every)).sum())} that are not")


def _check_pure(trial: Trial, study: BandStudy, first: Floats) -> None:
    source = contract_source(study)
    weights = contract_weights(source)
    before = [array.copy() for array in _arrays(source, weights)]
    again = trial.replicates(source, weights)
    n_changed = sum(not np.array_equal(a, b) for a, b in zip(before, _arrays(source, weights), strict=True))
    if n_changed:
        trial.refuse("what it is given stays as it is", "no array changed", f"{n_changed} changed")
    if not np.array_equal(first, again):
        apart = float(np.abs(first - again).max())
        trial.refuse("the same source gives the same numbers", "equal to the last digit", f"{apart:.3g} apart")


def _arrays(source: EpisodeSource, weights: Floats) -> list[Any]:
    rows, target, moments = source.rows(), source.target_rows, source.moments
    mine = [rows.customer, rows.group, rows.m0, rows.last_k, rows.band, rows.score, rows.design, rows.outcomes]
    known = [rows.covariates.numbers, rows.covariates.codes, target.covariates.numbers, target.design, target.group]
    return [*mine, *known, source.target, source.design, source.bins, moments.cross, moments.gram, weights]


def _check_replicates(trial: Trial, first: Floats) -> None:
    figures = _figures(first)
    error = jackknife_se(figures[1:])
    if not (error > LEAST_ERROR * np.abs(figures[0])).all():
        clause = "a replicate for each group left out"
        trial.refuse(clause, "replicates that differ from each other", "all are the same, and the error is 0")
    away = np.abs(figures[1:].mean(axis=0) - figures[0]) / error
    if away.max() > 1.0:
        wanted = "their mean within one standard error of the estimate"
        trial.refuse("replicates lie around the estimate", wanted, f"{away.max():.1f} standard errors away")


def _figures(every: Floats) -> Floats:
    """Return one figure of a contrast, or the total of each band and metric of curves, in every replicate."""
    totals = every.sum(axis=-1) if every.ndim > 1 else every
    return np.asarray(totals.reshape(len(every), -1))


def _check_left_out(trial: Trial, study: BandStudy, first: Floats) -> None:
    answers, (held,) = study.linked.answers, study.outcomes.around(-MONTHS_BEFORE, HORIZON)
    values = held.outcomes
    hit = np.flatnonzero((answers.group == LEFT_OUT) & (answers.band == BANDS.index(NEUTRAL)))
    values[hit, 1:, MONTHS_BEFORE + 1 :] *= 3.0  # all but retention, after the answer
    moves = np.abs(_figures(trial.fit(changed_study(study, values=values))) - _figures(first)).max(axis=1)
    clause = "a group left out leaves its replicate"
    if not moves[0] > 0:
        wanted = f"an estimate that moves when what customers of a group pay is tripled ({NEUTRAL} answers)"
        trial.refuse(clause, wanted, "it does not move")
    reached = float(moves[1 + LEFT_OUT] / moves[0])
    if reached > HELD_FIXED:
        wanted = f"the replicate without the group moves by at most {HELD_FIXED:.0%} of what the estimate does"
        trial.refuse(clause, wanted, f"{reached:.0%}")
    others = float(np.delete(moves[1:], LEFT_OUT).min() / moves[0])
    if others < 0.5:
        trial.refuse(clause, "the replicates with the group move by at least half of what the estimate does",
                     f"one moves by {others:.0%}")  # fmt: skip


def _check_alike(trial: Trial, study: BandStudy) -> None:
    (held,) = study.outcomes.around(-MONTHS_BEFORE, HORIZON)
    months = np.arange(-MONTHS_BEFORE, HORIZON + 1)
    last_k = study.moments[0].last_k[np.maximum(study.bins, 0)]
    observed = (months <= last_k[:, None]).astype(np.float64)
    each = np.array([1.0, *np.full(len(study.metrics) - 1, 100.0)])
    values = np.where(months <= 0, held.outcomes, each[:, None] * observed[:, None, :])
    every = trial.fit(changed_study(study, values=values))
    wanted = 0.0 if is_contrast(trial.estimator) else each[:, None]
    apart = float(np.abs(every - wanted).max())
    if apart > SOLVED:
        what = "no contrast" if is_contrast(trial.estimator) else "curves at what all of them bring"
        trial.refuse(
            "months after last_k are not observed",
            f"{what}, when every customer stays and brings 1 a metric in every month that is observed",
            f"{apart / 100.0:.2g} apart",
        )


def _check_order(trial: Trial, study: BandStudy, first: Floats) -> None:
    moved = _in_errors(first, trial.fit(renumbered_study(study, seed=5)))
    if moved > OTHER_ORDER:
        wanted = f"the same numbers, up to {OTHER_ORDER:g} standard errors"
        trial.refuse("customers numbered otherwise", wanted, f"they move by {moved:.2g} standard errors")


def _in_errors(first: Floats, other: Floats) -> float:
    """Return by how many standard errors any figure moves, in the worst replicate."""
    error = jackknife_se(_figures(first)[1:])
    return float((np.abs(_figures(other) - _figures(first)) / error).max())


def _check_few_episodes(trial: Trial, study: BandStudy) -> None:
    band, clause = study.linked.answers.band, "too few episodes"
    kept = np.concatenate([np.flatnonzero((band == b) & (study.bins >= 0))[:10] for b in range(len(BANDS))])
    bins = np.full(len(band), -1, dtype=np.int64)
    bins[kept] = study.bins[kept]
    source = contract_source(changed_study(study, bins=bins))
    wanted = "a NotEstimable that gives the reason, for ten episodes a band"
    try:
        found = trial.ask(source, contract_weights(source))
    except (CxValueError, ArithmeticError, LookupError, ValueError) as error:
        raise ContractError.broken(
            trial.name, clause, expected=wanted, found=f"{type(error).__name__}: {error}"
        ) from error
    if not isinstance(found, NotEstimable):
        trial.refuse(clause, wanted, type(found).__name__)


def _check_unit(trial: Trial, study: BandStudy, first: Floats) -> None:
    clause, error = "money is a unit", float(jackknife_se(first[1:]))
    for scale in (0.0, 2.0):
        apart = float(np.abs(trial.fit(study, scale=scale) - scale * first).max()) / error
        if apart > ROUNDING:
            wanted = f"weights times {scale:g} give the contrast times {scale:g}"
            trial.refuse(clause, wanted, f"{apart:.2g} standard errors apart")
