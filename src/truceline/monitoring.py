"""What a monitoring run gives back: tables that show themselves, pictures, and a folder of files."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from truceline.findings.tables import Assessment
from truceline.keeping import keep
from truceline.provenance import digest
from truceline.report import map_html, render_folder, strip_chart_figure, summary_text
from truceline.report.exports import export_files
from truceline.report.release import release
from truceline.store import Record, export_bundle

RECORD_NAME, BUNDLE_NAME = "record.sqlite", "record"


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
