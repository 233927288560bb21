"""A report in one language before it is laid out: the page and the PDF are made from the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from truceline.findings.tables import Assessment
from truceline.report.chart import figure_svg, strip_chart_figure
from truceline.report.judged import judged_incidents
from truceline.report.page import Section
from truceline.report.sections import report_sections
from truceline.report.words import Words
from truceline.timespan import find_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What an assessment is told with in one language: words, sections and strip chart."""

    assessment: Assessment
    judged: pd.DataFrame
    words: Words
    sections: tuple[Section, ...]
    figure: Figure
    chart: str  # the figure as SVG


def tell_report(
    assessment: Assessment,
    *,
    language: str = "en",
    release_notes: Sequence[str] = (),
    corrections: Sequence[str] = (),
    record_root: str = "",
) -> Telling:
    """Return the report in one language, its strip chart drawn once."""
    words = Words(language=language, zone=find_zone(assessment.timezone))
    sections = report_sections(
        assessment, words, release_notes=release_notes, corrections=corrections, record_root=record_root
    )
    figure = strip_chart_figure(assessment, language=language)
    return Telling(
        assessment=assessment,
        judged=judged_incidents(assessment),
        words=words,
        sections=sections,
        figure=figure,
        chart=figure_svg(figure),
    )
