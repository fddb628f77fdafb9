"""Empty cells: categories that a band's episodes do not hold, and covariates that are lost to them."""

from __future__ import annotations

import numpy as np

from cxvalue.errors import NotEstimable
from cxvalue.estimate.bands import BandStudy
from cxvalue.estimate.design import RARE_LEVEL
from cxvalue.estimate.estimators import Standardised
from cxvalue.link.columns import Integers, parts_of
from cxvalue.vocabulary import BANDS, Band


def list_empty_cells(study: BandStudy) -> tuple[str, ...]:
    """Return the categories of which a band has no episode, at all or at the end of the horizon.

    Parameters
    ----------
    study : BandStudy
        The estimated study.

    Returns
    -------
    tuple of str
        One text a category. Categories of fewer than 30 episodes over all bands share the reference category and
        are not listed.
    """
    covariates, found = study.linked.answers.covariates.only(study.covariates), []
    seen_of = np.r_[np.where(study.moments[0].last_k < study.timeline.horizon, 1, 2), 0]  # the last one for bin -1
    counts = [np.zeros((len(levels), 3 * len(BANDS)), dtype=np.int64) for levels in covariates.levels]
    for rows in parts_of(len(study.bins)):
        band_seen = study.linked.answers.band[rows] + len(BANDS) * seen_of[study.bins[rows]]
        for at, levels in enumerate(covariates.levels):
            counts[at] += cell_counts(covariates.codes[rows, at], band_seen, len(levels), 3 * len(BANDS))
    for at, name in enumerate(covariates.level_names):
        levels, (_, early, last) = covariates.levels[at], np.split(counts[at], 3, axis=1)
        ever = early + last
        for level in np.flatnonzero(ever.sum(axis=1) >= RARE_LEVEL):
            for cells, when in ((ever[level], ""), (last[level], f" observed {study.timeline.horizon} months on")):
                empty = [BANDS[b] for b in np.flatnonzero(cells == 0)]
                if empty:
                    whose = f"no {' or '.join(empty)} episode" if len(empty) < len(BANDS) else "no episode of any band"
                    found.append(f"{name} = {levels[level]}: {whose}{when}")
                    break
    return tuple(found)


def cell_counts(codes: Integers, band: Integers, n_levels: int, n_bands: int = len(BANDS)) -> Integers:
    """Return the episodes of each category and band.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        Category of each episode; −1 where blank.
    band : ndarray of shape (n,)
        Its band.
    n_levels : int
        Categories, L.
    n_bands : int
        Bands, or whatever else is told apart, B.

    Returns
    -------
    ndarray of shape (L, B)
        Episodes.

    Examples
    --------
    >>> cell_counts(np.array([0, 0, 1, -1]), np.array([0, 2, 2, 1]), 2).tolist()
    [[1, 0, 1], [0, 0, 1]]
    """
    cells = np.bincount((codes + 1) * n_bands + band, minlength=(n_levels + 1) * n_bands)
    return cells.reshape(n_levels + 1, n_bands)[1:].astype(np.int64)


def list_lost_covariates(study: BandStudy, *, from_band: Band) -> tuple[str, ...]:
    """Return the covariates that entered the design and of which no column could be used.

    Parameters
    ----------
    study : BandStudy
        The estimated study.
    from_band : Band
        To whose covariates the headline is standardised.

    Returns
    -------
    tuple of str
        Names. Every column of theirs is, in some band or replicate, a combination of others, as the column of a
        category is of which a band has no episode.
    """
    fitted = study.fit(Standardised(), from_band=from_band, horizon=study.timeline.horizon)
    if isinstance(fitted, NotEstimable):
        return ()
    owners = [source.split(" × ") for source in study.basis.covariates()]
    used = {name for at in fitted.columns for name in owners[at]}
    return tuple(dict.fromkeys(name for source in owners for name in source if name and name not in used))


def describe_filled(study: BandStudy) -> tuple[str, ...]:
    """Return for how many episodes a covariate was not known.

    Parameters
    ----------
    study : BandStudy
        The estimated study.

    Returns
    -------
    tuple of str
        One text a covariate.
    """
    covariates = study.linked.answers.covariates.only(study.covariates)
    numbers, codes = [0] * len(covariates.number_names), [0] * len(covariates.level_names)
    for rows in parts_of(len(study.bins)):
        followed = study.bins[rows] >= 0
        for at in range(len(numbers)):
            numbers[at] += int((np.isnan(covariates.numbers[rows, at]) & followed).sum())
        for at in range(len(codes)):
            codes[at] += int(((covariates.codes[rows, at] < 0) & followed).sum())
    gaps = zip(covariates.number_names, numbers, ["the mean"] * len(numbers), strict=True)
    blanks = zip(covariates.level_names, codes, ["the most frequent category"] * len(codes), strict=True)
    return tuple(
        f"{name}: not known in {n:,} episodes, counted as {as_} there" for name, n, as_ in (*gaps, *blanks) if n
    )
