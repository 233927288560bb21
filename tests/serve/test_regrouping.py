"""Splits and merges: the parts and the whole are what the watch makes of a world that associates so."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from exports_fixture import assessment
from front import PERIOD, front, live, readings, row, whole
from hypothesis import given
from hypothesis import strategies as st
from rooms import Clock, client_of, in_memory, make_house, step

from truceline.keeping import keep_changes
from truceline.provenance import stable_id
from truceline.serve.kept_groups import KIND
from truceline.serve.regrouping import grouping_of, told_once
from truceline.serve.reviews import Step
from truceline.store import verify

ONE, TWO, FAR = "obs-a", "obs-b", "obs-c"
GOOD = {"sensor": "patrol", "source": "posts", "reliability": "A", "credibility": "1"}
ROWS = [
    row("a", hour=10.0, party="A", **GOOD),
    row("b", hour=10.25, lon=30.505, party="A", source="posts"),
    row("c", hour=30.0, lon=30.9, party="B", **GOOD),
]
# what a table of incidents is named by, and what says who grouped it
NAMED = ["incident_id", "finding_id", "method"]


def world(*, apart, rows=ROWS, terms="alone"):
    """Return the rows watched; apart: no two of them are of one incident, because their sources' rows are events."""
    brief = front(terms, watched=False)
    sources = ("posts",) if apart else ()
    return whole(replace(brief, settings=replace(brief.settings, event_sources=sources)), [readings(rows)])


def house_of(tmp_path, watched, clock=None):
    return make_house(tmp_path / "room.sqlite", watched, clock=clock or Clock(PERIOD.end + timedelta(days=3)))


def triaged(client, incident, after=0):
    for n, state in enumerate(("logged", "triaged"), start=after):
        assert step(client, incident, state, n).status_code == 201
    return after + 2


def split(house, incident, *parts):
    with client_of(house, "taras") as client:
        n = triaged(client, incident)
        said = step(client, incident, "split", n, parts=[list(part) for part in parts], note="two shots")
        assert said.status_code == 201, said.text


def merge(house, incident, into):
    with client_of(house, "taras") as client:
        n = triaged(client, incident)
        said = step(client, incident, "duplicate", n, into=into, note="the same shot")
        assert said.status_code == 201, said.text


def open_again(house, incident):
    with client_of(house, "taras") as client:
        assert step(client, incident, "archived", 3).status_code == 201
        assert step(client, incident, "triaged", 4).status_code == 201


def named(first):
    """Return what the watch calls the incident whose first observation this is."""
    return stable_id("inc", first)


def about(a, incident):
    """Return what an assessment says of an incident, table by table, but for names."""
    told = {}
    for table in ("incidents", "findings", "attributions", "clocks"):
        rows = getattr(a, table)
        rows = rows[rows["incident_id"] == incident].drop(columns=NAMED, errors="ignore").reset_index(drop=True)
        told[table] = in_memory(rows)
    return told


def check_alike(mine, other):
    for table, rows in mine.items():
        pd.testing.assert_frame_equal(rows, other[table], check_exact=True, obj=table)
    assert len(mine["incidents"]) == 1


def standing(a):
    """Return the incidents that stand, by their observations."""
    rows = told_once(a).incidents
    return {frozenset(held): name for name, held in zip(rows["incident_id"], rows["observations"], strict=True)}


def test_the_parts_of_a_split_are_the_incidents_of_a_world_that_associates_so(tmp_path):
    joined, apart = world(apart=False), world(apart=True)
    assert (len(joined.incidents), len(apart.incidents)) == (2, 3)
    house = house_of(tmp_path, joined)
    split(house, named(ONE), [ONE], [TWO])
    now = house.room.assessment()
    parts = standing(now)
    for one in (ONE, TWO):
        part = parts[frozenset([one])]
        check_alike(about(now, part), about(apart, named(one)))
        assert now.incidents.set_index("incident_id")["method"][part].startswith("split by a verifier; ")
    # the whole stays as it was, decided on; the third incident has nothing to do with it
    old = about(joined, named(ONE))
    mine = about(now, named(ONE))
    assert mine["incidents"]["state"].tolist() == ["rejected"]
    pd.testing.assert_frame_equal(mine["incidents"].assign(state=old["incidents"]["state"]), old["incidents"])
    pd.testing.assert_frame_equal(mine["findings"], old["findings"])
    assert not len(mine["clocks"]), "its steps are owed for the parts"
    check_alike(about(now, named(FAR)), about(joined, named(FAR)))
    pd.testing.assert_frame_equal(now.status, apart.status)
    assert now.claims["matched"].tolist() == apart.claims["matched"].tolist()


