"""A text that many rows share is one object: a million rows must not hold it a million times."""

import pytest

import truceline as tl
from truceline.observations import OBSERVATIONS, new_table, same_text


def test_a_text_that_is_the_same_in_every_row_is_held_once():
    made = new_table(OBSERVATIONS, {"source": "viirs on a satellite"}, length=1000)
    assert set(made["source"]) == {"viirs on a satellite"}
    assert len({id(text) for text in made["source"].tolist()}) == 1
    assert same_text("a", 0).tolist() == []


@pytest.mark.parametrize("mission", ["easter-2026", "donbas-2020"])
def test_what_an_assessment_says_of_many_rows_in_the_same_words_it_holds_few_times(mission):
    said = tl.open_mission(mission).monitor().assessment
    shared = {
        "findings": ("clause", "interpretation", "verdict", "intent", "reason", "method", "method_version"),
        "incidents": ("state", "settle", "method", "method_version"),
    }
    for name, columns in shared.items():
        table = getattr(said, name)
        for column in columns:
            cells = table[column].tolist()
            assert len({id(cell) for cell in cells}) <= 4 * len(set(cells)), (name, column)
