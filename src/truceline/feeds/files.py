"""Messages that are whole files, FIRMS answers and files of a watched folder, each read by the reader of its kind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from truceline.errors import TrucelineError
from truceline.feeds.messages import Message
from truceline.feeds.rows import HORIZON, Rows, Said, together
from truceline.feeds.settings import Feed
from truceline.observations import Readings
from truceline.sources.firms import read_detections
from truceline.sources.registry import read_source

_SIGNS = (
    (b"\x1f\x8b", ".csv.gz"),
    (b"PAR1", ".parquet"),
    (b"{", ".geojson"),
    (b"[", ".geojson"),
    (b"<", ".kml"),
)


def read_files(feed: Feed, messages: Iterable[Message]) -> Said:
    """Return what messages of a firms or folder feed say; each is read alone, so that none changes another."""
    parts, rows = [], Rows(feed=feed)
    with tempfile.TemporaryDirectory(prefix="truceline-feed-") as folder:
        for message in messages:
            path = Path(folder) / (message.short + suffix_of(message.body))
            path.write_bytes(message.body)
            try:
                parts.append(_said(feed, path))
            except TrucelineError as error:
                rows.put_aside(message, error.what, error.todo)
            except Exception as error:  # a reader, or another package's, fails on a damaged file in its own way
                rows.put_aside(message, f"the reader fails on it: {type(error).__name__}.", "Get the file again.")
            path.unlink()
    return together([*parts, rows.said()])


def suffix_of(body: bytes) -> str:
    """Return the suffix of the kind of file that bytes are, told from the bytes alone."""
    begins = body[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins.startswith(b"PK\x03\x04"):
        return ".xlsx" if b"xl/workbook.xml" in body else ".kmz"
    return next((suffix for sign, suffix in _SIGNS if begins.startswith(sign)), ".csv")


def _said(feed: Feed, path: Path) -> Said:
    options = {**feed.options, "now": HORIZON}
    if feed.kind == "firms" or feed.reader == "firms":
        found, pixels = read_detections(path, source=feed.source, options=options)
        return replace(_placed(found), pixels=pixels)
    return _placed(read_source(feed.reader, path, source=feed.source, options=options))


def _placed(found: Readings) -> Said:
    """Return readings without the rows whose place has no error: no reader of ours leaves any."""
    table = found.observations
    placed = np.isfinite(table["lon_deg"]) & ~np.isfinite(table["sigma_m"])
    kept = table[~placed.to_numpy(bool)].reset_index(drop=True)
    return Said(observations=kept, set_aside=found.set_aside, looks=found.looks)
