"""A batch of reports into a hundred thousand held: the update beside the whole run, on the same readings."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import truceline as tl
from truceline.findings.tables import CLAIMS
from truceline.live import Live
from truceline.mission import Given
from truceline.monitor import Brief, monitor
from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, Readings, empty, gather, new_table
from truceline.timespan import Timespan

HELD, BATCH = 100_000, 1_000


def brief_of(mission: str) -> Brief:
    """Return a mission's brief over a month."""
    brief = tl.open_mission(mission).brief
    end = brief.period.start + pd.Timedelta(days=30).to_pytimedelta()
    return replace(brief, period=Timespan(start=brief.period.start, end=end))


def invented(brief: Brief, n: int, *, late: float = 1.0) -> Readings:
    """Return reports spread over the line and the month, in the order they come in.

    `late` is the share of them that come in any order; the others in order of time.
    """
    rng = np.random.default_rng(1)
    strip, days = brief.strip, brief.period.hours / 24
    lon, lat = strip.locate(chainage_km=rng.uniform(0, strip.length_km, n), offset_km=rng.normal(0, 15, n))
    minutes = np.sort(rng.uniform(0, days * 24 * 60, n))
    chosen = np.flatnonzero(rng.random(n) < late)
    minutes[chosen] = rng.permutation(minutes[chosen])
    at = pd.Timestamp(brief.period.start) + pd.to_timedelta(minutes.astype(int), unit="min")
    first, second = brief.agreements[0].party_ids[:2]
    told = {
        "observation_id": [f"obs-{i:07d}" for i in range(n)],
        "source": "news",
        "sensor": rng.choice(["report", "patrol", "acoustic"], n, p=[0.8, 0.1, 0.1]),
        "act": rng.choice(["shelling", "strike", "drone_strike", "small_arms_fire"], n),
        "time_start": at,
        "time_end": at + pd.to_timedelta(rng.choice([0, 30, 360, 1440], n), unit="min"),
        "lon_deg": lon,
        "lat_deg": lat,
        "sigma_m": rng.choice([200.0, 1000.0, 2000.0], n),
        "party": rng.choice(["", first, second], n),
        "reliability": rng.choice(list("ABCF"), n),
        "credibility": rng.choice(list("1236"), n),
    }
    return Readings(
        observations=new_table(OBSERVATIONS, told, length=n),
        looks=empty(LOOKS),
        set_aside=empty(SET_ASIDE),
        recognised={},
        digests={},
    )


def part(readings: Readings, a: int, b: int) -> Readings:
    return replace(readings, observations=readings.observations.iloc[a:b].reset_index(drop=True))


def given(readings: Readings) -> Given:
    return Given(readings=gather([readings]), claims=empty(CLAIMS), history=None)


@pytest.mark.parametrize("mission", ["easter-2026", "donbas-2020"])
def test_a_thousand_reports_more(benchmark, mission):
    brief = brief_of(mission)
    every = invented(brief, HELD + 8 * BATCH)
    live = Live(brief, given(part(every, 0, HELD)), now=brief.period.end)
    live.take(part(every, HELD, HELD + BATCH), now=brief.period.end)  # compile
    batches = iter(part(every, HELD + k * BATCH, HELD + (k + 1) * BATCH) for k in range(1, 8))

    def take() -> None:
        live.take(next(batches), now=brief.period.end)

    benchmark.pedantic(take, rounds=7)
    together = gather([every])
    times = []
    for _ in range(3):
        start = time.perf_counter()
        whole = monitor(brief, together, now=brief.period.end, claims=empty(CLAIMS))
        times.append(time.perf_counter() - start)
    pd.testing.assert_frame_equal(live.assessment.findings, whole.findings, check_exact=True)
    benchmark.extra_info["whole_s"] = float(np.median(times))
    benchmark.extra_info["ratio"] = float(np.median(times) / benchmark.stats.stats.median)


def test_a_thousand_a_second_for_two_minutes(benchmark):
    """Take whatever came in while the last batch was taken; a twentieth of it comes late, in any order."""
    brief = brief_of("easter-2026")
    every = invented(brief, 120_000, late=0.05)
    live = Live(brief, given(part(every, 0, 1000)), now=brief.period.end)
    live.take(part(every, 0, 1000), now=brief.period.end)
    behind: list[float] = []

    def feed() -> None:
        taken, start = 1000, time.perf_counter()
        while taken < 120_000:
            came = min(120_000, 1000 + int(1000 * (time.perf_counter() - start)))
            if came < 120_000 and came - taken < 1000:
                time.sleep(0.05)
                continue
            live.take(part(every, taken, came), now=brief.period.end)
            taken = came
            behind.append(time.perf_counter() - start - (came - 1000) / 1000)

    benchmark.pedantic(feed, rounds=1)
    benchmark.extra_info["behind_s"] = max(behind)
    benchmark.extra_info["updates"] = len(behind)
