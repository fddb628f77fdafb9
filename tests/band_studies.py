"""The estimated bands of a base, by the stages that a study goes through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builders import Base
from cxvalue.engine import DuckDBEngine
from cxvalue.estimate import BandStudy, estimate_bands
from cxvalue.link import EpisodeOutcomes, link, make_timeline
from cxvalue.tables import check_tables, read_tables


@contextmanager
def estimated(base: Base) -> Iterator[BandStudy]:
    """Give the bands of a base; the engine is closed afterwards."""
    settings = base.read_settings()
    engine, groups = DuckDBEngine(threads=1), settings.study.groups
    try:
        clean = check_tables(engine, read_tables(engine, settings, given=base.given(), folder=Path()))
        timeline = make_timeline(engine, clean, settings.study)
        linked = link(engine, clean, timeline, groups=groups)
        outcomes = EpisodeOutcomes(linked.months, clean, timeline, linked.answers)
        yield estimate_bands(
            linked, outcomes, timeline, groups=groups, adjust=settings.adjust, seed=settings.study.seed
        )
    finally:
        engine.close()
