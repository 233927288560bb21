import csv
import io
import json

import numpy as np
import pytest
from sgp4.api import Satrec
from sgp4.exporter import export_omm

from truceline.errors import RequestError
from truceline.orbits import read_elements


@pytest.fixture(scope="module")
def messages(text):
    """The bundled sets as orbit mean-elements messages, as the reference library writes them."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    pairs = [(lines[i], lines[i + 1], lines[i + 2]) for i in range(0, len(lines), 3)]
    return [export_omm(Satrec.twoline2rv(first, second), name) for name, first, second in pairs]


def as_json(messages):
    return json.dumps(messages)


def as_csv(messages):
    file = io.StringIO()
    table = csv.DictWriter(file, messages[0])
    table.writeheader()
    table.writerows(messages)
    return file.getvalue()


def as_kvn(messages):
    units = {"INCLINATION": " [deg]", "MEAN_MOTION": " [rev/day]"}
    parts = []
    for message in messages:
        parts += ["CCSDS_OMM_VERS = 2.0", "COMMENT = one message"]
        parts += [f"{key:20s} = {value}{units.get(key, '')}" for key, value in message.items()]
    return "\n".join(parts)


FORMS = {"json": as_json, "csv": as_csv, "kvn": as_kvn}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same_orbits_as_two_lines(messages, text, form):
    written = FORMS[form](messages)
    assert read_elements(written).sets == read_elements(written, form=form).sets
    for ours, theirs in zip(read_elements(written).sets, read_elements(text).sets, strict=True):
        assert (ours.name, ours.norad_id, ours.revolution) == (theirs.name, theirs.norad_id, theirs.revolution)
        for minutes in (0.0, 1440.0, 43200.0):
            apart_km = np.subtract(ours.satrec().sgp4_tsince(minutes)[1], theirs.satrec().sgp4_tsince(minutes)[1])
            assert np.linalg.norm(apart_km) < 1e-3, "a metre"


def test_one_message_need_not_be_in_a_list(messages):
    assert len(read_elements(json.dumps(messages[0])).sets) == 1


def test_messages_without_a_version_begin_at_their_name(messages):
    written = "\n".join(line for line in as_kvn(messages).splitlines() if "OMM_VERS" not in line)
    assert len(read_elements(written).sets) == len(messages)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("ECCENTRICITY", 1.2, "hyperbolic"),
        ("ECCENTRICITY", "round", "not a number"),
        ("MEAN_MOTION", -3.0, "outside 0 to 18"),
        ("MEAN_MOTION", 0.0, "mean motion is 0"),
        ("INCLINATION", 198.0, "outside 0 to 180"),
        ("EPOCH", "yesterday", "not a time"),
        ("REF_FRAME", "ICRF", "only TEME"),
        ("MEAN_ELEMENT_THEORY", "DSST", "only SGP"),
        ("NORAD_CAT_ID", None, "NORAD_CAT_ID is missing"),
        ("MEAN_ANOMALY", "", "MEAN_ANOMALY is missing"),
    ],
)
def test_a_message_that_cannot_be_used_is_set_aside_and_the_others_count(messages, key, value, reason):
    found = read_elements(json.dumps([{**messages[0], key: value}, messages[1]]))
    assert [one.name for one in found.sets] == [messages[1]["OBJECT_NAME"]]
    assert len(found.set_aside) == 1
    assert reason in found.set_aside.reason[0]
    assert found.set_aside.line[0] == 1


def test_text_that_is_no_json_is_a_wrong_request():
    with pytest.raises(RequestError, match="no JSON"):
        read_elements("[{", where="sets.json")


def test_an_entry_that_is_no_message_is_set_aside(messages):
    assert "message 1" in read_elements(json.dumps([3, messages[0]])).set_aside.reason[0]
