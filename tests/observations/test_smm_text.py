import math

import pytest

from truceline.observations.smm_text import read_narrative, read_summary

# needs: narrative units in the mission's reports, shortened
UNITS = [
    ("483 undetermined explosions", 483, 483, ("explosion",)),
    ("170 overlapping bursts and shots", 170, 170, ("burst", "shot")),
    ("hundreds of bursts", 200, 999, ("burst",)),
    ("uncountable overlapping", 2, math.inf, ()),
    ("46 projectiles flying W to E, 2-5km E", 46, 46, ("projectile",)),
]


@pytest.mark.parametrize(("text", "low", "high", "kinds"), UNITS)
def test_the_mission_s_lines_are_read(text, low, high, kinds):
    found = read_narrative(text)
    assert (found.count_min, found.count_max, found.kinds) == (low, high, kinds)


def test_a_flight_keeps_its_direction_and_its_sector():
    found = read_narrative("46 projectiles flying W to E, 2-5km E")
    assert found.flight == "W to E"
    assert (found.sector.near_km, found.sector.far_km, found.sector.bearing_deg) == (2, 5, 90)


def _sentence(region, now, explosions, before):
    part = f", including {explosions} explosions" if explosions is not None else ""
    return (
        f"In {region} region, the SMM recorded {now} ceasefire violations{part}. In the previous reporting period, "
        f"it recorded {before} ceasefire violations in the region. "
    )


# OSCE SMM daily reports 295/2020, 203/2021 and 283/2021: (violations, explosions, previous) of each region
REPORTS = {
    "295/2020": ((284, None, 2), (6, None, 5)),
    "203/2021": ((112, 16, 11), (676, 298, 0)),
    "283/2021": ((159, 33, 265), (22, 19, 6)),
}


@pytest.mark.parametrize(("donetsk", "luhansk"), REPORTS.values(), ids=REPORTS)
def test_a_summary_gives_each_region_s_counts(donetsk, luhansk):
    text = _sentence("Donetsk", *donetsk) + _sentence("Luhansk", *luhansk)
    for found, name, (now, explosions, before) in zip(
        read_summary(text), ("Donetsk", "Luhansk"), (donetsk, luhansk), strict=True
    ):
        assert (found.region, found.violations, found.previous) == (name, now, before)
        assert found.explosions == explosions or (explosions is None and math.isnan(found.explosions))


def test_none_recorded_is_zero_and_not_stated_is_not_known():
    found = read_summary(
        "In Luhansk region, the SMM recorded no ceasefire violations. In Donetsk region, it patrolled."
    )
    assert found[0].violations == 0
    assert math.isnan(found[1].violations)


# Summary of 8 November 2016 (osce.org/ukraine-smm/280291), its numbers in a sentence of our own: Donetsk at least 1,450
# explosions and about 200 projectiles, 122 of them rocket-assisted, previously 648 and 315; Luhansk fewer
def test_the_older_summary_counts_by_kind():
    donetsk, luhansk = read_summary(
        "In Donetsk region the SMM recorded at least 1,450 explosions and about 200 projectiles (122 of them "
        "rocket-assisted projectiles), compared with 648 explosions and 315 projectiles in the previous period. "
        "In Luhansk region the SMM recorded fewer ceasefire violations than in the previous reporting period."
    )
    assert [(k.kind, k.count_min, k.count_max) for k in donetsk.kinds] == [
        ("explosion", 1450, math.inf),
        ("projectile", 150, 250),
    ]
    assert [(k.kind, k.count_min) for k in donetsk.previous_kinds] == [("explosion", 648), ("projectile", 315)]
    assert math.isnan(donetsk.violations)
    assert luhansk.kinds == ()
    assert math.isnan(luhansk.violations)
