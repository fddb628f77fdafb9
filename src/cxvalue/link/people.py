"""People: the customers who answered, and those on whom the response model is fitted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxvalue.engine import Engine
from cxvalue.link.active_words import ActiveWords
from cxvalue.link.columns import Codes, Floats, Integers, codes_of, floats, stacked, words
from cxvalue.link.statements import DIGEST_DIGITS, HEX_DIGITS, SAMPLE_SCALE, people
from cxvalue.tables import Attribute, CleanTables

HEX_VALUES = np.zeros(256, dtype=np.uint8)
HEX_VALUES[np.frombuffer(b"0123456789abcdef", dtype=np.uint8)] = np.arange(16)


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Customers by customer group and, within a group, by the md5 of their ids; no id is among the columns.

    Parameters
    ----------
    group : ndarray of shape (c,)
        Customer group, 0 to G − 1; ascending.
    in_sample : ndarray of shape (c,)
        Whether the response model is fitted on the customer.
    active : ndarray of shape (c, 2)
        Words of the months in which the customer was active.
    joined_month : ndarray of shape (c,)
        Month of joining; NaN where not known.
    numbers : ndarray of shape (c, s)
        Fixed covariates that are numbers.
    segments : ndarray of shape (c, number of segments)
        Codes of the segment columns, −1 where blank.
    segment_values : tuple of tuple of str
        What the codes stand for.
    codes : ndarray of shape (c, number of categorical covariates)
        Codes of segments and categorical covariates among their own categories.
    levels : tuple of tuple of str
        These categories.
    bought : ndarray of shape (c, 2), optional
        Words of the months in which the customer bought, where leaving is not seen.
    """

    group: Integers
    in_sample: NDArray[np.bool_]
    active: Integers
    joined_month: Floats
    numbers: Floats
    segments: Codes
    segment_values: tuple[tuple[str, ...], ...]
    codes: Codes
    levels: tuple[tuple[str, ...], ...]
    bought: Integers | None = None

    def words(self, rows: slice = slice(None)) -> ActiveWords:
        """Return in which months some customers were active or bought.

        Parameters
        ----------
        rows : slice
            Consecutive customers; default all.

        Returns
        -------
        ActiveWords
            Their words.
        """
        return ActiveWords(self.active[rows], None if self.bought is None else self.bought[rows])

    def take(self, rows: slice) -> People:
        """Return some consecutive customers.

        Parameters
        ----------
        rows : slice
            Which.

        Returns
        -------
        People
            The customers, numbered from 0.
        """
        return replace(
            self,
            group=self.group[rows],
            in_sample=self.in_sample[rows],
            active=self.active[rows],
            joined_month=self.joined_month[rows],
            numbers=self.numbers[rows],
            segments=self.segments[rows],
            codes=self.codes[rows],
            bought=None if self.bought is None else self.bought[rows],
        )

    def only_levels_of(self, rows: NDArray[np.bool_]) -> People:
        """Return the people with the categories that some of them have, and no others.

        Parameters
        ----------
        rows : ndarray of shape (c,)
            Whose categories count.

        Returns
        -------
        People
            Others' categories are blank where none of those customers has them.
        """
        codes, levels = self.codes.copy(), list(self.levels)
        for at, values in enumerate(self.levels):
            there = np.bincount(codes[rows, at] + 1, minlength=len(values) + 1)[1:] > 0
            if not there.all():
                new = np.r_[np.where(there, np.cumsum(there) - 1, -1), -1]
                codes[:, at] = new[codes[:, at]]
                levels[at] = tuple(value for value, is_there in zip(values, there, strict=True) if is_there)
        return replace(self, codes=codes, levels=tuple(levels))


def level_attributes(clean: CleanTables) -> list[Attribute]:
    """Return the segments and the fixed covariates that are categories.

    Parameters
    ----------
    clean : CleanTables
        The tables.

    Returns
    -------
    list of Attribute
        Segments first.
    """
    tables = clean.tables
    return [*tables.segments, *(static for static in tables.statics if not static.is_number)]


