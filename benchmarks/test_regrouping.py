"""One incident of a hundred thousand reports split: its parts worked out beside the whole run, and a reading of them.

A reading is what each view costs once the parts were worked out.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from test_live import HELD, brief_of, invented

from truceline.findings.tables import CLAIMS
from truceline.monitor import monitor
from truceline.observations import empty
from truceline.serve.regrouping import Grouping, Remembered, work_out
from truceline.serve.reviews import Step, read_with


@pytest.mark.parametrize("mission", ["easter-2026", "donbas-2020"])
def test_a_split_among_a_hundred_thousand(benchmark, mission):
    brief = brief_of(mission)
    readings = invented(brief, HELD)
    start = time.perf_counter()
    whole = monitor(brief, readings, now=brief.period.end, claims=empty(CLAIMS))
    took = time.perf_counter() - start
    sizes = whole.incidents["observations"].map(len)
    incident = whole.incidents.iloc[int(np.argmax(sizes))]
    first, *rest = incident["observations"]
    said = {"by": "", "role": "", "at": "", "state": "split", "parts": ((first,), tuple(rest))}
    step = Step(step_id="step", incident_id=incident["incident_id"], number=1, **said)
    groups = read_with(whole, [step]).grouping  # and compile
    assert isinstance(groups, Grouping)
    benchmark.pedantic(lambda: work_out(whole, groups), rounds=5)
    remembered = Remembered()

    def read() -> float:
        start = time.perf_counter()
        read_with(whole, [step], work_out=lambda a, grouping: remembered.work_out(0, a, grouping))
        return time.perf_counter() - start

    read()
    work_s = benchmark.stats.stats.median
    reads = float(np.median([read() for _ in range(5)]))
    benchmark.extra_info |= {
        "whole_s": took,
        "ratio": took / work_s,
        "read_s": reads,
        "incidents": len(whole.incidents),
    }
