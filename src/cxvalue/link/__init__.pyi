from .answers import Answers as Answers
from .asked import Asked as Asked, AskedRows as AskedRows
from .covariates import Covariates as Covariates
from .customer_months import CustomerMonths as CustomerMonths
from .gathered import Gathered as Gathered, gather as gather
from .outcomes import EpisodeOutcomes as EpisodeOutcomes, OutcomeBatch as OutcomeBatch, PanelBatch as PanelBatch
from .records import Linked as Linked, link as link
from .settings import StudySettings as StudySettings
from .timeline import (
    EARLIER_MONTHS as EARLIER_MONTHS,
    TARGET_WINDOW_MONTHS as TARGET_WINDOW_MONTHS,
    Timeline as Timeline,
    make_timeline as make_timeline,
)
from .window import has_earlier_amounts as has_earlier_amounts
