"""A small assessment by hand, with a secret mark in every field that a release may have to drop."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from truceline.agreement import Agreement, LineOfContact, Party
from truceline.findings import tables as t
from truceline.incidents.tables import INCIDENTS
from truceline.observations.tables import LOOKS, OBSERVATIONS, SET_ASIDE, new_table
from truceline.strip import Strip
from truceline.timespan import Timespan

NOW = datetime(2026, 4, 13, 6, tzinfo=UTC)
START = datetime(2026, 4, 9, 21, tzinfo=UTC)  # midnight in Kyiv
SECRET = "SECRET"  # in every text, name, reference and source that only the mission may see


def assessment(hours_ago=(80.0, 40.0, 23.9, 2.0), lon=None, lat=None, now=NOW):
    """Return four incidents (or as many as `hours_ago`), each `hours_ago` before `now`, near a 70 km line."""
    n = len(hours_ago)
    strip = Strip.along(lon_deg=np.linspace(36.0, 37.0, 30), lat_deg=np.linspace(47.5, 47.7, 30))
    lon = np.array(np.linspace(36.123456, 36.876543, n) if lon is None else lon)
    lat = np.array(np.linspace(47.456789, 47.712345, n) if lat is None else lat)
    times = pd.to_datetime([now - timedelta(hours=float(h)) for h in hours_ago], utc=True)
    chainage, offset = strip.place(lon_deg=lon, lat_deg=lat)
    incidents = new_table(
        INCIDENTS,
        {
            "incident_id": [f"inc-{i}" for i in range(n)],
            "time_start": times,
            "time_end": times,
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": 375.0,
            "chainage_km": chainage,
            "offset_km": offset,
            "place": f"Гуляйполе & <b>{SECRET}</b>",
            "act": "shelling",
            "p_exists": 0.75,
            "p_acts": [(("shelling", 0.75), ("explosion", 0.25))] * n,
            "party": "A",
            "system": SECRET,
            "operator": SECRET,
            "count_min": [1.0, 2.0, 3.0, 40.0][:n] if n == 4 else 5.0,
            "count_max": [np.inf, 2.0, 3.0, 40.0][:n] if n == 4 else 5.0,
            "strength": 12.3456,
            "observations": [(f"{SECRET}-{i}",) for i in range(n)],
            "sensors": [("thermal", "report")] * n,
            "state": "probable",
            "ln_lr": [((SECRET, 1.5),)] * n,
            "settle": f"Ask {SECRET} at 47.6543, 36.1234",
        },
    )
    observations = new_table(
        OBSERVATIONS,
        {
            "observation_id": [f"{SECRET}-{i}" for i in range(n)],
            "source": f"camera-{SECRET}",
            "sensor": "camera",
            "act": "shelling",
            "time_start": times,
            "time_end": times,
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": 50.0,
            "place": SECRET,
            "party": "A",
            "system": SECRET,
            "operator": SECRET,
            "count_min": 1.0,
            "count_max": 1.0,
            "count_said": SECRET,
            "confidence": SECRET,
            "origin": SECRET,
            "reported_at": times + pd.Timedelta(minutes=5),
            "text": f"=cmd() {SECRET}",
            "ref": f"{SECRET}.csv:12",
        },
    )
    looks = new_table(
        LOOKS,
        {
            "look_id": [f"{SECRET}-{i}" for i in range(n)],
            "source": f"camera-{SECRET}",
            "sensor": "camera",
            "time_start": times,
            "time_end": times,
            "west_deg": lon - 0.01234,
            "south_deg": lat - 0.01234,
            "east_deg": lon + 0.01234,
            "north_deg": lat + 0.01234,
            "basis": SECRET,
        },
    )
    findings = new_table(
        t.FINDINGS,
        {
            "finding_id": [f"fin-{i}" for i in range(n)],
            "incident_id": incidents.incident_id,
            "clause": "no_fire",
            "interpretation": "as written",
            "party": "A",
            "verdict": "indeterminate",
            "probability": 0.4,
            "margin": offset,
            "margin_unit": "km",
            "reason": f"47.123 {SECRET}",
            "severity": 2.0,
            "intent": "undetermined",
        },
    )
    claim_times = [now - timedelta(hours=100), now - timedelta(hours=3)]
    return t.Assessment(
        mission_id="small",
        title="Мала <місія> & co",
        timezone="Europe/Kyiv",
        report_day_ends="24:00",
        period=Timespan(start=START, end=now),
        in_force=(Timespan(start=START, end=now),),
        now=now,
        agreement=Agreement(
            agreement_id="small",
            title="A small truce",
            status="in force",
            parties=(Party(party_id="A", called="A"), Party(party_id="B", called="B")),
        ),
        strip=strip,
        lines=(
            LineOfContact(
                line_id="line",
                called="Line of contact",
                valid_from=START,
                valid_to=None,
                sigma_km=8.0,
                source="drawn for a test",
                strip=strip,
            ),
        ),
        sectors=pd.DataFrame(
            {"sector": ["w", "e"], "called": ["West", "East"], "from_km": [0.0, 30.2], "to_km": [30.2, strip.length_km]}
        ),
        places=pd.DataFrame(
            {
                "name": ["Гуляйполе"],
                "lon_deg": [36.2567],
                "lat_deg": [47.6641],
                "chainage_km": [20.123],
                "offset_km": [9.876],
                "population": [13070.0],
            }
        ),
        observations=observations,
        looks=looks,
        set_aside=new_table(
            SET_ASIDE, {"source": [SECRET], "file": [SECRET], "line": [3.0], "reason": [SECRET], "raw": ["=1+1"]}
        ),
        incidents=incidents,
        findings=findings,
        status=new_table(
            t.STATUS,
            {
                "sector": ["w"] * 4,
                "day": ["2026-04-10", "2026-04-11", "2026-04-12", "2026-04-13"],
                "status": "not observed",
                "watched": 0.1,
            },
        ),
        coverage=new_table(
            t.COVERAGE,
            {
                "cell_km": 0.0,
                "time_start": pd.date_range(START, now, freq="h", inclusive="left"),
                "kind": "shelling",
                "looked": 0.1,
                "seen": 0.1,
            },
        ),
        attributions=new_table(
            t.ATTRIBUTIONS,
            {
                "incident_id": incidents.incident_id,
                "attributed_to": "undetermined",
                "word": "not assessed",
                "basis": SECRET,
                "party_response": SECRET,
            },
        ),
        clocks=new_table(
            t.CLOCKS,
            {
                "incident_id": incidents.incident_id,
                "clause": "no_fire",
                "step": "Response within 24 h",
                "started": times,
                "due": times + pd.Timedelta(hours=24),
                "state": "running",
            },
        ),
        claims=new_table(
            t.CLAIMS,
            {
                "claim_id": ["c1", "c2"],
                "claimant": ["A", "B"],
                "measure": ["порушень", "=HYPERLINK(1)"],
                "count_min": [2935.0, -4.0],
                "count_said": ["2,935", "+4"],
                "time_start": claim_times,
                "time_end": claim_times,
                "note": SECRET,
            },
        ),
        exposure={"line_km": strip.length_km, "hours": 81.0, "km_h_seen": 12.5},
        warnings=("Quiet near 47.6543, 36.1234 and building up.",),
        assumptions=pd.DataFrame(
            {
                "name": ["line_sigma_km"],
                "value": [8.0],
                "low": [5.0],
                "high": [12.0],
                "unit": ["km"],
                "source": ["said"],
            }
        ),
        credits=("Detections: a public source",),
        digests={f"{SECRET}.csv": "ab" * 32},
    )


def empty_assessment():
    """Return the same mission with every table of the run empty."""
    full = assessment()
    tables = {
        f.name: getattr(full, f.name).head(0) for f in fields(full) if isinstance(getattr(full, f.name), pd.DataFrame)
    }
    return replace(full, **tables, warnings=(), exposure={}, digests={})
