"""Messages that are files: as their readers read them, whole or in parts."""

from pathlib import Path

import pandas as pd
import pytest
from feed_samples import event, feed

from truceline.feeds import parse, receive
from truceline.feeds.files import suffix_of
from truceline.sources import read_source

DATA = Path(__file__).resolve().parents[2] / "missions/easter-2026/data"
FILES = sorted(DATA.glob("J1_VIIRS_*.csv"))[:4]
NO_REF = ["observation_id", "time_start", "lon_deg", "lat_deg", "sigma_m", "strength", "confidence", "text", "source"]


def test_the_bundled_detections_in_parts_say_the_same_as_the_files_read_whole():
    whole = read_source("firms", FILES, source="firms")
    messages = []
    for path in FILES:
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        for start in range(0, len(lines), 97):
            messages.append(receive("firms", "\n".join([head, *lines[start : start + 97], ""]).encode()))
    found = parse(feed("firms"), messages[::-1])
    mine = found.observations.sort_values(["time_start", "observation_id"], ignore_index=True)
    theirs = whole.observations.sort_values(["time_start", "observation_id"], ignore_index=True)
    pd.testing.assert_frame_equal(mine[NO_REF], theirs[NO_REF])
    pd.testing.assert_frame_equal(found.looks, whole.looks)


def test_an_answer_that_has_grown_adds_its_new_rows_alone():
    text = FILES[0].read_text(encoding="utf-8").splitlines()
    parts = [receive("firms", "\n".join([*text[:n], ""]).encode()) for n in (20, 60)]
    assert len(parse(feed("firms"), parts).observations) == 59
    assert not len(parse(feed("firms"), parts).set_aside)


def test_a_satellite_that_saw_nothing_answers_with_a_header_alone():
    head = FILES[0].read_text(encoding="utf-8").splitlines()[0]
    found = parse(feed("firms"), [receive("firms", head.encode() + b"\n")])
    assert len(found.observations) == len(found.set_aside) == 0


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".geojson"])
def test_a_file_of_any_kind_is_known_by_its_bytes(tmp_path, suffix):
    table, path = pd.DataFrame([event(i, minute=i) for i in range(4)]), tmp_path / f"a{suffix}"
    if suffix == ".xlsx":
        table.to_excel(path, index=False)
    elif suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        features = [
            f'{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{r.lon},{r.lat}]}},'
            f'"properties":{{"time":"{r.time}","act":"shelling"}}}}'
            for r in table.itertuples()
        ]
        path.write_text('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}")
    body = path.read_bytes()
    assert suffix_of(body) == suffix
    assert len(parse(feed("folder"), [receive("folder", body)]).observations) == 4


@pytest.mark.parametrize(
    "body", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"a,b\n1,2\n", b"<kml>", b"\x1f\x8bbroken"]
)
def test_a_damaged_file_is_set_aside_whole(body):
    found = parse(feed("folder"), [receive("folder", body)])
    assert not len(found.observations)
    assert len(found.set_aside)
