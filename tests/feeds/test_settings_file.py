"""feeds.yaml: what is said is understood, a slip is named with its remedy, and no secret may stand in it."""

from pathlib import Path

import pytest

from truceline.errors import RequestError
from truceline.feeds import read_feeds
from truceline.feeds.settings import KINDS

BOX = (31.0, 46.0, 39.0, 51.0)
WHOLE = """
schema: feeds/0.1
feeds:
  - {id: noaa20, kind: firms, called: VIIRS on NOAA-20, product: VIIRS_NOAA20_NRT, every_min: 15, days: 2,
     silent_after_min: 720, sources: [viirs-noaa20]}
  - {id: posts, kind: http, url: "https://example.org/events.geojson", every_min: 5, key_header: X-Api-Key,
     key_env: POSTS_KEY, options: {timezone: Europe/Kyiv, map: {when_it_was: time}}}
  - {id: pushed, kind: http, options: {act: shelling, sensor: report}}
  - id: tak
    kind: cot
    connect: tak.example.org:8087
    sensors: [north]
    types:
      b-m-p-s-p-i: {sensor: acoustic, act: explosion, as: north, sigma_m: 300}
  - id: arrays
    kind: mqtt
    broker: 127.0.0.1:1883
    user_env: MQTT_USER
    password_env: MQTT_PASSWORD
    datastreams:
      "7": {sensor: acoustic, act: explosion, sigma_m: 500, lon_deg: 37.5, lat_deg: 48.1, at_least: 0.5}
  - {id: inbox, kind: folder, path: inbox, reader: table, options: {timezone: Europe/Kyiv}}
"""


def read(text):
    return read_feeds(
        text, folder=Path("/mission"), where="feeds.yaml", sensors=["north", "south"], sources=["viirs-noaa20"], box=BOX
    )


def test_a_file_with_every_kind_is_understood():
    feeds = {feed.feed_id: feed for feed in read(WHOLE)}
    assert {feed.kind for feed in feeds.values()} == set(KINDS)
    assert feeds["noaa20"].source == "viirs-noaa20", "its rows are those of the source it carries on"
    assert feeds["noaa20"].box == BOX, "the mission's line, where none is named"
    assert feeds["posts"].source == "posts"
    assert feeds["tak"].takes["b-m-p-s-p-i"].sensor_id == "north"
    assert feeds["arrays"].topics == ("v1.1/Datastreams(7)/Observations",)  # OGC 18-088, 14.3.1
    assert feeds["arrays"].takes["7"].at_least == 0.5
    assert feeds["inbox"].path == Path("/mission/inbox")
    assert feeds["inbox"].silent_after_min == 1440


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("feeds:", "feds:", "Did you mean 'feeds'?"),
        ("kind: firms", "kind: firm", "Did you mean 'firms'?"),
        ("product:", "products:", "Did you mean 'product'?"),
        ("VIIRS_NOAA20_NRT", "VIRS_NOAA20_NRT", "Did you mean 'VIIRS_NOAA20_NRT'?"),
        ("every_min: 15", "every_min: 0", "from 1 up"),
        ("every_min: 15", "every_min: .nan", "from 1 up"),
        ("days: 2", "days: 11", "from 1 to 5"),
        ("silent_after_min: 720", "silent_after_min: soon", "silent_after_min"),
        ("[viirs-noaa20]", "[viirs-noaa2]", "Did you mean 'viirs-noaa20'?"),
        ("sensors: [north]", "sensors: [nort]", "Did you mean 'north'?"),
        ("as: north", "as: nort", "Did you mean 'north'?"),
        ("id: pushed", "id: posts", "two feeds are called 'posts'"),
        ("id: pushed", "id: a/b", "letters, digits"),
        ("key_header: X-Api-Key,", "", "go together"),
        ("{act: shelling,", "{acts: shelling,", "Did you mean 'act'?"),
        ("map: {when_it_was: time}", "map: {when_it_was: tiem}", "Did you mean 'time'?"),
        ("timezone: Europe/Kyiv, map", "timezone: Europe/Kiew, map", "is not a time zone"),
        ("b-m-p-s-p-i:", "a-h-G:", "no positions of forces, vehicles or people"),
        ("b-m-p-s-p-i:", "a-f-G-U-C:", "no positions of forces, vehicles or people"),
        ("b-m-p-s-p-i:", "t-x-c-t:", "cannot be taken"),
        ("connect: tak", "listen: 127.0.0.1:0\n    connect: tak", "one of the two"),
        ("connect: tak.example.org:8087", "listen: 0.0.0.0:8087", "Name the one address"),
        ("connect: tak.example.org:8087", "listen: '[::]:8087'", "Name the one address"),
        ("sigma_m: 300", "sigma_m: -1", "sigma_m"),
        ("act: explosion, as", "at: explosion, as", "needs a sensor and an act"),
        (", lat_deg: 48.1", "", "go together"),
        ("lat_deg: 48.1", "lat_deg: 148.1", "from -90 to 90"),
        ("reader: table", "reader: tabel", "Did you mean 'table'?"),
        ("path: inbox, ", "", "Name the folder"),
    ],
)
def test_a_slip_gets_one_sentence_with_its_remedy(old, new, says):
    assert old in WHOLE
    with pytest.raises(RequestError) as caught:
        read(WHOLE.replace(old, new, 1))
    assert says in str(caught.value)
    assert "feeds.yaml" in str(caught.value) or "option" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("key_env: POSTS_KEY", "key_env: 'hunter2-x'"),
        ("password_env: MQTT_PASSWORD", "password_env: 'hunter2!'"),
        ("https://example.org", "https://user:hunter2@example.org"),
        ("broker: 127.0.0.1:1883", "broker: user:hunter2@127.0.0.1:1883"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(old, new):
    with pytest.raises(RequestError) as caught:
        read(WHOLE.replace(old, new, 1))
    assert "hunter2" not in str(caught.value)


def test_the_example_of_the_reference_is_understood():
    import re

    page = Path(__file__).resolve().parents[2] / "docs/reference/feeds.md"
    (example,) = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    feeds = read_feeds(
        example,
        folder=Path("/mission"),
        where="feeds.yaml",
        sensors=["north-post", "north-array", "south-array"],
        sources=["viirs-noaa20"],
        box=BOX,
    )
    assert {feed.kind for feed in feeds} == set(KINDS)