def test_what_is_merged_is_the_incident_of_a_world_that_associates_so_and_keeps_its_name(tmp_path):
    joined, apart = world(apart=False), world(apart=True)
    house = house_of(tmp_path, apart)
    merge(house, named(TWO), into=named(ONE))
    now = house.room.assessment()
    assert standing(now)[frozenset([ONE, TWO])] == named(ONE)
    check_alike(about(now, named(ONE)), about(joined, named(ONE)))
    mine = about(now, named(TWO))
    assert mine["incidents"]["state"].tolist() == ["rejected"]
    pd.testing.assert_frame_equal(mine["findings"], about(apart, named(TWO))["findings"])
    pd.testing.assert_frame_equal(now.status, joined.status)
    assert set(now.clocks["incident_id"]) == {named(ONE), named(FAR)}


def test_it_does_not_matter_which_of_two_is_merged_into_the_other(tmp_path):
    told = []
    for n, (one, other) in enumerate([(ONE, TWO), (TWO, ONE)]):
        (tmp_path / str(n)).mkdir()
        house = house_of(tmp_path / str(n), world(apart=True))
        merge(house, named(one), into=named(other))
        told.append(about(house.room.assessment(), named(other)))
    check_alike(*told)


def test_pieces_that_are_counted_together_are_counted_again(tmp_path):
    # Minsk's clauses set pieces beside one another: what a split makes of one sways the findings of others
    rows = [
        row(k, "presence", hour=10 + k / 10, lon=30.5 + k / 500, item="artillery", party="ukraine", **GOOD)
        for k in range(4)
    ]
    joined, apart = (world(apart=a, rows=rows, terms="across") for a in (False, True))
    assert len(joined.incidents) < len(apart.incidents)
    house = house_of(tmp_path, joined)
    (incident,) = joined.incidents["incident_id"]
    split(house, incident, *([f"obs-{k}"] for k in range(4)))
    now = house.room.assessment()
    for held, name in standing(now).items():
        check_alike(about(now, name), about(apart, named(min(held))))


@pytest.mark.parametrize("parts", [([TWO], [ONE]), ([ONE], [TWO])])
def test_the_order_in_which_parts_are_named_changes_no_number(tmp_path, parts):
    house = house_of(tmp_path, world(apart=False))
    split(house, named(ONE), *parts)
    now = house.room.assessment()
    for one in (ONE, TWO):
        check_alike(about(now, standing(now)[frozenset([one])]), about(world(apart=True), named(one)))


def test_split_and_merged_back_the_first_probability_is_back(tmp_path):
    first = world(apart=False)
    house = house_of(tmp_path, first)
    split(house, named(ONE), [ONE], [TWO])
    parts = standing(house.room.assessment())
    merge(house, parts[frozenset([TWO])], into=parts[frozenset([ONE])])
    now = house.room.assessment()
    back = standing(now)[frozenset([ONE, TWO])]
    assert back == parts[frozenset([ONE])]
    check_alike(about(now, back), about(first, named(ONE)))
    # the part that is no more is shown as it was
    check_alike(
        about(now, parts[frozenset([TWO])]) | {"clocks": about(world(apart=True), named(TWO))["clocks"]},
        {
            **about(world(apart=True), named(TWO)),
            "incidents": about(world(apart=True), named(TWO))["incidents"].assign(state="rejected"),
        },
    )
    open_again(house, named(ONE))
    assert set(standing(house.room.assessment()).values()) == {named(ONE), named(FAR)}


def test_the_parties_swapped_swap_the_attribution_and_nothing_else(tmp_path):
    swapped = {"A": "B", "B": "A"}
    rows = [*ROWS, row("d", hour=10.2, party="A", origin="x"), row("e", hour=10.3, party="A", origin="y")]
    told = []
    for n, these in enumerate((rows, [r | {"party": swapped[r["party"]]} for r in rows])):
        (tmp_path / str(n)).mkdir()
        house = house_of(tmp_path / str(n), world(apart=False, rows=these))
        split(house, named(ONE), [ONE, "obs-d", "obs-e"], [TWO])
        now = house.room.assessment()
        told.append(about(now, standing(now)[frozenset([ONE, "obs-d", "obs-e"])]))
    one, other = told
    assert (one["attributions"]["attributed_to"].item(), other["attributions"]["attributed_to"].item()) == ("A", "B")
    for table in told[0]:
        for column in ("party", "attributed_to"):
            for side in told:
                side[table] = side[table].drop(columns=column, errors="ignore")
    check_alike(one, other)