def read_people(
    engine: Engine,
    clean: CleanTables,
    *,
    groups: int,
    sample_share: float,
    segment_values: tuple[tuple[str, ...], ...],
) -> People:
    """Keep the customers wanted as ``people`` and return what is known of them.

    Parameters
    ----------
    engine : Engine
        Runs the statement.
    clean : CleanTables
        The checked tables.
    groups : int
        Customer groups, G.
    sample_share : float
        Share of the customers on whom the response model is fitted.
    segment_values : tuple of tuple of str
        Values of each segment column that count.

    Returns
    -------
    People
        The customers.
    """
    tables = clean.tables
    table = engine.query(people(tables, sample_share=sample_share))
    first, second, whole = digest_numbers(table["digest"])
    table, group = table.drop_columns(["digest"]), first % groups
    order = by_group(group, whole)
    in_sample = (second < int(sample_share * SAMPLE_SCALE))[order]
    del first, second, whole
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    engine.put("people", pa.table({"customer_id": table["customer_id"], "number": number}))
    del number
    table = table.drop_columns(["customer_id"])
    attributes = level_attributes(clean)
    levels = tuple(categories(table, attribute) for attribute in attributes)
    wanted = (*zip(tables.segments, segment_values, strict=True), *zip(attributes, levels, strict=True))
    coded = [codes_of(table, attribute, values)[order].astype(np.int32) for attribute, values in wanted]
    segments, codes = coded[: len(tables.segments)], coded[len(tables.segments) :]
    table = table.drop_columns([attribute.canonical for attribute in attributes])
    numbers = [floats(table, static.canonical)[order] for static in tables.statics if static.is_number]
    n = len(order)
    return People(
        group[order],
        in_sample,
        words(table)[order],
        floats(table, "joined_month")[order],
        stacked(numbers, n, np.float64),
        stacked(segments, n, np.int32),
        segment_values,
        stacked(codes, n, np.int32),
        levels,
        None if tables.purchase_window is None else words(table, "bought")[order],
    )


def by_group(group: Integers, whole: Integers) -> Integers:
    """Return customers by group and, within a group, by their digests.

    Parameters
    ----------
    group, whole : ndarray of shape (c,)
        Group and digest of each customer, both at least 0.

    Returns
    -------
    ndarray of shape (c,)
        Positions.

    Notes
    -----
    Group and digest are sorted as one number where that tells all customers apart: many times as fast as sorting by
    two.

    Examples
    --------
    >>> by_group(np.array([1, 0, 1]), np.array([7, 9, 3])).tolist()
    [1, 2, 0]
    """
    bits = 63 - int(group.max(initial=0)).bit_length()
    spare = max(4 * DIGEST_DIGITS - bits, 0)
    key = (group << bits) | (whole >> spare)
    order = np.argsort(key)
    ascending = key[order]
    if (ascending[1:] == ascending[:-1]).any():
        return np.lexsort((whole, group))
    return order


def categories(table: pa.Table, attribute: Attribute) -> tuple[str, ...]:
    """Return the categories of a column, sorted.

    Parameters
    ----------
    table : pyarrow.Table
        The customers.
    attribute : Attribute
        The column.

    Returns
    -------
    tuple of str
        Those that are there.
    """
    return tuple(sorted(value for value in table[attribute.canonical].unique().to_pylist() if value is not None))


def digest_numbers(digests: pa.ChunkedArray) -> tuple[Integers, Integers, Integers]:
    """Return the digits of each customer's digest as numbers.

    Parameters
    ----------
    digests : pyarrow.ChunkedArray
        Text of fifteen hexadecimal digits.

    Returns
    -------
    tuple of ndarray of shape (c,)
        The first six, the next six, and all digits; the same on every engine.

    Examples
    --------
    >>> first, second, whole = digest_numbers(pa.chunked_array([["0000ff000010001"]]))
    >>> first.tolist(), second.tolist(), whole.tolist()
    ([255], [16], [17523466633217])
    """
    if len(digests) == 0:
        nobody = np.empty(0, dtype=np.int64)
        return nobody, nobody, nobody
    parts = [numbers_of_digests(part) for part in digests.chunks if len(part)]
    first, second, whole = (np.concatenate(each) for each in zip(*parts, strict=True))
    return first, second, whole


def numbers_of_digests(digests: pa.StringArray) -> tuple[Integers, Integers, Integers]:
    """Return the digits of some customers' digests as numbers.

    Parameters
    ----------
    digests : pyarrow.StringArray
        Text of fifteen hexadecimal digits; at least one.

    Returns
    -------
    tuple of ndarray of shape (c,)
        As :func:`digest_numbers` gives them.
    """
    fixed = digests.cast(pa.binary()).cast(pa.binary(DIGEST_DIGITS))
    letters = np.frombuffer(fixed.buffers()[1], dtype=np.uint8)[fixed.offset * DIGEST_DIGITS :]
    digits = HEX_VALUES[letters[: len(fixed) * DIGEST_DIGITS]].reshape(len(fixed), DIGEST_DIGITS)
    whole = np.zeros(len(fixed), dtype=np.int64)
    for at in range(DIGEST_DIGITS):
        whole = whole * 16 + digits[:, at]
    rest = 16 ** (DIGEST_DIGITS - 2 * HEX_DIGITS)
    return whole // (rest * SAMPLE_SCALE), whole // rest % SAMPLE_SCALE, whole
