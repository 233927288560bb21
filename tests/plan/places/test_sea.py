"""The sea part against the articles of the convention and plain arithmetic."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from truceline.errors import RequestError
from truceline.plan.sea import Ship, check_fleet, clearance_days, continuous_presence, ships_at_once, straits_from

DAY = date(2026, 6, 1)
OPEN = {"art19_until": date(2026, 1, 1), "request_until": date(2026, 1, 1)}


def frigates(number, flag="GB", **more):
    return Ship(called=f"frigates of {flag}", flag=flag, number=number, displacement_t=4900.0, **more)


def rules(fleet, straits):
    return set(zip(*check_fleet(fleet, straits, on=DAY)[["reading", "rule"]].to_numpy().T, strict=True))


def test_both_readings_of_the_tonnage_are_answered(given):
    straits = straits_from(given.sea, **OPEN)
    # Art. 18: 30,000 or 45,000 t together, two thirds of it for one state (mfa.gov.tr)
    assert [(r.all_t, r.one_state_t, r.stay_d) for r in straits.readings] == [(30e3, 20e3, 21), (45e3, 30e3, 21)]
    assert rules([frigates(4), frigates(2, "FR")], straits) == set()
    assert rules([frigates(5)], straits) == {("30,000 t", "Art. 18(1), one state")}
    assert rules([frigates(4), frigates(4, "FR")], straits) == {("30,000 t", "Art. 18(1), all")}
    # 35 frigates' worth of Turkish or Romanian ships count for nothing
    assert rules([frigates(35, "TR"), frigates(35, "RO")], straits) == set()


def test_how_many_ships_fit(given):
    low, high = straits_from(given.sea).readings
    # a destroyer of 8,000 t: 2 of one state under 20,000 t, 3 of several under 30,000 t; 3 and 5 in the other reading
    assert [ships_at_once(low, displacement_t=8000, states=n) for n in (0, 1, 2, 9)] == [0, 2, 3, 3]
    assert [ships_at_once(high, displacement_t=8000, states=n) for n in (0, 1, 2, 9)] == [0, 3, 5, 5]


def test_the_law_and_the_request_close_the_straits_separately(given):
    closed = straits_from(given.sea, belligerents=["RU", "UA"])
    assert rules([frigates(1)], closed) == {("every", "request")}
    assert rules([frigates(1, "UA")], closed) == {("every", "Art. 19")}
    assert rules([frigates(1, "RU")], closed) == {("every", "Art. 19")}
    assert rules([frigates(1, "TR")], closed) == set()
    asked = straits_from(given.sea, belligerents=["RU", "UA"], art19_until=date(2026, 1, 1))
    assert rules([frigates(1, "UA")], asked) == set()
    assert rules([frigates(1)], asked) == {("every", "request")}


def test_no_carrier_no_foreign_submarine_and_no_stay_over_21_days(given):
    straits = straits_from(given.sea, **OPEN)
    assert ("every", "carriers") in rules([frigates(1, is_carrier=True)], straits)
    assert rules([frigates(1, is_submarine=True)], straits) == {("every", "submarines")}
    assert rules([frigates(1, "TR", is_submarine=True)], straits) == set()
    assert rules([frigates(1, stay_d=30)], straits) == {("every", "Art. 18(2)")}


def test_an_unbroken_presence_takes_eighteen_entries_a_year():
    # 365 / 21 = 17.4 and so at least 18 (montreux.md, point 3)
    assert continuous_presence(displacement_t=8000, transit_d=0, in_yard_share=0, handover_d=0).entries_per_year == 18
    # 9 days each way, a day's handover, half the ships in the yard: (21 + 18) / 20 / 0.5
    found = continuous_presence(displacement_t=4900, transit_d=9, in_yard_share=0.5)
    assert found.ships == pytest.approx(3.9)
    assert found.handover_t == 9800
    # planning facts: 3-5 ships for one on station
    assert 3 <= found.ships <= 5
    at_home = continuous_presence(displacement_t=4900, transit_d=0, in_yard_share=0.5, stay_d=math.inf)
    assert (at_home.ships, at_home.entries_per_year, at_home.handover_t) == (2.0, 0.0, 4900)


@drawn(st.integers(0, 30), st.floats(0, 5000))
def test_more_hunters_never_take_longer_and_none_never_finish(hunters, area):
    days = clearance_days(area_km2=area, hunters=hunters, per_day_km2=(0.5, 2, 6))
    more = clearance_days(area_km2=area, hunters=hunters + 1, per_day_km2=(0.5, 2, 6))
    assert days[0] <= days[1] <= days[2]
    assert all(one <= other for one, other in zip(more, days, strict=True))
    if hunters == 0 and area > 0:
        assert math.isinf(days[0])


def test_clearance_is_area_over_rate():
    assert clearance_days(area_km2=120, hunters=4, per_day_km2=(1, 2, 3), at_sea_share=0.5) == (20, 30, 60)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: frigates(-1),
        lambda: continuous_presence(displacement_t=1, transit_d=1, in_yard_share=1.0),
        lambda: continuous_presence(displacement_t=1, transit_d=-1, in_yard_share=0.5),
        lambda: continuous_presence(displacement_t=1, transit_d=1, in_yard_share=0.5, stay_d=1, handover_d=1),
        lambda: clearance_days(area_km2=-1, hunters=1, per_day_km2=(1, 1, 1)),
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(RequestError):
        wrong()


def test_no_ship_fits_of_no_size(given):
    with pytest.raises(RequestError, match="tonnes above 0"):
        ships_at_once(straits_from(given.sea).readings[0], displacement_t=0, states=1)
