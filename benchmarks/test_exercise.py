"""Exercises: thirty days on 1,000 km, and the growth of violations beside the same model in simpy, in one run."""

from __future__ import annotations

import dataclasses
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import simpy

from truceline.exercising import stage_of
from truceline.mission import open_mission
from truceline.simulate.exercise import play
from truceline.simulate.judged import judge_readings
from truceline.simulate.runs import one_run
from truceline.simulate.scores import score
from truceline.simulate.truth_growth import grow
from truceline.simulate.truth_scenario import Answers, KindRule, Scenario
from truceline.simulate.truth_unprovoked import begin
from truceline.strip import Strip
from truceline.timespan import Timespan

START = datetime(2026, 4, 1, tzinfo=UTC)
MONTH = Timespan(start=START, end=START + timedelta(days=30))
LENGTH_KM = 1000.0


def long_mission():
    """The bundled exercise on a line of 1,000 km with its sensors spread over all of it."""
    mission = open_mission("exercise-30d")
    brief = mission.brief
    strip = Strip.along(lon_deg=[28.0, 41.42], lat_deg=[48.0, 48.0])
    lines = tuple(dataclasses.replace(line, strip=strip) for line in brief.lines)
    scale = strip.length_km / brief.strip.length_km
    sectors = brief.sectors.assign(from_km=brief.sectors["from_km"] * scale, to_km=brief.sectors["to_km"] * scale)
    lon, lat = strip.locate(chainage_km=np.arange(3.0, strip.length_km, 6))
    ears = next(post for post in brief.deployment.posts if post.sensor_id == "ears-south")
    others = tuple(post for post in brief.deployment.posts if post.sensor_id != "ears-north")
    chain = tuple(dataclasses.replace(ears, lon_deg=float(x), lat_deg=float(y)) for x, y in zip(lon, lat, strict=True))
    deployment = dataclasses.replace(brief.deployment, posts=(*others, *chain))
    return dataclasses.replace(
        mission, brief=dataclasses.replace(brief, strip=strip, lines=lines, sectors=sectors, deployment=deployment)
    )


@pytest.fixture(scope="module")
def stage():
    return stage_of(long_mission())


def test_thirty_days_on_1000_km_from_truth_to_scores(benchmark, stage):
    def whole():
        rng = np.random.default_rng(1)
        exercise = play(stage, rng=rng)
        return score(exercise, judge_readings(exercise.readings(), stage), rng=rng)

    made = benchmark.pedantic(whole, rounds=3, warmup_rounds=1)
    assert len(made.figures)


def test_one_of_many_runs(benchmark, stage):
    benchmark.pedantic(lambda: one_run(stage, 1, 0), rounds=5, warmup_rounds=1)


def scenario(per_day):
    return Scenario(
        title="x",
        kinds={"shelling": KindRule(per_day=per_day)},
        answers=Answers(own=0.3, other=0.2, delay_h=2, reach_km=3),
        uneven=0,
        deterrence=0.7,
    )


KEPT = np.exp(-0.7 * 0.5)


def unprovoked(case):
    return begin(case, length_km=LENGTH_KM, period=MONTH, timezone="UTC", rng=np.random.default_rng(1))


def grown(case, seeds, rng):
    answered, kept = np.array([True]), np.full((1, 1, 1), KEPT)
    return grow(seeds, case.answers, answered, end_h=MONTH.hours, length_km=LENGTH_KM, kept=kept, rng=rng)


def in_simpy(case, seeds, rng):
    """The same growth from the same seeds, event by event: each violation is a process that starts its answers."""
    env, made, answers = simpy.Environment(), [], case.answers

    def violation(env, side, place, delay):
        yield env.timeout(delay)
        if rng.random() >= KEPT:
            return
        made.append((env.now, side, place))
        for _ in range(rng.poisson(answers.ratio)):
            there = LENGTH_KM - abs(LENGTH_KM - abs(place + rng.normal(0, answers.reach_km)))
            other = rng.random() < answers.other / answers.ratio
            env.process(violation(env, side ^ other, there, rng.exponential(answers.delay_h)))

    for time_h, place, side in zip(seeds.time_h, seeds.chainage_km, seeds.side, strict=True):
        env.process(violation(env, int(side), float(place), float(time_h)))
    env.run(until=MONTH.hours)
    return made


@pytest.mark.parametrize("per_day", [30, 300, 2000])
def test_growth_beside_simpy(benchmark, per_day):
    case = scenario(per_day)
    seeds = unprovoked(case)
    benchmark.pedantic(lambda: grown(case, seeds, np.random.default_rng(1)), rounds=20, warmup_rounds=2)
    began = time.perf_counter()
    theirs = in_simpy(case, seeds, np.random.default_rng(1))
    slow = time.perf_counter() - began
    ours = len(grown(case, seeds, np.random.default_rng(1)))
    assert abs(ours - len(theirs)) < 6 * np.sqrt(ours * 4)
    benchmark.extra_info["violations"] = ours
    benchmark.extra_info["simpy_s"] = slow
    benchmark.extra_info["times_simpy"] = round(slow / benchmark.stats.stats.mean, 1)
