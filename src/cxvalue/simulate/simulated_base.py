"""A simulated customer base: its tables and the true value of a move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from cxvalue.errors import SettingsError
from cxvalue.result import Brief
from cxvalue.simulate.customers import Customers, customer_ids, draw_customers
from cxvalue.simulate.folder import write_folder
from cxvalue.simulate.history import AnswerHistory, no_history
from cxvalue.simulate.month import Month, close_month, draw_month, initial_state, live_month
from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.survey import survey_month, wave_of
from cxvalue.simulate.tables import TableParts
from cxvalue.simulate.truth import Truth, measure_truth
from cxvalue.vocabulary import BANDS, DISSATISFIED, NEUTRAL, Band


@dataclass(frozen=True, slots=True, repr=False)
class SimulatedBase(Brief):
    """A customer base with a known answer.

    Parameters
    ----------
    scenario : Scenario
        The parameters it was drawn from.
    seed : int
        Its seed.
    tables : mapping of str to pyarrow.Table
        ``surveys`` (customer_id, survey_date, score, channel), ``customers`` (customer_id, joined_date, segment,
        region, plan_price), ``retention`` (customer_id, month; a row while active), ``revenue`` and ``cost_to_serve``
        (customer_id, month, value; the cost panel also has incidents), ``upgrades`` and ``referrals`` (the same,
        rows only where there was one), and ``invitations`` (customer_id, invited_date) where a share is invited.
        Where leaving is not seen there is no ``retention``, ``upgrades`` or ``referrals``, ``revenue`` has rows only
        for purchases, ``cost_to_serve`` only for purchases and incidents, and ``usual_basket`` stands for the price.
    truth : Truth
        What the move is truly worth.
    """

    scenario: Scenario
    seed: int
    tables: Mapping[str, pa.Table]
    truth: Truth

    def write(self, folder: str | Path) -> Path:
        """Write Parquet files, ``truth.json`` and a ``study.toml`` that runs as it stands.

        Parameters
        ----------
        folder : str or pathlib.Path
            Where to; made if it does not exist, files of the same names are replaced.

        Returns
        -------
        pathlib.Path
            Path of ``study.toml``.
        """
        return write_folder(Path(folder), scenario=self.scenario, seed=self.seed, tables=self.tables, truth=self.truth)


def simulate(
    scenario: Scenario, *, seed: int, from_band: Band = DISSATISFIED, to_band: Band = NEUTRAL
) -> SimulatedBase:
    """Simulate a customer base month by month, and the true value of moving customers to another band.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    seed : int
        Seed, 0 or more; the same scenario and seed give the same base.
    from_band, to_band : {"dissatisfied", "neutral", "satisfied"}, optional
        The move, by default from dissatisfied to neutral.

    Returns
    -------
    SimulatedBase
        Tables and truth.

    Raises
    ------
    SettingsError
        When the seed is negative, a band is unknown, or a band of the move is empty.

    Notes
    -----
    A month goes: incidents, satisfaction, survey answers, revenue, cost, upgrades and referrals, leaving at its end.
    The value refers to the last month of the last wave. There, after the month's money and counts but before anybody
    leaves, everybody in the from-band receives the satisfaction of a customer in the to-band with like covariates, the
    earlier answers among them; from then on nature runs, and both worlds share their random numbers.

    Examples
    --------
    >>> base = simulate(Scenario(n_customers=500), seed=3)
    >>> base.truth.as_of, base.tables["customers"].num_rows
    ('2025-03', 500)
    """
    if seed < 0:
        raise SettingsError(f"seed = {seed}", allowed="0 or more")
    for band in (from_band, to_band):
        if band not in BANDS:
            raise SettingsError(f"unknown band '{band}'", allowed=", ".join(BANDS))
    customers = draw_customers(scenario, seed=seed)
    parts = TableParts(scenario.first_month_index, customer_ids(len(customers)))
    parts.add_customers(customers, scenario=scenario)
    (truth,) = (
        measure_truth(scenario, customers, month, history=history, seed=seed, from_band=from_band, to_band=to_band)
        for month, history in _live_panel(scenario, customers, parts=parts, seed=seed)
        if month.offset == scenario.as_of_offset
    )
    return SimulatedBase(scenario, seed, parts.join(), truth)


def _live_panel(
    scenario: Scenario, customers: Customers, *, parts: TableParts, seed: int
) -> Iterator[tuple[Month, AnswerHistory]]:
    """Yield each month of the panel with what was answered before it, and gather its rows into the tables."""
    state, history = initial_state(scenario, customers, seed=seed), no_history(len(customers))
    for offset in range(scenario.n_months):
        draws = draw_month(scenario, customers, seed=seed, offset=offset)
        month = live_month(scenario, customers, state, draws=draws, offset=offset)
        (parts.add_month if scenario.leaving_is_seen else parts.add_purchases)(month)
        yield month, history
        wave = wave_of(scenario, offset)
        if wave is not None:
            answers = survey_month(scenario, customers, month, seed=seed, wave=wave)
            history = history.after(answers, offset=offset)
            parts.add_answers(answers, offset=offset, keep_invitations=scenario.share_invited is not None)
        state = close_month(scenario, customers, month, draws=draws)
