"""What was made from a view is made once: the same view gives the same bytes, so they are kept with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from truceline.serve.door import View

Made = TypeVar("Made")
DRAWING = threading.Lock()  # matplotlib draws one picture at a time


def remembered(view: View, name: str, make: Callable[[], Made]) -> Made:
    """Return what `make` made from this view under this name, or make it now. Two may make it at once: no harm."""
    if name not in view.made:
        view.made[name] = make()
    made: Made = view.made[name]
    return made
