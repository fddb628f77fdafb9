"""Answers and customer-months as arrays: who, when, which band, and what was known then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.columns import Floats, Integers, booleans, codes_of, floats, integers, words
from cxvalue.link.covariates import Covariates, covariates, level_values, read_baseline
from cxvalue.link.statements import answer_index, asked_index, candidates
from cxvalue.link.timeline import Timeline
from cxvalue.tables import CleanTables, TableSet

RESPONSE_SAMPLE = 200_000
"""Customers on whom the response model is fitted, at most; drawn by the hash of their id."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The n answers that count, by customer and month; the position is the index_id of the statements.

    Parameters
    ----------
    m0 : ndarray of shape (n,)
        Month of the answer.
    band : ndarray of shape (n,)
        Code of the band.
    score : ndarray of shape (n,)
        The score as given.
    customer : ndarray of shape (n,)
        Number of the customer among those who answered, from 0; ascending. It tells answers of one customer from
        those of others, and nothing else.
    group : ndarray of shape (n,)
        Customer group, 0 to G − 1.
    active : ndarray of shape (n, 2)
        Words of the months in which the customer was active.
    covariates : Covariates
        Known at the answer.
    segments : ndarray of shape (n, number of segments)
        Codes of the segment columns, −1 where blank.
    bought : ndarray of shape (n, 2), optional
        Words of the months in which the customer bought, where leaving is not seen.
    """

    m0: Integers
    band: Integers
    score: Floats
    customer: Integers
    group: Integers
    active: Integers
    covariates: Covariates
    segments: Integers
    bought: Integers | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Customer-months of the target's window in which an answer could have come.

    Parameters
    ----------
    month : ndarray of shape (r,)
        The month.
    answered : ndarray of shape (r,)
        Whether an answer came.
    in_sample : ndarray of shape (r,)
        Whether the response model is fitted on this row.
    record : ndarray of shape (r,)
        Position of the candidate's latest answer; −1 for customers who gave none. Ascending, −1 last.
    group : ndarray of shape (r,)
        Customer group.
    covariates : Covariates
        Known in that month; the previous band is the one before the window began.
    sample_share : float
        Share of the customers in the sample.
    """

    month: Integers
    answered: NDArray[np.bool_]
    in_sample: NDArray[np.bool_]
    record: Integers
    group: Integers
    covariates: Covariates
    sample_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Answers, customer-months asked and head counts: what the estimators stand on.

    Parameters
    ----------
    answers : Answers
        The answers that count.
    asked : Asked
        Customer-months for the response model.
    active_customers : int
        Customers active at ``as_of``.
    active_by_segment : tuple of dict of str to int
        The same by value of each segment column.
    segment_names : tuple of str
        The user's names of the segment columns.
    segment_values : tuple of tuple of str
        Values of each, sorted.
    candidates : ndarray
        Positions of the latest answers in the window of customers active at ``as_of``.
    """

    answers: Answers
    asked: Asked
    active_customers: int
    active_by_segment: tuple[dict[str, int], ...]
    segment_names: tuple[str, ...]
    segment_values: tuple[tuple[str, ...], ...]
    candidates: Integers


def link(engine: Engine, clean: CleanTables, timeline: Timeline, *, groups: int) -> Linked:
    """Join answers with what was known when they were given.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    clean : CleanTables
        The checked tables.
    timeline : Timeline
        The months.
    groups : int
        Customer groups, G.

    Returns
    -------
    Linked
        Arrays; no customer id is among them.
    """
    tables = clean.tables
    engine.keep("answer_index", answer_index(tables, groups))
    engine.keep("candidates", candidates(timeline))
    n_answers = int(engine.query("SELECT count(*) AS n FROM answer_index")["n"][0].as_py())
    sample_share = min(1.0, RESPONSE_SAMPLE / max(clean.activity.n_customers, 1))
    statement = asked_index(tables, timeline, groups=groups, sample_share=sample_share, offset=n_answers)
    engine.keep("asked_index", statement)
    keys = "index_id, customer_id, m0, active_0, active_1"
    engine.define("baseline_index", f"SELECT {keys} FROM answer_index UNION ALL SELECT {keys} FROM asked_index")
    answers = engine.query("SELECT * FROM answer_index ORDER BY index_id").drop(["customer_id"])
    asked = engine.query("SELECT * FROM asked_index ORDER BY index_id").drop(["customer_id"])
    numbers, names = read_baseline(engine, clean, timeline, both(answers, asked, tables))
    levels = level_values(answers, asked, clean)
    active, by_segment = count_active(engine, clean, timeline)
    values = tuple(tuple(sorted(counts)) for counts in by_segment)
    segment_codes = [codes_of(answers, s, values[at]) for at, s in enumerate(tables.segments)]
    segments = np.column_stack(segment_codes) if segment_codes else np.empty((n_answers, 0), np.int64)
    record = integers(asked, "record_id", missing=-1)
    return Linked(
        Answers(
            integers(answers, "m0"),
            integers(answers, "band"),
            floats(answers, "score"),
            integers(answers, "customer"),
            integers(answers, "customer_group"),
            words(answers),
            covariates(answers, numbers[:n_answers], names, levels, clean),
            segments,
            None if tables.purchase_window is None else words(answers, "bought"),
        ),
        Asked(
            integers(asked, "m0"),
            booleans(asked, "answered"),
            booleans(asked, "in_sample"),
            record,
            integers(asked, "customer_group"),
            covariates(asked, numbers[n_answers:], names, levels, clean),
            sample_share,
        ),
        active,
        by_segment,
        tuple(segment.name for segment in tables.segments),
        values,
        integers(engine.query("SELECT record_id FROM candidates ORDER BY record_id"), "record_id"),
    )


def both(answers: pa.Table, asked: pa.Table, tables: TableSet) -> pa.Table:
    """Return answers and customer-months asked, one below the other, with the columns that both have.

    Parameters
    ----------
    answers, asked : pyarrow.Table
        The two tables.
    tables : TableSet
        Says whether purchases tell who was active.

    Returns
    -------
    pyarrow.Table
        Columns m0, active_0, active_1 and, where leaving is not seen, bought_0, bought_1.
    """
    names = ["m0", "active_0", "active_1"]
    names += [] if tables.purchase_window is None else ["bought_0", "bought_1"]
    return pa.concat_tables([answers.select(names), asked.select(names)])


def count_active(engine: Engine, clean: CleanTables, timeline: Timeline) -> tuple[int, tuple[dict[str, int], ...]]:
    """Return how many customers are active at ``as_of``, in all and by segment value.

    Parameters
    ----------
    engine : Engine
        Runs the statements.
    clean : CleanTables
        The tables.
    timeline : Timeline
        ``as_of``.

    Returns
    -------
    tuple of int and tuple of dict
        The count, and one dict a segment column.
    """
    active = (
        f"FROM activity a JOIN calendar c ON c.month = {timeline.as_of} JOIN customers u "
        f"ON u.customer_id = a.customer_id WHERE (a.active_0 & c.bit_0) <> 0 OR (a.active_1 & c.bit_1) <> 0"
    )
    total = int(engine.query(f"SELECT count(*) AS n {active}")["n"][0].as_py())
    by_segment = []
    for segment in clean.tables.segments:
        name = f"u.{segment.canonical}"
        rows = engine.query(f"SELECT {name} AS value, count(*) AS n {active} GROUP BY {name}").to_pylist()
        by_segment.append({row["value"]: int(row["n"]) for row in rows if row["value"] is not None})
    return total, tuple(by_segment)
