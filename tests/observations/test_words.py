import pandas as pd

from truceline.observations.words import ACT_WORDS, ITEM_WORDS, to_acts, to_items
from truceline.vocabulary import ACTS, ITEMS


def test_every_listed_word_leads_to_a_word_of_the_vocabulary():
    assert set(ACT_WORDS.values()) <= set(ACTS)
    assert set(ITEM_WORDS.values()) <= set(ITEMS)


def test_our_own_words_are_kept_however_they_are_spelt():
    said = [act.replace("_", " ").title() for act in ACTS]
    assert list(to_acts(pd.Series(said))) == list(ACTS)


def test_a_word_that_is_not_listed_is_kept_as_written():
    assert list(to_acts(pd.Series(["Crop circles", "", None]))) == ["Crop circles", "", ""]
    assert list(to_items(pd.Series(["T-72", "Tank"]))) == ["T-72", "tank"]
