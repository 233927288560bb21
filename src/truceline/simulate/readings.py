"""Rows of an exercise as what a source would read: observations, and every pass of a satellite as a look."""

from __future__ import annotations

import numpy as np
import pandas as pd

from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, Readings, empty, gather, new_table
from truceline.sensors.facts import MID
from truceline.simulate.conditions import Conditions
from truceline.simulate.stage import Stage
from truceline.simulate.truth_scenario import SIDES

LOOK_BOX_DEG = 1.0  # a pass reaches at least this far beyond the nodes it saw
PASS_H = 0.5


def readings_of(rows: pd.DataFrame, stage: Stage, conditions: Conditions) -> Readings:
    """Return rows as observations. Their ids are the rows' own numbers, so that the key can be laid beside them."""
    parties = [party.party_id for party in stage.asked.agreements[0].parties[:2]]
    names = rows["party"].map(dict(zip(SIDES, parties, strict=True))).fillna("")
    thermal = (rows["sensor"] == "thermal").to_numpy()
    observations = new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"row-{i}" for i in rows.index],
            "source": rows["sensor_id"],
            "sensor": rows["sensor"],
            "act": rows["act"],
            "time_start": rows["time"],
            "time_end": rows["time_end"],
            "lon_deg": rows["lon_deg"],
            "lat_deg": rows["lat_deg"],
            "sigma_m": rows["sigma_m"],
            "party": names,
            "item": rows["item"],
            "strength": rows["strength"],
            "daynight": np.where(thermal, np.where(rows["night"], "N", "D"), ""),
            "origin": rows["origin"],
            "reliability": rows["reliability"],
            "credibility": rows["credibility"],
            "reported_at": rows["arrived"],
        },
        length=len(rows),
    )
    made = Readings(
        observations=observations,
        looks=looks_of(stage, conditions),
        set_aside=empty(SET_ASIDE),
        recognised={},
        digests={},
    )
    return gather([made])


def looks_of(stage: Stage, conditions: Conditions) -> pd.DataFrame:
    """Return every pass of a thermal satellite as a look, with the share of its nodes that lay under cloud."""
    scene, looks = stage.scene, stage.scene.looks
    thermal = np.array([o.model.kind == "thermal" for o in looks.orbiting] or [False])
    rows = np.flatnonzero(thermal[looks.which]) if len(looks.which) else np.zeros(0, int)
    if not len(rows):
        return empty(LOOKS)
    sensors, number = np.unique(stage.looked_by.astype(str), return_inverse=True)
    order = rows[np.lexsort([looks.time_h[rows], number[rows]])]
    which, time = number[order], looks.time_h[order]
    begins = np.r_[True, (np.diff(which) != 0) | (np.diff(time) > PASS_H)]
    passed = np.cumsum(begins) - 1
    clear = scene.clear("strike", MID)
    lon, lat = (v[looks.node[order]] for v in (scene.grid.node_lon_deg, scene.grid.node_lat_deg))
    shut = ~conditions.is_open(looks.node[order], time, clear)
    table = pd.DataFrame({"n": passed, "which": which, "time": time, "lon": lon, "lat": lat, "shut": shut})
    found = table.groupby("n").agg(
        which=("which", "first"), start=("time", "min"), end=("time", "max"), west=("lon", "min"), east=("lon", "max"),
        south=("lat", "min"), north=("lat", "max"), shut=("shut", "mean"),
    )  # fmt: skip
    names = sensors.astype(object)[found["which"]]
    zero = scene.steps[0]
    return new_table(
        LOOKS,
        {
            "look_id": [f"look-{i}" for i in range(len(found))],
            "source": names,
            "sensor": "thermal",
            "time_start": zero + pd.to_timedelta(found["start"].to_numpy(), unit="h"),
            "time_end": zero + pd.to_timedelta(found["end"].to_numpy() + 1 / 60, unit="h"),
            "west_deg": found["west"] - LOOK_BOX_DEG,
            "south_deg": found["south"] - LOOK_BOX_DEG,
            "east_deg": found["east"] + LOOK_BOX_DEG,
            "north_deg": found["north"] + LOOK_BOX_DEG,
            "cloud": found["shut"],
            "basis": "pass from the orbit",
        },
        length=len(found),
    )
