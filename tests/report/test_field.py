import dataclasses
from zoneinfo import ZoneInfo

import pytest

from truceline.report.field import TOPIC_OF, TOPICS, field_section, restrictions_section
from truceline.report.judged import judged_incidents
from truceline.report.words import LANGUAGES, Words
from truceline.vocabulary import ACTS

EN = Words(language="en", zone=ZoneInfo("Europe/Kyiv"))


def told(assessment, act, **columns):
    """The section of matters for an assessment whose first incident is of an act."""
    incidents = assessment.incidents.copy()
    first = incidents.index[0]
    for name, value in {"act": act, **columns}.items():
        incidents.at[first, name] = value
    observation = incidents.at[first, "observations"][0]
    seen = assessment.observations
    seen = seen.assign(text=seen["text"].where(seen["observation_id"] != observation, "two injured by glass"))
    changed = dataclasses.replace(assessment, incidents=incidents, observations=seen)
    return field_section(changed, judged_incidents(changed), EN)


@pytest.mark.parametrize("act", sorted(set(TOPIC_OF) - {"presence"}))
def test_each_reported_matter_stands_under_its_topic_with_who_said_it(front, act):
    section = told(front, act, count_min=2.0, count_max=2.0)
    caption = EN(f"topic.{TOPIC_OF[act]}")
    (table,) = [t for t in section.tables if t.caption == caption]
    cells = [cell.text for cell in table.rows[0]]
    assert EN.term("act", act) in cells
    assert "2" in cells
    assert not any(point.startswith(caption) for point in section.points)


def test_what_was_said_is_told_in_its_own_words(front):
    (table,) = told(front, "casualty").tables[:1]
    if len(front.observations):
        assert any("two injured by glass" in cell.text for row in table.rows for cell in row)


def test_a_topic_nobody_reported_on_says_what_would_fill_it(nothing):
    section = field_section(nothing, judged_incidents(nothing), EN)
    assert len(section.points) == len(TOPICS)
    assert all("It would be filled by" in point for point in section.points)
    assert "It would be filled by" in restrictions_section(judged_incidents(nothing), EN).text[0]


def test_every_topic_is_reached_by_an_act_of_the_vocabulary():
    assert set(TOPIC_OF) <= set(ACTS)
    assert set(TOPICS) - set(TOPIC_OF.values()) == {"withdrawal"}  # presence of heavy weapons


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_says_in_every_language_what_would_fill_it(language):
    words = Words(language=language, zone=ZoneInfo("UTC"))
    assert all(words(f"fill.{topic}") for topic in (*TOPICS, "restrictions"))
