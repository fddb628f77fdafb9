"""How long do others take for the same answer? Each peer's answer is first held against ours, then both are timed.

    python -m benchmarks.peers                        # 100,000 customers
    python -m benchmarks.peers --customers 20000 --replicates 2
    python -m benchmarks.peers --check                # leaves with 1 when a promise is missed
    python -m benchmarks.peers --page                 # writes docs/benchmarks/peers.csv

(a) the script that an analyst would write today (``benchmarks.analyst``), with a bootstrap of as many draws as the
study has: a few replicates are timed and the rest is multiplied; (b) pyfixest and duckreg for the regressions, a few
months of them, multiplied; (c) lifelines for Kaplan–Meier and Cox; (d) polars for join and sums alone. Ours in (a) is
the whole of ``cxvalue report --only value`` up to the results, in a process of its own and with weights for response,
which the analyst's script does without. The extra ``bench`` holds the libraries: ``pip install "cxvalue[bench]"``.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

import cxvalue as cx
from benchmarks import analyst
from benchmarks.comparison import Comparison, Time, comparison_page, held, middle, timed
from benchmarks.scale.base import BigBase, write_base
from benchmarks.scale.clock import RENDERING
from benchmarks.scale.command import room_for
from benchmarks.scale.page import FOLDER
from benchmarks.scale.run import What, measure
from cxvalue.estimate import BandStudy
from cxvalue.estimate.design import Basis, BasisColumn
from cxvalue.estimate.rows import EpisodeRows
from cxvalue.estimate.standardise import standardise_rows
from cxvalue.estimate.survival.band_counts import take_durations
from cxvalue.estimate.survival.cox import CoxFit, cox
from cxvalue.estimate.survival.kaplan_meier import kaplan_meier

AHEAD_OF_ANALYST = 200.0
AHEAD_FROM = 100_000
"""So many times faster than the analyst's script, on bases of at least so many customers."""
MONTHS = (1, 12, 24)
"""Follow-up months whose regressions are timed; the time of all is so many times theirs."""
BANDS, HORIZON, TENTH = 3, 24, 10


def load(name: str) -> Any:
    """Return a library that only the benchmark needs."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise SystemExit(f'this benchmark needs {error.name}: pip install "cxvalue[bench]"') from error


def time_apart(what: What, path: Path, repeats: int) -> Time:
    """Return the median times of a measurement in processes of its own, figures and report left out."""
    times = []
    for _ in range(repeats):
        stages = [stage for stage in measure(what, path)[0]["stages"] if stage["name"] != RENDERING]
        times.append(Time(*(sum(stage[name] for stage in stages) for name in ("wall_seconds", "cpu_seconds"))))
    return middle(times)


def without_response(path: Path) -> cx.Study:
    """Return the study without weights for response: the question that the analyst's script answers."""
    settings = cx.Study.from_toml(path).settings
    adjust = settings.adjust.model_copy(update={"response": False})
    return cx.Study(settings=settings.model_copy(update={"adjust": adjust}), folder=path.parent)


def against_analyst(
    path: Path, study: cx.Study, bands: BandStudy, *, replicates: int, repeats: int, customers: int
) -> list[Comparison]:
    """Compare the whole value with the analyst's script."""
    ours = time_apart("value", path, repeats)
    columns = default_design(bands)
    reading, prepared = timed(lambda: analyst.prepare(path.parent, columns), 1)
    whole = np.arange(len(prepared.answers))
    fitting, value = timed(lambda: analyst.value(prepared, whole), 1)
    surviving, _ = timed(lambda: analyst.survival(prepared), 1)
    difference = held("the analyst's script", value, study.value().per_customer.estimate)
    rng = np.random.default_rng(1)
    each = [timed(lambda: analyst.replicate(prepared, rng), 1)[0] for _ in range(replicates)]
    point, draws = reading + fitting + surviving, study.settings.study.draws
    seconds = [time.wall for time in each]
    noise = f"one replicate {median(seconds):.1f} s ({min(seconds):.1f}–{max(seconds):.1f}, {replicates} timed)"
    return [
        Comparison(
            "analyst's script", f"value with {n:,} draws", point + middle(each) * n, ours, difference,
            f"point estimate {point.wall:.1f} s; {noise}, multiplied by {n:,}", least,
        )
        for n, least in ((200, 0.0), (draws, AHEAD_OF_ANALYST if customers >= AHEAD_FROM else 0.0))
    ]  # fmt: skip


