import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import truceline as tl
from truceline.errors import RequestError
from truceline.mission import events_mission

MISSIONS = Path(__file__).resolve().parent.parent / "missions"


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the bundled mission that a test may damage."""
    return Path(shutil.copytree(MISSIONS / "easter-2026", tmp_path / "mission"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("name", ["easter-2026", "donbas-2020"])
def test_every_bundled_mission_opens(name):
    assert tl.open_mission(name).brief.strip.length_km > 100


def test_a_bundled_mission_opens_by_name_from_anywhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert tl.open_mission("easter-2026").brief.title.startswith("Easter truce")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("mission.yaml", "timezone:", "time_zone:", "Did you mean 'timezone'?"),
        ("mission.yaml", "Europe/Kyiv", "Europe/Kiew", "is not a time zone"),
        ("mission.yaml", "easter_2026  ", "easter_2062  ", "Did you mean 'easter_2026'?"),
        ("mission.yaml", "line: line_of_contact", "line: line_of_contract", "Did you mean 'line_of_contact'?"),
        ("mission.yaml", "2026-04-06T00:00:00+03:00", "2020-04-06T00:00:00+03:00", "has no version for 2020"),
        ("mission.yaml", 'from: "2026-04-06', 'from: "2027-04-06', "cannot end"),
        ("mission.yaml", "sector: S1", "sectr: S1", "Did you mean 'sector'?"),
        ("mission.yaml", "kinds: [strike,", "kinds: [strikes,", "Did you mean 'strike'?"),
        ("mission.yaml", "title:", "assumptions: {base_rate_per_cel_day: 0.1}\ntitle:", "base_rate_per_cell_day"),
        ("mission.yaml", "title:", "assumptions: {base_rate_per_cell_day: 7}\ntitle:", "base_rate_per_cell_day"),
        ("mission.yaml", "title: ", "title: !!python/object/apply:os.system ", "mission.yaml"),
        ("mission.yaml", "title:", "title: [", "mission.yaml"),
        ("sources.yaml", "kind: firms", "kind: firm", "Did you mean 'firms'?"),
        ("sources.yaml", "SUOMI_VIIRS_*", "SUOMI_MODIS_*", "no file matches"),
        ("sources.yaml", "claims.csv", "$TRUCELINE_NOT_SET/claims.csv", "names a variable that is not set"),
        ("lines/line_of_contact.geojson", "LineString", "Point", "LineString"),
        ("lines/line_of_contact.geojson", "37.66,", "237.66,", "not a place on Earth"),
        ("lines/line_of_contact.geojson", '"type": "FeatureCollection"', '"type": ', "not GeoJSON"),
    ],
)
def test_a_mistake_gets_one_sentence_that_names_file_and_remedy(folder, file, old, new, says):
    replace(folder / file, old, new)
    with pytest.raises(RequestError) as caught:
        tl.open_mission(folder).monitor()
    assert says in str(caught.value)


def test_a_line_that_crosses_itself_is_refused(folder):
    path = folder / "lines/line_of_contact.geojson"
    line = json.loads(path.read_text(encoding="utf-8"))
    line["features"][0]["geometry"]["coordinates"][0] = [37.0, 48.0]  # far down the line, on its other side
    path.write_text(json.dumps(line))
    with pytest.raises(RequestError, match="cross"):
        tl.open_mission(folder)


def test_a_folder_without_a_mission_says_how_to_start_one(tmp_path):
    with pytest.raises(RequestError, match="truceline init"):
        tl.open_mission(tmp_path)


def test_an_unknown_mission_gets_a_guess():
    with pytest.raises(RequestError, match="Did you mean 'easter-2026'"):
        tl.open_mission("easter-2025x")


@pytest.mark.data
def test_the_drawn_line_lies_within_its_error_of_the_mapped_one(real_data):
    """The authority is the DeepState map of 12 April 2026; the drawn line states sigma 8 km."""
    shapely = pytest.importorskip("shapely")
    import pandas as pd
    from pyproj import Transformer

    days = pd.read_parquet(real_data / "deepstate_control/deepstate_control_daily.parquet")
    features = json.loads(days.loc[days["date"].astype(str) == "2026-04-12", "geojson"].iloc[0])["features"]
    held = shapely.union_all([shapely.geometry.shape(f["geometry"]) for f in features])
    to_plane = Transformer.from_crs(4326, 32636, always_xy=True)
    edge = shapely.transform(held.boundary, lambda xy: np.column_stack(to_plane.transform(xy[:, 0], xy[:, 1])))
    strip = tl.open_mission("easter-2026").brief.strip
    lon, lat = strip.locate(chainage_km=np.arange(0, strip.length_km, 5))
    distance_km = shapely.distance(shapely.points(*to_plane.transform(lon, lat)), edge) / 1000
    assert np.sqrt((distance_km**2).mean()) < 8


def test_own_events_need_no_mission_folder(tmp_path):
    (tmp_path / "line.geojson").write_text('{"type": "LineString", "coordinates": [[37.0, 48.0], [38.0, 48.0]]}')
    (tmp_path / "e.csv").write_text("when,y,x,type\n2015-03-10T09:00:00+02:00,48.05,37.5,shelling\n")
    mission = events_mission(
        tmp_path / "e.csv", tmp_path / "line.geojson", "minsk_2014_2015", options={"map": {"when": "time"}}
    )
    assert str(mission.brief.period) == "2015-03-10T00:00:00Z/2015-03-11T00:00:00Z"
    assert len(mission.monitor().observations) == 1


def test_the_fixed_heat_source_by_the_line_is_background_day_after_day():
    """The README of the detections: a fixed heat source is seen night after night; mask it."""
    result = tl.open_mission("easter-2026").monitor()
    sites = result.assessment.fixed_sources
    (site,) = sites[sites["offset_km"].abs() < 25].itertuples()
    at = result.incidents
    near = np.hypot((at["lon_deg"] - site.lon_deg) * 74, (at["lat_deg"] - site.lat_deg) * 111) < 1
    assert near.sum() >= 5
    assert (at.loc[near, "p_exists"] < 0.2).all()
    assert at.loc[~near, "p_exists"].median() > 0.5


def _two_years(folder, *, flag="true"):
    """Write a year's detections as history beside the mission's own: each bundled day again, a year earlier."""
    past = folder / "past"
    past.mkdir()
    for file in sorted((folder / "data").glob("SUOMI_*.csv"))[:6]:
        (past / file.name).write_text(file.read_text().replace("2026-04", "2025-04"))
    entry = f'  - {{id: past, kind: firms, files: ["past/*.csv"], history: {flag}}}\n'
    path = folder / "sources.yaml"
    path.write_text(path.read_text().replace("  - id: claims\n", entry + "  - id: claims\n"))
    return tl.open_mission(folder)


def test_other_years_tell_of_the_background_and_of_nothing_else(folder):
    before = tl.open_mission(folder).monitor()
    after = _two_years(folder).monitor()
    assert len(after.observations) == len(before.observations)
    assert after.observations["time_start"].min().year == 2026
    history = after.assessment.background["history_near"]
    assert before.assessment.background["history_near"].isna().all()
    assert history.notna().any() and history.sum() > 0
    digests = after.assessment.digests
    assert set(before.assessment.digests.items()) < set(digests.items())
    assert any(name.startswith("past/SUOMI") for name in digests)
    assert not np.allclose(before.incidents["p_exists"], after.incidents["p_exists"])


def test_history_of_the_period_itself_is_left_out(folder):
    mission = _two_years(folder)
    for file in (folder / "past").glob("*.csv"):
        file.write_text(file.read_text().replace("2025-04", "2026-04"))
    past = mission.read_history().observations
    period = mission.brief.period
    assert not ((past["time_start"] < period.end) & (past["time_end"] >= period.start)).any()


def test_history_without_heat_is_refused_with_the_reason(folder):
    path = folder / "sources.yaml"
    (folder / "e.csv").write_text("time,lat,lon,type\n2025-03-10T09:00Z,48.05,37.5,shelling\n")
    path.write_text(path.read_text() + "  - {id: old, kind: table, files: [e.csv], history: true}\n")
    with pytest.raises(RequestError, match="holds no detection of heat"):
        tl.open_mission(folder).monitor()


def test_history_is_true_or_false(folder):
    with pytest.raises(RequestError, match="true or false"):
        _two_years(folder, flag="2019")


SLIP = "time,lat,lon,type\n2015-03-10T09:00Z,48.05,37.5,shelling\n{}T09:00Z,48.05,37.6,shelling\n"


def own(tmp_path, text, **period):
    (tmp_path / "line.geojson").write_text('{"type": "LineString", "coordinates": [[37.0, 48.0], [38.0, 48.0]]}')
    (tmp_path / "e.csv").write_text(text)
    return events_mission(tmp_path / "e.csv", tmp_path / "line.geojson", "minsk_2014_2015", options={}, **period)


def test_a_slip_of_a_century_in_one_date_is_named_with_its_line(tmp_path):
    with pytest.raises(RequestError, match=r"span 95 years, from 1920-03-10 \(e.csv:3\)"):
        own(tmp_path, SLIP.format("1920-03-10"))


def test_one_end_of_the_period_may_be_named_and_the_events_give_the_other(tmp_path):
    mission = own(tmp_path, SLIP.format("2015-03-12"), start=tl.timespan.parse_instant("2015-03-11T00:00Z"))
    assert str(mission.brief.period) == "2015-03-11T00:00:00Z/2015-03-13T00:00:00Z"
    (held,) = mission.held
    assert len(held.observations) == 1
    assert "1 rows lie outside the period" in held.set_aside["reason"].iloc[-1]
