from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.agreement import agreement_from, library_text, parse_agreement, render_agreement
from truceline.agreement.plain import write_value
from truceline.errors import AgreementError

SMALL = "id: x\ntitle: x\nstatus: proposal\nparties: [{id: A}, {id: B}]\n"

BAD = {
    "an unknown key": (SMALL + "zonse: []\n", "line 5.*zonse.*Did you mean 'zones'"),
    "an unknown key within": (
        SMALL + "zones:\n  - {id: z, kind: offset, distanse: 1 km}\n",
        "line 6.*Did you mean 'distance'",
    ),
    "a duplicate key": (SMALL + "title: y\n", "line 5.*already given in line 2"),
    "an unsafe tag": (SMALL + "summary: !!python/object/apply:os.system ['true']\n", "line 5.*tag"),
    "a tag of its own": (SMALL + "summary: !mine x\n", "line 5.*tag"),
    "a wrong type": (SMALL + "clauses: [{id: c, kind: cap, says: x, at_most: many}]\n", "'many' is not a number"),
    "a wrong choice": (SMALL + "zones: [{id: z, kind: ofset}]\n", "Did you mean 'offset'"),
    "a bare number for a distance": (
        SMALL + "zones: [{id: z, kind: offset, distance: 15}]\n",
        "'15' is not a distance.*15 km",
    ),
    "an unknown unit": (SMALL + "zones: [{id: z, kind: offset, distance: 15 versts}]\n", "not a distance"),
    "a time that is none": (SMALL + "effective: {from: soon}\n", "'soon' is not a date and time"),
    "a span that ends before it begins": (
        SMALL + "effective: {from: 2025-01-02..2025-01-01}\n",
        "ends before it begins",
    ),
    "a duration that is none": (
        SMALL + "clauses: [{id: c, kind: require_act, says: x, due: {within: 24 h}}]\n",
        "PT24H",
    ),
    "an unknown time zone": (SMALL + "time_zone: Europe/Kief\n", "Europe/Kief"),
    "an unknown party": (
        SMALL + "clauses: [{id: c, kind: prohibit_act, says: x, by: [C]}]\n",
        "party 'C' is not defined",
    ),
    "an unknown baseline": (SMALL + "baselines: [{id: line}]\nbaseline_for: {A: lien}\n", "Did you mean 'line'"),
    "an unknown clause in a question": (
        SMALL + "questions: [{id: q, readings: [{id: R1, changes: {c9: {}}}]}]\n",
        "clause 'c9' is not defined",
    ),
    "a reading that cannot be taken": (
        SMALL + "clauses: [{id: c, kind: prohibit_act, says: x, readings: [{id: R1, changes: {actz: [fire]}}]}]\n",
        "Did you mean 'acts'",
    ),
    "a clause twice": (
        SMALL + "clauses: [{id: c, kind: prohibit_act, says: x}, {id: c, kind: prohibit_act, says: y}]\n",
        "twice",
    ),
    "a cap without a number": (SMALL + "clauses: [{id: c, kind: cap, says: x}]\n", "at_most"),
    "a missing key": ("id: x\ntitle: x\nstatus: proposal\n", "'parties' is missing"),
    "no party": ("id: x\ntitle: x\nstatus: proposal\nparties: []\n", "no party"),
    "an empty file": ("", "empty"),
    "a list": ("- a\n- b\n", "keys"),
    "broken YAML": ("id: [x\ntitle: y", "line 2"),
    "a cut file": (library_text("minsk_2014_2015")[:3000], "minsk"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(what):
    text, said = BAD[what]
    with pytest.raises(AgreementError, match=said) as caught:
        parse_agreement(text, where="minsk.yaml")
    assert "minsk.yaml" in str(caught.value)


def test_words_that_yaml_takes_for_truth_or_dates_stay_words():
    agreement = parse_agreement(
        SMALL.replace("{id: A}", "{id: NO}") + "effective: {from: 2025-04-19}\ntime_zone: Europe/Oslo\n", where="x"
    )
    assert agreement.party_ids == ("NO", "B")
    assert agreement.effective.start.said == "2025-04-19"
    assert not agreement.effective.start.is_certain


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_file_gives_anything_but_an_agreement_error(data):
    text = library_text(data.draw(st.sampled_from(["easter_2026", "korea_1953", "tcg_measures_july_2020"])))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    put = data.draw(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
        | st.sampled_from(
            ["*a", "&a", "!!binary x", "{", "- ", "? ", "<<: x", "\t", "2025-99-99", ".inf", "0x", "1e999"]
        )
    )
    try:
        agreement = parse_agreement(text[:start] + put + text[end:], where="damaged.yaml")
    except AgreementError as error:
        assert "damaged.yaml" in str(error)
    else:
        assert parse_agreement(render_agreement(agreement), where="again.yaml") == agreement


words = st.text(alphabet="abcdefghij klmno:#'\"-", min_size=1, max_size=12).map(str.strip).filter(bool)
distances = st.tuples(st.integers(0, 999), st.sampled_from(["km", "nm", "mi", "m"])).map(lambda d: f"{d[0]} {d[1]}")
spans = st.integers(0, 10**7).map(lambda s: f"PT{s}S")
moments = st.sampled_from(["2025-03-18", "2025-03-18T06:00", "2025-03-18T06:00+03:00", "2025-03-18..2025-03-19"])


@st.composite
def drafts(draw):
    """A draft agreement as a plain mapping."""
    zones = draw(
        st.lists(st.tuples(distances, st.sampled_from(["offset", "total_width", "moving", "circle"])), max_size=3)
    )
    clauses = draw(
        st.lists(
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["prohibit_act", "prohibit_presence"]), "says": words},
                optional={
                    "acts": st.lists(words, min_size=1, max_size=2),
                    "by": st.just(["A"]),
                    "due": st.fixed_dictionaries({"anchor": words, "within": spans}),
                    "window": st.fixed_dictionaries({}, optional={"from": moments, "lasts": spans}),
                    "items": st.fixed_dictionaries(
                        {"classes": st.lists(words, min_size=1), "calibre_mm": st.just({"gt": 100})}
                    ),
                },
            ),
            max_size=4,
        )
    )
    draft = {
        "id": draw(words),
        "title": draw(words),
        "status": "fictional",
        "parties": [{"id": "A"}, {"id": "B", "called": draw(words)}],
    }
    draft["zones"] = [{"id": f"z{i}", "kind": k, "distance": d} for i, (d, k) in enumerate(zones)]
    draft["clauses"] = [{"id": f"c{i}", **c} for i, c in enumerate(clauses)]
    if draw(st.booleans()):
        draft["time_zone"] = "Europe/Kyiv"
    return draft


@settings(max_examples=60, deadline=None)
@given(drafts())
def test_reading_what_was_written_gives_the_same_agreement(draft):
    agreement = agreement_from(draft, where="draft")
    assert parse_agreement(render_agreement(agreement), where="draft") == agreement
    assert agreement_from(write_value(agreement), where="draft") == agreement