def test_a_merged_whole_can_be_split_otherwise_and_a_chain_of_merges_has_one_end(tmp_path):
    house = house_of(tmp_path, world(apart=True))
    merge(house, named(TWO), into=named(ONE))
    with client_of(house, "marie") as client:
        n = triaged(client, named(FAR))
        refused = step(client, named(FAR), "duplicate", n, into=named(TWO), note="the same")
        assert refused.status_code == 409
        assert named(ONE) in refused.text, "it is said who stands for it"
    merge_after = house.room.assessment()
    assert merge_after.stands_for == {named(ONE): (named(TWO),)}
    split(house, named(ONE), [TWO], [ONE])
    now = house.room.assessment()
    assert set(standing(now)) == {frozenset([ONE]), frozenset([TWO]), frozenset([FAR])}
    assert now.replaced == {named(ONE), named(TWO)}
    open_again(house, named(TWO))
    now = house.room.assessment()  # the whole that was split is no more: its split has no effect
    assert set(standing(now).values()) == {named(ONE), named(TWO), named(FAR)}


def test_a_split_is_as_of_its_instant(tmp_path):
    clock = Clock(PERIOD.end + timedelta(days=3))
    house = house_of(tmp_path, world(apart=False), clock)
    before = clock()
    clock.pass_h(1)
    split(house, named(ONE), [ONE], [TWO])
    assert len(house.room.assessment(as_of=before).incidents) == 2
    with client_of(house, "ann") as ann:
        assert ann.get("/api/mission").json()["incidents"] == 2, "outside it is not told before its delay"
    clock.pass_h(26)
    with client_of(house, "ann") as ann:
        told = ann.get("/api/collections/incidents/items?limit=10").json()["features"]
        assert sorted(one["properties"]["state"] == "rejected" for one in told) == [False, False, False, True]
        part = next(f for f in told if f["properties"]["method"].startswith("split"))
        drawer = ann.get(f"/api/incidents/{part['id']}").json()
        assert drawer["findings"]
        assert drawer["grouped"] == {"stands_for": [], "stood_for_by": []}


def test_many_views_work_it_out_once(tmp_path, monkeypatch):
    import truceline.serve.regrouping as rooms_own

    house, made = house_of(tmp_path, world(apart=False)), []
    held = rooms_own.work_out
    monkeypatch.setattr(rooms_own, "work_out", lambda *given: made.append(given) or held(*given))
    split(house, named(ONE), [ONE], [TWO])
    with client_of(house, "olena") as client:
        for state in ("logged", "triaged"):
            n = len(client.get(f"/api/incidents/{named(FAR)}").json()["history"])
            assert step(client, named(FAR), state, n).status_code == 201
            assert client.get("/api/mission").status_code == 200
    house.room.assessment()
    assert len(made) == 1
    for _ in range(20):
        house.room.replace(world(apart=False))
        house.room.assessment()
    assert len(house.room._worked._made) <= 6


# ---- a room that is live
def live_house(tmp_path, rows, clock=None):
    watched = live(front(watched=False), readings(rows))
    house = house_of(tmp_path, watched.assessment, clock)

    def take(*rows):
        update = watched.take(readings(rows), now=PERIOD.end)
        keep_changes(update, house.room.ledger.batch)
        house.room.replace(update.assessment)
        house.room.keep_groups()
        return house.room.assessment()

    return house, take


def quiet(rows):
    return whole(front(watched=False), [readings(rows)])


def test_a_late_observation_of_a_split_incident_undoes_the_split_and_of_another_does_not(tmp_path):
    house, take = live_house(tmp_path, ROWS)
    split(house, named(ONE), [ONE], [TWO])
    before = house.room.assessment()
    now = take(row("far", hour=40.0, lon=30.2))
    for held in (frozenset([ONE]), frozenset([TWO])):
        check_alike(about(now, standing(now)[held]), about(before, standing(before)[held]))
    now = take(row("late", hour=10.1))
    assert standing(now)[frozenset([ONE, TWO, "obs-late"])] == named(ONE)
    check_alike(
        about(now, named(ONE)),
        about(quiet([*ROWS, row("far", hour=40.0, lon=30.2), row("late", hour=10.1)]), named(ONE)),
    )


