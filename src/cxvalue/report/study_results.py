"""Everything that a report shows, computed before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxvalue.errors import NotEstimable
from cxvalue.estimate import Curves, Episodes, Outcomes
from cxvalue.estimate.diagnose.diagnosis import Diagnosis
from cxvalue.link.columns import Floats
from cxvalue.report.languages.language import ENGLISH_CODE
from cxvalue.result import Brief
from cxvalue.tables import CheckReport
from cxvalue.value import Economics, Estimates, Links, Projection, Register, SegmentValues, Shift, Valuation
from cxvalue.value.beside.verdict import Verdict

if TYPE_CHECKING:
    from cxvalue.report.changes.changes import Changes


@dataclass(frozen=True, slots=True)
class SourceFact:
    """Where a table came from.

    Parameters
    ----------
    table : str
        Its name in the settings.
    files : tuple of str
        File names without folders; empty for frames in memory.
    sha256 : str
        Hash of the content.
    n_rows : int or None
        Rows of the table as it came; None where they were not counted.
    """

    table: str
    files: tuple[str, ...]
    sha256: str
    n_rows: int | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StudyResults(Brief):
    """The results of a study. What was not asked for is None.

    Parameters
    ----------
    name, currency : str
        From the settings.
    version : str
        Of the library.
    seed : int
        Of the draws.
    horizon_months : int
        Months of follow-up.
    confidence : float
        Level of the intervals.
    disclosure_min : int
        Smallest number of customers that a cell may stand for.
    settings : mapping
        All settings, as they were read (no paths).
    months : tuple of str
        First month of the panels and last month of follow-up.
    n_customers : int
        Customers that were ever active.
    check : CheckReport
        Every rule.
    episodes : Episodes
        Counts, bands, covariates.
    curves : Curves or NotEstimable
        Standardised.
    curves_unadjusted : Curves or NotEstimable
        Plain means.
    curves_complete : Curves or NotEstimable
        Standardised, complete cohorts only.
    contribution : tuple of ndarray of shape (B, H), or None
        Monthly contribution by band, standardised: estimate, low and high.
    outcomes : tuple of Outcomes or None
        For everybody, each segment column, cohorts by quarter and by year.
    links : tuple of Links or None
        For everybody and each segment column.
    value : Projection
        The headline.
    estimates : Estimates
        Beside it.
    diagnosis : Diagnosis or None
        Balance, unrecorded confounding, survey noise.
    valuation : Valuation or None
        All that finance asks; None where it was not asked for.
    segments : SegmentValues
        The value by segment.
    register : Register
        The assumption register.
    shift : Shift
        Who moves.
    economics : Economics
        Assumptions.
    verdict : Verdict
        Label and reasons.
    warnings : tuple of str
        What is valid but doubtful.
    not_valued : tuple of str
        Metrics measured and valued at 0, and standard metrics that are not measured.
    truth : mapping or None
        Of a simulated base, what ``truth.json`` says.
    sources : tuple of SourceFact
        Where the tables came from.
    changes : Changes or None
        What changed since an earlier report; None where there was none to compare with.
    """

    name: str
    currency: str
    version: str
    seed: int
    horizon_months: int
    confidence: float
    disclosure_min: int
    settings: Mapping[str, Any]
    months: tuple[str, str]
    n_customers: int
    check: CheckReport
    episodes: Episodes
    curves: Curves | NotEstimable
    curves_unadjusted: Curves | NotEstimable
    curves_complete: Curves | NotEstimable
    contribution: tuple[Floats, Floats, Floats] | None
    outcomes: tuple[Outcomes, ...] | None
    links: tuple[Links, ...] | None
    value: Projection
    estimates: Estimates
    diagnosis: Diagnosis | None
    valuation: Valuation | None
    segments: SegmentValues
    register: Register
    shift: Shift
    economics: Economics
    verdict: Verdict
    warnings: tuple[str, ...]
    not_valued: tuple[str, ...]
    truth: Mapping[str, Any] | None
    sources: tuple[SourceFact, ...]
    changes: Changes | None = None

    @property
    def language(self) -> str:
        """The code of the language that the page and the figures speak."""
        return str(self.settings.get("report", {}).get("language", ENGLISH_CODE))
