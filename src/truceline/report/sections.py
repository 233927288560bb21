"""The sections of the report in their order; both HTML and PDF are made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from truceline.findings.tables import Assessment
from truceline.report import basis, field, verdicts, watched
from truceline.report.chart_grid import coverage_grid
from truceline.report.judged import judged_incidents
from truceline.report.page import Section
from truceline.report.summary import bottom_line
from truceline.report.words import Words
from truceline.report.zones import zones_not_drawn

# the first note names the release profile; any further one says that something was left out
MAY_BE_WITHHELD = {"claims", "fixed", "restrictions", "attribution", "clocks", "commission", "warnings", "set-aside"}


def report_sections(
    assessment: Assessment,
    words: Words,
    *,
    release_notes: Sequence[str] = (),
    corrections: Sequence[str] = (),
    record_root: str = "",
) -> tuple[Section, ...]:
    """Return every section, also the empty ones: each then says in a sentence that nothing was seen or reported.

    The sections 'chart' and 'map' hold only their words; whoever renders puts the picture in.
    """
    judged = judged_incidents(assessment)
    grid = coverage_grid(assessment)
    sections = (
        Section(
            key="bottom-line", title=words("section.bottom_line"), text=bottom_line(assessment, judged, grid, words)
        ),
        basis.limits_section(words),
        watched.exposure_section(assessment, grid, words),
        _chart_section(judged, words),
        Section(
            key="map",
            title=words("section.map"),
            text=(words("map.intro"),),
            small=zones_not_drawn(assessment, words),
        ),
        watched.violations_section(assessment, judged, grid, words),
        watched.status_section(assessment, words),
        field.incidents_section(judged, words),
        field.fixed_section(assessment, words),
        verdicts.claims_section(assessment, words),
        field.field_section(assessment, judged, words),
        verdicts.rules_section(assessment, words),
        field.restrictions_section(judged, words),
        verdicts.attribution_section(assessment, judged, words),
        verdicts.clocks_section(assessment, words),
        basis.commission_section(assessment, judged, words),
        basis.warnings_section(assessment, words),
        basis.corrections_section(corrections, words),
        basis.release_section(release_notes, words),
        basis.set_aside_section(assessment, words),
        basis.assumptions_section(assessment, words),
        basis.method_section(assessment, record_root, words),
    )
    return tuple(_withheld(s, words) for s in sections) if len(release_notes) > 1 else sections


def _withheld(section: Section, words: Words) -> Section:
    """Return a section that is empty in a release without its claim that there was nothing: it may be withheld."""
    if section.key not in MAY_BE_WITHHELD or section.tables or section.points:
        return section
    kept = section.text[:1] if section.key == "warnings" else ()
    return replace(section, text=(*kept, words("release.not_here")))


def _chart_section(judged: pd.DataFrame, words: Words) -> Section:
    """Return the words of the strip chart, with how many incidents have no place on it."""
    lost = int(judged[["chainage_km", "time_start"]].isna().any(axis=1).sum())
    small = (words("chart.lost", count=lost),) if lost else ()
    return Section(key="chart", title=words("section.chart"), text=(words("chart.intro"),), small=small)
