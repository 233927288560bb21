import numpy as np
import pandas as pd
import pytest

from truceline.findings.claims import comparable, ledger
from truceline.findings.tables import CLAIMS
from truceline.incidents.tables import INCIDENTS
from truceline.observations import empty, new_table

START, END = pd.Timestamp("2025-04-19T15:00Z"), pd.Timestamp("2025-04-20T21:00Z")
INF = float("inf")


def claims(rows: list[tuple[str, str, str, float, float]]) -> pd.DataFrame:
    ids, claimants, parents, low, high = zip(*rows, strict=True)
    return new_table(
        CLAIMS,
        {
            "claim_id": list(ids),
            "claimant": list(claimants),
            "parent": list(parents),
            "count_min": list(low),
            "count_max": list(high),
            "time_start": [START] * len(rows),
            "time_end": [END] * len(rows),
        },
    )


# Easter 2025, as published by meduza.io on 21 April 2025
EASTER_2025 = claims(
    [
        ("ua", "UA", "", 2935, 2935),
        ("ua-assaults", "UA", "ua", 96, 96),
        ("ua-shelling", "UA", "ua", 1883, 1883),
        ("ua-fpv", "UA", "ua", 950, INF),
        ("ru", "RU", "", 4900, 4900),
        ("ru-artillery", "RU", "ru", 1404, 1404),
        ("ru-drones", "RU", "ru", 3316, 3316),
        ("ru-other", "RU", "ru", 90, 90),
        ("ru-attacks", "RU", "ru", 6, 6),
    ]
)


def test_the_easter_2025_totals_miss_their_components_by_6_and_84():
    table = ledger(EASTER_2025, empty(INCIDENTS)).set_index("claim_id")
    assert table.loc["ua", "gap"] == 6
    assert table.loc["ru", "gap"] == 84
    assert table.loc["ru", "adds_up"] == "no"
    # "over 950" leaves room for the missing six: said so, not called a contradiction
    assert "lower bound" in table.loc["ua", "adds_up"]


def test_a_claim_without_components_is_not_checked():
    table = ledger(EASTER_2025, empty(INCIDENTS)).set_index("claim_id")
    assert np.isnan(table.loc["ru-drones", "gap"])
    assert table.loc["ru-drones", "adds_up"] == "no components"


def test_no_claim_is_ever_verified_by_itself():
    assert set(ledger(EASTER_2025, empty(INCIDENTS))["state"]) == {"open"}


def test_totals_over_different_hours_are_not_comparable():
    other = EASTER_2025.copy()
    assert comparable(other)
    other.loc[0, "time_end"] = END - pd.Timedelta(hours=9)
    assert not comparable(other)
    other.loc[0, "time_end"] = pd.NaT
    assert not comparable(other)


@pytest.mark.parametrize("label", [{"UA": "RU", "RU": "UA"}])
def test_swapping_the_parties_swaps_the_ledger(label):
    swapped = EASTER_2025.assign(claimant=EASTER_2025["claimant"].map(label))
    pd.testing.assert_frame_equal(
        ledger(EASTER_2025, empty(INCIDENTS)).drop(columns="claimant"),
        ledger(swapped, empty(INCIDENTS)).drop(columns="claimant"),
    )


def test_an_empty_ledger_is_empty():
    assert len(ledger(empty(CLAIMS), empty(INCIDENTS))) == 0
