"""Truceline: watch a ceasefire, judge it by its own terms, and say what was not seen.

import truceline as tl
result = tl.open_mission("easter-2026").monitor()
result.status            # a data frame: each sector and day
result.strip_chart()     # a matplotlib figure
"""

from __future__ import annotations

import importlib
from typing import Any

# Loaded when first asked for, so that `truceline --help` and a bare import stay quick.
_PUBLIC = {
    "judge": "truceline.findings.judge",
    "lint": "truceline.agreement",
    "open_mission": "truceline.mission",
    "read_library": "truceline.agreement",
    "verify": "truceline.store",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("truceline.provenance").VERSION
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'truceline' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
