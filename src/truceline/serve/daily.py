"""One day of an assessment, as an assessment of its own: what a daily report is made from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from truceline.errors import UnknownNameError
from truceline.findings.status import exposure_box
from truceline.findings.tables import Assessment
from truceline.sensors.coverage import Coverage
from truceline.timespan import Timespan


def one_day(assessment: Assessment, day: str) -> Assessment:
    """Return the part of an assessment that lies in one local day of its period.

    An incident belongs to the day in which it can first have begun; steps that are still running stay. Exposure is
    worked out anew for the day. Warnings speak of the whole period and are left out.

    Raises
    ------
    UnknownNameError
        If the day is not one of the period's.
    """
    spans = dict(assessment.period.days(assessment.timezone))
    if day not in spans:
        raise UnknownNameError("day", day, spans)
    span = spans[day]
    incidents = assessment.incidents[_begins_in(assessment.incidents, span)]
    known = incidents["incident_id"]
    clocks = assessment.clocks
    in_force = tuple(
        Timespan(start=max(span.start, window.start), end=min(span.end, window.end))
        for window in assessment.in_force
        if window.overlap_h(span) > 0
    )
    coverage = assessment.coverage[
        (assessment.coverage["time_start"] >= span.start) & (assessment.coverage["time_start"] < span.end)
    ]
    kept = {
        "incidents": incidents,
        "findings": assessment.findings[assessment.findings["incident_id"].isin(known)],
        "attributions": assessment.attributions[assessment.attributions["incident_id"].isin(known)],
        "clocks": clocks[
            (clocks["started"] < span.end) & (clocks["incident_id"].isin(known) | (clocks["due"] >= span.start))
        ],
        "observations": assessment.observations[_begins_in(assessment.observations, span)],
        "looks": assessment.looks[_begins_in(assessment.looks, span)],
        "claims": assessment.claims[
            (assessment.claims["time_start"] < span.end) & (assessment.claims["time_end"] >= span.start)
        ],
        "status": assessment.status[assessment.status["day"] == day],
        "coverage": coverage,
    }
    kept = {name: table.reset_index(drop=True) for name, table in kept.items()}
    return replace(
        assessment,
        **kept,
        period=span,
        in_force=in_force,
        warnings=(),
        exposure=_exposure(coverage, assessment.strip.length_km, span, in_force),
    )


def _begins_in(table: pd.DataFrame, span: Timespan) -> pd.Series:
    return (table["time_start"] >= span.start) & (table["time_start"] < span.end)


def _exposure(
    table: pd.DataFrame, length_km: float, span: Timespan, in_force: tuple[Timespan, ...]
) -> dict[str, float]:
    """Return the exposure box of a table of coverage; nothing where there is none."""
    if not len(table):
        return {}
    table = table[table["kind"] == table["kind"].iloc[0]]
    wide = {
        name: table.pivot(index="cell_km", columns="time_start", values=name) for name in ("looked", "seen", "daylight")
    }
    cells = wide["seen"].index.to_numpy(float)
    steps = pd.DatetimeIndex(wide["seen"].columns)
    edges = steps.append(pd.DatetimeIndex([span.end]).tz_convert("UTC")).as_unit("ns").asi8
    seen = {str(table["kind"].iloc[0]): wide["seen"].to_numpy(float)}
    coverage = Coverage(
        cell_km=cells,
        width_km=np.diff(np.r_[cells, length_km]),
        steps=steps,
        step_h=np.diff(edges) / 3.6e12,
        daylight=wide["daylight"].to_numpy(bool),
        looked=wide["looked"].to_numpy(float),
        seen=seen,
        seen_low=seen,
        seen_high=seen,
    )
    return exposure_box(coverage, in_force=in_force)
