"""Three invented assessments for the report's tests: a whole front, nothing at all, and one day on 20 km.

Towns are real, so that maps can be judged by eye; every incident, claim and clock is invented.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from truceline.agreement import Agreement, Clause, LineOfContact, Party
from truceline.agreement.terms import Question, Reading
from truceline.findings import tables as t
from truceline.incidents.tables import INCIDENTS
from truceline.observations.tables import LOOKS, OBSERVATIONS, SET_ASIDE, empty, new_table
from truceline.strip import Strip
from truceline.timespan import Timespan

# town coordinates to two decimals, north-east to south-west
TOWNS = {
    "Kupiansk": (37.61, 49.71, 27169),
    "Borova": (37.62, 49.38, 5174),
    "Siversk": (38.10, 48.87, 11068),
    "Kostiantynivka": (37.71, 48.53, 67350),
    "Pokrovsk": (37.18, 48.28, 60127),
    "Velyka Novosilka": (36.84, 47.84, 5223),
    "Huliaipole": (36.26, 47.66, 13070),
    "Orikhiv": (35.79, 47.57, 14136),
    "Enerhodar": (34.65, 47.50, 52887),
    "Nikopol": (34.40, 47.57, 105160),
    "Beryslav": (33.43, 46.84, 12123),
    "Nova Kakhovka": (33.35, 46.75, 44427),
    "Kherson": (32.62, 46.63, 279131),
    "Ochakiv": (31.55, 46.61, 13663),
}
NASTY = '<script>alert("x")</script> & "quoted" \'text\' =cmd()'
LONG = "Ленінградсько-Новопетропавлівсько-Верхньокам'янсько-Донецька-über-lange-Ortsbezeichnung " * 3


def front_strip() -> Strip:
    """Return a line through the towns, a vertex about every 20 km, bent a little so that it is not straight."""
    lon, lat = np.array([[v[0], v[1]] for v in TOWNS.values()]).T
    coarse = Strip.along(lon_deg=lon, lat_deg=lat)
    km = np.linspace(0, coarse.length_km, 48)
    lon, lat = coarse.locate(chainage_km=km, offset_km=6 * np.sin(km / 17.0))
    # the northern stretch to the border and the southern spit bring it near the length given in reports
    return Strip.along(lon_deg=np.r_[37.9, 37.75, lon, 31.4], lat_deg=np.r_[50.35, 50.05, lat, 46.5])


def _agreement() -> Agreement:
    return Agreement(
        agreement_id="sample_truce",
        title="Sample truce of April 2026",
        status="fictional",
        parties=(Party(party_id="A", called="Party A"), Party(party_id="B", called="Party B")),
        clauses=(
            Clause(clause_id="no_fire", called="art. 1", kind="prohibit_act", says="No fire by A of any kind."),
            Clause(clause_id="silence", called="art. 2", kind="prohibit_act", says="No fire by B " + NASTY),
            Clause(clause_id="no_assault", kind="prohibit_act", says="No assault."),
            Clause(clause_id="hotline", kind="require_act", says="A hotline is opened."),
        ),
        questions=(
            Question(
                question_id="scope",
                readings=(
                    Reading(reading_id="as written", says="every act counts", default=True),
                    Reading(reading_id="strict", says="answers to a breach do not count"),
                ),
            ),
        ),
    )


def _line(strip: Strip, sigma_km: float) -> LineOfContact:
    return LineOfContact(
        line_id="line",
        called="Line of contact",
        valid_from=None,
        valid_to=None,
        sigma_km=sigma_km,
        source="drawn for a test",
        strip=strip,
    )


def _places(strip: Strip) -> pd.DataFrame:
    lon, lat = np.array([[v[0], v[1]] for v in TOWNS.values()]).T
    chainage, offset = strip.place(lon_deg=lon, lat_deg=lat)
    return pd.DataFrame(
        {
            "name": list(TOWNS),
            "lon_deg": lon,
            "lat_deg": lat,
            "chainage_km": chainage,
            "offset_km": offset,
            "population": [float(v[2]) for v in TOWNS.values()],
        }
    )


def _incidents(strip: Strip, period: Timespan, n: int, rng: np.random.Generator) -> pd.DataFrame:
    km = np.sort(np.clip(rng.normal(rng.choice([0.12, 0.3, 0.38, 0.45, 0.62, 0.9], n), 0.05), 0, 1)) * strip.length_km
    offset = rng.normal(0, 6, n)
    lon, lat = strip.locate(chainage_km=km, offset_km=offset)
    day, hour = rng.integers(0, max(1, int(period.hours // 24)), n), np.where(rng.random(n) < 0.75, 12.8, 1.6)
    start = [
        period.start + timedelta(days=int(d), hours=float(h))
        for d, h in zip(day, hour + rng.normal(0, 0.3, n), strict=True)
    ]
    acts = rng.choice(["heat", "shelling", "drone_strike", "explosion", "assault"], n, p=[0.6, 0.15, 0.12, 0.1, 0.03])
    p = np.where(acts == "heat", rng.beta(1.2, 3, n), rng.beta(3, 1.5, n))
    place = [f"{abs(o):.0f} km from {list(TOWNS)[i % len(TOWNS)]}" for i, o in enumerate(offset)]
    place[0], place[1] = NASTY, LONG
    return new_table(
        INCIDENTS,
        {
            "incident_id": [f"inc-{i:04d}" for i in range(n)],
            "time_start": start,
            "time_end": [s + timedelta(minutes=float(m)) for s, m in zip(start, rng.integers(0, 60, n), strict=True)],
            "lon_deg": lon,
            "lat_deg": lat,
            "sigma_m": rng.choice([250.0, 375.0, 1000.0, 4000.0], n),
            "chainage_km": km,
            "offset_km": offset,
            "place": place,
            "act": acts,
            "p_exists": p,
            "p_acts": [((a, 0.7), ("explosion", 0.3)) for a in acts],
            "count_min": rng.integers(1, 12, n).astype(float),
            "count_max": rng.integers(12, 30, n).astype(float),
            "strength": rng.gamma(1.2, 8, n),
            "observations": [(f"obs-{i:04d}", f"obs-{i:04d}b") for i in range(n)],
            "sensors": [("thermal",) if a == "heat" else ("thermal", "report") for a in acts],
            "origins": np.where(acts == "heat", 1.0, 2.0),
            "state": np.select([p > 0.9, p > 0.6, p < 0.1], ["confirmed", "probable", "rejected"], "possible"),
            "settle": "An optical image of the place within 24 h.",
            "method": "fusion",
            "method_version": "1",
        },
    )


def _findings(incidents: pd.DataFrame, in_force: Timespan) -> pd.DataFrame:
    heat, p = incidents.act == "heat", incidents.p_exists
    verdict = np.select([heat, p > 0.75, p > 0.3], ["indeterminate", "violation", "indeterminate"], "compliant").astype(
        object
    )
    verdict[::37] = "not_applicable"
    outside = (incidents.time_start < in_force.start) | (incidents.time_start >= in_force.end)
    verdict[outside.to_numpy()] = "not_applicable"
    clause = np.where(incidents.act == "assault", "no_assault", np.where(incidents.offset_km > 0, "silence", "no_fire"))
    return new_table(
        t.FINDINGS,
        {
            "finding_id": "fin-" + incidents.incident_id.str[4:],
            "incident_id": incidents.incident_id,
            "clause": clause,
            "interpretation": np.where(incidents.index % 5 == 0, "strict", "as written"),
            "party": np.where(incidents.offset_km > 0, "B", "A"),
            "verdict": verdict,
            "probability": np.where(verdict == "not_applicable", np.nan, p),
            "margin": -np.abs(incidents.offset_km) / 10,
            "margin_unit": "km",
            "reason": "Inside the window; the act is one the clause forbids.",
            "severity": np.select([incidents.act == "assault", incidents.act == "heat"], [4.0, 1.0], 2.0),
            "intent": "undetermined",
            "method": "judge",
            "method_version": "1",
        },
    )


def _coverage(strip: Strip, period: Timespan, step_h: float, cell_km: float, rng: np.random.Generator) -> pd.DataFrame:
    cells = np.arange(0, strip.length_km, cell_km)
    steps = pd.date_range(period.start, period.end, freq=f"{step_h}h", inclusive="left")
    hour = steps.hour.to_numpy()
    # satellite passes about noon and after midnight, a third of the front under cloud for days in the middle
    passes = np.isin(hour // max(1, int(step_h)), np.array([9, 10, 11, 22, 23, 0]) // max(1, int(step_h))).astype(float)
    days = (np.arange(len(steps)) * step_h / 24).astype(int)
    cloud = np.clip(0.9 * np.exp(-(((days - 4.5) / 3) ** 2)), 0, 1)[:, None] * np.clip(
        0.6 + 0.5 * np.cos(cells / strip.length_km * 3), 0, 1
    )
    looked = np.clip(passes[:, None] * (1 - cloud) * rng.uniform(0.85, 1, (len(steps), len(cells))), 0, 1)
    looked[:, (cells > 0.7 * strip.length_km) & (cells < 0.78 * strip.length_km)] *= 0.4
    grid_t, grid_c = np.meshgrid(steps, cells, indexing="ij")
    return new_table(
        t.COVERAGE,
        {
            "cell_km": grid_c.ravel(),
            "time_start": pd.to_datetime(grid_t.ravel(), utc=True),
            "kind": "shelling",
            "looked": looked.ravel(),
            "seen": looked.ravel() * 0.15,
            "seen_low": looked.ravel() * 0.05,
            "seen_high": looked.ravel() * 0.4,
            "daylight": pd.DatetimeIndex(grid_t.ravel()).hour % 19 > 3,
        },
    )


def _status(sectors: pd.DataFrame, period: Timespan, in_force: Timespan, rng: np.random.Generator) -> pd.DataFrame:
    words = [
        "violation",
        "indeterminate",
        "no violation seen, well watched",
        "no violation seen, partly watched",
        "not observed",
    ]
    rows = [(s, d, span.overlap_h(in_force)) for s in sectors.sector for d, span in period.days("Europe/Kyiv")]
    n = len(rows)
    watched = rng.uniform(0, 0.95, n)
    return new_table(
        t.STATUS,
        {
            "sector": [r[0] for r in rows],
            "day": [r[1] for r in rows],
            "status": np.where(
                [r[2] == 0 for r in rows],
                "not in force",
                np.where(watched < 0.3, words[4], rng.choice(words[:4], n, p=[0.25, 0.4, 0.2, 0.15])),
            ),
            "watched": watched,
            "watched_low": watched * 0.6,
            "watched_high": np.minimum(watched * 1.5, 1),
            "looks": rng.integers(0, 12, n).astype(float),
            "exposure_h": [r[2] for r in rows],
            "incidents": rng.integers(0, 9, n).astype(float),
            "p_violation": rng.uniform(0, 1, n),
            "missed_upper": 3.0 / np.maximum(watched, 1e-9),
        },
    )


def _claims(now: datetime) -> pd.DataFrame:
    day = datetime(2026, 4, 11, 13, tzinfo=UTC)
    return new_table(
        t.CLAIMS,
        {
            "claim_id": ["a-total", "a-shelling", "a-drones", "b-total", "b-drones"],
            "claimant": ["Party A", "Party A", "Party A", "Party B", "Party B"],
            "accused": ["Party B", "Party B", "Party B", "Party A", "Party A"],
            "measure": ["violations", "shelling", "drone strikes", "порушень " + NASTY, "drone strikes"],
            "count_min": [2935.0, 1983.0, 950.0, 4900.0, 3316.0],
            "count_max": [2935.0, 1983.0, np.inf, 4900.0, 3316.0],
            "count_said": ["2,935", "1,983", "more than 950", "4,900", "3,316"],
            "time_start": day,
            "time_end": day + timedelta(hours=32),
            "parent": ["", "a-total", "a-total", "", "b-total"],
            "gap": [2.0, np.nan, np.nan, 1584.0, np.nan],
            "adds_up": ["open: a component is a lower bound", "no components", "no components", "no", "no components"],
            "matched": [44.0, 12.0, 9.0, 44.0, 9.0],
            "state": ["open", "open", "verified", "not verifiable", "refuted"],
            "url": ["https://example.org/a", "", "javascript:alert(1)", "https://example.org/b", ""],
            "note": "",
        },
    )


def _clocks(now: datetime) -> pd.DataFrame:
    return new_table(
        t.CLOCKS,
        {
            "incident_id": ["inc-0002", "inc-0010", "inc-0011", "inc-0012"],
            "clause": ["no_fire", "no_assault", "silence", "no_fire"],
            "severity": [2.0, 4.0, 2.0, 1.0],
            "step": ["Response within 24 h", "Joint commission meets", "Inquiry", "Party informed"],
            "started": [now - timedelta(hours=30), now - timedelta(hours=10), now - timedelta(hours=90), now],
            "due": [now - timedelta(hours=6), now + timedelta(hours=14), now - timedelta(hours=18), pd.NaT],
            "owner": ["Guarantors", "Joint commission", NASTY, "Secretary"],
            "state": ["overdue", "running", "overdue", "not started"],
        },
    )


def _exposure(
    strip: Strip, coverage: pd.DataFrame, period: Timespan, step_h: float, cell_km: float
) -> dict[str, float]:
    night = coverage.time_start.dt.hour.isin([19, 20, 21, 22, 23, 0, 1, 2]).to_numpy()
    looked, km_h = coverage.looked.to_numpy(), step_h * cell_km
    made = {"line_km": strip.length_km, "hours": period.hours}
    for suffix, part in (("", np.ones(len(night), bool)), ("_day", ~night), ("_night", night)):
        made[f"km_h_total{suffix}"] = float(part.sum() * km_h)
        made[f"km_h_seen{suffix}"] = float((part & (looked >= 0.8)).sum() * km_h)
        made[f"km_h_partly{suffix}"] = float((part & (looked >= 0.3) & (looked < 0.8)).sum() * km_h)
        made[f"km_h_unseen{suffix}"] = float((part & (looked < 0.3)).sum() * km_h)
    return made


def _assessment(
    strip: Strip, period: Timespan, sectors: pd.DataFrame, *, n: int, step_h: float, cell_km: float
) -> t.Assessment:
    rng = np.random.default_rng(20260412)
    in_force = (
        period
        if period.hours < 48
        else Timespan(start=period.start + timedelta(hours=64), end=period.end - timedelta(hours=48))
    )
    now = datetime(2026, 4, 18, 6, tzinfo=UTC)
    incidents = _incidents(strip, period, n, rng)
    coverage = _coverage(strip, period, step_h, cell_km, rng)
    some = incidents[incidents.act != "heat"].incident_id.head(12)
    return t.Assessment(
        mission_id="sample",
        title="Sample truce, April 2026",
        timezone="Europe/Kyiv",
        report_day_ends="24:00",
        period=period,
        in_force=(in_force,),
        now=now,
        agreement=_agreement(),
        strip=strip,
        lines=(_line(strip, 8.0),),
        sectors=sectors,
        places=_places(strip),
        observations=new_table(
            OBSERVATIONS,
            {
                "observation_id": [f"obs-{i:04d}" for i in range(n)],
                "source": "viirs-noaa20",
                "sensor": "thermal",
                "act": "heat",
                "time_start": incidents.time_start,
                "time_end": incidents.time_end,
                "lon_deg": incidents.lon_deg,
                "lat_deg": incidents.lat_deg,
                "sigma_m": 375.0,
            },
        ),
        looks=new_table(
            LOOKS,
            {
                "look_id": [f"look-{i}" for i in range(40)],
                "source": "viirs-noaa20",
                "sensor": "thermal",
                "time_start": [period.start + timedelta(hours=float(h)) for h in np.linspace(0, period.hours - 1, 40)],
                "detections": [0.0, 3.0] * 20,
            },
        ),
        set_aside=new_table(
            SET_ASIDE,
            {
                "source": ["sheet", "sheet"],
                "file": ["theirs.csv", "theirs.csv"],
                "line": [12.0, 13.0],
                "reason": ["latitude '4801.5' is outside -90...90", "time '2026-04-11 16:00' has no time zone"],
                "todo": ["Write degrees with decimals.", "Say '...Z' or '...+03:00'."],
                "raw": [NASTY, LONG],
            },
        ),
        incidents=incidents,
        findings=_findings(incidents, in_force),
        status=_status(sectors, period, in_force, rng),
        coverage=coverage,
        attributions=new_table(
            t.ATTRIBUTIONS,
            {
                "incident_id": some,
                "attributed_to": ["undetermined"] * (len(some) - 2) + ["A", "B"],
                "probability": [np.nan] * (len(some) - 2) + [0.62, 0.91],
                "word": ["not assessed"] * (len(some) - 2) + ["likely", "very likely"],
                "confidence": "low",
                "basis": "No source bears on who fired.",
                "party_response": ["", "Denied."] * (len(some) // 2),
            },
        ),
        clocks=_clocks(now),
        claims=_claims(now),
        exposure=_exposure(strip, coverage, period, step_h, cell_km),
        warnings=("Sector Pokrovsk is quiet in the reports but two sensors fell silent on 10 April.", NASTY),
        assumptions=pd.DataFrame(
            {
                "name": ["detection_probability_shelling", "line_sigma_km"],
                "value": [0.0004, 8.0],
                "low": [0.0001, 5.0],
                "high": [0.002, np.nan],
                "unit": ["", "km"],
                "source": ["A public study, table 3", "Stated with the line " + NASTY],
            }
        ),
        credits=("Detections: NASA FIRMS",),
        digests={"viirs.csv": "ab" * 32, "claims.yaml": "cd" * 32},
    )


def front() -> t.Assessment:
    """Return twelve days on the whole front: 300 incidents of every verdict, cloud, night gaps, claims, clocks."""
    strip = front_strip()
    period = Timespan(start=datetime(2026, 4, 5, 21, tzinfo=UTC), end=datetime(2026, 4, 17, 21, tzinfo=UTC))
    edges = np.array([0, 0.17, 0.34, 0.5, 0.68, 0.85, 1.0]) * strip.length_km
    called = ["Kupiansk", "Siversk", "Pokrovsk", "Orikhiv", "Enerhodar", "Kherson"]
    sectors = pd.DataFrame(
        {"sector": [f"s{i + 1}" for i in range(6)], "called": called, "from_km": edges[:-1], "to_km": edges[1:]}
    )
    return _assessment(strip, period, sectors, n=300, step_h=1, cell_km=10)


def one_day() -> t.Assessment:
    """Return one day on 20 km."""
    strip = Strip.along(lon_deg=[37.0, 37.2], lat_deg=[48.25, 48.35])
    period = Timespan(start=datetime(2026, 4, 11, 13, tzinfo=UTC), end=datetime(2026, 4, 12, 13, tzinfo=UTC))
    sectors = pd.DataFrame({"sector": ["all"], "called": ["Pokrovsk"], "from_km": [0.0], "to_km": [strip.length_km]})
    return _assessment(strip, period, sectors, n=14, step_h=1, cell_km=2)


def nothing() -> t.Assessment:
    """Return a period in which nobody looked and nothing was reported: every table is empty."""
    strip = front_strip()
    period = Timespan(start=datetime(2026, 4, 11, 13, tzinfo=UTC), end=datetime(2026, 4, 12, 21, tzinfo=UTC))
    return t.Assessment(
        mission_id="empty",
        title="Nobody looked",
        timezone="Europe/Kyiv",
        report_day_ends="24:00",
        period=period,
        in_force=(period,),
        now=datetime(2026, 4, 13, tzinfo=UTC),
        agreement=_agreement(),
        strip=strip,
        lines=(_line(strip, 8.0),),
        sectors=pd.DataFrame({"sector": [], "called": [], "from_km": [], "to_km": []}),
        places=_places(strip).head(0),
        observations=empty(OBSERVATIONS),
        looks=empty(LOOKS),
        set_aside=empty(SET_ASIDE),
        incidents=empty(INCIDENTS),
        findings=empty(t.FINDINGS),
        status=empty(t.STATUS),
        coverage=empty(t.COVERAGE),
        attributions=empty(t.ATTRIBUTIONS),
        clocks=empty(t.CLOCKS),
        claims=empty(t.CLAIMS),
        exposure={},
        warnings=(),
        assumptions=pd.DataFrame({"name": [], "value": [], "low": [], "high": [], "unit": [], "source": []}),
        credits=(),
        digests={},
    )
