"""The estimators that stand beside the headline: those the library brings, and those that are installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from inspect import signature
from typing import Final, Literal

from typing_extensions import TypeIs

from cxvalue.errors import SettingsError
from cxvalue.estimate.beside.doubly_robust import DoublyRobust
from cxvalue.estimate.beside.learners import make_classifier, make_regressor
from cxvalue.estimate.beside.near_boundary import NearBoundary
from cxvalue.estimate.beside.weighted import Weighted
from cxvalue.estimate.beside.within_customer import WithinCustomer
from cxvalue.estimate.protocol import ContrastEstimator, Estimator
from cxvalue.estimate.settings import AdjustSettings
from cxvalue.vocabulary import Relationship

ENTRY_POINTS: Final = "cxvalue.estimators"
"""Group of entry points under which packages offer estimators."""
RESERVED: Final = (
    "unadjusted", "standardised", "complete_cohorts", "other_baseline", "earlier_amounts", "placebo", "lasting_move",
)  # fmt: skip

Role = Literal["never", "headline", "shown", "verdict"]
"""Whether an estimate enters the verdict: ``never`` (expected to differ), ``headline``, ``shown`` or ``verdict``."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An estimator with its place in the table of estimates.

    Parameters
    ----------
    estimator : Estimator or ContrastEstimator
        The estimator.
    role : {"never", "headline", "shown", "verdict"}
        Whether it enters the verdict.
    what : str
        What it is, in words.
    """

    estimator: Estimator | ContrastEstimator
    role: Role
    what: str


def is_contrast(estimator: Estimator | ContrastEstimator) -> TypeIs[ContrastEstimator]:
    """Return whether an estimator gives one contrast rather than curves.

    Parameters
    ----------
    estimator : Estimator or ContrastEstimator
        The estimator.

    Returns
    -------
    bool
        True when its ``fit`` takes weights beside the source.
    """
    return len(signature(estimator.fit).parameters) == 2


def own_estimators(
    adjust: AdjustSettings, *, seed: int, relationship: Relationship = "contractual"
) -> tuple[Registered, ...]:
    """Return the estimators that the library brings beside standardisation.

    Parameters
    ----------
    adjust : AdjustSettings
        Learners, cap and trimming.
    seed : int
        Seed of learners.
    relationship : {"contractual", "noncontractual"}
        Whether leaving is seen.

    Returns
    -------
    tuple of Registered
        Near the boundary, weighted, doubly robust, within-customer.
    """
    propensity = make_classifier(adjust.propensity, seed=seed)
    outcome = make_regressor(adjust.outcome_learner, seed=seed)
    weighted = Weighted(learner=propensity, cap=adjust.weight_cap, trim=adjust.trim)
    robust = DoublyRobust(
        learner=outcome, propensity_learner=propensity, cap=adjust.weight_cap, trim=adjust.trim, seed=seed
    )
    role: Role = "verdict" if adjust.trim == 0 else "shown"
    without = " without retention" if relationship == "contractual" else ""
    whom = "to the target" if adjust.trim == 0 else "to the part of the target that trimming leaves"
    return (
        Registered(NearBoundary(), "shown", "the same on the two scores next to the cut: whom programmes really move"),
        Registered(weighted, role, f"weighted by the propensity of the band, {whom}"),
        Registered(robust, role, f"doubly robust, {whom}: a regression, corrected by weighted residuals"),
        Registered(
            WithinCustomer(), "shown",
            f"the same customer after another answer, first months{without}: beside the headline's like part",
        ),
    )  # fmt: skip


def installed_estimators() -> tuple[Registered, ...]:
    """Return the estimators that installed packages offer.

    Returns
    -------
    tuple of Registered
        One for each entry point of the group ``cxvalue.estimators``, by name; they are shown and enter no verdict.

    Raises
    ------
    SettingsError
        When one cannot be loaded, is no estimator, or takes a name that is in use.
    """
    found = [make(point) for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)]
    return register(found)


def register(estimators: Sequence[Estimator | ContrastEstimator]) -> tuple[Registered, ...]:
    """Return estimators of others with their place in the table.

    Parameters
    ----------
    estimators : sequence of Estimator or ContrastEstimator
        The estimators.

    Returns
    -------
    tuple of Registered
        They are shown and enter no verdict.

    Raises
    ------
    SettingsError
        For what is no estimator, and for a name that is in use.
    """
    names = {*RESERVED, NearBoundary().name, Weighted().name, DoublyRobust().name, WithinCustomer().name}
    found = []
    for estimator in estimators:
        if not isinstance(estimator, Estimator | ContrastEstimator):
            raise SettingsError(
                f"{type(estimator).__name__} is no estimator",
                allowed="an object with a name and a method fit(source), or fit(source, weights)",
                hint="hold it against cxvalue.testing.check_estimator",
            )
        if estimator.name in names:
            raise SettingsError(
                f"an estimator calls itself '{estimator.name}', and that name is in use",
                allowed="a name of its own",
                hint="rename it, or install one of the two only",
            )
        names.add(estimator.name)
        first_line = (type(estimator).__doc__ or estimator.name).strip().splitlines()[0].rstrip(".")
        found.append(Registered(estimator, "shown", first_line))
    return tuple(found)


def make(point: EntryPoint) -> Estimator | ContrastEstimator:
    """Return the estimator of an entry point.

    Parameters
    ----------
    point : EntryPoint
        Names a class or function that takes nothing.

    Returns
    -------
    Estimator or ContrastEstimator
        The estimator.

    Raises
    ------
    SettingsError
        When it cannot be loaded or called.
    """
    try:
        estimator: Estimator | ContrastEstimator = point.load()()
    except (ImportError, AttributeError, TypeError) as error:
        raise SettingsError(
            f"the installed estimator '{point.name}' ({point.value}) cannot be loaded: {error}",
            allowed=f"an entry point of the group '{ENTRY_POINTS}' that names a class which takes no arguments",
            hint="update or remove the package that brings it",
        ) from error
    return estimator
