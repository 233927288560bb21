"""A silence window as what its readers need: a notice in their language, a calendar entry, a drawing."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from truceline.report.exports import kml_document, placemark
from truceline.serve.formats import KML_SHAPE
from truceline.serve.listing import room_words
from truceline.serve.windows import LAT_KM, LON_KM, Window
from truceline.timespan import parse_instant

_CORNERS = 36


def notice(window: Window, language: str) -> str:
    """Return the notice as text: place, times in UTC, who consented. Numbers are the same in every language."""
    words = room_words(language)
    key = "room.notice_circle" if len(window.path) == 1 else "room.notice_corridor"
    places = "; ".join(f"{lat:.4f}, {lon:.4f}" for lon, lat in window.path)
    state = words["room.notice_agreed" if window.agreed else "room.notice_open"]
    lines = (
        words["room.notice_title"],
        window.purpose,
        words[key].format(km=f"{window.radius_km:g}", places=places),
        words["room.notice_time"].format(start=window.start, end=window.end),
        state.format(parties=", ".join(window.consents) or "–"),
        window.window_id,
    )
    return "\n".join(line for line in lines if line) + "\n"


def calendar(window: Window, language: str) -> bytes:
    """Return the window as iCalendar (RFC 5545), tentative until it is agreed."""
    said = notice(window, language)
    lon, lat = (sum(place[k] for place in window.path) / len(window.path) for k in (0, 1))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Truceline//Silence window//EN",
        "BEGIN:VEVENT",
        f"UID:{window.window_id}",
        f"DTSTAMP:{_stamp((window.consented_at or (window.proposed_at,))[-1])}",
        f"DTSTART:{_stamp(window.start)}",
        f"DTEND:{_stamp(window.end)}",
        f"SUMMARY:{_escaped(said.splitlines()[0])}",
        f"DESCRIPTION:{_escaped(said)}",
        f"GEO:{lat:.5f};{lon:.5f}",
        f"STATUS:{'CONFIRMED' if window.agreed else 'TENTATIVE'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines).encode()


def drawing(window: Window, language: str) -> bytes:
    """Return the window as KML: a circle, or the line of a corridor with its width in words."""
    if len(window.path) == 1:
        angle = np.linspace(0, 2 * np.pi, _CORNERS + 1)
        (lon, lat), radius = window.path[0], window.radius_km
        east = radius / (LON_KM * np.cos(np.radians(lat))) * np.cos(angle)
        pairs = np.c_[lon + east, lat + radius / LAT_KM * np.sin(angle)].round(5).tolist()
        shape = KML_SHAPE["POLYGON"]
    else:
        pairs = [list(place) for place in window.path]
        shape = KML_SHAPE["LINESTRING"]
    times = f"<TimeSpan><begin>{window.start}</begin><end>{window.end}</end></TimeSpan>"
    said = notice(window, language)
    mark = placemark(window.window_id, times + shape.format(" ".join(f"{x},{y}" for x, y in pairs)), {"notice": said})
    return kml_document(said.splitlines()[0], {"silence": [mark]})


def _stamp(text: str) -> str:
    instant: datetime = parse_instant(text)
    return instant.strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, "\\" + mark)
    return text.strip().replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line cut after 75 bytes at most, each further part begun with a space, never inside a character."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 74:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
