from __future__ import annotations

import math

import pytest

from truceline.errors import RequestError, UnknownNameError
from truceline.incidents import IncidentSettings, settings_from


def test_a_mapping_gives_what_it_states_and_the_rest_by_default():
    made = settings_from({"base_rate_per_cell_day": 0.05, "cell_km": 10, "event_sources": ["ucdp", "acled"]})
    assert made == IncidentSettings(base_rate_per_cell_day=0.05, cell_km=10.0, event_sources=("ucdp", "acled"))
    assert settings_from({}) == IncidentSettings()


def test_an_unknown_assumption_is_refused_with_the_nearest_known():
    with pytest.raises(
        UnknownNameError, match=r"mission\.yaml: assumption 'base_rate_per_cel_day'.*Did you mean 'base_"
    ):
        settings_from({"base_rate_per_cel_day": 0.05}, where="mission.yaml")


@pytest.mark.parametrize(
    "wrong",
    [
        {"cell_km": "5"},
        {"cell_km": True},
        {"cell_km": None},
        {"cell_km": math.nan},
        {"cell_km": -1},
        {"verified_lr": 0},
        {"prior_at_most": 0.9},
        {"event_sources": "ucdp"},
        {"event_sources": [1]},
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name_and_place(wrong):
    with pytest.raises(RequestError, match=f"mission.yaml: .*{next(iter(wrong))}"):
        settings_from(wrong, where="mission.yaml")
