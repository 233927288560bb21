"""The report as a folder's files: name -> bytes. Whoever calls writes them."""

from __future__ import annotations

from collections.abc import Sequence

from truceline.findings.tables import Assessment
from truceline.report.chart import figure_png, figure_svg, strip_chart_figure
from truceline.report.console import summary_text
from truceline.report.html import render_html
from truceline.report.pdf import render_pdf


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
    for language in languages:
        suffix = "" if language == languages[0] else f".{language}"
        text = {"release_notes": release_notes, "corrections": corrections}
        html = render_html(assessment, language=language, record_root=record_root, **text)
        files[f"index{suffix}.html"] = html.encode()
        files[f"report{suffix}.pdf"] = render_pdf(assessment, language=language, record_root=record_root, **text)
    figure = strip_chart_figure(assessment, language=languages[0])
    files["strip_chart.svg"] = figure_svg(figure).encode()
    files["strip_chart.png"] = figure_png(figure)
    files["summary.txt"] = summary_text(assessment, language=languages[0]).encode()
    return files
