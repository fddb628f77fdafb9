"""The customers: in which order they stand, how many are active, and what their memory costs."""

from collections.abc import Callable
from hashlib import md5

import numpy as np
import pytest

import cxvalue as cx
from builders import Base
from cxvalue.link import freed_memory
from cxvalue.link.freed_memory import GIVEN_BACK_AFTER, giving_back
from cxvalue.link.people import by_group
from cxvalue.vocabulary import month_label

OpenStudy = Callable[[Base], cx.Study]


@pytest.mark.parametrize("groups", [1, 2, 1000])
def test_customers_stand_by_group_and_digest(groups: int) -> None:
    digests = np.array([int(md5(str(at).encode(), usedforsecurity=False).hexdigest()[:15], 16) for at in range(3000)])
    group = digests % groups
    np.testing.assert_array_equal(by_group(group, digests), np.lexsort((digests, group)))


def test_digests_that_differ_in_their_last_digits_alone_are_told_apart() -> None:
    # Beside a group of up to 2^20 43 bits are left for a digest of 60: of these two only the last one differs.
    first = (1 << 59) | (1 << 20)
    digests, group = np.array([first + 1, first, 7, first + 1]), np.array([3, 3, 1 << 20, 2])
    assert by_group(group, digests).tolist() == [3, 1, 0, 2]


@pytest.mark.parametrize("segments", [[], ["segment"]])
def test_active_customers_are_counted_in_all_and_by_segment(
    base: Base, open_study: OpenStudy, segments: list[str]
) -> None:
    gathered = open_study(base.with_settings("customers", segments=segments))._stages.gathered
    rows = base.tables["retention"]
    there = rows[rows["month"] == month_label(open_study(base)._stages.timeline.as_of)]
    assert gathered.active_customers == len(there)
    segment = base.tables["customers"].set_index("customer_id")["segment"].loc[there["customer_id"]]
    expected = (segment.value_counts().to_dict(),) if segments else ()
    assert gathered.active_by_segment == expected


def test_memory_is_given_back_every_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    seen: list[int] = []
    monkeypatch.setattr(freed_memory, "give_back", lambda: given.append(len(seen)))
    for item in giving_back(range(2 * GIVEN_BACK_AFTER + 1)):
        seen.append(item)
    assert seen == list(range(2 * GIVEN_BACK_AFTER + 1))
    assert given == [GIVEN_BACK_AFTER, 2 * GIVEN_BACK_AFTER]
