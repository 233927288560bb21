"""OSCE SMM: rows of the tables of ceasefire violations, weapons and presence, and daily counts per region.

What the mission counted are observations (explosions, bursts, shots), not our violations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import SourceError
from truceline.observations import LOOKS, Readings, new_table
from truceline.observations.counts import read_counts
from truceline.observations.identity import row_hashes, row_ids
from truceline.observations.sectors import read_sector, sector_place
from truceline.observations.smm_text import KINDS
from truceline.observations.times import WRITE_ISO
from truceline.observations.words import to_items
from truceline.sources.columns import plain
from truceline.sources.options import Aside, Options, read_options
from truceline.sources.positions import Gazetteer
from truceline.sources.rows import Batch, read_delimited
from truceline.sources.sightings import Draft, read_files, readings
from truceline.sources.tagged import text_of

NAME = "osce_smm"
DESCRIPTION = "OSCE SMM tables of ceasefire violations, weapons and presence, and daily counts by region."

ZONE = "Europe/Kyiv"  # the reports' Eastern European (Summer) Time
DAILY = ("period_start_local", "period_end_local", "donetsk_cfv", "luhansk_cfv")
TABLE_A = ("position", "event_location", "no", "observation", "date_time")
# tables B (weapons) and C (presence): the same columns, of which one names what was seen
TABLE_B, TABLE_C = ("date", "no", "type_of_weapon", "location"), ("date", "no", "type", "location")
PLACE_SIGMA_M = 2000.0  # a position given as a town, or so many km from one
# Generalised boxes around the line of contact of 2014-2022 in each region, drawn for this file: looks only.
REGIONS = {"donetsk": (37.0, 46.9, 38.7, 48.5), "luhansk": (38.2, 48.3, 39.9, 49.1)}
# Admiralty grade: the mission's own monitors and cameras, corroborated before reported; option reliability overrides
RELIABILITY, CREDIBILITY = "A", "1"
# the first of these that a description holds names its class
ITEM_IN_TEXT = (
    ("multiple launch rocket", "mlrs"),
    ("mlrs", "mlrs"),
    ("surface-to-air", "surface_to_air_missile"),
    ("howitzer", "howitzer"),
    ("mortar", "mortar"),
    ("anti-aircraft", "anti_aircraft_gun"),
    ("anti-tank gun", "gun"),
    ("tank", "tank"),
    ("armoured", "armoured_carrier"),
    ("infantry fighting", "armoured_carrier"),
    ("apc", "armoured_carrier"),
    ("ifv", "armoured_carrier"),
    ("uav", "uav"),
)
_MEANS = {"camera": "camera", "uav": "drone", "aerial": "drone", "satellite": "optical", "imagery": "optical"}


def read(
    path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
) -> Readings:
    """Return observations of table rows or of daily counts, whichever the header says.

    Own option: `positions`, the path of a CSV with name, lon and lat of the mission's positions and towns (towns of
    Ukraine are known otherwise). Daily counts have no place; each stated one is also a look.

    Raises
    ------
    SourceError
        If no file can be read at all.
    """
    graded = {"reliability": RELIABILITY} | {k: v for k, v in (options or {}).items() if v is not None}
    chosen = read_options(graded, also=("positions",), timezone=ZONE)
    looks: list[pd.DataFrame] = []
    gazetteer = Gazetteer(chosen.more.get("positions"))
    found = read_files(
        path_or_paths,
        source=source,
        drafts=lambda path, aside: _drafts(path, source, chosen, aside, gazetteer, looks),
    )
    watched = pd.concat(looks, ignore_index=True).drop_duplicates("look_id") if looks else None
    return readings(
        found.observations,
        looks=watched,
        set_aside=found.set_aside,
        recognised=found.recognised,
        digests=found.digests,
    )


def _drafts(
    path: Path, source: str, options: Options, aside: Aside, gazetteer: Gazetteer, looks: list[pd.DataFrame]
) -> Iterator[tuple[Draft, Mapping[str, str]]]:
    mapped = {plain(theirs): ours for theirs, ours in options.map.items()}

    def score(names: list[str]) -> int:
        return sum(mapped.get(plain(n), plain(n)) in {*DAILY, *TABLE_A, *TABLE_B, *TABLE_C} for n in names)

    for batch in read_delimited(path, aside=aside, score=score):
        frame = batch.frame.rename(columns=lambda n: mapped.get(plain(str(n)), plain(str(n))))
        named = Batch(frame=frame.loc[:, ~frame.columns.duplicated()], line=batch.line, path=path)
        found = {name: name for name in named.frame}
        if set(DAILY) <= set(named.frame):
            for region in REGIONS:
                for act in ("fire", "explosion"):
                    draft = _daily(named, region, act, source, options)
                    if act == "fire":
                        looks.append(_looks(draft, region))
                    yield _counted(draft), found
        elif set(TABLE_A) <= set(named.frame):
            yield _table_a(named, source, options, gazetteer), found
        elif set(TABLE_B) <= set(named.frame) or set(TABLE_C) <= set(named.frame):
            yield _presence(named, source, options, gazetteer), found
        else:
            raise SourceError(
                "this is neither a table of violations, weapons or presence nor daily counts.",
                where=path.name,
                todo=f"It needs the columns {'; or '.join(', '.join(t) for t in (TABLE_A, TABLE_B, TABLE_C, DAILY))}.",
            )


def _daily(batch: Batch, region: str, act: str, source: str, options: Options) -> Draft:
    """Return a draft of one region's explosions, or of its other violations ('fire'); together they are its total."""
    frame = batch.frame.assign(region=region)
    draft = Draft(Batch(frame=frame, line=batch.line, path=batch.path), source=source, options=options)
    start, end = (draft.times(text_of(draft, f"period_{name}_local")) for name in ("start", "end"))
    draft.mark((end.start <= start.start).to_numpy(), "the period ends before it starts.", "Correct one of the two.")
    total = draft.number(text_of(draft, f"{region}_cfv"), called=f"{region}_cfv")
    explosions = draft.number(text_of(draft, f"{region}_explosions"), called=f"{region}_explosions")
    known = np.nan_to_num(explosions)
    draft.mark(known > total, f"{region}: more explosions than violations.", "Correct one of the two.")
    count = known if act == "explosion" else total - known
    draft.columns |= {
        "sensor": "patrol",
        "credibility": CREDIBILITY,
        "act": pd.Series(act, index=range(draft.length), dtype=object),
        "time_start": start.start,
        "time_end": end.start - pd.Timedelta(seconds=1),
        "place": f"{region.capitalize()} region",
        "count_min": count,
        "count_max": count,
        "count_said": text_of(draft, f"{region}_cfv") + " (" + text_of(draft, f"{region}_explosions") + ")",
        "confidence": text_of(draft, "kind"),
        "origin": row_ids(
            "report", row_hashes(source, {"of": text_of(draft, "report"), "at": start.start}, draft.length)
        ),
        "text": "report " + text_of(draft, "report") + "; " + text_of(draft, "url") + "; " + text_of(draft, "note"),
    }
    return draft


