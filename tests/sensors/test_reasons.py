import numpy as np
import pytest

from truceline.sensors.reasons import reasons
from truceline.timespan import Timespan, parse_instant

MAY = Timespan(start=parse_instant("2026-05-01T00:00Z"), end=parse_instant("2026-05-03T00:00Z"))
DRONE = {"id": "d", "kind": "drone", "from_km": 0, "to_km": 75, "number": 20}


def test_the_hindrance_whose_absence_gains_most_is_named(deploy, strip):
    about = {"strip": strip, "period": MAY, "kinds": ("strike", "heavy_weapons")}
    from_orbit = reasons(deploy([{"instrument": "viirs"}]), **about).set_index("kind")
    drones = reasons(deploy([], [DRONE], conditions={"jamming_share": 0.9}), **about).set_index("kind")
    assert from_orbit.loc["strike", "foremost"] == "cloud"
    assert drones.loc["heavy_weapons", "foremost"] == "jamming"
    for found in (from_orbit, drones):
        gains = found[["under_open_sky", "without_jamming", "always_tasked"]].sub(found["seen"], axis=0)
        assert (gains >= -1e-6).all(axis=None)


def test_where_nothing_could_see_it_no_hindrance_is_blamed(deploy, strip):
    found = reasons(deploy(), strip=strip, period=MAY, kinds=("warship",))
    assert found["foremost"].tolist() == ["none of these"]
    assert np.allclose(found["seen"], 0)


def test_with_no_kinds_nothing_is_worked_out(deploy, strip):
    assert not len(reasons(deploy(), strip=strip, period=MAY, kinds=()))


def test_a_sky_known_to_be_clear_leaves_cloud_nothing_to_hide(deploy, strip):
    from dataclasses import replace

    made = deploy([{"instrument": "viirs"}])
    clear = replace(made, conditions=replace(made.conditions, cloud={"2026-05-01": 0.0, "2026-05-02": 0.0}))
    row = reasons(clear, strip=strip, period=MAY, kinds=("strike",)).iloc[0]
    assert row["under_open_sky"] == pytest.approx(row["seen"], abs=1e-6)
