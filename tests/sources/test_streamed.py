import subprocess
import sys

import numpy as np
import pytest

from truceline.errors import RequestError
from truceline.observations import gather
from truceline.sources import table
from truceline.sources.streamed import FAR_KM, read_near
from truceline.strip import Strip
from truceline.timespan import parse_instant

LINE = Strip.along(lon_deg=[37.0, 38.0], lat_deg=[48.0, 48.0])
MARCH = (parse_instant("2026-03-01T00:00Z"), parse_instant("2026-04-01T00:00Z"))
HEADER = "time,lat,lon,type,notes\n"


def sheet(path, rows):
    path.write_text(HEADER + "".join(f"{t},{lat},{lon},{act},n{i}\n" for i, (t, lat, lon, act) in enumerate(rows)))
    return path


ROWS = [
    ("2026-03-10T09:00Z", 48.1, 37.5, "shelling"),
    ("2026-02-10T09:00Z", 48.1, 37.5, "shelling"),  # before the period
    ("2026-03-11T09:00Z", -33.9, 18.4, "shelling"),  # Cape Town
    ("2026-03-12 09:00", 48.2, 37.6, "strike"),  # no time zone
    ("2026-03-13T09:00Z", 50.45, 30.5, "air strike"),  # Kyiv: 560 km away, kept
]


def test_what_is_dropped_is_counted_and_what_is_kept_is_what_reading_it_whole_would_keep(tmp_path):
    path = sheet(tmp_path / "e.csv", ROWS)
    got = read_near(path, source="s", options={}, strip=LINE, period=MARCH)
    whole = gather([table.read(path, source="s")])
    ids = set(got.observations["observation_id"])
    assert len(ids) == 2
    assert ids < set(whole.observations["observation_id"])
    reasons = " ".join(got.set_aside["reason"])
    assert f"1 rows lie more than {FAR_KM:,.0f} km from the line" in reasons
    assert "1 rows lie outside the period" in reasons
    assert (got.set_aside["line"] == 5).sum() == 1  # the row without a time zone, by its line


def test_with_nothing_to_drop_streaming_and_reading_whole_agree(tmp_path):
    rng = np.random.default_rng(4)
    rows = [
        (
            f"2026-03-{rng.integers(1, 29):02d}T{rng.integers(0, 24):02d}:00Z",
            48 + rng.random(),
            37 + rng.random(),
            "fire",
        )
        for _ in range(500)
    ]
    path = sheet(tmp_path / "e.csv", rows)
    streamed = read_near(path, source="s", options={}, strip=LINE)
    whole = table.read(path, source="s")
    assert streamed.observations.equals(whole.observations)
    assert streamed.digests == whole.digests


def test_more_rows_than_can_be_held_is_said_before_memory_ends(tmp_path):
    path = sheet(tmp_path / "e.csv", [(ROWS[0][0], 48.1, 37.5 + i / 1000, "fire") for i in range(50)])
    with pytest.raises(RequestError, match="--from and --to"):
        read_near(path, source="s", options={}, strip=LINE, most=10)


CHILD = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_streamed import LINE, MARCH
from truceline.sources.streamed import read_near
got = read_near(Path({path!r}), source="s", options={{}}, strip=LINE, period=MARCH)
print(len(got.observations), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_kb(path):
    from pathlib import Path

    code = CHILD.format(here=str(Path(__file__).parent), path=str(path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kept, peak = map(int, done.stdout.split())
    return kept, peak


def test_memory_does_not_grow_with_the_file(tmp_path):
    """A file ten times as long, of which no more is kept, needs no more memory (a tenth allowed for chance)."""
    near = f"{ROWS[0][0]},48.1,37.5,shelling,near\n"
    peaks = {}
    for parts in (2, 20):
        path = tmp_path / f"{parts}.csv"
        with path.open("w") as file:
            file.write(HEADER + near)
            for part in range(parts):
                file.writelines(
                    f"2026-03-11T09:{i % 60:02d}Z,{-30 - i % 7}.{i},{18 + part}.5,shelling,a note {part}-{i}\n"
                    for i in range(50_000)
                )
        kept, peaks[parts] = peak_kb(path)
        assert kept == 1
    assert peaks[20] < 1.15 * peaks[2]
