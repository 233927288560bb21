"""Signing in: nobody without an account, nothing changed from another site, and every reply under the same headers."""

import pytest
from rooms import PASSWORD, client_of, key_headers, make_house, step

from truceline.serve.house import CSRF_HEADER
from truceline.serve.limits import request_limit, sign_in_limit
from truceline.serve.refusals import TooManyError


def test_nobody_reads_without_signing_in(small):
    with client_of(small) as client:
        for path in ("/api", "/api/mission", "/api/collections/incidents/items", "/api/map", "/api/report", "/api/me"):
            assert client.get(path).status_code == 401, path


def test_an_open_room_shows_anybody_what_a_viewer_may_have(tmp_path):
    house = make_house(tmp_path / "room.sqlite", open_to_all=True)
    with client_of(house) as client:
        assert client.get("/api/mission").json()["profile"] == "public"
        assert client.get("/api/me").json()["role"] == "viewer"
        assert step(client, "inc-0", "logged", 0).status_code == 403


@pytest.mark.parametrize(
    ("login", "profile"), [("vera", "public"), ("ann", "parties"), ("olena", "mission"), ("helen", "mission")]
)
def test_a_role_reads_its_own_release_profile(signed_in, login, profile):
    assert signed_in(login).get("/api/mission").json()["profile"] == profile


