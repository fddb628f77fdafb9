"""The response model and the targets that it weighs: together, as they are made and kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.design import Basis, BasisColumn
from cxvalue.estimate.design_rows import DesignRows
from cxvalue.estimate.keep import Arrays, check_shape
from cxvalue.estimate.moments import N_BANDS
from cxvalue.estimate.partition import Partition
from cxvalue.estimate.response import (
    AnswerProbabilities,
    ResponseModel,
    as_they_are,
    fit_response,
    nothing,
)
from cxvalue.estimate.response_design import ResponseDesign
from cxvalue.estimate.target import Target, weigh_target
from cxvalue.link import Asked, Linked
from cxvalue.link.columns import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What the answers of the window tell of all customers.

    Parameters
    ----------
    response : AnswerProbabilities or NotEstimable or None
        The response model with the candidates' weights; None when the settings leave it out.
    targets : tuple of Target
        One a partition.
    """

    response: AnswerProbabilities | NotEstimable | None
    targets: tuple[Target, ...]


def weigh(
    linked: Linked,
    design: DesignRows,
    *,
    covariates: tuple[str, ...] | None,
    partitions: Sequence[Partition],
    groups: int,
    threads: int,
) -> Weighed:
    """Fit the response model and weigh the targets.

    Parameters
    ----------
    linked : Linked
        Answers, candidates and customer-months asked.
    design : DesignRows
        Design of all answers.
    covariates : tuple of str, optional
        Those that enter the response model; without them there is none.
    partitions : sequence of Partition
        Strata, over all answers.
    groups : int
        Customer groups, G.
    threads : int
        Batches of candidates that are weighed at a time.

    Returns
    -------
    Weighed
        Model and targets.
    """
    response = None
    if covariates is not None:
        response = fit_response(linked.asked, covariates, groups=groups, threads=threads)
    probabilities = response if isinstance(response, AnswerProbabilities) else None
    targets, plain = weigh_target(
        linked.answers, linked.candidates, design, partitions,
        groups=groups, probabilities=probabilities, threads=threads,
    )  # fmt: skip
    if probabilities is not None:
        response = replace(probabilities, plain=plain)
    return Weighed(response, tuple(targets))


@dataclass(frozen=True, slots=True, eq=False)
class KeptWeighed:
    """How a response model and its targets are written as arrays and read.

    Parameters
    ----------
    asked : Asked
        Gives the candidates' customer-months, should a weight be asked for that is not kept.
    strata : tuple of int
        S of each partition.
    groups : int
        G.
    columns : int
        Columns of the design, p.
    """

    asked: Asked
    strata: tuple[int, ...]
    groups: int
    columns: int

    def to_arrays(self, made: Weighed) -> Arrays:
        """Return model and targets as arrays.

        Parameters
        ----------
        made : Weighed
            Model and targets.

        Returns
        -------
        dict of str to ndarray
            Four a target, and the model: its coefficients, the candidates' weights on all customers, and as text its
            columns.
        """
        arrays: Arrays = {}
        for at, target in enumerate(made.targets):
            arrays[f"mean_{at}"] = target.mean
            arrays[f"prob_band_{at}"] = target.prob_band
            arrays[f"n_records_{at}"] = target.n_records
            arrays[f"n_effective_{at}"] = target.n_effective
        response = made.response
        if isinstance(response, AnswerProbabilities):
            arrays["coefficients"] = response.model.coefficients
            arrays["plain"] = response.weights(0)
        arrays["response"] = np.array(json.dumps(told_of(response)))
        return arrays

    def from_arrays(self, arrays: Arrays) -> Weighed:
        """Return model and targets from their arrays.

        Parameters
        ----------
        arrays : dict of str to ndarray
            The arrays.

        Returns
        -------
        Weighed
            Model and targets. Weights in other replicates are worked out when they are first asked for.

        Raises
        ------
        KeyError
            When one is missing.
        ValueError
            When one is of other candidates, strata, groups or columns.
        """
        targets = tuple(self._target(arrays, at) for at in range(len(self.strata)))
        told: dict[str, Any] = json.loads(str(arrays["response"]))
        if not told:
            return Weighed(None, targets)
        if "reason" in told:
            return Weighed(NotEstimable(told["reason"]), targets)
        coefficients, plain = arrays["coefficients"], arrays["plain"]
        check_shape("coefficients", coefficients, (1 + self.groups, len(told["labels"])))
        check_shape("plain", plain, (len(self.asked.records),))
        model = ResponseModel(coefficients, tuple(told["labels"]), told["n_rows"], told["sample_share"])
        return Weighed(self._probabilities(model, response_design(told["design"]), plain), targets)

    def _probabilities(self, model: ResponseModel, design: ResponseDesign, plain: Floats) -> AnswerProbabilities:
        @cache
        def every_weight() -> Floats:
            return np.concatenate(list(found.fold(as_they_are, nothing)))

        found = AnswerProbabilities(model, self.asked.records, self.asked, design, every_weight, plain)
        return found

    def _target(self, arrays: Arrays, at: int) -> Target:
        replicates, cells = 1 + self.groups, (self.strata[at], N_BANDS)
        mean, prob_band = arrays[f"mean_{at}"], arrays[f"prob_band_{at}"]
        n_records, n_effective = arrays[f"n_records_{at}"], arrays[f"n_effective_{at}"]
        check_shape("mean", mean, (replicates, *cells, self.columns))
        check_shape("prob_band", prob_band, (replicates, *cells))
        check_shape("n_records", n_records, cells)
        check_shape("n_effective", n_effective, cells)
        return Target(mean, prob_band, n_records, n_effective)


def told_of(response: AnswerProbabilities | NotEstimable | None) -> dict[str, Any]:
    """Return what is not an array of a response model.

    Parameters
    ----------
    response : AnswerProbabilities or NotEstimable or None
        The model.

    Returns
    -------
    dict
        Empty for none; the reason of one that is not estimable; otherwise what its columns are.
    """
    if response is None:
        return {}
    if isinstance(response, NotEstimable):
        return {"reason": response.reason}
    model = response.model
    return {
        "labels": model.labels,
        "n_rows": model.n_rows,
        "sample_share": model.sample_share,
        "design": asdict(response.design),
    }


def response_design(told: dict[str, Any]) -> ResponseDesign:
    """Return the columns of a response model.

    Parameters
    ----------
    told : dict
        Its fields as JSON gives them.

    Returns
    -------
    ResponseDesign
        The columns.

    Raises
    ------
    KeyError
        When one is missing.
    """
    basis = told["basis"]
    columns = tuple(BasisColumn(**column) for column in basis["columns"])
    return ResponseDesign(
        Basis(columns, tuple(basis["dropped"]), tuple(basis["left_out"])),
        tuple(told["window"]),
        tuple(told["covariates"]),
        tuple(told["keep"]),
    )
