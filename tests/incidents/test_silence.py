import numpy as np
import pandas as pd
import pytest

from truceline.incidents import make_incidents, weigh_silence
from truceline.incidents.fuse import CAP_SATELLITE
from truceline.observations import LOOKS, OBSERVATIONS, empty, new_table
from truceline.sensors.deployment_file import read_deployment
from truceline.sensors.silence import standing_by
from truceline.strip import Strip
from truceline.timespan import Timespan

PERIOD = Timespan(
    start=pd.Timestamp("2026-04-01T00:00Z").to_pydatetime(), end=pd.Timestamp("2026-04-03T00:00Z").to_pydatetime()
)
STRIP = Strip.along(lon_deg=[36.0, 37.343], lat_deg=[48.0, 48.0])


def ears(every_km, to_km=100, **more):
    said = {"sensors": [{"id": "ears", "kind": "acoustic", "from_km": 0, "to_km": to_km, "every_km": every_km, **more}]}
    return standing_by(read_deployment(said, strip=STRIP, elements=(), timezone="UTC"), strip=STRIP, period=PERIOD)


def seen(*rows, act="shelling"):
    """Observations (sensor, km along the line) of one hour."""
    lon, lat = STRIP.locate(chainage_km=[km for _, km in rows], offset_km=1.0)
    return new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"o{i}" for i in range(len(rows))],
            "source": "x",
            "sensor": [sensor for sensor, _ in rows],
            "act": act,
            "time_start": pd.Timestamp("2026-04-02T03:10Z"),
            "time_end": pd.Timestamp("2026-04-02T03:10Z"),
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": 500.0,
            "reliability": "B",
            "credibility": "6",
        },
        length=len(rows),
    )


def weighed(observations, standing):
    made = make_incidents(observations, empty(LOOKS), strip=STRIP, period=PERIOD)
    return made.incidents, weigh_silence(made, observations, standing).incidents


def test_an_alarm_amid_sensors_that_heard_nothing_is_doubted():
    before, after = weighed(seen(("report", 50)), ears(10))
    assert after["p_exists"].iloc[0] < 0.2 * before["p_exists"].iloc[0]
    name, value = after["ln_lr"].iloc[0][-1]
    assert name == "sensors that stood by and noticed nothing"
    assert value == pytest.approx(-CAP_SATELLITE)  # no witness may carry the case alone, silence neither


def test_an_alarm_where_nobody_stood_by_is_left_as_it_was():
    before, after = weighed(seen(("report", 90)), ears(10, to_km=20))
    pd.testing.assert_frame_equal(before, after)
    before, after = weighed(seen(("report", 50)), ears(10, hours="08:00-18:00"))  # off duty at three in the morning
    pd.testing.assert_frame_equal(before, after)
    assert ears(10, to_km=20) is not None
    assert standing_by(
        read_deployment({}, strip=STRIP, elements=(), timezone="UTC"), strip=STRIP, period=PERIOD
    ) is None  # fmt: skip


def test_silence_is_the_product_of_the_misses_of_those_who_did_not_notice():
    # one array, calm by nearly all accounts: ln(1 - p) with p its chance; none is left when it is the one that heard
    standing = ears(100)
    alarm = seen(("report", 50)).rename(columns={"time_start": "time_start"})
    none = {"acoustic": np.array([0])}
    missed = np.exp(standing.ln_missed(alarm, none))
    assert 0.05 < missed[0] < 0.5  # availability .9, close by: little more than one in ten is missed
    assert standing.ln_missed(alarm, {"acoustic": np.array([1])})[0] == pytest.approx(0.0, abs=1e-6)
    two = np.exp(ears(50).ln_missed(alarm, none))
    assert two[0] < missed[0]


def test_the_more_noticed_it_the_less_silence_says():
    alarm = seen(("acoustic", 50))
    ln = [ears(10).ln_missed(alarm, {"acoustic": np.array([k])})[0] for k in range(6)]
    assert (np.diff(ln) > 0).all()


def test_heat_alone_and_long_spans_are_left_as_they_were():
    before, after = weighed(seen(("thermal", 50), act="heat"), ears(10))
    pd.testing.assert_frame_equal(before, after)
    day = seen(("report", 50)).assign(time_end=pd.Timestamp("2026-04-02T23:00Z"))
    assert ears(10).ln_missed(day, {})[0] == 0


def test_which_side_an_alarm_lies_on_changes_nothing():
    lon, lat = STRIP.locate(chainage_km=[50.0, 50.0], offset_km=[3.0, -3.0])
    both = seen(("report", 50), ("report", 50)).assign(lon_deg=lon, lat_deg=lat)
    ln = ears(10).ln_missed(both, {})
    assert ln[0] == pytest.approx(ln[1], rel=0.01)
