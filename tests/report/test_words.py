import ast
import re
import string
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import truceline.report
from truceline.errors import UnknownNameError
from truceline.report.words import LANGUAGES, Words, catalogue, number, percent, shorten
from truceline.vocabulary import ACTS

SOURCES = sorted(Path(truceline.report.__file__).parent.rglob("*.py"))
TEMPLATES = sorted(Path(truceline.report.__file__).parent.rglob("*.j2"))


def words(language):
    return Words(language=language, zone=ZoneInfo("Europe/Kyiv"))


def keys_used():
    """Every literal key the code and the templates ask for: words("..."), and f-strings by their fixed start."""
    whole, starts = set(), set()
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "words" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    whole.add(key.value)
                elif isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
                    starts.add(key.values[0].value)
    for file in TEMPLATES:
        whole |= set(re.findall(r"words\(['\"]([^'\"]+)['\"]", file.read_text(encoding="utf-8")))
    return whole, starts


def test_every_key_the_code_asks_for_exists_in_english():
    whole, starts = keys_used()
    english = catalogue("en")
    assert len(whole) > 80
    assert sorted(whole - set(english)) == []
    assert [s for s in starts if not any(key.startswith(s) for key in english)] == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_catalogue_has_the_same_keys_and_the_same_values_to_put_in(language):
    english, other = catalogue("en"), catalogue(language)
    assert set(english) == set(other)
    for key, text in english.items():
        fields = [sorted(f for _, f, _, _ in string.Formatter().parse(t) if f) for t in (text, other[key])]
        assert fields[0] == fields[1], key


def test_every_act_of_the_vocabulary_has_a_name_in_every_language():
    assert [a for a in ACTS for language in LANGUAGES if f"act.{a}" not in catalogue(language)] == []


def test_a_key_missing_in_a_language_is_shown_in_english_and_marked(monkeypatch):
    missing = {key: text for key, text in catalogue("uk").items() if key != "section.map"}
    monkeypatch.setattr(
        "truceline.report.words.catalogue", lambda language: missing if language == "uk" else catalogue(language)
    )
    assert words("uk")("section.map") == "[en] Map"


def test_a_word_no_catalogue_has_is_shown_as_written():
    assert words("fr").term("act", "balloon_launch") == "balloon launch"


def test_an_unknown_language_is_refused_with_those_that_exist():
    with pytest.raises(UnknownNameError, match="fr"):
        words("de")("section.map")


# needs of practitioners, glossary EN / UK / FR
@pytest.mark.parametrize(
    ("key", "uk", "fr"),
    [
        ("section.violations", "орушення режиму припинення вогню", "iolations du cessez-le-feu"),
        ("chart.km", "лінії зіткнення", "ligne de contact"),
        ("section.restrictions", "бмеження свободи пересування", "estrictions de circulation"),
        ("verdict.undetermined", "невизначений", "indéterminé"),
        ("section.commission", "спільної комісії", "commission mixte"),
    ],
)
def test_the_terms_of_art_are_those_of_the_glossary(key, uk, fr):
    assert uk in catalogue("uk")[key]
    assert fr in catalogue("fr")[key]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_written_number_is_the_number_to_three_figures(value):
    read = float(number(value).replace("\u202f", ""))
    assert abs(read - value) <= max(abs(value) * 0.006, 5e-7)
    assert number(value) != "-0"


@given(st.floats(min_value=0, max_value=1))
def test_a_share_reads_as_none_or_all_only_when_it_is(share):
    assert (percent(share)[0] == "0") == (share == 0)
    assert percent(share).startswith("100") == (share == 1)


def test_what_is_not_known_is_a_dash_and_not_a_number():
    assert number(float("nan")) == number(None) == percent(float("nan")) == "–"
    assert number(float("inf")) == "∞"


@given(st.text(), st.integers(2, 60))
def test_shortened_text_is_one_line_and_never_longer(text, length):
    short = shorten(text, length)
    assert len(short) <= length
    assert "\n" not in short
