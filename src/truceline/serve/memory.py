"""How a server that runs for months holds its memory: what it no longer uses goes back to the system.

GNU's allocator keeps what is let go of for the next who asks. That is quick, and right for a program that ends; a
server that once watched a mission, or takes in what feeds say, would hold the most that it ever needed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc

import pyarrow as pa

from truceline.serve.spool import let_files_go

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # names of mallopt(3)
_LARGE = 1 << 20  # bytes: what is larger lies apart, and goes back as soon as it is let go of
_ARENAS = 2  # that threads share; as many as there are threads would each hold their own most


def hold_little() -> None:
    """Ask for memory so that it can be given back. Call it before much is held."""
    _ask("mallopt", _MMAP_THRESHOLD, _LARGE)
    _ask("mallopt", _ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give back what nobody uses: milliseconds, whatever is held."""
    _ask("malloc_trim", 0)


def let_go() -> None:
    """Give back what nobody uses, also in rings of objects and of files. Waits for nobody, and everybody waits for it.

    What is left of Python's own objects is there to stay: nobody is kept waiting while they are looked through again.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    pa.default_memory_pool().release_unused()
    let_files_go()
    give_back()


def _ask(function: str, *said: int) -> None:
    with contextlib.suppress(OSError, AttributeError):  # GNU's alone has it
        getattr(ctypes.CDLL(None), function)(*said)
