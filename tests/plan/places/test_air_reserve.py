"""The air reserve against the published table of distances and times, and its laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from truceline.errors import PlanError, UnknownNameError
from truceline.plan.air.reserve import (
    Reserve,
    base_table,
    choose_bases,
    line_places,
    reach,
    reach_table,
    reserve_from,
)
from truceline.plan.places.reinforce import Pace, distances_km, minutes
from truceline.plan.places.sites import place_sites

# Planning reference, appendix B: WGS84 geodesics, 15 minutes and 900 km/h; positions as printed there
BASES = {
    "Lask": (51.55, 19.18),
    "Minsk Maz.": (52.20, 21.66),
    "Rzeszow": (50.11, 22.02),
    "Malbork": (54.03, 19.13),
    "Campia Turzii": (46.50, 23.89),
    "M. Kogalniceanu": (44.36, 28.49),
    "Fetesti": (44.39, 27.72),
    "Sliac": (48.64, 19.13),
    "Incirlik": (37.00, 35.43),
}
SITES = {
    "Lviv": (49.84, 24.03),
    "Kyiv": (50.45, 30.52),
    "Odesa": (46.48, 30.73),
    "Rivne": (51.33, 25.89),
    "Khmelnytskyi": (50.30, 26.65),
    "South Ukraine": (47.81, 31.22),
    "Zaporizhzhia": (47.84, 35.14),
    "Dnipro": (48.46, 35.05),
    "Kharkiv": (49.99, 36.23),
    "Pokrovsk": (48.28, 37.18),
}
TABLE = """
392/41 805/69 1014/83 467/46 543/51 962/79 1220/96 1186/94 1212/96 1339/104
311/36 647/58 915/76 308/36 407/42 840/71 1079/87 1038/84 1048/85 1187/94
147/25 607/55 761/66 305/35 331/37 720/63 992/81 964/79 1016/83 1121/90
575/53 873/73 1176/93 547/51 660/59 1094/88 1315/103 1269/100 1253/99 1410/109
372/40 658/59 525/50 557/52 469/46 574/53 865/73 868/73 994/81 1021/83
697/61 694/61 294/35 799/68 675/60 438/44 643/58 679/60 857/72 798/68
667/59 706/62 331/37 784/67 662/59 467/46 689/61 722/63 895/75 846/71
381/40 848/72 904/75 569/53 575/53 902/75 1190/94 1173/93 1250/98 1332/104
1695/128 1545/118 1123/90 1762/132 1636/124 1249/98 1204/95 1273/100 1445/111 1261/99
"""
QRA = Pace(called="pair at 15 minutes", notice_min=(15, 15, 15), speed_kmh=(900, 900, 900))


def places(named, key):
    return pd.DataFrame([{key: name, "lat_deg": lat, "lon_deg": lon} for name, (lat, lon) in named.items()])


def test_every_distance_and_time_of_the_published_table_comes_out():
    bases, sites = places(BASES, "base_id"), places(SITES, "site_id")
    table = base_table(bases, sites, Reserve(pace=QRA, station_h_at_500_km=(1, 1, 1)))
    said = np.array([cell.split("/") for cell in TABLE.split()], float)
    np.testing.assert_allclose(table["km"], said[:, 0], atol=1.0)  # one kilometre: positions are to 0.01 degrees
    np.testing.assert_allclose(table["mid_min"], said[:, 1], atol=0.51)


def test_the_four_times_that_were_asked_for():
    bases, sites = places(BASES, "base_id").set_index("base_id"), places(SITES, "site_id").set_index("site_id")
    for base, site, told in [
        ("Rzeszow", "Pokrovsk", 90),
        ("M. Kogalniceanu", "Zaporizhzhia", 58),
        ("Lask", "Kharkiv", 96),
        ("M. Kogalniceanu", "Odesa", 35),
    ]:
        assert round(float(minutes(distances_km(bases.loc[[base]], sites.loc[[site]]), QRA)[1, 0, 0])) == told


def test_the_bases_of_the_mission_lie_where_the_table_puts_them(given):
    named = given.bases.set_index("base_id")
    for code, name in [("eplk", "Lask"), ("eprz", "Rzeszow"), ("lrck", "M. Kogalniceanu"), ("lzsl", "Sliac")]:
        lat, lon = BASES[name]
        assert abs(named.loc[code, "lat_deg"] - lat) <= 0.05
        assert abs(named.loc[code, "lon_deg"] - lon) <= 0.05


def test_without_a_tanker_the_reach_ends_where_the_fuel_does(given):
    reserve = reserve_from(given.assets)
    # 0.7 h at 500 km and 900 km/h: with 0.25 h to stay, 500 + 0.45 x 900 / 2
    assert reserve.radius_km(station_h=0.25, tanker=False)[1] == pytest.approx(702.5)
    assert np.isinf(reserve.radius_km(station_h=0.25, tanker=True)).all()
    base = pd.DataFrame({"lon_deg": [22.0], "lat_deg": [50.0]})
    near, far = (pd.DataFrame({"lon_deg": [lon], "lat_deg": [50.0]}) for lon in (30.0, 36.0))
    radius = reserve.radius_km(station_h=0.25, tanker=False)
    assert np.isfinite(reach(base, near, reserve, radius_km=radius)[1, 0])
    assert np.isinf(reach(base, far, reserve, radius_km=radius)[1, 0])
    assert np.isfinite(reach(base, far, reserve)[1, 0])


def test_more_bases_more_time_and_a_tanker_never_reach_less(given, front):
    reserve = reserve_from(given.assets)
    sites = place_sites(given.sites, front)
    bases = choose_bases(given.bases, role="fighter reserve")
    few = reach_table(bases.iloc[:2], sites, front.strip, reserve)
    many = reach_table(bases, sites, front.strip, reserve)
    turned = reach_table(bases[::-1], sites, front.strip, reserve)
    for column in ("share_low", "share_mid", "share_high"):
        assert (many[column] >= few[column]).all()
        np.testing.assert_allclose(many[column], turned[column])
        by_tanker = many.pivot(index=["of", "within_min"], columns="tanker", values=column)
        assert (by_tanker[True] >= by_tanker[False]).all()
        assert many.groupby(["of", "tanker"])[column].is_monotonic_increasing.all()
    assert (many["share_low"] <= many["share_mid"]).all()
    assert (many["share_mid"] <= many["share_high"]).all()


def test_the_line_is_sampled_evenly_over_its_whole_length(front):
    line = line_places(front.strip)
    assert len(line) == int(np.ceil(front.strip.length_km))
    chainage, offset = front.strip.place(lon_deg=line["lon_deg"], lat_deg=line["lat_deg"])
    np.testing.assert_allclose(chainage, line["chainage_km"], atol=0.01)
    np.testing.assert_allclose(offset, 0, atol=0.01)


def test_a_base_its_host_rules_out_is_refused_by_name(given):
    with pytest.raises(PlanError, match=r"no base for 'helicopters' is open.*Szolnok \(HU\): opposed"):
        choose_bases(given.bases, role="helicopters")
    with pytest.raises(UnknownNameError, match=r"role 'fighter reserves'.*Did you mean 'fighter reserve'"):
        choose_bases(given.bases, role="fighter reserves")
    with pytest.raises(UnknownNameError, match="host 'XX'"):
        choose_bases(given.bases, role="fighter reserve", hosts=["XX"])


def test_nothing_reaches_anything_from_no_base(given):
    reserve = reserve_from(given.assets)
    assert np.isinf(reach(given.bases.iloc[:0], given.sites, reserve)).all()
