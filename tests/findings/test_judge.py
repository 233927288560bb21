from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from truceline.agreement import LineOfContact, agreement_from, library_names, read_library
from truceline.agreement.plain import write_value
from truceline.agreement.quantities import Moment, read_moment, write_moment
from truceline.errors import AgreementError, RequestError
from truceline.findings.judge import judge
from truceline.findings.tables import JUDGEMENTS
from truceline.strip import Strip

LIBRARY = {name: read_library(name) for name in library_names()}
PLAIN = {name: write_value(agreement) for name, agreement in LIBRARY.items()}
NAMES = st.sampled_from(sorted(LIBRARY))
SEEDS = st.integers(0, 2**32 - 1)
ACTS = [
    "",
    "presence",
    "shelling",
    "return_fire",
    "lay_mines",
    "overflight",
    "stationing",
    "crossing",
    "heat",
    "engineering_work",
    "sensor_interference",
    "hostile_act",
    "introduce_weapons",
    "forces_withdrawn",
]
ITEMS = [
    "",
    "gun",
    "howitzer",
    "mortar",
    "mlrs",
    "tank",
    "personnel",
    "uav",
    "combat_aircraft",
    "surface_to_air_missile",
    "warship",
]
SYSTEMS = ["", "", "", "MT-12", "D-30", "BM-21 Grad", "Smerch", "2A65"]


def instants_of(plain: Any) -> list[pd.Timestamp]:
    """Every time written in an agreement, to sow sightings about them."""
    if isinstance(plain, dict):
        here = [v for k, v in plain.items() if k in ("from", "to", "time") and isinstance(v, str)]
        found = [read_moment(v, zone="UTC") for v in here if v[:4].isdigit() and "km" not in v and len(v) > 7]
        return [pd.Timestamp(m.earliest) for m in found] + [t for v in plain.values() for t in instants_of(v)]
    return [t for v in plain for t in instants_of(v)] if isinstance(plain, list) else []


