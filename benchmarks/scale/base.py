"""A big customer base, written by the engine: joiners, leavers, a monthly panel and several answers a customer.

The content depends on the number of customers, the months and the seed alone, not on how the rows are laid out. Nothing
but whole-number arithmetic and the four operations is used, so a base is the same everywhere. Customers are drawn
once; what happens to them in a month is drawn from the month and the customer. Satisfaction moves leaving, revenue and
cost; trouble and segment move satisfaction and leaving both, so that the raw gap between the bands is not the effect.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.scale.draws import month_columns, monthly, polynomial, uniform
from benchmarks.scale.study_file import study_text

Layout = Literal["one", "many"]
Order = Literal["sorted", "shuffled"]
Panels = Literal["wide", "several"]

FIRST_YEAR = 2022
CHUNK_CUSTOMERS = 100_000
"""Customers whose months are sorted at a time."""
ROW_GROUP = 122_880
LASTING = (
    "key", "segment", "region", "price", "stock", "joined", "trouble", "mood_1", "mood_2", "life", "autopay", "mixed",
)  # fmt: skip
"""What is drawn once for every customer."""
MONTHLY = ("contacts", "revenue", "cost", "upgrades", "referrals", "answers", "noise_1", "noise_2", "day")
WIDE = {"panel": (", revenue, cost_to_serve, upgrades, referrals, contacts", "")}
"""Columns and rows of the wide panel."""
SEVERAL = {
    "retention": ("", ""), "revenue": (", revenue AS value", ""),
    "cost_to_serve": (", cost_to_serve AS value, contacts", ""),
    "upgrades": (", upgrades AS value", " WHERE upgrades > 0"),
    "referrals": (", referrals AS value", " WHERE referrals > 0"),
}  # fmt: skip
"""The same of each panel, where there are several: counts have rows only where there is something."""


@dataclass(frozen=True, slots=True)
class BigBase:
    """What a base is, and how its rows are laid out.

    Parameters
    ----------
    customers : int
        Customers that were ever there. A million give about 21 million panel rows and 2 million answers.
    months : int
        Months of panel.
    every : int
        Months between survey waves; 1 asks in every month.
    order : {"sorted", "shuffled"}
        Rows by customer and month, or in no order.
    layout : {"one", "many"}
        One file a table, or the panel as a hive folder with a file for every month.
    panels : {"wide", "several"}
        One wide monthly table, or a panel for each metric.
    seed : int
        Of everything drawn.
    """

    customers: int
    months: int = 36
    every: int = 3
    order: Order = "sorted"
    layout: Layout = "one"
    panels: Panels = "wide"
    seed: int = 1

    @property
    def name(self) -> str:
        """A name for the folder: content and layout."""
        return f"{self.customers}x{self.months}_every_{self.every}_{self.order}_{self.layout}_{self.panels}_{self.seed}"

    def waves(self) -> range:
        """Return the months in which customers are asked; the last of them has a month of follow-up."""
        return range((self.months - 2) % self.every, self.months - 1, self.every)


def write_base(base: BigBase, folder: Path, *, memory_limit: str = "1GB", engine: str = "duckdb") -> Path:
    """Write the tables and the ``study.toml`` of a base into a folder, in bounded memory; return the study's path."""
    folder.mkdir(parents=True, exist_ok=True)
    spill = folder / "spill"
    work = folder / "people.duckdb"
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit, "temp_directory": str(spill),
    }  # fmt: skip
    try:
        with duckdb.connect(str(work), config=config) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(people_sql(base))
            connection.register("month_rows", month_table(base))
            connection.execute("CREATE TABLE month_numbers AS SELECT * FROM month_rows")
            write_customers(connection, base, folder)
            write_answers(connection, base, folder)
            write_panels(connection, base, folder)
    finally:
        work.unlink(missing_ok=True)
        work.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        shutil.rmtree(spill, ignore_errors=True)
    study = folder / "study.toml"
    study.write_text(study_text(base, engine), encoding="utf-8")
    return study


