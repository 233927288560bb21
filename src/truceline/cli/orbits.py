"""The command that says when satellites pass over a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from truceline.cli.shown import err, out, print_json, print_table, tell_set_aside
from truceline.cli.words import Json
from truceline.errors import RequestError
from truceline.orbits import Elements, Swath, find_passes, find_swath, remarks, swaths
from truceline.sources.elements import read_element_files
from truceline.timespan import Timespan, parse_instant


def passes(
    tle: Annotated[list[Path], typer.Option("--tle", help="Element sets: TLE, or OMM as JSON, KVN or CSV; repeat.")],
    lon: Annotated[float, typer.Option(help="Longitude of the place, degrees.")],
    lat: Annotated[float, typer.Option(help="Latitude of the place, degrees.")],
    start: Annotated[str, typer.Option("--from", help="First instant; UTC where it names no zone.")],
    end: Annotated[str, typer.Option("--to", help="The instant after the last.")],
    instrument: Annotated[str | None, typer.Option(help="Only this one, e.g. viirs, s1-iw, s2-msi.")] = None,
    as_json: Json = False,
) -> None:
    """Say when satellites pass over a place, from element sets; what was left out is said on the error stream.

    Example: truceline passes --tle sets.tle --lon 37.2 --lat 48.3 --from 2026-04-11 --to 2026-04-13 --instrument viirs
    """
    period = Timespan(start=parse_instant(start, zone="UTC"), end=parse_instant(end, zone="UTC"))
    found = read_element_files(tle, now=datetime.now(UTC))
    chosen = _chosen(found.sets, instrument)
    rows = find_passes(found.sets, chosen, lon_deg=[lon], lat_deg=[lat], period=period)
    tell_set_aside(found.set_aside)
    used = [one for one in found.sets if any(one.norad_id in swath.norad_ids for swath in chosen)]
    for text in remarks(used, period)["text"] if used else ():
        _tell(text)
    if as_json:
        print_json(_rows(rows))
    elif len(rows):
        print_table(_for_people(rows))
    else:
        out.print("No pass of the instruments known lies in the period.")


def _chosen(sets: Sequence[Elements], instrument: str | None) -> list[Swath]:
    """Return the instruments to look with, and say which satellites carry none that is known.

    An instrument asked for by name is taken to be on the satellites the library does not know, where it is on none of
    those it does.
    """
    known = list(swaths().values())
    carried = {norad_id for swath in known for norad_id in swath.norad_ids}
    strangers = {one.norad_id: one.name for one in sets if one.norad_id not in carried}
    if instrument is None:
        for norad_id, name in strangers.items():
            _tell(f"{name} ({norad_id}) is left out: no instrument of it is known. Name one with --instrument.")
        return known
    swath = find_swath(instrument)
    if any(one.norad_id in swath.norad_ids for one in sets):
        return [swath]
    if not strangers:
        raise RequestError(
            f"none of the satellites ({', '.join(sorted({one.name for one in sets}))}) carries {instrument}.",
            todo="Leave out --instrument, or give the sets of a satellite that does.",
        )
    for norad_id, name in strangers.items():
        _tell(f"{name} ({norad_id}) is taken to carry {instrument}: no instrument of it is known.")
    return [replace(swath, norad_ids=tuple(strangers), repeat=None)]


def _tell(text: str) -> None:
    err.print(text, style="yellow", markup=False, soft_wrap=True)


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the documented rows, times to the millisecond."""
    made = pd.DataFrame(
        {
            "satellite": table["satellite"],
            "instrument": table["instrument"],
            **{name: _iso(table[f"time_{name}"]) for name in ("start", "peak", "end")},
            "off_nadir_deg": table["off_nadir_deg"].round(3),
            "side": table["side"],
            "sun_elevation_deg": table["sun_elevation_deg"].round(2),
        }
    )
    return [{str(key): value for key, value in row.items()} for row in made.to_dict("records")]


def _iso(times: pd.Series) -> list[str]:
    return [f"{when.isoformat(timespec='milliseconds')}Z" for when in times.dt.tz_localize(None)]


def _for_people(table: pd.DataFrame) -> pd.DataFrame:
    minutes = (table["time_end"] - table["time_start"]).dt.total_seconds() / 60
    return pd.DataFrame(
        {
            "peak (UTC)": table["time_peak"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "satellite": table["satellite"],
            "instrument": table["instrument"],
            "min": [f"{length:.1f}" for length in minutes],
            "off nadir": [f"{deg:.1f}°" for deg in table["off_nadir_deg"]],
            "side": table["side"],
            "sun": [f"{deg:.0f}°" for deg in table["sun_elevation_deg"]],
        }
    )
