import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from truceline.errors import SourceError
from truceline.sources import read_source
from truceline.sources.fetch import KEY, Manner, fetch_firms, fetch_lines

CSV = (
    b"latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,"
    b"bright_ti5,frp,daynight\n" + b"48.1,37.8,298.15,0.61,0.71,2026-04-06,0126,N20,VIIRS,n,2.0NRT,271.03,1.53,N\n" * 40
)
DAY = date(2026, 4, 6)
BOX = (22, 44, 41, 53)


class Server:
    """Plays back replies, one per request, and keeps what was asked."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                outer.replies.pop(0)(self)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()


def reply(status, body=b"", *, cut=None, **headers):
    def play(handler):
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body if cut is None else body[:cut])

    return play


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(KEY, "secret123")


@pytest.fixture
def waits():
    return []


def firms(server, out, waits, **more):
    return fetch_firms(
        out,
        product="VIIRS_NOAA20_NRT",
        box=BOX,
        day=DAY,
        base_url=server.url,
        manner=Manner(pause=waits.append),
        **more,
    )


def test_what_is_fetched_can_be_read(tmp_path, waits):
    with Server(reply(200, CSV)) as server:
        path = firms(server, tmp_path / "fires.csv", waits)
    assert server.asked[0][0] == "/api/area/csv/secret123/VIIRS_NOAA20_NRT/22,44,41,53/1/2026-04-06"
    assert path.read_bytes() == CSV
    assert len(read_source("firms", path, source="viirs").observations) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["fires.csv"]


def test_a_failing_server_is_asked_again_with_growing_pauses(tmp_path, waits):
    with Server(reply(500), reply(503), reply(429), reply(200, CSV)) as server:
        assert firms(server, tmp_path / "a.csv", waits).read_bytes() == CSV
    assert waits == [1, 2, 4]


def test_a_cut_connection_is_resumed_where_it_stopped(tmp_path, waits):
    rest = CSV[1000:]
    replies = (
        reply(200, CSV, cut=1000, ETag='"v1"'),
        reply(206, rest, Content_Range=f"bytes 1000-{len(CSV) - 1}/{len(CSV)}"),
    )
    with Server(*replies) as server:
        assert firms(server, tmp_path / "a.csv", waits).read_bytes() == CSV
    asked = server.asked[1][1]
    assert (asked["Range"], asked["If-Range"]) == ("bytes=1000-", '"v1"')


def test_a_later_call_resumes_too_and_starts_over_when_the_file_changed(tmp_path, waits):
    gone = [reply(200, CSV, cut=1000, ETag='"v1"'), *[reply(500)] * 4]
    with Server(*gone, reply(200, CSV, ETag='"v2"')) as server:
        with pytest.raises(SourceError, match="failed 5 times") as failed:
            firms(server, tmp_path / "a.csv", waits)
        assert "secret123" not in str(failed.value)
        assert (tmp_path / "a.csv.part").stat().st_size == 1000
        assert firms(server, tmp_path / "a.csv", waits).read_bytes() == CSV


def test_a_part_that_the_server_no_longer_has_is_thrown_away(tmp_path, waits):
    (tmp_path / "a.csv.part").write_bytes(b"x" * 10)
    (tmp_path / "a.csv.part.tag").write_text('"v1"')
    with Server(reply(416), reply(200, CSV)) as server:
        assert firms(server, tmp_path / "a.csv", waits).read_bytes() == CSV


@pytest.mark.parametrize("status", [200, 400, 403])
def test_a_refused_key_is_said_without_showing_it(tmp_path, waits, status):
    with Server(reply(status, b"Invalid MAP_KEY.")) as server, pytest.raises(SourceError, match="Check the key") as no:
        firms(server, tmp_path / "a.csv", waits)
    assert "secret123" not in str(no.value)
    assert not (tmp_path / "a.csv").exists()
    assert waits == []


def test_no_key_says_where_to_get_one(tmp_path, waits, monkeypatch):
    monkeypatch.delenv(KEY)
    with pytest.raises(SourceError, match="map_key"):
        fetch_firms(tmp_path / "a.csv", product="MODIS_NRT", box=BOX, day=DAY)


@pytest.mark.parametrize("wrong", [{"product": "LANDSAT"}, {"days": 0}, {"days": 30}])
def test_a_wrong_request_is_refused_before_asking(tmp_path, wrong):
    with pytest.raises(SourceError):
        fetch_firms(tmp_path / "a.csv", **{"product": "MODIS_NRT", "box": BOX, "day": DAY, **wrong})


def test_progress_is_told(tmp_path):
    told = []
    with Server(reply(200, CSV)) as server:
        fetch_firms(
            tmp_path / "a.csv",
            product="MODIS_NRT",
            box=BOX,
            day=DAY,
            base_url=server.url,
            manner=Manner(progress=lambda done, total: told.append((done, total))),
        )
    assert told[-1] == (len(CSV), len(CSV))


def test_lines_of_a_day_are_fetched_and_anything_else_refused(tmp_path):
    good = b'{"type": "FeatureCollection", "features": []}'
    with Server(reply(200, good), reply(200, b"<html>"), reply(404, b"Not Found")) as server:
        assert fetch_lines(tmp_path / "l.geojson", day=DAY, base_url=server.url).read_bytes() == good
        assert server.asked[0][0] == "/deepstatemap_data_20260406.geojson"
        with pytest.raises(SourceError, match="no GeoJSON"):
            fetch_lines(tmp_path / "m.geojson", day=DAY, base_url=server.url)
        with pytest.raises(SourceError, match="404"):
            fetch_lines(tmp_path / "n.geojson", day=DAY, base_url=server.url)


def test_a_server_that_is_not_there_is_named(tmp_path, waits):
    with Server() as server:
        url = server.url
    with pytest.raises(SourceError, match="failed 5 times"):
        fetch_lines(tmp_path / "l.geojson", day=DAY, base_url=url, manner=Manner(pause=waits.append))