def default_design(bands: BandStudy) -> tuple[BasisColumn, ...]:
    """Return the columns of the headline's design, which the base's study does not give by a formula."""
    if not isinstance(bands.basis, Basis):
        raise SystemExit("the base's study gives its design by a formula")
    return bands.basis.columns


def against_regressions(bands: BandStudy, rows: EpisodeRows, repeats: int) -> list[Comparison]:
    """Compare the regressions of every band, metric and month."""
    target = bands.targets[0].mean[:, 0, 0]
    ours, fitted = timed(
        lambda: standardise_rows(
            rows.design, rows.outcomes, band=rows.band, group=rows.group, last_k=rows.last_k, target=target
        ),
        repeats,
    )
    wanted = fitted.estimate[..., [k - 1 for k in MONTHS]]
    frame = pd.DataFrame(rows.design[:, 1:], columns=[f"x{at}" for at in range(1, rows.design.shape[1])])
    names = list(frame.columns)
    frame = frame.assign(customer=rows.customer, band=rows.band, last_k=rows.last_k)
    tables = {}
    for k in MONTHS:
        outcomes = {f"y{m}": rows.outcomes[:, m, k - 1] for m in range(rows.outcomes.shape[1])}
        table = frame.assign(**outcomes)
        for b in range(BANDS):
            tables[k, b] = table[(table["band"] == b) & (table["last_k"] >= k)].reset_index(drop=True)
    part = f"{BANDS * HORIZON * rows.outcomes.shape[1]} regressions, {len(names) + 1} columns"
    times = HORIZON / len(MONTHS)
    how = f"months {', '.join(map(str, MONTHS))} timed, multiplied by {times:g}"
    found = []
    for peer, work, note in (
        ("pyfixest", fit_pyfixest, f"{how}; errors by customer"),
        ("duckreg", fit_duckreg, f"{how}; point estimates only, tables loaded before"),
    ):
        seconds, coefficients = work(tables, names, rows.outcomes.shape[1])
        difference = held(peer, np.moveaxis(coefficients @ target[0], 0, -1), wanted)
        found.append(Comparison(peer, part, seconds * times, ours, difference, note))
    return found


Tables = dict[tuple[int, int], pd.DataFrame]


def fit_pyfixest(tables: Tables, names: list[str], n_metrics: int) -> tuple[Time, Any]:
    """Return times and coefficients, months by bands by metrics by columns, errors clustered by customer."""
    pyfixest = load("pyfixest")
    formula = f"{' + '.join(f'y{m}' for m in range(n_metrics))} ~ {' + '.join(names)}"

    def fit(table: pd.DataFrame) -> Any:
        return pyfixest.feols(
            formula, table, vcov={"CRV1": "customer"}, lean=True, copy_data=False, store_data=False
        ).to_list()

    fit(tables[MONTHS[-1], 0])  # what is compiled at the first call is not timed
    seconds, models = timed(lambda: [[fit(tables[k, b]) for b in range(BANDS)] for k in MONTHS], 1)
    order = ["Intercept", *names]
    return seconds, np.array([[[m.coef()[order] for m in fits] for fits in month] for month in models])


def fit_duckreg(tables: Tables, names: list[str], n_metrics: int) -> tuple[Time, Any]:
    """Return times and coefficients, months by bands by metrics by columns, without errors."""
    duckdb, duckreg = load("duckdb"), load("duckreg.estimators")
    formula = f"{' + '.join(f'y{m}' for m in range(n_metrics))} ~ {' + '.join(names)}"
    with tempfile.TemporaryDirectory(prefix="cxvalue-peers-") as folder:
        path = str(Path(folder) / "tables.duckdb")
        with duckdb.connect(path) as connection:
            for (k, b), table in tables.items():
                connection.register("rows", table)
                connection.execute(f"CREATE TABLE month_{k}_band_{b} AS SELECT * FROM rows")
                connection.unregister("rows")

        def fit(k: int, b: int) -> Any:
            model = duckreg.DuckRegression(
                db_name=path, table_name=f"month_{k}_band_{b}", formula=formula, cluster_col="customer", seed=1,
                n_bootstraps=0,
            )  # fmt: skip
            model.fit()
            return model.point_estimate.reshape(len(names) + 1, n_metrics).T

        seconds, found = timed(lambda: [[fit(k, b) for b in range(BANDS)] for k in MONTHS], 1)
    return seconds, np.array(found)


