"""Which column of a stranger's table is which: usual names in English, Ukrainian, Russian and French."""

from __future__ import annotations

import re
from collections.abc import Mapping

from truceline.errors import SourceError, UnknownNameError, did_you_mean

# our column -> names it goes by, the most telling first
NAMES: dict[str, tuple[str, ...]] = {
    "lat": ("lat", "latitude", "lat_deg", "latitude_deg", "lat_dd", "y", "ycoord", "широта"),
    "lon": (
        *("lon", "lng", "long", "longitude", "lon_deg", "longitude_deg", "lon_dd", "x", "xcoord"),
        *("довгота", "долгота"),
    ),
    "time": (
        *("time_start", "datetime", "date_time", "timestamp", "time_utc", "datetime_utc", "start_time", "start"),
        *("event_time", "time", "when", "час", "время", "heure", "horodatage", "дата_час", "дата_время"),
    ),
    "date": ("date", "event_date", "date_start", "start_date", "day", "дата", "jour"),
    "time_end": ("time_end", "end_time", "end", "datetime_end", "end_date", "date_end"),
    "act": (
        *("act", "type", "event_type", "event", "category", "kind", "incident_type"),
        *("тип", "тип_події", "тип_события", "категорія", "категория", "catégorie", "type_d_événement"),
    ),
    "party": ("party", "side", "actor", "perpetrator", "сторона", "partie", "camp"),
    "count": ("count", "number", "no", "quantity", "n", "кількість", "количество", "nombre", "effectif"),
    "place": (
        *("place", "place_name", "location", "settlement", "locality", "town", "site", "name"),
        *("місце", "населений_пункт", "место", "населенный_пункт", "lieu", "localité"),
    ),
    "text": (
        *("text", "description", "notes", "note", "headline", "details", "comment", "remarks"),
        *("опис", "описание", "примітка", "примечание", "remarque"),
    ),
    "ref": ("ref", "source", "url", "link", "джерело", "источник"),
    "sigma_m": ("sigma_m", "sigma", "accuracy_m", "accuracy", "precision_m", "precision", "error_m", "точність_м"),
    "item": ("item", "weapon", "weapon_type", "equipment", "зброя", "оружие", "arme"),
    "system": ("system", "weapon_system", "model", "система", "système"),
    "calibre_mm": ("calibre_mm", "caliber_mm", "calibre", "caliber", "калібр", "калибр"),
    "operator": ("operator", "operated_by", "оператор", "opérateur"),
    "strength": ("strength", "frp", "magnitude"),
    "confidence": ("confidence", "certainty"),
    "origin": ("origin", "origin_id", "duplicate_of", "report_id"),
    "reliability": ("reliability", "source_reliability"),
    "credibility": ("credibility", "information_credibility"),
    "reported_at": ("reported_at", "published_at", "published", "report_date"),
    "sensor": ("sensor", "means"),
    "id": ("id", "event_id", "sighting", "sighting_id", "uuid"),
}


def plain(name: str) -> str:
    """Return a column's name as it is compared: small letters, words joined by underscores.

    Examples
    --------
    >>> plain(" Event-Type ")
    'event_type'
    """
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def count_known(names: list[str], mapped: Mapping[str, str]) -> int:
    """Return how many of a header's names are known, or named by the user."""
    known = {n for names in NAMES.values() for n in names} | {plain(m) for m in mapped}
    return sum(plain(name) in known for name in names)


def recognise(names: list[str], mapped: Mapping[str, str], *, where: str) -> dict[str, str]:
    """Return our column -> theirs; `mapped` (theirs -> ours) goes before what the names say.

    Raises
    ------
    UnknownNameError
        If `mapped` names a column that is not ours.
    SourceError
        If `mapped` names a column that the file does not have.
    """
    theirs = {plain(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for their, our in mapped.items():
        if our not in NAMES:
            raise UnknownNameError("column", our, NAMES, where="option map")
        if plain(their) not in theirs:
            guess = did_you_mean(their, names)
            hint = f"Did you mean '{guess}'?" if guess else f"It has {', '.join(names[:20])}."
            raise SourceError(f"there is no column '{their}', which map names.", where=where, todo=hint)
        found[our] = theirs[plain(their)]
    taken = set(found.values())
    for our, usual in NAMES.items():
        if our in found:
            continue
        match = next((theirs[n] for n in usual if n in theirs and theirs[n] not in taken), None)
        if match is not None:
            found[our] = match
            taken.add(match)
    return found
