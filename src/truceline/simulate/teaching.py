"""An exercise to teach with: what is handed out day by day, a key sealed beforehand, and a trainee's answers scored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RecordError, RequestError
from truceline.findings.status import INDETERMINATE, NOT_OBSERVED, PARTLY_WATCHED, VIOLATION, WELL_WATCHED
from truceline.observations import new_table
from truceline.provenance import canonical_json, digest
from truceline.simulate.exercise import Exercise
from truceline.simulate.judged import judge_readings
from truceline.simulate.scores_calibration import calibrate
from truceline.simulate.scores_match import TOLERANCES, match
from truceline.simulate.scores_tables import breaches, day_of, episode_table, sector_of
from truceline.simulate.truth_scenario import SIDES
from truceline.uncertainty import likelihood_word

INJECTS = {"day": "number", "text": "text"}
DAILY = {
    "day": "text",
    "sector": "text",
    "status": "text",
    "word": "text",  # chance of a violation there, in a word of likelihood
    "incidents": "number",
    "watched": "number",
}
ANSWERS = {
    "what": "text",  # violation, or quiet: nothing happened in this sector on this day
    "time": "time",
    "lon": "number",
    "lat": "number",
    "act": "text",
    "party": "text",  # who did it; '' for not known
    "probability": "number",
    "sector": "text",  # of a quiet day
}
ANSWER_SIGMA_M = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The key as text, and the digest that is published before the exercise begins."""

    key: str
    sha256: str


def seal(exercise: Exercise, *, seed: int, salt: str) -> Sealed:
    """Return the sealed key: all that was true, and a salt, so that the digest cannot be guessed from a short seed."""
    truth = exercise.truth
    table = truth.assign(**{name: truth[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in ("time", "time_end")})
    columns = [c for c in table if c not in {"chainage_km", "offset_km", "lon_deg", "lat_deg"}]
    places = {c: table[c].round(5).tolist() for c in ("chainage_km", "offset_km", "lon_deg", "lat_deg")}
    rows = exercise.rows
    key = {
        "exercise": exercise.stage.scenario.title,
        "mission": exercise.stage.asked.mission_id,
        "seed": str(seed),
        "salt": salt,
        "truth": {c: _plain(table[c]) for c in columns} | places,
        "lies": sorted(int(i) for i in rows.index[rows["cause"].isin(["false alarm", "fabricated"])]),
        "fires": len(exercise.fires),
        "troubles": [
            f"{t.sensor}: {t.what}, day {t.from_day:g} to {t.to_day:g}" for t in exercise.stage.scenario.troubles
        ],
    }
    text = canonical_json(key)
    return Sealed(key=text.decode("utf-8"), sha256=digest(text))


def _plain(column: pd.Series) -> list[Any]:
    return [v.item() if hasattr(v, "item") else v for v in column.tolist()]


def check_seal(key: str, sha256: str) -> None:
    """Raise RecordError when a key is not the one whose digest was published."""
    if digest(key.encode("utf-8")) != sha256.strip():
        raise RecordError(
            "the answer key is not the one that was sealed.", item="answer-key.json", todo="Ask for the key as it was."
        )


def injects(exercise: Exercise) -> pd.DataFrame:
    """Return the trainer's texts by day (INJECTS), those of the scenario and of what troubles the sensors.

    Raises
    ------
    RequestError
        For an inject that does not begin with its day.
    """
    rows = []
    for said in exercise.stage.scenario.injects:
        day, colon, text = said.partition(":")
        if not colon or not day.strip().isdigit():
            raise RequestError(f"the inject '{said[:40]}' names no day.", todo="Write '3: text'.")
        rows.append((int(day), text.strip()))
    return pd.DataFrame(sorted(rows), columns=list(INJECTS))


def daily(exercise: Exercise, day: str, *, end: datetime) -> pd.DataFrame:
    """Return the daily report of one local day (DAILY) from what had arrived by its end: no later knowledge."""
    rows = exercise.rows
    known = rows[(rows["arrived"] <= end) & (rows["time"] >= end - pd.Timedelta(days=4))]
    judged = judge_readings(exercise.readings(known), exercise.stage, now=end)
    status = judged.status[judged.status["day"] == day].reset_index(drop=True)
    return pd.DataFrame(
        {
            "day": day,
            "sector": status["sector"],
            "status": status["status"],
            "word": status["p_violation"].map(likelihood_word),
            "incidents": status["incidents"],
            "watched": status["watched"],
        }
    )


def daily_text(table: pd.DataFrame, handed: pd.DataFrame, *, number: int) -> str:
    """Return a day's report in words, with the injects handed out that day."""
    order = (VIOLATION, INDETERMINATE, NOT_OBSERVED, PARTLY_WATCHED, WELL_WATCHED)
    lines = [f"Daily report, day {number + 1}, {table['day'].iloc[0]}", ""]
    for status in order:
        here = table[table["status"] == status]
        if len(here):
            names = ", ".join(
                f"{row.sector} ({row.word + ', ' if status in order[:2] else ''}watched {row.watched:.0%})"
                for row in here.itertuples()
            )  # fmt: skip
            lines.append(f"{status}: {names}")
    lines += ["", "Silence in a sector that was not observed says nothing."]
    for text in handed.loc[handed["day"] == number, "text"]:
        lines += ["", f"INJECT: {text}"]
    return "\n".join(lines) + "\n"


def score_answers(answers: pd.DataFrame, exercise: Exercise) -> pd.DataFrame:
    """Return a trainee's figures: name, value, n. `answers` are ANSWERS; times UTC, places in degrees.

    Found is matched one to one with what happened, as the watch is; a quiet day called where a breach began is a false
    assurance; an answer without a probability counts as certain.
    """
    asked = exercise.stage.asked
    _, of, truth = episode_table(exercise, breaches(exercise.truth, asked))
    said = answers[answers["what"] == "violation"].reset_index(drop=True)
    km, hours = TOLERANCES[1]
    matched = match(truth, of, _as_incidents(said), km=km, hours=hours)
    hit = matched.episode_of >= 0
    parties = dict(zip([p.party_id for p in asked.agreements[0].parties[:2]], SIDES, strict=True))
    side = pd.Series(of).groupby(of).head(1).index if len(of) else pd.Index([])
    true_side = truth["side"].to_numpy(object)[side]
    named = (said["party"] != "").to_numpy() & hit
    right = true_side[matched.episode_of[named]] == said["party"].map(parties).to_numpy(object)[named]
    sure = said["probability"].fillna(1.0).clip(0, 1).to_numpy(float)
    made = calibrate(sure, hit)
    quiet = _quiet(answers, exercise, truth)
    rows = [
        ("recall", _mean(matched.incident_of >= 0), len(matched.incident_of)),
        ("precision", _mean(hit), len(said)),
        ("right_party", _mean(right), len(right)),
        ("brier", made.brier, len(said)),
        ("calibration_error", made.error, len(said)),
        ("false_assurance", _mean(quiet), len(quiet)),
    ]
    return pd.DataFrame(rows, columns=["name", "value", "n"])


def _mean(values: npt.ArrayLike) -> float:
    array = np.asarray(values, float)
    return float(array.mean()) if len(array) else float("nan")


def _as_incidents(said: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lon_deg": said["lon"].astype(float), "lat_deg": said["lat"].astype(float), "sigma_m": ANSWER_SIGMA_M,
            "time_start": said["time"], "time_end": said["time"], "act": said["act"].replace("", "fire"),
        }
    )  # fmt: skip


