"""Who says what: reports that are late, copied or name the wrong side, alarms about nothing, the parties' claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.observations import empty, new_table
from truceline.sensors.alarms import SOUNDS, alarm_sigma_km, alarms_per_day
from truceline.sensors.deployment import Post
from truceline.sensors.facts import fact
from truceline.sensors.scene import Scene
from truceline.sensors.thermal import FIRES
from truceline.simulate.sightings import SEEN, WORDS, delays, scattered
from truceline.simulate.truth_scenario import SIDES, Voices
from truceline.strip import Strip
from truceline.timespan import Timespan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ROWS = {
    **SEEN,
    "time_end": "time",
    "origin": "text",
    "reliability": "text",
    "credibility": "text",
    "cause": "text",  # hidden: '' for the truth's own; crop, industry, wildfire, false alarm, fabricated, copy
}
CLAIMED = ("claim_id", "period_start", "period_end", "claimant", "accused", "measure", "value")
NAMED = 0.5  # of true reports name who did it: judgement
HALF_WIDTH_KM = 10.0
GRADES = {"camera": ("B", "2"), "patrol": ("B", "2"), "report": ("F", "6")}  # of the mission's own, and of strangers
LIE_COPIES = 4
# what a false alarm is taken for, and how often: judgement
TAKEN_FOR = {
    "acoustic": (SOUNDS, (0.5, 0.5)),
    "seismic": (("explosion",), (1.0,)),
    "report": (("shelling", "strike"), (0.8, 0.2)),
}
COPIES = 0.4  # mean number of further copies: 1.28-1.42 reports per place and day, news of 2022-24, measured


def voiced(
    seen: pd.DataFrame, truth: pd.DataFrame, voices: Voices, *, timezone: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Return sightings as they reach the watch (ROWS): reports with the side they name, some late, some copied."""
    rows = seen.assign(time_end=seen["time"], origin="", cause="")
    grades = [GRADES.get(sensor, ("B", "6")) for sensor in rows["sensor"]]
    rows["reliability"] = [g[0] for g in grades]
    rows["credibility"] = [g[1] for g in grades]
    told = (rows["sensor"] == "report").to_numpy()
    sides = truth["side"].to_numpy(object)
    true_side = np.full(len(rows), "", object)
    known = rows["event"].to_numpy() >= 0
    true_side[known] = sides[np.searchsorted(truth["event"].to_numpy(), rows["event"].to_numpy()[known])]
    wrong = rng.random(len(rows)) < voices.wrong_side_share
    named = np.where(wrong, _other(true_side), true_side)
    rows["party"] = np.where(told & (rng.random(len(rows)) < NAMED), named, "")
    rows["origin"] = np.where(told, "r" + pd.Series(np.arange(len(rows)).astype(str)).to_numpy(object), "")
    late = told & (rng.random(len(rows)) < voices.late_share)
    local = rows["time"].dt.tz_convert(timezone).dt.normalize()
    day, following = (one.dt.tz_convert("UTC") for one in (local, local + pd.DateOffset(days=1)))
    rows["time_end"] = rows["time_end"].mask(late, following - pd.Timedelta(seconds=1))
    rows["time"] = rows["time"].mask(late, day)
    rows["arrived"] = rows["arrived"].mask(late, rows["arrived"] + pd.Timedelta(days=1))
    return _copied(rows, told & (rng.random(len(rows)) < voices.doubled_share), rng)


def _copied(rows: pd.DataFrame, chosen: npt.NDArray[np.bool_], rng: np.random.Generator) -> pd.DataFrame:
    """Return the rows and copies of some: a heavy-tailed number, from the same origin, later, a little elsewhere."""
    number = 1 + rng.negative_binomial(0.5, 0.5 / (0.5 + COPIES), int(chosen.sum()))
    again = rows[chosen].loc[np.repeat(rows.index[chosen], number)].reset_index(drop=True)
    if not len(again):
        return rows
    lon, lat = scattered(again["lon_deg"].to_numpy(), again["lat_deg"].to_numpy(), 0.5, rng)
    late = pd.to_timedelta(delays(fact("report.latency_h"), len(again), rng), unit="h")
    again = again.assign(lon_deg=lon, lat_deg=lat, arrived=again["arrived"] + late, cause="copy")
    return pd.concat([rows, again], ignore_index=True)


