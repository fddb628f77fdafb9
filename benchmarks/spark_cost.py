"""What a study costs on Spark for each row of the panel, and what a big base would take: an estimate.

Two bases of different size are worked through on a local Spark. What grows with the rows is the cost of a row, apart
for the part that a cluster shares (Java and its Python workers) and for the part that stays on one machine (the
library's own process). The rest is what a run costs whatever its size. Processor time is counted, not the clock, so
that other work on the machine matters little. So is what crosses between the driver and the executors: what is sent
along with each block of customers, what comes back of it, and rows that are fetched::

    python -m benchmarks.spark_cost --customers 20000 300000

The estimate divides the shared part by the executors' cores and adds the other two. It takes for granted that reading
scales with the cores; it knows nothing of networks, stragglers or a busy cluster.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pyarrow as pa

import cxvalue as cx
from benchmarks.scale.base import BigBase, write_base
from benchmarks.scale.measure import load_library
from cxvalue.engine import spark_engine
from cxvalue.engine.spark_engine import SparkEngine

CORES = 4
"""Of an executor, in the estimate."""
EXECUTORS = (10, 50, 100)
ESTIMATED = 100_000_000
"""Customers of the base that is estimated."""
ROWS_A_CUSTOMER = 21
"""Months that a customer of :class:`BigBase` stays on average, over 36."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds of one run.

    Parameters
    ----------
    customers : int
        Of the base.
    shared : float
        Of Java and its Python workers.
    alone : float
        Of the library's own process.
    clock : float
        Seconds by the clock.
    folds : list of dict
        Of each pass over the blocks: how many there are, bytes sent along with all of them and bytes that came back.
    fetched : dict of str to int
        Rows and bytes that came as rows, and rows that came in batches.
    """

    customers: int
    shared: float
    alone: float
    clock: float
    folds: list[dict[str, int]] = field(default_factory=list)
    fetched: dict[str, int] = field(default_factory=dict)


class CountingEngine(SparkEngine):
    """Spark, with a count of what crosses between the driver and the executors."""

    folds: ClassVar[list[dict[str, int]]] = []
    fetched: ClassVar[dict[str, int]] = {"rows": 0, "bytes": 0, "streamed": 0}

    def fold(self, statements: Any, function: Any, *, by: str, given: Iterable[Any]) -> Iterator[Any]:
        """Count what is given with each block, and what comes of it."""
        count = {"blocks": 0, "sent": 0, "came": 0}
        self.folds.append(count)

        def counted() -> Iterator[Any]:
            for each in given:
                count["blocks"] += 1
                count["sent"] += len(pickle.dumps(each, protocol=5))
                yield each

        for found in super().fold(statements, function, by=by, given=counted()):
            count["came"] += len(pickle.dumps(found, protocol=5))
            yield found

    def query(self, sql: str) -> pa.Table:
        """Count rows."""
        found = super().query(sql)
        self.fetched["rows"] += found.num_rows
        self.fetched["bytes"] += found.nbytes
        return found

    def stream(self, sql: str, batch_rows: int = 1_000_000) -> Iterator[pa.RecordBatch]:
        """Count rows."""
        for batch in super().stream(sql, batch_rows):
            self.fetched["streamed"] += batch.num_rows
            yield batch


def measure(customers: int) -> Cost:
    """Write a base, value it on a new Spark, and count what that takes."""
    load_library()
    spark_engine.SparkEngine = CountingEngine  # type: ignore[misc]  # what `engine = "spark"` opens
    with tempfile.TemporaryDirectory(prefix="cxvalue-cost-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", cx.CxValueWarning)
        study = write_base(BigBase(customers), Path(folder), engine="spark")
        alone, clock = time.process_time(), time.perf_counter()
        with closing(cx.Study.from_toml(study)) as opened:
            opened.results("value")
            children = psutil.Process().children(recursive=True)
            shared = sum(sum(child.cpu_times()[:4]) for child in children)  # with that of their children that ended
        alone, clock = time.process_time() - alone, time.perf_counter() - clock
    return Cost(customers, shared, alone, clock, CountingEngine.folds, CountingEngine.fetched)


def costs(sizes: list[int]) -> list[Cost]:
    """Measure every size in a process, and so a Java, of its own."""
    found = []
    for customers in sizes:
        command = [sys.executable, "-m", "benchmarks.spark_cost", "--one", str(customers)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(Cost(**json.loads(done.stdout.splitlines()[-1])))
        print(
            f"{customers:>12,} customers: {found[-1].shared:7.1f} s shared, {found[-1].alone:6.1f} s alone, "
            f"{found[-1].clock:6.1f} s by the clock",
            flush=True,
        )
        for fold in found[-1].folds:
            print(
                f"{'':>12} a pass over {fold['blocks']} blocks: {fold['sent'] / 1e6:.1f} MB sent, "
                f"{fold['came'] / 1e6:.1f} MB came back"
            )
        fetched = found[-1].fetched
        print(
            f"{'':>12} {fetched['rows']:,} rows fetched ({fetched['bytes'] / 1e6:.1f} MB), "
            f"{fetched['streamed']:,} in batches",
            flush=True,
        )
    return found


def report(found: list[Cost]) -> None:
    """Print the cost of a row, and the estimate."""
    small, big = found[0], found[-1]
    rows = (big.customers - small.customers) * ROWS_A_CUSTOMER
    shared, alone = (big.shared - small.shared) / rows, (big.alone - small.alone) / rows
    fixed = max(small.shared - shared * small.customers * ROWS_A_CUSTOMER, 0.0)
    print(f"a million panel rows: {shared * 1e6:.2f} s shared, {alone * 1e6:.2f} s alone; {fixed:.0f} s in any case")
    total = ESTIMATED * ROWS_A_CUSTOMER
    print(f"{ESTIMATED:,} customers, {total / 1e9:.1f} thousand million rows, {CORES} cores an executor:")
    for executors in EXECUTORS:
        minutes = [shared * total / (executors * CORES) / 60, alone * total / 60, fixed / 60]
        print(
            f"{executors:>5} executors: {sum(minutes):5.0f} minutes "
            f"({minutes[0]:.0f} shared, {minutes[1]:.0f} alone, {minutes[2]:.0f} in any case)"
        )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", nargs=2, type=int, default=[20_000, 300_000], help="sizes of the two bases")
    parser.add_argument("--one", type=int, help="measure one size, and print what was found as one line")
    chosen = parser.parse_args()
    if chosen.one is not None:
        print(json.dumps(asdict(measure(chosen.one))))
    else:
        report(costs(sorted(chosen.customers)))


if __name__ == "__main__":
    main()
