import pandas as pd
import pytest

from truceline.errors import SourceError
from truceline.sources.firms_passes import infer_passes, read_cloud


def pixels(track_km, instrument="VIIRS", lon=37.0):
    return pd.DataFrame(
        {
            "satellite": ["N"],
            "instrument": [instrument],
            "time": [pd.Timestamp("2026-04-06T01:05Z")],
            "lon_deg": [lon],
            "lat_deg": [48.0],
            "track_km": [track_km],
        }
    )


def width_deg(track_km, instrument="VIIRS"):
    look = infer_passes([pixels(track_km, instrument)], source="s", cloud=None).iloc[0]
    return look["east_deg"] - look["west_deg"]


def test_a_detection_below_the_satellite_bounds_more_than_one_at_the_edge():
    widths = [width_deg(track) for track in (0.375, 0.5, 0.7, 0.8)]
    assert widths == sorted(widths, reverse=True)
    # at the swath's edge (a pixel of 0.80 km, some 1,470 km off) nothing more than the place itself is certain
    assert widths[-1] == 0
    # below it: 1,530 km less 250 km for the slant, to both sides; at 43 N a degree of longitude is 81.3 km
    assert widths[0] == pytest.approx(2 * (1530 - 250) / 81.3, rel=0.01)


def test_the_pixel_of_modis_is_its_own():
    assert width_deg(1.0, "MODIS") == pytest.approx(2 * (1165 - 250) / 81.3, rel=0.01)
    assert width_deg(2.0, "MODIS") == 0


@pytest.mark.parametrize(("track", "instrument"), [(float("nan"), "VIIRS"), (0.4, "OTHER")])
def test_without_a_known_pixel_only_the_place_itself_was_certainly_seen(track, instrument):
    assert width_deg(track, instrument) == 0


def test_a_footprint_never_wraps_round_the_earth():
    look = infer_passes([pixels(0.375, lon=179.0)], source="s", cloud=None).iloc[0]
    assert look["east_deg"] == 180


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "date,rain\n2026-04-06,1\n"])
def test_a_cloud_file_without_date_or_cloud_is_refused(tmp_path, text):
    path = tmp_path / "cloud.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match="cloud"):
        read_cloud(path, None)


def test_of_several_cloud_columns_the_named_one_is_read(tmp_path):
    path = tmp_path / "cloud.csv"
    path.write_text("date,cloud_country,cloud_east\n2026-04-06,0.4,0.5\n")
    assert read_cloud(path, None)["2026-04-06"] == 0.5
    assert read_cloud(path, "cloud_country")["2026-04-06"] == 0.4
    with pytest.raises(SourceError, match="rain"):
        read_cloud(path, "rain")
