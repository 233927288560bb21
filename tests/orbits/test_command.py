import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pandas as pd
import pytest

from truceline import cli
from truceline.orbits import find_passes, read_elements, swaths
from truceline.timespan import Timespan

FILES = Path(__file__).resolve().parents[2] / "missions/easter-2026/elements"
PLACE = ["--lon", "37.2", "--lat", "48.3", "--from", "2026-04-11", "--to", "2026-04-13T00:00:00Z"]


def run(*words, code=0):
    printed, told = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(told):
        found = cli.run(["passes", *map(str, words)])
    assert found == code, told.getvalue()
    return printed.getvalue(), told.getvalue()


def rows(*words):
    return json.loads(run("--json", *PLACE, *words)[0])


def test_it_prints_its_documented_rows():
    found = rows("--tle", FILES / "2026-03-11.tle", "--tle", FILES / "2026-05-30.tle")
    columns = ["satellite", "instrument", "start", "peak", "end", "off_nadir_deg", "side", "sun_elevation_deg"]
    assert all(list(row) == columns for row in found)
    sets = [one for file in FILES.iterdir() for one in read_elements(file.read_text()).sets]
    period = Timespan(start=pd.Timestamp("2026-04-11", tz="UTC"), end=pd.Timestamp("2026-04-13", tz="UTC"))
    ours = find_passes(sets, list(swaths().values()), lon_deg=37.2, lat_deg=48.3, period=period)
    assert len(found) == len(ours) > 20
    peaks = pd.to_datetime([row["peak"] for row in found])
    assert abs((peaks - pd.DatetimeIndex(ours.time_peak)).total_seconds()).max() < 0.001


def test_one_instrument_may_be_asked_for():
    found = rows("--tle", FILES / "2026-03-11.tle", "--instrument", "viirs")
    assert {row["satellite"] for row in found} == {"NOAA 20 (JPSS-1)", "SUOMI NPP"}


def test_old_elements_are_said_to_be_on_the_error_stream():
    printed, told = run(*PLACE, "--tle", FILES / "2026-03-11.tle")
    assert "SUOMI NPP: elements of 2026-03-11 run on to 33 days away" in told
    assert "SUOMI NPP" in printed
    assert "away" not in printed


def test_a_damaged_set_is_named_and_the_others_count(tmp_path):
    lines = (FILES / "2026-03-11.tle").read_text().splitlines()
    lines[3] = lines[3].replace("26070", "26071")
    (tmp_path / "damaged.tle").write_text("\n".join(lines))
    printed, told = run(*PLACE, "--tle", tmp_path / "damaged.tle")
    assert "set aside: damaged.tle, line 4: line 1 ends in the checksum" in told
    assert "NOAA 20" not in printed
    assert "SUOMI NPP" in printed


def test_a_satellite_nobody_knows_carries_what_is_asked_for_and_nothing_else(tmp_path):
    lines = (FILES / "2026-03-11.tle").read_text().splitlines()[2:5]
    lines = ["STRANGER", *(line.replace("43013", "43010")[:68] for line in lines[1:])]
    lines[1:] = [line + str(cli_checksum(line)) for line in lines[1:]]
    (tmp_path / "one.tle").write_text("\n".join(lines))
    printed, told = run(*PLACE, "--tle", tmp_path / "one.tle")
    assert "No pass" in printed
    assert "STRANGER (43010) is left out" in told
    printed, told = run(*PLACE, "--tle", tmp_path / "one.tle", "--instrument", "worldview")
    assert "worldview" in printed
    assert "is taken to carry worldview" in told


def cli_checksum(line):
    return sum(1 if c == "-" else int(c) for c in line if c in "-0123456789") % 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*PLACE, "--tle", "no.tle"], "no.tle"),
        ([*PLACE, "--tle", FILES / "2026-03-11.tle", "--instrument", "virs"], "Did you mean 'viirs'"),
        ([*PLACE, "--tle", FILES / "2026-05-30.tle", "--instrument", "modis"], "none of the satellites"),
        ([*PLACE, "--tle", FILES / "2026-03-11.tle", "--lat", "483"], "not on Earth"),
        ([*PLACE, "--tle", FILES / "2026-03-11.tle", "--to", "2026-04-01"], "cannot end"),
        ([*PLACE, "--tle", FILES / "2026-03-11.tle", "--from", "2019-04-01", "--to", "2019-04-03"], "within a year"),
    ],
)
def test_a_wrong_request_gets_one_line_and_exit_code_2(words, said):
    told = run(*words, code=2)[1]
    assert said in told
    assert "Traceback" not in told
