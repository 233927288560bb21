import numpy as np
import pandas as pd
import pytest

from truceline.findings.status import exposure_box, sector_status
from truceline.findings.tables import FINDINGS
from truceline.incidents.tables import INCIDENTS
from truceline.observations import LOOKS, empty, new_table
from truceline.sensors.coverage import Coverage
from truceline.sensors.recorded import cover
from truceline.strip import Strip
from truceline.timespan import Timespan, parse_instant

STRIP = Strip.along(lon_deg=[37.0, 38.0], lat_deg=[48.0, 48.0])
PERIOD = Timespan(start=parse_instant("2026-04-10T21:00Z"), end=parse_instant("2026-04-12T21:00Z"))
TRUCE = (Timespan(start=parse_instant("2026-04-11T13:00Z"), end=parse_instant("2026-04-12T21:00Z")),)
SECTORS = pd.DataFrame({"sector": ["A", "B"], "called": ["a", "b"], "from_km": [0.0, 40.0], "to_km": [40.0, 80.0]})
NOTHING = empty(INCIDENTS)
NO_FINDINGS = empty(FINDINGS)


def watched(level: float, low: float | None = None) -> Coverage:
    """Coverage of the same level everywhere."""
    found = cover(empty(LOOKS), strip=STRIP, period=PERIOD, kinds=("strike",))
    same = np.full_like(found.looked, level)
    return Coverage(
        cell_km=found.cell_km,
        width_km=found.width_km,
        steps=found.steps,
        step_h=found.step_h,
        daylight=found.daylight,
        looked=same,
        seen={"strike": same},
        seen_low={"strike": same if low is None else np.full_like(same, low)},
        seen_high={"strike": same},
    )


def status(coverage: Coverage, incidents=NOTHING, findings=NO_FINDINGS) -> pd.DataFrame:
    return sector_status(
        incidents, findings, coverage, sectors=SECTORS, in_force=TRUCE, period=PERIOD, timezone="Europe/Kyiv"
    )


def one_finding(verdict: str, probability: float, chainage_km: float = 10.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    incidents = new_table(
        INCIDENTS,
        {
            "incident_id": ["inc-1"],
            "chainage_km": chainage_km,
            "time_start": [pd.Timestamp("2026-04-12T08:00Z")],
            "time_end": [pd.Timestamp("2026-04-12T08:00Z")],
        },
    )
    findings = new_table(FINDINGS, {"incident_id": ["inc-1"], "verdict": verdict, "probability": probability})
    return incidents, findings


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (0.0, "not observed"),
        (0.29, "not observed"),
        (0.3, "no violation seen, partly watched"),
        (0.8, "no violation seen, well watched"),
    ],
)
def test_silence_is_worth_what_was_watched(level, expected):
    assert set(status(watched(level))["status"]) == {expected}


def test_with_none_seen_the_bound_is_three_over_the_chance_of_seeing():
    # chi-squared quantile: -ln(0.05) = 2.9957
    assert status(watched(0.5))["missed_upper"].to_numpy() == pytest.approx(2.9957 / 0.5, rel=1e-4)


def test_with_no_look_nothing_can_be_ruled_out():
    assert np.isinf(status(watched(0.0))["missed_upper"]).all()


def test_only_hours_in_force_count():
    by_day = status(watched(0.5)).groupby("day")["exposure_h"].first()
    # the truce began at 16:00 local on the 11th: 8 hours that day, 24 the next
    assert by_day.to_dict() == {"2026-04-11": 8.0, "2026-04-12": 24.0}


def test_a_violation_marks_its_own_sector_and_day_only():
    table = status(watched(0.9), *one_finding("violation", 0.95))
    marked = table[table["status"] == "violation"]
    assert marked[["sector", "day"]].to_numpy().tolist() == [["A", "2026-04-12"]]
    assert marked["p_violation"].iloc[0] == pytest.approx(0.95)


def test_a_report_about_an_area_counts_in_the_sector_of_that_name():
    incidents, findings = one_finding("violation", 0.95, chainage_km=float("nan"))
    table = status(watched(0.9), incidents.assign(place="b"), findings)
    assert table.loc[table["status"] == "violation", "sector"].tolist() == ["B"]
    assert "violation" not in set(status(watched(0.9), incidents, findings)["status"])


def test_an_open_finding_is_indeterminate_even_where_nobody_watched():
    table = status(watched(0.0), *one_finding("indeterminate", 0.6))
    assert table.loc[table["status"] == "indeterminate", "sector"].tolist() == ["A"]


def test_the_exposure_box_adds_up_exactly():
    coverage = cover(
        new_table(
            LOOKS,
            {
                "look_id": ["l"],
                "sensor": "patrol",
                "time_start": [pd.Timestamp("2026-04-12T06:00Z")],
                "time_end": [pd.Timestamp("2026-04-12T14:00Z")],
                "west_deg": 37.0,
                "east_deg": 37.5,
                "south_deg": 40.0,
                "north_deg": 50.0,
            },
        ),
        strip=STRIP,
        period=PERIOD,
        kinds=("strike",),
    )
    box = exposure_box(coverage, in_force=TRUCE)
    assert box["km_h_total"] == pytest.approx(STRIP.length_km * 32, rel=1e-12)
    for level in ("seen", "partly", "unseen"):
        assert box[f"km_h_{level}"] == pytest.approx(box[f"km_h_{level}_day"] + box[f"km_h_{level}_night"], rel=1e-12)
    assert box["km_h_partly"] > 0
    assert box["hours"] == pytest.approx(32)
