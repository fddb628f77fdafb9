"""The contract of engines: what every one has to keep, whoever wrote it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import pyarrow as pa

from cxvalue.engine import ClusterEngine, Column, DuckDBEngine, Engine, RestingEngine, open_source
from cxvalue.errors import ContractError, CxValueError
from cxvalue.estimate import BandStudy
from cxvalue.testing import engine_fold
from cxvalue.testing.engine_files import COLUMNS, EXPECTED, broken_files, every_form
from cxvalue.testing.engine_readings import READINGS, differences, texts_table
from cxvalue.testing.engine_statements import STATEMENTS, statement_tables
from cxvalue.testing.engine_study import contract_bands

TYPES: Final = {
    "small": (pa.int8(), "TINYINT"), "short": (pa.int16(), "SMALLINT"), "whole": (pa.int32(), "INTEGER"),
    "long": (pa.int64(), "BIGINT"), "number": (pa.float64(), "DOUBLE"), "flag": (pa.bool_(), "BOOLEAN"),
    "text": (pa.string(), "VARCHAR"), "day": (pa.date32(), "DATE"), "stamp": (pa.timestamp("us"), "TIMESTAMP"),
    "instant": (pa.timestamp("us", "UTC"), "TIMESTAMP WITH TIME ZONE"), "empty": (pa.null(), '"NULL"'),
}  # fmt: skip
SAME: Final = 1e-9
"""Sums of the same numbers in another order: nine digits are left of sixteen in the worst case."""


def check_engine(make: Callable[[], Engine]) -> None:
    """Hold an engine against the contract.

    Parameters
    ----------
    make : callable
        Makes a new engine at every call; each is closed here.

    Raises
    ------
    ContractError
        For the first clause that it breaks, with what was expected and what was found.

    Notes
    -----
    The clauses, in the order in which they are tried:

    * it has a name and every verb of :class:`cxvalue.engine.Engine`;
    * types are described in the same words;
    * text is read as the same numbers, ids, dates and months, and what cannot be read is null;
    * the same rows come out of every form of a table: Arrow, Parquet, hive folders, CSV, a DuckDB database;
    * files that are broken are refused by an error of the library that names the table, or what is wrong;
    * statements give what they give by hand;
    * what is kept stays as it was when its tables change, and what is defined follows its names;
    * two engines open at once do not meet;
    * batches are the rows of the query, and no larger than asked for;
    * an engine of a cluster (:class:`cxvalue.engine.ClusterEngine`) gives what a function makes of each group of rows;
    * an engine that rests (:class:`cxvalue.engine.RestingEngine`) has all that it was given afterwards;
    * a small study has the same moments as on DuckDB, to nine digits;
    * closing twice does nothing.

    Examples
    --------
    >>> from cxvalue.engine import DuckDBEngine
    >>> from cxvalue.testing import check_engine
    >>> check_engine(DuckDBEngine)
    """
    engine = make()
    try:
        trial = Trial(engine)
        trial.has_its_verbs()
        trial.describes_types()
        trial.reads_texts()
        with tempfile.TemporaryDirectory() as folder:
            trial.reads_every_form(Path(folder))
        with tempfile.TemporaryDirectory() as folder:
            trial.refuses_broken_files(Path(folder))
        trial.runs_statements()
        trial.keeps_and_defines()
        trial.streams()
        trial.folds()
        trial.rests()
        other = make()
        try:
            trial.stays_apart_from(other)
            trial.finds_the_same_moments(other)
        finally:
            other.close()
    finally:
        engine.close()
    engine.close()


class Trial:
    """An engine on trial.

    Parameters
    ----------
    engine : Engine
        The engine.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = str(getattr(engine, "name", type(engine).__name__))

    def broken(self, clause: str, *, expected: str, found: str) -> NoReturn:
        """Raise the error for a clause that is broken.

        Parameters
        ----------
        clause : str
            The clause.
        expected, found : str
            What it asks for, and what came.

        Raises
        ------
        ContractError
            Always.
        """
        raise ContractError.broken(self.name, clause, expected=expected, found=found, kind="engine")

    @contextmanager
    def clause(self, clause: str, what: str) -> Iterator[None]:
        """Name the clause within which the engine raises an error.

        Parameters
        ----------
        clause : str
            The clause.
        what : str
            What was tried.

        Yields
        ------
        None
            Nothing.
        """
        try:
            yield
        except CxValueError as error:
            if isinstance(error, ContractError):
                raise
            self.broken(clause, expected="no error", found=f"{what} raises {error.what}")

    def has_its_verbs(self) -> None:
        """Try the protocol."""
        found: object = self.engine
        if not isinstance(found, Engine) or not found.name:
            self.broken(
                "the protocol", expected="a name and every verb of cxvalue.engine.Engine", found="one is missing"
            )

    def describes_types(self) -> None:
        """Try the words for types."""
        table = pa.table({name: pa.array([None], kind) for name, (kind, _) in TYPES.items()})
        expected = {name: word for name, (_, word) in TYPES.items()}
        with self.clause("the words for types", "describe"):
            found = self.engine.describe(open_source(table, table="types", folder=Path()))
        if found != expected:
            self.broken("the words for types", expected=str(expected), found=str(found))

    def reads_texts(self) -> None:
        """Try what text is read as."""
        source = open_source(texts_table(), table="texts", folder=Path())
        columns = [Column("row", "row", "number"), *(each.column() for each in READINGS)]
        with self.clause("what text is read as", "register"):
            self.engine.register("texts", source, columns)
            found = self.engine.query("SELECT * FROM texts ORDER BY row")
        told = list(differences(found))
        if told:
            self.broken("what text is read as", expected="the readings of cxvalue.testing", found="; ".join(told[:5]))

    def reads_every_form(self, folder: Path) -> None:
        """Try every form of a table.

        Parameters
        ----------
        folder : Path
            An empty folder.
        """
        for form, source in every_form(folder):
            with self.clause("the same rows from every form", form):
                self.engine.describe(source)
                self.engine.register("rows_in", source, COLUMNS)
                found = self.engine.query("SELECT * FROM rows_in ORDER BY customer_id")
            rows = list(zip(*(found[column.canonical].to_pylist() for column in COLUMNS), strict=True))
            if rows != EXPECTED:
                self.broken("the same rows from every form", expected=str(EXPECTED), found=f"{form} gives {rows}")
            raw = [None if text is None else str(text) for text in found["note_raw"].to_pylist()]
            if raw != [row[-1] for row in EXPECTED]:
                self.broken("the text beside each value", expected=str([row[-1] for row in EXPECTED]), found=str(raw))

    def refuses_broken_files(self, folder: Path) -> None:
        """Try files that must be refused.

        Parameters
        ----------
        folder : Path
            An empty folder.
        """
        for form, source in broken_files(folder):
            try:
                self.engine.describe(source)
                self.engine.register("broken", source, COLUMNS)
                found = self.engine.query("SELECT count(note) AS n, sum(value_0) AS amount FROM broken")
            except CxValueError:
                continue
            self.broken("broken files are refused", expected="an error", found=f"{form} gives {found.to_pylist()}")

    def runs_statements(self) -> None:
        """Try the SQL that statements are written in."""
        for name, table in statement_tables().items():
            self.engine.put(name, table)
        for sql, expected in STATEMENTS:
            with self.clause("statements", sql):
                found = rows_of(self.engine.query(sql))
            if found != expected:
                self.broken("statements", expected=str(expected), found=f"{sql} gives {found}")

    def keeps_and_defines(self) -> None:
        """Try what is kept and what is defined."""
        clause = "what is kept and what is defined"
        with self.clause(clause, "keep or define"):
            self.engine.put("source", pa.table({"x": [1, 2, 3]}))
            self.engine.keep("kept", "SELECT x FROM source WHERE x > 1")
            self.engine.define("defined", "SELECT sum(x) AS x FROM kept")
            before = rows_of(self.engine.query("SELECT x FROM kept ORDER BY x"))
            self.engine.put("source", pa.table({"x": [7]}))
            after = rows_of(self.engine.query("SELECT x FROM kept ORDER BY x"))
            total = rows_of(self.engine.query("SELECT CAST(x AS BIGINT) AS x FROM defined"))
            self.engine.keep("kept", "SELECT x + 1 AS x FROM kept")
            again = rows_of(self.engine.query("SELECT x FROM kept ORDER BY x"))
        if (before, after, total, again) != ([(2,), (3,)], [(2,), (3,)], [(5,)], [(3,), (4,)]):
            expected = "2 and 3, the same after their table was replaced, 5 in all, and 3 and 4 when kept anew"
            self.broken(clause, expected=expected, found=str((before, after, total, again)))

    def streams(self) -> None:
        """Try batches."""
        with self.clause("batches", "stream"):
            self.engine.put("many", pa.table({"x": np.arange(2_500)}))
            batches = list(self.engine.stream("SELECT x FROM many", batch_rows=1_000))
        values = sorted(value for batch in batches for value in batch.column("x").to_pylist())
        largest = max((batch.num_rows for batch in batches), default=0)
        if values != list(range(2_500)) or largest > 1_000:
            self.broken("batches", expected="2,500 rows, at most 1,000 at once", found=f"{len(values)}, {largest}")

    def folds(self) -> None:
        """Try groups of rows, where the engine is one of a cluster."""
        if not isinstance(self.engine, ClusterEngine):
            return
        with self.clause("groups of rows", "fold"):
            for name, table in engine_fold.fold_tables().items():
                self.engine.put(name, table)
            given = engine_fold.fold_given()
            folded = self.engine.fold(engine_fold.STATEMENTS, engine_fold.told, by="g", given=given)
            found = [engine_fold.shortened(each) for each in folded]
            nothing = list(self.engine.fold(engine_fold.STATEMENTS, engine_fold.told, by="g", given=[]))
        if found != engine_fold.EXPECTED or nothing:
            expected = f"{engine_fold.EXPECTED}, and nothing where nothing is given"
            self.broken("groups of rows", expected=expected, found=f"{found}, {nothing}")

    def rests(self) -> None:
        """Try a pause between statements, where the engine knows of pauses."""
        if not isinstance(self.engine, RestingEngine):
            return
        statement = "SELECT k.x, d.y FROM held_before k JOIN told_before d ON d.x = k.x ORDER BY k.x"
        with self.clause("a rest", "rest"):
            self.engine.put("put_before", pa.table({"x": np.arange(5_000), "y": np.arange(5_000) * 0.5}))
            self.engine.keep("held_before", "SELECT x FROM put_before WHERE x < 3")
            self.engine.define("told_before", "SELECT x, y FROM put_before")
            self.engine.rest()
            self.engine.rest()
            found = rows_of(self.engine.query(statement))
        if found != [(0, 0.0), (1, 0.5), (2, 1.0)]:
            self.broken("a rest", expected="what was put, kept and defined before", found=str(found))

    def stays_apart_from(self, other: Engine) -> None:
        """Try two engines at once.

        Parameters
        ----------
        other : Engine
            Another of the same kind.
        """
        with self.clause("engines do not meet", "put"):
            self.engine.put("mine", pa.table({"x": [1]}))
            other.put("mine", pa.table({"x": [2]}))
            found = rows_of(self.engine.query("SELECT x FROM mine")) + rows_of(other.query("SELECT x FROM mine"))
        if found != [(1,), (2,)]:
            self.broken("engines do not meet", expected="each its own table", found=str(found))

    def finds_the_same_moments(self, other: Engine) -> None:
        """Try a small study, on this kind of engine and on DuckDB.

        Parameters
        ----------
        other : Engine
            A new engine of the same kind.
        """
        reference = DuckDBEngine(threads=1)
        try:
            expected = contract_bands(reference)
            with self.clause("the same moments", "a study"):
                found = contract_bands(other)
        finally:
            reference.close()
        for name, (one, two) in sums_of(found, expected).items():
            if one.shape != two.shape or not np.allclose(one, two, rtol=SAME, atol=SAME * max(np.abs(two).max(), 1.0)):
                self.broken("the same moments", expected=f"those of DuckDB to {SAME:g}", found=f"'{name}' differs")


def sums_of(found: BandStudy, expected: BandStudy) -> dict[str, tuple[Any, Any]]:
    """Return the sums of two studies side by side.

    Parameters
    ----------
    found, expected : BandStudy
        The studies.

    Returns
    -------
    dict of str to tuple of ndarray
        Moments, counts and design by name.
    """
    mine, theirs = found.moments[0], expected.moments[0]
    return {
        "gram": (mine.gram, theirs.gram),
        "cross": (mine.cross, theirs.cross),
        "counts": (mine.counts, theirs.counts),
        "design": (found.design, expected.design),
    }


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """Return a table's rows; whole numbers of any type are integers.

    Parameters
    ----------
    table : pyarrow.Table
        The table.

    Returns
    -------
    list of tuple
        The rows.
    """
    columns = [[plain(value) for value in column.to_pylist()] for column in table.columns]
    return list(zip(*columns, strict=True))


def plain(value: Any) -> Any:
    """Return a number as Python writes it; engines add whole numbers in types of their own.

    Parameters
    ----------
    value : Any
        The value.

    Returns
    -------
    Any
        The same value.
    """
    if value is None or isinstance(value, str | bool | int | float | datetime):
        return value
    return int(value)
