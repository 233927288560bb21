import dataclasses

import pandas as pd
import pytest

from truceline.report.judged import judged_incidents, sector_of


def test_every_incident_is_kept_once_with_its_gravest_verdict(front):
    twice = pd.concat(
        [front.findings, front.findings.assign(verdict="compliant", finding_id=front.findings.finding_id + "c")]
    )
    judged = judged_incidents(dataclasses.replace(front, findings=twice.reset_index(drop=True)))
    assert sorted(judged.incident_id) == sorted(front.incidents.incident_id)
    first = front.findings.set_index("incident_id").verdict
    for row in judged.itertuples():
        assert row.verdict == ("compliant" if first[row.incident_id] == "not_applicable" else first[row.incident_id])


def test_an_incident_no_clause_was_asked_about_is_kept_without_a_verdict(front):
    judged = judged_incidents(dataclasses.replace(front, findings=front.findings.head(0)))
    assert len(judged) == len(front.incidents)
    assert set(judged.verdict) == {""}
    assert judged.p_violation.isna().all()


def test_the_day_is_the_local_calendar_day(front):
    judged = judged_incidents(front)
    # 21:30 UTC is half past midnight of the next day in Kyiv in April (UTC+3)
    late = judged[judged.time_start.dt.hour >= 21]
    assert len(late)
    assert (pd.to_datetime(late.day).dt.date > late.time_start.dt.date).all()


@pytest.mark.parametrize(("km", "sector"), [(0.0, "a"), (9.999, "a"), (10.0, "b"), (20.0, "b"), (20.1, ""), (-1.0, "")])
def test_a_sector_holds_its_start_and_not_its_end_but_the_last_holds_both(km, sector):
    sectors = pd.DataFrame({"sector": ["a", "b"], "called": ["A", "B"], "from_km": [0.0, 10.0], "to_km": [10.0, 20.0]})
    assert sector_of(sectors, pd.Series([km])).tolist() == [sector]
