"""Of several versions of one observation or look the one that stands is told by what they say."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, Readings, empty, gather, new_table
from truceline.observations.added import Kept, add_readings

T = pd.Timestamp("2026-01-01T00:00Z")
VERSIONS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.sampled_from([None, 0, 1]), st.sampled_from("xyz")),
    max_size=8,
)


def reading(rows, digests=None, looks=None):
    told = [
        {"observation_id": name, "time_start": T + pd.Timedelta(hours=hour), "text": text,
         "reported_at": pd.NaT if at is None else T + pd.Timedelta(hours=at)}
        for name, hour, at, text in rows
    ]  # fmt: skip
    table = pd.DataFrame(told)
    observations = new_table(OBSERVATIONS, {c: table[c] for c in table}, length=len(table)) if told else None
    return Readings(
        observations=empty(OBSERVATIONS) if observations is None else observations,
        looks=empty(LOOKS) if looks is None else looks,
        set_aside=empty(SET_ASIDE),
        recognised={},
        digests=digests or {},
    )


def test_the_version_reported_last_stands_whichever_came_first():
    rows = [("a", 0, 1, "old"), ("a", 5, 2, "new"), ("a", 9, None, "undated")]
    for some in (rows, rows[::-1], rows[1:] + rows[:1]):
        (stands,) = gather([reading([row]) for row in some]).observations["text"]
        assert stands == "new"


@settings(max_examples=60)
@given(VERSIONS, VERSIONS, st.randoms())
def test_neither_the_order_nor_the_way_of_adding_has_a_say(first, second, random):
    shuffled = [*first, *second]
    random.shuffle(shuffled)
    at_once = gather([reading(shuffled)]).observations
    pd.testing.assert_frame_equal(gather([reading(second), reading(first)]).observations, at_once)
    kept = Kept.of(gather([reading(first)]))
    added = add_readings(kept, reading(second))
    pd.testing.assert_frame_equal(added.kept.readings.observations, at_once)
    ids = set(added.new["observation_id"])
    assert added.gone == ids & set(kept.readings.observations["observation_id"])


def test_of_two_versions_of_a_look_the_later_and_fuller_stands():
    def look(minutes, number):
        told = {"look_id": ["l"], "time_start": T, "time_end": T + pd.Timedelta(minutes=minutes), "detections": number}
        return reading([], looks=new_table(LOOKS, told, length=1))

    several = [look(3, 5.0), look(5, 1.0), look(5, 2.0)]
    for some in (several, several[::-1]):
        assert gather(some).looks["detections"].tolist() == [2.0]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_file_read_with_other_content_is_told_with_both(order):
    several = [reading([], digests={"f": value * 64}) for value in "abc"]
    told = gather([gather([several[order[0]], several[order[1]]]), several[order[2]], several[order[0]]]).digests
    assert told == {"f": "a" * 64, f"f ({'b' * 12})": "b" * 64, f"f ({'c' * 12})": "c" * 64}
    assert replace(several[0]).digests == {"f": "a" * 64}