def people_sql(base: BigBase) -> str:
    """Return the statement that draws the customers, in the order in which they are written.

    A life of L months has P(L > t) = 1 / (1 + rate × t): leaving at a constant rate that differs between customers by
    an exponential law, and no logarithm is needed to draw it.
    """
    drawn = {name: polynomial("id", f"{base.seed}/{name}") for name in LASTING}
    share = {name: uniform(number) for name, number in drawn.items()}
    return f"""
        CREATE TABLE people AS
        WITH drawn AS (
            SELECT id, 1000000000 + 37 * id + {drawn["key"]} % 37 AS customer_id,
                CASE WHEN {share["segment"]} < 0.5 THEN 0 WHEN {share["segment"]} < 0.8 THEN 1 ELSE 2 END AS segment,
                {drawn["region"]} % 4 AS region, {drawn["price"]} % 10 AS price_step,
                CASE WHEN {share["stock"]} < 0.65 THEN -1 - {drawn["joined"]} % 60
                    ELSE {drawn["joined"]} % {base.months - 1} END AS joined,
                {share["trouble"]} * {share["trouble"]} AS trouble,
                {share["mood_1"]} + {share["mood_2"]} - 1.0 AS mood, {share["life"]} AS life,
                CAST({share["autopay"]} < 0.6 AS INTEGER) AS autopay, {drawn["mixed"]} AS mixed
            FROM range(1, {base.customers + 1}) AS t(id)
        ), felt AS (
            SELECT *, greatest(0.0, least(1.0,
                0.55 - 0.35 * trouble + 0.06 * segment + 0.05 * autopay + 0.5 * mood)) AS content
            FROM drawn
        )
        SELECT CAST(id AS INTEGER) AS id, customer_id, CAST(segment AS TINYINT) AS segment,
            CAST(region AS TINYINT) AS region, CAST(15.0 + 12.0 * segment + 0.5 * price_step AS DOUBLE) AS plan_price,
            autopay, CAST(joined AS SMALLINT) AS joined, trouble, content, mixed,
            CAST(greatest(joined, 0) AS SMALLINT) AS first_month,
            CAST(greatest(joined, 0) + least(floor((1.0 / life - 1.0)
                / (0.006 + 0.04 * (1.0 - content) + 0.012 * trouble)), {base.months}) AS SMALLINT) AS last_month
        FROM felt ORDER BY {"id" if base.order == "sorted" else "mixed, id"}
    """


def month_table(base: BigBase) -> pa.Table:
    """Return number, first day and coefficients of every month."""
    rows = []
    for month in range(base.months):
        year, at = divmod(month, 12)
        rows.append({"number": month, "day": f"{FIRST_YEAR + year}-{at + 1:02d}-01"})
        rows[-1] |= month_columns(month, MONTHLY, base.seed)
    return pa.Table.from_pylist(rows)


def panel_sql(join: str) -> str:
    """Return the statement of panel rows: one a customer and month in which the customer was there."""
    u = {name: monthly(name) for name in MONTHLY}
    contacts = f"CAST(floor(3.0 * (0.3 + 2.2 * p.trouble) * {u['contacts']} * {u['contacts']} + 0.5) AS INTEGER)"
    return f"""
        SELECT id, number, mixed, customer_id, month, revenue,
            round(3.0 + 2.5 * contacts + 4.0 * (1.0 - content) + 3.0 * u_cost, 2) AS cost_to_serve,
            upgrades, referrals, contacts
        FROM (
            SELECT p.id, m.number, p.mixed, p.customer_id, CAST(m.day AS DATE) AS month, p.content,
                round(p.plan_price * (0.85 + 0.2 * p.content + 0.2 * ({u["revenue"]} - 0.5)), 2) AS revenue,
                {u["cost"]} AS u_cost, {contacts} AS contacts,
                CAST({u["upgrades"]} < 0.01 + 0.02 * p.content AS INTEGER) AS upgrades,
                CAST({u["referrals"]} < 0.005 + 0.03 * p.content AS INTEGER) AS referrals
            {join}
        )
    """