def against_lifelines(bands: BandStudy, rows: EpisodeRows, repeats: int) -> list[Comparison]:
    """Compare Kaplan–Meier curves of the bands, and Cox's model of band and covariates."""
    lifelines = load("lifelines")
    episodes = take_durations(rows, horizon=HORIZON, groups=bands.groups)
    duration, event, months = episodes.duration, episodes.event, np.arange(1.0, HORIZON + 1)
    each = [rows.band == b for b in range(BANDS)]

    def our_curves() -> Any:
        found = [kaplan_meier(duration[own], event[own], group=rows.group[own]) for own in each]
        return [curve.at(months) for curve in found]

    def their_curves() -> Any:
        found = [lifelines.KaplanMeierFitter().fit(duration[own], event[own]) for own in each]
        return [curve.survival_function_at_times(months) for curve in found]

    ours, own_curves = timed(our_curves, repeats)
    theirs, curves = timed(their_curves, repeats)
    n = len(duration)
    found = [
        Comparison(
            "lifelines", f"Kaplan–Meier of {n:,} episodes, 3 bands", theirs, ours,
            held("lifelines' Kaplan–Meier", curves, own_curves), "ours with errors by customer, theirs Greenwood's",
        )
    ]  # fmt: skip
    x = np.column_stack([each[1], each[2], rows.design[:, 1:]]).astype(float)
    how = "both with Efron's ties; ours with errors by customer, theirs model-based: less work"
    everybody = np.flatnonzero(rows.last_k > 0)
    whole = against_cox((x, duration, event, rows.customer), everybody, repeats, how=how, least=0.0)
    how = f"both with Efron's ties and errors by customer, on {TENTH} of the {bands.groups} customer groups"
    tenth = np.flatnonzero(rows.group < TENTH)
    part = against_cox((x, duration, event, rows.customer), tenth, 1, how=how, least=1.0, cluster_col="customer")
    return [*found, part, whole]


def against_cox(
    data: tuple[Any, Any, Any, Any], rows: Any, repeats: int, *, how: str, least: float, **options: Any
) -> Comparison:
    """Compare Cox's model of some episodes: columns, duration, event and customer."""
    x, duration, event, customer = (each[rows] for each in data)
    names = [f"x{at}" for at in range(x.shape[1])]
    frame = pd.DataFrame(x, columns=names).assign(t=duration, e=event)
    if options:
        frame = frame.assign(customer=customer)

    def our_fit() -> CoxFit:
        fitted = cox(duration, event, x, cluster=customer)
        if isinstance(fitted, cx.NotEstimable):
            raise SystemExit(f"our Cox model is {fitted}")
        return fitted

    def their_fit() -> Any:
        model = load("lifelines").CoxPHFitter()
        return model.fit(frame, "t", "e", fit_options={"precision": 1e-10}, **options)

    ours, own = timed(our_fit, repeats)
    theirs, fit = timed(their_fit, 1)
    difference = held("lifelines' Cox model", fit.params_[names], own.coefficients)
    return Comparison(
        "lifelines", f"Cox of {len(rows):,} episodes, {len(names)} terms", theirs, ours, difference, how, least
    )


