"""Observations: what one source says it saw, or looked for and did not see.

Produces the Observation, Look and SetAside tables. May import the shared vocabulary only; touches no disk.
"""

from truceline.observations.outages import Outage
from truceline.observations.tables import (
    LOOKS,
    OBSERVATIONS,
    SET_ASIDE,
    Readings,
    empty,
    gather,
    new_table,
    once_in_order,
    same_text,
)

__all__ = [
    "LOOKS",
    "OBSERVATIONS",
    "SET_ASIDE",
    "Outage",
    "Readings",
    "empty",
    "gather",
    "new_table",
    "once_in_order",
    "same_text",
]
