"""Every case of tests/cases, written as data, judged by the general engine."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from truceline.agreement import Agreement, agreement_from, library_names, read_library
from truceline.agreement.plain import write_value
from truceline.agreement.quantities import UNITS_KM
from truceline.findings.judge import judge
from truceline.timespan import parse_instant

FOLDER = Path(__file__).parents[1] / "cases"
CASES = [
    pytest.param(file.stem, case, id=f"{file.stem}: {case['name']}")
    for file in sorted(FOLDER.glob("*.yaml"))
    if file.stem != "well_formed"
    for case in yaml.safe_load(file.read_text())["cases"]
]
LIBRARY = {name: write_value(read_library(name)) for name in library_names()}
TIMES = ("time", "time_end", "launch_time", "until")
SCALES = UNITS_KM | {"h": 1.0, "min": 1 / 60, "s": 1 / 3600, "d": 24.0, "count": 1.0}


def read_case(stem: str, change: dict[str, Any] | None) -> Agreement:
    """Return a library agreement, changed as the case says: clauses and zones by id, other keys whole."""
    plain = copy.deepcopy(LIBRARY[stem])
    for key, value in (change or {}).items():
        if key in ("clauses", "zones", "ladder"):
            for name, fields in value.items():
                record = next((r for r in plain.get(key, []) if r["id"] == name), None)
                if record is None:
                    plain.setdefault(key, []).append({"id": name, **fields})
                else:
                    record.update(fields)
        else:
            plain[key] = value
    return agreement_from(plain, where=stem)


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    made = pd.DataFrame(rows)
    for name in TIMES:
        if name in made:
            made[name] = pd.to_datetime(
                [parse_instant(t) if isinstance(t, str) else pd.NaT for t in made[name]], utc=True
            )
    return made


@pytest.mark.parametrize(("stem", "case"), CASES)
def test_the_case_is_judged_as_the_text_says(stem: str, case: dict[str, Any]) -> None:
    agreement = read_case(case.get("agreement", stem), case.get("change"))
    given = case["given"] if isinstance(case["given"], list) else [case["given"]]
    sightings = table([{"id": f"s{i}", **row} for i, row in enumerate(given, 1)])
    log = table(case["log"]) if case.get("log") else None
    found = judge(agreement, sightings, log=log)
    for expected in case["expect"]:
        row = found[(found["clause"] == expected["clause"]) & (found["sighting"] == expected.get("sighting", "s1"))]
        if "reading" in expected:
            row = row[row["interpretation"] == expected["reading"]]
        assert len(row), f"no such row: {expected}\n{found.to_string()}"
        for _, got in row.iterrows():
            compare(got, expected)


def compare(got: pd.Series, expected: dict[str, Any]) -> None:
    assert got["verdict"] == expected["verdict"], f"{expected}\n{got.to_string()}"
    if "margin" in expected:
        number, unit = str(expected["margin"]).split()
        assert got["margin"] * SCALES[got["margin_unit"]] == pytest.approx(float(number) * SCALES[unit], abs=2e-3), (
            got.to_string()
        )
    for word in [expected["says"]] if isinstance(expected.get("says"), str) else expected.get("says", []):
        assert word in got["reason"], got.to_string()
    if "party" in expected:
        assert got["party"] == expected["party"]
