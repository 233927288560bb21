"""Download the public feeds: NASA FIRMS detections and drawn lines of control. Retries, and resumes what was cut.

FIRMS area API: https://firms.modaps.eosdis.nasa.gov/api/area/ (the key is free). Lines: daily GeoJSON of the
DeepState map as mirrored by cyterat/deepstate-map-data (DeepStateMap.Live; non-commercial use).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx

from truceline.errors import SourceError
from truceline.observations.places import Box

KEY = "TRUCELINE_FIRMS_KEY"  # environment variable with the FIRMS map key
FIRMS_URL = "https://firms.modaps.eosdis.nasa.gov"
LINES_URL = "https://raw.githubusercontent.com/cyterat/deepstate-map-data/main/data"
PRODUCTS = (
    *("VIIRS_SNPP_NRT", "VIIRS_NOAA20_NRT", "VIIRS_NOAA21_NRT", "MODIS_NRT"),
    *("VIIRS_SNPP_SP", "VIIRS_NOAA20_SP", "MODIS_SP"),
)
MOST_DAYS = 5  # of one FIRMS request
ATTEMPTS = 5
_TIMEOUT = httpx.Timeout(30.0)

Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all where the server says


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to download: `progress` is told of every piece; `pause` waits that many seconds before another attempt."""

    progress: Progress | None = None
    pause: Callable[[float], None] = time.sleep
    attempts: int = ATTEMPTS


def fetch_firms(
    out: str | Path,
    *,
    product: str,
    box: Box,
    day: date,
    days: int = 1,
    base_url: str = FIRMS_URL,
    manner: Manner | None = None,
) -> Path:
    """Download the detections of a product in a box (west, south, east, north) from a day on; return the file.

    The key is taken from the environment and never shown.

    Raises
    ------
    SourceError
        If there is no key or it is refused, the request is wrong, or the server keeps failing.
    """
    if product not in PRODUCTS:
        raise SourceError(f"FIRMS has no product '{product}'.", todo=f"Use one of {', '.join(PRODUCTS)}.")
    if not 1 <= days <= MOST_DAYS:
        raise SourceError(
            f"{days} days were asked for.", todo=f"FIRMS gives 1 to {MOST_DAYS} at a time: ask again for more."
        )
    key = os.environ.get(KEY, "").strip()
    if not key:
        raise SourceError(
            f"there is no FIRMS key in the environment variable {KEY}.",
            todo=f"Get a free one at {FIRMS_URL}/api/map_key/ and set it.",
        )
    area = ",".join(f"{degrees:g}" for degrees in box)
    url = f"{base_url.rstrip('/')}/api/area/csv/{key}/{product}/{area}/{days}/{day.isoformat()}"
    path = Path(out)
    part = _download(url, path, manner or Manner(), secret=key)
    with part.open("rb") as file:
        head = file.read(400).decode("utf-8", "replace")
    if "latitude" not in head.split("\n")[0].lower():
        _forget(part)
        said = head.replace(key, "...").strip()[:200] or "nothing"
        key_refused = "key" in said.lower()
        raise SourceError(
            f"FIRMS answered '{said}'.",
            where=base_url,
            todo=f"Check the key in {KEY}." if key_refused else "Check product, box and day.",
        )
    return _keep(part, path)


def fetch_lines(out: str | Path, *, day: date, base_url: str = LINES_URL, manner: Manner | None = None) -> Path:
    """Download the map of control of a day as GeoJSON; return the file.

    Raises
    ------
    SourceError
        If there is none for that day, the answer is no GeoJSON, or the server keeps failing.
    """
    path = Path(out)
    url = f"{base_url.rstrip('/')}/deepstatemap_data_{day:%Y%m%d}.geojson"
    part = _download(url, path, manner or Manner())
    try:
        known = "features" in json.loads(part.read_bytes())
    except ValueError:
        known = False
    if not known:
        _forget(part)
        raise SourceError("the answer is no GeoJSON.", where=url, todo="Check the address and the day.")
    return _keep(part, path)


class _AgainError(Exception):
    """An attempt failed in a way that another may not."""


def _download(url: str, out: Path, manner: Manner, *, secret: str = "") -> Path:
    """Return the .part file with the whole answer; raises SourceError when all attempts are used up."""
    part = out.with_name(out.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    shown = url.replace(secret, "...") if secret else url
    why = ""
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client:
        for attempt in range(manner.attempts):
            if attempt:
                manner.pause(2.0 ** (attempt - 1))
            try:
                _attempt(client, url, part, manner.progress, shown)
                return part
            except (_AgainError, httpx.TransportError) as error:
                why = str(error).replace(secret, "...") if secret else str(error)
                why = why or type(error).__name__
    raise SourceError(
        f"the download failed {manner.attempts} times, last with: {why}.",
        where=shown,
        todo="Try again later: what was received is kept and will be resumed.",
    )


def _attempt(client: httpx.Client, url: str, part: Path, progress: Progress | None, shown: str) -> None:
    tag = part.with_name(part.name + ".tag")  # the server's name for the version of which we hold a part
    known = tag.read_text(encoding="utf-8").strip() if tag.exists() and part.exists() else ""
    held = part.stat().st_size if known else 0
    # identity: ranges count the bytes that are sent
    headers = {"Accept-Encoding": "identity"}
    if held:
        headers |= {"Range": f"bytes={held}-", "If-Range": known}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:
            _forget(part)
            raise _AgainError("the server holds less than was received before")
        if answer.status_code == 429 or answer.status_code >= 500:
            raise _AgainError(f"HTTP {answer.status_code}")
        if answer.status_code >= 400:
            said = answer.read().decode("utf-8", "replace").strip()[:200]
            _refused(answer.status_code, said, shown)
        resumed = (
            held > 0
            and answer.status_code == 206
            and answer.headers.get("content-range", "").startswith(f"bytes {held}-")
        )
        if answer.status_code == 206 and not resumed:
            _forget(part)
            raise _AgainError("the server sent another piece than was asked for")
        if not resumed:
            held = 0
            tag.write_text(answer.headers.get("etag", answer.headers.get("last-modified", "")), encoding="utf-8")
        length = answer.headers.get("content-length", "")
        total = held + int(length) if length.isdigit() else None
        with part.open("ab" if resumed else "wb") as file:
            for piece in answer.iter_raw():
                file.write(piece)
                held += len(piece)
                if progress is not None:
                    progress(held, total)
    if total is not None and held != total:
        raise _AgainError(f"{held} of {total} bytes came")


def _refused(status: int, said: str, shown: str) -> None:
    key = "key" in said.lower() or status in {401, 403}
    raise SourceError(
        f"the server refused with HTTP {status}: '{said}'.",
        where=shown,
        todo=f"Check the key in {KEY}." if key else "Check the address, the day and the place.",
    )


def _keep(part: Path, out: Path) -> Path:
    part.replace(out)
    part.with_name(part.name + ".tag").unlink(missing_ok=True)
    return out


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    part.with_name(part.name + ".tag").unlink(missing_ok=True)
