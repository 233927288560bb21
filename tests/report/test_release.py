"""Release profiles: nothing too fresh, too fine or not theirs leaves the mission, in any table or file."""

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from exports_fixture import NOW, SECRET, assessment, empty_assessment
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from truceline.agreement import Party
from truceline.errors import RequestError, UnknownNameError
from truceline.report.coarsen import snap, snap_km, snap_strip
from truceline.report.exports import export_files
from truceline.report.release import PROFILES, Profile, release
from truceline.strip import Strip
from truceline.timespan import Timespan

OUTSIDE = sorted(set(PROFILES) - {"mission"})
GEOD = Geod(ellps="WGS84")
HOURS = st.lists(st.floats(0, 96, allow_nan=False), min_size=1, max_size=6)
LON, LAT = st.floats(35.5, 37.5), st.floats(47, 48.2)


def tables(a):
    return {f.name: getattr(a, f.name) for f in fields(a) if isinstance(getattr(a, f.name), pd.DataFrame)}


@settings(deadline=None, max_examples=20)
@given(st.data(), HOURS, st.sampled_from(OUTSIDE))
def test_no_table_holds_a_place_off_the_grid(data, hours, name):
    n = len(hours)
    lon = data.draw(st.lists(LON, min_size=n, max_size=n))
    lat = data.draw(st.lists(LAT, min_size=n, max_size=n))
    shown, _ = release(assessment(hours, lon, lat), name, now=NOW)
    grid = PROFILES[name].grid_km
    assert grid >= 1
    for table in [
        *tables(shown).values(),
        *(strip_table(line.strip) for line in shown.lines),
        strip_table(shown.strip),
    ]:
        if "lon_deg" in table:
            assert on_grid(table.lon_deg, table.lat_deg, grid)
        for column in {"chainage_km", "offset_km"} & set(table.columns):
            steps = table[column].dropna() / grid * 2
            np.testing.assert_allclose(steps, steps.round(), atol=1e-9)
    for column in ("from_km", "to_km"):
        steps = shown.sectors[column] / grid
        np.testing.assert_allclose(steps, steps.round(), atol=1e-9)
    # footprints are boxes round where a sensor looked
    assert shown.looks[["west_deg", "south_deg", "east_deg", "north_deg"]].isna().all(axis=None)


def strip_table(strip):
    return pd.DataFrame({"lon_deg": strip.lon_deg, "lat_deg": strip.lat_deg, "chainage_km": strip.chainage_km})


def on_grid(lon, lat, grid):
    """Whether places are middles of squares: snapping them again moves them nowhere."""
    again = snap(lon, lat, grid)
    return np.allclose(again[0], lon, atol=1e-9, equal_nan=True) and np.allclose(
        again[1], lat, atol=1e-9, equal_nan=True
    )


@given(st.floats(-179, 179), st.floats(-85, 85), st.sampled_from([1.0, 5.0, 10.0]))
def test_a_square_of_the_grid_is_nowhere_narrower_than_the_grid(lon, lat, grid):
    # geodesic distances by GeographicLib (through pyproj) to the middles of the neighbouring squares
    x, y = (float(v) for v in snap(lon, lat, grid))
    step_deg = grid * 1000 / 110_574
    _, north = snap(x, y + step_deg, grid)
    _, _, metres = GEOD.inv(x, y, x, float(north))
    assert metres >= grid * 1000 * (1 - 1e-4)
    east, _ = snap(x + 1.001 * step_deg / np.cos(np.radians(min(89.9, abs(y) + step_deg))), y, grid)
    _, _, metres = GEOD.inv(x, y, float(east), y)
    assert metres >= grid * 1000 * (1 - 1e-4)


@given(st.floats(-179, 179), st.floats(-85, 85), st.sampled_from([1.0, 10.0]))
def test_a_place_is_moved_no_further_than_half_a_diagonal(lon, lat, grid):
    x, y = snap(lon, lat, grid)
    _, _, metres = GEOD.inv(lon, lat, float(x), float(y))
    assert metres <= grid * 1000 * 0.5 * np.sqrt(2) * 1.25  # squares widen towards their equatorward edge


@given(st.floats(-500, 500, allow_subnormal=False), st.sampled_from([1.0, 5.0]))
def test_a_coarse_offset_keeps_its_side(km, grid):
    coarse = float(snap_km(pd.Series([km]), grid)[0])
    assert abs(coarse - km) <= grid / 2 + 1e-9
    assert (coarse > 0) == (km >= 0)


def test_sigma_is_widened_by_the_variance_of_a_square():
    # a place anywhere in a 1 km square: 1000 / sqrt(12) = 288.7 m each way; hypot(375, 288.7) = 473.3, up to 500
    shown, _ = release(assessment(), "public", now=NOW)
    assert set(shown.incidents.sigma_m) == {500.0}
    assert shown.lines[0].sigma_km > 8.0


