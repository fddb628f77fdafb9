"""The sections of the monthly tables, with what a missing and a repeated customer-month means in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from cxvalue.engine import Engine
from cxvalue.tables.guess.active_months import ACTIVE, ActiveMonths, numbers_of
from cxvalue.tables.guess.dates import format_keys
from cxvalue.tables.guess.gaps import Keys, count_contradicting, count_gaps
from cxvalue.tables.guess.panel_columns import MetricGuess, MonthlyTable
from cxvalue.tables.guess.section_guess import SectionGuess
from cxvalue.vocabulary import COST_TO_SERVE, REFERRALS, RETAINED, REVENUE, STANDARD_METRICS, UPGRADES, month_label

DENSE: Final = 0.95
HALF_DENSE: Final = 0.7
EVENTS: Final = (UPGRADES, REFERRALS)


def with_revenue(monthly: Sequence[MonthlyTable], keys: Mapping[int, Keys]) -> list[MonthlyTable]:
    """Return the monthly tables, one of their own metrics of money taken as revenue where none is named like it.

    Parameters
    ----------
    monthly : sequence of MonthlyTable
        The tables.
    keys : mapping of int to Keys
        Their customer-months.

    Returns
    -------
    list of MonthlyTable
        The tables.
    """
    if any(metric.metric == REVENUE for table in monthly for metric in table.metrics):
        return list(monthly)
    own = [table for table in monthly if any(metric.kind == "money" for metric in table.metrics)]
    if not own:
        return list(monthly)
    most = max(own, key=lambda table: keys[table.at].n_keys)
    column = next(metric.column for metric in most.metrics if metric.kind == "money")
    doubt = f"{most.table.group.label}: '{column.name}' is taken as revenue, for no other column is named like it"
    taken = MetricGuess(REVENUE, column, "the only amounts of money", doubt=doubt)
    return [replace(table, metrics=(taken,)) if table is most else table for table in monthly]


def guess_panels(
    engine: Engine, monthly: Sequence[MonthlyTable], keys: Mapping[int, Keys], active: ActiveMonths
) -> tuple[SectionGuess, ...]:
    """Return the sections of the monthly tables that hold metrics.

    Parameters
    ----------
    engine : Engine
        Counts gaps and repeats.
    monthly : sequence of MonthlyTable
        The tables.
    keys : mapping of int to Keys
        Their customer-months.
    active : ActiveMonths
        Who was there when.

    Returns
    -------
    tuple of SectionGuess
        One wide ``[panel]`` where a single table holds several metrics, else ``[panels.NAME]`` for each metric.
    """
    measuring = [table for table in monthly if table.metrics]
    if len(measuring) == 1 and len(measuring[0].metrics) > 1:
        return (wide_section(engine, measuring[0], keys[measuring[0].at], active),)
    sections: dict[str, SectionGuess] = {}
    for table in sorted(measuring, key=lambda table: -keys[table.at].n_keys):
        for position, metric in enumerate(table.metrics):
            name = f"panels.{metric.metric}"
            if name in sections:
                taken = f"{metric.metric} is taken from {sections[name].group.label}"
                doubt = f"{table.table.group.label}: '{metric.column.name}' is left out, for {taken}"
                sections[name] = replace(sections[name], unsure=(*sections[name].unsure, doubt))
                continue
            sections[name] = panel_section(engine, table, keys[table.at], active, position)
    order = [f"panels.{name}" for name in STANDARD_METRICS]
    return tuple(sorted(sections.values(), key=lambda s: order.index(s.section) if s.section in order else len(order)))


def panel_section(
    engine: Engine, monthly: MonthlyTable, keys: Keys, active: ActiveMonths, position: int
) -> SectionGuess:
    """Return the section of one metric.

    Parameters
    ----------
    engine : Engine
        Counts gaps and repeats.
    monthly : MonthlyTable
        The table.
    keys : Keys
        Its customer-months.
    active : ActiveMonths
        Who was there when.
    position : int
        Which of its metrics.

    Returns
    -------
    SectionGuess
        The section; covariates stand with the first metric of a table.
    """
    metric, label = monthly.metrics[position], monthly.table.group.label
    columns = {"customer_id": monthly.customer.name, "month": monthly.month.name, "value": metric.column.name}
    keyed, reasons, unsure = shared_keys(engine, monthly, keys)
    if "updated_at" in keyed:
        columns["updated_at"] = keyed.pop("updated_at")
    missing, why, doubt = tell_missing(engine, metric, keys, active, position)
    if metric.kind:
        keyed = {"kind": metric.kind, "unit_value": 0.0, **keyed}
    keyed["missing"] = missing
    if monthly.covariates and position == 0:
        keyed["covariates"] = [column.name for column in monthly.covariates]
    doubts = [f"{label}: {text}" for text in (doubt,) if text] + [text for text in (metric.doubt,) if text]
    return SectionGuess(
        f"panels.{metric.metric}", monthly.table.group, f"{keys.n_keys:,} customer-months with numbers", columns, keyed,
        {**reasons, metric.column.name: metric.why, "missing": why,
         **dict.fromkeys((c.name for c in monthly.covariates), "a further number of each month")},
        (*unsure, *doubts) if position == 0 else tuple(doubts),
    )  # fmt: skip


def wide_section(engine: Engine, monthly: MonthlyTable, keys: Keys, active: ActiveMonths) -> SectionGuess:
    """Return the section of one wide monthly table.

    Parameters
    ----------
    engine : Engine
        Counts gaps and repeats.
    monthly : MonthlyTable
        The table.
    keys : Keys
        Its customer-months.
    active : ActiveMonths
        Who was there when.

    Returns
    -------
    SectionGuess
        The section.
    """
    label = monthly.table.group.label
    columns = {"customer_id": monthly.customer.name, "month": monthly.month.name}
    if monthly.flag is not None:
        columns[RETAINED] = monthly.flag.name
    columns |= {metric.metric: metric.column.name for metric in monthly.metrics}
    keyed, reasons, unsure = shared_keys(engine, monthly, keys)
    if "updated_at" in keyed:
        columns["updated_at"] = keyed.pop("updated_at")
    told = [tell_missing(engine, metric, keys, active, at) for at, metric in enumerate(monthly.metrics)]
    order = ("error", "fill", "zero")
    missing, why, _ = max(told, key=lambda rule: order.index(rule[0]))
    keyed["missing"] = missing
    own = {metric.metric: {"kind": metric.kind, "unit_value": 0.0} for metric in monthly.metrics if metric.kind}
    if own:
        keyed["metrics"] = own
    if monthly.covariates:
        keyed["covariates"] = [column.name for column in monthly.covariates]
    doubts = [f"{label}: {doubt}" for _, _, doubt in told if doubt] + [m.doubt for m in monthly.metrics if m.doubt]
    if len({rule for rule, _, _ in told}) > 1:
        doubts.append(f"{label}: one setting for gaps has to do for all its metrics; {missing} is taken")
    named = {metric.column.name: metric.why for metric in monthly.metrics}
    named |= dict.fromkeys((column.name for column in monthly.covariates), "a further number of each month")
    return SectionGuess(
        "panel", monthly.table.group, f"{keys.n_keys:,} customer-months with several metrics", columns, keyed,
        {**reasons, **named, "missing": why}, (*unsure, *doubts),
    )  # fmt: skip


def shared_keys(
    engine: Engine, monthly: MonthlyTable, keys: Keys
) -> tuple[dict[str, Any], dict[str, str], tuple[str, ...]]:
    """Return the settings that all metrics of a table share: date format and repeats.

    Parameters
    ----------
    engine : Engine
        Counts repeats.
    monthly : MonthlyTable
        The table.
    keys : Keys
        Its customer-months.

    Returns
    -------
    tuple of dict, dict and tuple of str
        Settings (with ``updated_at``, where that decides), reasons, what to look at.
    """
    label = monthly.table.group.label
    found, reasons, unsure = format_keys([monthly.month], label)
    settings: dict[str, Any] = dict(found)
    n_twice = count_contradicting(engine, keys, len(numbers_of(monthly)))
    if n_twice and monthly.updated_at is not None:
        settings |= {"duplicates": "last", "updated_at": monthly.updated_at.name}
        reasons["duplicates"] = (
            f"{n_twice:,} rows repeat a customer-month, and '{monthly.updated_at.name}' says which is later"
        )
    elif n_twice:
        settings["duplicates"] = "sum"
        reasons["duplicates"] = f"{n_twice:,} rows repeat a customer-month with other numbers"
        unsure += (f"{label}: {reasons['duplicates']}: taken as parts of one sum",)
    if keys.n_unread:
        unsure += (f"{label}: {keys.n_unread:,} months in '{monthly.month.name}' cannot be read",)
    return settings, reasons, unsure


def tell_missing(
    engine: Engine, metric: MetricGuess, keys: Keys, active: ActiveMonths, position: int
) -> tuple[str, str, str]:
    """Return what a missing customer-month means.

    Parameters
    ----------
    engine : Engine
        Counts gaps.
    metric : MetricGuess
        The metric.
    keys : Keys
        The table's customer-months.
    active : ActiveMonths
        Who was there when.
    position : int
        Position of the metric among the numbers.

    Returns
    -------
    tuple of str
        Setting, reason, what to look at.
    """
    if active.by_purchases:
        return "zero", "a row only in months with a purchase", ""
    n_active, n_gaps = count_gaps(engine, ACTIVE, keys, position)
    share = n_gaps / n_active if n_active else 0.0
    since = month_label(keys.first)
    told = f"{n_gaps:,} of {n_active:,} active customer-months from {since} on without a value ({share:.1%})"
    if n_gaps == 0:
        return (
            ("error", "a value in every active month", "") if metric.metric not in EVENTS else ("zero", "a count", "")
        )
    if metric.metric in EVENTS or metric.kind == "count" or 1 - share < HALF_DENSE:
        doubt = "a large part of the months is without revenue; 0 is taken" if metric.metric == REVENUE else ""
        return "zero", f"{told}: rows only where there is something", doubt and f"{doubt}: {told}"
    if 1 - share >= DENSE:
        return "fill", f"{told}: lost rows", f"{told}: filled from the months beside; if they are true zeros, say zero"
    if metric.metric == COST_TO_SERVE:
        return "zero", f"{told}: rows only where there is a cost", f"{told}: taken as months without a cost"
    return "error", told, f"{told}: too many to fill; find out whether they are zeros"
