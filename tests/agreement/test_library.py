from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from truceline.agreement import agreement_from, library_names, lint, parse_agreement, read_library, render_agreement
from truceline.agreement.plain import write_value
from truceline.errors import UnknownNameError

TWELVE = {
    "minsk_2014_2015",
    "tcg_measures_july_2020",
    "undof_1974",
    "sinai_mfo_1979",
    "korea_1953",
    "black_sea_grain_2022",
    "energy_moratorium_2025",
    "easter_2025",
    "easter_2026",
    "iaea_silence_window",
    "gcsp_2025",
    "reassurance_2025",
}


def test_the_library_holds_the_twelve():
    assert set(library_names()) >= TWELVE


def test_an_unknown_name_says_which_is_near():
    with pytest.raises(UnknownNameError, match="minsk_2014_2015"):
        read_library("minsk_2014_2016")


@pytest.mark.parametrize("name", library_names())
def test_each_names_its_sources_and_what_is_unchecked(name):
    agreement = read_library(name)
    assert agreement.agreement_id == name
    assert agreement.sources and all(s.ref and s.tag for s in agreement.sources)
    assert agreement.unchecked, "nothing is ever wholly checked"
    assert agreement.summary
    assert all(c.says and len(c.says) < 240 for c in agreement.clauses)


@pytest.mark.parametrize("name", library_names())
def test_reading_and_writing_give_the_same_terms(name):
    agreement = read_library(name)
    assert parse_agreement(render_agreement(agreement), where=name) == agreement


@pytest.mark.parametrize("name", library_names())
def test_every_open_question_has_a_default_and_an_alternative(name):
    for question in read_library(name).questions:
        assert len(question.readings) >= 2, question.question_id
        assert sum(r.default for r in question.readings) == 1, question.question_id
        assert all(r.says for r in question.readings)


def test_a_clause_bound_to_unchecked_numbers_says_so():
    # D-30 at 16 km: the system list is seen in a report, the number in none (terms reference A1)
    clause = next(c for c in read_library("minsk_2014_2015").clauses if c.clause_id == "M14-4b-d30")
    assert clause.tag == "unchecked"


def test_the_easter_truce_of_2026_lasted_32_hours():
    # A12-3: 11 April 16:00 to 12 April 24:00, Moscow time
    window = read_library("easter_2026").effective
    assert window.end.earliest - window.start.latest == timedelta(hours=32)
    assert window.start.earliest.isoformat() == "2026-04-11T13:00:00+00:00"


def test_the_easter_truce_of_2025_lasted_30_hours():
    # A11: 19 April 15:00 UTC to 20 April 21:00 UTC
    window = read_library("easter_2025").effective
    assert window.end.earliest - window.start.latest == timedelta(hours=30)


def test_the_proposed_mission_has_four_monitors_to_a_kilometre():
    # A14-7: 5,000 monitors on 1,200 km, all shifts
    figures = {f.figure_id: f.value for f in read_library("gcsp_2025").figures}
    assert figures["monitors"] / figures["line"] == pytest.approx(4.17, abs=0.005)


def test_an_area_below_its_usual_size_is_a_gap_and_not_a_breach():
    # A4-7: agreed area only 1.8 km deep, "as a rule" 2 km
    plain = write_value(read_library("framework_2016"))
    plain["zones"][0]["distance"] = "1.8 km"
    found = lint(agreement_from(plain, where="framework_2016"))
    assert ("BELOW_DEFAULT_SIZE", "area") in set(zip(found["code"], found["where"], strict=True))


def test_a_statute_mile_at_sea_is_flagged_with_both_lengths():
    # A9-5: 10 nm typed as 10 mi makes 16.09 km out of 18.52 km
    plain = write_value(read_library("black_sea_grain_2022"))
    plain["zones"][0]["distance"] = "10 mi"
    found = lint(agreement_from(plain, where="x")).set_index("code")
    assert "16.09 km" in found.loc["MILE_AT_SEA", "message"]
    assert "18.52 km" in found.loc["MILE_AT_SEA", "message"]


def test_the_reported_ladder_leaves_its_clock_open():
    # A16: start by whom certified, stop condition, scope, one-sided (A16-3, A16-5, A16-6)
    codes = set(lint(read_library("ukraine_designs_2025_26"))["code"])
    assert {"NO_STOP_RULE", "NO_CERTIFIER", "CLOCK_SCOPE_UNDEFINED", "ONE_SIDED_LADDER", "DISPUTED_TIME"} <= codes


def test_a_limit_whose_bound_is_not_written_is_asked_about():
    # A9-2: "close to within 10 nm"
    assert "BOUND_UNDEFINED" in set(lint(read_library("black_sea_grain_2022"))["code"])


def test_the_plan_for_a_reassurance_force_writes_no_distance():
    found = lint(read_library("reassurance_2025"))
    assert ("UNDEFINED_DISTANCE", "force-line") in set(zip(found["code"], found["where"], strict=True))


def test_a_claims_rate_needs_its_cut_off():
    # A12-4: 1,971 from the start to 08:00 on 12 April are 123.2 an hour; A12-5: 2,299 with no cut-off said may be
    # 153.3 (07:00) or 114.95 (12:00), so it is a range and no single value
    start = read_library("easter_2026").effective.start.latest
    hours = {
        clock: (datetime.fromisoformat(f"2026-04-12T{clock}+03:00") - start) / timedelta(hours=1)
        for clock in ("07:00", "08:00", "12:00")
    }
    assert 1971 / hours["08:00"] == pytest.approx(123.2, abs=0.05)
    assert 2299 / hours["07:00"] == pytest.approx(153.3, abs=0.05)
    assert 2299 / hours["12:00"] == pytest.approx(114.95, abs=0.005)
