"""Text of element sets, in any of the usual forms, to records; what cannot be used is set aside with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from truceline.errors import RequestError, UnknownNameError
from truceline.orbits.elements import Elements, ElementSets, table_of
from truceline.orbits.omm import Found, read_omm_csv, read_omm_json, read_omm_kvn
from truceline.orbits.tle import Bad, read_tle

FORMS = ("tle", "json", "kvn", "csv")
AHEAD = timedelta(days=3)  # listings may carry a set for the coming days

# what SGP4 says of a set (Vallado et al. 2006, error codes)
_SGP4_SAYS = {
    1: "its mean eccentricity leaves 0-1 or its semi-major axis is too small",
    2: "its mean motion is not above 0",
    3: "its perturbed eccentricity leaves 0-1",
    4: "its semi-latus rectum is below 0",
    6: "it has decayed",
}


def read_elements(text: str, *, form: str | None = None, where: str = "", now: datetime | None = None) -> ElementSets:
    """Return the element sets of a text: TLE of two or three lines, or OMM as JSON, KVN or CSV.

    The form is told from the text when `form` is None. Set aside with its reason is a set with a wrong checksum, cut
    short, of a hyperbolic or decayed orbit, told twice for the same epoch, or, where `now` is given, with an epoch
    more than three days after it. Several sets of one satellite are kept: `find_passes` takes the nearest epoch.

    Raises
    ------
    RequestError
        If no set at all can be used; it says how many were set aside and why the first was.
    """
    if form is not None and form not in FORMS:
        raise UnknownNameError("form of element sets", form, FORMS, where=where)
    good: list[Elements] = []
    aside: list[tuple[int, str, str, str]] = []
    seen: set[tuple[int, datetime]] = set()
    for line, found in _found(text, form or _guess(text), where):
        bad = found if isinstance(found, Bad) else _judge(found, seen, now)
        if bad is not None:
            aside.append((line, bad.name, bad.reason, bad.todo))
        elif isinstance(found, Elements):
            seen.add((found.norad_id, found.epoch))
            good.append(found)
    if not good:
        why = "there is none in the text."
        if aside:
            why = f"none of {len(aside)} can be used; {aside[0][1]}: {aside[0][2]}"
        raise RequestError(f"no element set: {why}", where=where, todo="Give TLE, or OMM as JSON, KVN or CSV.")
    return ElementSets(sets=tuple(good), set_aside=table_of(aside))


def _guess(text: str) -> str:
    begin = text.lstrip()[:2000]
    if begin.startswith(("[", "{")):
        return "json"
    if "CCSDS_OMM_VERS" in begin or any(line.partition("=")[0].strip() == "OBJECT_NAME" for line in begin.splitlines()):
        return "kvn"
    return "csv" if "MEAN_MOTION" in begin.partition("\n")[0].upper() else "tle"


def _found(text: str, form: str, where: str) -> Found:
    if form == "json":
        return read_omm_json(text, where=where)
    return {"tle": read_tle, "kvn": read_omm_kvn, "csv": read_omm_csv}[form](text)


def _judge(found: Elements, seen: set[tuple[int, datetime]], now: datetime | None) -> Bad | None:
    """Return what is wrong with a set that could be read, or None."""
    if found.revolutions_per_day <= 0:
        return Bad(name=found.name, reason=f"its mean motion is {found.revolutions_per_day:g} turns a day.")
    if not 0 <= found.inclination_deg <= 180:
        return Bad(name=found.name, reason=f"its inclination is {found.inclination_deg:g} degrees.")
    if now is not None and found.epoch > now + AHEAD:
        said = f"its epoch {found.epoch:%Y-%m-%d %H:%M} UTC lies in the future."
        return Bad(name=found.name, reason=said, todo="Check the year of the set and the clock of this machine.")
    if (found.norad_id, found.epoch) in seen:
        said = f"satellite {found.norad_id} has a set of the same epoch already."
        return Bad(name=found.name, reason=said, todo="Keep one of the two.")
    error, _, _ = found.satrec().sgp4_tsince(0.0)
    if error:
        said = f"the orbit cannot be propagated: {_SGP4_SAYS.get(error, f'SGP4 error {error}')}."
        return Bad(name=found.name, reason=said, todo="Take a newer set, or leave this satellite out.")
    return None
