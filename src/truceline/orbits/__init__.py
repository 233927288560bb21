"""Passes: from element sets to where satellites are and when their instruments could look at a place.

May import the shared vocabulary. A pass is an opportunity: whether anything is seen is for sensors to say.
"""

from truceline.orbits.age import OLD_D, time_sigma_s
from truceline.orbits.elements import Elements, ElementSets
from truceline.orbits.passes import PASSES, find_passes
from truceline.orbits.read import read_elements
from truceline.orbits.remarks import REMARKS, remarks
from truceline.orbits.revisit import mean_passes_per_day, revolutions_per_day, sun_synchronous_deg, swath_km
from truceline.orbits.swath import Repeat, Swath, find_swath, swaths
from truceline.orbits.track import ground_track

__all__ = [
    "OLD_D",
    "PASSES",
    "REMARKS",
    "ElementSets",
    "Elements",
    "Repeat",
    "Swath",
    "find_passes",
    "find_swath",
    "ground_track",
    "mean_passes_per_day",
    "read_elements",
    "remarks",
    "revolutions_per_day",
    "sun_synchronous_deg",
    "swath_km",
    "swaths",
    "time_sigma_s",
]
