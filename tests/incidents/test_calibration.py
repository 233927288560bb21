"""Invented fires whose kind is known, seen through the same looks: does p_exists mean what it says?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from truceline.incidents import make_incidents
from truceline.observations import LOOKS, OBSERVATIONS, new_table
from truceline.strip import Strip
from truceline.timespan import Timespan

START = pd.Timestamp("2026-04-01T00:00:00Z")
DAYS = 60
REACH_KM = 60.0
RUNS = range(6)
BINS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7)


@dataclass(frozen=True, kw_only=True)
class World:
    """Fires per strip cell (5 km of line x 50 km) and clear day, and happenings per cell and clear day."""

    background: float
    extra: float
    season: float = 0.0  # how much the background grows over the record
    clumping: float = 0.0  # variance beyond Poisson of the background from day to day, relative
    near_km: float = 25.0  # extra fires lie within
    fronts: tuple[tuple[float, float], ...] = ((0.0, 1.0),)  # stretches of the line with extra fires, as shares


WORLDS = {
    "quiet": World(background=0.05, extra=0.0005),
    "active": World(background=0.1, extra=0.15, near_km=15.0, fronts=((0.1, 0.4), (0.6, 0.8))),
    "harvest": World(background=0.8, extra=0.08, season=3.0, clumping=0.3, fronts=((0.0, 0.5),)),
}


@pytest.fixture(scope="module")
def line() -> Strip:
    return Strip.along(lon_deg=np.linspace(34, 40.7, 41), lat_deg=np.full(41, 48.0))


def watch(seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return two looks a day under a sky that stays as it is for days, and each day's clear share."""
    rng = np.random.default_rng(seed)
    cloud = np.clip(0.5 + np.convolve(rng.normal(0, 0.45, DAYS + 2), np.ones(3) / 3, "valid"), 0.05, 0.95)
    times = START + pd.to_timedelta(np.ravel([[24 * d + 1, 24 * d + 10] for d in range(DAYS)]), unit="h")
    box = {"west_deg": 30.0, "east_deg": 45.0, "south_deg": 45.0, "north_deg": 51.0}
    number = len(times)
    looks = new_table(
        LOOKS,
        {
            "look_id": [f"look-{k:03d}" for k in range(number)],
            "source": ["viirs"] * number,
            "sensor": ["thermal"] * number,
            "time_start": times,
            "time_end": times,
            "cloud": np.repeat(cloud, 2),
        }
        | {side: [degrees] * number for side, degrees in box.items()},
    )
    return looks, 1 - cloud


def burn(world: World, line: Strip, clear: np.ndarray, seed: int) -> pd.DataFrame:
    """Return detections, each fire of one or more; the id begins with the kind of fire."""
    rng = np.random.default_rng(seed)
    cells = line.length_km / 5
    day_factor = (1 + world.season * np.arange(DAYS) / DAYS) * (
        rng.gamma(1 / world.clumping, world.clumping, DAYS) if world.clumping else 1.0
    )
    every = rng.poisson(world.background * cells * (2 * REACH_KM / 50) * clear * day_factor)
    extra = rng.poisson(world.extra * cells * sum(b - a for a, b in world.fronts) * clear)
    day = np.r_[np.repeat(np.arange(DAYS), every), np.repeat(np.arange(DAYS), extra)]
    kind = np.repeat(["usual", "extra"], [every.sum(), extra.sum()])
    widths = np.array([b - a for a, b in world.fronts])
    front = np.array(world.fronts)[rng.choice(len(widths), extra.sum(), p=widths / widths.sum())]
    chainage = line.length_km * np.r_[rng.random(every.sum()), rng.uniform(front[:, 0], front[:, 1])]
    reach = np.where(kind == "usual", REACH_KM, world.near_km)
    offset, hours = rng.uniform(-reach, reach), 24.0 * day + rng.choice([1, 10], len(day))
    of = np.repeat(np.arange(len(day)), rng.geometric(0.5, len(day)))  # a fire is one detection or more
    lon, lat = line.locate(
        chainage_km=np.clip(chainage[of] + rng.normal(0, 0.2, len(of)), 0.1, line.length_km - 0.1),
        offset_km=offset[of] + rng.normal(0, 0.2, len(of)),
    )
    when = START + pd.to_timedelta(hours[of], unit="h")
    given = {"source": "viirs", "sensor": "thermal", "act": "heat", "sigma_m": 300.0, "strength": 3.0}
    return new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"{kind[i]}-{k}" for k, i in enumerate(of)],
            "time_start": when,
            "time_end": when,
            "lon_deg": lon,
            "lat_deg": lat,
        }
        | {name: [value] * len(of) for name, value in given.items()},
    )


