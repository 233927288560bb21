"""Columns in files read as the columns in memory that they were made from: pandas over objects is the authority."""

import numpy as np
import pandas as pd
import pytest
from exports_fixture import assessment
from hypothesis import given
from hypothesis import strategies as st
from rooms import in_memory

from truceline.provenance import plain
from truceline.report.exports import render_csv, render_geojson, render_json, render_kml
from truceline.report.release import release
from truceline.serve import encoding, spool
from truceline.serve.columns import Column
from truceline.serve.encoding import encoded
from truceline.serve.mapped import Mapped
from truceline.serve.spool import spooled

words = st.text("ab é\x00", max_size=3)
pairs = st.tuples(words, st.floats(allow_nan=False))
CELLS = {
    "text": words,
    "texts": st.lists(words, max_size=3).map(tuple),
    "pairs": st.lists(pairs, min_size=1, max_size=2).map(tuple),
}


def column(cells):
    made = np.empty(len(cells), dtype=object)
    made[:] = cells
    return made


@st.composite
def columns(draw, gaps=True):
    kind = draw(st.sampled_from(sorted(CELLS)))
    cell = st.one_of(CELLS[kind], st.just(np.nan)) if gaps else CELLS[kind]
    cells = draw(st.lists(cell, min_size=1, max_size=12))
    return column(cells), draw(st.sampled_from([0, 2, encoding.MOST_WORDS]))


def read(cells, most):
    before, encoding.MOST_WORDS = encoding.MOST_WORDS, most
    try:
        return Mapped(encoded(cells))
    finally:
        encoding.MOST_WORDS = before


def same(one, other):
    pd.testing.assert_series_equal(pd.Series(np.asarray(one)), pd.Series(np.asarray(other)))


@given(columns(), st.data())
def test_cells_come_back_as_they_were_however_they_are_taken(made, data):
    cells, most = made
    array, at = read(cells, most), st.lists(st.integers(0, len(cells) - 1), max_size=9)
    same(array, cells)
    rows = np.array(data.draw(at), np.int64)
    same(array[rows], cells[rows])
    same(array[1:], cells[1:])
    same(array[::-1], cells[::-1])
    same(array.take(np.append(rows, -1), allow_fill=True), np.append(cells[rows], [np.nan]))
    assert list(array.isna()) == list(pd.isna(cells))
    same(pd.concat([pd.Series(array), pd.Series(array[rows])]), np.concatenate([cells, cells[rows]]))


@given(columns(gaps=False), st.data())
def test_questions_are_answered_as_pandas_answers_them_of_objects(made, data):
    cells, most = made
    there, objects = pd.Series(read(cells, most)), pd.Series(cells)
    wanted = data.draw(st.lists(st.sampled_from(list(cells)), max_size=3))
    assert list(there.isin(wanted)) == [cell in wanted for cell in cells]
    if isinstance(cells[0], str):
        assert list(there == cells[0]) == [cell == cells[0] for cell in cells]
        assert list(there != cells[0]) == [cell != cells[0] for cell in cells]
        same(there + "!", objects + "!")
        changed = there.copy()
        changed.iloc[0] = cells[-1]
        same(changed, column([cells[-1], *cells[1:]]))
    numbers, different = pd.factorize(there)
    same(np.asarray(different)[numbers], cells)
    assert list(pd.unique(numbers)) == list(range(len(different)))
    same(there, cells)


@given(columns())
def test_what_leaves_as_json_is_what_the_objects_would_be(made):
    cells, most = made
    rows = np.arange(len(cells))[::-1]
    assert Column(pd.Series(read(cells, most))).plain(rows) == [plain(cell) for cell in cells[rows]]


@pytest.mark.parametrize("cells", [[1, "a"], [("a", 1)], [(("a", 1),)], [{"a": 1}], [("a", ("b", 1.0))], ["\ud800"]])
def test_other_cells_stay_in_memory(cells):
    assert encoded(column(cells)) is None


def test_every_file_is_the_same_from_files_and_from_memory():
    whole = assessment()
    there = spooled(whole)
    for made in (render_json, render_geojson, render_kml):
        assert made(there) == made(whole)
    assert render_csv(there) == render_csv(whole)
    shown, notes = release(there, "public", now=whole.now)
    old, said = release(whole, "public", now=whole.now)
    assert (render_json(shown), notes) == (render_json(old), said)
    assert render_json(spooled(shown)) == render_json(old), "what was taken from files lies in files of its own"


def test_tables_keep_their_columns_and_their_kinds():
    whole = assessment()
    there = spooled(whole)
    for name in ("incidents", "observations", "findings", "status", "coverage"):
        new, old = getattr(there, name), getattr(whole, name)
        pd.testing.assert_frame_equal(in_memory(new), old.reset_index(drop=True))


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.5, np.nan, -0.0]),
        np.array([3, -1], np.int64),
        np.array(["2026-04-12T10:00", "NaT"], "datetime64[ns]"),
        np.array([True, False]),
    ],
)
def test_many_numbers_and_times_read_as_before_from_a_file(values, monkeypatch):
    monkeypatch.setattr(spool, "_FEW", 0)
    there = spool.lying(values)
    assert there.dtype == values.dtype
    np.testing.assert_array_equal(there, values)
    with pytest.raises(ValueError, match="read-only"):
        there[0] = values[0]


def test_on_a_full_disk_tables_stay_in_memory(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool, "_laid_down", full)
    whole = assessment()
    assert spooled(whole).incidents is whole.incidents
