"""What a monitoring run gives back: tables that show themselves, pictures, and a folder of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from truceline.findings.tables import Assessment
from truceline.provenance import digest
from truceline.report import map_html, render_folder, strip_chart_figure, summary_text
from truceline.report.exports import export_files
from truceline.report.release import release
from truceline.store import Record

RECORD_NAME = "record.sqlite"
# table of the assessment -> the column that names its entries in the record
RECORDED = {
    "observations": "observation_id",
    "looks": "look_id",
    "incidents": "incident_id",
    "findings": "finding_id",
    "claims": "claim_id",
}


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
        """Write report, exports and record into a folder and return what `monitor --json` prints.

        The record is appended to, never rewritten; the same run again changes nothing in it.
        """
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
        tell("record")
        kept = record or Record.open(folder / RECORD_NAME)
        root = keep(self.assessment, kept)
        tell("report")
        shown, notes = release(self.assessment, profile, now=self.assessment.now)
        files = {
            **render_folder(shown, languages=languages, release_notes=notes, record_root=root),
            **export_files(shown),
        }
        for name, content in sorted(files.items()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        published = [{"file": name, "sha256": digest(content)} for name, content in sorted(files.items())]
        with kept.batch(self.assessment.now) as batch:
            batch.append("report", published, id_column="file")
        return {**self.numbers(), "record_root": root, "report": str(folder / "index.html")}

    def numbers(self) -> dict[str, Any]:
        """Return the counts that `monitor --json` prints."""
        a = self.assessment
        by_day = {
            sector: dict(zip(rows["day"], rows["status"], strict=True))
            for sector, rows in a.status.groupby("sector", sort=False)
        }
        return {
            "observations": len(a.observations),
            "set_aside": len(a.set_aside),
            "incidents": len(a.incidents),
            "findings": {v: int(n) for v, n in sorted(a.findings["verdict"].value_counts().items())},
            "status": by_day,
            "exposure": dict(a.exposure),
        }


def keep(assessment: Assessment, record: Record) -> str:
    """Append everything an assessment rests on and concluded to the record, and return the new root."""
    with record.batch(assessment.now) as batch:
        inputs = [{"file": name, "sha256": value} for name, value in sorted(assessment.digests.items())]
        batch.append("input", inputs, id_column="file")
        for table, id_column in RECORDED.items():
            batch.append(table.removesuffix("s"), getattr(assessment, table), id_column=id_column)
        status = assessment.status.assign(status_id=assessment.status["sector"] + "|" + assessment.status["day"])
        batch.append("status", status, id_column="status_id")
        batch.append("attribution", assessment.attributions, id_column="incident_id")
        clocks = assessment.clocks.assign(clock_id=assessment.clocks["incident_id"] + "|" + assessment.clocks["step"])
        batch.append("clock", clocks, id_column="clock_id")
    return record.root()


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
