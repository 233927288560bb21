"""The laydown of a line from what is on offer, by the mission's own sensor models."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from truceline.errors import TrucelineError
from truceline.plan.watch.offers import read_offers
from truceline.plan.watch.propose import propose_watch
from truceline.strip import Strip
from truceline.timespan import Timespan

TEXT = (Path(__file__).resolve().parents[3] / "missions/reassurance-2025/laydown.yaml").read_text(encoding="utf-8")
LINE = Strip.along(lon_deg=[36.0, 37.4], lat_deg=[48.0, 48.0])  # some 104 km
TWO_DAYS = Timespan(start=datetime(2026, 5, 1, tzinfo=UTC), end=datetime(2026, 5, 3, tzinfo=UTC))


def plan(**budget):
    offers = read_offers(TEXT)
    return propose_watch(replace(offers, budget={**offers.budget, **budget}), LINE, period=TWO_DAYS, timezone="UTC")


@pytest.fixture(scope="module")
def whole():
    return plan()


def test_no_more_is_spent_than_there_is_and_the_answer_is_proven_to_its_gap(whole):
    assert all(whole.laydown.spent[thing] <= amount + 1e-6 for thing, amount in whole.budget.items())
    assert whole.laydown.seen <= whole.laydown.bound
    assert whole.laydown.gap <= 0.01


def test_what_is_bought_adds_up_to_what_is_spent(whole):
    for thing in ("aircraft", "crews", "usd_m_per_year"):
        assert whole.chosen[thing].sum() == pytest.approx(whole.laydown.spent[thing])


def test_an_orbit_has_its_base(whole):
    flown = whole.chosen[(whole.chosen["base"] != "") & (whole.chosen["offer"] != "base")]
    bases = set(whole.chosen.loc[whole.chosen["offer"] == "base", "candidate"])
    assert set(flown["base"]) <= bases


def test_a_larger_budget_never_sees_less():
    seen = [plan(usd_m_per_year=usd).laydown for usd in (0.3, 1.0, 100.0)]
    for less, more in itertools.pairwise(seen):
        assert more.bound >= less.seen - 1e-9
        assert more.seen >= less.seen * 0.99  # to the gap


def test_nothing_to_spend_sees_nothing():
    nothing = plan(aircraft=0, crews=0, usd_m_per_year=0)
    assert len(nothing.chosen) == 0
    assert nothing.laydown.seen == 0
    assert (nothing.seen[["low", "mid", "high"]] == 0).all().all()


def test_the_whole_sensor_model_keeps_the_range_in_order(whole):
    seen = whole.seen[["low", "mid", "high"]].to_numpy()
    assert (np.diff(seen, axis=1) >= 0).all()
    assert (seen >= 0).all() and (seen <= 1).all()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("strike: 1", "strik: 1", "Did you mean 'strike'"),
        ("aircraft: 30", "aircrafts: 30", "Did you mean 'aircraft'"),
        ("aircraft: 30", "aircraft: -1", "-1"),
        ("stretch_km: 100", "stretch_km: -5", "stretch_km of 'male' is -5"),
        ("abort: [0.1, 0.3, 0.6]", "abort: [0.1, 0.3, 1.6]", "low <= mid <= high"),
        ("id: mini", "id: male", "given twice"),
        ("lat_deg: 51.55", "lat_deg: 151.55", "no place on Earth"),
        ("type: mini", "type: mid", "not one of the choices"),
    ],
)
def test_a_slip_in_what_is_offered_is_named(old, new, said):
    assert old in TEXT
    with pytest.raises(TrucelineError, match=said.replace("(", r"\(")):
        read_offers(TEXT.replace(old, new, 1))
