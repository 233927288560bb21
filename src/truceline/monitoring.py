"""What a monitoring run gives back: tables that show themselves, pictures, and a folder of files."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd

from truceline.findings.clocks import clock_ids
from truceline.findings.tables import Assessment
from truceline.provenance import VERSION, canonical_json, digest
from truceline.report import map_html, render_folder, strip_chart_figure, summary_text
from truceline.report.exports import export_files
from truceline.report.release import release
from truceline.store import Batch, Record, export_bundle
from truceline.timespan import iso

RECORD_NAME, BUNDLE_NAME = "record.sqlite", "record"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """One run's conclusions. In a notebook it shows its summary; its tables are data frames."""

    assessment: Assessment
    recognised: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def observations(self) -> gpd.GeoDataFrame:
        """What the sources said, one row each, with points."""
        return _points(self.assessment.observations)

    @property
    def incidents(self) -> gpd.GeoDataFrame:
        """Which observations are one happening, with points and probabilities."""
        return _points(self.assessment.incidents)

    @property
    def findings(self) -> pd.DataFrame:
        """Each incident against each clause and reading."""
        return self.assessment.findings

    @property
    def status(self) -> pd.DataFrame:
        """Each sector and day: seen, not seen, not observed."""
        return self.assessment.status

    @property
    def claims(self) -> pd.DataFrame:
        """What the parties allege."""
        return self.assessment.claims

    @property
    def exposure(self) -> Mapping[str, float]:
        """Kilometre-hours watched and not watched."""
        return self.assessment.exposure

    def strip_chart(self, *, language: str = "en") -> Any:
        """Return the strip chart as a matplotlib figure."""
        return strip_chart_figure(self.assessment, language=language)

    def map(self, *, language: str = "en") -> Any:
        """Return the map as an object that a notebook shows; `str()` of it is the page."""
        return _Page(map_html(self.assessment, language=language))

    def summary(self) -> str:
        """Return the run in a few lines of text."""
        return summary_text(self.assessment)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<pre>{_escape(self.summary())}</pre>{self.status._repr_html_()}"

    def write(
        self,
        out: str | Path,
        *,
        profile: str = "mission",
        languages: Sequence[str] = ("en",),
        record: Record | None = None,
        tell: Callable[[str], None] = lambda step: None,
    ) -> dict[str, Any]:
        """Write report and exports into a folder, and return what `monitor --json` prints.

        Everything is kept in the record, which is appended to, never rewritten; the same run again changes nothing in
        it. Under the profile `mission` the record (record.sqlite) and a bundle that verifies anywhere (record/) lie in
        the same folder. Under any other profile the folder holds only what may be released, and the record lies beside
        it, in a folder whose name ends in `-record`.
        """
        folder = Path(out)
        beside = folder if profile == "mission" else folder.with_name(folder.name + "-record")
        for made in (folder, beside):
            made.mkdir(parents=True, exist_ok=True)
        tell("record")
        kept = record or Record.open(beside / RECORD_NAME, key=signing_key())
        root = keep(self.assessment, kept)
        tell("report")
        shown, notes = release(self.assessment, profile, now=self.assessment.now)
        report = render_folder(shown, languages=languages, release_notes=notes, record_root=root)
        published = []
        for name, content in itertools.chain(report.items(), export_files(shown)):  # one export at a time in memory
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
            published.append({"file": name, "sha256": digest(content)})
        published.sort(key=lambda entry: entry["file"])
        with kept.batch(self.assessment.now) as batch:
            batch.append("report", published, id_column="file")
        export_bundle(kept, beside / BUNDLE_NAME)
        told = {"release": list(notes)} if profile != "mission" else {}
        return {**numbers(shown), **told, "record_root": root, "report": str(folder / "index.html")}


def numbers(assessment: Assessment) -> dict[str, Any]:
    """Return the counts that `monitor --json` prints."""
    status = {
        sector: dict(zip(rows["day"], rows["status"], strict=True))
        for sector, rows in assessment.status.groupby("sector", sort=False)
    }
    verdicts = assessment.findings["verdict"].value_counts().to_dict()
    # an incident without a finding is one to which no clause applies
    verdicts["not_applicable"] = int(
        (~assessment.incidents["incident_id"].isin(assessment.findings["incident_id"])).sum()
    )
    return {
        "observations": len(assessment.observations),
        "set_aside": len(assessment.set_aside),
        "incidents": len(assessment.incidents),
        "findings": {verdict: int(count) for verdict, count in sorted(verdicts.items())},
        "status": status,
        "exposure": dict(assessment.exposure),
    }


def signing_key() -> Path:
    """Return the file of the key that signs records: one for each user, never beside what is published.

    `TRUCELINE_KEY` names another. The file is made, readable by its owner alone, when first needed.
    """
    named = os.environ.get("TRUCELINE_KEY", "")
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "truceline"
    path = Path(named) if named else folder / "signing.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


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
    tables = {name: getattr(assessment, name) for name in (*RECORDED, "status", "attributions", "clocks")}
    with record.batch(assessment.now) as batch:
        run_id = _append(batch, assessment, tables)
    return record.head_over(run_id, kind="run").root


def keep_changes(update: Changed, batch: Batch) -> None:
    """Append what an update changed to a batch of the record, and nothing of what it did not.

    An incident that is no longer there gets an entry that says which incidents superseded it; a finding, attribution or
    clock that a changed incident no longer has one that says that nothing did. What was said before stays.
    """
    _append(batch, update.assessment, update.fresh)
    ends = [{"incident_id": name, "superseded_by": list(heirs)} for name, heirs in sorted(update.gone.items())]
    batch.append("incident", ends, id_column="incident_id")
    for table, id_column in WITHDRAWN.items():
        withdrawn = [{id_column: name, "superseded_by": []} for name in update.lost.get(table, ())]
        batch.append(table.removesuffix("s"), withdrawn, id_column=id_column)


def _append(batch: Batch, assessment: Assessment, tables: Mapping[str, pd.DataFrame]) -> str:
    """Append the tables and what they rest on; return the name of the run."""
    run_id = f"{assessment.mission_id} {assessment.period} at {iso(assessment.now)}"
    inputs = [{"file": name, "sha256": value} for name, value in sorted(assessment.digests.items())]
    batch.append("input", inputs, id_column="file")
    for table, id_column in RECORDED.items():
        batch.append(table.removesuffix("s"), tables[table], id_column=id_column)
    status = tables["status"].assign(status_id=tables["status"]["sector"] + "|" + tables["status"]["day"])
    batch.append("status", status, id_column="status_id")
    batch.append("attribution", tables["attributions"], id_column="incident_id")
    clocks = tables["clocks"]
    clocks = clocks.assign(clock_id=clock_ids(clocks))
    batch.append("clock", clocks, id_column="clock_id")
    inputs_digest = digest(canonical_json(dict(assessment.digests)))
    batch.append("run", [{"run": run_id, "inputs": inputs_digest, "version": VERSION}], id_column="run")
    return run_id


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(table["lon_deg"], table["lat_deg"], crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=points)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that a notebook shows in a frame."""

    html: str

    def __str__(self) -> str:
        return self.html

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{_escape(self.html)}" style="width:100%;height:560px;border:0"></iframe>'


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
