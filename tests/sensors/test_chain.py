"""The walk against closed forms and against violations followed one by one through skies, jamming and tasking drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.sensors.chain import sweep


def walk(times=(), chance=(), *, sky=None, task=None, hours=24, life=2.0, memory=39.0, clear=1.0, stood=None, **more):
    """Return (hours,) seen, for one cell; what is not named is an open sky, no jamming, no tasking."""
    times, chance = np.asarray(times, float), np.asarray(chance, np.float32)
    sky = np.zeros(len(times), bool) if sky is None else np.asarray(sky)
    task = np.zeros(len(times), bool) if task is None else np.asarray(task)
    first = np.searchsorted(times, np.arange(hours + 1)).astype(np.int64)
    row, new_day = np.zeros(hours, np.int64), np.arange(hours) % 24 == 0
    if stood is not None:
        missed = np.asarray(stood, np.float32)[:, :, None]
        row = np.arange(hours) % len(missed)
    else:
        missed = np.zeros((0, 1, 1), np.float32)
    constants = np.array([life, memory, more.get("jam", 0.0), more.get("jam_memory", 1.0), more.get("tasked", 1.0)])
    out = np.empty((hours, 1), np.float32)
    skies = np.broadcast_to(np.asarray(clear, float), (hours,)).copy()
    sweep((times, chance, sky, task, first), (row, skies, new_day), missed, constants, out)
    return out[:, 0].astype(float)


def test_a_sure_look_sees_what_still_lives():
    # closed form: the mean over the hour's moments of exp(-(wait) / life)
    seen = walk([10.25], [1.0])
    assert seen[8] == pytest.approx(2 * (np.exp(-1.25 / 2) - np.exp(-2.25 / 2)), rel=1e-5)
    assert seen[10] == pytest.approx(2 * (1 - np.exp(-0.25 / 2)), rel=1e-5)  # what begins before it in its own hour
    assert seen[11] == 0


def test_poisson_looks_at_an_exponential_life_see_re_over_one_plus_re():
    # authority: sensors reference, finding 2: the exact value with Poisson looks is r E / (1 + r E)
    rng = np.random.default_rng(5)
    for rate, life in ((0.43, 2.0), (0.43, 0.5), (2.0, 1.0)):
        times = np.sort(rng.uniform(0, 20_000, rng.poisson(rate * 20_000)))
        seen = walk(times, np.ones(len(times)), hours=20_000, life=life)[:-200].mean()
        assert seen == pytest.approx(rate * life / (1 + rate * life), abs=0.01)


def test_two_looks_at_one_time_under_one_sky_are_worth_less_than_two_independent():
    one = walk([12.0], [0.6], sky=[True], clear=0.5)[5]
    two = walk([12.0, 12.0], [0.6, 0.6], sky=[True, True], clear=0.5)[5]
    alive = one / 0.3
    assert two == pytest.approx(alive * 0.5 * (1 - 0.4**2), rel=1e-4)  # averaged outside the product
    assert two < alive * (1 - 0.7**2)  # what independent skies would give


def test_perfectly_dependent_looks_give_one_and_independent_ones_the_product():
    # a sky that never changes between sure looks; a sky that forgets at once; life long
    same = walk([12.0, 13.0], [1.0, 1.0], sky=[True, True], clear=0.4, memory=1e9, life=1e6)[0]
    free = walk([12.0, 13.0], [1.0, 1.0], sky=[True, True], clear=0.4, memory=1e-6, life=1e6)[0]
    assert same == pytest.approx(0.4, abs=1e-4)
    assert free == pytest.approx(1 - 0.6**2, abs=1e-4)


def test_a_days_tasking_is_one_draw_and_two_days_are_two():
    together = walk([30.0, 31.0], [1.0, 1.0], task=[True, True], tasked=0.3, life=1e6, hours=72)[0]
    apart = walk([30.0, 55.0], [1.0, 1.0], task=[True, True], tasked=0.3, life=1e6, hours=72)[0]
    assert together == pytest.approx(0.3, abs=1e-4)
    assert apart == pytest.approx(1 - 0.7**2, abs=1e-4)


def test_jammed_hours_are_common_to_all_who_stand_there():
    # one sure post by day's every hour, blind when jammed; jamming that never changes is one draw
    for memory, expected in ((1e9, 0.4), (1e-6, 1.0)):
        seen = walk(stood=[[0.0, 1.0]], jam=0.6, jam_memory=memory, life=1e6, hours=48)[0]
        assert seen == pytest.approx(expected, abs=1e-3)


def test_shifting_every_look_by_an_hour_shifts_the_answer():
    a = walk([5.3, 9.9], [0.5, 0.7], sky=[True, False], clear=0.6)
    b = walk([6.3, 10.9], [0.5, 0.7], sky=[True, False], clear=0.6)
    assert b[1:] == pytest.approx(a[:-1], abs=1e-6)


looks = st.lists(st.tuples(st.floats(0, 23.9), st.floats(0, 1), st.booleans(), st.booleans()), max_size=5)


@settings(max_examples=60, deadline=None)
@given(looks, st.tuples(st.floats(0, 23.9), st.floats(0, 1), st.booleans(), st.booleans()), st.floats(0, 1), st.data())
def test_another_look_never_lowers_what_is_seen(some, more, tasked, data):
    clear = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), min_size=24, max_size=24)))
    clear = np.repeat(clear[:1], 24) if data.draw(st.booleans()) else clear

    def seen(several):
        several = sorted(several)
        columns = [list(column) for column in zip(*several, strict=True)] or [[], [], [], []]
        given = {"sky": columns[2], "task": columns[3]} if several else {}
        return walk(columns[0], columns[1], clear=clear, tasked=tasked, **given)

    assert (seen([*some, more]) >= seen(some) - 1e-5).all()


def test_violations_followed_one_by_one_are_recovered_at_q():
    """Injected events: sky, jamming and tasking drawn as processes, life as a draw, each look a throw."""
    rng = np.random.default_rng(11)
    times = np.array([3.2, 3.9, 8.5, 15.1, 27.5, 28.0, 33.3, 40.8])
    chance = np.array([0.7, 0.7, 0.5, 0.9, 0.6, 0.8, 0.7, 0.7])
    sky = np.array([True, True, False, True, True, True, False, True])
    task = np.array([False, True, False, True, False, True, True, False])
    clear = np.where(np.arange(48) < 24, 0.4, 0.7)
    given = {"life": 9.0, "memory": 6.0, "jam": 0.5, "jam_memory": 4.0, "tasked": 0.3}
    stood = [[0.95, 1.0], [0.8, 0.9], [1.0, 1.0]]
    expected = walk(times, chance, sky=sky, task=task, clear=clear, stood=stood, hours=48, **given)
    trials = 20_000
    for hour in (0, 6, 14, 26):
        begin = hour + rng.random(trials)
        end = begin + rng.exponential(given["life"], trials)
        found = np.zeros(trials, bool)
        level, jammed = rng.random(trials), rng.random(trials) < given["jam"]  # the sky is open where level < clear
        told = {0: rng.random(trials) < 0.3, 1: rng.random(trials) < 0.3}
        now = np.zeros(trials)
        events = sorted([(t, i) for i, t in enumerate(times)] + [(h + 0.5, -1) for h in range(48)])
        last_h = 0
        for at, i in events:
            redraw = rng.random(trials) > np.exp(-(at - now) / given["memory"])
            level = np.where(redraw, rng.random(trials), level)
            now[:] = at
            if int(at) > last_h:  # jamming may change as the hour does
                for _ in range(int(at) - last_h):
                    change = rng.random(trials) > np.exp(-1 / given["jam_memory"])
                    jammed = np.where(change, rng.random(trials) < given["jam"], jammed)
                last_h = int(at)
            alive = (begin <= at) & (end > at) & ~found
            if i < 0:
                p = 1 - np.asarray(stood)[int(at) % 3][jammed.astype(int)]
            else:
                p = np.full(trials, chance[i])
                if sky[i]:
                    p = p * (level < clear[int(at)])
                if task[i]:
                    p = p * told[int(at) // 24]
            found |= alive & (rng.random(trials) < p)
        error = np.sqrt(found.mean() * (1 - found.mean()) / trials)
        assert abs(found.mean() - expected[hour]) < 2.6 * error + 0.002, hour
