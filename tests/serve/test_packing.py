"""Packed columns: what is read back is what was there, to half a step; what a type cannot hold is missing."""

import base64
import json

import numpy as np
import pandas as pd
import pytest
from exports_fixture import assessment
from hypothesis import given
from hypothesis import strategies as st
from rooms import client_of

from truceline.serve.packing import coded, packed, unpacked

NUMBERS = st.floats(-180, 180) | st.just(float("nan"))


@given(st.lists(NUMBERS))
def test_numbers_come_back_to_half_a_step(values):
    back = unpacked(packed(values, "i4", per=10_000))
    np.testing.assert_allclose(back, values, rtol=0, atol=0.5001e-4)


@pytest.mark.parametrize(("kind", "most"), [("u1", 254), ("u2", 65_534), ("u4", 4_294_967_294), ("i4", 2_147_483_646)])
def test_what_a_type_cannot_hold_is_missing_and_not_another_number(kind, most):
    back = unpacked(packed([most, most + 1, -(2**40), 2**40], kind))
    assert back[0] == most
    assert np.isnan(back[1:]).all()


def test_bytes_are_little_endian_on_every_machine():
    assert base64.b64decode(packed([258], "u2")["at"]) == b"\x02\x01"


@given(st.lists(st.text(max_size=3)))
def test_coded_texts_come_back(texts):
    column = coded(pd.Series(texts, dtype=object))
    assert [column["of"][int(k)] for k in unpacked(column)] == texts
    assert column["of"] == sorted(set(texts))


def test_the_map_holds_every_incident_in_the_order_they_are_listed(small):
    whole = assessment()
    with client_of(small, "olena") as client:
        told = json.loads(client.get("/api/map").content)["incidents"]
    ids, columns = told["id"].split("\n"), {k: unpacked(v) for k, v in told.items() if isinstance(v, dict)}
    rows = whole.incidents.set_index("incident_id").loc[ids]
    np.testing.assert_allclose(columns["lon"], rows["lon_deg"], atol=0.51e-4)
    np.testing.assert_allclose(columns["km"], rows["chainage_km"], atol=0.0051)
    assert (columns["t"] == rows["time_start"].astype("int64") // 10**9).all()
    standing = columns["applies"] * (1 - columns["rejected"])
    order = sorted(range(len(ids)), key=lambda i: (-standing[i], -columns["p"][i], columns["t"][i]))
    assert order == list(range(len(ids)))
    names = told["clauses"]["names"]
    asked = whole.findings[whole.findings["verdict"] != "not_applicable"].groupby("incident_id")["clause"].agg(set)
    for i, number in zip(ids, columns["clauses"], strict=True):
        assert {names[k] for k in told["clauses"]["of"][int(number)]} == asked.get(i, set())
