"""The law of the feeds: what they say is a function of the set of their messages.

Late, doubled and out of order, in whatever batches they come: it is the same as all of them once, in order.
"""

from datetime import timedelta

import pandas as pd
import pytest
from feed_samples import NOW, event, feed, message, settings_of
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.feeds import FeedState, parse, read_messages, receive
from truceline.feeds.settings import KINDS
from truceline.observations import gather

# which happening, how it was told (another minute or place), and when it was told: few, so that they meet
TOLD = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=8)


def same(one, other):
    for name in ("observations", "looks", "set_aside"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(told=TOLD, data=st.data())
def test_late_doubled_and_out_of_order_says_the_same_as_once_in_order(kind, told, data):
    mine = settings_of(kind)
    messages = [message(kind, number, minute=minute, told=when) for number, minute, when in told]
    came = data.draw(st.permutations([*messages, *data.draw(st.lists(st.sampled_from(messages), max_size=3))]))
    state, parts = FeedState(mine), []
    while came:
        size = data.draw(st.integers(1, len(came)))
        state.add(read_messages(mine, came[:size]))
        came = came[size:]
        parts.append(state.changes())
    whole, pieces = parse(mine, messages), gather(parts)
    pd.testing.assert_frame_equal(pieces.observations, whole.observations)
    pd.testing.assert_frame_equal(pieces.set_aside, whole.set_aside)
    if not state.lost_looks:
        pd.testing.assert_frame_equal(pieces.looks, whole.looks)
    same(parse(mine, messages[::-1] * 2), whole)


def test_of_two_versions_the_one_its_source_stamped_later_stands_whichever_came_last():
    import json

    first, second = (
        receive("http", json.dumps(event(1, told=t, lat=lat)).encode()) for t, lat in ((1, 48.5), (2, 48.6))
    )
    for order in ([first, second], [second, first]):
        assert parse(feed(), order).observations["lat_deg"].tolist() == [48.6]


def test_what_has_not_happened_yet_waits_and_is_set_aside_until_its_time_comes():
    import json

    tomorrow = (NOW + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    early = receive("http", json.dumps(event(1, time=tomorrow, reported_at=tomorrow)).encode())
    state = FeedState(feed())
    state.add(read_messages(feed(), [early]), now=NOW)
    assert (state.taken, state.set_aside) == (0, 1)
    assert not len(state.changes().observations)
    state.ripen(NOW + timedelta(days=2))
    assert (state.taken, state.set_aside) == (1, 0)
    assert len(state.changes().observations) == 1


def test_a_look_of_which_an_earlier_part_comes_later_is_known_to_be_none():
    mine = settings_of("firms")
    from feed_samples import firms_csv

    late, before = (receive("firms", firms_csv([(48.0, 37.5, clock)])) for clock in ("0115", "0105"))
    state = FeedState(mine)
    state.add(read_messages(mine, [late]))
    state.changes()
    assert not state.lost_looks
    state.add(read_messages(mine, [before]))
    state.changes()
    assert state.lost_looks
