import pandas as pd
import pytest

from truceline.findings.attribution import attribute
from truceline.findings.tables import FINDINGS
from truceline.incidents.tables import INCIDENTS
from truceline.observations import OBSERVATIONS, new_table

FINDING = new_table(FINDINGS, {"incident_id": ["inc-1"], "verdict": ["violation"]})


def attributed(*said: tuple[str, str, str]) -> pd.Series:
    """Attribute one incident from (party, sensor, origin) of each observation."""
    ids = [f"obs-{i}" for i in range(len(said))]
    observations = new_table(
        OBSERVATIONS,
        {
            "observation_id": ids,
            "party": [party for party, _, _ in said],
            "sensor": [sensor for _, sensor, _ in said],
            "origin": [origin for _, _, origin in said],
        },
        length=len(said),
    )
    incidents = new_table(INCIDENTS, {"incident_id": ["inc-1"], "observations": [tuple(ids)]}, length=1)
    return attribute(incidents, observations, FINDING).iloc[0]


def test_nothing_named_stays_undetermined():
    row = attributed(("", "thermal", ""))
    assert (row.attributed_to, row.word, row.confidence) == ("undetermined", "not assessed", "low")


def test_one_witness_is_not_enough():
    assert attributed(("A", "report", "x")).attributed_to == "undetermined"


def test_two_copies_of_one_report_are_one_witness():
    assert attributed(("A", "report", "x"), ("A", "report", "x")).attributed_to == "undetermined"


def test_the_claims_of_parties_never_attribute():
    assert attributed(("A", "claim", "x"), ("A", "claim", "y")).attributed_to == "undetermined"


def test_witnesses_who_disagree_leave_it_undetermined():
    assert attributed(("A", "report", "x"), ("A", "report", "y"), ("B", "report", "z")).attributed_to == "undetermined"


def test_two_independent_witnesses_give_nine_to_one():
    # even odds x 3 x 3 = 9 : 1
    row = attributed(("A", "report", "x"), ("A", "patrol", "y"))
    assert row.attributed_to == "A"
    assert row.probability == pytest.approx(0.9)
    assert row.word == "very likely"


def test_ten_witnesses_move_it_no_further_than_the_cap():
    row = attributed(*[("A", "report", str(i)) for i in range(10)])
    assert row.probability == pytest.approx(10 / 11)


def test_swapping_the_labels_swaps_the_attribution():
    a = attributed(("A", "report", "x"), ("A", "report", "y"))
    b = attributed(("B", "report", "x"), ("B", "report", "y"))
    assert (a.attributed_to, b.attributed_to) == ("A", "B")
    assert a.probability == b.probability
