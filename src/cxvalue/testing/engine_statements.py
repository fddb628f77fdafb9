"""The SQL that statements are written in, with what it gives: worked by hand."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

STATEMENTS: Final[tuple[tuple[str, list[tuple[Any, ...]]], ...]] = (
    # Bits of months.
    ("SELECT id, CAST(bit_or(bits) AS BIGINT) AS a, CAST(bit_count(bit_or(bits)) AS INTEGER) AS b "
     "FROM t GROUP BY id ORDER BY id", [(1, 7, 3), (2, 4, 1), (3, 4611686018427387905, 2)]),
    ("SELECT id, bits & 5 AS a, (bits & 5) <> 0 AS b, bits | 8 AS c FROM t WHERE id = 1 ORDER BY bits",
     [(1, 1, True, 9), (1, 4, True, 14)]),
    # The same hash of the same id on every engine.
    ("SELECT DISTINCT id, md5(concat('', id)) AS a, instr('0123456789abcdef', substr(md5(concat('', id)), 1, 1)) - 1 "
     "AS b FROM t WHERE id = 1", [(1, "c4ca4238a0b923820dcc509a6f75849b", 12)]),
    # Windows: ranks, what came before, the latest.
    ("SELECT id, bits, row_number() OVER (ORDER BY id, bits) - 1 AS a, dense_rank() OVER (ORDER BY id) AS b, "
     "lag(bits) OVER (PARTITION BY id ORDER BY bits) AS c, count(value) OVER (PARTITION BY id ORDER BY bits) AS d, "
     "max(value) OVER (PARTITION BY id) AS e FROM t ORDER BY id, bits",
     [(1, 1, 0, 1, None, 1, 2.5), (1, 6, 1, 1, 1, 2, 2.5), (2, 4, 2, 2, None, 0, None),
      (3, 1, 3, 3, None, 1, -1.0), (3, 4611686018427387904, 4, 3, 1, 1, -1.0)]),
    # Sums over nothing are null, counts are 0; null is no value.
    ("SELECT count(*) AS a, count(value) AS b, count(DISTINCT id) AS c, sum(value) AS d, min(value) AS e, "
     "sum(CASE WHEN value < 0 THEN value ELSE 0 END) AS f FROM t", [(5, 3, 3, 3.0, -1.0, -1.0)]),
    ("SELECT sum(value) AS a, count(*) AS b, max(id) AS c FROM t WHERE id > 9", [(None, 0, None)]),
    # Joins, also with what is missing on one side, and one with a range.
    ("SELECT t.id, u.name FROM t LEFT JOIN u ON u.id = t.id WHERE t.bits = 1 OR u.id IS NULL ORDER BY t.id",
     [(1, "one"), (3, None), (3, None)]),
    ("SELECT u.name, k.month FROM u JOIN k ON k.month >= u.id AND k.month IN (1, 2) ORDER BY u.name, k.month",
     [("one", 1), ("one", 2), ("two", 2)]),
    ("SELECT id FROM t WHERE id IN (SELECT id FROM u GROUP BY id HAVING count(*) = 1) GROUP BY id ORDER BY id",
     [(1,), (2,)]),
    ("SELECT u.id, grouping(u.id) AS over_id, count(*) AS n FROM u GROUP BY GROUPING SETS ((u.id), ()) "
     "ORDER BY n, u.id", [(1, 0, 1), (2, 0, 1), (None, 1, 2)]),
    ("SELECT count(*) AS n FROM u GROUP BY GROUPING SETS (())", [(2,)]),
    ("SELECT (SELECT count(*) FROM u) AS a, (SELECT sum(month) FROM k) AS b", [(2, 6)]),
    # Sets of rows.
    ("SELECT id FROM t UNION SELECT id FROM u ORDER BY id", [(1,), (2,), (3,)]),
    ("SELECT id FROM u UNION ALL SELECT id FROM u ORDER BY id", [(1,), (1,), (2,), (2,)]),
    # Numbers, dates and text.
    ("SELECT CAST(7 AS INTEGER) % 4 AS a, CAST(7 AS DOUBLE) / 2 AS b, greatest(1, 3, 2) AS c, COALESCE(NULL, 4) AS d, "
     "NULLIF('', '') AS e, trim('  x ') AS f, substr('2024-05', 6, 2) AS g",
     [(3, 3.5, 3, 4, None, "x", "05")]),
    ("SELECT CAST(year(day) * 12 + month(day) - 1 AS INTEGER) AS a, CAST(day AS DATE) = CAST('2024-02-29' AS DATE) "
     "AS b FROM u WHERE id = 1", [(24289, True)]),
    ("SELECT value < 0 AS a, NOT (id = 2) AS b, CASE WHEN value < 0 THEN 1 ELSE 2 END AS c FROM t WHERE id = 2",
     [(None, False, 2)]),
)  # fmt: skip
"""Statements over ``t`` (id, bits, value), ``u`` (id, name, day) and ``k`` (month), and their rows in order."""


def statement_tables() -> dict[str, pa.Table]:
    """Return the tables that :data:`STATEMENTS` read.

    Returns
    -------
    dict of str to pyarrow.Table
        By name.
    """
    return {
        "t": pa.table(
            {
                "id": pa.array([1, 1, 2, 3, 3], pa.int64()),
                "bits": pa.array([1, 6, 4, 1, 1 << 62], pa.int64()),
                "value": pa.array([1.5, 2.5, None, -1.0, None], pa.float64()),
            }
        ),
        "u": pa.table(
            {
                "id": pa.array([1, 2], pa.int64()),
                "name": pa.array(["one", "two"]),
                "day": pa.array([1709164800000000, None], pa.timestamp("us")),
            }
        ),
        "k": pa.table({"month": pa.array([1, 2, 3], pa.int32())}),
    }
