"""Reports: an Assessment to text, tables, figures, maps and files. Returns strings and bytes, opens nothing."""

from truceline.report.chart import strip_chart, strip_chart_figure, strip_chart_png
from truceline.report.console import summary_text
from truceline.report.folder import render_folder
from truceline.report.html import map_html, render_html
from truceline.report.pdf import render_pdf

__all__ = [
    "map_html",
    "render_folder",
    "render_html",
    "render_pdf",
    "strip_chart",
    "strip_chart_figure",
    "strip_chart_png",
    "summary_text",
]
