"""Memory is given back where the allocator can be asked to, and nothing is asked of another."""

import ctypes
import mmap
from pathlib import Path

import numpy as np
import pytest

from truceline.serve import memory

STATM = Path("/proc/self/statm")  # in pages


def resident():
    return int(STATM.read_text().split()[1]) * mmap.PAGESIZE


@pytest.mark.parametrize("other", [OSError("no such library"), AttributeError("mallopt")])
def test_another_allocator_is_left_alone(monkeypatch, other):
    def none(*_):
        raise other

    monkeypatch.setattr(ctypes, "CDLL", none)
    memory.hold_little()
    memory.give_back()
    memory.let_go()


@pytest.mark.skipif(not STATM.exists(), reason="the system does not tell a process's memory")
def test_what_nobody_uses_any_more_goes_back_to_the_system():
    memory.hold_little()
    memory.let_go()
    before = resident()
    small = [np.ones(8_000) for _ in range(2_000)]  # 128 MB in pieces too small to lie apart
    held = resident()
    del small
    memory.give_back()
    assert held - before > 100e6
    assert resident() - before < 30e6
