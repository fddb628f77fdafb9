"""The spread of the what-if panel: what the intervals need of the replicates, without any replicate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxvalue.estimate.replicate import t_factor
from cxvalue.link.columns import Floats
from cxvalue.report.page.packed import Packed, pack
from cxvalue.report.plain_values import Json
from cxvalue.value.levers import split_levers

WHOLE_SHIFT: Final = ("whole_margin", "whole_fixed", "saved")
"""Parts in money of the whole from-band; the others are per moved customer."""
MOST_ERROR: Final = 1e-5
"""By how much of the currency rounding may move the end of an interval: a thousandth of a cent."""
SURE: Final = 6.0
"""Standard deviations of the rounding error that stay below that."""


def split_metric(curves: Floats, at: int, unit: Floats, *, shared: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return what one metric brings through the share, and what it brings by itself.

    Parameters
    ----------
    curves : ndarray of shape (…, 2, M, K)
        Means per customer at time zero, from-band first.
    at : int
        Position of the metric, from 1.
    unit : ndarray of shape (K,)
        Money per unit of it.
    shared : ndarray of shape (M − 1,)
        Which metrics are split at all.

    Returns
    -------
    tuple of ndarray of shape (…, K)
        Money per moved customer and month: through the share, and its own.
    """
    units = np.zeros((curves.shape[-2], curves.shape[-1]))
    units[at] = unit
    levers = split_levers(curves[..., 0, :, :], curves[..., 1, :, :], units, shared=shared)
    return np.asarray(levers[..., 0, :]), np.asarray(levers[..., at, :])


def spread_parts(
    curves: Floats,
    in_band: Floats,
    *,
    units: Mapping[int, Floats],
    shared: NDArray[np.bool_],
    margin_at: int | None,
    cost_at: int | None,
) -> dict[str, Floats]:
    """Return in parts what the panel's figures are weighted sums of, in every replicate.

    Parameters
    ----------
    curves : ndarray of shape (G, 2, M, K)
        Means per customer at time zero with each group left out, from-band first.
    in_band : ndarray of shape (G,)
        Customers now in the from-band.
    units : mapping of int to ndarray of shape (K,)
        Money per unit of the metrics that are valued, by position; of the margin's metric before the margin. 0 where
        an effect no longer counts.
    shared : ndarray of shape (M − 1,)
        Which metrics are split between the share's lever and their own.
    margin_at, cost_at : int or None
        Position of the metric that the margin multiplies, and of cost to serve.

    Returns
    -------
    dict of str to ndarray of shape (G, K)
        ``through_margin`` and ``through_fixed``, the share's lever; ``own_1`` …, each metric's own; and of the whole
        from-band ``whole_margin``, ``whole_fixed`` and ``saved``. What the margin multiplies comes before it.
    """
    nothing = np.zeros((len(curves), curves.shape[-1]))
    through = {"margin": nothing, "fixed": nothing}
    own: dict[str, Floats] = {}
    whole = dict(through)
    for at, unit in units.items():
        kind = "margin" if at == margin_at else "fixed"
        part, rest = split_metric(curves, at, unit, shared=shared)
        through[kind] = through[kind] + part
        whole[kind] = whole[kind] + part + rest
        own[f"own_{at}"] = rest
    parts = {f"through_{kind}": part for kind, part in through.items()} | own
    parts |= {f"whole_{kind}": in_band[:, None] * part for kind, part in whole.items()}
    parts["saved"] = in_band[:, None] * own.get(f"own_{cost_at}", nothing)
    return parts


def spread_root(replicates: Floats) -> Floats:
    """Return a triangular root of the scatter of replicates.

    Parameters
    ----------
    replicates : ndarray of shape (G, N)
        Figures with each group left out.

    Returns
    -------
    ndarray of shape (min(G, N), N)
        R, 0 below its diagonal, with RᵀR = Σ_g (θ₍g₎ − θ̄)(θ₍g₎ − θ̄)ᵀ.

    Notes
    -----
    For any weights a, the jackknife standard error of θᵀa is √((G − 1)/G) · ‖R a‖: exactly that of the replicates,
    which cannot be had back from R. The scatter is a figure of all customers; a replicate less the estimate would be
    one of its group alone, which can be small.

    References
    ----------
    Golub, G. H. and Van Loan, C. F. (2013), Matrix Computations, 4th edition, section 5.2 (QR factorisation),
    ISBN 978-1-4214-0794-4.

    Examples
    --------
    >>> found = spread_root(np.array([[1.0, 4.0], [2.0, 1.0], [3.0, 1.0]]))
    >>> (found.T @ found).round(9).tolist()
    [[2.0, -3.0], [-3.0, 6.0]]
    """
    root = np.linalg.qr(replicates - replicates.mean(axis=0), mode="r")
    signs = np.where(np.diagonal(root) < 0, -1.0, 1.0)
    return np.asarray(root * signs[:, None])


def pack_spread(parts: Mapping[str, Floats], *, confidence: float, most_weight: float = 1.0) -> Json:
    """Return the spread as the panel's script reads it.

    Parameters
    ----------
    parts : mapping of str to ndarray of shape (G, K)
        From :func:`spread_parts`.
    confidence : float
        Level of the intervals.
    most_weight : float
        The largest weight that a figure may give to a number, such as a margin, in which the cent still holds.

    Returns
    -------
    dict
        ``reach``: half the width of an interval over ‖R a‖; ``rows``; ``parts``: by name, what is packed of R row by
        row from its diagonal on, and of whole shifts the mean of the replicates.
    """
    used = {name: part for name, part in parts.items() if np.any(part)}
    every = np.concatenate(list(used.values()), axis=1) if used else np.zeros((len(next(iter(parts.values()))), 0))
    groups, width = every.shape
    reach = t_factor(groups, confidence) * float(np.sqrt((groups - 1) / groups))
    root = spread_root(every)
    step = MOST_ERROR * np.sqrt(12.0) / (SURE * reach * most_weight * np.sqrt(max(width, 1)))
    found, first = [], 0
    for name, part in used.items():
        columns = range(first, first + part.shape[1])
        block = pack(above_diagonal(root, columns), float(step))
        mean = part.mean(axis=0).tolist() if name in WHOLE_SHIFT else None
        found.append(part_entry(name, block, mean))
        first += part.shape[1]
    return {"reach": reach, "rows": len(root), "parts": found}


def above_diagonal(root: Floats, columns: Sequence[int]) -> Floats:
    """Return some columns of a triangular matrix without what is 0 below the diagonal.

    Parameters
    ----------
    root : ndarray of shape (R, N)
        The matrix.
    columns : sequence of int
        The columns, in order.

    Returns
    -------
    ndarray of shape (n,)
        Row by row.
    """
    first, end = columns[0], columns[-1] + 1
    return np.concatenate([np.zeros(0), *(row[max(first, i) : max(end, i)] for i, row in enumerate(root))])


def part_entry(name: str, block: Packed, mean: list[float] | None) -> Json:
    """Return a part of the spread as the script reads it.

    Parameters
    ----------
    name : str
        Its name.
    block : Packed
        Its numbers.
    mean : list of float or None
        Mean of the replicates by month.

    Returns
    -------
    dict
        Keys name, step, bytes, data and, where there is one, mean.
    """
    entry: Json = {"name": name, "step": block.step, "bytes": block.n_bytes, "data": block.data}
    return entry if mean is None else entry | {"mean": mean}
