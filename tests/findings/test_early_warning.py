import pandas as pd

from truceline.findings.early_warning import early_warnings, far_from_line
from truceline.findings.tables import STATUS
from truceline.incidents.tables import INCIDENTS
from truceline.observations import LOOKS, OBSERVATIONS, empty, new_table
from truceline.strip import Strip
from truceline.timespan import Timespan, parse_instant

PERIOD = Timespan(start=parse_instant("2026-01-01T00:00Z"), end=parse_instant("2026-01-10T00:00Z"))
LINE = Strip.along(lon_deg=[37.0, 38.0], lat_deg=[48.0, 48.0])


def places(*where: tuple[float, float]) -> pd.DataFrame:
    return new_table(
        OBSERVATIONS, {"lon_deg": [x for x, _ in where], "lat_deg": [y for _, y in where]}, length=len(where)
    )


def test_a_line_with_nothing_near_it_is_questioned():
    assert far_from_line(places((37.5, 48.1)), LINE) == ()
    # longitude and latitude swapped: some 6,000 km away
    (said,) = far_from_line(places((48.1, 37.5)), LINE)
    assert "Is it the right line" in said
    assert far_from_line(empty(OBSERVATIONS), LINE) == ()


def test_an_unwatched_day_is_named_and_quiet_is_not_called_safe():
    status = new_table(STATUS, {"status": ["not observed", "not in force"], "exposure_h": [24.0, 0.0]}, length=2)
    (said,) = early_warnings(status, empty(INCIDENTS), empty(LOOKS), PERIOD)
    assert said.startswith("1 of 1 sector-days in force were not observed")
    assert "safe" not in said


def test_a_source_that_fell_silent_is_named():
    looks = new_table(LOOKS, {"source": ["mast"], "time_end": [pd.Timestamp("2026-01-05T00:00Z")]}, length=1)
    (said,) = early_warnings(empty(STATUS), empty(INCIDENTS), looks, PERIOD)
    assert "mast has not looked since 2026-01-05 00:00 UTC, 120 h" in said


def test_activity_that_builds_up_is_named():
    days = pd.to_datetime([f"2026-01-0{d}T00:00Z" for d in (1, 8, 8, 8, 9, 9, 9, 9)])
    incidents = new_table(INCIDENTS, {"time_start": days, "p_exists": [0.9] * 8}, length=8)
    (said,) = early_warnings(empty(STATUS), incidents, empty(LOOKS), PERIOD)
    assert said.startswith("Activity is building: 6 of 7")