def judge(world: World, line: Strip) -> pd.DataFrame:
    """Return p_exists, whether it truly is extra, run and block of every incident of a world, over several runs."""
    period = Timespan(start=datetime(2026, 4, 1, tzinfo=UTC), end=datetime(2026, 5, 31, tzinfo=UTC))
    runs = []
    for seed in RUNS:
        looks, clear = watch(seed)
        rows = burn(world, line, clear, seed + 1000)
        made = make_incidents(rows, looks, strip=line, period=period).incidents
        truth = [ids[0].startswith("extra") for ids in made["observations"]]
        block = (made["chainage_km"] // 50).astype(int)
        runs.append(pd.DataFrame({"p": made["p_exists"], "extra": truth, "run": seed, "block": block}))
    return pd.concat(runs, ignore_index=True)


def reliability(judged: pd.DataFrame) -> pd.DataFrame:
    """Return by bin of p: mean p, the share truly extra, and the sampling error of their difference.

    Two errors: the binomial one of the bin, and that of the background, which is counted from the usual fires of
    a block near the line and in its control band (1.4 times as wide, but within a month of the two) and is
    common to the block.
    """
    usual = (~judged["extra"]).groupby([judged["run"], judged["block"]]).transform("sum").clip(lower=1)
    per_block = (1 - judged["p"]) ** 2 * (1 / usual + 1 / (1.4 / 2 * usual))
    table = judged.assign(
        bin=np.digitize(judged["p"], BINS), binomial=judged["p"] * (1 - judged["p"]), common=per_block
    )
    by = table.groupby("bin")
    blocks = by.apply(lambda b: len(b[["run", "block"]].drop_duplicates()), include_groups=False)
    variance = by["binomial"].mean() / by.size() + by["common"].mean() / blocks
    return pd.DataFrame({"n": by.size(), "p": by["p"].mean(), "share": by["extra"].mean(), "error": np.sqrt(variance)})


@pytest.mark.parametrize("name", list(WORLDS))
def test_of_incidents_with_probability_p_a_share_p_is_truly_beyond_the_background(name, line):
    # authority: the kind of each fire, known because it was invented; three sampling errors
    found = reliability(judge(WORLDS[name], line))
    off = (found["share"] - found["p"]).abs() / found["error"]
    assert (off < 3).all(), f"{name}:\n{found}"


def test_a_quiet_line_has_no_incident_that_is_more_likely_than_not(line):
    quiet = judge(WORLDS["quiet"], line)
    assert len(quiet) > 300
    assert quiet["p"].max() < 0.5
    assert quiet["p"].mean() < 0.1


def test_an_active_front_stands_out_from_the_rest_of_the_line(line):
    active = judge(WORLDS["active"], line)
    on_front = active["block"].isin([1, 2, 3, 6, 7])  # 10-40 % and 60-80 % of ten blocks
    assert active.loc[on_front, "p"].mean() == pytest.approx(active.loc[on_front, "extra"].mean(), abs=0.05)
    assert active.loc[~on_front, "p"].median() < 0.1 < 0.6 < active.loc[on_front, "p"].median()
