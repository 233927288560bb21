"""The Easter truce of 2025 on real reports (VIINA) and the mapped line (DeepState); neither may be committed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

import truceline as tl

HERE = Path(__file__).resolve().parent
KINBURN, BORDER = (31.51, 46.57), (37.90, 50.00)


def mapped_line(table: Path, day: str) -> list[list[float]]:
    """Return the front of one day: the held area's edge from the Kinburn spit to the state border, coarsened."""
    days = pd.read_parquet(table)
    features = json.loads(days.loc[days["date"].astype(str) == day, "geojson"].iloc[0])["features"]
    held = shapely.union_all([shapely.geometry.shape(f["geometry"]) for f in features])
    ring = shapely.get_coordinates(max(shapely.get_parts(held), key=lambda part: part.area).exterior)
    ends = sorted(int(np.argmin(np.hypot(ring[:, 0] - x, ring[:, 1] - y))) for x, y in (KINBURN, BORDER))
    front = shapely.LineString(ring[ends[0] : ends[1] + 1]).simplify(0.03)
    return shapely.get_coordinates(front).tolist()


@pytest.fixture(scope="module")
def easter_2025(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("easter") / "mission"
    shutil.copytree(HERE / "missions/easter-2025", folder)
    (folder / "lines").mkdir()
    feature = {
        "type": "Feature",
        "properties": {"line_id": "line_of_contact", "left": "RU", "right": "UA", "sigma_km": 1},
        "geometry": {
            "type": "LineString",
            "coordinates": mapped_line(real_data / "deepstate_control/deepstate_control_daily.parquet", "2025-04-19"),
        },
    }
    (folder / "lines/line_of_contact.geojson").write_text(json.dumps(feature))
    return tl.open_mission(folder).monitor()


@pytest.mark.data
def test_reports_of_fighting_fell_below_each_of_the_ten_days_before(easter_2025):
    """VIINA's own README: on 20 April 2025 uav 1, artillery 2, airstrike 0, against about 13, 9 and 4 before."""
    told = easter_2025.observations
    told = told[told["sensor"] == "report"]
    day = told["time_start"].dt.tz_convert("Europe/Kyiv").dt.date.astype(str)
    fighting = told["act"].isin(["drone_strike", "shelling", "air_strike", "rocket_fire", "strike"])
    by_day = day[fighting].value_counts().reindex([f"2025-04-{d}" for d in range(10, 21)], fill_value=0)
    assert (by_day.iloc[:10] > by_day["2025-04-20"]).all()


@pytest.mark.data
def test_both_sides_claims_are_in_the_ledger_and_none_is_a_finding(easter_2025):
    claims = easter_2025.claims.set_index("claim_id")
    assert set(claims["claimant"]) == {"UA", "RU"}
    # published components against published totals: 2,935 - 2,929 and 4,900 - 4,816
    assert claims.loc["ua-total", "gap"] == 6
    assert claims.loc["ru-total", "gap"] == 84
    from_claims = easter_2025.observations.loc[easter_2025.observations["sensor"] == "claim", "observation_id"]
    used = set(easter_2025.incidents["observations"].explode())
    assert not used & set(from_claims)


@pytest.mark.data
def test_only_what_fell_in_the_truce_is_judged(easter_2025):
    # 19 April 18:00 to 21 April 00:00 Moscow is 15:00 UTC to 21:00 UTC the next day
    findings = easter_2025.findings
    open_ones = findings.loc[findings["verdict"].isin(["violation", "indeterminate"]), "incident_id"]
    incidents = easter_2025.incidents.set_index("incident_id").loc[open_ones.unique()]
    assert (incidents["time_end"] >= pd.Timestamp("2025-04-19T15:00Z")).all()
    assert (incidents["time_start"] < pd.Timestamp("2025-04-20T21:00Z")).all()
    assert len(incidents)
