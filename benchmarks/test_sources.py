"""A million rows of somebody's table to observations, beside pandas.read_csv of the same file in the same run."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from truceline.sources.table import read, stream

ROWS = [10_000, 100_000, 1_000_000]
ACTS = np.array(["Artillery", "Air strike", "drone attack", "small arms", "Shelling", "explosion"])
KYIV = {"timezone": "Europe/Kyiv"}


def write_events(path: Path, number: int) -> Path:
    """Write that many events of a year, with the columns analysts' sheets have."""
    rng = np.random.default_rng(number)
    second = rng.integers(0, 365 * 86_400, number).astype("timedelta64[s]")
    events = {
        "id": np.arange(number),
        "datetime": np.datetime_as_string(np.datetime64("2025-01-01T00:00:00") + second, unit="s"),
        "latitude": rng.uniform(46, 50, number).round(5),
        "longitude": rng.uniform(30, 40, number).round(5),
        "type": ACTS[rng.integers(0, len(ACTS), number)],
        "party": np.array(["A", "B"])[rng.integers(0, 2, number)],
        "count": rng.integers(1, 40, number),
        "place": np.array([f"Town {i}" for i in range(800)])[rng.integers(0, 800, number)],
        "notes": [f"report {i} of the day" for i in range(number)],
    }
    pd.DataFrame(events).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("number", ROWS)
def test_read_a_table_of_events(benchmark, tmp_path, number):
    path = write_events(tmp_path / "events.csv", number)
    began = time.process_time()
    pd.read_csv(path)
    beside = time.process_time() - began
    began = time.process_time()
    found = benchmark.pedantic(read, args=(path,), kwargs={"source": "bench", "options": KYIV}, rounds=1)
    spent = time.process_time() - began
    # an hour a year does not exist on the clock, and its rows are set aside
    assert len(found.observations) + len(found.set_aside) == number
    assert len(found.observations) > 0.999 * number
    benchmark.extra_info |= {"cpu_s": round(spent, 2), "pandas_read_csv_cpu_s": round(beside, 2)}
    if number == ROWS[-1]:
        assert spent < max(10, 5 * beside)  # 10 s; five plain readings where others slow the machine


@pytest.mark.parametrize("number", ROWS[:2])
def test_stream_a_table_of_events(benchmark, tmp_path, number):
    path = write_events(tmp_path / "events.csv", number)

    def whole() -> int:
        return sum(len(part.observations) for part in stream(path, source="bench", options=KYIV))

    tracemalloc.start()
    assert whole() > 0.999 * number
    benchmark.extra_info["peak_mb"] = round(tracemalloc.get_traced_memory()[1] / 1e6, 1)
    tracemalloc.stop()
    benchmark.pedantic(whole, rounds=1)
