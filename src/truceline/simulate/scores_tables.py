"""What is scored, as tables: episodes of true breaches, alarms raised, and sector-days."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.agreement import Agreement
from truceline.findings.judge import judge
from truceline.findings.status import RANK
from truceline.findings.tables import SIGHTINGS
from truceline.light import SUNRISE_DEG, sun_elevation_deg
from truceline.observations import new_table
from truceline.simulate.exercise import Exercise
from truceline.simulate.judged import Judged
from truceline.simulate.scores_match import episodes
from truceline.simulate.sightings import ACTS, ITEMS
from truceline.simulate.stage import Asked
from truceline.simulate.truth_scenario import SIDES
from truceline.simulate.written import cloud_by_day

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.object_]

LEVELS = {"violation": 2, "at stake": 1}  # a finding of a violation; or one that may be
TRULY = 0.5


def breaches(truth: pd.DataFrame, asked: Asked) -> npt.NDArray[np.bool_]:
    """Return which happenings are violations of the agreement's default reading, judged with nothing unknown."""
    if not len(truth):
        return np.zeros(0, bool)
    agreement: Agreement = asked.agreements[0]
    parties = dict(zip(SIDES, [p.party_id for p in agreement.parties[:2]], strict=True))
    sightings = new_table(
        SIGHTINGS,
        {
            "id": truth["event"].astype(int).astype(str),
            "time": truth["time"],
            "lon": truth["lon_deg"],
            "lat": truth["lat_deg"],
            "sigma_m": np.full(len(truth), 1.0),
            "party": truth["side"].map(parties),
            "act": truth["kind"].map(lambda kind: ACTS.get(kind, kind)),
            "item": truth["kind"].map(lambda kind: ITEMS.get(kind, "")),
        },
        length=len(truth),
    )
    found = judge(agreement, sightings, lines=asked.lines, now=asked.period.end, drop_not_applicable=True)
    broken = found[(found["verdict"] == "violation") | (found["probability"] >= TRULY)]["sighting"]
    return np.asarray(sightings["id"].isin(set(broken)), bool)


def sector_of(asked: Asked, chainage_km: Floats) -> Ints:
    """Return the number of each place's sector; -1 outside any."""
    made = np.full(len(chainage_km), -1)
    for i, sector in enumerate(asked.sectors.itertuples()):
        made[(chainage_km >= sector.from_km) & (chainage_km < sector.to_km)] = i
    last = asked.sectors["to_km"].to_numpy()
    made[(made < 0) & np.isclose(chainage_km, last.max())] = int(last.argmax())
    return made


def day_of(asked: Asked, times: pd.Series) -> Ints:
    """Return the number of each time's local day within the period, clipped to it."""
    starts = pd.DatetimeIndex([span.start for _, span in asked.period.days(asked.timezone)])
    at = np.asarray(starts.searchsorted(pd.DatetimeIndex(times), side="right"), np.int64)
    return np.clip(at - 1, 0, len(starts) - 1)


def episode_table(exercise: Exercise, broke: npt.NDArray[np.bool_]) -> tuple[pd.DataFrame, Ints, pd.DataFrame]:
    """Return (episodes, episode of each breach, breaches): what the watch should have found."""
    asked = exercise.stage.asked
    truth = exercise.truth[broke].reset_index(drop=True)
    of = episodes(truth)
    rows = exercise.rows
    true_rows = rows[rows["event"] >= 0]
    first_seen = true_rows.groupby("event")["arrived"].min().reindex(truth["event"]).to_numpy()
    seen_end = truth.assign(episode=of, seen=pd.to_datetime(first_seen, utc=True))
    made = seen_end.groupby("episode").agg(
        kind=("kind", "first"), side=("side", "first"), time=("time", "min"), chainage_km=("chainage_km", "mean"),
        lon_deg=("lon_deg", "mean"), lat_deg=("lat_deg", "mean"), events=("event", "size"), seen=("seen", "min"),
    ).reset_index(drop=True)  # fmt: skip
    made["sector"] = sector_of(asked, made["chainage_km"].to_numpy(float))
    made["day"] = day_of(asked, made["time"])
    made["light"], made["cloud"] = light_and_cloud(exercise, made, "time")
    return made, of, truth


def light_and_cloud(exercise: Exercise, rows: pd.DataFrame, time: str) -> tuple[Words, Words]:
    """Return of each row whether it was day or night there, and in which fifth of the days by cloud, clearest first."""
    if not len(rows):
        return np.zeros(0, object), np.zeros(0, object)
    middle = {name: np.array([rows[name].mean()]) for name in ("lon_deg", "lat_deg")}
    sun = sun_elevation_deg(pd.DatetimeIndex(rows[time]), **middle)[:, 0]
    cover = cloud_by_day(exercise)
    fifth = pd.Series(pd.qcut(cover.rank(method="first"), 5, labels=False) + 1, index=cover.index)
    cloud = rows[time].dt.strftime("%Y-%m-%d").map(fifth).map("fifth {:.0f}".format).to_numpy(object)
    return np.where(sun > SUNRISE_DEG, "day", "night").astype(object), cloud


