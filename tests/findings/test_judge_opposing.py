"""Minsk, point 2 under the reading that opposing pieces stand so far from one another."""

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from truceline.agreement import read_library
from truceline.findings.judge import judge

MINSK = read_library("minsk_2014_2015")
GEOD = Geod(ellps="WGS84")
AT = pd.Timestamp("2015-06-01T12:00Z")


def guns(*rows):
    """Guns of 152 mm: (party, km east of a point, hours later, sigma in metres)."""
    made = []
    for i, (party, km, hours, sigma) in enumerate(rows):
        lon, lat, _ = GEOD.fwd(38.0, 48.0, 90, km * 1000)
        made.append(
            {"id": f"s{i}", "time": AT + pd.Timedelta(hours=hours), "lon": lon, "lat": lat, "sigma_m": sigma,
             "party": party, "item": "gun", "calibre_mm": 152.0}
        )  # fmt: skip
    return pd.DataFrame(made)


def second_reading(sightings):
    found = judge(MINSK, sightings)
    return found[(found["clause"] == "M15-2a") & (found["interpretation"] == "width.R2")].set_index("sighting")


# agreements.md A2-5: 22 + 10 + 25 = 57 km between the pieces; geodesic distance by GeographicLib
@pytest.mark.parametrize(("km", "verdict", "margin"), [(57.0, "compliant", 7.0), (43.0, "violation", -7.0)])
def test_the_distance_between_opposing_pieces_is_worked_out_from_their_sightings(km, verdict, margin):
    found = second_reading(guns(("UA", 0, 0, 100.0), ("AF", km, 1, 100.0)))
    assert set(found["verdict"]) == {verdict}
    assert found["margin"].to_numpy() == pytest.approx([margin, margin], abs=1e-3)
    assert found["reason"].str.contains("opposing pieces seen in this run").all()


def test_a_stated_distance_wins():
    sightings = guns(("UA", 0, 0, 100.0), ("AF", 43, 1, 100.0)).assign(**{"distance_km@opposing": [57.0, np.nan]})
    found = second_reading(sightings)
    assert found.loc["s0", "verdict"] == "compliant"
    assert "seen in this run" not in found.loc["s0", "reason"]
    assert found.loc["s1", "verdict"] == "violation"


def test_without_an_opposing_piece_it_stays_open():
    for others in ([], [("UA", 10, 0, 100.0)], [("AF", 10, 30, 100.0)]):  # none; the own side's; a day and more later
        found = second_reading(guns(("UA", 0, 0, 100.0), *others))
        assert found.loc["s0", "verdict"] == "indeterminate"
        assert "no distance to opposing is given" in found.loc["s0", "reason"]


def test_both_location_errors_count():
    found = second_reading(guns(("UA", 0, 0, 3000.0), ("AF", 46, 0, 4000.0)))  # 4 km inside, hypot(3, 4) = 5 km
    assert set(found["verdict"]) == {"indeterminate"}


def test_the_nearest_within_a_day_is_the_one_that_counts():
    rows = [("UA", 0, 0, 100.0)] + [("AF", 20, 40 + h, 100.0) for h in range(30)] + [("AF", 45, 5, 100.0)]
    found = second_reading(guns(*rows))
    assert found.loc["s0", "margin"] == pytest.approx(-5, abs=1e-3)


def test_swapping_the_parties_swaps_the_verdicts():
    rng = np.random.default_rng(8)
    whose, km, hours = rng.choice(["UA", "AF"], 40), rng.uniform(0, 120, 40), rng.uniform(0, 48, 40)
    rows = [(*row, 200.0) for row in zip(whose, km, hours, strict=True)]
    swapped = [({"UA": "AF", "AF": "UA"}[p], *rest) for p, *rest in rows]
    one, two = second_reading(guns(*rows)), second_reading(guns(*swapped))
    assert one["verdict"].tolist() == two["verdict"].tolist()
    assert one["margin"].to_numpy() == pytest.approx(two["margin"].to_numpy(), nan_ok=True)