def random_sightings(name: str, seed: int, length: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    agreement = LIBRARY[name]
    sown = instants_of(PLAIN[name]) or [pd.Timestamp("2025-06-01T00:00Z")]
    zones = [z.zone_id for z in agreement.zones]
    acts = [*ACTS, *[a for c in agreement.clauses for a in c.acts]]
    table = {
        "id": [f"s{i}" for i in range(length)],
        "time": pd.to_datetime([sown[i] for i in rng.integers(len(sown), size=length)], utc=True)
        + pd.to_timedelta(rng.integers(-86400, 86400, length) * rng.choice([1, 30], length), "s"),
        "party": rng.choice([*agreement.party_ids, ""], length),
        "operator": rng.choice(["", "OSCE", "MFO", "monitors", *agreement.party_ids], length),
        "act": rng.choice(acts, length),
        "item": rng.choice(ITEMS, length),
        "system": rng.choice(SYSTEMS, length),
        "calibre_mm": rng.choice([np.nan, 82, 100, 120, 122, 152], length),
        "range_km": rng.choice([np.nan, 15, 20, 27], length),
        "offset_km": np.round(rng.normal(0, 20, length), 3),
        "distance_km": rng.choice([np.nan, 0.5, 1.5, 10, 18.52, 40], length),
        "sigma_m": rng.choice([np.nan, 0, 100, 2000], length),
        "count": rng.choice([np.nan, 1, 75, 6001], length),
        "zone": rng.choice(["", "", *zones], length),
        "target": rng.choice(["", "substation", "hospital", "merchant_vessel"], length),
        "purpose": rng.choice(["", "civil_administration", "self_defence"], length),
    }
    for line in agreement.baselines:
        table[f"offset_km@{line.baseline_id}"] = np.where(
            rng.random(length) < 0.5, np.nan, rng.normal(0, 20, length).round(3)
        )
    return pd.DataFrame(table)


def random_log(name: str, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    plain = str(PLAIN[name])
    events = [
        e
        for e in (
            "offensive_action",
            "coordination_attempt",
            "order_by_leadership",
            "tcg_notified",
            "consent",
            "breach",
            "confirmation",
            "release_declared",
            "breach_verified",
            "mac_authorisation",
            "verified_quiet_day",
            "no_access",
            "hostile_act",
        )
        if e in plain
    ]
    sown = instants_of(PLAIN[name]) or [pd.Timestamp("2025-06-01T00:00Z")]
    length = 12 if events else 0
    return pd.DataFrame(
        {
            "time": pd.to_datetime([sown[i] for i in rng.integers(len(sown), size=length)], utc=True)
            + pd.to_timedelta(rng.integers(-20 * 86400, 20 * 86400, length), "s"),
            "event": rng.choice(events or ["none"], length),
            "party": rng.choice([*LIBRARY[name].party_ids, ""], length),
            "outcome": rng.choice(["", "failed", "disputed"], length),
        }
    )


def swapped(plain: Any, first: str, second: str) -> Any:
    """The same data with two labels exchanged, as keys and as whole words, and the sides of lines with them."""
    words = {first: second, second: first}
    if isinstance(plain, dict):
        sides = {"positive": "negative", "negative": "positive"}
        return {
            words.get(k, k): sides.get(v, v) if k == "side" and isinstance(v, str) else swapped(v, first, second)
            for k, v in plain.items()
        }
    if isinstance(plain, list):
        return [swapped(v, first, second) for v in plain]
    return words.get(plain, plain) if isinstance(plain, str) else plain


def sorted_rows(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["clause", "interpretation", "sighting"], ignore_index=True)


@settings(max_examples=50, deadline=None)
@given(NAMES, SEEDS)
def test_swapping_the_labels_swaps_every_verdict_exactly(name, seed):
    first, second = LIBRARY[name].party_ids
    sightings, log = random_sightings(name, seed), random_log(name, seed)
    plain = swapped(PLAIN[name], first, second)
    plain["parties"] = plain["parties"][::-1]  # the first party stays the one on the positive side
    mirror = agreement_from(plain, where="mirror")
    assert mirror.party_ids == (first, second)
    other = sightings.copy()
    for column in other:
        if column.startswith("offset_km"):
            other[column] = -other[column]
        if column in ("party", "operator"):
            other[column] = other[column].replace({first: second, second: first})
    other_log = log.assign(party=log["party"].replace({first: second, second: first}))
    was = judge(LIBRARY[name], sightings, log=log)
    now = judge(mirror, other, log=other_log)
    back = now.assign(party=now["party"].replace({first: second, second: first}))
    pd.testing.assert_frame_equal(sorted_rows(back), sorted_rows(was))


@settings(max_examples=30, deadline=None)
@given(NAMES, SEEDS)
def test_the_order_of_sightings_does_not_matter(name, seed):
    sightings, log = random_sightings(name, seed), random_log(name, seed)
    shuffled = sightings.sample(frac=1, random_state=seed % 2**31)
    was, now = judge(LIBRARY[name], sightings, log=log), judge(LIBRARY[name], shuffled, log=log.iloc[::-1])
    pd.testing.assert_frame_equal(sorted_rows(now), sorted_rows(was))


def shifted(plain: Any, zone: str | None, by: timedelta) -> Any:
    """The same terms at other times."""
    if isinstance(plain, dict):
        return {k: _later(v, zone, by) if k in ("from", "to") else shifted(v, zone, by) for k, v in plain.items()}
    return [shifted(v, zone, by) for v in plain] if isinstance(plain, list) else plain


def _later(value: Any, zone: str | None, by: timedelta) -> Any:
    try:
        moment = read_moment(value, zone=zone)
    except AgreementError:
        return value
    return write_moment(Moment("", moment.earliest + by, moment.latest + by))


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["easter_2026", "tcg_measures_july_2020", "iaea_silence_window"]),
    SEEDS,
    st.integers(-(10**7), 10**7),
)
def test_shifting_every_time_shifts_nothing_else(name, seed, seconds):
    by = timedelta(seconds=seconds)
    sightings, log = random_sightings(name, seed), random_log(name, seed)
    moved = agreement_from(shifted(PLAIN[name], LIBRARY[name].time_zone, by), where="moved")
    was = judge(LIBRARY[name], sightings, log=log)
    now = judge(moved, sightings.assign(time=sightings["time"] + by), log=log.assign(time=log["time"] + by))
    pd.testing.assert_frame_equal(now.drop(columns="margin"), was.drop(columns="margin"))
    np.testing.assert_allclose(now["margin"], was["margin"], atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 60), st.floats(1, 5000), st.floats(1.01, 10))
def test_a_wider_error_moves_the_probability_towards_one_half(offset_km, sigma_m, wider):
    rows = [gun(offset_km=offset_km, sigma_m=s) for s in (sigma_m, sigma_m * wider)]
    near, far = (of_clause(minsk(row), "M15-2a", "R1")["probability"] for row in rows)
    assert abs(far - 0.5) <= abs(near - 0.5) + 1e-12
    assert (near - 0.5) * (far - 0.5) >= 0