def _counted(draft: Draft) -> Draft:
    """Return the draft without the rows that counted nothing: they are looks, not observations."""
    count = draft.columns["count_min"]
    kept = ~((draft.reason == "") & ~(count > 0))
    return draft.only(kept)


def _looks(draft: Draft, region: str) -> pd.DataFrame:
    count = draft.number(text_of(draft, f"{region}_cfv"), called=f"{region}_cfv")
    stated = np.flatnonzero((draft.reason == "") & np.isfinite(count))
    start = draft.columns["time_start"].iloc[stated].reset_index(drop=True)
    hashes = row_hashes(draft.source, {"region": pd.Series(region, index=start.index), "start": start}, len(start))
    west, south, east, north = REGIONS[region]
    return new_table(
        LOOKS,
        {
            "look_id": row_ids("look", hashes),
            "source": draft.source,
            "sensor": "patrol",
            "time_start": start,
            "time_end": draft.columns["time_end"].iloc[stated].reset_index(drop=True),
            "west_deg": west,
            "south_deg": south,
            "east_deg": east,
            "north_deg": north,
            "detections": count[stated],
            "basis": f"SMM report covers {region.capitalize()} region",
        },
        length=len(start),
    )


def _table_a(batch: Batch, source: str, options: Options, gazetteer: Gazetteer) -> Draft:
    draft = Draft(batch, source=source, options=options)
    first, last = _written_times(text_of(draft, "date_time"))
    start, end = draft.times(first), draft.times(last)
    draft.mark((end.end < start.start).to_numpy(), "the end is before the start.", WRITE_ISO)
    draft.columns |= {"time_start": start.start, "time_end": end.end}
    _sectors(draft, gazetteer)
    low, high = read_counts(text_of(draft, "no"))
    draft.columns |= {"count_min": low, "count_max": high, "count_said": text_of(draft, "no")}
    weapon = text_of(draft, "weapon")
    known = weapon.where(~weapon.str.upper().isin(["N/K", "NK", "UNKNOWN", "-"]), "")
    draft.columns["system"] = known
    calibre = known.str.extract(r"(\d+(?:\.\d+)?)\s*mm", expand=False)
    draft.columns["calibre_mm"] = pd.to_numeric(calibre).to_numpy(float)
    kind = text_of(draft, "observation").str.lower().str.replace(r"s$", "", regex=True)
    draft.columns["act"] = kind.map(KINDS).fillna(kind)
    draft.columns |= {"sensor": _sensors(text_of(draft, "means")), "credibility": CREDIBILITY}
    draft.columns["place"] = text_of(draft, "position")
    draft.columns["text"] = (
        text_of(draft, "means")
        + "; "
        + text_of(draft, "description")
        + "; "
        + text_of(draft, "event_location")
        + " of "
        + text_of(draft, "position")
    )
    return draft