def test_a_late_observation_of_a_duplicate_goes_with_it(tmp_path):
    apart = [ROWS[0], row("b", hour=14.0), ROWS[2]]
    house, take = live_house(tmp_path, apart)
    merge(house, named(TWO), into=named(ONE))
    now = take(row("late", hour=14.1))
    assert standing(now)[frozenset([ONE, TWO, "obs-late"])] == named(ONE)
    # an earlier one takes the duplicate's name, and the next the target's: what was decided passes to both heirs
    now = take(row("first", hour=13.9))
    assert standing(now)[frozenset([ONE, TWO, "obs-late", "obs-first"])] == named(ONE)
    now = take(row("zero", hour=9.9))
    assert standing(now)[frozenset([ONE, TWO, "obs-late", "obs-first", "obs-zero"])] == named("obs-zero")
    assert not verify(tmp_path / "room.sqlite")


def test_when_the_watch_itself_joins_a_duplicate_with_its_target_the_targets_history_decides(tmp_path):
    rows = [row("a", hour=10.0, last_h=0.0, **GOOD), row("b", hour=11.0)]
    house, take = live_house(tmp_path, rows)
    merge(house, named(TWO), into=named(ONE))
    with client_of(house, "olena") as client:
        assert step(client, named(ONE), "logged", 0).status_code == 201
    now = take(row("b", hour=10.2, reported_at=PERIOD.end))  # the same report, corrected
    assert standing(now) == {frozenset([ONE, TWO]): named(ONE)}
    check_alike(about(now, named(ONE)), about(quiet([rows[0], row("b", hour=10.2)]), named(ONE)))
    assert now.incidents["state"].tolist() != ["rejected"]
    with client_of(house, "olena") as client:
        drawer = client.get(f"/api/incidents/{named(ONE)}").json()
        assert drawer["state"] == "logged"
        assert [one["state"] for one in drawer["history"]] == ["logged", "triaged", "duplicate", "logged"]


# ---- the record
def test_what_groups_came_to_is_in_the_record_beside_what_the_watch_made(tmp_path):
    house = house_of(tmp_path, world(apart=False))
    split(house, named(ONE), [ONE], [TWO])
    now = house.room.assessment()
    kept = house.room.record.entries(KIND)
    assert set(kept["record_id"]) == {standing(now)[frozenset([one])] for one in (ONE, TWO)}
    watched = house.room.record.entries("incident")
    assert watched["record_supersedes"].isna().all(), "nothing of the watch's is superseded by what people decided"
    with client_of(house, "olena") as client:
        for one in [*standing(now).values(), named(ONE)]:
            assert client.get(f"/api/incidents/{one}").json()["proof"]["holds"]
    size = house.room.record.size
    house.close()
    again = house_of(tmp_path, world(apart=False))
    assert again.room.record.size == size, "a room that is opened again finds nothing to add"
    for held, name in standing(now).items():
        check_alike(about(again.room.assessment(), standing(again.room.assessment())[held]), about(now, name))
    open_again(again, named(ONE))
    ends = again.room.record.entries(KIND).groupby("record_id").last()["superseded_by"]
    assert ends.tolist() == [[named(ONE)], [named(ONE)]]
    assert not verify(tmp_path / "room.sqlite")


def test_a_merge_that_an_update_changes_is_a_new_entry(tmp_path):
    house, take = live_house(tmp_path, [ROWS[0], row("b", hour=14.0)])
    merge(house, named(TWO), into=named(ONE))
    take(row("far", hour=40.0, lon=30.2))
    assert len(house.room.record.entries(KIND)) == 1, "it hangs on nothing that came"
    take(row("late", hour=14.1, origin="other"))
    entries = house.room.record.entries(KIND)
    assert entries["record_id"].tolist() == [named(ONE)] * 2
    assert [len(one["observations"]) for one in entries["incident"]] == [2, 3]


# ---- what is shown
def test_the_drawer_has_the_ratios_and_findings_of_a_part_and_names_what_it_stands_for(tmp_path):
    house = house_of(tmp_path, world(apart=False))
    split(house, named(ONE), [ONE], [TWO])
    parts = standing(house.room.assessment())
    with client_of(house, "olena") as client:
        for one in (ONE, TWO):
            told = client.get(f"/api/incidents/{parts[frozenset([one])]}").json()
            assert [o["observation_id"] for o in told["observations"]] == [one]
            assert told["odds"][-1]["p"] == pytest.approx(told["incident"]["p_exists"])
            assert told["findings"]
            assert told["grouped"] == {"stands_for": [named(ONE)], "stood_for_by": []}
        told = client.get(f"/api/incidents/{named(ONE)}").json()
        assert set(told["grouped"]["stood_for_by"]) == set(parts.values()) - {named(FAR)}
        french = client.get(f"/api/incidents/{parts[frozenset([TWO])]}?language=fr").json()
        assert (
            french["incident"]["settle"] == "une source d'une autre nature : une image, un instrument ou une patrouille"
        )