def alarm_table(exercise: Exercise, judged: Judged, row_of: Mapping[str, int] | None) -> pd.DataFrame:
    """Return one row per incident at stake: rank of its verdict, probability that it was a breach, where and when.

    `row_of` names the exercise's row of each observation; without it their ids name it themselves.
    """
    asked = exercise.stage.asked
    ranked = judged.findings.assign(rank=judged.findings["verdict"].map(RANK).fillna(0))
    worst = ranked.groupby("incident_id").agg(rank=("rank", "max"), probability=("probability", "max"))
    found = judged.incidents.merge(worst[worst["rank"] > 0], left_on="incident_id", right_index=True)
    found = found.reset_index(drop=True)
    heat = found["sensors"].map(lambda kinds: tuple(kinds) == ("thermal",)).to_numpy(bool)
    hostile = np.array([1.0 - sum(p for act, p in pairs if act == "heat") for pairs in found["p_acts"]], float)
    found["heat_only"] = heat
    found["forecast"] = found["probability"].to_numpy(float) * np.where(heat, hostile, 1.0)
    found["side_hit"] = np.where(found["offset_km"] > 0, SIDES[0], SIDES[1])
    found["sector"] = sector_of(asked, found["chainage_km"].to_numpy(float))
    found["day"] = day_of(asked, found["time_start"])
    found["light"], found["cloud"] = light_and_cloud(exercise, found, "time_start")
    lists = found["observations"].to_numpy(object)
    numbers = np.repeat(np.arange(len(found)), [len(ids) for ids in lists])
    ids = [name for several in lists for name in several]
    rows = [int(name.removeprefix("row-")) for name in ids] if row_of is None else [row_of[name] for name in ids]
    arrived = exercise.rows["arrived"].reindex(rows).reset_index(drop=True)
    first = arrived.groupby(numbers).min() if len(arrived) else arrived
    found["arrived"] = pd.to_datetime(first.reindex(range(len(found))).to_numpy(), utc=True)
    return found


def day_table(exercise: Exercise, judged: Judged, truth: pd.DataFrame) -> pd.DataFrame:
    """Return one row per sector-day: its status, and how many breaches of the main kind and of any kind began there."""
    asked = exercise.stage.asked
    status = judged.status
    days = [day for day, _ in asked.period.days(asked.timezone)]
    sectors = list(asked.sectors["sector"])
    made = pd.DataFrame({"status": status["status"], "watched": status["watched"].to_numpy(float)})
    made["sector"] = status["sector"].map({name: i for i, name in enumerate(sectors)}).to_numpy(int)
    made["day"] = status["day"].map({day: i for i, day in enumerate(days)}).to_numpy(int)
    made["km"] = (asked.sectors["to_km"] - asked.sectors["from_km"]).to_numpy(float)[made["sector"]]
    sector, day = sector_of(asked, truth["chainage_km"].to_numpy(float)), day_of(asked, truth["time"])
    main = (truth["kind"] == asked.kinds[0]).to_numpy()
    for name, rows in (("main", main & (sector >= 0)), ("any", sector >= 0)):
        key = np.bincount(day[rows] * len(sectors) + sector[rows], minlength=len(days) * len(sectors))
        made[name] = key[(made["day"] * len(sectors) + made["sector"]).to_numpy()]
    return made


def seen_by_q(exercise: Exercise) -> pd.DataFrame:
    """Return coverage's probability in bins (q) against the share of violations in fact seen, with its error (se)."""
    truth, coverage = exercise.truth, exercise.stage.coverage
    start = pd.Timestamp(exercise.stage.asked.period.start)
    hour = ((truth["time"] - start).dt.total_seconds() // 3600).to_numpy(int)
    cell = np.clip(np.searchsorted(coverage.cell_km, truth["chainage_km"], side="right") - 1, 0, None)
    q = np.full(len(truth), np.nan)
    for kind, table in coverage.seen.items():
        mine = (truth["kind"] == kind).to_numpy()
        q[mine] = np.asarray(table)[cell[mine], hour[mine]]
    seen = truth["event"].isin(exercise.rows.loc[exercise.rows["event"] >= 0, "event"]).to_numpy(float)
    table = pd.DataFrame({"bin": np.floor(np.clip(q, 0, 0.999) * 10), "q": q, "seen": seen}).dropna()
    made = table.groupby("bin").agg(q=("q", "mean"), seen=("seen", "mean"), n=("q", "size")).reset_index(drop=True)
    return made.assign(se=np.sqrt(made["q"] * (1 - made["q"]) / made["n"]))