def _quiet(answers: pd.DataFrame, exercise: Exercise, truth: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return of each sector-day called quiet whether a breach began there."""
    asked = exercise.stage.asked
    quiet = answers[answers["what"] == "quiet"]
    broken = set(zip(day_of(asked, truth["time"]), sector_of(asked, truth["chainage_km"].to_numpy(float)), strict=True))
    names = {name: i for i, name in enumerate(asked.sectors["sector"])}
    called = zip(day_of(asked, quiet["time"]), quiet["sector"], strict=True)
    return np.array([(day, names.get(sector, -1)) in broken for day, sector in called], bool)


def read_answers(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return a sheet's usable answers (ANSWERS) and why the others are set aside.

    Raises
    ------
    RequestError
        When the sheet has no column 'time'.
    """
    if "time" not in table:
        raise RequestError("the answers have no column 'time'.", todo=f"Columns: {', '.join(ANSWERS)}.")
    text = {
        name: table[name].fillna("").astype(str) for name, kind in ANSWERS.items() if kind == "text" and name in table
    }
    numbers = {
        name: pd.to_numeric(table[name], errors="coerce") for name in ("lon", "lat", "probability") if name in table
    }
    time = pd.to_datetime(table["time"], utc=True, errors="coerce", format="ISO8601")
    made = new_table(ANSWERS, {**text, **numbers, "time": time}, length=len(table))
    made["what"] = made["what"].replace("", "violation")
    reason = np.full(len(made), "", object)
    reason[made["time"].isna()] = "the time cannot be read"
    wrong = ~made["what"].isin(["violation", "quiet"])
    reason[wrong] = "'what' is neither violation nor quiet"
    nowhere = (made["what"] == "violation") & (made["lon"].isna() | made["lat"].isna())
    reason[nowhere] = "a violation needs lon and lat"
    odd = made["probability"].notna() & ~made["probability"].between(0, 1)
    reason[odd] = "a probability lies between 0 and 1"
    aside = [f"line {i + 2}: {why}" for i, why in enumerate(reason) if why]
    return made[reason == ""].reset_index(drop=True), aside
