"""Mean models: regressions whose means multiply to a metric's mean per active month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.models.averages import TargetAverages, average_over_target
from cxvalue.estimate.models.design import ModelDesign
from cxvalue.estimate.models.episode_data import EpisodeData
from cxvalue.estimate.models.family import Family
from cxvalue.estimate.models.frame import ModelFrame
from cxvalue.estimate.models.outcome_model import OutcomeModel, coefficient_table, mean_tables
from cxvalue.estimate.models.regression import Regression, regress
from cxvalue.link.columns import Floats
from cxvalue.vocabulary import BANDS


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A regression and its design.

    Parameters
    ----------
    name : str
        What it explains.
    regression : Regression
        The fit.
    design : ModelDesign
        Its design.
    """

    name: str
    regression: Regression
    design: ModelDesign


@dataclass(frozen=True, slots=True, eq=False)
class BandFactor:
    """A factor by band that multiplies the means, such as that of a retransformation.

    Parameters
    ----------
    estimate : ndarray of shape (B,)
        The factors.
    influence : ndarray of shape (C, B)
        How much each customer moves them.
    """

    estimate: Floats
    influence: Floats


def fit_part(
    frame: ModelFrame, metric: str, data: EpisodeData, *, name: str, outcome: tuple[Floats, Floats], family: Family
) -> Part | NotEstimable:
    """Fit one regression of a metric.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and design.
    metric : str
        The metric.
    data : EpisodeData
        Its episodes.
    name : str
        What the regression explains.
    outcome : tuple of ndarray of shape (n,)
        Total, and the months or trials behind it.
    family : Family
        Family and link.

    Returns
    -------
    Part or NotEstimable
        The fit.
    """
    total, weight = outcome
    some = float((total > 0).sum())
    if family.link == "identity":
        events = float(len(total))
    else:
        events = min(some, float((total < weight).sum())) if family.link == "logit" else some
    design = frame.design(metric, data.records, events=events, month=None, knots=None)
    found = regress(
        design.rows(data.records, data.records.band, None),
        total,
        weight,
        cluster=data.cluster,
        n_clusters=frame.n_clusters,
        family=family,
        labels=design.labels,
    )
    return found if isinstance(found, NotEstimable) else Part(name, found, design)


def average_means(
    frame: ModelFrame, metric: str, parts: Sequence[Part], factor: BandFactor | None = None
) -> TargetAverages:
    """Average the product of the parts' means over the target, everybody put into each band in turn.

    Parameters
    ----------
    frame : ModelFrame
        With the target.
    metric : str
        The metric.
    parts : sequence of Part
        Regressions whose means multiply.
    factor : BandFactor, optional
        Multiplies them further.

    Returns
    -------
    TargetAverages
        One figure a band.
    """
    at = frame.target_known(metric)
    target = frame.target.take(at)
    share = target.weight / target.weight.sum()
    values = np.ones((len(target), len(BANDS)))
    gradients = [np.zeros((len(BANDS), len(part.regression.labels))) for part in parts]
    scale = np.ones(len(BANDS)) if factor is None else factor.estimate
    for b in range(len(BANDS)):
        band = np.full(len(target), b)
        rows = [part.design.rows(target, band, None) for part in parts]
        etas = [part.regression.eta(X) for part, X in zip(parts, rows, strict=True)]
        links = [link_of(part.regression.family) for part in parts]
        means = [family.mean(eta) for family, eta in zip(links, etas, strict=True)]
        values[:, b] = scale[b] * np.prod(means, axis=0)
        for j, part in enumerate(parts):
            pull = share * values[:, b] * links[j].slope(etas[j]) / means[j]
            gradients[j][b] = pull @ rows[j][:, part.regression.columns]
    moved = [(part.regression.influence, gradient) for part, gradient in zip(parts, gradients, strict=True)]
    if factor is not None:
        moved.append((factor.influence, np.diag(share @ values / scale)))
    return average_over_target(
        values,
        target.weight,
        cluster=frame.target_cluster[at],
        parts=moved,
        n_customers=max(part.regression.n_customers for part in parts),
    )


def link_of(family: Family) -> Family:
    """Return the family whose mean is on the scale of the metric.

    Parameters
    ----------
    family : Family
        Of a regression; least squares are of logarithms here.

    Returns
    -------
    Family
        The same, or one with a log link.
    """
    return Family("log") if family.link == "identity" else family


def describe_means(
    parts: Sequence[Part],
    means: TargetAverages,
    data: EpisodeData,
    *,
    name: tuple[str, str],
    unit: str,
    confidence: float,
    notes: tuple[str, ...] = (),
) -> OutcomeModel:
    """Return the result of a model of means.

    Parameters
    ----------
    parts : sequence of Part
        Its regressions.
    means : TargetAverages
        Adjusted means by band.
    data : EpisodeData
        The episodes that it stands on.
    name : tuple of str
        Metric and family.
    unit : str
        Unit of the means.
    confidence : float
        Level of the intervals.
    notes : tuple of str
        What else a reader should know.

    Returns
    -------
    OutcomeModel
        The result.
    """
    table, contrasts = mean_tables(means, unit=unit, confidence=confidence)
    texts = {part.design.text for part in parts}
    formula = texts.pop() if len(texts) == 1 else "; ".join(f"{part.name}: {part.design.text}" for part in parts)
    return OutcomeModel(
        *name,
        formula=formula,
        n_rows=max(part.regression.n_rows for part in parts),
        n_cells=max(part.regression.n_cells for part in parts),
        n_customers=max(part.regression.n_customers for part in parts),
        coefficients=coefficient_table([(part.name, part.regression) for part in parts], confidence),
        means=table,
        contrasts=contrasts,
        excluded=data.excluded,
        dropped=tuple(dict.fromkeys(term for part in parts for term in part.regression.dropped)),
        notes=notes,
    )
