"""What an assessment rests on and concluded, on its way into the record: all of it, or what an update changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import pandas as pd

from truceline.findings.clocks import clock_ids
from truceline.findings.tables import Assessment
from truceline.provenance import VERSION, canonical_json, digest
from truceline.store import Batch, Record
from truceline.store.batch import Rows, Written, written_out
from truceline.timespan import iso

# table of the assessment -> the column that names its entries in the record
RECORDED = {
    "observations": "observation_id",
    "looks": "look_id",
    "incidents": "incident_id",
    "findings": "finding_id",
    "claims": "claim_id",
}
# ... of which an entry may have to say that it is no longer so
WITHDRAWN = {"findings": "finding_id", "attributions": "incident_id", "clocks": "clock_id"}
MOST_ROWS = 2_000  # of an update, in one batch: others who write wait for no more

Entries = tuple[str, Rows, str]  # kind, rows, the column or key that names each


class Changed(Protocol):
    """What came of new readings: `truceline.live.Update`."""

    @property
    def assessment(self) -> Assessment:
        """The assessment with them."""

    @property
    def fresh(self) -> Mapping[str, pd.DataFrame]:
        """Table -> its rows that are new or say something else than before."""

    @property
    def gone(self) -> Mapping[str, tuple[str, ...]]:
        """Incident that is no longer there -> the incidents that hold what it held."""

    @property
    def lost(self) -> Mapping[str, tuple[str, ...]]:
        """Findings, attributions, clocks -> names of those that are no longer said."""


def keep(assessment: Assessment, record: Record) -> str:
    """Append everything an assessment rests on and concluded to the record, and return the root that holds it.

    It is the root of the first signed head over all of it, so that the same run again, when the record has grown, still
    gives the same root.
    """
    run = _run(assessment)
    with record.batch(assessment.now) as batch:
        for kind, rows, id_column in (*entries_of(assessment), ("run", [run], "run")):
            batch.append(kind, rows, id_column=id_column)
    return record.head_over(run["run"], kind="run").root


def keep_changes(update: Changed, batch: Callable[[], AbstractContextManager[Batch]]) -> None:
    """Append what an update changed to the record, and nothing of what it did not.

    Each `batch()` takes some thousand rows, written out before it is opened, so that others write in between. When one
    fails, or the process ends, the same call again writes what is missing; the run is written last.

    An incident that is no longer there gets an entry that says which incidents superseded it; a finding, attribution or
    clock that a changed incident no longer has one that says that nothing did. What was said before stays.
    """
    for several in _together(_changes(update)):
        with batch() as writing:
            for written in several:
                writing.append_written(written)


def entries_of(assessment: Assessment) -> Iterator[Entries]:
    """Yield (kind, rows, the column that names each) of everything an assessment rests on and concluded."""
    tables = {name: getattr(assessment, name) for name in (*RECORDED, "status", "attributions", "clocks")}
    yield from _entries(assessment, tables)


def _changes(update: Changed) -> Iterator[Entries]:
    yield from _entries(update.assessment, update.fresh)
    ends = [{"incident_id": name, "superseded_by": list(heirs)} for name, heirs in sorted(update.gone.items())]
    yield "incident", ends, "incident_id"
    for table, id_column in WITHDRAWN.items():
        withdrawn = [{id_column: name, "superseded_by": []} for name in update.lost.get(table, ())]
        yield table.removesuffix("s"), withdrawn, id_column
    yield "run", [_run(update.assessment)], "run"


def _together(entries: Iterator[Entries]) -> Iterator[list[Written]]:
    """Yield entries, written out, as many together as make one batch."""
    held: list[Written] = []
    for kind, rows, id_column in entries:
        for written in written_out(kind, rows, id_column=id_column):
            for part in written.parts(MOST_ROWS):
                if sum(len(one.ids) for one in (*held, part)) > MOST_ROWS:
                    yield held
                    held = []
                held.append(part)
    yield held


def _entries(assessment: Assessment, tables: Mapping[str, pd.DataFrame]) -> Iterator[Entries]:
    """Yield the tables and what they rest on."""
    yield "input", [{"file": name, "sha256": value} for name, value in sorted(assessment.digests.items())], "file"
    for table, id_column in RECORDED.items():
        yield table.removesuffix("s"), tables[table], id_column
    status, clocks = tables["status"], tables["clocks"]
    yield "status", status.assign(status_id=status["sector"] + "|" + status["day"]), "status_id"
    yield "attribution", tables["attributions"], "incident_id"
    yield "clock", clocks.assign(clock_id=clock_ids(clocks)), "clock_id"


def _run(assessment: Assessment) -> dict[str, str]:
    name = f"{assessment.mission_id} {assessment.period} at {iso(assessment.now)}"
    return {"run": name, "inputs": digest(canonical_json(dict(assessment.digests))), "version": VERSION}