def answer_sql(base: BigBase, join: str) -> str:
    """Return the statement of answers: of those who are there in a wave's month, about three in ten."""
    u = {name: monthly(name) for name in ("answers", "noise_1", "noise_2", "day")}
    noise = f"({u['noise_1']} + {u['noise_2']} - 1.0)"
    return f"""
        SELECT p.id, m.number, p.mixed, p.customer_id,
            CAST(m.day AS DATE) + CAST(floor(28 * {u["day"]}) AS INTEGER) AS survey_date,
            CAST(greatest(0.0, least(10.0, floor(3.3 + 9.0 * p.content + 3.0 * {noise}))) AS INTEGER) AS score
        {join} WHERE {u["answers"]} < {base.every} * (0.08 + 0.01 * p.segment + 0.04 * p.trouble)
    """


def pieces(base: BigBase, months: range) -> Iterator[tuple[str, str]]:
    """Give customers joined to months, piece by piece, and the order of the rows within each piece.

    Sorted, a piece is a run of customers. Shuffled, it is a round that holds each customer once, in an order drawn at
    random, each with another month; there are as many rounds as months.
    """
    join = "FROM people p JOIN month_numbers m ON {} AND m.number BETWEEN p.first_month AND p.last_month"
    if base.order == "sorted":
        known = f"m.number IN ({', '.join(map(str, months))})"
        for first in range(1, base.customers + 1, CHUNK_CUSTOMERS):
            yield join.format(f"{known} AND p.id BETWEEN {first} AND {first + CHUNK_CUSTOMERS - 1}"), "id, number"
        return
    for turn in range(len(months)):
        yield join.format(f"m.number = {months[0]} + {months.step} * ((p.mixed + {turn}) % {len(months)})"), "mixed, id"


def write_customers(connection: duckdb.DuckDBPyConnection, base: BigBase, folder: Path) -> None:
    """Write who is a customer, since when, and of which segment."""
    joined = (
        f"make_date({FIRST_YEAR - 10} + (joined + 120) // 12, (joined + 120) % 12 + 1, CAST(1 + id % 28 AS BIGINT))"
    )
    statement = (
        f"SELECT customer_id, CAST({joined} AS DATE) AS joined_date, "
        "CASE segment WHEN 0 THEN 'basic' WHEN 1 THEN 'plus' ELSE 'pro' END AS segment, "
        "CASE region WHEN 0 THEN 'north' WHEN 1 THEN 'south' WHEN 2 THEN 'east' ELSE 'west' END AS region, "
        "autopay, plan_price "
        f"FROM people ORDER BY {'id' if base.order == 'sorted' else 'mixed, id'}"
    )
    write_rows(connection, folder / "customers.parquet", [statement])


def write_answers(connection: duckdb.DuckDBPyConnection, base: BigBase, folder: Path) -> None:
    """Write the answers."""
    statements = (
        f"SELECT customer_id, survey_date, score FROM ({answer_sql(base, join)}) ORDER BY {order}"
        for join, order in pieces(base, base.waves())
    )
    write_rows(connection, folder / "surveys.parquet", statements)


def write_panels(connection: duckdb.DuckDBPyConnection, base: BigBase, folder: Path) -> None:
    """Write the panel, or the panels, as one file or a file for every month."""
    for name, (columns, only) in (WIDE if base.panels == "wide" else SEVERAL).items():
        statement = f"SELECT customer_id, month{columns} FROM ({{}}){only} ORDER BY {{}}"
        if base.layout == "one":
            parts = (statement.format(panel_sql(join), order) for join, order in pieces(base, range(base.months)))
            write_rows(connection, folder / f"{name}.parquet", parts)
            continue
        for month in range(base.months):
            year, at = divmod(month, 12)
            path = folder / name / f"year={FIRST_YEAR + year}" / f"month_{at + 1:02d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            parts = (statement.format(panel_sql(join), order) for join, order in pieces(base, range(month, month + 1)))
            write_rows(connection, path, parts)


def write_rows(connection: duckdb.DuckDBPyConnection, path: Path, statements: Iterable[str]) -> None:
    """Write the rows of some statements, one after the other, into one Parquet file."""
    writer: pq.ParquetWriter | None = None
    for statement in statements:
        for batch in connection.sql(statement).to_arrow_reader(ROW_GROUP):
            if writer is None:
                writer = pq.ParquetWriter(path, batch.schema)
            writer.write_batch(batch, row_group_size=ROW_GROUP)
    if writer is not None:
        writer.close()
