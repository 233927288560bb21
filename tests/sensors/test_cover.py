import numpy as np
import pandas as pd
import pytest

from truceline.findings.status import exposure_box, sector_status
from truceline.findings.tables import FINDINGS
from truceline.incidents.tables import INCIDENTS
from truceline.observations import empty
from truceline.sensors.cover import cover_deployment
from truceline.sensors.facts import MID
from truceline.sensors.kinds import KINDS
from truceline.sensors.scene import make_scene
from truceline.strip import Strip
from truceline.timespan import Timespan, parse_instant

APRIL = Timespan(start=parse_instant("2026-04-11T00:00Z"), end=parse_instant("2026-04-14T00:00Z"))
VIIRS = {"instrument": "viirs"}
DRONE = {"id": "night", "kind": "drone", "from_km": 10, "to_km": 50, "hours": "18:00-06:00", "number": 3}
MAST = {"id": "masts", "kind": "camera", "from_km": 0, "to_km": 40, "every_km": 8}
EARS = {"id": "ears", "kind": "acoustic", "at_km": 60}
PATROL = {"id": "patrol", "kind": "patrol", "from_km": 30, "to_km": 70, "number": 2, "hours": "08:00-17:00"}
RADAR = {"id": "radar", "kind": "radar", "at_km": 20, "type": "air"}
SENSORS = [
    DRONE,
    MAST,
    EARS,
    PATROL,
    RADAR,
    {"id": "news", "kind": "report"},
    {"id": "seis", "kind": "seismic", "at_km": 5},
]


def cover(deployment, strip, period=APRIL, **given):
    return cover_deployment(deployment, strip=strip, period=period, cell_km=given.pop("cell_km", 5.0), **given)


def test_nothing_deployed_sees_nothing_and_never_reads_as_compliance(deploy, strip):
    found = cover(deploy(), strip)
    assert all((found.seen_high[kind] == 0).all() for kind in KINDS)
    sectors = pd.DataFrame({"sector": ["A"], "called": ["a"], "from_km": [0.0], "to_km": [strip.length_km]})
    status = sector_status(
        empty(INCIDENTS), empty(FINDINGS), found, sectors=sectors, in_force=(APRIL,), period=APRIL, timezone="UTC"
    )
    assert set(status["status"]) == {"not observed"}
    assert np.isinf(status["missed_upper"]).all()
    assert (status["looks"] == 0).all()


def test_every_kind_is_in_order_and_a_probability(deploy, strip):
    found = cover(deploy([VIIRS], SENSORS), strip)
    for kind in KINDS:
        low, mid, high = found.seen_low[kind], found.seen[kind], found.seen_high[kind]
        assert (low >= -1e-6).all()
        assert (low <= mid + 1e-5).all()
        assert (mid <= high + 1e-5).all()
        assert (high <= 1 + 1e-6).all()
        assert mid.max() > 0, kind


@pytest.mark.parametrize("left_out", range(len(SENSORS)))
def test_adding_a_sensor_never_lowers_coverage(deploy, strip, left_out):
    fewer = [sensor for i, sensor in enumerate(SENSORS) if i != left_out]
    many, few = cover(deploy([VIIRS], SENSORS), strip), cover(deploy([VIIRS], fewer), strip)
    for kind in KINDS:
        assert (many.seen[kind] >= few.seen[kind] - 1e-5).all(), kind


def test_adding_modis_never_lowers_what_viirs_sees(deploy, strip, passes_at):
    both = deploy([{"instrument": "viirs", "satellites": [37849]}, {"instrument": "modis", "satellites": [25994]}])
    alone = deploy([{"instrument": "viirs", "satellites": [37849]}])
    nodes = len(make_scene(alone, strip, APRIL, cell_km=5.0, passes=None).grid.node_lon_deg)
    viirs = passes_at([1, 13, 26, 37], nodes=nodes, instrument="viirs", norad_id=37849, start=APRIL.start)
    modis = passes_at([6, 18, 30], nodes=nodes, instrument="modis", norad_id=25994, start=APRIL.start)
    few = cover(alone, strip, passes=viirs)
    many = cover(both, strip, passes=pd.concat([viirs, modis]))
    assert (many.seen["strike"] >= few.seen["strike"] - 1e-6).all()
    assert many.seen["strike"].mean() > few.seen["strike"].mean()


