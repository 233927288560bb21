"""Reports: an Assessment to text, tables, figures, maps and files. Returns strings and bytes, opens nothing."""

from truceline.report.chart import strip_chart, strip_chart_figure, strip_chart_png
from truceline.report.html import map_html, render_html

__all__ = ["map_html", "render_html", "strip_chart", "strip_chart_figure", "strip_chart_png"]