def test_without_a_workbench_what_is_missing_is_said_in_every_language(tmp_path):
    plain = assessment()
    plain.incidents.at[0, "observations"] = ("SECRET-0", "SECRET-1")
    house = make_house(tmp_path / "room.sqlite", plain)
    split(house, "inc-0", ["SECRET-0"], ["SECRET-1"])
    merge(house, "inc-3", into="inc-2")
    parts = [name for name in standing(house.room.assessment()).values() if not name.startswith("inc-")] or list(
        set(house.room.assessment().stands_for) - {"inc-2"}
    )
    words = {"en": "not worked out again", "uk": "заново не обчислено", "fr": "ne sont pas recalculées"}
    with client_of(house, "olena") as client:
        for language, said in words.items():
            for one in (*parts, "inc-2"):
                told = client.get(f"/api/incidents/{one}?language={language}").json()["incident"]
                assert said in told["settle"]
        assert client.get("/api/incidents/inc-2").json()["incident"]["observations"] == ["SECRET-2", "SECRET-3"]
        assert client.get(f"/api/incidents/{parts[0]}").json()["incident"]["p_exists"] is None


def test_a_report_counts_what_was_grouped_once(tmp_path):
    house = house_of(tmp_path, world(apart=True))
    merge(house, named(TWO), into=named(ONE))
    once = told_once(house.room.assessment())
    assert len(once.incidents) == 2
    assert once.findings["incident_id"].nunique() == 2
    with client_of(house, "olena") as client:
        assert named(TWO) not in client.get("/api/report").text
        assert named(TWO) in client.get("/api/exports/csv/incidents.csv").text, "every row is there to be checked"


# ---- the groups themselves
IDS = [f"i{k}" for k in range(5)]
WATCHED = pd.DataFrame({"incident_id": IDS, "observations": [(f"{i}.a", f"{i}.b", f"{i}.c") for i in IDS]})


def a_step(incident, n, **said):
    return Step(step_id=f"{incident}|{n}", incident_id=incident, number=n, by="", role="", at="t", **said)


@st.composite
def histories(draw):
    """Steps as people might take them, on what stands at the time or on what does no more, and opened again."""
    steps = []
    for n in range(draw(st.integers(1, 8))):
        grouping = grouping_of(steps, WATCHED)
        held = dict(zip(WATCHED["incident_id"], WATCHED["observations"], strict=True)) | dict(grouping.groups)
        name = draw(st.sampled_from(sorted(held)))
        kind = draw(st.sampled_from(["split", "duplicate", "duplicate", "triaged"]))
        several = draw(st.permutations(held[name]))
        if kind == "split" and len(several) > 1:
            cut = draw(st.integers(1, len(several) - 1))
            steps.append(a_step(name, n, state="split", parts=(tuple(several[:cut]), tuple(several[cut:]))))
        elif kind == "duplicate":
            steps.append(a_step(name, n, state="duplicate", into=draw(st.sampled_from(sorted(held)))))
        else:
            steps.append(a_step(name, n, state="triaged"))
    return steps


@given(steps=histories())
def test_every_observation_is_of_one_incident_that_stands_whatever_people_decide(steps):
    made = grouping_of(steps, WATCHED)
    watched = dict(zip(WATCHED["incident_id"], WATCHED["observations"], strict=True))
    stands = {name: held for name, held in (watched | dict(made.groups)).items() if name not in made.gone}
    every = [one for held in stands.values() for one in held]
    assert sorted(every) == sorted(one for held in watched.values() for one in held)
    assert made.gone.isdisjoint(made.stands_for)
    assert set(made.aside) <= made.gone


@given(steps=histories(), seed=st.randoms())
def test_steps_about_other_incidents_may_come_in_any_order(steps, seed):
    # each incident's own steps keep theirs
    order = [step.incident_id for step in steps]
    seed.shuffle(order)
    own = {name: iter([s for s in steps if s.incident_id == name]) for name in order}
    shuffled = [next(own[name]) for name in order]
    if not any(s.state == "duplicate" for s in steps):  # a merge and a split of its target do not commute
        assert grouping_of(shuffled, WATCHED).key == grouping_of(steps, WATCHED).key
