import dataclasses

import pytest

from truceline.report import summary_text


def test_the_summary_says_how_well_it_was_watched_before_any_count(front):
    text = summary_text(front)
    assert text.index("not observed is not the same as did not occur") < text.index("Incidents 300")
    assert "Rows set aside 2" in text


@pytest.mark.parametrize("name", ["front", "one_day", "nothing"])
@pytest.mark.parametrize("language", ["en", "uk", "fr"])
def test_the_summary_is_plain_text_of_a_screenful(request, name, language):
    lines = summary_text(request.getfixturevalue(name), language=language).splitlines()
    assert len(lines) <= 30
    assert all(line.isprintable() for line in lines)


def test_control_characters_in_anybodys_text_do_not_reach_the_terminal(one_day):
    assert "\x1b" not in summary_text(dataclasses.replace(one_day, title="\x1b[31mred\x07"))
