"""Results: everything that a report shows, gathered from a study before anything is written."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cxvalue.report import StudyResults
from cxvalue.report.study_results import SourceFact
from cxvalue.settings import Settings
from cxvalue.study.stages import Stages
from cxvalue.tables.settings import RETENTION_PANEL
from cxvalue.value import make_register, value_segments
from cxvalue.value.caveats import list_not_valued
from cxvalue.vocabulary import COHORT_QUARTER, COHORT_YEAR, month_label

if TYPE_CHECKING:
    from cxvalue.study.study import Study


def collect_results(study: Study, stages: Stages, *, only: Literal["value"] | None) -> StudyResults:
    """Return everything that a report shows.

    Parameters
    ----------
    study : Study
        Answers the questions.
    stages : Stages
        What it keeps.
    only : {"value"}, optional
        Leaves out outcomes, links, and the estimates that work on rows.

    Returns
    -------
    StudyResults
        The results.
    """
    shift, economics = stages.defaults(None, None)
    value = stages.value(shift, economics)
    everything = only is None
    estimates = stages.estimates(shift, economics) if everything else stages.quick_estimates(shift, economics)
    verdict = estimates.verdict or stages.verdict(shift, economics, estimates, tried=False)
    stages.progress("segments and outcomes")
    valuation = stages.valuation(shift, economics) if everything else None
    segments, settings = stages.bands.linked.segment_names, study.settings.study
    return StudyResults(
        name=settings.name,
        currency=settings.currency,
        version=version("cxvalue"),
        seed=settings.seed,
        horizon_months=settings.horizon_months,
        confidence=settings.confidence,
        disclosure_min=study.settings.run.disclosure_min,
        settings=plain_settings(study.settings),
        months=(month_label(stages.clean.activity.calendar.first), month_label(stages.clean.follow_up_end)),
        n_customers=stages.clean.activity.n_customers,
        check=study.check(),
        episodes=study.episodes(),
        curves=stages.curves(True, "all"),
        curves_unadjusted=stages.curves(False, "all"),
        curves_complete=stages.curves(True, "complete"),
        contribution=stages.contribution(economics),
        outcomes=tuple(study.outcomes(by) for by in (None, *segments, COHORT_QUARTER, COHORT_YEAR))
        if everything
        else None,
        links=tuple(study.links(by) for by in (None, *segments)) if everything else None,
        value=value,
        estimates=estimates,
        diagnosis=study.diagnose() if everything else None,
        valuation=valuation,
        segments=valuation.segments
        if valuation is not None
        else value_segments(stages.bands, stages.frame, shift=shift, economics=economics, whole=value),
        register=make_register(value, study.settings.assumptions),
        shift=shift,
        economics=economics,
        verdict=verdict,
        warnings=stages.caveats(value),
        not_valued=list_not_valued(stages.bands.metrics, economics, study.settings.own_values()),
        truth=read_truth(stages),
        sources=hash_sources(stages),
    )


def plain_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings as plain values, file names instead of paths.

    Parameters
    ----------
    settings : Settings
        The settings.

    Returns
    -------
    dict
        Sections.
    """
    plain: dict[str, Any] = json.loads(settings.model_dump_json(by_alias=True))
    del plain["run"]["cache"]  # a folder of this machine, which changes no figure
    for section in (plain["surveys"], plain["customers"], plain["panel"], plain["invitations"]):
        if section is not None and section["path"] is not None:
            section["path"] = Path(section["path"]).name
    for panel in plain["panels"].values():
        panel["path"] = Path(panel["path"]).name if panel["path"] is not None else None
    return plain


def read_truth(stages: Stages) -> dict[str, Any] | None:
    """Return the truth of a simulated base.

    Parameters
    ----------
    stages : Stages
        Where the tables are.

    Returns
    -------
    dict or None
        What ``truth.json`` beside the settings says; None without it.
    """
    path = stages.folder / "truth.json"
    if stages.settings.surveys.path is None or not path.is_file():
        return None
    truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return truth


def hash_sources(stages: Stages) -> tuple[SourceFact, ...]:
    """Return where the tables came from.

    Parameters
    ----------
    stages : Stages
        The tables.

    Returns
    -------
    tuple of SourceFact
        File names, hashes and rows.
    """
    stages.progress("hashing inputs")
    rows = count_rows(stages)
    return tuple(
        SourceFact(name, tuple(Path(path).name for path in source.paths), stages.source_hashes[name], rows.get(name))
        for name, source in stages.clean.tables.sources.items()
    )


def count_rows(stages: Stages) -> dict[str, int]:
    """Return how many rows each table has, as it came.

    Parameters
    ----------
    stages : Stages
        The tables.

    Returns
    -------
    dict of str to int
        By the table's name in the settings.
    """
    tables = stages.clean.tables
    views = {"surveys": "surveys_in", "customers": "customers_in", "invitations": "invitations_in"}
    views |= {f"panels.{RETENTION_PANEL}": tables.retention_view} | {panel.name: panel.view for panel in tables.panels}
    return {
        name: int(stages.engine.query(f"SELECT count(*) AS n FROM {views[name]}")["n"][0].as_py())
        for name in tables.sources
    }
