"""Which column of each table names the customer: told by the values that tables share, then by the names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Final

from cxvalue.engine import Engine
from cxvalue.tables.guess.facts import ColumnFacts, TableFacts, count
from cxvalue.tables.guess.words import matches

SKETCH_SIZE: Final = 2000
MOST_CANDIDATES: Final = 6
LEAST_DISTINCT: Final = 20
SHARED: Final = 0.2
"""Two columns belong together where the geometric mean of the shares that each has of the other is above this."""
HELD: Final = 0.8
"""And so do they where so much of one lies in the other, if they are text or both are named like customers."""
FEW: Final = 30
"""Fewer common hashes than this tell too little: the values are counted then."""


@dataclass(frozen=True, slots=True)
class IdColumn:
    """The column of a table that names the customer.

    Parameters
    ----------
    name : str
        The user's name.
    n_ids : int
        Different customers.
    shared_with : str
        The table whose values it shares most; empty where only its name speaks for it.
    share : float
        Share of its values that the other table has, 0 to 1.
    """

    name: str
    n_ids: int
    shared_with: str = ""
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """The values of a column with the smallest hashes: enough to tell how far two columns hold the same.

    Parameters
    ----------
    hashes : frozenset of str
        The smallest hashes, at most 2,000.
    complete : bool
        Whether that is all of them.

    Notes
    -----
    A value lies in the sketch of every column that holds it, or in none, as long as its hash is below both limits.
    The share of one column's values that another holds is estimated below the smaller limit.

    References
    ----------
    Beyer K, Haas PJ, Reinwald B, Sismanis Y, Gemulla R (2007). On synopses for distinct-value estimation under multiset
    operations. SIGMOD 2007. https://doi.org/10.1145/1247480.1247504
    """

    hashes: frozenset[str]
    complete: bool

    def share_in(self, other: Sketch, least: int = 1) -> float | None:
        """Return the share of this column's values that another column holds.

        Parameters
        ----------
        other : Sketch
            The other column.
        least : int
            Values that have to lie below both limits for an answer.

        Returns
        -------
        float or None
            0 to 1; None where too few values can be compared.

        Examples
        --------
        >>> Sketch(frozenset("abc"), True).share_in(Sketch(frozenset("abxyz"), True)) == 2 / 3
        True
        """
        limit = "" if other.complete or not other.hashes else max(other.hashes)
        mine = {value for value in self.hashes if not limit or value <= limit}
        if not other.complete and len(mine) < least:
            return None
        return len(mine & other.hashes) / len(mine) if mine else 0.0


def is_candidate(column: ColumnFacts, n_rows: int) -> bool:
    """Return whether a column may name customers.

    Parameters
    ----------
    column : ColumnFacts
        The column.
    n_rows : int
        Rows looked at.

    Returns
    -------
    bool
        False for dates, months, fractions, negative numbers and columns with few values.
    """
    if column.is_date or column.is_month or column.n_given < 0.9 * n_rows or column.type == "BOOLEAN":
        return False
    if column.is_number and (not column.is_whole or (column.low is not None and column.low < 0)):
        return False
    return column.n_distinct >= min(LEAST_DISTINCT, n_rows / 2)


def read_sketch(engine: Engine, table: TableFacts, name: str) -> Sketch:
    """Return the sketch of a column.

    Parameters
    ----------
    engine : Engine
        Reads its values.
    table : TableFacts
        The table.
    name : str
        The column.

    Returns
    -------
    Sketch
        The sketch.
    """
    text = table.text_of(name)
    rows = engine.query(
        f"SELECT md5({text}) AS h FROM (SELECT DISTINCT {text} FROM {table.view} WHERE {text} IS NOT NULL) x "
        f"ORDER BY h LIMIT {SKETCH_SIZE}"
    )
    hashes = frozenset(rows["h"].to_pylist())
    return Sketch(hashes, len(hashes) < SKETCH_SIZE)


def tell_ids(engine: Engine, tables: Sequence[TableFacts]) -> Mapping[int, IdColumn]:
    """Return the column of each table that names the customer.

    Parameters
    ----------
    engine : Engine
        Reads values.
    tables : sequence of TableFacts
        The tables.

    Returns
    -------
    mapping of int to IdColumn
        By position of the table; tables without such a column are absent.
    """
    sketches: dict[tuple[int, str], Sketch] = {}
    for at, table in enumerate(tables):
        names = [column for column in table.columns if is_candidate(column, column.n_rows)]
        names.sort(key=lambda column: (-matches(column.name, "customer_id"), -column.n_distinct))
        for column in names[:MOST_CANDIDATES]:
            sketches[at, column.name] = read_sketch(engine, table, column.name)
    shares = read_shares(engine, tables, sketches)
    chosen = choose_family(tables, list(sketches), shares)
    found: dict[int, IdColumn] = {}
    for at, name in chosen.items():
        partners = [(share, other) for (one, other), share in shares.items()
                    if one == (at, name) and chosen.get(other[0]) == other[1]]  # fmt: skip
        fewest = {other: tables[other[0]].n_rows for _, other in partners}  # the table of customers is the shortest
        share, partner = max(partners, default=(0.0, (at, "")), key=lambda pair: (round(pair[0], 2), -fewest[pair[1]]))
        text = tables[at].text_of(name)
        n_ids = count(engine, f"SELECT count(DISTINCT {text}) AS n FROM {tables[at].view}")
        found[at] = IdColumn(name, n_ids, tables[partner[0]].group.label if partners else "", share)
    return found


def read_shares(
    engine: Engine, tables: Sequence[TableFacts], sketches: Mapping[tuple[int, str], Sketch]
) -> dict[tuple[tuple[int, str], tuple[int, str]], float]:
    """Return which columns of different tables hold the same values.

    Parameters
    ----------
    engine : Engine
        Counts where sketches do not tell.
    tables : sequence of TableFacts
        The tables.
    sketches : mapping
        Of the candidates: position of the table, and name.

    Returns
    -------
    dict
        Of pairs that belong together, both ways: the share of the first's values that the second holds.
    """
    shares = {}
    for one, other in combinations(sketches, 2):
        if one[0] == other[0]:
            continue
        there, back = (share_of(engine, tables, sketches, pair) for pair in ((one, other), (other, one)))
        columns = [tables[at].column(name) for at, name in (one, other)]
        telling = not any(column.is_number for column in columns) or all(
            matches(column.name, "customer_id") for column in columns
        )
        if sqrt(there * back) >= SHARED or (telling and max(there, back) >= HELD):
            shares[one, other], shares[other, one] = there, back
    return shares


def share_of(
    engine: Engine,
    tables: Sequence[TableFacts],
    sketches: Mapping[tuple[int, str], Sketch],
    pair: tuple[tuple[int, str], tuple[int, str]],
) -> float:
    """Return the share of one column's values that another holds.

    Parameters
    ----------
    engine : Engine
        Counts where sketches do not tell.
    tables : sequence of TableFacts
        The tables.
    sketches : mapping
        Of the candidates.
    pair : tuple
        The two columns.

    Returns
    -------
    float
        0 to 1.
    """
    one, other = pair
    share = sketches[one].share_in(sketches[other], FEW)
    if share is not None:
        return share
    return share_held(engine, tables[one[0]], one[1], tables[other[0]], other[1])


def share_held(engine: Engine, table: TableFacts, name: str, other: TableFacts, other_name: str) -> float:
    """Return the share of one column's values that another holds, counted.

    Parameters
    ----------
    engine : Engine
        Counts.
    table : TableFacts
        A table.
    name : str
        Its column.
    other : TableFacts
        The other table.
    other_name : str
        Its column.

    Returns
    -------
    float
        0 to 1; 0 for an empty column.
    """
    mine, theirs = table.text_of(name), other.text_of(other_name)
    row = engine.query(
        f"SELECT count(*) AS n, count(y.v) AS held "
        f"FROM (SELECT DISTINCT {mine} AS v FROM {table.view} WHERE {mine} IS NOT NULL) x "
        f"LEFT JOIN (SELECT DISTINCT {theirs} AS v FROM {other.view}) y ON x.v = y.v"
    ).to_pylist()[0]
    return float(row["held"] / row["n"]) if row["n"] else 0.0


def choose_family(
    tables: Sequence[TableFacts],
    columns: Sequence[tuple[int, str]],
    shares: Mapping[tuple[tuple[int, str], tuple[int, str]], float],
) -> dict[int, str]:
    """Return one column a table out of the family of columns that most tables share.

    Parameters
    ----------
    tables : sequence of TableFacts
        The tables.
    columns : sequence of tuple of int and str
        Candidates: position of the table, and name.
    shares : mapping
        Of pairs of columns that share values: the share of the first's values that the second holds.

    Returns
    -------
    dict of int to str
        By position of the table.
    """
    families = join(columns, shares)
    if not families:
        return {}

    def points(family: Sequence[tuple[int, str]]) -> tuple[int, float, int]:
        named = sum(matches(name, "customer_id") > 0 for _, name in family) / len(family)
        widest = max(tables[at].column(name).n_distinct for at, name in family)
        return len({at for at, _ in family}), named, widest

    best = max(families, key=points)
    if len({at for at, _ in best}) == 1:  # nothing is shared: only names are left
        best = [column for column in columns if matches(column[1], "customer_id")]
    names = [name for _, name in best]
    chosen: dict[int, str] = {}
    for at in sorted({at for at, _ in best}):
        own = [name for table, name in best if table == at]
        chosen[at] = max(own, key=lambda name: (
            matches(name, "customer_id"), names.count(name),
            sum(share for (one, _), share in shares.items() if one == (at, name)), -own.index(name),
        ))  # fmt: skip
    return chosen


def join(
    columns: Sequence[tuple[int, str]], shares: Mapping[tuple[tuple[int, str], tuple[int, str]], float]
) -> list[list[tuple[int, str]]]:
    """Return the families of columns that share values, directly or through others.

    Parameters
    ----------
    columns : sequence of tuple of int and str
        The columns.
    shares : mapping
        Pairs that share values.

    Returns
    -------
    list of list of tuple of int and str
        Every column stands in one family.
    """
    left, families = list(columns), []
    while left:
        family, found = [], [left.pop(0)]
        while found:
            family.append(found.pop())
            near = [column for column in left if (family[-1], column) in shares]
            found += near
            left = [column for column in left if column not in near]
        families.append([column for column in columns if column in family])
    return families
