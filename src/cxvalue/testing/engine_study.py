"""A small study on any engine, for its moments."""

from __future__ import annotations

from pathlib import Path

from cxvalue.engine import Engine
from cxvalue.estimate import BandStudy, estimate_bands
from cxvalue.link import EpisodeOutcomes, link, make_timeline
from cxvalue.settings import Settings
from cxvalue.simulate import simulate
from cxvalue.tables import Tables, check_tables, read_tables
from cxvalue.testing.contract_base import GROUPS, SCENARIO, SETTINGS


def contract_bands(engine: Engine) -> BandStudy:
    """Return the contract's study as an engine sees it.

    Parameters
    ----------
    engine : Engine
        A new engine.

    Returns
    -------
    BandStudy
        Everybody only, without response weights: moments, counts and design.
    """
    drawn = simulate(SCENARIO, seed=11).tables
    given = Tables(**{name: drawn[name] for name in ("surveys", "customers", "retention", "cost_to_serve")})
    panels = {name: SETTINGS["panels"][name] for name in ("retention", "cost_to_serve")}
    settings = Settings(**(SETTINGS | {"panels": panels, "adjust": {"response": False}}))
    clean = check_tables(engine, read_tables(engine, settings, given=given, folder=Path()))
    timeline = make_timeline(engine, clean, settings.study)
    linked = link(engine, clean, timeline, groups=GROUPS)
    outcomes = EpisodeOutcomes(linked.months, clean, timeline, linked.answers)
    return estimate_bands(
        linked, outcomes, timeline, groups=GROUPS, adjust=settings.adjust, seed=1, only_everybody=True
    )