def gun(**more: Any) -> dict[str, Any]:
    return {"time": pd.Timestamp("2015-06-01T12:00Z"), "party": "UA", "item": "gun", "calibre_mm": 152, **more}


def minsk(*rows: dict[str, Any], **kw: Any) -> pd.DataFrame:
    return judge(LIBRARY["minsk_2014_2015"], pd.DataFrame([{"id": f"s{i}", **r} for i, r in enumerate(rows)]), **kw)


def of_clause(found: pd.DataFrame, clause: str, reading: str = "", sighting: str = "s0") -> pd.Series:
    rows = found[(found["clause"] == clause) & (found["sighting"] == sighting) & (found["interpretation"] == reading)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_the_columns_are_the_published_ones():
    found = minsk(gun(offset_km=20))
    assert list(found.columns) == list(JUDGEMENTS)
    assert list(judge(LIBRARY["easter_2026"], pd.DataFrame({"id": [], "time": []})).columns) == list(JUDGEMENTS)


def test_the_probability_is_that_of_a_normal_error():
    # 26 km with 1 km error against 25 km: Phi(-1), scipy's normal distribution
    row = of_clause(minsk(gun(offset_km=26, sigma_m=1000)), "M15-2a", "R1")
    assert row["verdict"] == "compliant"
    assert row["probability"] == pytest.approx(stats.norm.cdf(-1))


def line(line_id: str, lon: float, sigma_km: float = 0.0, **more: Any) -> LineOfContact:
    # drawn to the south, so that its left, the first party's side, is the east
    strip = Strip.along(lon_deg=[lon, lon], lat_deg=[49.0, 47.0])
    return (
        LineOfContact(
            line_id=line_id, called="", valid_from=None, valid_to=None, sigma_km=sigma_km, source="", strip=strip
        )
        if not more
        else (LineOfContact(line_id=line_id, called="", sigma_km=sigma_km, source="", strip=strip, **more))
    )


def test_distances_come_from_each_partys_own_line():
    # one degree of longitude at 48 N is 74.6 km (WGS84): 0.3 degrees are 22.4 km, 0.4 are 29.9 km
    lines = (line("line_actual", 38.0), line("line_2014", 38.1))
    east, west = gun(lon=38.3, lat=48.0), gun(lon=37.7, lat=48.0, party="AF")
    found = minsk(east, west, lines=lines)
    assert of_clause(found, "M15-2a", "R1")["margin"] == pytest.approx(22.4 - 25, abs=0.05)
    assert of_clause(found, "M15-2a", "R1", "s1")["margin"] == pytest.approx(29.85 - 25, abs=0.05)


def test_the_lines_error_counts_with_the_sightings():
    lines = (line("line_actual", 38.0, sigma_km=3.0), line("line_2014", 38.0, sigma_km=3.0))
    row = of_clause(minsk(gun(lon=38.35, lat=48.0, sigma_m=1000), lines=lines), "M15-2a", "R1")
    assert row["verdict"] == "indeterminate"  # 1.1 km beyond the limit, error hypot(3, 1) km
    assert row["probability"] == pytest.approx(stats.norm.cdf(-row["margin"] / np.hypot(3, 1)))


def test_a_line_is_used_only_while_it_is_valid():
    early = line("front", 38.0, valid_from=None, valid_to=datetime(2015, 6, 1, tzinfo=UTC))
    late = line("front", 38.2, valid_from=datetime(2015, 6, 1, tzinfo=UTC), valid_to=None)
    rows = gun(lon=38.4, lat=48.0), gun(lon=38.4, lat=48.0, time=pd.Timestamp("2015-05-01T00:00Z"))
    found = minsk(*rows, lines=(early, late))
    assert of_clause(found, "M15-2a", "R1")["margin"] == pytest.approx(14.9 - 25, abs=0.05)
    assert of_clause(found, "M15-2a", "R1", "s1")["margin"] == pytest.approx(29.85 - 25, abs=0.05)


def test_without_a_line_or_an_offset_a_distance_rule_is_open_and_says_so():
    row = of_clause(minsk(gun()), "M15-2a", "R1")
    assert row["verdict"] == "indeterminate"
    assert "neither a line nor a stated offset" in row["reason"]


def test_a_gun_of_an_unknown_party_is_judged_only_where_all_would_be_judged_alike():
    found = minsk(gun(party="", offset_km=10), gun(party="", offset_km=30))
    near, far = of_clause(found, "M15-2a", "R1"), of_clause(found, "M15-2a", "R1", "s1")
    assert (near["verdict"], near["party"]) == ("violation", "")
    assert far["verdict"] == "indeterminate" and "whose it is" in far["reason"]


def test_an_act_by_an_unknown_party_breaks_a_rule_that_binds_everybody():
    fire = pd.DataFrame([{"id": "s0", "time": pd.Timestamp("2026-04-12T00:00Z"), "party": "", "act": "shelling"}])
    row = judge(LIBRARY["easter_2026"], fire).iloc[0]
    assert (row["verdict"], row["party"]) == ("violation", "")


def test_heat_alone_never_makes_a_violation():
    heat = {"id": "s0", "time": pd.Timestamp("2026-04-12T00:00Z"), "party": "", "act": "heat"}
    plain = judge(LIBRARY["easter_2026"], pd.DataFrame([heat]))
    assert (plain["verdict"] == "indeterminate").all() and plain["probability"].isna().all()
    weighed = judge(
        LIBRARY["easter_2026"], pd.DataFrame([heat | {"p_exists": 0.5, "p_acts": (("shelling", 0.6), ("heat", 0.4))}])
    )
    assert (weighed["verdict"] == "indeterminate").all()
    assert weighed["probability"].iloc[0] == pytest.approx(0.3)  # 0.5 that it happened x 0.6 that it was fire


def test_what_is_open_is_named_and_has_no_probability():
    row = of_clause(minsk({"time": pd.Timestamp("2015-06-01T12:00Z"), "party": "UA", "offset_km": 5}), "M15-2a", "R1")
    assert row["verdict"] == "indeterminate" and "what it was is open" in row["reason"]
    assert np.isnan(row["probability"])


def test_an_act_known_only_between_two_times_that_straddle_the_start_is_open():
    row = {
        "id": "s0",
        "time": pd.Timestamp("2026-04-11T12:00Z"),
        "time_end": pd.Timestamp("2026-04-11T14:00Z"),
        "act": "shelling",
    }
    assert judge(LIBRARY["easter_2026"], pd.DataFrame([row]))["verdict"].iloc[0] == "indeterminate"


def test_what_was_not_known_by_then_is_left_out():
    log = pd.DataFrame(
        [
            {"time": pd.Timestamp("2025-04-04T00:00Z"), "event": e, "party": p}
            for e, p in (("release_declared", "UA"), ("breach_verified", "RU"))
        ]
    )
    row = pd.DataFrame(
        [{"id": "s0", "time": pd.Timestamp("2025-04-05T00:00Z"), "party": "UA", "act": "strike", "target": "refinery"}]
    )
    agreement = LIBRARY["energy_moratorium_2025"]
    assert judge(agreement, row, log=log)["verdict"].iloc[0] == "not_applicable"
    assert judge(agreement, row, log=log, now=datetime(2025, 4, 3, tzinfo=UTC))["verdict"].iloc[0] == "violation"


def test_the_rows_that_decide_nothing_can_be_left_out():
    sightings = random_sightings("korea_1953", 1)
    whole = judge(LIBRARY["korea_1953"], sightings)
    kept = judge(LIBRARY["korea_1953"], sightings, drop_not_applicable=True)
    expected = whole[whole["verdict"] != "not_applicable"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, expected)


@pytest.mark.parametrize(
    ("hours_before", "refused_hours_before", "verdict"),
    [(48, None, "compliant"), (47, None, "violation"), (60, 12, "violation"), (60, 70, "compliant")],
)
def test_a_notice_exempts_with_its_lead_time_and_unless_refused(hours_before, refused_hours_before, verdict):
    # needs 3.1, point 7: lead time, who answers, what silence means (here: consent)
    notice = {"event": "notice", "by": "same_party", "at_least": "PT48H", "refused_by": "refusal"}
    clause = {"id": "c", "kind": "prohibit_act", "acts": ["overflight"], "says": "x", "exempt": {"when": notice}}
    draft = {"id": "x", "title": "x", "status": "fictional", "parties": [{"id": "A"}, {"id": "B"}], "clauses": [clause]}
    at = pd.Timestamp("2027-01-10T00:00Z")
    log = [{"time": at - pd.Timedelta(hours=hours_before), "event": "notice", "party": "A"}]
    if refused_hours_before is not None:
        log.append({"time": at - pd.Timedelta(hours=refused_hours_before), "event": "refusal", "party": "B"})
    row = pd.DataFrame([{"id": "s0", "time": at, "party": "A", "act": "overflight"}])
    found = judge(agreement_from(draft, where="draft"), row, log=pd.DataFrame(log))
    assert found["verdict"].iloc[0] == verdict


def test_a_zone_that_nothing_defines_is_open_with_a_hint():
    draft = PLAIN["gcsp_2025"] | {
        "questions": [],
        "clauses": [{"id": "c", "kind": "prohibit_presence", "says": "x", "zone": "trops"}],
    }
    row = pd.DataFrame([{"id": "s0", "time": pd.Timestamp("2025-04-05T00:00Z"), "party": "UA", "offset_km": 3}])
    found = judge(agreement_from(draft, where="draft"), row).iloc[0]
    assert found["verdict"] == "indeterminate" and "did you mean 'troops'" in found["reason"]


def test_points_in_a_ring_are_placed_by_their_distance_to_its_edge():
    # a ring of 0.2 by 0.2 degrees about 48 N 38 E is 14.9 km wide: its middle is 7.46 km from the edge
    ring = [[37.9, 47.9], [38.1, 47.9], [38.1, 48.1], [37.9, 48.1]]
    draft = {
        "id": "x",
        "title": "x",
        "status": "fictional",
        "parties": [{"id": "A"}, {"id": "B"}],
        "zones": [{"id": "box", "kind": "polygon", "ring": ring}],
        "clauses": [{"id": "c", "kind": "prohibit_act", "acts": ["fire"], "zone": "box", "says": "x"}],
    }
    rows = [{"lon": 38.0, "lat": 48.0}, {"lon": 38.2, "lat": 48.0}, {"lon": np.nan, "lat": np.nan}]
    table = pd.DataFrame(
        [{"id": f"s{i}", "time": pd.Timestamp("2025-04-05T00:00Z"), "act": "shelling", **r} for i, r in enumerate(rows)]
    )
    found = judge(agreement_from(draft, where="draft"), table)
    assert list(found["verdict"]) == ["violation", "not_applicable", "indeterminate"]
    assert found["margin"].iloc[0] == pytest.approx(-7.46, abs=0.05)
    assert found["margin"].iloc[1] == pytest.approx(7.46, abs=0.05)


def test_a_circle_is_measured_on_the_ellipsoid():
    draft = {
        "id": "x",
        "title": "x",
        "status": "fictional",
        "parties": [{"id": "A"}, {"id": "B"}],
        "zones": [{"id": "c", "kind": "circle", "distance": "10 km", "centre": [38.0, 48.0]}],
        "clauses": [{"id": "c", "kind": "prohibit_act", "acts": ["fire"], "zone": "c", "says": "x"}],
    }
    table = pd.DataFrame(
        [{"id": "s0", "time": pd.Timestamp("2025-04-05T00:00Z"), "act": "shelling", "lon": 38.1, "lat": 48.0}]
    )
    # 0.1 degrees of longitude at 48 N are 7.46 km
    assert judge(agreement_from(draft, where="draft"), table)["margin"].iloc[0] == pytest.approx(-2.54, abs=0.01)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pd.DataFrame({"id": ["a"], "tim": ["2025-01-01T00:00Z"]}), "no column 'time'.*'tim'"),
        (pd.DataFrame({"id": ["a"], "time": pd.to_datetime(["2025-01-01"])}), "no time zone"),
        (pd.DataFrame({"id": ["a"], "time": pd.to_datetime([None], utc=True)}), "'a' has no time"),
    ],
)
def test_sightings_that_cannot_be_judged_are_refused_with_a_reason(table, said):
    with pytest.raises(RequestError, match=said):
        judge(LIBRARY["easter_2026"], table)


@pytest.mark.parametrize("name", library_names())
def test_any_library_agreement_judges_a_bare_sighting(name):
    bare = pd.DataFrame({"id": ["a"], "time": pd.to_datetime(["2025-06-01T00:00Z"])})
    found = judge(LIBRARY[name], bare)
    assert set(found["verdict"]) <= {"compliant", "violation", "indeterminate", "not_applicable"}
    assert (found["reason"] != "").all()


def test_two_hundred_thousand_sightings_take_less_than_three_seconds():
    length = 200_000
    rng = np.random.default_rng(1)
    sightings = pd.DataFrame(
        {
            "id": np.arange(length).astype(str),
            "time": pd.Timestamp("2026-04-11T00:00Z") + pd.to_timedelta(rng.uniform(0, 48, length), "h"),
            "party": rng.choice(["UA", "RU", ""], length),
            "act": rng.choice(["shelling", "drone_strike", "heat", "return_fire"], length),
        }
    )
    judge(LIBRARY["easter_2026"], sightings.head(5))
    started = time.process_time()  # its own time, whatever else the machine does
    assert len(judge(LIBRARY["easter_2026"], sightings)) == 3 * length
    assert time.process_time() - started < 3
