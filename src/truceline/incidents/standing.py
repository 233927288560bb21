"""What sensors that stand by say, weighed: those that noticed an incident by their stated rates, the others by silence.

A sighting by a sensor that states its detection probability and its false alarms counts by the ratio of the two:
LR = P(notice | happening) / P(false alarm in the same stretch and time), capped as any witness's. For the first of a
kind the stretch and time are those of the prior, a strip cell and a day, so that the gate cancels; for each further one
they are the gate within which sightings join. False alarms of several sensors are independent; their hearing is so but
for the weather they share, so that the chance of a second is that given the first. Without silence a single false alarm
amid arrays that heard nothing would count as much as one in an empty land.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.incidents.associate import GATE
from truceline.incidents.fuse import CAP_SATELLITE, CLASSES
from truceline.incidents.make import CONFIRMED, PROBABLE, SETTLE, UNLIKELY
from truceline.incidents.settings import IncidentSettings
from truceline.incidents.tables import Incidents
from truceline.sensors.silence import PROMPT, Noticing, StandingBy
from truceline.uncertainty import from_log_odds, log_odds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SILENCE = "sensors that stood by and noticed nothing"
NEVER = 1e-12


def weigh_standing(
    made: Incidents, observations: pd.DataFrame, standing: StandingBy | None, settings: IncidentSettings | None = None
) -> Incidents:
    """Return the incidents with those who stood by weighed: probability, steps and state; the rest as it was.

    Heat alone is left as it is: nobody knows when its cause made a noise. A kind of sensor that states no false alarms,
    and sightings that no post of the deployment can have made, keep the likelihood ratio they have.
    """
    table, settings = made.incidents, settings or IncidentSettings()
    if standing is None or not len(table):
        return made
    witnesses = _witnesses(table, observations)
    said = standing.notice(table, _counts(witnesses, len(table)))
    heat = table["sensors"].map(lambda kinds: tuple(kinds) == ("thermal",)).to_numpy(bool)
    ln_silent = np.where(heat, 0.0, np.clip(said.ln_silent, -CAP_SATELLITE, 0.0))
    steps = table["ln_lr"].tolist()
    before = np.array([sum(value for _, value in several) for several in steps])
    for word in said.at_least:
        ratios = _ratios(table, word, standing, said, settings)
        for i, names in _by_incident(witnesses[witnesses["sensor"] == word]):
            told = {g: v for g, v in zip(names, ratios[: len(names), i].tolist(), strict=False) if np.isfinite(v)}
            steps[i] = tuple((g, told.get(g, value)) for g, value in steps[i])
    after = np.array([sum(value for _, value in several) for several in steps])
    steps = [
        (*several, (SILENCE, value)) if value else several
        for several, value in zip(steps, ln_silent.tolist(), strict=True)
    ]
    change = after - before + ln_silent
    p = from_log_odds(log_odds(table["p_exists"].to_numpy(float)) + change)
    return replace(made, incidents=_judged_again(table.assign(ln_lr=steps), p, change != 0))


def _ratios(table: pd.DataFrame, word: str, standing: StandingBy, said: Noticing, settings: IncidentSettings) -> Floats:
    """Return (most, n): ln LR of the first, second ... sighting of a kind; nan where so many posts do not reach."""
    tail = said.at_least[word]
    with np.errstate(divide="ignore", invalid="ignore"):
        given = tail[1:] / tail[:-1]
    # the prior's own gate: one cell and day, or more where the place or the time is known less well
    prior = -np.log1p(-from_log_odds(table["ln_odds_prior"].to_numpy(float))) / settings.base_rate_per_cell_day
    sigma_km = max(post.model.sigma_km().mid for post in standing.standing.posts if post.model.kind == word)
    gates = (
        (settings.cell_km / 2, 24.0, np.maximum(prior, 1.0)),
        (min(settings.max_extent_km, np.sqrt(2 * GATE) * sigma_km), 2 * settings.report_rounding_h, 1.0),
    )
    first, further = (
        -np.expm1(-times * standing.alarms(table, word, half_km=np.full(len(table), km), hours=hours))
        for km, hours, times in gates
    )
    chance = np.vstack([first[None, :], np.repeat(further[None, :], max(len(given) - 1, 0), axis=0)])[: len(given)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ln_lr = np.log(given / np.maximum(chance, NEVER))
    return np.where(tail[1:] > 0, np.clip(ln_lr, -CAP_SATELLITE, CAP_SATELLITE), np.nan)


_STATES: npt.NDArray[np.object_] = np.array(["open", "possible", "confirmed", "probable"], object)


def _judged_again(table: pd.DataFrame, p: Floats, weighed: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return the incidents with another probability where it was weighed, and the state that goes with it."""
    classes = table["sensors"].map(lambda kinds: len({CLASSES[k] for k in kinds if k in CLASSES})).to_numpy()
    which = np.select([p < UNLIKELY, p < PROBABLE, (p >= CONFIRMED) & (classes >= 2)], [0, 1, 2], 3)
    state = _STATES[which]
    settle = table["settle"].mask(weighed & (state != "confirmed") & (table["settle"] == ""), SETTLE[-1])
    settle = settle.mask(weighed & (state == "confirmed"), SETTLE[0])
    return table.assign(
        p_exists=np.where(weighed, p, table["p_exists"]),
        state=table["state"].mask(weighed, pd.Series(state, index=table.index)),
        settle=settle,
    )


def _witnesses(table: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Return incident, sensor and group of each witness of a prompt kind: what shares an origin is one witness."""
    lists = table["observations"].to_numpy(object)
    ids = pd.Index([name for several in lists for name in several])
    incident = np.repeat(np.arange(len(table)), [len(several) for several in lists])
    told = observations.set_index("observation_id")[["sensor", "origin"]].reindex(ids)
    sensor, origin = (told[c].fillna("").to_numpy(object) for c in ("sensor", "origin"))
    rows = pd.DataFrame({"incident": incident, "sensor": sensor, "group": np.where(origin != "", origin, ids)})
    return rows[rows["sensor"].isin(PROMPT)].drop_duplicates(ignore_index=True)


def _by_incident(witnesses: pd.DataFrame) -> list[tuple[int, list[str]]]:
    """Return (incident, its groups) of each incident that has witnesses."""
    incident, group = witnesses["incident"].to_numpy(), witnesses["group"].to_numpy(object)
    starts = np.flatnonzero(np.diff(incident, prepend=-1))
    parts = np.split(group, starts[1:]) if len(starts) else []
    return [(i, part.tolist()) for i, part in zip(incident[starts].tolist(), parts, strict=True)]


def _counts(witnesses: pd.DataFrame, n: int) -> dict[str, Ints]:
    """Return, by kind of prompt sensor, how many witnesses each incident has."""
    return {
        word: np.bincount(witnesses.loc[witnesses["sensor"] == word, "incident"], minlength=n).astype(np.int64)
        for word in PROMPT
    }
