"""What findings, incidents and releases say is read back to code and values, and told in every language."""

import ast
import re
import string
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import truceline.findings
from truceline.agreement import library_names, read_library
from truceline.findings.judge import judge
from truceline.incidents.make import SETTLE
from truceline.report import render_html
from truceline.report.said import PREFIX, read_back, tell
from truceline.report.words import Words, catalogue
from truceline.vocabulary import ACTS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "findings"))
from test_judge_cases import CASES, read_case, table

OWN_WORDS = ("exempt_says",)  # what follows is the agreement's


def words(language):
    return Words(language=language, zone=ZoneInfo("UTC"))


def unknown(text):
    """The parts of a text that are no entry of the catalogue, up to where the agreement's own words begin."""
    found = []
    for code, values in read_back(text):
        if code in OWN_WORDS:
            break
        if not code:
            found.append(values["text"])
    return found


def test_every_reason_of_every_case_is_read_back_whole():
    left = set()
    for stem, case in (parameter.values for parameter in CASES):
        given_rows = case["given"] if isinstance(case["given"], list) else [case["given"]]
        sightings = table([{"id": f"s{i}", **row} for i, row in enumerate(given_rows, 1)])
        log = table(case["log"]) if case.get("log") else None
        for reason in judge(read_case(case.get("agreement", stem), case.get("change")), sightings, log=log)["reason"]:
            left.update(unknown(reason))
    assert left == set()


def test_every_reason_for_random_sightings_under_the_library_is_read_back_whole():
    rng = np.random.default_rng(11)
    n, left = 300, set()
    for name in library_names():
        terms = read_library(name)
        sightings = pd.DataFrame(
            {
                "id": [f"s{i}" for i in range(n)],
                "time": pd.Timestamp("2014-01-01", tz="UTC")
                + pd.to_timedelta(rng.uniform(0, 12.3 * 8766, n), unit="h"),
                "offset_km": np.where(rng.random(n) < 0.2, np.nan, rng.normal(0, 30, n)),
                "sigma_m": rng.choice([0.0, 500.0, 5000.0], n),
                "party": rng.choice([*terms.party_ids, "", "somebody"], n),
                "act": rng.choice([*ACTS, ""], n),
                "item": rng.choice(["tank", "mortar", "mlrs", "personnel", "uav", ""], n),
                "calibre_mm": rng.choice([82.0, 100.0, 122.0, np.nan], n),
                "count": rng.choice([1.0, 80.0, np.nan], n),
                "zone": rng.choice(["", *[z.zone_id for z in terms.zones]], n),
                "p_exists": rng.choice([1.0, 0.5], n),
            }
        )
        for reason in judge(terms, sightings)["reason"].unique():
            left.update(unknown(reason))
    assert left == set()


def literals(path):
    """Every text with a blank in it that a file of verdicts hands on: what it may say."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("decide", "add"):
            for part in node.args:
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    yield part.value


def test_every_sentence_a_ruling_may_be_given_is_in_the_catalogue():
    folder = Path(truceline.findings.__file__).parent
    said = [text for path in sorted(folder.glob("judge*.py")) for text in literals(path)]
    assert len(said) > 25
    assert [text for text in said if unknown(text)] == []


def test_what_would_settle_it_is_in_the_catalogue():
    assert [s for s in SETTLE if s and unknown(s)] == []


@given(st.data())
def test_telling_and_reading_back_give_the_same_message(data):
    english = {k.removeprefix(PREFIX): v for k, v in catalogue("en").items() if k.startswith(PREFIX)}
    code = data.draw(st.sampled_from(sorted(set(english) - {"exempt_says", "to_settle"})))
    text = english[code]
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name]
    values = {name: data.draw(st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,2})?", fullmatch=True)) for name in names}
    if "profile" in values:
        values["profile"] = "public"
    if "table" in values:
        values["table"] = "incidents"
    assert read_back(text.format(**values)) == ((code, values),)


@pytest.mark.parametrize("language", ["uk", "fr"])
def test_a_reason_of_several_parts_is_told_part_by_part(language):
    text = (
        "only heat was seen; to settle it: an image or a witness of the place, or a ground sensor's record of the hour"
    )
    told = tell(text, words(language))
    assert "seen" not in told and "image or" not in told
    assert told.count("; ") == 1


def sentences(language):
    """Entries long enough to be a sentence, cut at the values put in."""
    for key, text in catalogue(language).items():
        for literal, _, _, _ in string.Formatter().parse(text):
            if len(literal.split()) >= 4:
                yield key, " ".join(literal.split())


@pytest.mark.parametrize("language", ["uk", "fr"])
def test_no_english_sentence_of_the_catalogue_stands_in_a_page_of_another_language(front, language):
    import html

    notes = ("release profile: public", "younger than 24 h, incidents: 5", "places given to 1 km only, incidents: 3")
    page = html.unescape(render_html(_saying(front), language=language, release_notes=notes))
    page = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    other = set(catalogue(language).values())
    found = [(key, text) for key, text in sentences("en") if text in page and not any(text in o for o in other)]
    assert found == []


def _saying(front):
    """The sample with every sentence the catalogue knows among its reasons, warnings and what would settle it."""
    from dataclasses import replace

    english = [v for k, v in catalogue("en").items() if k.startswith(PREFIX) and not k.startswith(PREFIX + "note_")]
    filled = [re.sub(r"\{(\w+)\}", "7", text) for text in english]
    n = len(front.findings)
    reasons = np.resize(np.array(filled, object), n)
    return replace(
        front,
        findings=front.findings.assign(reason=reasons),
        incidents=front.incidents.assign(settle=np.resize(np.array(SETTLE[1:], object), len(front.incidents))),
        warnings=tuple(t for t in filled if t[0].isupper() and t.endswith((".", "?"))),
        attributions=front.attributions.assign(
            basis=np.resize(np.array([t for t in filled if "independent" in t], object), len(front.attributions))
        ),
    )


def test_a_sensor_that_was_left_out_is_told_with_its_reason():
    text = "Sensor sat-1 was left out of the coverage: there is no element set of satellite 43013."
    assert read_back(text)[0][0] == "warn_sensor"
    assert "there is no" not in tell(text, words("fr"))
