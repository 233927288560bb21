"""What people's groups came to, in the record: one entry an incident, beside the watch's and never in their place.

The watch's own entries are not superseded by it, so that a room that is opened again finds them as it left them. When
it comes out otherwise, as when a late report changes it, that is a new entry; when it stands no more, the last entry
says which incidents hold what it held.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from truceline.provenance import canonical_json, plain
from truceline.serve.ledger import Ledger
from truceline.serve.reviews import Reading
from truceline.store import Record

KIND = "grouped"
Entry = dict[str, Any]


def grouped_entries(reading: Reading) -> Iterator[Entry]:
    """Yield an entry for each incident that was grouped, or is judged otherwise because others were."""
    worked, grouping = reading.worked, reading.grouping
    if worked is None:
        return
    tables = {"incident": worked.incidents, "findings": worked.findings}
    tables |= {"attribution": worked.attributions, "clocks": worked.clocks}
    rows = {name: table.to_dict("records") for name, table in tables.items()}
    by: dict[str, dict[str, list[Any]]] = {name: {} for name in rows}
    for name, several in rows.items():
        for row in several:
            by[name].setdefault(str(row["incident_id"]), []).append(row)
    for incident in sorted({*by["incident"], *worked.judged}):
        said = {name: by[name].get(incident, []) for name in by}
        entry = {
            "incident_id": incident,
            "stands_for": list(grouping.stands_for.get(incident, ())),
            "incident": said["incident"][0] if said["incident"] else None,
            "findings": said["findings"],
            "attribution": said["attribution"][0] if said["attribution"] else None,
            "clocks": said["clocks"],
        }
        if incident in grouping.aside:
            entry["superseded_by"] = [n for n, several in grouping.stands_for.items() if incident in several]
        yield plain(entry)


class KeptGroups:
    """What the record holds of groups, kept up."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._held = _read(ledger.record)

    @property
    def any(self) -> bool:
        """Whether the record holds any that stand."""
        return bool(self._held)

    def keep(self, read: Callable[[], Reading]) -> None:
        """Write what is new, and that what stands no more does not; `read` says how things stand."""
        with self._lock:  # round the reading too: of two, the later is written last
            reading = read()
            now = {entry["incident_id"]: entry for entry in grouped_entries(reading)}
            fresh = [
                entry for name, entry in now.items() if canonical_json(entry) != self._held.get(name, (b"", ()))[0]
            ]
            ended = {name: held for name, (_, held) in self._held.items() if name not in now}
            if not fresh and not ended:
                return
            ends = _ends(ended, reading) if ended else []
            with self._ledger.batch() as batch:
                batch.append(KIND, [*fresh, *ends], id_column="incident_id")
            self._held = {name: _told(entry) for name, entry in now.items()}


def _read(record: Record) -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Return, by incident, what the record says of it and which observations it holds; none of what stands no more."""
    held = {}
    for part in record.payloads(KIND):
        for entry in part:
            held[entry["incident_id"]] = entry
    return {name: _told(entry) for name, entry in held.items() if "incident" in entry}


def _told(entry: Entry) -> tuple[bytes, tuple[str, ...]]:
    return canonical_json(entry), tuple((entry["incident"] or {}).get("observations", ()))


def _ends(ended: Mapping[str, tuple[str, ...]], reading: Reading) -> list[Entry]:
    """Return entries of what stands no more: which incidents hold what it held, or that it is the watch's own again."""
    a = reading.assessment
    wanted = {name for held in ended.values() for name in held}
    by = {
        observation: incident
        for incident, held in zip(a.incidents["incident_id"], a.incidents["observations"], strict=True)
        if incident not in a.replaced and not wanted.isdisjoint(held)
        for observation in held
    }
    return [
        {"incident_id": name, "superseded_by": sorted({by[one] for one in held if one in by}) or [name]}
        for name, held in sorted(ended.items())
    ]
