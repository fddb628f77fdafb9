"""The table of answers: a customer, a date and a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cxvalue.tables.guess.customer_ids import IdColumn
from cxvalue.tables.guess.dates import dates_of, format_keys
from cxvalue.tables.guess.facts import ColumnFacts, TableFacts
from cxvalue.tables.guess.section_guess import SectionGuess
from cxvalue.tables.guess.words import matches

SCALES: Final = {"csat5": (1, 5), "ces7": (1, 7), "nps": (0, 10)}
"""Built-in scales, the narrowest first."""
NEARLY_ALL: Final = 0.97
MOST: Final = 0.8
SURE_POINTS: Final = 4


@dataclass(frozen=True, slots=True)
class ScoreGuess:
    """The column of scores and its scale.

    Parameters
    ----------
    column : ColumnFacts
        The column.
    scale : str or dict
        As in the settings.
    why : str
        Why.
    points : int
        How much speaks for it.
    unsure : str
        What to look at; empty when nothing.
    """

    column: ColumnFacts
    scale: str | dict[str, list[float]]
    why: str
    points: int
    unsure: str = ""


def guess_survey(tables: Sequence[TableFacts], ids: Mapping[int, IdColumn]) -> tuple[int, SectionGuess] | None:
    """Return the table of answers.

    Parameters
    ----------
    tables : sequence of TableFacts
        The tables.
    ids : mapping of int to IdColumn
        Their customer columns.

    Returns
    -------
    tuple of int and SectionGuess, or None
        Position of the table, and its section; None where no table has customers, dates and scores.
    """
    best: tuple[int, int, SectionGuess] | None = None
    for at, table in enumerate(tables):
        if at not in ids:
            continue
        dates = dates_of(table, besides=[ids[at].name])
        score = guess_score(table, besides=[ids[at].name, *(column.name for column in dates)])
        if score is None or not dates:
            continue
        day = max(dates, key=lambda column: (
            not column.is_month, matches(column.name, "survey_date") - 2 * matches(column.name, "invited_date"),
            column.n_given,
        ))  # fmt: skip
        points = score.points + 2 * min(matches(table.group.label, "surveys"), 1) + (0 if day.is_month else 2)
        if points >= 2 and (best is None or points > best[0]):
            best = (points, at, survey_section(table, ids[at], day, score, points))
    return None if best is None else best[1:]


def survey_section(
    table: TableFacts, customer: IdColumn, day: ColumnFacts, score: ScoreGuess, points: int
) -> SectionGuess:
    """Return the section of a table of answers.

    Parameters
    ----------
    table : TableFacts
        The table.
    customer : IdColumn
        Its customer column.
    day : ColumnFacts
        Its date.
    score : ScoreGuess
        Its score.
    points : int
        How much speaks for it.

    Returns
    -------
    SectionGuess
        The section.
    """
    label = table.group.label
    keys, reasons, unsure = format_keys([day], label)
    if points < SURE_POINTS:
        unsure += (f"{label}: taken as the answers for its values alone, not for its names",)
    if score.unsure:
        unsure += (score.unsure,)
    settings: dict[str, Any] = {**keys, "scale": score.scale}
    return SectionGuess(
        "surveys", table.group, f"{table.n_rows:,} rows with a customer, a date and a score",
        {"customer_id": customer.name, "survey_date": day.name, "score": score.column.name}, settings,
        {**reasons, day.name: "dates", score.column.name: score.why, "scale": score.why}, unsure,
    )  # fmt: skip


def guess_score(table: TableFacts, *, besides: Sequence[str]) -> ScoreGuess | None:
    """Return the column of a table that holds scores.

    Parameters
    ----------
    table : TableFacts
        The table.
    besides : sequence of str
        Columns that are not looked at.

    Returns
    -------
    ScoreGuess or None
        None where no column holds a few whole numbers.
    """
    found = []
    for column in table.columns:
        if column.is_whole and column.values and column.name not in besides:
            named = min(matches(column.name, "score"), 2)
            scale = guess_scale(column, table.group.label, named=named > 0)
            if scale is not None:
                found.append(ScoreGuess(column, scale[0], scale[1], 3 * named, scale[2]))
    return max(found, key=lambda score: (score.points, score.column.n_distinct), default=None)


def guess_scale(
    column: ColumnFacts, label: str, *, named: bool
) -> tuple[str | dict[str, list[float]], str, str] | None:
    """Return the scale on which scores lie.

    Parameters
    ----------
    column : ColumnFacts
        A column with few different whole numbers.
    label : str
        What messages call the table.
    named : bool
        Whether its name speaks of scores: only then a scale of another length is taken.

    Returns
    -------
    tuple of scale, reason and what to look at, or None
        None where the numbers lie on no scale.
    """
    scores = [(float(text), n) for text, n in column.values if is_number(text)]
    total = sum(n for _, n in scores)
    shares = {
        name: sum(n for score, n in scores if low <= score <= high) / total for name, (low, high) in SCALES.items()
    }
    seen = sorted(score for score, n in scores if n >= 0.01 * total)
    if total == 0 or len(seen) < 3:
        return None
    name = next((name for name, share in shares.items() if share >= NEARLY_ALL), None)
    name = name or next((name for name, share in shares.items() if share >= MOST), None)
    # Its highest score is given to some; of the long scale, one of the two highest.
    if name is not None and seen[-1] >= SCALES[name][1] - (name == "nps"):
        low, high = SCALES[name]
        why = f"whole numbers, {shares[name]:.1%} of them {low} to {high}"
        return name, why, scale_doubt(column, label, name, min(score for score, _ in scores))
    if not named or len(seen) > 20:
        return None
    third = -(-len(seen) // 3)
    bands = {"dissatisfied": seen[:third], "neutral": seen[third:-third], "satisfied": seen[-third:]}
    if not bands["neutral"]:
        bands = {"dissatisfied": seen[:-2], "neutral": seen[-2:-1], "satisfied": seen[-1:]}
    doubt = (
        f"{label}: '{column.name}' lies on no scale that the library knows; which scores are which band is yours to say"
    )
    return bands, f"whole numbers {seen[0]:g} to {seen[-1]:g}, in thirds", doubt


def scale_doubt(column: ColumnFacts, label: str, name: str, lowest: float) -> str:
    """Return what to look at in a scale.

    Parameters
    ----------
    column : ColumnFacts
        The scores.
    label : str
        What messages call the table.
    name : str
        The scale.
    lowest : float
        Lowest score given.

    Returns
    -------
    str
        Empty when nothing.
    """
    if matches(column.name, "effort"):
        return f"{label}: '{column.name}' speaks of effort; if a high number is a bad one, set higher_is_better = false"
    if name == "nps" and lowest >= 1:
        return f"{label}: '{column.name}' holds no 0; if the scale begins at 1, give the scores of each band as scale"
    return ""


def is_number(text: str) -> bool:
    """Return whether a text reads as a number.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    bool
        True for a number.
    """
    try:
        float(text)
    except ValueError:
        return False
    return True
