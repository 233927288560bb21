"""Requests nobody would write, made from the interface's own description: none of them is the server's fault."""

import re

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rooms import client_of, key_headers, make_house
from schemathesis import GenerationMode

from truceline.serve.roles import ROLES

# endless, or a second each with the language as their only parameter
LEFT_OUT = ("/api/events", "/api/report", "/api/chart", "/api/chart.svg")


def test_no_request_of_the_description_is_answered_with_a_server_error(small):
    headers = key_headers(small, "helen", scope=sorted(ROLES["head"].may))
    with client_of(small) as client:
        described = client.get("/api/openapi.json").json()
        for path in LEFT_OUT:
            described["paths"].pop(path)
        schema = schemathesis.openapi.from_dict(described)
        found = list(schema.get_all_operations())
        operations = [getattr(one, "ok", lambda one=one: one)() for one in found]
        assert len(operations) > 20
        answered = set()

        @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.data(), st.sampled_from(operations), st.sampled_from(list(GenerationMode)))
        def ask(data, operation, manner):
            case = data.draw(operation.as_strategy(generation_mode=manner))
            said = case.as_transport_kwargs(base_url="http://127.0.0.1")
            kept = {name: said[name] for name in ("params", "json") if said.get(name)}
            if isinstance(said.get("data"), bytes):
                kept["content"] = said["data"]
            asked = {
                name: value
                for name, value in (said.get("headers") or {}).items()
                if re.fullmatch(r"[\w-]+", name) and value.isprintable() and value.isascii()
            }
            reply = client.request(said["method"], said["url"], headers={**asked, **headers}, **kept)
            assert reply.status_code < 500, (said, reply.text)
            answered.add(reply.status_code)

        ask()
    assert {200, 400, 404} <= answered


def test_no_nonsense_in_a_query_is_answered_with_a_server_error(tmp_path):
    house = make_house(tmp_path / "room.sqlite")
    headers = key_headers(house, "vera")
    names = st.sampled_from(["bbox", "datetime", "limit", "offset", "f", "act", "p_exists", "origins", "bbox-crs"])

    with client_of(house) as client:

        @settings(max_examples=40, deadline=None)
        @given(st.dictionaries(names, st.text(max_size=20), max_size=3))
        def ask(params):
            reply = client.get("/api/collections/incidents/items", params=params, headers=headers)
            assert reply.status_code in (200, 400, 404), params

        ask()
    house.close()