def against_polars(path: Path, study: cx.Study, repeats: int) -> list[Comparison]:
    """Time join and sums in polars: what of the work is bare data movement. Nothing is promised here."""
    polars = load("polars")
    seconds, means = timed(lambda: join_in_polars(polars, path.parent), repeats)
    curves = study.curves(adjusted=False).to_frame()
    ours = np.array([
        [curves[(curves["band"] == band) & (curves["metric"] == metric)]["estimate"] for metric in analyst.METRICS]
        for band in analyst.BANDS
    ])  # fmt: skip
    own = time_apart("scan", path, repeats)
    how = "means by band, metric and month, unadjusted; ours here is one scan of the files: the unit, not the same work"
    return [Comparison("polars", "join and sums alone", seconds, own, held("polars", means, ours), how, 0.0)]


def join_in_polars(polars: Any, folder: Path) -> Any:
    """Return the mean of every metric by band and month, over the answers observed there."""
    pl, metrics = polars, [name for name in analyst.METRICS if name != "retained"]

    def number(column: str) -> Any:
        return (pl.col(column).dt.year().cast(pl.Int32) * 12 + pl.col(column).dt.month() - 1).alias("number")

    panel = pl.scan_parquet(folder / "panel.parquet").select("customer_id", number("month"), *metrics)
    score = pl.when(pl.col("score") <= 6).then(0).when(pl.col("score") <= 8).then(1).otherwise(2).alias("band")
    surveys = pl.scan_parquet(folder / "surveys.parquet")
    answers = surveys.select("customer_id", score, number("survey_date").alias("m0"))
    k = (pl.col("number") - pl.col("m0")).alias("k")
    around = answers.join(panel, on="customer_id").with_columns(k).filter(pl.col("k").is_between(1, HORIZON))
    sums = around.group_by("band", "k").agg(pl.len().alias("retained"), *(pl.col(name).sum() for name in metrics))
    last = panel.select(pl.col("number").max()).collect().item()
    counts = answers.group_by("band", "m0").agg(pl.len().alias("n"))
    table, sizes = (frame.to_pandas() for frame in pl.collect_all([sums.sort("band", "k"), counts]))
    found = np.empty((BANDS, len(analyst.METRICS), HORIZON))
    for b in range(BANDS):
        own = sizes[sizes["band"] == b]
        observed = [own.loc[own["m0"] + month <= last, "n"].sum() for month in range(1, HORIZON + 1)]
        found[b] = (
            table.loc[table["band"] == b, list(analyst.METRICS)].to_numpy(float) / np.array(observed)[:, None]
        ).T
    return found


def compare(path: Path, *, replicates: int, repeats: int, customers: int) -> list[Comparison]:
    """Hold every peer against ours."""
    with closing(without_response(path)) as study, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of peers, about their own affairs
        bands = study._stages.bands
        rows = bands.read_rows()
        found: list[Comparison] = []
        parts: list[Callable[[], list[Comparison]]] = [
            lambda: against_polars(path, study, repeats),
            lambda: against_lifelines(bands, rows, repeats),
            lambda: against_regressions(bands, rows, repeats),
            lambda: against_analyst(path, study, bands, replicates=replicates, repeats=repeats, customers=customers),
        ]
        for work in parts:
            found += work()
            print(f"{found[-1].peer}: {found[-1].theirs.wall:.2f} s against {found[-1].ours.wall:.2f} s", flush=True)
        return found[::-1]


def main(arguments: list[str]) -> int:
    """Run from the command line; 1 when a promise is missed and that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument(
        "--replicates", type=int, default=3, help="replicates of the analyst's bootstrap that are timed"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--page", action="store_true")
    chosen = parser.parse_args(arguments)
    base = BigBase(chosen.customers)
    with room_for(chosen.keep) as folder:
        path = folder / base.name / "study.toml"
        if not path.exists():
            write_base(base, path.parent)
        found = compare(path, replicates=chosen.replicates, repeats=chosen.repeats, customers=chosen.customers)
    table = comparison_page(found)
    print(table.to_string(index=False))
    if chosen.page:
        FOLDER.mkdir(parents=True, exist_ok=True)
        table.to_csv(FOLDER / "peers.csv", index=False, lineterminator="\n")
    missed = [each for each in found if each.missed()] if chosen.check else []
    for each in missed:
        times = each.theirs.wall / each.ours.wall
        print(f"MISSED: {each.peer}, {each.part}: {times:.1f} times, {each.least:.0f} are promised")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