def test_december_sees_less_than_august(deploy, strip, passes_at):
    seen = {}
    for month in ("2026-08", "2026-12"):
        period = Timespan(start=parse_instant(f"{month}-10T00:00Z"), end=parse_instant(f"{month}-13T00:00Z"))
        deployment = deploy([{"instrument": "viirs", "satellites": [37849]}])
        nodes = len(make_scene(deployment, strip, period, cell_km=5.0).grid.node_lon_deg)
        passes = passes_at([1, 12, 25, 36], nodes=nodes, instrument="viirs", norad_id=37849, start=period.start)
        seen[month] = cover(deployment, strip, period, passes=passes).seen["strike"].mean()
    assert seen["2026-12"] < 0.4 * seen["2026-08"]


def test_a_second_satellite_in_the_same_cluster_adds_less_than_independence(deploy, strip, passes_at):
    deployment = deploy([VIIRS])
    nodes = len(make_scene(deployment, strip, APRIL, cell_km=5.0).grid.node_lon_deg)
    one = passes_at([12.0], nodes=nodes, instrument="viirs", norad_id=37849, start=APRIL.start)
    two = pd.concat([one, passes_at([12.4], nodes=nodes, instrument="viirs", norad_id=43013, start=APRIL.start)])
    single, double = (cover(deployment, strip, passes=p).seen["strike"][:, 10] for p in (one, two))
    assert (double > single).all()
    assert (double < 1 - (1 - single) ** 2).all()


def test_swapping_the_parties_changes_nothing(deploy, elements):
    lon, lat = [37.0, 37.5, 38.0], [48.0, 48.1, 48.0]
    sides = [Strip.along(lon_deg=lon, lat_deg=lat, positive_side=side) for side in ("left", "right")]
    where = {"lon_deg": 37.3, "lat_deg": 48.12}
    sensors = [{"id": "m", "kind": "camera", **where}, {"id": "e", "kind": "acoustic", **where}, DRONE]
    first, second = (cover(deploy([VIIRS], sensors, on=side), side) for side in sides)
    for kind in KINDS:
        assert first.seen[kind] == pytest.approx(second.seen[kind], abs=2e-4)  # nodes keep their order, bands turn


def test_taking_the_night_drone_away_makes_unseen_night_hours_rise(deploy, strip):
    many = [dict(DRONE, from_km=0, to_km=75, number=60)]
    with_drone = deploy([VIIRS], [*many, MAST])
    boxes = [
        exposure_box(cover(d, strip, kinds=("heavy_weapons",)), in_force=(APRIL,))
        for d in (with_drone, with_drone.without("night"))
    ]
    assert boxes[1]["km_h_unseen_night"] > boxes[0]["km_h_unseen_night"]
    for box in boxes:
        assert box["km_h_total"] == pytest.approx(strip.length_km * 72, rel=1e-9)


def test_a_sensor_sees_only_on_duty_and_in_its_stretch(deploy, strip):
    found = cover(deploy([], [DRONE]), strip).seen["small_arms_fire"]
    local = (found_hours(cover(deploy([], [DRONE]), strip)) + 3) % 24  # Kyiv in April: UTC + 3
    on = (local >= 18) | (local < 6)
    assert (found[4:8][:, on] > 0).all()
    assert (found[:, ~on] == 0).all()
    assert (found[12:] == 0).all()


def found_hours(coverage):
    return coverage.steps.hour.to_numpy()


