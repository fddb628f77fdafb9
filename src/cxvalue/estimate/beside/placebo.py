"""Placebo: what the same estimator finds in months that the answer cannot have changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxvalue.errors import NotEstimable
from cxvalue.estimate.protocol import EpisodeSource
from cxvalue.estimate.standardise import standardise_rows
from cxvalue.link.columns import Floats, Integers
from cxvalue.vocabulary import month_label

PLACEBO_MONTHS = 6
"""Months before the baseline that are tested."""


@dataclass(frozen=True, slots=True, eq=False)
class PlaceboReplicates:
    """The contrast before the months of the amounts, beside the contrast of as many months after the answer.

    Parameters
    ----------
    before, after : ndarray of shape (1 + G,)
        On all customers, then with each group left out. Both are of the same episodes, whose customers were there
        in all months before; the months after include leaving. Where leaving is not seen, they are of episodes whose
        customers counted as active in the first of the months before.
    first_k, last_k : int
        The months before, counted from that of the answer.
    n_episodes : int
        Episodes of the two bands.
    columns_lost : tuple of int
        Columns of the headline that these episodes cannot carry.
    after_staying : ndarray of shape (1 + G,), optional
        The contrast after the answer of those who are still there in all those months: of the amounts alone, as
        ``before`` is. None where leaving is not seen, and where too few stay.
    n_customers : int or None
        Distinct customers among those episodes.
    """

    before: Floats
    after: Floats
    first_k: int
    last_k: int
    n_episodes: int
    columns_lost: tuple[int, ...] = ()
    after_staying: Floats | None = None
    n_customers: int | None = None


def fit_placebo(
    source: EpisodeSource, weights: Floats, *, columns: tuple[int, ...]
) -> PlaceboReplicates | NotEstimable:
    """Estimate the contrast in the months before those of the amounts that are adjusted for.

    Parameters
    ----------
    source : EpisodeSource
        The episodes of everybody.
    weights : ndarray of shape (M, H)
        What one unit of each metric counts in each month after the answer; the six months before take those of the
        first six after.
    columns : tuple of int
        Columns of the design that the headline uses.

    Returns
    -------
    PlaceboReplicates or NotEstimable
        Not estimable where the follow-up or the months before are too short for 50 episodes in every band.

    Notes
    -----
    The months are m0 − L − 5 to m0 − L, L being the length of the baseline (one earlier where the baseline ends before
    the month of the answer, and earlier by ``amounts_lag_months``), adjusted for the same covariates as the headline.
    Only episodes whose customers were
    active in all six are used, so that there is no retention to test; where leaving is not seen, episodes whose
    customers were active in the first of the six, having bought within the months that make them so. A panel whose
    missing rows are zero is zero in the months before its first row.
    """
    if source.horizon < PLACEBO_MONTHS:
        return NotEstimable(f"the follow-up is shorter than {PLACEBO_MONTHS} months")
    timeline, clean, rows = source.outcomes.timeline, source.outcomes.clean, source.rows()
    last_k = -timeline.amounts.stop
    first_k = last_k - PLACEBO_MONTHS + 1
    covered = [panel.first_month for panel in clean.panels if panel.panel.missing != "zero"]
    first_month = max([clean.activity.first_known, *covered])
    before, there = money_before(source, weights[:, :PLACEBO_MONTHS], first_k=first_k, last_k=last_k)
    used = there & (rows.m0 + first_k >= first_month) & (rows.last_k >= PLACEBO_MONTHS)
    after = np.tensordot(rows.outcomes[:, :, :PLACEBO_MONTHS], weights[:, :PLACEBO_MONTHS], axes=2)
    fitted = contrast_of(source, np.stack([before, after], axis=1), used, columns=columns)
    if isinstance(fitted, NotEstimable):
        reason = f"{int(used.sum()):,} answers have {-first_k} months with the customer before them"
        return NotEstimable(f"{reason} (the panels begin in {month_label(first_month)}): {fitted.reason}")
    contrast, kept = fitted
    pair = used & np.isin(rows.band, [source.from_band, source.to_band])
    n_episodes, n_customers = int(pair.sum()), len(np.unique(rows.customer[pair]))
    lost = tuple(columns[at] for at in range(len(columns)) if at not in kept)
    staying: Floats | None = None
    if clean.activity.window is None:
        stays = used & (rows.outcomes[:, 0, :PLACEBO_MONTHS] > 0).all(axis=1)
        found = contrast_of(source, after[:, None], stays, columns=columns)
        staying = None if isinstance(found, NotEstimable) else found[0][:, 0]
    return PlaceboReplicates(
        contrast[:, 0], contrast[:, 1], first_k, last_k, n_episodes, lost, staying, n_customers=n_customers
    )


def contrast_of(
    source: EpisodeSource, outcomes: Floats, used: NDArray[np.bool_], *, columns: tuple[int, ...]
) -> tuple[Floats, tuple[int, ...]] | NotEstimable:
    """Return the standardised contrast of some outcomes among some episodes.

    Parameters
    ----------
    source : EpisodeSource
        The episodes of everybody.
    outcomes : ndarray of shape (r, M)
        Outcomes of all its rows.
    used : ndarray of shape (r,)
        Which rows count.
    columns : tuple of int
        Columns of the design.

    Returns
    -------
    tuple of ndarray of shape (1 + G, M) and tuple of int, or NotEstimable
        To-band less from-band, and the positions among the columns that these episodes carry.
    """
    rows = source.rows()
    fitted = standardise_rows(
        rows.design[used][:, list(columns)],
        outcomes[used][:, :, None],
        band=rows.band[used],
        group=rows.group[used],
        last_k=np.ones(int(used.sum()), dtype=np.int64),
        target=source.target[:, list(columns)],
    )
    if isinstance(fitted, NotEstimable):
        return fitted
    curves = np.concatenate([fitted.estimate[None], fitted.leave_one_group_out])[..., 0]
    return np.asarray(curves[:, source.to_band] - curves[:, source.from_band]), tuple(fitted.columns)


def money_before(
    source: EpisodeSource, weights: Floats, *, first_k: int, last_k: int
) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return the weighted sum of the metrics in some months before each answer, and whose months are compared.

    Parameters
    ----------
    source : EpisodeSource
        Reads the panels.
    weights : ndarray of shape (M, months)
        What one unit of each metric counts in each month.
    first_k, last_k : int
        The months, counted from that of the answer.

    Returns
    -------
    tuple of ndarray of shape (r,)
        Sums, and whether the customer was active: in all the months or, where leaving is not seen, in the first.
    """
    at: Integers = source.rows().at
    window = source.outcomes.clean.activity.window
    earlier = 0 if window is None else window - 1
    values = source.outcomes.read(at, first_k - earlier, last_k)
    share = values[:, 0] > 0
    there = np.asarray(share.all(axis=1) if window is None else share[:, :window].any(axis=1))
    return np.tensordot(values[:, :, earlier:], weights, axes=2), there
