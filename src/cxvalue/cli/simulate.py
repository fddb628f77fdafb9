"""``cxvalue simulate``: a customer base with a known answer, as files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cxvalue.cli.folder import folder_beside, unwritable
from cxvalue.errors import OutputError

if TYPE_CHECKING:
    from cxvalue.simulate import Scenario, SimulatedBase

MARKS: Final = ("study.toml", "truth.json")
"""A folder that holds both was written by this command."""


def simulate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="New, empty, or holding a simulated base.", show_default=False)
    ],
    scenario: Annotated[str, typer.Option(help="A named scenario; an unknown name lists them.")] = "sample",
    seed: Annotated[int, typer.Option(min=0, help="The same scenario and seed give the same base.")] = 1,
    customers: Annotated[int | None, typer.Option(help="Customers ever in the base.")] = None,
    months: Annotated[int | None, typer.Option(help="Months that the tables cover.")] = None,
    waves: Annotated[
        str | None, typer.Option(help="First months of the survey waves, from 0, such as 5,11,17.")
    ] = None,
    horizon: Annotated[int | None, typer.Option(help="Months over which the move is valued.")] = None,
    effect_scale: Annotated[float | None, typer.Option(help="Multiplies all effects; 0 is no effect at all.")] = None,
    effect_fade: Annotated[float | None, typer.Option(help="Share of every effect lost per calendar year.")] = None,
    churn_trend: Annotated[float | None, typer.Option(help="Yearly change of the log odds of leaving.")] = None,
    disposition_sd: Annotated[float | None, typer.Option(help="Of a stable, unobserved disposition.")] = None,
    survey_noise_sd: Annotated[float | None, typer.Option(help="Of what an answer adds to satisfaction.")] = None,
    share_invited: Annotated[float | None, typer.Option(help="Of the active customers, in each wave.")] = None,
) -> None:
    """Write a simulated customer base with the true value of its move.

    Parameters
    ----------
    folder : Path
        Where to.
    scenario : str
        Name of the scenario that the other options change.
    seed : int
        Seed of the base.
    customers : int, optional
        Customers ever in the base.
    months : int, optional
        Months that the tables cover.
    waves : str, optional
        First months of the survey waves, counted from 0.
    horizon : int, optional
        Months over which the move is valued.
    effect_scale, effect_fade, churn_trend, disposition_sd, survey_noise_sd, share_invited : float, optional
        Parameters of the scenario.
    """
    from cxvalue.simulate import simulate as draw_base  # noqa: PLC0415  numpy, Arrow; --help has to answer at once

    changes: dict[str, Any] = {
        "n_customers": customers, "effect_scale": effect_scale, "effect_fade_per_year": effect_fade,
        "churn_trend_per_year": churn_trend, "disposition_sd": disposition_sd, "survey_noise_sd": survey_noise_sd,
        "share_invited": share_invited,
    }  # fmt: skip
    timed = set_months(named_scenario(scenario), months=months, waves=read_waves(waves), horizon=horizon)
    wanted = replace(timed, **{name: value for name, value in changes.items() if value is not None})
    refuse_foreign_base(folder)
    base = draw_base(wanted, seed=seed)
    write_base(base, folder)
    truth = base.truth
    typer.echo(
        f"{wanted.n_customers:,} customers over {wanted.n_months} months from {wanted.first_month} on.\n"
        f"A move from {truth.from_band} to {truth.to_band} is truly worth EUR {truth.per_customer:,.2f} per moved "
        f"customer over {truth.horizon_months} months.\n"
        f"Wrote {folder / MARKS[0]}"
    )


def named_scenario(name: str) -> Scenario:
    """Return a scenario.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    typer.BadParameter
        For an unknown name; lists those that there are.
    """
    from cxvalue.simulate import SCENARIOS  # noqa: PLC0415  numpy, Arrow; --help has to answer at once

    if name not in SCENARIOS:
        raise typer.BadParameter(f"'{name}' is none of {', '.join(SCENARIOS)}", param_hint="--scenario")
    return SCENARIOS[name]


def read_waves(text: str | None) -> tuple[int, ...] | None:
    """Return the months of the waves.

    Parameters
    ----------
    text : str, optional
        Whole numbers with commas between them.

    Returns
    -------
    tuple of int or None
        The months; None when nothing was said.

    Raises
    ------
    typer.BadParameter
        When they are no whole numbers.

    Examples
    --------
    >>> read_waves("5, 11,17")
    (5, 11, 17)
    """
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise typer.BadParameter(f"'{text}' are not months such as 5,11,17", param_hint="--waves")
    return tuple(int(part) for part in parts)


def set_months(
    scenario: Scenario, *, months: int | None, waves: tuple[int, ...] | None, horizon: int | None
) -> Scenario:
    """Return a scenario over other months, with waves and a horizon that fit into them.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    months : int, optional
        Months that the tables cover.
    waves : tuple of int, optional
        First months of the waves; default those of the scenario after which a month of follow-up is left.
    horizon : int, optional
        Months over which the move is valued; default the scenario's, or the follow-up of the first wave where that
        is shorter.

    Returns
    -------
    Scenario
        The changed scenario.
    """
    covered = scenario.n_months if months is None else months
    if waves is None:
        waves = tuple(wave for wave in scenario.waves if wave + scenario.fieldwork_months < covered)
    if horizon is None and waves:
        horizon = max(1, min(scenario.horizon_months, covered - waves[0] - scenario.fieldwork_months))
    chosen = scenario.horizon_months if horizon is None else horizon
    return replace(scenario, n_months=covered, waves=waves, horizon_months=chosen)


def refuse_foreign_base(folder: Path) -> None:
    """Refuse a folder whose content was not written by this command.

    Parameters
    ----------
    folder : Path
        Where a base is to be written.

    Raises
    ------
    OutputError
        When it is no folder, or holds something and lacks a study or its truth.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not all((folder / mark).is_file() for mark in MARKS)):
        raise OutputError(
            f"'{folder}' is not a simulated base, so nothing in it is replaced",
            allowed=f"a new or empty folder, or one that holds {' and '.join(MARKS)}", hint="name another folder",
        )  # fmt: skip


def write_base(base: SimulatedBase, folder: Path) -> None:
    """Write a base by way of a folder beside, so that an interruption leaves no half-written file.

    Parameters
    ----------
    base : SimulatedBase
        The base.
    folder : Path
        Where to.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    try:
        with folder_beside(folder) as fresh:
            base.write(fresh)
            folder.mkdir(exist_ok=True)
            for file in sorted(fresh.iterdir(), key=lambda file: file.name in MARKS):
                file.replace(folder / file.name)
    except OSError as error:
        raise unwritable(folder, error) from None