def _other(side: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.where(side == SIDES[0], SIDES[1], np.where(side == SIDES[1], SIDES[0], ""))


def false_alarms(
    voices: Voices,
    scene: Scene,
    *,
    strip: Strip,
    period: Timespan,
    dark: Mapping[str, Bools] | None = None,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return alarms about nothing (ROWS): by sensors on duty, and reports, some of them made up and copied.

    A kind of sensor raises as many as `voices` says; of which that says nothing, as many as it states of itself, and it
    takes as many noises for a burst as for shots. Sensors that are `dark` raise none.
    """
    on = scene.standing.regimes[scene.standing.regime]
    for i, post in enumerate(scene.standing.posts):
        if post.sensor_id in (dark or {}):
            on[:, i] &= ~(dark or {})[post.sensor_id]
    words = np.array([WORDS.get(post.model.kind, post.model.kind) for post in scene.standing.posts], object)
    parts = []
    for word in sorted(set(words.tolist())):
        mine = np.flatnonzero(words == word)
        hour, which = np.nonzero(on[:, mine])
        stated = voices.false_alarms_per_day.get(word)
        own = np.array([alarms_per_day(scene.standing.posts[i].model) or 0.0 for i in mine])
        expected = len(SOUNDS) * own[which].sum() / 24 if stated is None else stated * _thousand_km_days(strip, period)
        n = int(rng.poisson(expected)) if len(hour) else 0  # a sensor that is not there raises no alarm
        if n:
            chosen = rng.integers(0, len(hour), n)
            posts = [scene.standing.posts[mine[i]] for i in which[chosen]]
            parts.append(_alarms(word, posts, scene.steps[0], hour[chosen] + rng.random(n), strip, rng))
    if not parts:
        return empty(ROWS)
    rows = pd.concat(parts, ignore_index=True)
    lie = (rows["sensor"] == "report").to_numpy() & (rng.random(len(rows)) < voices.fabricated_share)
    rows["cause"] = np.where(lie, "fabricated", "false alarm")
    copies = rows[lie].loc[np.repeat(rows.index[lie], LIE_COPIES - 1)].reset_index(drop=True)
    return pd.concat([rows, copies], ignore_index=True) if len(copies) else rows


def _thousand_km_days(strip: Strip, period: Timespan) -> float:
    return strip.length_km / 1000 * period.hours / 24


def _alarms(
    word: str, posts: Sequence[Post], start: pd.Timestamp, hours: Floats, strip: Strip, rng: np.random.Generator
) -> pd.DataFrame:
    n, model = len(posts), posts[0].model
    from_km, to_km = (np.array([getattr(p, name) for p in posts]) for name in ("from_km", "to_km"))
    along = np.isfinite(from_km)
    chainage = np.where(along, from_km + rng.random(n) * (to_km - from_km), 0.0)
    lon, lat = strip.locate(chainage_km=chainage, offset_km=(2 * rng.random(n) - 1) * HALF_WIDTH_KM)
    there = [np.array([getattr(p, name) for p in posts]) for name in ("lon_deg", "lat_deg")]
    near = scattered(np.where(along, lon, there[0]), np.where(along, lat, there[1]), alarm_sigma_km(), rng)
    time = start + pd.to_timedelta(hours, unit="h")
    acts, weights = TAKEN_FOR.get(word, TAKEN_FOR["report"])
    act = rng.choice(np.array(acts, object), n, p=weights)
    letter, figure = GRADES.get(word, ("B", "6"))
    report = word == "report"
    return new_table(
        ROWS,
        {
            "event": np.full(n, -1.0),
            "sensor_id": np.array([p.sensor_id for p in posts], object),
            "sensor": word,
            "time": time,
            "time_end": time,
            "arrived": time + pd.to_timedelta(delays(model.latency_h(), n, rng), unit="h"),
            "lon_deg": np.where(along, lon, near[0]),
            "lat_deg": np.where(along, lat, near[1]),
            "sigma_m": np.full(n, 1000 * model.sigma_km().mid),
            "act": act,
            "party": np.array(SIDES, object)[rng.integers(0, 2, n)] if report else "",
            "origin": np.array([f"f{i}" for i in range(n)], object) if report else "",
            "reliability": letter,
            "credibility": figure,
        },
        length=n,
    )


def claims(
    truth: pd.DataFrame, voices: Voices, *, period: Timespan, timezone: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Return what each party claims each local day: the other's fire enlarged, and what little of its own it admits."""
    fire = truth[truth["kind"].isin([*FIRES, "small_arms_fire"])]
    day = fire["time"].dt.tz_convert(timezone).dt.strftime("%Y-%m-%d").to_numpy(object)
    rows = []
    for i, (date, span) in enumerate(period.days(timezone)):
        for k, claimant in enumerate(SIDES):
            others = int(((day == date) & (fire["side"] != claimant).to_numpy()).sum())
            said = int(rng.poisson(others * voices.claimed_share * voices.claim_inflation))
            rows.append((f"c{i:03d}-{k}", span.start, span.end, claimant, SIDES[1 - k], "total_violations", said))
            own = int(rng.binomial(int(((day == date) & (fire["side"] == claimant).to_numpy()).sum()), voices.denial))
            if own:
                rows.append((f"c{i:03d}-{k}a", span.start, span.end, claimant, claimant, "shelling", own))
    return pd.DataFrame(rows, columns=list(CLAIMED))
