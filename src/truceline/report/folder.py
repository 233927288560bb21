"""The report as a folder's files, name -> bytes, and files written into a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from truceline.findings.tables import Assessment
from truceline.report.chart import figure_png
from truceline.report.console import summary_text
from truceline.report.html import html_of
from truceline.report.pdf import pdf_of
from truceline.report.telling import tell_report


def render_folder(
    assessment: Assessment,
    *,
    languages: Sequence[str] = ("en",),
    release_notes: Sequence[str] = (),
    corrections: Sequence[str] = (),
    record_root: str = "",
) -> dict[str, bytes]:
    """Return file name -> bytes: the first language as index.html and report.pdf, the others as index.uk.html ...

    With them the strip chart as SVG and PNG and the summary as text, in the first language.
    """
    files: dict[str, bytes] = {}
    text = {"release_notes": release_notes, "corrections": corrections}
    for language in languages:
        telling = tell_report(assessment, language=language, record_root=record_root, **text)
        first = language == languages[0]
        suffix = "" if first else f".{language}"
        files[f"index{suffix}.html"] = html_of(telling).encode()
        files[f"report{suffix}.pdf"] = pdf_of(telling)
        if first:
            files["strip_chart.svg"] = telling.chart.encode()
            files["strip_chart.png"] = figure_png(telling.figure)
    files["summary.txt"] = summary_text(assessment, language=languages[0]).encode()
    return files


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder, made when it is not there; return the path of its first page."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(files.items()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder / "index.html"
