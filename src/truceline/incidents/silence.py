"""Silence weighed: what sensors that stood by and noticed nothing say against an incident that others report.

Without it a single false alarm amid a chain of arrays that heard nothing would count as much as one in an empty land.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.incidents.fuse import CAP_SATELLITE, CLASSES
from truceline.incidents.make import CONFIRMED, PROBABLE, SETTLE, UNLIKELY
from truceline.incidents.tables import Incidents
from truceline.sensors.silence import PROMPT, StandingBy
from truceline.uncertainty import from_log_odds, log_odds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SILENCE = "sensors that stood by and noticed nothing"


def weigh_silence(made: Incidents, observations: pd.DataFrame, standing: StandingBy | None) -> Incidents:
    """Return the incidents with silence weighed: probability, steps and state; the rest as it was.

    Heat alone is left as it is: nobody knows when its cause made a noise. The weight is capped as any witness's is.
    """
    table = made.incidents
    if standing is None or not len(table):
        return made
    heat = table["sensors"].map(lambda kinds: tuple(kinds) == ("thermal",)).to_numpy(bool)
    ln_missed = np.clip(standing.ln_missed(table, _noticed(table, observations)), -CAP_SATELLITE, 0.0)
    ln_missed = np.where(heat, 0.0, ln_missed)
    p = from_log_odds(log_odds(table["p_exists"].to_numpy(float)) + ln_missed)
    steps = [
        (*several, (SILENCE, value)) if value else several
        for several, value in zip(table["ln_lr"], ln_missed.tolist(), strict=True)
    ]
    classes = table["sensors"].map(lambda kinds: len({CLASSES[k] for k in kinds if k in CLASSES})).to_numpy()
    state = np.select(
        [p < UNLIKELY, p < PROBABLE, (p >= CONFIRMED) & (classes >= 2)], ["open", "possible", "confirmed"], "probable"
    )
    weighed = ln_missed < 0
    settle = table["settle"].mask(weighed & (state != "confirmed") & (table["settle"] == ""), SETTLE[-1])
    changed = table.assign(
        p_exists=np.where(weighed, p, table["p_exists"]),
        ln_lr=steps,
        state=table["state"].mask(weighed, pd.Series(state, index=table.index)),
        settle=settle,
    )
    return replace(made, incidents=changed)


def _noticed(table: pd.DataFrame, observations: pd.DataFrame) -> dict[str, Ints]:
    """Return, by kind of prompt sensor, how many sightings each incident holds."""
    lists = table["observations"].to_numpy(object)
    incident = np.repeat(np.arange(len(table)), [len(ids) for ids in lists])
    sensor_of = dict(zip(observations["observation_id"], observations["sensor"], strict=True))
    sensor = np.array([sensor_of.get(name, "") for ids in lists for name in ids], object)
    return {word: np.bincount(incident[sensor == word], minlength=len(table)).astype(np.int64) for word in PROMPT}
