"""Survey scales: which score lies in which band, and what is off the scale."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cxvalue as cx
from builders import Base, finding
from cxvalue.tables import read_scale

OpenStudy = Callable[[Base], cx.Study]

BUILT_IN = {
    ("nps", True): {"dissatisfied": range(0, 7), "neutral": (7, 8), "satisfied": (9, 10)},
    ("nps", False): {"dissatisfied": (9, 10), "neutral": (7, 8), "satisfied": range(0, 7)},
    ("csat5", True): {"dissatisfied": (1, 2), "neutral": (3,), "satisfied": (4, 5)},
    ("ces7", True): {"dissatisfied": (1, 2, 3), "neutral": (4,), "satisfied": (5, 6, 7)},
    # "How much effort did it take?": 7 is a lot.
    ("ces7", False): {"dissatisfied": (5, 6, 7), "neutral": (4,), "satisfied": (1, 2, 3)},
}


@pytest.mark.parametrize(("name", "higher_is_better"), BUILT_IN)
def test_a_built_in_scale_places_every_score(name: str, higher_is_better: bool) -> None:
    scale = read_scale(name, higher_is_better=higher_is_better)
    expected = {score: band for band, scores in BUILT_IN[name, higher_is_better].items() for score in scores}
    assert {score: scale.band_of(score) for score in range(-2, 13)} == {
        score: expected.get(score) for score in range(-2, 13)
    }


def test_a_score_between_two_is_off_the_scale() -> None:
    assert read_scale("nps").band_of(6.5) is None


def test_a_custom_scale_takes_the_scores_that_it_names() -> None:
    scale = read_scale({"dissatisfied": [1, 1.5], "neutral": [2], "satisfied": [3, 3.5]})
    assert [scale.band_of(score) for score in (1.5, 2, 3.5, 2.5)] == ["dissatisfied", "neutral", "satisfied", None]
    assert scale.rows() == {"score": [1.0, 1.5, 2.0, 3.0, 3.5], "band": [0, 0, 1, 2, 2]}


REFUSED = {
    "a band is missing": ({"dissatisfied": [1], "satisfied": [3]}, "one list of scores for each of"),
    "a band is empty": ({"dissatisfied": [1], "neutral": [], "satisfied": [3]}, "one list of scores for each of"),
    "a band is unknown": ({"bad": [1], "neutral": [2], "satisfied": [3]}, "one list of scores for each of"),
    "a score lies in two": ({"dissatisfied": [1, 2], "neutral": [2], "satisfied": [3]}, "each score in one band only"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_custom_scale_that_does_not_place_every_score_once_is_refused(case: str) -> None:
    scale, allowed = REFUSED[case]
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(surveys={"scale": scale})
    as_numbers = {band: [float(score) for score in scores] for band, scores in scale.items()}
    assert refused.value.what == f"[surveys] scale = {as_numbers!r} is refused"
    assert allowed in refused.value.allowed


def test_an_unknown_scale_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(surveys={"scale": "nsp"})
    assert refused.value.what == "[surveys] scale = 'nsp' is refused"
    assert refused.value.allowed == (
        "'nps', 'csat5', 'ces7', or {dissatisfied = [..], neutral = [..], satisfied = [..]}"
    )


def test_a_custom_scale_cannot_be_turned_round() -> None:
    custom = {"dissatisfied": [1], "neutral": [2], "satisfied": [3]}
    with pytest.raises(cx.SettingsError) as refused:
        cx.Settings(surveys={"scale": custom, "higher_is_better": False})
    assert "a custom scale names its bands itself" in refused.value.allowed


def test_an_effort_score_turned_round_swaps_the_outer_bands(lean: Base, open_study: OpenStudy) -> None:
    # NPS-like answers put on seven points: 2, 4, 6 for the three bands.
    to_seven = lean.changed(
        "surveys", lambda rows: rows.assign(score=(rows["score"] >= 7) * 2 + (rows["score"] >= 9) * 2 + 2)
    )
    better = open_study(to_seven.with_settings("surveys", scale="ces7")).episodes().to_frame()
    worse = open_study(to_seven.with_settings("surveys", scale="ces7", higher_is_better=False)).episodes().to_frame()
    assert worse["episodes"].tolist() == better["episodes"].tolist()[::-1]


def test_scores_that_another_scale_would_take_are_off_this_one(lean: Base, open_study: OpenStudy) -> None:
    n_off = int((~lean.tables["surveys"]["score"].between(1, 5)).sum())
    assert n_off > 0
    assert finding(open_study(lean.with_settings("surveys", scale="csat5")), "surveys.off_scale").n_rows == n_off
