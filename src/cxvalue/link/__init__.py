"""Where surveys meet outcomes: answers, episodes, baseline covariates and follow-up."""

from cxvalue.link.covariates import Covariates
from cxvalue.link.outcomes import EpisodeOutcomes, OutcomeBatch
from cxvalue.link.records import Answers, Asked, Linked, link
from cxvalue.link.settings import StudySettings
from cxvalue.link.timeline import TARGET_WINDOW_MONTHS, Timeline, make_timeline

__all__ = [
    "TARGET_WINDOW_MONTHS",
    "Answers",
    "Asked",
    "Covariates",
    "EpisodeOutcomes",
    "Linked",
    "OutcomeBatch",
    "StudySettings",
    "Timeline",
    "link",
    "make_timeline",
]
