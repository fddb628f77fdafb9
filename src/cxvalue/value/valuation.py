"""Valuation: all that finance asks of a shift, in one result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cxvalue.errors import NotEstimable
from cxvalue.estimate.noise import SurveyNoise
from cxvalue.result import Drawable, Result
from cxvalue.tables import Reconciliation
from cxvalue.value.ahead.look_ahead import look_ahead
from cxvalue.value.ahead.outlook import Outlook
from cxvalue.value.chain.sustained import value_sustained
from cxvalue.value.chain.sustained_value import SustainedValue
from cxvalue.value.moves import Moves, value_moves
from cxvalue.value.points import Points, value_points
from cxvalue.value.project import Projection
from cxvalue.value.question import Question
from cxvalue.value.segments import SegmentValues, value_segments
from cxvalue.value.vary.assumption import AssumptionSettings
from cxvalue.value.vary.assumptions import Register, make_register
from cxvalue.value.vary.sensitivity import Sensitivity, analyse_sensitivity


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Valuation(Result, Drawable):
    """All that finance asks of a shift.

    Parameters
    ----------
    value : Projection
        The headline: value, cash flow, appraisal.
    moves : Moves
        Every move between bands, and preventing the reverse.
    points : Points
        What points of the net score are worth.
    segments : SegmentValues
        By segment, as estimated and shrunken, and against the whole.
    sustained : SustainedValue or NotEstimable
        The shift with those moved held in their new band.
    outlook : Outlook or NotEstimable
        Whether the link grows or weakens, and the value if that goes on.
    sensitivity : Sensitivity
        Tornado, two-way table, cases, probabilistic run.
    register : Register
        Every assumption with range, source, owner and date.
    reconciliation : Reconciliation
        The tables against the books.
    """

    value: Projection
    moves: Moves
    points: Points
    segments: SegmentValues
    sustained: SustainedValue | NotEstimable
    outlook: Outlook | NotEstimable
    sensitivity: Sensitivity
    register: Register
    reconciliation: Reconciliation

    def summary(self) -> str:
        """Return all parts as plain text.

        Returns
        -------
        str
            A paragraph a part.
        """
        sustained, outlook = (
            f"{name}: {part}" if isinstance(part, NotEstimable) else part.summary()
            for name, part in (("sustained", self.sustained), ("outlook", self.outlook))
        )
        parts = (
            self.value.summary(), self.moves.summary(), self.points.summary(), self.segments.summary(), sustained,
            outlook, self.sensitivity.summary(), self.reconciliation.summary(),
        )  # fmt: skip
        return "\n\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        parts = (self.value, self.moves, self.points, self.segments, self.sustained, self.outlook, self.sensitivity)
        return "".join(f"<p>{part}</p>" if isinstance(part, NotEstimable) else part._repr_html_() for part in parts)


def value_shift(
    question: Question,
    value: Projection,
    *,
    noise: Callable[[], SurveyNoise],
    given: Mapping[str, AssumptionSettings],
    reconciliation: Reconciliation,
    scale: str,
    seed: int,
) -> Valuation:
    """Return all that finance asks of a shift.

    Parameters
    ----------
    question : Question
        Who moves, under which assumptions.
    value : Projection
        The headline.
    noise : callable
        Gives the survey's noise.
    given : mapping of str to AssumptionSettings
        Sections ``[assumptions.NAME]``.
    reconciliation : Reconciliation
        The tables against the books.
    scale : str
        Name of the survey's scale.
    seed : int
        Of the probabilistic run.

    Returns
    -------
    Valuation
        All parts.
    """
    moves, register = value_moves(question), make_register(value, given)
    return Valuation(
        value=value,
        moves=moves,
        points=value_points(question, moves, scale=scale),
        segments=value_segments(
            question.study, question.frame, shift=question.shift, economics=question.economics, whole=value
        ),
        sustained=value_sustained(question, noise()),
        outlook=look_ahead(question),
        sensitivity=analyse_sensitivity(value, register, seed=seed),
        register=register,
        reconciliation=reconciliation,
    )