@settings(deadline=None, max_examples=20)
@given(HOURS, st.sampled_from(OUTSIDE))
def test_nothing_is_younger_than_the_delay(hours, name):
    shown, _ = release(assessment(hours), name, now=NOW)
    cutoff = NOW - timedelta(hours=PROFILES[name].delay_h)
    for table_name, table in tables(shown).items():
        for column in table.columns:
            if table[column].dtype.kind == "M" and column != "due":  # what is due is still to come
                assert not (table[column] > cutoff).any(), (table_name, column)
    assert len(shown.incidents) == sum(h >= PROFILES[name].delay_h for h in hours)
    known = set(shown.incidents.incident_id)
    for table in (shown.findings, shown.attributions, shown.clocks):
        assert set(table.incident_id) <= known
    assert shown.period.end <= cutoff
    assert all(span.end <= cutoff for span in shown.in_force)
    last = (cutoff + timedelta(hours=3)).date().isoformat()  # Kyiv is three hours ahead in April
    assert (shown.status.day < last).all()


def test_an_incident_without_a_time_is_not_released_with_a_delay():
    a = assessment()
    never = pd.Series(pd.NaT, index=a.incidents.index, dtype="datetime64[ns, UTC]")
    undated = replace(a, incidents=a.incidents.assign(time_start=never, time_end=never))
    assert release(undated, "public", now=NOW)[0].incidents.empty
    assert len(release(undated, "mission", now=NOW)[0].incidents) == 4


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_dropped_field_is_in_any_table_or_file(name):
    shown, notes = release(assessment(), name, now=NOW)
    for table_name, table in tables(shown).items():
        for column in table.columns:
            assert SECRET not in "".join(map(str, table[column])), (table_name, column)
    for file_name, data in export_files(shown):
        assert SECRET.encode() not in data, file_name
    assert SECRET not in repr(shown.digests) + repr(shown.warnings) + repr(notes)


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_exact_number_of_the_original_is_in_any_file(name):
    whole = assessment()
    shown, _ = release(whole, name, now=NOW)
    exact = whole.incidents
    forbidden = {
        f"{value:.{places}f}".encode()
        for column in ("lon_deg", "lat_deg", "chainage_km", "offset_km")
        for value in exact[column]
        for places in (4, 5)
    }
    for file_name, data in export_files(shown):
        if not file_name.endswith(".gpkg"):  # its numbers are binary
            assert not [number for number in forbidden if number in data], file_name


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_release_does_not_depend_on_which_party_reads_it(name):
    whole = assessment()
    swapped = replace(
        whole,
        agreement=replace(whole.agreement, parties=(Party(party_id="B", called="B"), Party(party_id="A", called="A"))),
    )
    assert dict(export_files(release(whole, name, now=NOW)[0])) == dict(
        export_files(release(assessment(), name, now=NOW)[0])
    )
    assert dict(export_files(release(swapped, name, now=NOW)[0])) == dict(
        export_files(release(whole, name, now=NOW)[0])
    )


def test_the_mission_has_everything():
    whole = assessment()
    shown, notes = release(whole, "mission", now=NOW)
    assert dict(export_files(shown)) == dict(export_files(whole))
    assert notes == ("release profile: mission",)


def test_parties_get_nothing_fresher_or_finer_than_the_public():
    assert PROFILES["public"].delay_h >= 24
    assert PROFILES["parties"].delay_h >= PROFILES["public"].delay_h
    assert PROFILES["parties"].grid_km >= PROFILES["public"].grid_km


def test_hidden_hours_do_not_read_as_quiet_ones():
    shown, notes = release(assessment(), "public", now=NOW)
    assert shown.period.end == NOW - timedelta(hours=24)
    assert "hours of the period inside the delay: 24" in notes
    # the figures are those of the hours that are left: km of line x hours in force, however well watched
    e = shown.exposure
    hours = sum(span.hours for span in shown.in_force)
    assert e["km_h_total"] == pytest.approx(e["line_km"] * hours, rel=0.01)
    assert e["km_h_seen"] + e["km_h_partly"] + e["km_h_unseen"] == pytest.approx(e["km_h_total"])
    assert "Quiet near 47.123, 36.456 and building up." not in shown.warnings  # of the whole period


def test_a_period_wholly_inside_the_delay_is_refused_with_the_time_it_may_be_released():
    whole = assessment()
    recent = Timespan(start=NOW - timedelta(hours=20), end=NOW - timedelta(hours=10))
    with pytest.raises(RequestError, match="from 2026-04-13T02:00:00Z on" if NOW.day == 12 else "from 20"):
        release(replace(whole, period=recent), "public", now=NOW)


@pytest.mark.parametrize("name", OUTSIDE)
def test_withheld_evidence_is_still_counted(name):
    # an empty table would read as if nobody had looked
    late = NOW + timedelta(days=2)
    whole = assessment()
    shown, _ = release(whole, name, now=late)
    for table in ("observations", "looks", "set_aside", "attributions", "clocks", "claims"):
        assert len(getattr(shown, table)) == len(getattr(whole, table)), table
    assert (shown.looks.sensor == "camera").all()
    assert (shown.looks.source == "").all() and shown.looks.time_start.isna().all()