def test_a_wrong_password_and_an_unknown_name_read_the_same(small):
    with client_of(small) as client:
        wrong = client.post("/api/session", json={"login": "vera", "password": "wrong"})
        nobody = client.post("/api/session", json={"login": "nobody", "password": "wrong"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.content == nobody.content
    assert "set-cookie" not in wrong.headers


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(tmp_path):
    house = make_house(tmp_path / "room.sqlite", secure=True)
    with client_of(house) as client:
        reply = client.post("/api/session", json={"login": "vera", "password": PASSWORD})
    cookie = reply.headers["set-cookie"].lower()
    # RFC 6265bis: the prefix holds only with Secure, Path=/ and no Domain
    assert cookie.startswith("__host-truceline=")
    for part in ("httponly", "secure", "samesite=strict", "path=/"):
        assert part in cookie
    assert "domain" not in cookie


def test_a_change_without_the_sessions_token_is_refused(signed_in):
    client = signed_in("olena")
    client.headers.pop(CSRF_HEADER)
    assert step(client, "inc-0", "logged", 0).status_code == 403
    client.headers[CSRF_HEADER] = "another"
    assert step(client, "inc-0", "logged", 0).status_code == 403


@pytest.mark.parametrize("header", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_change_sent_by_another_site_is_refused(small, signed_in, header):
    client = signed_in("olena")
    said = client.post("/api/incidents/inc-0/steps", json={"state": "logged", "after": 0}, headers=header)
    assert said.status_code == 403
    with client_of(small) as nobody:
        said = nobody.post("/api/session", json={"login": "vera", "password": PASSWORD}, headers=header)
    assert said.status_code == 403


def test_signing_out_ends_the_session(small, signed_in):
    client = signed_in("vera")
    cookie = client.cookies[small.cookie]
    assert client.delete("/api/session").status_code == 204
    client.cookies.set(small.cookie, cookie)
    assert client.get("/api/mission").status_code == 401


def test_a_session_is_over_after_half_a_day(clock, signed_in):
    client = signed_in("vera")
    clock.pass_h(11.9)
    assert client.get("/api/mission").status_code == 200
    clock.pass_h(0.2)
    assert client.get("/api/mission").status_code == 401


def test_a_one_time_link_works_once(small):
    made = small.accounts.make("local", role="head", password="", now=small.wall())
    small.entries["token"] = made.account
    with client_of(small) as client:
        assert client.post("/api/session/entry", json={"token": "token"}).json()["role"] == "head"
    with client_of(small) as client:
        assert client.post("/api/session/entry", json={"token": "token"}).status_code == 401
        assert client.post("/api/session", json={"login": "local", "password": ""}).status_code == 401


def test_guessing_at_a_password_is_slowed_down(small):
    with client_of(small) as client:
        tries = [client.post("/api/session", json={"login": "vera", "password": "no"}) for _ in range(7)]
        assert [t.status_code for t in tries] == [401] * 5 + [429] * 2
        assert int(tries[-1].headers["retry-after"]) >= 1
        # another account is not locked by it
        assert client.post("/api/session", json={"login": "olena", "password": PASSWORD}).status_code == 200


def test_guessing_at_many_accounts_from_one_place_is_slowed_down(small):
    with client_of(small) as client:
        tries = [client.post("/api/session", json={"login": f"n{n}", "password": "no"}) for n in range(32)]
    assert [t.status_code for t in tries] == [401] * 30 + [429] * 2


def test_guessing_at_keys_is_slowed_down(small):
    small.requests.burst = 10.0
    small.requests.per_s = 1.0
    with client_of(small) as client:
        tries = [client.get("/api/mission", headers={"authorization": f"Bearer tlk_{n}"}) for n in range(12)]
    assert [t.status_code for t in tries][-1] == 429


def test_a_map_program_reads_with_its_key_as_password_and_changes_nothing_so(small):
    key = key_headers(small, "helen", ("read", "triage"))["Authorization"].partition(" ")[2]
    with client_of(small) as client:
        client.auth = ("any name", key)  # RFC 7617
        assert client.get("/api/mission").json()["profile"] == "mission"
        assert step(client, "inc-0", "logged", 0).status_code == 401
        client.auth = (key, "")
        assert client.get("/api/mission").status_code == 401


@pytest.mark.parametrize("said", ["Basic", "Basic ", "Basic !!!", "Basic gICA", "Bearer", "Digest x", "nonsense"])
def test_an_authorization_that_cannot_be_read_is_refused(small, said):
    with client_of(small) as client:
        assert client.get("/api/mission", headers={"authorization": said}).status_code == 401


def test_signing_in_rightly_is_not_slowed_down(small):
    with client_of(small) as client:
        right = {"login": "olena", "password": PASSWORD}
        assert {client.post("/api/session", json=right).status_code for _ in range(9)} == {200}


@pytest.mark.parametrize("limit", [sign_in_limit, request_limit])
def test_a_limit_lets_its_burst_through_and_then_its_rate(limit):
    made = limit()
    for _ in range(int(made.burst)):
        made.take("a", at_s=0.0)
    with pytest.raises(TooManyError) as refused:
        made.take("a", at_s=0.0)
    made.take("b", at_s=0.0)
    made.take("a", at_s=refused.value.wait_s + 1e-6)
    with pytest.raises(TooManyError):
        made.take("a", at_s=refused.value.wait_s + 1e-6)


def test_every_reply_carries_the_headers_errors_too(signed_in):
    client = signed_in("vera")
    for path in ("/", "/static/room.js", "/api/mission", "/api/nothing", "/api/collections/nothing/items"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http:" not in policy and "https:" not in policy, "nothing from any other place"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"


def test_a_reply_of_the_interface_is_not_kept_by_browsers(signed_in):
    assert signed_in("olena").get("/api/mission").headers["cache-control"] == "no-store"


def test_a_request_under_another_name_is_refused(small):
    # DNS rebinding: a page of another site that resolves its name to this machine
    with client_of(small, "vera") as client:
        assert client.get("/api/mission", headers={"host": "evil.example"}).status_code == 400


def test_a_request_that_is_too_large_is_refused(signed_in):
    said = signed_in("olena").post("/api/incidents/inc-0/steps", content=b" " * 1_100_000)
    assert said.status_code == 413


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"state": 1}', b'{"state": "logged", "after": -1}', b'{"state":"x","after":0,"z":1}']
)
def test_a_body_that_cannot_be_read_is_a_bad_request(signed_in, body):
    said = signed_in("olena").post("/api/incidents/inc-0/steps", content=body)
    assert said.status_code == 400
    assert said.json()["code"] == "InvalidParameterValue"
