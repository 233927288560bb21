from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from truceline.sources.sightings import Seen, as_paths


@given(st.lists(st.lists(st.integers(0, 30), max_size=12), max_size=8))
def test_the_first_row_with_a_hash_is_remembered_however_rows_come_in_parts(parts):
    # the authority: a dictionary
    seen, first, line = Seen(), {}, 0
    for part in parts:
        lines = np.arange(line + 1, line + 1 + len(part))
        told = seen.earlier(np.array(part, np.uint64), lines, Path("a.csv"))
        for value, at, said in zip(part, lines.tolist(), told, strict=True):
            assert said == (f"line {first[value]}" if value in first else "")
            first.setdefault(value, at)
        line += len(part)


def test_one_path_several_and_repeated_ones_are_a_list():
    assert as_paths("a.csv") == [Path("a.csv")]
    assert as_paths(["a.csv", Path("b.csv"), "a.csv"]) == [Path("a.csv"), Path("b.csv")]
