"""Sites are read as they stand, and who holds them follows from the line."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from truceline.errors import PlanError, UnknownNameError
from truceline.plan.places.sites import COLUMNS, Front, place_sites, read_sites
from truceline.strip import Strip

RIVNE = {
    "site_id": "npp_rivne",
    "name": "Rivne NPP",
    "kind": "nuclear_plant",
    "lat": "51.3245",
    "lon": "25.8974",
    "coord_source": "WRI",
    "coord_mark": "checked",
    "access": "host_consent",
    "capacity_low": "",
    "capacity_mid": "2835",
    "capacity_high": "",
    "capacity_unit": "MW",
    "population": "",
    "note": "",
    "source": "WRI",
}


def sheet(*changes: dict[str, str]) -> str:
    rows = [",".join(COLUMNS)]
    rows += [",".join((RIVNE | change)[name] for name in COLUMNS) for change in changes]
    return "\n".join(rows) + "\n"


def test_zaporizhzhia_has_no_access_and_lies_on_the_other_side(given, front, land):
    placed = place_sites(given.sites, front, land=land).set_index("site_id")
    assert placed.loc["npp_zaporizhzhia", "access"] == "none"
    assert placed.loc["npp_zaporizhzhia", "held_by"] == "other"
    assert placed.loc["npp_rivne", "held_by"] == "host"


def test_who_holds_a_site_by_the_line_agrees_with_the_map_of_that_month(given, front, real_data):
    # DeepState, 24 April 2026, in the compiled table; the line is of April 2026
    with (real_data / "force_facts" / "sites.csv").open(encoding="utf-8", newline="") as file:
        mapped = {row["site_id"]: row["control"] for row in csv.DictReader(file)}
    placed = place_sites(given.sites, front).set_index("site_id")
    sure = {name: side for name, side in mapped.items() if side in {"government_held", "russian_held"}}
    assert len(sure) > 80
    wrong = [name for name, side in sure.items() if (placed.loc[name, "held_by"] == "host") != (side[0] == "g")]
    assert wrong == []


def test_which_way_the_line_is_drawn_and_which_side_is_positive_do_not_matter(given, front):
    strip = front.strip
    turned = Front(
        strip=Strip.along(lon_deg=strip.lon_deg[::-1], lat_deg=strip.lat_deg[::-1], positive_side=strip.positive_side),
        side=-front.side,
        sigma_km=front.sigma_km,
        beyond_start=front.beyond_end[::-1],
    )
    one, other = place_sites(given.sites, front), place_sites(given.sites, turned)
    np.testing.assert_allclose(one["depth_km"], other["depth_km"], atol=1e-6)
    np.testing.assert_allclose(one["chainage_km"], strip.length_km - other["chainage_km"], atol=1e-6)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lat": "-95"}, r"sites\.csv, line 3: lat is -95"),
        ({"lat": ""}, r"sites\.csv, line 3: 'lat' is empty"),
        ({"population": "-5"}, r"sites\.csv, line 3: population is -5"),
        ({"capacity_low": "9000"}, r"sites\.csv, line 3: .*out of order"),
        ({"site_id": "npp_rivne"}, r"sites\.csv, line 3: site_id 'npp_rivne' is given twice, first in line 2"),
        ({"source": ""}, r"sites\.csv, line 3: 'source' is empty"),
        ({"note": "a,b"}, r"sites\.csv, line 3: it has 16 cells for 15 columns"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(change, said):
    with pytest.raises(PlanError, match=said):
        read_sites(sheet({}, {"site_id": "other", **change}))


def test_unknown_words_and_columns_are_refused_with_the_nearest_known():
    with pytest.raises(UnknownNameError, match=r"line 2: kind 'nuclear_plnt'.*Did you mean 'nuclear_plant'"):
        read_sites(sheet({"kind": "nuclear_plnt"}))
    with pytest.raises(UnknownNameError, match=r"line 1: column 'acess'.*Did you mean 'access'"):
        read_sites(sheet({}).replace("access", "acess"))
    with pytest.raises(PlanError, match="it has no rows"):
        read_sites(",".join(COLUMNS) + "\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        # the middle of the Black Sea
        ({"lat": "45.5", "lon": "30.6"}, r"sites\.csv, line 2: .*lies in the sea, \d+ km from land"),
        ({"lat": "25.8974", "lon": "51.3245"}, r"line 2: .*swapped"),
        ({"lat": "48.023", "lon": "37.8022"}, r"line 2: .*45\.1 km beyond the line of contact.*Write access none"),
        ({"kind": "sea_area"}, r"line 2: sea area 'Rivne NPP' lies on land"),
        ({"lat": "10", "lon": "-100"}, r"line 2: .* km from the line. Correct its coordinates"),
    ],
)
def test_a_site_in_the_sea_on_the_wrong_side_or_with_swapped_coordinates_is_refused(front, land, change, said):
    with pytest.raises(PlanError, match=said):
        place_sites(read_sites(sheet(change)), front, land=land)


def test_a_quoted_line_break_does_not_shift_the_line_named():
    with pytest.raises(PlanError, match="line 4: lat is -95"):
        read_sites(sheet({"note": '"two\nlines"'}, {"site_id": "b", "lat": "-95"}))
