import pytest

from truceline.errors import SourceError
from truceline.sources.claims import read_claims

# Easter 2025, Ukraine's claims for 20 April: 2,935 = 96 assaults, 1,882 shellings, more than 950 FPV drones
EASTER = """period_start,period_end,claimant,accused,measure,value,source
2025-04-20T00:00,2025-04-21T00:00,UA president,RU,total_violations,2935,https://babel.ua/en/news/117310
2025-04-20T00:00,2025-04-21T00:00,UA president,RU,assaults,96,same
2025-04-20T00:00,2025-04-21T00:00,UA president,RU,shelling,1882,same (812 from heavy weapons)
2025-04-20T00:00,2025-04-21T00:00,UA president,RU,fpv_uses,950,same (more than 950)
"""


def test_claims_are_observations_of_the_sensor_claim_and_have_no_place(read):
    found = read("claims", EASTER, timezone="Europe/Moscow").observations
    assert set(found["sensor"]) == {"claim"}
    assert set(found["party"]) == {"RU"}
    assert found["lon_deg"].isna().all()
    assert found["origin"].nunique() == 1


def test_the_ledger_keeps_lower_bounds_parents_and_sources(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(EASTER)
    ledger = read_claims(path, options={"timezone": "Europe/Moscow"}).set_index("measure")
    assert (ledger.loc["fpv_uses", "count_min"], ledger.loc["fpv_uses", "count_max"]) == (950, float("inf"))
    assert ledger.loc["fpv_uses", "count_said"] == "more than 950"
    total = ledger.loc["total_violations", "claim_id"]
    assert set(ledger.drop("total_violations")["parent"]) == {total}
    assert ledger.loc["total_violations", "parent"] == ""
    assert set(ledger["url"]) == {"https://babel.ua/en/news/117310"}
    # 2,935 - 96 - 1,882 - 950: short by 7, and open, since one component is a lower bound
    parts = ledger.drop("total_violations")["count_min"].sum()
    assert ledger.loc["total_violations", "count_min"] - parts == 7


def test_a_claim_of_words_is_kept_and_one_of_nothing_is_set_aside(read):
    found = read("claims", EASTER.replace(",96,", ",dozens,").replace(",1882,", ",many,"), timezone="Europe/Moscow")
    assert len(found.observations) == 3
    assert "many" in found.set_aside["reason"][0]


def test_a_time_without_zone_is_set_aside(read):
    assert len(read("claims", EASTER).set_aside) == 4


def test_another_table_is_refused(read):
    with pytest.raises(SourceError, match="no list of claims"):
        read("claims", "claimant,colour\na,red\n")


def test_a_claim_without_a_cut_off_has_no_end(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text('claimant,measure,value,start,end\nUA,total_violations,"2,299",2026-04-11T16:00+03:00,\n')
    ledger = read_claims(path)
    assert ledger["time_end"].isna().all()
    assert ledger["count_min"][0] == 2299


def test_a_ledger_of_which_nothing_can_be_read_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(EASTER)
    with pytest.raises(SourceError, match="no time zone"):
        read_claims(path)
