"""An exercise in the formats real sources use: FIRMS CSV, a table of reports, claims, cloud by day, restrictions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.sensors.facts import MID, fact
from truceline.simulate.exercise import Exercise
from truceline.simulate.truth_scenario import SIDES

SATELLITES = {37849: "N", 43013: "N20", 54234: "N21", 25994: "Terra", 27424: "Aqua"}
REPORT_COLUMNS = (
    "time_start", "time_end", "lon", "lat", "sigma_m", "act", "item", "sensor", "party", "origin", "reliability",
    "credibility", "reported_at",
)  # fmt: skip


def exercise_files(exercise: Exercise) -> tuple[dict[str, str], pd.DataFrame]:
    """Return file name -> text of what the watch is given, and which row of the exercise stands where.

    The second is part of the key: file, line (the header is line 1), row.
    """
    files: dict[str, str] = {}
    where = []
    rows = exercise.rows.sort_values("time", kind="stable")
    thermal = rows["sensor"] == "thermal"
    for sensor_id in sorted(set(rows.loc[thermal, "sensor_id"])):
        mine = rows[thermal & (rows["sensor_id"] == sensor_id)]
        name = f"data/firms-{sensor_id}.csv"
        files[name] = firms_csv(mine, *_platform(exercise, sensor_id))
        where.append(_places(name, mine))
    others = rows[~thermal]
    files["data/reports.csv"] = reports_csv(others, _parties(exercise))
    where.append(_places("data/reports.csv", others))
    files["claims.csv"] = claims_csv(exercise)
    files["data/cloud.csv"] = cloud_csv(exercise)
    files["data/restrictions.csv"] = restrictions_csv(exercise)
    files["sources.yaml"] = sources_yaml(files)
    return files, pd.concat(where, ignore_index=True)


def _places(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"ref": [f"{name.split('/')[-1]}:{i + 2}" for i in range(len(rows))], "row": rows.index})


def _platform(exercise: Exercise, sensor_id: str) -> tuple[str, str]:
    for orbiting in exercise.stage.deployment.orbiting:
        if orbiting.sensor_id == sensor_id:
            named = SATELLITES.get(orbiting.swath.norad_ids[0], sensor_id)
            return named, "MODIS" if orbiting.swath.instrument == "modis" else "VIIRS"
    return sensor_id, "VIIRS"


def firms_csv(rows: pd.DataFrame, satellite: str, instrument: str) -> str:
    """Return detections as NASA FIRMS writes them; brightness is not modelled and stands at a fixed value."""
    side = np.sqrt(rows["pixel_km2"].to_numpy())
    time = rows["time"].dt
    table = pd.DataFrame(
        {
            "latitude": rows["lat_deg"].round(5),
            "longitude": rows["lon_deg"].round(5),
            "bright_ti4": 330.0,
            "scan": side.round(2),
            "track": side.round(2),
            "acq_date": time.strftime("%Y-%m-%d"),
            "acq_time": time.strftime("%H%M"),
            "satellite": satellite,
            "confidence": "nominal",
            "version": "exercise",
            "bright_ti5": 290.0,
            "frp": rows["strength"].round(2),
            "daynight": np.where(rows["night"], "N", "D"),
            "instrument": instrument,
        }
    )
    return str(table.to_csv(index=False, lineterminator="\n"))


def reports_csv(rows: pd.DataFrame, parties: dict[str, str]) -> str:
    """Return what sensors on the ground, in the air, and people reported, as one table."""
    table = rows.rename(columns={"time": "time_start", "lon_deg": "lon", "lat_deg": "lat", "arrived": "reported_at"})
    for name in ("time_start", "time_end", "reported_at"):
        table[name] = table[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    table["party"] = table["party"].map(parties).fillna("")
    table[["lon", "lat"]] = table[["lon", "lat"]].round(5)
    table["sigma_m"] = table["sigma_m"].round(0)
    return str(table[list(REPORT_COLUMNS)].to_csv(index=False, lineterminator="\n"))


def claims_csv(exercise: Exercise) -> str:
    """Return the parties' claims."""
    table, parties = exercise.claims.copy(), _parties(exercise)
    for name in ("claimant", "accused"):
        table[name] = table[name].map(parties)
    for name in ("period_start", "period_end"):
        table[name] = [value.strftime("%Y-%m-%dT%H:%M:%SZ") for value in table[name]]
    return str(table.to_csv(index=False, lineterminator="\n"))


def cloud_by_day(exercise: Exercise) -> pd.Series:
    """Return cover (0-1) by UTC date: the cover under which as much was open to fires as was in fact open."""
    scene, conditions = exercise.stage.scene, exercise.conditions
    hours = np.arange(len(scene.steps)) + 0.5
    nodes = len(scene.grid.node_lon_deg)
    clear = scene.clear("strike", MID)
    node: npt.NDArray[np.int64] = np.repeat(np.arange(nodes), len(hours))
    opened = conditions.is_open(node, np.tile(hours, nodes), clear).reshape(nodes, -1).mean(axis=0)
    by_day = pd.Series(opened).groupby(scene.steps.strftime("%Y-%m-%d")).mean()
    return 1 - by_day ** (1 / fact("cloud.exponent.fire").against(MID))


def cloud_csv(exercise: Exercise) -> str:
    """Return cloud by day, as weather services give it."""
    return "date,cloud\n" + "".join(f"{day},{cover:.3f}\n" for day, cover in cloud_by_day(exercise).items())


def restrictions_csv(exercise: Exercise) -> str:
    """Return what the mission knows it could not do: access denied, sensors lost; tampering is not among it."""
    start = pd.Timestamp(exercise.stage.asked.period.start)
    lines = ["sensor,from,to,what"]
    for trouble in exercise.stage.scenario.troubles:
        if trouble.known:
            ends = [start + pd.Timedelta(days=day) for day in (trouble.from_day, trouble.to_day)]
            lines.append(",".join([trouble.sensor, *(f"{t:%Y-%m-%dT%H:%M:%SZ}" for t in ends), trouble.what]))
    return "\n".join(lines) + "\n"


def sources_yaml(files: dict[str, str]) -> str:
    """Return the sources.yaml of the trainee's folder."""
    firms = sorted(name for name in files if name.startswith("data/firms-"))
    lines = ["schema: sources/0.1", "sources:"]
    for name in firms:
        source = name.removeprefix("data/firms-").removesuffix(".csv")
        lines.append(f"  - {{id: {source}, kind: firms, files: [{name}], options: {{cloud: data/cloud.csv}}}}")
    lines.append("  - {id: reports, kind: table, files: [data/reports.csv]}")
    lines.append("  - {id: claims, kind: claims, files: [claims.csv], options: {timezone: UTC}}")
    return "\n".join(lines) + "\n"


def _parties(exercise: Exercise) -> dict[str, str]:
    ids = [party.party_id for party in exercise.stage.asked.agreements[0].parties[:2]]
    return dict(zip(SIDES, ids, strict=True))