def test_a_period_that_ended_before_the_delay_keeps_its_exposure():
    shown, _ = release(assessment(), "public", now=NOW + timedelta(days=2))
    assert shown.exposure["km_h_seen"] == 12.5
    assert shown.warnings == ("Quiet near 47, 36 and building up.",)


def test_small_counts_are_not_given_and_large_ones_are():
    late = NOW + timedelta(days=2)
    counts = release(assessment(), "public", now=late)[0].incidents
    assert counts.count_min.isna().tolist() == [True, True, False, False]
    assert counts.count_max.isna().tolist() == [True, True, False, False]
    assert release(assessment(), "commission", now=late)[0].incidents.count_min.notna().all()


def test_the_notes_say_categories_and_numbers_only():
    _, notes = release(assessment(), "public", now=NOW)
    assert "younger than 24 h, incidents: 2" in notes
    assert "not for this reader, looks: 2" in notes
    assert all(note.startswith("release profile") or note.rsplit(": ", 1)[1].isdigit() for note in notes)


def test_a_profile_of_ones_own_is_used_as_it_is():
    shown, _ = release(assessment(), Profile(name="mine", grid_km=10), now=NOW)
    assert on_grid(shown.incidents.lon_deg, shown.incidents.lat_deg, 10)
    assert len(shown.observations) == 4


def test_an_unknown_profile_is_refused_with_a_hint():
    with pytest.raises(UnknownNameError, match=r"'publik' is not defined\. Did you mean 'public'"):
        release(assessment(), "publik", now=NOW)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_an_assessment_with_nothing_in_it_is_released(name):
    shown, _ = release(empty_assessment(), name, now=NOW)
    assert shown.incidents.empty


def test_a_line_too_short_for_the_grid_is_refused():
    with pytest.raises(RequestError, match="too short for the 1 km grid"):
        snap_strip(Strip.along(lon_deg=[36.0001, 36.0002], lat_deg=[47.5001, 47.5001]), 1.0)


def test_a_coarse_line_keeps_its_chainage():
    strip = assessment().strip
    coarse = snap_strip(strip, 1.0)
    assert 0 <= coarse.length_km - strip.length_km < 1
    lon, lat = coarse.locate(chainage_km=[10.0, 35.0, 60.0])
    exact_lon, exact_lat = strip.locate(chainage_km=[10.0, 35.0, 60.0])
    _, _, metres = GEOD.inv(lon, lat, exact_lon, exact_lat)
    assert (metres < 1500).all()


@pytest.mark.parametrize("name", OUTSIDE)
def test_coverage_is_told_by_whole_sectors_so_that_no_sensor_can_be_placed(name):
    whole = assessment([1.0], [36.5], [47.5])
    line = whole.strip.length_km
    half = pd.DataFrame(
        {"sector": ["A", "B"], "called": ["a", "b"], "from_km": [0.0, line / 2], "to_km": [line / 2, line]}
    )
    cells = np.arange(0.0, line, 10.0)
    lone = whole.coverage.iloc[:1].drop(columns=["cell_km", "seen", "looked"])
    table = lone.loc[lone.index.repeat(len(cells))].assign(cell_km=cells, seen=0.0, looked=0.0)
    table.loc[table["cell_km"] == 10.0, ["seen", "looked"]] = 0.9  # a camera stands in the second cell
    fine = replace(whole, sectors=half, coverage=table.reset_index(drop=True))
    shown, notes = release(fine, replace(PROFILES[name], delay_h=0.0), now=NOW)
    first = shown.coverage["cell_km"] + 5 < line / 2
    for column in ("seen", "looked"):
        assert shown.coverage.loc[first, column].nunique() == 1
        assert shown.coverage.loc[first, column].iloc[0] == pytest.approx(0.9 / first.sum())
        assert (shown.coverage.loc[~first, column] == 0).all()
    assert any("coverage told by whole sectors" in note for note in notes)


def test_a_warning_that_names_one_sensor_stays_with_the_mission():
    named = (
        f"Source camera-{SECRET} has not looked since 2026-04-11 05:00 UTC, 25 h before the period ended.",
        f"Sensor mast-{SECRET} was left out of the coverage: shot at",
    )
    whole = replace(assessment(), warnings=(*named, "2 of 9 sector-days in force were not observed: their quiet."))
    for profile in ("public", "parties"):
        shown, notes = release(whole, profile, now=whole.now + timedelta(days=30))
        assert [text for text in shown.warnings if text.startswith(("Source", "Sensor"))] == []
        assert any("warnings: 2" in note for note in notes), notes
    assert release(whole, "mission", now=whole.now)[0].warnings == whole.warnings