def test_posts_of_one_hour_are_averaged_over_weather_and_jamming_outside_the_product(deploy, strip):
    """Injected events: weather and jamming drawn, each post a throw; recovered at Q within two standard errors."""
    twice = [dict(DRONE, id=f"d{i}", number=40, hours="00:00-24:00") for i in range(2)]
    deployment = deploy([], [*twice, {"id": "cam", "kind": "camera", "at_km": 30}], conditions={"half_width_km": 1})
    scene = make_scene(deployment, strip, APRIL, cell_km=5.0)
    found = cover(deployment, strip, kinds=("strike",)).seen["strike"]
    hour, cell = 30, 6
    night = int(scene.night[scene.grid.node_chain[cell] * scene.grid.bands, hour])
    rng, trials = np.random.default_rng(4), 1_000_000
    share = [0.915, 0.08, 0.005 + 0.025 * 0.3]  # calm, wind, fog of April: see the library
    share[0] = 1 - share[1] - share[2]
    weather = rng.choice(3, trials, p=share)
    jammed = (rng.random(trials) < 0.6).astype(int)
    where = rng.choice(np.flatnonzero(scene.grid.chain == cell), trials)
    seen = np.zeros(trials, bool)
    for i, cells in enumerate(scene.standing.cells):
        missed = scene.standing.missed_by(i, "strike", case=MID, traced=True)
        at = np.searchsorted(cells, where)
        inside = (at < len(cells)) & (cells[np.minimum(at, len(cells) - 1)] == where)
        p = 1 - missed[weather, night, np.minimum(jammed, missed.shape[2] - 1), np.minimum(at, len(cells) - 1)]
        seen |= inside & (rng.random(trials) < p)
    error = np.sqrt(seen.mean() * (1 - seen.mean()) / trials)
    assert abs(seen.mean() - found[cell, hour]) < 2 * error


# authority: sensors reference, section 2: chance of at least one look while burning, three VIIRS, mean life in hours
@pytest.mark.parametrize(("life_h", "expected"), [(0.25, 0.096), (1, 0.225), (4, 0.477), (12, 0.738)])
def test_looks_of_three_viirs_while_a_fire_burns(deploy, strip, life_h, expected):
    fortnight = Timespan(start=parse_instant("2026-04-01T00:00Z"), end=parse_instant("2026-04-21T00:00Z"))
    scene = make_scene(deploy([VIIRS]), strip, fortnight, cell_km=20.0)
    every = np.ones(len(scene.looks.node))
    seen = scene.walk(every, None, clear=np.ones(scene.night.shape), constants=scene.constants(life_h, MID))
    assert np.mean([one[: -3 * 24] for one in seen]) == pytest.approx(expected, abs=0.02)


def test_nodes_of_twenty_kilometres_err_by_little(deploy, elements):
    """The price of judging satellites at nodes: against nodes of 4 km, cell by cell and hour by hour."""
    line = Strip.along(lon_deg=[36.0, 37.0, 38.0], lat_deg=[47.6, 48.1, 48.0])
    deployment = deploy([VIIRS], on=line)
    means = []
    for node_km in (20.0, 4.0):
        scene = make_scene(deployment, line, APRIL, cell_km=4.0, node_km=node_km)
        chance = scene.looks.chance("strike", case=MID, traced=True)
        clear = np.full(scene.night.shape, 0.6)
        seen = scene.walk(chance, None, clear=clear, constants=scene.constants(8.0, MID))
        by_node = np.stack([one[:, 0] for one in seen]).reshape(-1, scene.grid.bands, len(scene.steps)).mean(axis=1)
        means.append(by_node[scene.grid.node_chain])
    difference = np.abs(means[0] - means[1])
    assert difference.mean() < 0.003
    assert np.quantile(difference, 0.99) < 0.03


def test_cells_of_five_kilometres_across_err_by_little_for_what_lasts(deploy, strip, monkeypatch):
    """The price of following what lasts at fewer places across the strip: against cells of 1 km."""
    import truceline.sensors.scene as scenes

    deployment = deploy([], [MAST, DRONE, PATROL])
    coarse = cover(deployment, strip, kinds=("heavy_weapons",)).seen["heavy_weapons"]
    monkeypatch.setattr(scenes, "ACROSS_LASTING_KM", 1.0)
    fine = cover(deployment, strip, kinds=("heavy_weapons",)).seen["heavy_weapons"]
    assert np.abs(coarse - fine).mean() < 0.01
    assert np.abs(coarse - fine).max() < 0.06
    assert abs(coarse.mean() - fine.mean()) < 0.005


def test_longer_cells_are_means_of_the_short_ones(deploy, strip):
    fine = cover(deploy([VIIRS], SENSORS), strip, cell_km=1.0, kinds=("strike",))
    coarse = fine.coarser(10.0)
    assert coarse.width_km.sum() == pytest.approx(strip.length_km, rel=1e-12)
    whole = (fine.width_km @ fine.seen["strike"]) / strip.length_km
    assert (coarse.width_km @ coarse.seen["strike"]) / strip.length_km == pytest.approx(whole, abs=1e-5)
