"""Survey scales: which score lies in which band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cxvalue.vocabulary import BANDS, Band

LOW_TO_HIGH: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "nps": ((0, 1, 2, 3, 4, 5, 6), (7, 8), (9, 10)),
    "csat5": ((1, 2), (3,), (4, 5)),
    "ces7": ((1, 2, 3), (4,), (5, 6, 7)),
}
"""Scores of the built-in scales, from the low end to the high end."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Which score lies in which band.

    Parameters
    ----------
    name : str
        ``nps``, ``csat5``, ``ces7`` or ``custom``.
    scores : dict of Band to tuple of float
        The scores of each band; a score in none of them is off the scale.

    Examples
    --------
    >>> read_scale("nps").band_of(7)
    'neutral'
    >>> read_scale("ces7", higher_is_better=False).band_of(7)
    'dissatisfied'
    """

    name: str
    scores: Mapping[Band, tuple[float, ...]]

    def band_of(self, score: float) -> Band | None:
        """Return the band of a score, or None when it is off the scale.

        Parameters
        ----------
        score : float
            The score.

        Returns
        -------
        Band or None
            The band.
        """
        return next((band for band, scores in self.scores.items() if score in scores), None)

    def rows(self) -> dict[str, list[float] | list[int]]:
        """Return the scale as columns ``score`` and ``band`` (the band's code).

        Returns
        -------
        dict
            Two columns of equal length.
        """
        pairs = [(score, BANDS.index(band)) for band, scores in self.scores.items() for score in scores]
        return {"score": [float(score) for score, _ in pairs], "band": [code for _, code in pairs]}


def read_scale(value: str | Mapping[str, list[float]], *, higher_is_better: bool = True) -> Scale:
    """Return a scale from the settings.

    Parameters
    ----------
    value : str or mapping
        Name of a built-in scale, or the scores of each band.
    higher_is_better : bool
        False turns a built-in scale round. A custom scale says itself which scores are good.

    Returns
    -------
    Scale
        The scale.

    Raises
    ------
    ValueError
        For an unknown name, a missing or empty band, or a score in two bands.
    """
    if isinstance(value, str):
        if value not in LOW_TO_HIGH:
            names = ", ".join(f"'{name}'" for name in LOW_TO_HIGH)
            raise ValueError(f"{names}, or {{dissatisfied = [..], neutral = [..], satisfied = [..]}}")
        thirds = LOW_TO_HIGH[value] if higher_is_better else LOW_TO_HIGH[value][::-1]
        return Scale(value, dict(zip(BANDS, thirds, strict=True)))
    if not higher_is_better:
        raise ValueError("higher_is_better = false turns a built-in scale round; a custom scale names its bands itself")
    if set(value) != set(BANDS) or not all(value.values()):
        raise ValueError(f"one list of scores for each of {', '.join(BANDS)}")
    scores = [score for band in BANDS for score in value[band]]
    if len(set(scores)) != len(scores):
        raise ValueError("each score in one band only")
    return Scale("custom", {band: tuple(value[band]) for band in BANDS})
