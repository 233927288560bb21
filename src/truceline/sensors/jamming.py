"""Jamming: a two-state process for each block of the line, that blinds all drones there at once.

A jammed hour is not an hour observed by drones, and is itself an observation; whose it is cannot be told (the
source may lie anywhere within kilometres).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.sensors.facts import fact

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jamming:
    """A two-state process: share of hours jammed, and the mean length of a spell in hours."""

    share: float
    on_h: float

    @property
    def memory_h(self) -> float:
        """Return the e-folding time of the state: on and off rates together, 1 / (1/on + 1/off)."""
        if self.share >= 1:
            return np.inf
        return self.on_h * (1 - self.share)

    def simulate(self, hours: int, *, blocks: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Return (blocks, hours): which block was jammed in which hour; blocks are independent."""
        keep = np.exp(-1.0 / self.memory_h) if self.memory_h > 0 else 0.0
        state = rng.random(blocks) < self.share
        made = np.empty((blocks, hours), bool)
        for hour in range(hours):
            made[:, hour] = state
            redraw = rng.random(blocks) > keep
            state = np.where(redraw, rng.random(blocks) < self.share, state)
        return made


def usual_jamming(case: int) -> Jamming:
    """Return the process near the line under the assumptions of a case: more jamming at the low end of seeing."""
    return Jamming(share=fact("jamming.share").against(case), on_h=fact("jamming.on_h").mid)