def _sensors(means: pd.Series) -> pd.Series:
    """Return the kind of sensor behind each means of observation; monitors themselves where none is named."""
    said = means.str.lower()
    sensor = pd.Series("patrol", index=said.index, dtype=object)
    for word, ours in _MEANS.items():
        sensor = sensor.mask(said.str.contains(word), ours)
    return sensor


def _presence(batch: Batch, source: str, options: Options, gazetteer: Gazetteer) -> Draft:
    """Return a draft of the rows of table B or C: what stood where, seen by whom; nothing about whose it was."""
    draft = Draft(batch, source=source, options=options)
    times = draft.times(text_of(draft, "date"))
    kind = text_of(draft, "type_of_weapon" if "type_of_weapon" in batch.frame else "type")
    calibre = kind.str.extract(r"(\d+(?:\.\d+)?)\s*-?mm", expand=False)
    low, high = read_counts(text_of(draft, "no"))
    codes, unique = pd.factorize(text_of(draft, "location"))
    spots = np.array([gazetteer.locate(text) for text in unique], float).reshape(-1, 2)[codes]
    draft.mark(
        np.isnan(spots).any(axis=1),
        "the place '{}' is not known.",
        "Name it in the file of option positions (name, lon, lat).",
        said=text_of(draft, "location"),
    )
    draft.columns |= {
        "time_start": times.start,
        "time_end": times.end,
        "lon_deg": spots[:, 0],
        "lat_deg": spots[:, 1],
        "sigma_m": np.full(draft.length, PLACE_SIGMA_M if options.sigma_m is None else options.sigma_m),
        "act": pd.Series("presence", index=range(draft.length), dtype=object),
        "item": to_items(kind.map(_item_word)),
        "system": kind,
        "calibre_mm": pd.to_numeric(calibre).to_numpy(float),
        "count_min": low,
        "count_max": high,
        "count_said": text_of(draft, "no"),
        "sensor": _sensors(text_of(draft, "source_of_observation")),
        "credibility": CREDIBILITY,
        "place": text_of(draft, "location"),
        "text": text_of(draft, "source_of_observation") + "; " + text_of(draft, "group"),
    }
    return draft


def _item_word(kind: str) -> str:
    """Return the class of weapon or vehicle in a description such as '122mm self-propelled howitzer (2S1)'."""
    low = kind.lower()
    return next((ours for word, ours in ITEM_IN_TEXT if word in low), kind)


def _written_times(said: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return (start, end) texts of '30 Aug 2021, 19:45-20:10'; equal where there is one time."""
    part = said.str.extract(
        r"^(?P<day>.*?\d{4}|\d{4}-\d\d-\d\d)[,\sT]+(?P<from>\d\d?:\d\d)\s*[-–]\s*(?P<to>\d\d?:\d\d)$"
    )
    spans = part["to"].notna()
    join = part["day"].str.rstrip(", ") + " "
    return said.mask(spans, join + part["from"]), said.mask(spans, join + part["to"])


def _sectors(draft: Draft, gazetteer: Gazetteer) -> None:
    """Place each row in the sector its observer gave; marks rows whose observer or sector is not known."""
    lon, lat = _observers(draft, gazetteer)
    said = text_of(draft, "event_location")
    codes, unique = pd.factorize(said)
    sectors = [read_sector(text) for text in unique]
    empty = (np.nan,) * 4
    values = np.array(
        [(s.near_km, s.far_km, s.bearing_deg, s.half_width_deg) if s else empty for s in sectors], float
    ).reshape(-1, 4)[codes]
    draft.mark(
        np.isnan(values[:, 0]),
        "event location '{}' gives no distance and bearing.",
        "Write it like 2-4km ESE.",
        said=said,
    )
    usable = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(values[:, 0])
    out = np.full((draft.length, 3), np.nan)
    out[usable] = np.column_stack(
        sector_place(
            lon_deg=lon[usable],
            lat_deg=lat[usable],
            near_km=values[usable, 0],
            far_km=values[usable, 1],
            bearing_deg=values[usable, 2],
            half_width_deg=values[usable, 3],
        )
    )
    draft.columns |= {"lon_deg": out[:, 0], "lat_deg": out[:, 1], "sigma_m": out[:, 2]}


def _observers(draft: Draft, gazetteer: Gazetteer) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    said = text_of(draft, "position")
    codes, unique = pd.factorize(said)
    known = np.array([gazetteer.locate(text) for text in unique], float).reshape(-1, 2)[codes]
    for i, name in enumerate(("observer_lon", "observer_lat")):
        given = pd.to_numeric(text_of(draft, name), errors="coerce").to_numpy(float)
        known[:, i] = np.where(np.isfinite(given), given, known[:, i])
    off = (abs(known[:, 0]) > 180) | (abs(known[:, 1]) > 90)
    known[off] = np.nan
    draft.mark(
        np.isnan(known).any(axis=1),
        "the place of position '{}' is not known.",
        "Name it in the file of option positions (name, lon, lat), or add observer_lon and observer_lat.",
        said=said,
    )
    return known[:, 0], known[:, 1]
