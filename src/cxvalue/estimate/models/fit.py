"""Fit the outcome models of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cxvalue.errors import DataError, SettingsError
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.models.counts import fit_counts
from cxvalue.estimate.models.formula import refuse_unknown
from cxvalue.estimate.models.frame import MOST_TARGET, ModelFrame, make_frame
from cxvalue.estimate.models.models import Models
from cxvalue.estimate.models.money import fit_log_linear, fit_ppml, fit_tweedie, fit_two_part
from cxvalue.estimate.models.outcome_model import OutcomeModel
from cxvalue.estimate.models.retention import fit_retention
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.vocabulary import COST_TO_SERVE, RETAINED, REVENUE, Band, Metric

Formulas = str | Mapping[str, str]


def fit_models(
    study: BandStudy,
    rows: EpisodeRows,
    *,
    from_band: Band,
    confidence: float = 0.95,
    metrics: Sequence[str] | None = None,
    formula: Formulas | None = None,
    covariates: Sequence[str] | None = None,
) -> Models:
    """Fit the regression models of every metric.

    Parameters
    ----------
    study : BandStudy
        The study.
    rows : EpisodeRows
        Its episodes, or those of a sample of its customers.
    from_band : {"dissatisfied", "neutral", "satisfied"}
        Adjusted means are averaged over the customers now in this band.
    confidence : float
        Level of the intervals.
    metrics : sequence of str, optional
        Metrics to model; default all that the study measures.
    formula : str or mapping of str to str, optional
        Right-hand side, for all metrics or by metric: terms of band, every covariate and segment under its name, and,
        for retained, month and log_month. Default: band, for retained × a natural spline of the month, and the
        covariate columns of the headline.
    covariates : sequence of str, optional
        Covariates of the default design instead of the headline's.

    Returns
    -------
    Models
        retained: logit and cloglog; revenue: log-linear and ppml; cost_to_serve: two-part and tweedie; other money:
        ppml and two-part; counts, and purchased as a count of months: Poisson or negative binomial.

    Raises
    ------
    SettingsError
        For an unknown metric, covariate or name in a formula, or a formula together with covariates.
    DataError
        When nobody is in the from-band now, or nobody there has everything that a formula names.

    Notes
    -----
    Money and counts are means per month in which the customer was there; who stays differs between bands, so a
    contrast of them is no effect on the same customers. The months themselves are in the model of retained.
    """
    chosen = choose_metrics(study.metrics, metrics)
    known = study.linked.answers.covariates
    if formula is not None and covariates is not None:
        raise SettingsError(
            "both a formula and covariates are given",
            allowed="one of the two",
            hint="put the covariates into the formula",
        )
    for name in covariates or ():
        if name not in known.names():
            raise SettingsError.unknown_key(name, "covariates", known.names())
    formulas = formulas_by_metric(formula, chosen)
    for name, text in formulas.items():
        refuse_unknown(text, known, monthly=name == RETAINED)
    only = None if covariates is None else tuple(covariates)
    frame = make_frame(study, rows, from_band=from_band, covariates=only, formulas=formulas)
    if len(frame.target) == 0:
        raise DataError(f"no customer active now gave the latest answer in band {from_band}")
    models: list[OutcomeModel] = []
    for metric in chosen:
        models += fit_metric(frame, study.metrics.index(metric), metric, confidence=confidence)
    return Models(tuple(models), from_band, sample_text(frame, rows), target_text(study, frame, from_band), confidence)


def fit_metric(frame: ModelFrame, position: int, metric: Metric, *, confidence: float) -> list[OutcomeModel]:
    """Fit the models of one metric, and say whom their averages leave out.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    position : int
        Position of the metric among the outcomes.
    metric : Metric
        The metric.
    confidence : float
        Level of the intervals.

    Returns
    -------
    list of OutcomeModel
        One a family.
    """
    unknown = len(frame.target) - len(frame.target_known(metric.name))
    if unknown == len(frame.target):
        raise DataError(f"formula '{frame.formulas[metric.name]}' names what is known of no customer of the target")
    models = models_of(frame, position, metric, confidence=confidence)
    if not unknown:
        return models
    note = f"adjusted means leave out {unknown:,} customers of the target with an unknown covariate"
    return [replace(model, notes=(*model.notes, note)) for model in models]


def models_of(frame: ModelFrame, position: int, metric: Metric, *, confidence: float) -> list[OutcomeModel]:
    """Return the models that belong to a metric.

    Parameters
    ----------
    frame : ModelFrame
        Episodes and target.
    position : int
        Position of the metric among the outcomes.
    metric : Metric
        The metric.
    confidence : float
        Level of the intervals.

    Returns
    -------
    list of OutcomeModel
        One a family.
    """
    if metric.name == RETAINED:
        return fit_retention(frame, confidence=confidence)
    if metric.kind in ("count", "share"):
        return [fit_counts(frame, position, metric.name, confidence=confidence)]
    families = {REVENUE: (fit_log_linear, fit_ppml), COST_TO_SERVE: (fit_two_part, fit_tweedie)}
    chosen = families.get(metric.name, (fit_ppml, fit_two_part))
    return [fit(frame, position, metric.name, confidence=confidence) for fit in chosen]


def choose_metrics(measured: tuple[Metric, ...], wanted: Sequence[str] | None) -> tuple[Metric, ...]:
    """Return the metrics to model.

    Parameters
    ----------
    measured : tuple of Metric
        What the study measures.
    wanted : sequence of str, optional
        Names; default all.

    Returns
    -------
    tuple of Metric
        In the order of the study.

    Raises
    ------
    SettingsError
        For a metric that the study does not measure.
    """
    names = [metric.name for metric in measured]
    for name in wanted or ():
        if name not in names:
            raise SettingsError.unknown_key(name, "metrics", names)
    return tuple(metric for metric in measured if wanted is None or metric.name in wanted)


def formulas_by_metric(formula: Formulas | None, metrics: Sequence[Metric]) -> dict[str, str]:
    """Return the user's formula of each metric.

    Parameters
    ----------
    formula : str or mapping of str to str, optional
        For all metrics or by metric.
    metrics : sequence of Metric
        Metrics to model.

    Returns
    -------
    dict of str to str
        Without the metrics that take the default design.

    Raises
    ------
    SettingsError
        For a metric that is not modelled.
    """
    names = [metric.name for metric in metrics]
    if formula is None:
        return {}
    if isinstance(formula, str):
        return dict.fromkeys(names, formula)
    for name in formula:
        if name not in names:
            raise SettingsError.unknown_key(name, "formula", names)
    return dict(formula)


def sample_text(frame: ModelFrame, rows: EpisodeRows) -> str:
    """Return on which customers the models stand.

    Parameters
    ----------
    frame : ModelFrame
        The episodes used.
    rows : EpisodeRows
        The episodes given.

    Returns
    -------
    str
        Number of episodes and customers, and the seed where they are a sample.
    """
    if len(frame.episodes) == len(rows.at):
        return f"{len(rows.at):,} episodes of {rows.what()}"
    n_customers = len(set(frame.episodes.customer.tolist()))
    return (
        f"{len(frame.episodes):,} episodes of {n_customers:,} of the {rows.n_customers_in_all:,} customers with an "
        f"episode, drawn with seed {rows.seed}"
    )


def target_text(study: BandStudy, frame: ModelFrame, from_band: Band) -> str:
    """Return over whom the adjusted means are averaged.

    Parameters
    ----------
    study : BandStudy
        The study.
    frame : ModelFrame
        With the target.
    from_band : Band
        The band.

    Returns
    -------
    str
        Number of customers, and whether they are weighted or a sample.
    """
    drawn = f", drawn with seed {frame.seed}" if len(frame.target) == MOST_TARGET else ""
    weighted = ", weighted by 1 / P(answered)" if study.is_weighted else ""
    return f"{len(frame.target):,} customers now {from_band}{drawn}{weighted}"
