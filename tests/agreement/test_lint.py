from __future__ import annotations

from pathlib import Path

import pytest

from truceline.agreement import CODES, agreement_from, lint, parse_agreement, read_library
from truceline.agreement.plain import write_value

CASES = Path(__file__).parents[1] / "cases"


def codes(name: str) -> set[tuple[str, str]]:
    found = lint(read_library(name))
    return set(zip(found["code"], found["where"], strict=True))


def test_minsk_has_no_consequence_and_an_ambiguous_exception():
    found = codes("minsk_2014_2015")
    assert ("MISSING_CONSEQUENCE", "agreement") in found
    assert ("EXCEPTION_AMBIGUITY", "exception") in found
    assert ("NO_EFFECTIVE_INSTANT", "memorandum") in found
    assert ("DISPUTED_TIME", "clock") in found


def test_the_july_2020_measures_give_the_four_gaps_listed():
    named = {
        code if where == "agreement" else f"{code}_rule_{where}" for code, where in codes("tcg_measures_july_2020")
    }
    assert named == {
        "UNDEFINED_DISTANCE_rule_c",
        "NO_VERIFIER",
        "NO_DEADLINE_rule_d",
        "NO_CONSEQUENCE_BEYOND_DISCIPLINE",
    }


def test_a_well_formed_draft_gives_none():
    found = lint(parse_agreement((CASES / "well_formed.yaml").read_text(), where="well_formed.yaml"))
    assert found.empty, found.to_string()
    assert list(found.columns) == ["code", "where", "message"]


# each change to the well-formed draft opens exactly one kind of gap
BREAKS = {
    "MISSING_CONSEQUENCE": lambda d: d.pop("ladder"),
    "NO_VERIFIER": lambda d: d.pop("verifier"),
    "NO_DEADLINE": lambda d: d["clauses"][3].pop("due"),
    "UNDEFINED_DISTANCE": lambda d: d["zones"][1].pop("distance"),
    "MISSING_BASELINE": lambda d: d["baseline_for"].pop("P2"),
    "UNDEFINED_ZONE": lambda d: d["clauses"][1].update(zone="bakc"),
    "BOUND_UNDEFINED": lambda d: d["zones"][0].update(edge="undefined"),
    "BELOW_DEFAULT_SIZE": lambda d: d["zones"][0].update(as_a_rule="20 km"),
    "BARE_MILE": lambda d: d["zones"][0].update(distance="10 miles"),
    "MILE_AT_SEA": lambda d: d["zones"][1].update(kind="moving", distance="10 mi"),
    "NO_EFFECTIVE_INSTANT": lambda d: d.pop("effective"),
    "MISSING_TIME_ZONE": lambda d: d.pop("time_zone"),
    "UNCERTAIN_TIME": lambda d: d["effective"].update({"to": "2027-09-01"}),
    "DISPUTED_TIME": lambda d: d.update(
        questions=[{"id": "q", "kind": "time", "readings": [{"id": "R1"}, {"id": "R2"}]}]
    ),
    "DISPUTED_FORCE": lambda d: d.update(questions=[{"id": "q", "kind": "force", "readings": [{"id": "R1"}]}]),
    "EXCEPTION_AMBIGUITY": lambda d: d.update(questions=[{"id": "q", "kind": "exception", "readings": [{"id": "R1"}]}]),
    "NO_START_EVENT": lambda d: d["ladder"][0].pop("start"),
    "NO_STEP_TIME": lambda d: d["ladder"][0].pop("within"),
    "NO_STOP_RULE": lambda d: d["ladder"][0].pop("stop"),
    "NO_OWNER": lambda d: d["ladder"][0].pop("owner"),
    "NO_CERTIFIER": lambda d: d["ladder"][0].pop("certifier"),
    "CLOCK_SCOPE_UNDEFINED": lambda d: d["ladder"][0].pop("scope"),
    "ONE_SIDED_LADDER": lambda d: d["ladder"][0].update(against=["P1"]),
    "UNCHECKED_NUMBER": lambda d: d["clauses"][0].update(tag="unchecked"),
}


@pytest.mark.parametrize("code", BREAKS)
def test_each_gap_is_found_alone(code):
    draft = write_value(parse_agreement((CASES / "well_formed.yaml").read_text(), where="well_formed.yaml"))
    BREAKS[code](draft)
    assert set(lint(agreement_from(draft, where="draft"))["code"]) == {code}


def test_a_start_known_only_by_its_day_is_no_instant():
    draft = write_value(parse_agreement((CASES / "well_formed.yaml").read_text(), where="well_formed.yaml"))
    draft["effective"]["from"] = "2027-03-01"
    assert set(lint(agreement_from(draft, where="draft"))["code"]) == {"NO_EFFECTIVE_INSTANT"}


def test_an_undefined_zone_says_which_one_was_meant():
    draft = write_value(parse_agreement((CASES / "well_formed.yaml").read_text(), where="well_formed.yaml"))
    draft["clauses"][1]["zone"] = "bakc"
    assert "did you mean 'back'?" in lint(agreement_from(draft, where="draft"))["message"].iloc[0]


def test_every_code_has_its_own_explanation():
    assert set(BREAKS) <= set(CODES)
    assert len(set(CODES.values())) == len(CODES)


def test_the_reference_lists_every_code_with_its_explanation():
    page = (CASES.parents[1] / "docs" / "reference" / "agreement.md").read_text(encoding="utf-8")
    assert all(f"| `{code}` | {told} |" in page for code, told in CODES.items())


def test_the_example_in_the_reference_is_well_formed():
    page = (CASES.parents[1] / "docs" / "reference" / "agreement.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    assert lint(parse_agreement(example, where="agreement.md")).empty
